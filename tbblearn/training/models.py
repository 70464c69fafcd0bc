"""Requirements, enrolments, attempts and answers (docs/rules/training.md).

Nothing is reset: a new cycle is a new row, and statuses are computed (`rules.status`), never stored. The only rows that
change are open attempts and their answers, reading places, requests to read once followed, audiences, which the timer
updates, and attempts raised by a corrected key, recorded in `regrade`.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    and_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tbblearn.db import Model, UtcDateTime, enum_type, retention
from tbblearn.people.rules import Level
from tbblearn.training.rules import Effect, EnrolmentReason, EventKind, EventReason, Outcome, RequirementKind

NO_REQUIREMENT = "-"
"""Stands for no requirement in a key, since null would escape the unique constraint."""

STILL_OPEN = "handed_in_at IS NULL AND carried_over_at IS NULL"
"""SQL condition: the attempt can still be answered."""

_PLANS = retention(keep="for good", why="shows who was to take what, and who decided it", erase="no personal data")
_WITH_COMPLETIONS = "with the person's completions: shows what was asked of whom, and when"
_ERASED_WITH_PERSON = "goes with the person's erasure"


class Requirement(Model):
    """A programme demands a course of an audience, every year or once."""

    __tablename__ = "requirement"
    __table_args__ = (
        CheckConstraint("grace_days >= 0 AND new_hire_days >= 0 AND carry_over_days >= 0", name="days_not_negative"),
        CheckConstraint("length(opens) = 5 AND length(due) = 5", name="dates_are_month_day"),
    )
    __retention__ = _PLANS

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    kind: Mapped[RequirementKind] = mapped_column(enum_type(RequirementKind))
    opens: Mapped[str] = mapped_column(String(5))  # month and day, '01-01'
    due: Mapped[str] = mapped_column(String(5))
    grace_days: Mapped[int]
    new_hire_days: Mapped[int]
    carry_over_days: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class RequirementRule(Model):
    """One audience rule of a requirement (see `requirements.audience`)."""

    __tablename__ = "requirement_rule"
    __table_args__ = (
        CheckConstraint("min_days IS NULL OR min_days >= 1", name="min_days_positive"),
        CheckConstraint(
            "valid_until_on IS NULL OR valid_from_on IS NULL OR valid_until_on >= valid_from_on", name="span"
        ),
    )
    __retention__ = _PLANS

    id: Mapped[int] = mapped_column(primary_key=True)
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"), index=True)
    effect: Mapped[Effect] = mapped_column(enum_type(Effect))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    level: Mapped[Level | None] = mapped_column(enum_type(Level))
    service: Mapped[str | None] = mapped_column(String(80))
    profession: Mapped[str | None] = mapped_column(String(80))
    min_days: Mapped[int | None]
    valid_from_on: Mapped[date | None] = mapped_column(Date)
    valid_until_on: Mapped[date | None] = mapped_column(Date)


class RequirementAdoption(Model):
    """A huvudman has adopted a requirement: when, by which decision, with which dates of its own."""

    __tablename__ = "requirement_adoption"
    __table_args__ = (UniqueConstraint("requirement_id", "unit_id"),)
    __retention__ = _PLANS

    id: Mapped[int] = mapped_column(primary_key=True)
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    adopted_on: Mapped[date] = mapped_column(Date)
    known_on: Mapped[date] = mapped_column(Date)
    """The first day the system knew; nobody is late for what it learnt late."""
    reference: Mapped[str] = mapped_column(String(120))
    opens: Mapped[str | None] = mapped_column(String(5))
    due: Mapped[str | None] = mapped_column(String(5))


class AudienceMember(Model):
    """A placement that a requirement covers today; the timer updates it, so that pages need not evaluate rules."""

    __tablename__ = "audience_member"
    __table_args__ = (Index("ix_audience_member_person_requirement", "person_id", "requirement_id"),)
    __retention__ = retention(
        keep="while the placement is in the audience", why="tells why a course is asked for", erase=_ERASED_WITH_PERSON
    )

    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"), primary_key=True)
    placement_id: Mapped[int] = mapped_column(
        ForeignKey("placement.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Enrolment(Model):
    """A course as a person's task on one occasion. Append-only; what happens to it is recorded as events.

    The last days are the original ones; the newest `due_changed` event overrides them. They are stored rather than
    computed, so that changing a requirement cannot silently move them and SQL needs no date arithmetic.
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("person_id", "course_id", "requirement_key", "occasion"),
        CheckConstraint(
            f"requirement_key = coalesce(CAST(requirement_id AS VARCHAR(12)), '{NO_REQUIREMENT}')",
            name="key_names_requirement",
        ),
        CheckConstraint("occasion <> ''", name="occasion_named"),
        CheckConstraint("due_on IS NULL OR due_on >= opens_on", name="never_due_before_it_opens"),
        CheckConstraint("(due_on IS NULL) = (grace_until_on IS NULL)", name="grace_with_due"),
        CheckConstraint("grace_until_on IS NULL OR grace_until_on >= due_on", name="grace_after_due"),
        CheckConstraint(
            "open_until_on IS NULL OR grace_until_on IS NULL OR open_until_on >= grace_until_on", name="open_in_grace"
        ),
        CheckConstraint("(reason = 'voluntary') = (cycle IS NULL)", name="only_voluntary_has_no_cycle"),
        Index("ix_enrolment_course_cycle", "course_id", "cycle", "person_id"),
        Index("ix_enrolment_requirement", "requirement_id", "person_id"),
    )
    __retention__ = retention(
        keep="as long as the person", why=_WITH_COMPLETIONS, erase="the person's name goes, the row stays without it"
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    requirement_id: Mapped[int | None] = mapped_column(ForeignKey("requirement.id"))
    requirement_key: Mapped[str] = mapped_column(String(12))
    occasion: Mapped[str] = mapped_column(String(40))
    reason: Mapped[EnrolmentReason] = mapped_column(enum_type(EnrolmentReason))
    cycle: Mapped[int | None]
    """The year whose figures it belongs to; none for voluntary enrolments."""
    opens_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    grace_until_on: Mapped[date | None] = mapped_column(Date)
    open_until_on: Mapped[date | None] = mapped_column(Date)
    """The last day on which it can be completed; none: it never closes."""
    soon_from_on: Mapped[date | None] = mapped_column(Date)  # see cycles.soon_from
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class EnrolmentEvent(Model):
    """An enrolment was cancelled, reinstated or given another last day. Append-only."""

    __tablename__ = "enrolment_event"
    __table_args__ = (
        CheckConstraint("(kind = 'due_changed') = (due_on IS NOT NULL)", name="due_with_due_changed"),
        CheckConstraint("(due_on IS NULL) = (grace_until_on IS NULL)", name="grace_with_due"),
        CheckConstraint("grace_until_on IS NULL OR grace_until_on >= due_on", name="grace_after_due"),
        Index("ix_enrolment_event_latest", "enrolment_id", "kind", "id"),
    )
    __retention__ = retention(keep="with its enrolment", why=_WITH_COMPLETIONS, erase="goes with its enrolment")

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    kind: Mapped[EventKind] = mapped_column(enum_type(EventKind))
    reason: Mapped[EventReason] = mapped_column(enum_type(EventReason))
    happened_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    grace_until_on: Mapped[date | None] = mapped_column(Date)
    open_until_on: Mapped[date | None] = mapped_column(Date)
    soon_from_on: Mapped[date | None] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class ReadingPlace(Model):
    """Where a person is in one part of a course, and when they last finished that part."""

    __tablename__ = "reading_place"
    __retention__ = retention(keep="with its enrolment", why="going on where one was", erase="goes with its enrolment")

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), primary_key=True)
    module_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    screen_id: Mapped[str] = mapped_column(String(80))
    """The screen to continue with."""
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Attempt(Model):
    """One attempt at a quiz; its version, questions and their order are fixed when it starts."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "number"),
        UniqueConstraint("carried_from_id"),
        Index(
            "uq_attempt_one_open",
            "enrolment_id",
            unique=True,
            sqlite_where=text(STILL_OPEN),
            postgresql_where=text(STILL_OPEN),
        ),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint(
            "(handed_in_at IS NULL) = (outcome IS NULL) AND (handed_in_at IS NULL) = (score IS NULL)",
            name="marked_when_handed_in",
        ),
        CheckConstraint("(handed_in_at IS NULL) = (right_ids IS NULL)", name="right_answers_when_handed_in"),
        CheckConstraint("carried_over_at IS NULL OR handed_in_at IS NULL", name="carried_over_is_not_handed_in"),
        CheckConstraint("score IS NULL OR (score >= 0 AND score <= total)", name="score_in_range"),
        CheckConstraint("handed_in_at IS NULL OR handed_in_at >= started_at", name="handed_in_after_start"),
    )
    __retention__ = retention(
        keep="36 months after it was handed in; answers 24 months",
        why="a corrected key is marked again, upwards only",
        erase="goes with the person's erasure; managers never see it",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    number: Mapped[int]
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """The drawn questions in order: [{"question": id, "choices": [ids in the order shown]}]."""
    total: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    handed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    score: Mapped[int | None]
    outcome: Mapped[Outcome | None] = mapped_column(enum_type(Outcome))
    right_ids: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """The questions that count as right, at hand-in or by a corrected key since; the score is their number."""
    carried_over_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its answers were carried over to an attempt of a newer version, which closed it without a hand-in."""
    carried_from_id: Mapped[int | None] = mapped_column(ForeignKey("attempt.id"))
    """The attempt whose answers were carried over to it."""

    @staticmethod
    def still_open() -> ColumnElement[bool]:
        """SQL condition: it can be answered and handed in."""
        return and_(Attempt.handed_in_at.is_(None), Attempt.carried_over_at.is_(None))


