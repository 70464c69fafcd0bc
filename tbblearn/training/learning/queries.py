"""What the learner's pages show. A fixed number of queries each, however many tasks there are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import bindparam, select

from tbblearn.courses.queries import VersionRow, content, current_versions
from tbblearn.courses.rules import Course, Module, NoSuchPart, Text
from tbblearn.courses.rules import Level as CourseLevel
from tbblearn.courses.vocabulary import Service, services_told_by
from tbblearn.db import run
from tbblearn.people.models import OrgUnit, Placement
from tbblearn.people.rules import Level
from tbblearn.training.attempts.marking import needed
from tbblearn.training.learning.desk import Desk, desk_of
from tbblearn.training.record.queries import HistoryExemption, OwnCompletion
from tbblearn.training.record.tasks import (
    OwnTask,
    Place,
    first_unread,
    own_tasks,
    parts_read,
    places,
    published,
    working_task,
)
from tbblearn.training.requirements.exemptions import Decision, last_in_line
from tbblearn.training.rules import Basis, EnrolmentReason, EventReason, ExemptionKind, NotFound, Progress, Status


class StepKind(StrEnum):
    """What the one big button does."""

    BEGIN = "begin"
    READ = "read"
    QUIZ = "quiz"
    RESUME_QUIZ = "resume_quiz"
    RETRY = "retry"


@dataclass(frozen=True)
class Step:
    """Where to go on: a screen, or the quiz.

    `question` is the number of the first one without an answer; None in a quiz under way where only the review is left.
    """

    kind: StepKind
    module: str | None = None
    screen: str | None = None
    attempt_id: int | None = None
    question: int | None = None


@dataclass(frozen=True)
class Task:
    """A course that a person has to take, or has begun by choice."""

    enrolment_id: int
    slug: str
    title: Text
    status: Status
    reason: EnrolmentReason
    cycle: int | None
    opens_on: date
    due_on: date | None
    grace_until_on: date | None
    minutes_left: int
    parts: int
    parts_read: int
    step: Step
    next_part: Module | None
    """The part that the step leads to; None where that is the quiz."""
    unit_name: str | None
    """The unit through which it is required; `level` says why. None for one begun by choice."""
    level: Level | None
    returned: bool
    """Coming back from leave moved the last day."""
    decided: Decision | None
    """The exemption or extension behind its present state."""
    withdrawn: OwnCompletion | None
    """The completion that counted for it and was withdrawn."""


@dataclass(frozen=True)
class DoneCourse:
    """A course that is completed and not due again yet."""

    completion_id: int
    slug: str
    title: Text
    achieved_on: date
    basis: Basis
    version: int | None
    late: bool
    cycles: tuple[int, ...]
    next_cycle: int | None
    """The cycle in which it comes back; None if it does not."""
    year: int | None
    """The newest cycle of a yearly requirement that it counts for."""
    reasons: frozenset[EnrolmentReason]
    """Why those tasks were asked for that it counts for."""


@dataclass(frozen=True)
class MyCourses:
    """A person's tasks, the most urgent first, what is done, what else there is, and when the next cycle opens."""

    tasks: tuple[Task, ...]
    done: tuple[DoneCourse, ...]
    more: tuple[Course, ...]
    """Courses that nobody asks for and that the person has not begun, from the lowest level up."""
    next_opens_on: date | None


@dataclass(frozen=True)
class CoursePage:
    """One course as its own page shows it."""

    course: Course
    task: Task | None
    done: DoneCourse | None
    parts_read: frozenset[str]
    step: Step
    questions: int
    needed: int
    quiz_open: bool
    open_attempt_id: int | None
    carried: bool
    """The open attempt continues one of an older version."""
    failed_before: bool


@dataclass(frozen=True)
class PartPage:
    """One part of a course."""

    course: Course
    module: Module
    parts_read: frozenset[str]
    services: frozenset[Service]
    """The services in which the reader works; empty in a part that is the same for all."""


