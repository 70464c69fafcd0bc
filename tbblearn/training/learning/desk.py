"""A learner's desk: everything that a learner's pages are made of, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Date, bindparam, or_, select
from sqlalchemy.orm import aliased

from tbblearn.db import run
from tbblearn.people.models import OrgUnit, Placement
from tbblearn.people.rules import Level
from tbblearn.training.models import Answer, Attempt, AudienceMember, Enrolment, Requirement, RequirementAdoption
from tbblearn.training.record.queries import HistoryExemption, OwnCompletion, own_completions, own_exemptions
from tbblearn.training.record.tasks import OwnTask, Place, own_tasks, places
from tbblearn.training.requirements.cycles import cycle_on
from tbblearn.training.requirements.facts import own_terms, terms_of
from tbblearn.training.rules import EventReason, Progress, RequirementKind


@dataclass(frozen=True)
class OpenAttempt:
    """An attempt that can be answered and handed in, and how far it has come. Numbers count from 1."""

    id: int
    total: int
    answered: int
    first_unanswered: int | None
    """None where every question has an answer."""
    carried: bool


@dataclass(frozen=True)
class Asked:
    """How a requirement reaches a person: through which unit, and its next cycle (None if it applies once)."""

    unit_name: str
    level: Level | None
    next_cycle: int | None
    next_opens_on: date | None


@dataclass(frozen=True)
class Desk:
    """Everything that a learner's pages are made of."""

    tasks: Sequence[OwnTask]
    places: Sequence[Place]
    attempts: Mapping[int, OpenAttempt]
    """By course."""
    completions: Sequence[OwnCompletion]
    exemptions: Sequence[HistoryExemption]
    """Left out where no task's state depends on one."""
    asked: Mapping[int, Asked]

    def of_course(self, course_id: int) -> list[OwnTask]:
        """The tasks in one course, the oldest first."""
        return [task for task in self.tasks if task.course_id == course_id]


def desk_of(person_id: int, today: date, course_id: int | None = None) -> Desk:
    """A person's desk, for all courses or for one."""
    tasks = own_tasks(person_id, today, course_id)
    decided = any(task.status.progress is Progress.EXEMPT or task.due_reason is EventReason.EXTENDED for task in tasks)
    return Desk(
        tasks=tasks,
        places=places(person_id, course_id),
        attempts=_open_attempts(person_id),
        completions=own_completions(person_id),
        exemptions=own_exemptions(person_id) if decided else (),
        asked=_asked(person_id, today),
    )


_OPEN_ATTEMPTS = (
    select(Attempt.id, Enrolment.course_id, Attempt.questions, Attempt.carried_from_id)
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .where(Enrolment.person_id == bindparam("person_id"), Attempt.still_open())
    .order_by(Attempt.id)
)
_ANSWERED = (
    select(Answer.attempt_id, Answer.question_id)
    .join(Attempt, Attempt.id == Answer.attempt_id)
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .where(Enrolment.person_id == bindparam("person_id"), Attempt.still_open())
)
_huvudman = aliased(OrgUnit)
_ASKED = (
    select(
        *Requirement.__table__.columns,
        OrgUnit.name.label("unit_name"),
        OrgUnit.level,
        RequirementAdoption.opens.label("own_opens"),
        RequirementAdoption.due.label("own_due"),
    )
    .select_from(AudienceMember)
    .join(Requirement, Requirement.id == AudienceMember.requirement_id)
    .join(Placement, Placement.id == AudienceMember.placement_id)
    .join(OrgUnit, OrgUnit.id == Placement.unit_id)
    .join(_huvudman, OrgUnit.inside(_huvudman.path))
    .join(
        RequirementAdoption,
        (RequirementAdoption.unit_id == _huvudman.id) & (RequirementAdoption.requirement_id == Requirement.id),
    )
    .where(
        AudienceMember.person_id == bindparam("person_id"),
        or_(Placement.until_on.is_(None), Placement.until_on >= bindparam("today", type_=Date)),
    )
    .order_by(Requirement.id, Placement.from_on, Placement.id)
)


def _open_attempts(person_id: int) -> dict[int, OpenAttempt]:
    """The open attempts by course. One query, and one for their answers if there are any."""
    attempts = run(_OPEN_ATTEMPTS, {"person_id": person_id}).all()
    answered: dict[int, set[str]] = defaultdict(set)
    if attempts:
        for attempt_id, question_id in run(_ANSWERED, {"person_id": person_id}):
            answered[attempt_id].add(question_id)
    found = {}
    for one in attempts:
        order = [question["question"] for question in one.questions]
        first = next((n for n, question_id in enumerate(order, 1) if question_id not in answered[one.id]), None)
        found[one.course_id] = OpenAttempt(
            id=one.id,
            total=len(order),
            answered=len(answered[one.id]),
            first_unanswered=first,
            carried=one.carried_from_id is not None,
        )
    return found


def _asked(person_id: int, today: date) -> dict[int, Asked]:
    """By requirement, how it reaches the person today. One query."""
    found: dict[int, Asked] = {}
    for row in run(_ASKED, {"person_id": person_id, "today": today}):
        if row.kind is RequirementKind.ONCE:
            found.setdefault(row.id, Asked(row.unit_name, row.level, None, None))
        else:
            cycle = cycle_on(own_terms(terms_of(row), row.own_opens, row.own_due), today)
            found.setdefault(row.id, Asked(row.unit_name, row.level, cycle.year + 1, cycle.next_opens_on))
    return found
