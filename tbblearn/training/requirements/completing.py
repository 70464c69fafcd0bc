"""Recording that a person has completed a course, and which of their tasks that satisfies."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import aliased

from tbblearn.db import db, run, stockholm_date
from tbblearn.people.models import OrgUnit, Person, Placement
from tbblearn.people.rules import holds
from tbblearn.training.certificate_numbers import new_number
from tbblearn.training.completion_models import Completion, CompletionCredit, CompletionEmployment
from tbblearn.training.models import NO_REQUIREMENT, Enrolment, Requirement, RequirementAdoption
from tbblearn.training.requirements.credits import CompletionFact, Credit, EnrolmentState, credits
from tbblearn.training.requirements.cycles import Terms, soon_from
from tbblearn.training.requirements.facts import (
    completions_of,
    credits_of,
    given,
    own_terms,
    satisfying_courses,
    terms_of,
)
from tbblearn.training.rules import Basis, EnrolmentReason
from tbblearn.training.standing.facts import now_standing

MOST_PERSONS = 1_000
"""The most people that one statement names (docs/rules/training.md)."""


@dataclass(frozen=True)
class NewCompletion:
    """A completion to record. `achieved_on` is the day of `achieved_at` in Stockholm."""

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
    """Serialise the changes that decide what a person must do (SQLite has a single writer anyway)."""
    run(_LOCK, {"person_id": person_id})


def lock_persons(person_ids: Sequence[int]) -> None:
    """The same for several people, in the order of their ids so that no two callers deadlock."""
    db.session.execute(
        select(Person.id).where(Person.id.in_(person_ids)).order_by(Person.id).with_for_update(key_share=True)
    )


def complete(new: NewCompletion, *, now: datetime) -> int:
    """Add a completion with the employments held that day, credit the tasks it satisfies, and return its id."""
    return complete_all([new], now=now)[0]


def complete_all(every: Sequence[NewCompletion], *, now: datetime) -> list[int]:
    """Add completions as `complete` does; returns their ids in the order given. The people must be locked.

    The number of statements grows with every thousand people, not with every person.
    """
    if not every:
        return []
    added = db.session.execute(
        insert(Completion).returning(Completion.id, sort_by_parameter_order=True),
        [{**vars(new), "recorded_at": now} for new in every],
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
            Placement.person_id, Placement.from_on, Placement.until_on, Placement.unit_id, Placement.profession
        ).where(Placement.person_id.in_({new.person_id for _, new in completions}))
    ):
        held[row.person_id].append(row)
    rows = [
        {"completion_id": completion_id, "unit_id": job.unit_id, "profession": job.profession}
        for completion_id, new in completions
        for job in held[new.person_id]
        if holds(job.from_on, job.until_on, new.achieved_on)
    ]
    if rows:
        db.session.execute(insert(CompletionEmployment), rows)


def in_batches(person_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """At most `MOST_PERSONS` at a time."""
    for start in range(0, len(person_ids), MOST_PERSONS):
        yield person_ids[start : start + MOST_PERSONS]


def give_missing_numbers() -> int:
    """The timer's: number up to a thousand completions that were recorded by the release before; returns how many."""
    ids = db.session.scalars(
        select(Completion.id).where(Completion.number.is_(None)).limit(MOST_PERSONS).with_for_update()
    ).all()
    if ids:
        db.session.execute(update(Completion), [{"id": one, "number": new_number()} for one in ids])
    return len(ids)


def count_for_tasks(person_ids: Sequence[int], *, now: datetime) -> None:
    """Record the credits that their completions have earned but that are missing. None is ever removed."""
    counting = satisfying_courses()
    done: dict[tuple[int, int], list[CompletionFact]] = defaultdict(list)
    for person_id, course_id, completion in completions_of(person_ids):
        done[(person_id, course_id)].append(completion)
    standing = now_standing(Enrolment.person_id.in_(person_ids))
    groups: dict[tuple[int, int, int | None], list[EnrolmentState]] = defaultdict(list)
    for row in db.session.execute(select(standing)):
        groups[(row.person_id, row.course_id, row.requirement_id)].append(given(row))
    terms = {row.id: terms_of(row) for row in db.session.scalars(select(Requirement))}
    own = _own_terms(person_ids, terms)
    counted: set[Credit] = set()
    for (person_id, course_id, requirement_id), enrolments in groups.items():
        completions = [
            one if other == course_id else replace(one, version=None)
            for other in counting.get(course_id, {course_id})
            for one in done[(person_id, other)]
        ]
        ordinary = Terms() if requirement_id is None else terms[requirement_id]
        counted |= credits(own.get((person_id, requirement_id), ordinary), completions, enrolments)
    write_credits(counted - credits_of(person_ids), now=now)


def write_credits(new: Iterable[Credit], *, now: datetime) -> None:
    """Add credits, except those that someone else has added meanwhile."""
    rows = [{**asdict(credit), "recorded_at": now} for credit in sorted(new)]
    if rows:
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
    """Add an enrolment outside any requirement, voluntary or given by hand, and return its id.

    `days` are its last day, the end of the grace period and its closing. The person must be locked, since occasions
    are numbered.
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


def _own_terms(person_ids: Sequence[int], terms: Mapping[int, Terms]) -> dict[tuple[int, int | None], Terms]:
    """By (person, requirement), the terms with the dates of the huvudman; of several, those due earliest. One query."""
    unit, huvudman = aliased(OrgUnit), aliased(OrgUnit)
    own: dict[tuple[int, int | None], Terms] = {}
    for person_id, requirement_id, opens, due in db.session.execute(
        select(
            Placement.person_id,
            RequirementAdoption.requirement_id,
            RequirementAdoption.opens,
            RequirementAdoption.due,
        )
        .join(huvudman, huvudman.id == RequirementAdoption.unit_id)
        .join(unit, unit.inside(huvudman.path))
        .join(Placement, Placement.unit_id == unit.id)
        .where(Placement.person_id.in_(person_ids))
    ):
        new, key = own_terms(terms[requirement_id], opens, due), (person_id, requirement_id)
        own[key] = min(own.get(key, new), new, key=lambda one: one.due)
    return own