def my_courses(person_id: int, today: date) -> MyCourses:
    """What a person has to do, with the next step of each, and what is done.

    A course that is done and begun again by choice is listed once, as done.
    """
    desk = desk_of(person_id, today)
    tasks, done, more = [], [], []
    for version in current_versions():
        course = content(version.id)
        working = working_task(desk.of_course(version.course_id), today)
        free = working is None or working.reason is EnrolmentReason.VOLUNTARY
        completed = _done(version, desk) if free else None
        if completed is not None:
            done.append(completed)
        elif working is not None:
            tasks.append(_task(working, course, desk, today))
        elif not desk.of_course(version.course_id):
            more.append(course)
    openings = [one.next_opens_on for one in desk.asked.values() if one.next_opens_on is not None]
    return MyCourses(
        tuple(sorted(tasks, key=lambda one: (one.due_on is None, one.due_on or one.opens_on, one.enrolment_id))),
        tuple(sorted(done, key=lambda one: (one.achieved_on, one.completion_id), reverse=True)),
        tuple(sorted(more, key=lambda course: list(CourseLevel).index(course.level))),
        min(openings, default=None),
    )


def course_page(person_id: int, slug: str, today: date) -> CoursePage:
    """One course: its parts, the person's task in it, and whether the quiz may begin. Raises NotFound."""
    version, course = published(slug)
    desk = desk_of(person_id, today, version.course_id)
    working = working_task(desk.of_course(version.course_id), today)
    read = _read_for(working, course, desk)
    done = _done(version, desk)
    attempt = desk.attempts.get(version.course_id)
    opened = working is None or working.opens_on <= today
    return CoursePage(
        course=course,
        task=None if working is None else _task(working, course, desk, today),
        done=done,
        parts_read=read,
        step=_step(working, course, desk, version.course_id),
        questions=course.drawn,
        needed=needed(course.pass_mark, course.drawn),
        quiz_open=opened and first_unread(course, read, completed_before=done is not None) is None,
        open_attempt_id=None if attempt is None else attempt.id,
        carried=attempt is not None and attempt.carried,
        failed_before=working is not None and working.failed,
    )


def part_page(person_id: int, slug: str, module_id: str, today: date) -> PartPage:
    """One part, and which parts are read. Raises NotFound."""
    version, course = published(slug)
    known = places(person_id, version.course_id)
    working = working_task(own_tasks(person_id, today, version.course_id), today)
    try:
        module = course.module(module_id)
    except NoSuchPart as error:
        raise NotFound(part=module_id) from error
    on = {place.enrolment_id for place in known} if working is None else {working.enrolment_id}
    own = _services_of(person_id, today) if any(screen.service for screen in module.screens) else frozenset()
    return PartPage(course, module, parts_read(known, on), own)


_UNITS = (
    select(OrgUnit.service, OrgUnit.name)
    .join(Placement, Placement.unit_id == OrgUnit.id)
    .where(Placement.person_id == bindparam("person_id"), Placement.held_on(bindparam("today")))
)


def _services_of(person_id: int, today: date) -> frozenset[Service]:
    """The services that the person's units are told to be. One query."""
    units = run(_UNITS, {"person_id": person_id, "today": today})
    return frozenset(service for unit in units for service in services_told_by(f"{unit.service} {unit.name}"))


def _task(own: OwnTask, course: Course, desk: Desk, today: date) -> Task:
    read = _read_for(own, course, desk)
    attempt = desk.attempts.get(own.course_id)
    quiz = course.quiz_minutes if attempt is None else (attempt.total - attempt.answered + 1) // 2
    asked = desk.asked.get(own.requirement_id) if own.requirement_id is not None else None
    step = _step(own, course, desk, own.course_id)
    return Task(
        enrolment_id=own.enrolment_id,
        slug=course.slug,
        title=course.title,
        status=own.status,
        reason=own.reason,
        cycle=own.cycle,
        opens_on=own.opens_on,
        due_on=own.due_on,
        grace_until_on=own.grace_until_on,
        minutes_left=quiz + sum(_minutes_left(module, own, desk) for module in course.modules if module.id not in read),
        parts=len(course.modules),
        parts_read=sum(module.id in read for module in course.modules),
        step=step,
        next_part=None if step.module is None else course.module(step.module),
        unit_name=None if asked is None else asked.unit_name,
        level=None if asked is None else asked.level,
        returned=own.due_reason is EventReason.RETURNED,
        decided=_decided(own, [one for one in desk.exemptions if one.slug == course.slug], today),
        withdrawn=next(
            (one for one in desk.completions if one.revoked_on is not None and own.enrolment_id in one.enrolment_ids),
            None,
        ),
    )


