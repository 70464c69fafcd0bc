"""Managers' decisions about a person's time: exemptions, extensions, and their ends. Append-only."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from tbblearn.db import Model, UtcDateTime, enum_type, retention
from tbblearn.training.rules import ExemptionEndReason, ExemptionKind, ExemptionReason


class Exemption(Model):
    """A person is exempt from a course for a time, or got more time for it. The reason is a code: no health data."""

    __tablename__ = "exemption"
    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="span"),
        CheckConstraint("kind = 'exempt' OR until_on IS NOT NULL", name="extension_has_an_end"),
        CheckConstraint("kind = 'exempt' OR enrolment_id IS NOT NULL", name="extension_of_an_enrolment"),
        Index("ix_exemption_person_course", "person_id", "course_id"),
    )
    __retention__ = retention(
        keep="24 months after it ended", why="shows who decided", erase="rows are deleted with the person"
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"))
    kind: Mapped[ExemptionKind] = mapped_column(enum_type(ExemptionKind))
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[ExemptionReason] = mapped_column(enum_type(ExemptionReason))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[int] = mapped_column(ForeignKey("person.id"))


class ExemptionEnd(Model):
    """An exemption or an extension was withdrawn or shortened; of several ends the earliest applies."""

    __tablename__ = "exemption_end"
    __retention__ = retention(keep="with its exemption", why="shows who took it back", erase="goes with its exemption")

    id: Mapped[int] = mapped_column(primary_key=True)
    exemption_id: Mapped[int] = mapped_column(ForeignKey("exemption.id"), index=True)
    ended_on: Mapped[date] = mapped_column(Date)
    """The first day on which it no longer applies; its own first day where it never does."""
    reason: Mapped[ExemptionEndReason] = mapped_column(enum_type(ExemptionEndReason))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
