"""Writing down that somebody has completed a course, and which of their tasks that does."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Row, bindparam, insert, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import aliased

from tbblearn.courses.models import CourseVersion
from tbblearn.db import db, run, stockholm_date
from tbblearn.people.models import Employment, OrgUnit, Person
from tbblearn.people.rules import holds
from tbblearn.training.completion_models import Completion, CompletionCredit, CompletionEmployment
from tbblearn.training.models import NO_REQUIREMENT, Enrolment, Requirement, RequirementAdoption
from tbblearn.training.requirements.credits import CompletionFact, Credit, EnrolmentState, credits
from tbblearn.training.requirements.cycles import Terms, soon_from
from tbblearn.training.requirements.facts import given, own_terms, satisfying_courses, terms_of
from tbblearn.training.rules import Basis, EnrolmentReason
from tbblearn.training.standing.facts import now_standing

MOST_PERSONS = 1_000
"""Persons that one statement names (docs/rules/training.md)."""


@dataclass(frozen=True)
class NewCompletion:
    """A completion to write down. `achieved_on` is the day in Stockholm of `achieved_at`."""

    person_id: int
    course_id: int
    achieved_at: datetime
    achieved_on: date
    basis: Basis
    course_version_id: int | None = None
    enrolment_id: int | None = None
    attempt_id: int | None = None
    evidence: str = ""
    recorded_by: int | None = None


_LOCK = select(Person.id).where(Person.id == bindparam("person_id")).with_for_update(key_share=True)


def lock_person(person_id: int) -> None:
    """Let one change at a time decide what a person has to do; others wait (SQLite has one writer anyway)."""
    run(_LOCK, {"person_id": person_id})


def lock_persons(person_ids: Sequence[int]) -> None:
    """The same for several, locked in the order of their ids so that two who lock the same persons queue."""
    db.session.execute(
        select(Person.id).where(Person.id.in_(person_ids)).order_by(Person.id).with_for_update(key_share=True)
    )


def complete(new: NewCompletion, *, now: datetime) -> int:
    """Add a completion with the employments held that day, and count it for the tasks it does. Returns its id."""
    return complete_all([new], now=now)[0]


def complete_all(every: Sequence[NewCompletion], *, now: datetime) -> list[int]:
    """Add completions as `complete` does, and return their ids in the order given. The persons must be locked.

    The number of statements grows with thousands of persons, not with persons.
    """
    if not every:
        return []
    added = db.session.execute(
        insert(Completion).returning(Completion.id, sort_by_parameter_order=True),
        [
            {
                "person_id": new.person_id,
                "course_id": new.course_id,
                "course_version_id": new.course_version_id,
                "enrolment_id": new.enrolment_id,
                "attempt_id": new.attempt_id,
                "basis": new.basis,
                "evidence": new.evidence,
                "achieved_at": new.achieved_at,
                "achieved_on": new.achieved_on,
                "recorded_at": now,
                "recorded_by": new.recorded_by,
            }
            for new in every
        ],
    )
    completion_ids = list(added.scalars())
    persons = sorted({new.person_id for new in every})
    for some in in_batches(persons):
        chosen = set(some)
        _keep_employments(
            [(one, new) for one, new in zip(completion_ids, every, strict=True) if new.person_id in chosen]
        )
        count_for_tasks(some, now=now)
    return completion_ids


def _keep_employments(completions: Sequence[tuple[int, NewCompletion]]) -> None:
    held: dict[int, list[Row[int, date, date | None, int, str]]] = defaultdict(list)
    for row in db.session.execute(
        select(
            Employment.person_id, Employment.start_on, Employment.end_on, Employment.unit_id, Employment.profession
        ).where(Employment.person_id.in_({new.person_id for _, new in completions}))
    ):
        held[row.person_id].append(row)
    rows = [
        {"completion_id": completion_id, "unit_id": job.unit_id, "profession": job.profession}
        for completion_id, new in completions
        for job in held[new.person_id]
        if holds(job.start_on, job.end_on, new.achieved_on)
    ]
    if rows:
        db.session.execute(insert(CompletionEmployment), rows)


def in_batches(person_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """At most `MOST_PERSONS` at a time."""
    for start in range(0, len(person_ids), MOST_PERSONS):
        yield person_ids[start : start + MOST_PERSONS]


def count_for_tasks(person_ids: Sequence[int], *, now: datetime) -> None:
    """Write down what their completions count for, where it is not written yet. Nothing is ever taken away."""
    counting = satisfying_courses()
    done: dict[tuple[int, int], list[tuple[CompletionFact, int | None]]] = defaultdict(list)
    for row in db.session.execute(
        select(
            Completion.id,
            Completion.person_id,
            Completion.course_id,
            Completion.achieved_on,
            Completion.enrolment_id,
            CourseVersion.number,
        )
        .outerjoin(CourseVersion, CourseVersion.id == Completion.course_version_id)
        .where(Completion.person_id.in_(person_ids), Completion.stands())
    ):
        done[(row.person_id, row.course_id)].append(
            (CompletionFact(row.id, row.achieved_on, row.enrolment_id), row.number)
        )
    standing = now_standing(Enrolment.person_id.in_(person_ids))
    groups: dict[tuple[int, int, int | None], list[EnrolmentState]] = defaultdict(list)
    for row in db.session.execute(select(standing)):
        groups[(row.person_id, row.course_id, row.requirement_id)].append(given(row))
    written = {
        Credit(completion_id, enrolment_id)
        for completion_id, enrolment_id in db.session.execute(
            select(CompletionCredit.completion_id, CompletionCredit.enrolment_id)
            .join(Completion, Completion.id == CompletionCredit.completion_id)
            .where(Completion.person_id.in_(person_ids))
        )
    }
    terms = _Terms.of(person_ids)
    counted: set[Credit] = set()
    for (person_id, course_id, requirement_id), enrolments in groups.items():
        completions = [
            replace(one, version=number if other == course_id else None)
            for other in counting.get(course_id, {course_id})
            for one, number in done[(person_id, other)]
        ]
        counted |= credits(terms.holding(person_id, requirement_id), completions, enrolments)
    write_credits(
        [
            {"completion_id": one.completion_id, "enrolment_id": one.enrolment_id, "recorded_at": now}
            for one in sorted(counted - written)
        ]
    )


def write_credits(rows: list[dict[str, object]]) -> None:
    """Add credits; one that somebody else has written meanwhile is there already, and that is as good."""
    if not rows:
        return
    added = postgresql_insert if db.engine.dialect.name == "postgresql" else sqlite_insert
    db.session.execute(added(CompletionCredit).on_conflict_do_nothing(), rows)


def add_free_enrolment(
    person_id: int,
    course_id: int,
    reason: EnrolmentReason,
    *,
    opens_on: date,
    now: datetime,
    cycle: int | None = None,
    days: tuple[date, date, date] | None = None,
    by: int | None = None,
) -> int:
    """Add an enrolment outside any requirement: the person's own choice, or given by hand. Returns its id.

    `days` are its last day, the end of its extra time and its closing. The person must be locked: the occasion is
    numbered from those before.
    """
    before = db.session.scalars(
        select(Enrolment.occasion).where(
            Enrolment.person_id == person_id,
            Enrolment.course_id == course_id,
            Enrolment.requirement_id.is_(None),
            Enrolment.reason == reason,
        )
    ).all()
    due_on, grace_until_on, open_until_on = days or (None, None, None)
    enrolment = Enrolment(
        person_id=person_id,
        course_id=course_id,
        requirement_key=NO_REQUIREMENT,
        occasion=f"{reason.value}:{len(before) + 1}",
        reason=reason,
        cycle=cycle,
        opens_on=opens_on,
        due_on=due_on,
        grace_until_on=grace_until_on,
        open_until_on=open_until_on,
        soon_from_on=None if due_on is None else soon_from(due_on, opens_on, stockholm_date(now)),
        recorded_at=now,
        recorded_by=by,
    )
    db.session.add(enrolment)
    db.session.flush()
    return enrolment.id


@dataclass(frozen=True)
class _Terms:
    """Each requirement's terms, and as they hold for these persons: own dates of the huvudman, the earlier last day."""

    ordinary: Mapping[int, Terms]
    own: Mapping[tuple[int, int], Terms]

    def holding(self, person_id: int, requirement_id: int | None) -> Terms:
        """The terms of a person's task."""
        if requirement_id is None:
            return Terms()
        return self.own.get((person_id, requirement_id), self.ordinary[requirement_id])

    @classmethod
    def of(cls, person_ids: Sequence[int]) -> "_Terms":
        """Two queries."""
        ordinary = {row.id: terms_of(row) for row in db.session.scalars(select(Requirement))}
        unit, huvudman = aliased(OrgUnit), aliased(OrgUnit)
        own: dict[tuple[int, int], Terms] = {}
        for person_id, requirement_id, opens, due in db.session.execute(
            select(
                Employment.person_id,
                RequirementAdoption.requirement_id,
                RequirementAdoption.opens,
                RequirementAdoption.due,
            )
            .join(huvudman, huvudman.id == RequirementAdoption.unit_id)
            .join(unit, unit.inside(huvudman.path))
            .join(Employment, Employment.unit_id == unit.id)
            .where(Employment.person_id.in_(person_ids))
        ):
            terms = own_terms(ordinary[requirement_id], opens, due)
            known = own.get((person_id, requirement_id))
            own[(person_id, requirement_id)] = terms if known is None or terms.due < known.due else known
        return cls(ordinary, own)
