"""One person's own tasks and reading: what both the learner's pages and the learner's actions start from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import ColumnElement, Integer, Select, bindparam, select

from tbblearn.courses.queries import VersionRow, content, current_version
from tbblearn.courses.rules import Course, Reading, ScreenRef
from tbblearn.db import run
from tbblearn.training.completion_models import Completion
from tbblearn.training.models import Enrolment, ReadingPlace
from tbblearn.training.rules import EnrolmentReason, EventReason, NotFound, Status
from tbblearn.training.standing.facts import coded, now_standing, status_of, unpack


@dataclass(frozen=True)
class OwnTask:
    """An enrolment as it stands today."""

    enrolment_id: int
    course_id: int
    requirement_id: int | None
    cycle: int | None
    reason: EnrolmentReason
    occasion: str
    opens_on: date
    due_on: date | None
    grace_until_on: date | None
    open_until_on: date | None
    due_reason: EventReason | None
    cancelled: bool
    achieved_on: date | None
    failed: bool
    """An attempt was handed in and did not pass. Never for a manager's eyes."""
    status: Status

    def can_be_done(self, today: date) -> bool:
        """True while it holds, is neither completed nor closed; it may open later."""
        closed = self.open_until_on is not None and self.open_until_on < today
        return not self.cancelled and self.achieved_on is None and not closed


@dataclass(frozen=True)
class Place:
    """Where a person is in one part of a course."""

    enrolment_id: int
    module_id: str
    screen_id: str
    seen_at: datetime
    read: bool


def published(slug: str) -> tuple[VersionRow, Course]:
    """The newest version of a course and its content; raises NotFound."""
    version = current_version(slug)
    if version is None:
        raise NotFound(slug=slug)
    return version, content(version.id)


def own_tasks(person_id: int, today: date, course_id: int | None = None) -> list[OwnTask]:
    """All of a person's enrolments (of one course), the oldest first. One query."""
    values: dict[str, object] = {"today": today, "person_id": person_id}
    if course_id is not None:
        values["course_id"] = course_id
    rows = run(_own_tasks(course_id is not None), values).mappings()
    tasks = [
        OwnTask(
            row["enrolment_id"],
            row["course_id"],
            row["requirement_id"],
            row["cycle"],
            row["reason"],
            row["occasion"],
            row["opens_on"],
            row["due_on"],
            row["grace_until_on"],
            row["open_until_on"],
            row["due_reason"],
            bool(row["cancelled"]),
            row["achieved_on"],
            unpack(row["code"]).failed,
            status_of(row["code"]),
        )
        for row in rows
    ]
    return sorted(tasks, key=_age)


def working_task(tasks: Iterable[OwnTask], today: date) -> OwnTask | None:
    """The one to work on: the older of those that can be done, what was asked for before what was chosen freely."""
    possible = [task for task in tasks if task.can_be_done(today)]
    opened = [task for task in possible if task.opens_on <= today]
    return next(iter(opened or possible), None)


def places(person_id: int, course_id: int | None = None) -> list[Place]:
    """Where a person is in every part read so far, the newest first. One query."""
    chosen = {"person_id": person_id} | ({} if course_id is None else {"course_id": course_id})
    found = run(_places(course_id is not None), chosen)
    return [
        Place(enrolment_id, module_id, screen_id, seen_at, read_at is not None)
        for enrolment_id, module_id, screen_id, seen_at, read_at in found
    ]


def completed_courses(person_id: int) -> frozenset[int]:
    """The courses that a person has completed at some time, by id. One query."""
    return frozenset(run(_COMPLETED, {"person_id": person_id}).scalars())


def parts_read(known: Iterable[Place], enrolment_ids: Iterable[int]) -> frozenset[str]:
    """The parts read to their end on any of these enrolments."""
    wanted = frozenset(enrolment_ids)
    return frozenset(place.module_id for place in known if place.read and place.enrolment_id in wanted)


def first_unread(course: Course, read: frozenset[str], *, completed_before: bool) -> str | None:
    """The part to read before the quiz may begin; None when it may.

    A course may ask for reading always, the first time only (until somebody has completed it), or not at all.
    """
    if course.reading is Reading.OPTIONAL or (course.reading is Reading.FIRST_TIME and completed_before):
        return None
    return next((module.id for module in course.modules if module.id not in read), None)


def next_screen(course: Course, ref: ScreenRef) -> ScreenRef | None:
    """The screen after this one, in the next part after a part's last; None after the last of all."""
    every = [ScreenRef(module.id, screen.id) for module in course.modules for screen in module.screens]
    after = every.index(ref) + 1
    return every[after] if after < len(every) else None


def previous_screen(course: Course, ref: ScreenRef) -> ScreenRef | None:
    """The screen before this one; None before the first of all."""
    every = [ScreenRef(module.id, screen.id) for module in course.modules for screen in module.screens]
    at = every.index(ref)
    return every[at - 1] if at else None


# --- statements made once: putting them together takes longer than running them ----------------------------------

_COMPLETED = select(Completion.course_id).where(Completion.person_id == bindparam("person_id"), Completion.stands())


def _own(*, of_one_course: bool) -> list[ColumnElement[bool]]:
    chosen = [Enrolment.person_id == bindparam("person_id", type_=Integer)]
    if of_one_course:
        chosen.append(Enrolment.course_id == bindparam("course_id", type_=Integer))
    return chosen


@cache
def _own_tasks(of_one_course: bool) -> Select[*tuple[object, ...]]:
    return coded(now_standing(*_own(of_one_course=of_one_course)), own=True)


@cache
def _places(of_one_course: bool) -> Select[int, str, str, datetime, datetime | None]:
    return (
        select(
            ReadingPlace.enrolment_id,
            ReadingPlace.module_id,
            ReadingPlace.screen_id,
            ReadingPlace.seen_at,
            ReadingPlace.read_at,
        )
        .join(Enrolment, Enrolment.id == ReadingPlace.enrolment_id)
        .where(*_own(of_one_course=of_one_course))
        .order_by(ReadingPlace.seen_at.desc(), ReadingPlace.enrolment_id.desc(), ReadingPlace.module_id.desc())
    )


def _age(task: OwnTask) -> tuple[bool, int, date, int]:
    return (task.reason is EnrolmentReason.VOLUNTARY, task.cycle or 0, task.opens_on, task.enrolment_id)
