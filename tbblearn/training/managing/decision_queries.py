"""What a manager looks at before deciding something about one person."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

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
    """A course that something can be decided about. `due_on` is the last day of the task that is open."""

    slug: str
    title: Text
    due_on: date | None


@dataclass(frozen=True)
class BeforeDeciding:
    """The person as they stand, the courses to choose among, and the mark of how things stood (`decided_so_far`)."""

    person: ManagedPerson
    courses: tuple[CourseToDecide, ...]
    seen: str

    @property
    def extendable(self) -> tuple[CourseToDecide, ...]:
        """The courses with a task that is open and has a last day."""
        return tuple(course for course in self.courses if course.due_on is not None)

    def has(self, kind: ExemptionKind, today: date) -> bool:
        """True where a decision of the kind holds or is to hold, about any course."""
        made = (one.decision for one in self.person.history.exemptions)
        return any(one.kind == kind and one.lasts(today) for one in made)


def before_deciding(person_id: int, scope: Scope, today: date) -> BeforeDeciding:
    """What is needed to decide about a person: the courses they are asked for, then those that others are.

    Raises NotFound outside the scope.
    """
    person = person_page(person_id, scope, today)
    versions = {version.course_id: version for version in current_versions()}
    by_course: dict[int, list[OwnTask]] = {}
    for task in own_tasks(person_id, today):
        if task.reason is not EnrolmentReason.VOLUNTARY:
            by_course.setdefault(task.course_id, []).append(task)
    numbers = dict.fromkeys([*by_course, *(course.course_id for course in required_courses(today))])
    courses = []
    for course_id in numbers:
        if course_id not in versions:
            continue
        working = working_task(by_course.get(course_id, ()), today)
        courses.append(
            CourseToDecide(
                versions[course_id].slug,
                content(versions[course_id].id).title,
                None if working is None else working.due_on,
            )
        )
    return BeforeDeciding(person, tuple(courses), decided_so_far(person_id))


def completion_to_withdraw(before: BeforeDeciding, completion_id: int) -> ManagedCompletion:
    """The completion of that person that the manager may see. Raises NotFound."""
    found = next((one for one in before.person.history.completions if one.id == completion_id), None)
    if found is None:
        raise NotFound(completion_id=completion_id)
    return found


@dataclass(frozen=True)
class DecisionToEnd:
    """A decision that a manager may take back or shorten, and what happens when it is taken back altogether."""

    one: HistoryExemption
    ends: bool
    """False where there is nothing left to end."""
    first_on: date
    """The first day on which it then no longer holds."""
    due_on: date | None
    """The last day that a task then gets, where it gets another one."""
    under: Decision | None
    """An earlier decision of the kind, which then holds again."""


def decision_to_end(before: BeforeDeciding, exemption_id: int, today: date) -> DecisionToEnd:
    """The decision about that person. Raises NotFound."""
    found = next((one for one in before.person.history.exemptions if one.decision.id == exemption_id), None)
    if found is None:
        raise NotFound(exemption_id=exemption_id)
    decision, slug = found.decision, found.slug
    made = [one.decision for one in before.person.history.exemptions if one.slug == slug]
    course = course_by_slug(slug)
    tasks = [] if course is None else own_tasks(before.person.person_id, today, course.id)
    first_on = first_end(decision, tasks, today)
    ends = decision.can_end(today, first_on)
    moved = moved_by_end(decision, first_on, made, tasks, today) if ends else []
    others = [one for one in made if one.id < decision.id and one.enrolment_id == decision.enrolment_id]
    return DecisionToEnd(
        found,
        ends,
        first_on,
        max((one.due_on for one in moved), default=None),
        deciding(others, decision.kind, max(today, decision.from_on)),
    )


def decided_so_far(person_id: int) -> str:
    """A mark that changes whenever something is decided about the person, given to them or completed by them.

    Rows are only ever added, so their newest numbers say it (of revocations, which have none, how many). One query.
    """
    enrolments = select(Enrolment.id).where(Enrolment.person_id == person_id)
    exemptions = select(Exemption.id).where(Exemption.person_id == person_id)
    completions = select(Completion.id).where(Completion.person_id == person_id)
    row = db.session.execute(
        select(
            select(func.max(Enrolment.id)).where(Enrolment.person_id == person_id).scalar_subquery(),
            select(func.max(EnrolmentEvent.id)).where(EnrolmentEvent.enrolment_id.in_(enrolments)).scalar_subquery(),
            select(func.max(Exemption.id)).where(Exemption.person_id == person_id).scalar_subquery(),
            select(func.max(ExemptionEnd.id)).where(ExemptionEnd.exemption_id.in_(exemptions)).scalar_subquery(),
            select(func.max(Completion.id)).where(Completion.person_id == person_id).scalar_subquery(),
            select(func.count())
            .select_from(Revocation)
            .where(Revocation.completion_id.in_(completions))
            .scalar_subquery(),
        )
    ).one()
    return ".".join(str(number or 0) for number in row)
