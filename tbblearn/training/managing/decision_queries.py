"""What a manager sees before deciding something about one person."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select

from tbblearn.courses.queries import content, course_by_slug, current_versions
from tbblearn.courses.rules import Text
from tbblearn.db import db
from tbblearn.people.rules import Scope
from tbblearn.training.completion_models import Completion, Revocation
from tbblearn.training.exemption_models import Exemption, ExemptionEnd
from tbblearn.training.managing.ending_queries import first_end, moved_by_end
from tbblearn.training.managing.person_queries import ManagedCompletion, ManagedPerson, person_page
from tbblearn.training.models import Enrolment, EnrolmentEvent
from tbblearn.training.record.queries import HistoryExemption
from tbblearn.training.record.tasks import OwnTask, own_tasks, working_task
from tbblearn.training.requirements.exemptions import Decision, deciding
from tbblearn.training.requirements.queries import required_courses
from tbblearn.training.rules import EnrolmentReason, ExemptionKind, NotFound


@dataclass(frozen=True)
class CourseToDecide:
    """A course to decide about. `due_on` is the last day of its open task."""

    slug: str
    title: Text
    due_on: date | None


@dataclass(frozen=True)
class BeforeDeciding:
    """The person, the courses to choose from, and the mark of how things stood (`decided_so_far`)."""

    person: ManagedPerson
    courses: tuple[CourseToDecide, ...]
    seen: str

    @property
    def extendable(self) -> tuple[CourseToDecide, ...]:
        """The courses with a task that is open and has a last day."""
        return tuple(course for course in self.courses if course.due_on is not None)

    def has(self, kind: ExemptionKind, today: date) -> bool:
        """True if a decision of the kind holds or will hold, about any course."""
        made = (one.decision for one in self.person.history.exemptions)
        return any(one.kind == kind and one.lasts(today) for one in made)


def before_deciding(person_id: int, scope: Scope, today: date) -> BeforeDeciding:
    """What a decision about a person starts from: the courses asked of them first, then those asked of others.

    Raises NotFound outside the scope.
    """
    person = person_page(person_id, scope, today)
    versions = {version.course_id: version for version in current_versions()}
    by_course: dict[int, list[OwnTask]] = {}
    for task in own_tasks(person_id, today):
        if task.reason is not EnrolmentReason.VOLUNTARY:
            by_course.setdefault(task.course_id, []).append(task)
    courses = []
    for course_id in dict.fromkeys([*by_course, *(course.course_id for course in required_courses(today))]):
        if version := versions.get(course_id):
            working = working_task(by_course.get(course_id, ()), today)
            due_on = None if working is None else working.due_on
            courses.append(CourseToDecide(version.slug, content(version.id).title, due_on))
    return BeforeDeciding(person, tuple(courses), decided_so_far(person_id))


def completion_to_withdraw(before: BeforeDeciding, completion_id: int) -> ManagedCompletion:
    """The completion of that person that the manager may see. Raises NotFound."""
    found = next((one for one in before.person.history.completions if one.id == completion_id), None)
    if found is None:
        raise NotFound(completion_id=completion_id)
    return found


@dataclass(frozen=True)
class DecisionToEnd:
    """A decision that a manager may take back or shorten, and what happens if it is taken back altogether."""

    one: HistoryExemption
    ends: bool
    """False where there is nothing left to end."""
    first_on: date
    """The first day on which it then no longer holds."""
    due_on: date | None
    """The new last day of a task that gets one."""
    under: Decision | None
    """An earlier decision of the kind, which then holds again."""


def decision_to_end(before: BeforeDeciding, exemption_id: int, today: date) -> DecisionToEnd:
    """The decision about that person. Raises NotFound."""
    found = next((one for one in before.person.history.exemptions if one.decision.id == exemption_id), None)
    if found is None:
        raise NotFound(exemption_id=exemption_id)
    decision = found.decision
    made = [one.decision for one in before.person.history.exemptions if one.slug == found.slug]
    course = course_by_slug(found.slug)
    tasks = [] if course is None else own_tasks(before.person.person_id, today, course.id)
    first_on = first_end(decision, tasks, today)
    ends = decision.can_end(today, first_on)
    moved = moved_by_end(decision, first_on, made, tasks, today) if ends else []
    others = [one for one in made if one.id < decision.id and one.enrolment_id == decision.enrolment_id]
    return DecisionToEnd(
        one=found,
        ends=ends,
        first_on=first_on,
        due_on=max((one.due_on for one in moved), default=None),
        under=deciding(others, decision.kind, max(today, decision.from_on)),
    )


def decided_so_far(person_id: int) -> str:
    """A mark that changes whenever something is decided about the person, assigned to them or completed by them.

    Rows are only ever added, so the newest ids tell (of revocations, which have none, the count). One query.
    """

    def of_person(wanted: Any, model: type[Enrolment | Exemption | Completion], *where: ColumnElement[bool]) -> Any:
        return select(wanted).where(model.person_id == person_id, *where).scalar_subquery()

    row = db.session.execute(
        select(
            of_person(func.max(Enrolment.id), Enrolment),
            of_person(func.max(EnrolmentEvent.id), Enrolment, EnrolmentEvent.enrolment_id == Enrolment.id),
            of_person(func.max(Exemption.id), Exemption),
            of_person(func.max(ExemptionEnd.id), Exemption, ExemptionEnd.exemption_id == Exemption.id),
            of_person(func.max(Completion.id), Completion),
            of_person(func.count(Revocation.completion_id), Completion, Revocation.completion_id == Completion.id),
        )
    ).one()
    return ".".join(str(number or 0) for number in row)
