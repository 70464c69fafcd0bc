"""A person's own tasks and reading, from which the learner's pages and actions start."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache

from sqlalchemy import ColumnElement, Integer, Select, bindparam, select

from tbblearn.courses.queries import VersionRow, content, current_version
from tbblearn.courses.rules import Course, Reading
from tbblearn.db import run
from tbblearn.training.completion_models import Completion
from tbblearn.training.models import Enrolment, ReadingPlace
from tbblearn.training.rules import EnrolmentReason, EventReason, NotFound, Status, status
from tbblearn.training.standing.facts import coded, now_standing, unpack


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
    """An attempt was handed in and did not pass. Never shown to a manager."""
    status: Status

    def can_be_done(self, today: date) -> bool:
        """True while it is not cancelled, completed or closed; it may open later."""
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
    """A person's enrolments (in one course), in the order to work on them. One query."""
    rows = run(_own_tasks(course_id is not None), {"today": today, **_chosen(person_id, course_id)}).mappings()
    tasks = []
    for row in rows:
        facts = unpack(row["code"])
        columns = {name: row[name] for name in _COLUMNS}
        tasks.append(OwnTask(**columns, failed=facts.failed, status=status(facts)))
    return sorted(tasks, key=_age)


def working_task(tasks: Iterable[OwnTask], today: date) -> OwnTask | None:
    """The first of `tasks` that can be done, preferably one that is already open."""
    possible = [task for task in tasks if task.can_be_done(today)]
    opened = [task for task in possible if task.opens_on <= today]
    return next(iter(opened or possible), None)


def places(person_id: int, course_id: int | None = None) -> list[Place]:
    """Where a person is in every part begun, the latest first. One query."""
    return [Place(**row) for row in run(_places(course_id is not None), _chosen(person_id, course_id)).mappings()]


def completed_courses(person_id: int) -> frozenset[int]:
    """The ids of the courses that a person has ever completed. One query."""
    return frozenset(run(_COMPLETED, {"person_id": person_id}).scalars())


def parts_read(known: Iterable[Place], enrolment_ids: Iterable[int]) -> frozenset[str]:
    """The parts read to their end on any of these enrolments."""
    wanted = frozenset(enrolment_ids)
    return frozenset(place.module_id for place in known if place.read and place.enrolment_id in wanted)


def first_unread(course: Course, read: frozenset[str], *, completed_before: bool) -> str | None:
    """The part to read before the quiz may start; None when it may.

    A course demands reading always, the first time only (until the person has completed it), or never.
    """
    if course.reading is Reading.OPTIONAL or (course.reading is Reading.FIRST_TIME and completed_before):
        return None
    return next((module.id for module in course.modules if module.id not in read), None)


# --- statements built once: building one takes longer than running it ---------------------------------------------

_COLUMNS = tuple(field.name for field in fields(OwnTask) if field.name not in {"failed", "status"})
_COMPLETED = select(Completion.course_id).where(Completion.person_id == bindparam("person_id"), Completion.stands())


def _chosen(person_id: int, course_id: int | None) -> dict[str, int]:
    return {"person_id": person_id} | ({} if course_id is None else {"course_id": course_id})


def _own(*, of_one_course: bool) -> list[ColumnElement[bool]]:
    chosen = [Enrolment.person_id == bindparam("person_id", type_=Integer)]
    if of_one_course:
        chosen.append(Enrolment.course_id == bindparam("course_id", type_=Integer))
    return chosen


@cache
def _own_tasks(of_one_course: bool) -> Select[*tuple[object, ...]]:
    return coded(now_standing(*_own(of_one_course=of_one_course)), own=True)


@cache
def _places(of_one_course: bool) -> Select[int, str, str, datetime, bool]:
    return (
        select(
            ReadingPlace.enrolment_id,
            ReadingPlace.module_id,
            ReadingPlace.screen_id,
            ReadingPlace.seen_at,
            ReadingPlace.read_at.is_not(None).label("read"),
        )
        .join(Enrolment, Enrolment.id == ReadingPlace.enrolment_id)
        .where(*_own(of_one_course=of_one_course))
        .order_by(ReadingPlace.seen_at.desc(), ReadingPlace.enrolment_id.desc(), ReadingPlace.module_id.desc())
    )


def _age(task: OwnTask) -> tuple[bool, int, date, int]:
    return (task.reason is EnrolmentReason.VOLUNTARY, task.cycle or 0, task.opens_on, task.enrolment_id)
