"""Completions, what they count for, and revocations. Append-only (docs/rules/training.md)."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ColumnElement, Date, ForeignKey, Index, String, UniqueConstraint, exists
from sqlalchemy.orm import Mapped, mapped_column

from tbblearn.db import Model, UtcDateTime, enum_type, retention
from tbblearn.training.certificate_numbers import LENGTH, new_number
from tbblearn.training.rules import Basis, RevocationReason


class Completion(Model):
    """A person has completed a course. Undone by a revocation, never deleted."""

    __tablename__ = "completion"
    __table_args__ = (
        CheckConstraint("(basis = 'passed') = (attempt_id IS NOT NULL)", name="passed_by_an_attempt"),
        CheckConstraint("attempt_id IS NULL OR course_version_id IS NOT NULL", name="passed_in_a_version"),
        CheckConstraint("attempt_id IS NULL OR enrolment_id IS NOT NULL", name="passed_on_an_enrolment"),
        CheckConstraint(
            "basis = 'passed' OR recorded_by IS NOT NULL OR basis = 'imported'", name="somebody_recorded_it"
        ),
        UniqueConstraint("attempt_id"),
        Index("ix_completion_person_course", "person_id", "course_id"),
    )
    __retention__ = retention(
        keep="10 years",
        why="the certificate is the person's own",
        erase="the person's name goes, the row stays without it",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    course_version_id: Mapped[int | None] = mapped_column(ForeignKey("course_version.id"))
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"))
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempt.id"))
    basis: Mapped[Basis] = mapped_column(enum_type(Basis))
    evidence: Mapped[str] = mapped_column(String(200), default="")
    achieved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    achieved_on: Mapped[date] = mapped_column(Date)
    """The day in Stockholm; it decides the cycle."""
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    number: Mapped[str | None] = mapped_column(String(LENGTH), unique=True, index=True, default=new_number)
    """Of its certificate, by which whoever is shown one can check it. Empty only where a node of the release before
    migration 0112 recorded the completion, until the timer has run."""

    @classmethod
    def stands(cls) -> ColumnElement[bool]:
        """SQL condition: it has not been revoked."""
        return ~exists().where(Revocation.completion_id == cls.id)


class CompletionEmployment(Model):
    """Unit and profession of an employment that was held on the day of a completion."""

    __tablename__ = "completion_employment"
    __retention__ = retention(
        keep="with its completion", why="figures by the unit of the day", erase="goes with its completion"
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    completion_id: Mapped[int] = mapped_column(ForeignKey("completion.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), index=True)
    profession: Mapped[str] = mapped_column(String(80), default="")


class CompletionCredit(Model):
    """A completion counts for an enrolment, as `requirements.credits` decided."""

    __tablename__ = "completion_credit"
    __retention__ = retention(
        keep="with its completion", why="tells which task is done", erase="goes with its completion"
    )

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), primary_key=True)
    completion_id: Mapped[int] = mapped_column(ForeignKey("completion.id"), primary_key=True, index=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Revocation(Model):
    """A completion was revoked: it no longer counts, but remains visible."""

    __tablename__ = "revocation"
    __retention__ = retention(
        keep="with its completion", why="tells why it no longer counts", erase="goes with its completion"
    )

    completion_id: Mapped[int] = mapped_column(ForeignKey("completion.id"), primary_key=True)
    reason: Mapped[RevocationReason] = mapped_column(enum_type(RevocationReason))
    revoked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
