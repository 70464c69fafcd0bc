"""Waves, their frozen tree, who is invited, and the answers of an open wave (docs/rules/surveys.md).

Nothing joins who took part and what was answered: an invitation has no time and no id of an answer, and an answer has
no person, time or sequence. When a wave closes, `readiness` moves its answers out of `response_open` and empties it.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, ForeignKeyConstraint, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from tbblearn.db import Model, UtcDateTime, byte_ordered, enum_type, retention
from tbblearn.people.rules import UnitKind
from tbblearn.surveys.waves import WaveState

_PLANS = retention(keep="for good", why="shows what was asked, and who decided it", erase="holds no answers")


class Wave(Model):
    """One survey round of an instrument in a programme."""

    __tablename__ = "wave"
    __table_args__ = (
        CheckConstraint("closes_on >= opens_on", name="span"),
        CheckConstraint("k >= 5 AND k_distribution >= k", name="limits"),
        CheckConstraint("margin >= 2 AND margin < k", name="margin"),
        CheckConstraint("state IN ('planned', 'withdrawn') OR opened_at IS NOT NULL", name="opened_has_time"),
        CheckConstraint("state IN ('planned', 'open', 'withdrawn') OR closed_at IS NOT NULL", name="closed_has_time"),
        CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published_has_time"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_has_time"),
        CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approved_by_somebody"),
        CheckConstraint("reminders BETWEEN 0 AND 2", name="two_reminders_at_most"),
    )
    __retention__ = _PLANS

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    name: Mapped[str] = mapped_column(String(120))
    instrument: Mapped[str] = mapped_column(String(40))
    instrument_version: Mapped[str] = mapped_column(String(40))
    state: Mapped[WaveState] = mapped_column(enum_type(WaveState), default=WaveState.PLANNED)
    opens_on: Mapped[date] = mapped_column(Date)
    closes_on: Mapped[date] = mapped_column(Date)
    """Last day on which answers are taken."""
    k: Mapped[int]
    k_distribution: Mapped[int]
    margin: Mapped[int] = mapped_column(default=2)
    """How many of any unit's own invitees may be missing without the results telling it."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who has seen every line of the opening check; from then on the timer may open it."""
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    audited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disposed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its answers, kept long enough, were wiped."""
    staff_from_on: Mapped[date | None] = mapped_column(Date)
    """First day on which everyone who was invited reads the results; managers read them from publication."""
    invited: Mapped[int] = mapped_column(default=0)
    answers_lost: Mapped[bool] = mapped_column(default=False)
    """It was closed although fewer answers were stored than had been given."""
    reminders: Mapped[int] = mapped_column(default=0)
    reminded_on: Mapped[date | None] = mapped_column(Date)
    rated_on: Mapped[date | None] = mapped_column(Date)
    """When the bands of the response rate were last renewed."""
    wiped_on: Mapped[date | None] = mapped_column(Date)
    """While it is open: when what ties answers to invitations on the disk was last to be wiped."""
    cleaned: Mapped[bool] = mapped_column(default=True)
    """False from a change that must leave no trace until the disk has been wiped of it."""
    audit_report: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """The outcome of the last privacy check: `passed`, `timed_out`, and what was made coarser, not where."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class WaveAdoption(Model):
    """A huvudman has decided to take part in a wave."""

    __tablename__ = "wave_adoption"
    __retention__ = _PLANS

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), primary_key=True)
    adopted_on: Mapped[date] = mapped_column(Date)
    reference: Mapped[str] = mapped_column(String(120))


class WaveUnit(Model):
    """A unit as it was when the wave opened. The wave is bound to this tree for good."""

    __tablename__ = "wave_unit"
    __table_args__ = (Index("ix_wave_unit_path", "wave_id", "path"),)
    __retention__ = _PLANS

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    position: Mapped[int]
    """Top down, siblings in Swedish order."""
    key: Mapped[str] = mapped_column(String(170))
    """source/id, as files name it."""
    name: Mapped[str] = mapped_column(String(160))
    kind: Mapped[UnitKind] = mapped_column(enum_type(UnitKind))
    path: Mapped[str] = mapped_column(byte_ordered(400))
    folded_into: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    """The unit above in which its own people are invited, if they are too few; None: in itself. Of the top: the unit
    below it in which its own count.
    """
    invited: Mapped[int] = mapped_column(default=0)
    """How many are invited in the unit, with those of units folded into it."""
    rate_band: Mapped[str | None] = mapped_column(String(12))
    """While the wave is open: the band of the response rate of the unit and those below it; None: not shown."""
    piece_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    """From closing: the unit in whose piece the answers given here count; None: in none."""


class Invitation(Model):
    """A person is asked to answer, once however many jobs. No time, and nothing that leads to an answer."""

    __tablename__ = "invitation"
    __table_args__ = (
        ForeignKeyConstraint(["wave_id", "unit_id"], ["wave_unit.wave_id", "wave_unit.unit_id"]),
        CheckConstraint("NOT (answered AND declined)", name="answered_or_declined"),
        Index("ix_invitation_person", "person_id"),
        Index("ix_invitation_unit", "wave_id", "unit_id"),
    )
    __retention__ = retention(
        keep="180 days after the wave closed; whether somebody answered, until it is published, "
        "or 90 days after it closed",
        why="one answer each, no reminder to who has answered, and who may read the results",
        erase="rows are deleted; what is left is counts",
    )

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    unit_id: Mapped[int]
    answered: Mapped[bool] = mapped_column(default=False)
    declined: Mapped[bool] = mapped_column(default=False)


class ResponseOpen(Model):
    """One person's answers while the wave is open. Nothing in it tells who, when, where from or in which order."""

    __tablename__ = "response_open"
    __table_args__ = (
        ForeignKeyConstraint(["wave_id", "unit_id"], ["wave_unit.wave_id", "wave_unit.unit_id"]),
        # Without a row number of its own, SQLite orders the rows by their random id.
        {"sqlite_with_rowid": False},
    )
    __retention__ = retention(
        keep="until the wave closes",
        why="answers are counted together, first when all are in",
        erase="the table is emptied and its files are written anew; it is left out of every dump",
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    unit_id: Mapped[int]
    answers: Mapped[dict[str, str]] = mapped_column(JSON)
    """Item code -> answer, in printed order, without unanswered items."""
    complete: Mapped[bool]
    instrument_version: Mapped[str] = mapped_column(String(40))