def _decided(own: OwnTask, exemptions: Sequence[HistoryExemption], today: date) -> Decision | None:
    """The decision behind a task's present state; None also where a leave makes it exempt."""
    made = [one.decision for one in exemptions]
    if own.status.progress is Progress.EXEMPT:
        days = (today, own.due_on or today)
        return next((one for at in days if (one := last_in_line(made, ExemptionKind.EXEMPT, at))), None)
    longer = [one for one in made if one.enrolment_id == own.enrolment_id and not one.ended_on]
    extended = own.due_reason is EventReason.EXTENDED
    return max(longer, key=lambda one: one.id, default=None) if extended else None


def _read_for(own: OwnTask | None, course: Course, desk: Desk) -> frozenset[str]:
    """The parts read for this task, or ever if there is none; only parts that the course still has."""
    on = {place.enrolment_id for place in desk.places} if own is None else {own.enrolment_id}
    return parts_read(desk.places, on) & {module.id for module in course.modules}


def _step(own: OwnTask | None, course: Course, desk: Desk, course_id: int) -> Step:
    attempt = desk.attempts.get(course_id)
    if attempt is not None:
        return Step(StepKind.RESUME_QUIZ, attempt_id=attempt.id, question=attempt.first_unanswered)
    if own is not None and own.failed:
        return Step(StepKind.RETRY)
    read = _read_for(own, course, desk)
    unread = [module for module in course.modules if module.id not in read]
    if not unread:
        return Step(StepKind.QUIZ)
    here = [place for place in desk.places if own is not None and place.enrolment_id == own.enrolment_id]
    begun = [place.module_id for place in here if not place.read]
    module = next((one for name in begun for one in unread if one.id == name), unread[0])
    at = _remembered(module, here)
    return Step(
        StepKind.READ if here or read else StepKind.BEGIN, module.id, at if at != module.screens[0].id else None
    )


def _minutes_left(module: Module, own: OwnTask, desk: Desk) -> int:
    """What is left of a part, by the section where the reader is."""
    here = _remembered(module, [place for place in desk.places if place.enrolment_id == own.enrolment_id])
    at = next(number for number, screen in enumerate(module.screens) if screen.id == here)
    return module.minutes_from(module.screens, at)


def _remembered(module: Module, known: Iterable[Place]) -> str:
    """The section to go on with in a part: the last one seen if the course still has it, else the first."""
    screens = [screen.id for screen in module.screens]
    place = next((one for one in known if one.module_id == module.id), None)
    return place.screen_id if place is not None and not place.read and place.screen_id in screens else screens[0]


def _done(version: VersionRow, desk: Desk) -> DoneCourse | None:
    """The newest completion of the course, with the cycles it counts for and when the course comes back."""
    mine = (one for one in desk.completions if one.course_id == version.course_id and one.revoked_on is None)
    newest = next(mine, None)
    if newest is None:
        return None
    credited = [task for task in desk.tasks if task.enrolment_id in newest.enrolment_ids]
    cycles = sorted({task.cycle for task in credited if task.cycle is not None})
    years = [task.cycle for task in credited if task.cycle and task.reason is EnrolmentReason.YEARLY]
    asked = [one for number, one in desk.asked.items() if any(task.requirement_id == number for task in credited)]
    following = [one.next_cycle for one in asked if one.next_cycle is not None]
    return DoneCourse(
        completion_id=newest.id,
        slug=version.slug,
        title=newest.title,
        achieved_on=newest.achieved_on,
        basis=newest.basis,
        version=newest.version,
        late=any(task.status.progress is Progress.COMPLETED_LATE for task in credited),
        cycles=tuple(cycles),
        next_cycle=max(max(cycles) + 1, min(following)) if cycles and following else None,
        year=max(years, default=None),
        reasons=frozenset(task.reason for task in credited),
    )
