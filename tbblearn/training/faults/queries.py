"""Learners' reports of the questions of a course, never who made them."""

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

_SHOWN = ("id", "question_id", "kind", "text", "created_on", "handled_on", "outcome")
MOST_SHOWN = 100
"""Reports on one page, the oldest first."""


@dataclass(frozen=True)
class QuestionInVersion:
    """A question in the version in which a learner met it."""

    course_id: int
    course_version_id: int
    course: Course
    question: Question


@dataclass(frozen=True)
class FaultReport:
    """A report as an editor sees it. `question` is None where the version has no question with this id."""

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
    """The MOST_SHOWN oldest of the `waiting` open reports of a course, and the latest handled ones."""

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
    """A practice question on a screen of the newest version. Raises NotFound."""
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


def open_report(mark: str) -> QuestionFaultReport | None:
    """The open report with this mark, which only its own reporter can make."""
    return db.session.scalar(select(QuestionFaultReport).where(QuestionFaultReport.reporter_mark == mark))


def fault_reports(slug: str) -> FaultReports:
    """The reports of a course's questions, in any version. Raises NotFound. Four queries and the contents."""
    current = current_version(slug)
    if current is None:
        raise NotFound(slug=slug)
    waiting = QuestionFaultReport.handled_on.is_(None)
    reports = (
        select(
            QuestionFaultReport.course_version_id,
            CourseVersion.number.label("version"),
            *(getattr(QuestionFaultReport, name) for name in _SHOWN),
        )
        .join(CourseVersion, CourseVersion.id == QuestionFaultReport.course_version_id)
        .where(CourseVersion.course_id == current.course_id)
    )
    newest_first = (QuestionFaultReport.handled_on.desc(), QuestionFaultReport.id.desc())
    return FaultReports(
        course=content(current.id),
        waiting=db.session.scalar(select(func.count()).select_from(reports.where(waiting).subquery())) or 0,
        open=_read(reports.where(waiting).order_by(QuestionFaultReport.id)),
        handled=_read(reports.where(~waiting).order_by(*newest_first)),
    )


def _read(reports: Select[*tuple[Any, ...]]) -> tuple[FaultReport, ...]:
    found = []
    for row in db.session.execute(reports.limit(MOST_SHOWN)).mappings():
        values = dict(row)
        course = content(values.pop("course_version_id"))
        found.append(FaultReport(**values, question=_question(course, row["question_id"])))
    return tuple(found)


def _question(course: Course, question_id: str) -> Question | None:
    found = course.practice.get(question_id)
    return found or next((one for one in course.questions if one.id == question_id), None)
