"""What a task's earlier attempts mean to the next: the missed questions that rest."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, func, select

from tbblearn.courses.models import CourseRecord
from tbblearn.courses.rules import Course
from tbblearn.db import run
from tbblearn.training.attempts.drawing import Miss, resting_questions
from tbblearn.training.models import Attempt, Enrolment, ReadingPlace
from tbblearn.training.rules import Outcome

_EARLIER = (
    select(Attempt.id, Attempt.handed_in_at, Attempt.outcome, Attempt.questions, Attempt.right_ids)
    .where(Attempt.enrolment_id == bindparam("enrolment_id"))
    .order_by(Attempt.number)
)
_READ = (
    select(CourseRecord.slug, ReadingPlace.module_id, func.max(ReadingPlace.read_at).label("at"))
    .join(Enrolment, Enrolment.id == ReadingPlace.enrolment_id)
    .join(CourseRecord, CourseRecord.id == Enrolment.course_id)
    .where(Enrolment.person_id == bindparam("person_id"), ReadingPlace.read_at.is_not(None))
    .group_by(CourseRecord.slug, ReadingPlace.module_id)
)


def at_rest(person_id: int, enrolment_id: int, course: Course) -> tuple[str, ...]:
    """The questions that rest in the task's next attempt, the one missed longest ago first. At most two queries."""
    misses = [
        Miss(one["question"], row.handed_in_at)
        for row in run(_EARLIER, {"enrolment_id": enrolment_id})
        if row.outcome is Outcome.FAILED
        for one in row.questions
        if one["question"] not in row.right_ids
    ]
    return resting_questions(course.questions, misses, _read_at(person_id, course)) if misses else ()


def latest_failed(enrolment_id: int) -> int | None:
    """The task's newest attempt that did not pass; None where there is none. One query."""
    earlier = run(_EARLIER, {"enrolment_id": enrolment_id})
    return next((row.id for row in reversed(earlier.all()) if row.outcome is Outcome.FAILED), None)


def _read_at(person_id: int, course: Course) -> Mapping[str, datetime]:
    """When the person last read the part that teaches each goal, by goal; some are taught in another course."""
    read = {(row.slug, row.module_id): row.at for row in run(_READ, {"person_id": person_id})}
    taught = {goal.id: (goal.course or course.slug, goal.module) for goal in course.goals}
    return {goal_id: read[part] for goal_id, part in taught.items() if part in read}
