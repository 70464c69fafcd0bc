"""The timer's action on abandoned attempts: their answers carry over to the newest version (docs/rules/courses.md).

The timer does this, not the learner's return: viewing a page writes nothing, and however learners come back, by a
bookmark, the button or a form left open, they find the same attempt.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Row, func, insert, select, update

from tbblearn.courses.actions import hold_still
from tbblearn.courses.models import CourseVersion
from tbblearn.courses.queries import contents, current_versions
from tbblearn.db import db, stockholm_date
from tbblearn.people.models import OrgUnit, Placement
from tbblearn.training.attempts.corrections import carried, unchanged
from tbblearn.training.attempts.drawing import DrawnQuestion
from tbblearn.training.models import Answer, Attempt, Enrolment
from tbblearn.training.requirements.completing import MOST_PERSONS, lock_persons

IDLE = timedelta(days=14)
"""How long an attempt of an older version waits for its learner."""


def carry_over_idle(after_id: int, *, now: datetime, size: int = MOST_PERSONS) -> tuple[int, int | None]:
    """Carry over the next `size` attempts (by id) of superseded versions that have been idle for 14 days.

    Returns how many, and the id to continue from: None after the last.

    Each is closed and keeps its answers; a new attempt at the newest version has the questions that are the same, with
    their answers, and others drawn in place of those gone or changed. Idempotent. A fixed number of queries.
    """
    found = _left_behind(now, after_id, size)
    if not found:
        return 0, None
    last_id = found[-1].id if len(found) == size else None
    for course_id in sorted({row.course_id for row in found}):
        hold_still(course_id)
    lock_persons(sorted({row.person_id for row in found}))
    # Learners who came back meanwhile continue as before.
    found = _left_behind(now, after_id, size, [row.id for row in found])
    if found:
        _carry(found, now)
    return len(found), last_id


def _left_behind(
    now: datetime, after_id: int, size: int, attempt_ids: Sequence[int] = ()
) -> Sequence[Row[tuple[object, ...]]]:
    newest = (
        select(CourseVersion.course_id, func.max(CourseVersion.number).label("number"))
        .group_by(CourseVersion.course_id)
        .subquery()
    )
    recent = select(Answer.attempt_id).where(Answer.attempt_id == Attempt.id, Answer.saved_at > now - IDLE).exists()
    chosen = (
        select(
            Attempt.id,
            Attempt.enrolment_id,
            Attempt.number,
            Attempt.course_version_id,
            Attempt.questions,
            Enrolment.person_id,
            Enrolment.course_id,
        )
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(CourseVersion, CourseVersion.id == Attempt.course_version_id)
        .join(newest, newest.c.course_id == CourseVersion.course_id)
        .where(
            Attempt.id > after_id,
            Attempt.still_open(),
            CourseVersion.number < newest.c.number,
            Attempt.started_at <= now - IDLE,
            ~recent,
        )
        .order_by(Attempt.id)
        .limit(size)
    )
    if attempt_ids:
        chosen = chosen.where(Attempt.id.in_(attempt_ids)).with_for_update(of=Attempt)
    return db.session.execute(chosen).all()


def _huvudmen(person_ids: Sequence[int], today: date) -> dict[int, set[str]]:
    """The ids of the huvudmän that employ each person today."""
    found: dict[int, set[str]] = defaultdict(set)
    for person_id, huvudman in db.session.execute(
        select(Placement.person_id, OrgUnit.source)
        .join(OrgUnit, OrgUnit.id == Placement.unit_id)
        .where(Placement.person_id.in_(person_ids), Placement.held_on(today))
    ):
        found[person_id].add(huvudman)
    return found


def _carry(found: Sequence[Row[tuple[object, ...]]], now: datetime) -> None:
    newest = {version.course_id: version.id for version in current_versions()}
    needed = {row.course_version_id for row in found} | {newest[row.course_id] for row in found}
    courses = contents(sorted(needed))
    answers: dict[int, list[Answer]] = defaultdict(list)
    for answer in db.session.scalars(select(Answer).where(Answer.attempt_id.in_([row.id for row in found]))):
        answers[answer.attempt_id].append(answer)
    employers = _huvudmen([row.person_id for row in found], stockholm_date(now))
    going_on = {
        row.id: carried(
            [DrawnQuestion(one["question"], tuple(one["choices"])) for one in row.questions],
            courses[row.course_version_id],
            courses[newest[row.course_id]],
            {answer.question_id for answer in answers[row.id]},
            f"{row.enrolment_id}/{row.number + 1}",
            employers[row.person_id],
        )
        for row in found
    }
    db.session.execute(update(Attempt), [{"id": row.id, "carried_over_at": now} for row in found])
    added = db.session.execute(
        insert(Attempt).returning(Attempt.carried_from_id, Attempt.id),
        [
            {
                "enrolment_id": row.enrolment_id,
                "course_version_id": newest[row.course_id],
                "number": row.number + 1,
                "questions": [
                    {"question": one.question_id, "choices": list(one.choice_ids)} for one in going_on[row.id]
                ],
                "total": len(going_on[row.id]),
                "started_at": now,
                "carried_from_id": row.id,
            }
            for row in found
        ],
    )
    new_ids: dict[int, int] = {row.carried_from_id: row.id for row in added}
    # A question drawn anew may share its id with one that was changed, whose answer does not answer it.
    same = {
        row.id: unchanged(going_on[row.id], courses[row.course_version_id], courses[newest[row.course_id]])
        for row in found
    }
    rows = [
        {
            "attempt_id": new_ids[attempt_id],
            "question_id": answer.question_id,
            "chosen": answer.chosen,
            "saved_at": answer.saved_at,
        }
        for attempt_id, given in answers.items()
        for answer in given
        if answer.question_id in same[attempt_id]
    ]
    if rows:
        db.session.execute(insert(Answer), rows)
