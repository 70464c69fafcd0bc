"""Learners' reports of questions that are wrong."""

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tbblearn.db import Model, enum_type, retention
from tbblearn.training.faults.rules import LONGEST_TEXT, FaultKind, FaultOutcome


class QuestionFaultReport(Model):
    """A report that a question is wrong. It does not name the reporter: it has a keyed mark until it is handled."""

    __tablename__ = "question_fault_report"
    __table_args__ = (
        CheckConstraint("(handled_on IS NULL) = (outcome IS NULL)", name="handled_with_an_outcome"),
        CheckConstraint("handled_on IS NULL OR reporter_mark IS NULL", name="no_mark_once_handled"),
        CheckConstraint("kind <> 'other' OR text <> ''", name="other_says_what"),
        # A page opened for a deleted report must never come to mean another report.
        {"sqlite_autoincrement": True},
    )
    __retention__ = retention(
        keep="until 90 days after it was handled",
        why="an editor mends the question, and can look back at what was said",
        erase="rows are deleted by age; the mark is taken away when the report is handled",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), index=True)
    question_id: Mapped[str] = mapped_column(String(160))
    kind: Mapped[FaultKind] = mapped_column(enum_type(FaultKind))
    text: Mapped[str] = mapped_column(String(LONGEST_TEXT))
    created_on: Mapped[date] = mapped_column(Date)
    reporter_mark: Mapped[str | None] = mapped_column(String(64), unique=True)
    """Recognises a person's open report of a question without naming them (`faults.rules.reporter_mark`)."""
    handled_on: Mapped[date | None] = mapped_column(Date)
    outcome: Mapped[FaultOutcome | None] = mapped_column(enum_type(FaultOutcome))
