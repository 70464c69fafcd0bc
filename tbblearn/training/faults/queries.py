"""What learners have said is wrong with the questions of a course. Never who."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from tbblearn.courses.models import CourseVersion
from tbblearn.courses.queries import content, current_version
from tbblearn.courses.rules import Course, NoSuchPart, PracticeBlock, Question, ScreenRef
from tbblearn.db import db
from tbblearn.training.attempts.queries import result_page
from tbblearn.training.faults.models import QuestionFaultReport
from tbblearn.training.faults.rules import FaultKind, FaultOutcome
from tbblearn.training.models import Attempt
from tbblearn.training.rules import NotFound

MOST_SHOWN = 100
"""Reports on one page; the oldest are handled first, and then the next come."""


@dataclass(frozen=True)
class QuestionInVersion:
    """A question that somebody has met, in the version in which they met it."""

    course_id: int
    course_version_id: int
    course: Course
    question: Question


@dataclass(frozen=True)
class OpenReport:
    """A report that is not handled, as its own reporter's next try is compared with it."""

    id: int
    kind: FaultKind
    text: str


@dataclass(frozen=True)
class FaultReport:
    """A report as an editor reads it. `question` is None where the version no longer names it so."""

    id: int
    version: int
    question_id: str
    question: Question | None
    kind: FaultKind
    text: str
    created_on: date
    handled_on: date | None
    outcome: FaultOutcome | None


@dataclass(frozen=True)
class FaultReports:
    """A course's open reports, the oldest first (at most MOST_SHOWN of `waiting`), and the last handled ones."""

    course: Course
    waiting: int
    open: tuple[FaultReport, ...]
    handled: tuple[FaultReport, ...]


def answered_question(person_id: int, attempt_id: int, number: int) -> QuestionInVersion:
    """Question `number` (from 1) of an attempt that the person has handed in. Raises NotFound, NotHandedIn."""
    found = result_page(person_id, attempt_id)
    if not 1 <= number <= len(found.questions):
        raise NotFound(attempt_id=attempt_id, number=number)
    course_id, version_id = db.session.execute(
        select(CourseVersion.course_id, CourseVersion.id)
        .join(Attempt, Attempt.course_version_id == CourseVersion.id)
        .where(Attempt.id == attempt_id)
    ).one()
    return QuestionInVersion(course_id, version_id, found.course, found.questions[number - 1].question)


def practised_question(slug: str, ref: ScreenRef, question_id: str) -> QuestionInVersion:
    """A practice question that stands on a screen of the newest version. Raises NotFound."""
    version = current_version(slug)
    if version is None:
        raise NotFound(slug=slug)
    course = content(version.id)
    try:
        screen = course.screen(ref)
    except NoSuchPart as error:
        raise NotFound(slug=slug, screen=ref.screen) from error
    blocks = (block for blocks in screen.blocks.values() for block in blocks)
    if not any(isinstance(block, PracticeBlock) and block.question_id == question_id for block in blocks):
        raise NotFound(slug=slug, question_id=question_id)
    return QuestionInVersion(version.course_id, version.id, course, course.practice[question_id])


def open_report(mark: str) -> OpenReport | None:
    """The report with this mark, which only its own reporter can make."""
    row = db.session.execute(
        select(QuestionFaultReport.id, QuestionFaultReport.kind, QuestionFaultReport.text).where(
            QuestionFaultReport.reporter_mark == mark
        )
    ).one_or_none()
    return None if row is None else OpenReport(*row)


def fault_reports(slug: str) -> FaultReports:
    """What has been said of a course's questions, in any version. Raises NotFound. Four queries and the contents."""
    current = current_version(slug)
    if current is None:
        raise NotFound(slug=slug)
    waiting = QuestionFaultReport.handled_on.is_(None)
    total = db.session.scalar(
        select(func.count())
        .select_from(QuestionFaultReport)
        .join(CourseVersion, CourseVersion.id == QuestionFaultReport.course_version_id)
        .where(CourseVersion.course_id == current.course_id, waiting)
    )
    of_course = (
        select(QuestionFaultReport, CourseVersion.number)
        .join(CourseVersion, CourseVersion.id == QuestionFaultReport.course_version_id)
        .where(CourseVersion.course_id == current.course_id)
        .limit(MOST_SHOWN)
    )
    newest_first = (QuestionFaultReport.handled_on.desc(), QuestionFaultReport.id.desc())
    return FaultReports(
        content(current.id),
        total or 0,
        _read(of_course.where(waiting).order_by(QuestionFaultReport.id)),
        _read(of_course.where(~waiting).order_by(*newest_first)),
    )


def _read(chosen: Select[*tuple[Any, ...]]) -> tuple[FaultReport, ...]:
    return tuple(
        FaultReport(
            report.id,
            number,
            report.question_id,
            _question(content(report.course_version_id), report.question_id),
            report.kind,
            report.text,
            report.created_on,
            report.handled_on,
            report.outcome,
        )
        for report, number in db.session.execute(chosen)
    )


def _question(course: Course, question_id: str) -> Question | None:
    found = course.practice.get(question_id)
    return found or next((one for one in course.questions if one.id == question_id), None)