class Regrade(Model):
    """A corrected key raised the score of a handed-in attempt. Append-only."""

    __tablename__ = "regrade"
    __table_args__ = (
        CheckConstraint("score > score_before", name="only_upward"),
        CheckConstraint("outcome = 'passed' OR outcome_before = 'failed'", name="no_pass_taken_away"),
    )
    __retention__ = retention(
        keep="with its attempt", why="shows what a corrected key changed, and from what", erase="goes with its attempt"
    )

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), primary_key=True, index=True)
    """The version with the corrected key."""
    score_before: Mapped[int]
    score: Mapped[int]
    outcome_before: Mapped[Outcome] = mapped_column(enum_type(Outcome, "outcome_before"))
    outcome: Mapped[Outcome] = mapped_column(enum_type(Outcome))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReadingRequest(Model):
    """A person who had completed a course was asked to read what a version changed."""

    __tablename__ = "reading_request"
    __table_args__ = (CheckConstraint("read_at IS NULL OR read_at >= asked_at", name="read_after_asked"),)
    __retention__ = retention(
        keep="24 months after it was asked", why="shows what is new until it is read", erase="rows are deleted"
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), primary_key=True, index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Answer(Model):
    """The choices made for a question, saved at once."""

    __tablename__ = "answer"
    __retention__ = retention(
        keep="24 months after hand-in",
        why="feedback, and marking again after a corrected key",
        erase="rows are deleted",
    )

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    question_id: Mapped[str] = mapped_column(String(160), primary_key=True)
    chosen: Mapped[list[str]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
