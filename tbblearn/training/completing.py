"""Writing down that somebody has completed a course, and which of their tasks that does."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, or_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import aliased

from tbblearn.db import db
from tbblearn.people.models import Employment, OrgUnit, Person
from tbblearn.training.counting import Credit, Done, Given, credits
from tbblearn.training.cycles import Terms
from tbblearn.training.models import (
    NO_REQUIREMENT,
    Completion,
    CompletionCredit,
    CompletionEmployment,
    Enrolment,
    Requirement,
    RequirementAdoption,
    Revocation,
)
from tbblearn.training.rules import Basis, EnrolmentReason
from tbblearn.training.situations import given, own_terms, satisfying_courses, terms_of
from tbblearn.training.standing import now_standing


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


def lock_person(person_id: int) -> None:
    """Let one change at a time decide what a person has to do; others wait (SQLite has one writer anyway)."""
    db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))


def lock_persons(person_ids: Sequence[int]) -> None:
    """The same for several, locked in the order of their ids so that two who lock the same persons queue."""
    db.session.execute(
        select(Person.id).where(Person.id.in_(person_ids)).order_by(Person.id).with_for_update(key_share=True)
    )


def complete(new: NewCompletion, *, now: datetime) -> int:
    """Add a completion with the employments held that day, and count it for the tasks it does. Returns its id."""
    completion = Completion(
        person_id=new.person_id,
        course_id=new.course_id,
        course_version_id=new.course_version_id,
        enrolment_id=new.enrolment_id,
        attempt_id=new.attempt_id,
        basis=new.basis,
        evidence=new.evidence,
        achieved_at=new.achieved_at,
        achieved_on=new.achieved_on,
        recorded_at=now,
        recorded_by=new.recorded_by,
    )
    db.session.add(completion)
    db.session.flush()
    held = db.session.execute(
        select(Employment.unit_id, Employment.profession).where(
            Employment.person_id == new.person_id,
            Employment.start_on <= new.achieved_on,
            or_(Employment.end_on.is_(None), Employment.end_on >= new.achieved_on),
        )
    ).all()
    if held:
        db.session.execute(
            insert(CompletionEmployment),
            [
                {"completion_id": completion.id, "unit_id": unit_id, "profession": profession}
                for unit_id, profession in held
            ],
        )
    count_for_tasks(new.person_id, now=now)
    return completion.id


def count_for_tasks(person_id: int, *, now: datetime) -> None:
    """Write down what the person's completions count for, where it is not written yet. Nothing is ever taken away."""
    counting = satisfying_courses()
    done: dict[int, list[Done]] = defaultdict(list)
    for completion_id, course_id, achieved_on, enrolment_id in db.session.execute(
        select(Completion.id, Completion.course_id, Completion.achieved_on, Completion.enrolment_id)
        .outerjoin(Revocation, Revocation.completion_id == Completion.id)
        .where(Completion.person_id == person_id, Revocation.completion_id.is_(None))
    ):
        done[course_id].append(Done(completion_id, achieved_on, enrolment_id))
    standing = now_standing(Enrolment.person_id == person_id)
    groups: dict[tuple[int, int | None], list[Given]] = defaultdict(list)
    for row in db.session.execute(select(standing)):
        groups[(row.course_id, row.requirement_id)].append(given(row))
    written = {
        Credit(completion_id, enrolment_id)
        for completion_id, enrolment_id in db.session.execute(
            select(CompletionCredit.completion_id, CompletionCredit.enrolment_id)
            .join(Completion, Completion.id == CompletionCredit.completion_id)
            .where(Completion.person_id == person_id)
        )
    }
    terms = _terms(person_id)
    counted: set[Credit] = set()
    for (course_id, requirement_id), enrolments in groups.items():
        completions = [one for other in counting.get(course_id, {course_id}) for one in done[other]]
        counted |= credits(terms.get(requirement_id, Terms()), completions, enrolments)
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
        recorded_at=now,
        recorded_by=by,
    )
    db.session.add(enrolment)
    db.session.flush()
    return enrolment.id


def _terms(person_id: int) -> dict[int | None, Terms]:
    """Each requirement's terms as they hold for this person: own dates of the huvudman, the earlier last day first."""
    unit, huvudman = aliased(OrgUnit), aliased(OrgUnit)
    own = (
        select(RequirementAdoption.requirement_id, RequirementAdoption.opens, RequirementAdoption.due)
        .join(huvudman, huvudman.id == RequirementAdoption.unit_id)
        .join(unit, unit.path.like(huvudman.path + "%"))
        .join(Employment, Employment.unit_id == unit.id)
        .where(Employment.person_id == person_id)
        .subquery()
    )
    found: dict[int | None, Terms] = {}
    for requirement, opens, due in db.session.execute(
        select(Requirement, own.c.opens, own.c.due).outerjoin(own, own.c.requirement_id == Requirement.id)
    ):
        terms = own_terms(terms_of(requirement), opens, due)
        known = found.get(requirement.id)
        found[requirement.id] = terms if known is None or terms.due < known.due else known
    return found
