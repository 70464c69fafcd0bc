"""What learners say is wrong with questions."""

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tbblearn.db import Model, enum_type, retention
from tbblearn.training.faults.rules import LONGEST_TEXT, FaultKind, FaultOutcome


class QuestionFaultReport(Model):
    """Somebody says that a question is wrong. Who it is, nobody reads here: only a keyed mark until it is handled."""

    __tablename__ = "question_fault_report"
    __table_args__ = (
        CheckConstraint("(handled_on IS NULL) = (outcome IS NULL)", name="handled_with_an_outcome"),
        CheckConstraint("handled_on IS NULL OR reporter_mark IS NULL", name="no_mark_once_handled"),
        CheckConstraint("kind <> 'other' OR text <> ''", name="other_says_what"),
        # A page that was opened for a report that is gone must never come to mean another one.
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
    """See `faults.rules.reporter_mark`: lets one open report a person and question be recognised, and names nobody."""
    handled_on: Mapped[date | None] = mapped_column(Date)
    outcome: Mapped[FaultOutcome | None] = mapped_column(enum_type(FaultOutcome))
