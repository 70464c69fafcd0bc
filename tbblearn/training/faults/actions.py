"""Reporting that a question is wrong, and handling the report."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select

from tbblearn.audit.actions import record
from tbblearn.audit.rules import Event
from tbblearn.courses.models import CourseRecord, CourseVersion
from tbblearn.db import db
from tbblearn.training.faults.models import QuestionFaultReport
from tbblearn.training.faults.queries import open_report
from tbblearn.training.faults.rules import AlreadyReported, FaultKind, FaultOutcome, HandledOtherwise
from tbblearn.training.requirements.completing import lock_person
from tbblearn.training.rules import NotFound

KEPT_DAYS = 90
"""How long a report is kept after it was handled."""


@dataclass(frozen=True)
class Reporter:
    """Who reports: the person is locked meanwhile, but only the mark is stored (`rules.reporter_mark`)."""

    person_id: int
    mark: str


def report_fault(
    reporter: Reporter, course_version_id: int, question_id: str, kind: FaultKind, text: str, *, today: date
) -> int:
    """Record what a person says is wrong with a question of a version, and return the report's id.

    The same report once more changes nothing. Raises AlreadyReported where the person has another open report of the
    question.
    """
    lock_person(reporter.person_id)
    before = open_report(reporter.mark)
    if before is not None:
        if (before.kind, before.text) != (kind, text):
            raise AlreadyReported(question_id=question_id)
        return before.id
    report = QuestionFaultReport(
        course_version_id=course_version_id,
        question_id=question_id,
        kind=kind,
        text=text,
        created_on=today,
        reporter_mark=reporter.mark,
    )
    db.session.add(report)
    db.session.flush()
    return report.id


def handle_report(slug: str, report_id: int, outcome: FaultOutcome, *, by: int, now: datetime, today: date) -> None:
    """Record the outcome of a report of this course and erase the reporter's mark; delete old handled reports.

    The same outcome once more changes nothing. Raises NotFound, HandledOtherwise.
    """
    report = db.session.scalar(
        select(QuestionFaultReport)
        .join(CourseVersion, CourseVersion.id == QuestionFaultReport.course_version_id)
        .join(CourseRecord, CourseRecord.id == CourseVersion.course_id)
        .where(QuestionFaultReport.id == report_id, CourseRecord.slug == slug)
        .with_for_update(of=QuestionFaultReport)
    )
    if report is None:
        raise NotFound(report_id=report_id)
    if report.outcome is not None:
        if report.outcome is not outcome:
            raise HandledOtherwise(report_id=report_id)
        return
    report.outcome, report.handled_on, report.reporter_mark = outcome, today, None
    db.session.flush()
    record(
        Event.QUESTION_FAULT_HANDLED,
        now=now,
        actor_id=by,
        object_kind="question_fault_report",
        object_id=report_id,
        outcome=outcome.value,
    )
    oldest = today - timedelta(days=KEPT_DAYS)
    db.session.execute(delete(QuestionFaultReport).where(QuestionFaultReport.handled_on < oldest))
