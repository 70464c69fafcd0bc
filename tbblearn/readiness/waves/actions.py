"""What a process leader does with a wave before and while it is open. Each is one change; the caller commits."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select

from tbblearn.audit.actions import record
from tbblearn.audit.rules import Event
from tbblearn.db import db
from tbblearn.mail.actions import queue_many
from tbblearn.people.models import OrgUnit, Programme
from tbblearn.people.rules import UnitKind
from tbblearn.readiness.rules import LEAST_K, LEAST_MARGIN
from tbblearn.surveys.instruments import instrument
from tbblearn.surveys.models import Invitation, Wave, WaveAdoption
from tbblearn.surveys.waves import (
    MOST_REMINDERS,
    REMINDER_MAIL,
    BadDates,
    BadLimits,
    ChangedMeanwhile,
    CheckFirst,
    EnoughReminders,
    NoSuchWave,
    NotOpen,
    TooFewInvited,
    UnknownHuvudman,
    WaveState,
    WrongState,
)

MORNING = time(6, 0)
"""Before it no mail about a wave leaves; whoever gets one may be asleep."""


@dataclass(frozen=True)
class NewWave:
    """A wave to plan. `closes_on` is the last day on which answers are taken."""

    programme_id: int
    name: str
    opens_on: date
    closes_on: date
    k: int
    k_distribution: int
    instrument: str = "oric"
    margin: int = LEAST_MARGIN


def mail_prefix(kind: str, wave_id: int) -> str:
    """What the keys of a wave's messages of one kind begin with, the recipient's id after a colon."""
    return f"{kind}:{wave_id}"


def locked(wave_id: int) -> Wave:
    """The wave, locked against another change. Raises NoSuchWave."""
    wave = db.session.scalar(
        select(Wave).where(Wave.id == wave_id).with_for_update().execution_options(populate_existing=True)
    )
    if wave is None:
        raise NoSuchWave(wave_id=wave_id)
    return wave


def log_wave(event: Event, wave_id: int, *, by: int | None, now: datetime, **details: str | int) -> None:
    """Write down what was done with a wave, and by whom."""
    record(event, now=now, actor_id=by, object_kind="wave", object_id=wave_id, **details)


def plan_wave(new: NewWave, *, by: int | None, now: datetime) -> int:
    """Plan a wave; nobody is asked anything yet. Returns its id. Planned twice by the same person it is there once.

    Raises BadDates, BadLimits, UnknownInstrument.
    """
    _demand_dates(new.opens_on, new.closes_on)
    _demand_limits(new.k, new.k_distribution)
    there = _planned_already(new, by)
    if there is not None:
        return there
    wave = Wave(
        programme_id=new.programme_id,
        name=new.name,
        instrument=new.instrument,
        instrument_version=instrument(new.instrument).version,
        opens_on=new.opens_on,
        closes_on=new.closes_on,
        k=new.k,
        k_distribution=new.k_distribution,
        margin=new.margin,
        created_at=now,
        created_by=by,
    )
    db.session.add(wave)
    db.session.flush()
    log_wave(Event.WAVE_PLANNED, wave.id, by=by, now=now)
    return wave.id


def _planned_already(new: NewWave, by: int | None) -> int | None:
    """The same plan by the same person, not opened yet: a button pressed twice. One press at a time gets here."""
    db.session.execute(select(Programme.id).where(Programme.id == new.programme_id).with_for_update(key_share=True))
    return db.session.scalar(
        select(Wave.id)
        .where(
            *(Wave.state == WaveState.PLANNED, Wave.created_by == by, Wave.name == new.name),
            *(Wave.programme_id == new.programme_id, Wave.instrument == new.instrument),
            *(Wave.opens_on == new.opens_on, Wave.closes_on == new.closes_on),
            *(Wave.k == new.k, Wave.k_distribution == new.k_distribution),
        )
        .order_by(Wave.id)
        .limit(1)
    )


def change_plan(
    wave_id: int, *, name: str, opens_on: date, closes_on: date, version: int, by: int | None, now: datetime
) -> None:
    """Change name and dates before it opens; while it is open, name and last day. What was approved must be seen anew.

    Raises NoSuchWave, WrongState, BadDates, and ChangedMeanwhile where somebody was quicker than `version`.
    """
    wave = locked(wave_id)
    _demand_version(wave, version)
    if wave.state not in (WaveState.PLANNED, WaveState.OPEN):
        raise WrongState(state=wave.state, wanted=WaveState.PLANNED)
    if wave.state is WaveState.OPEN:
        opens_on = wave.opens_on
    _demand_dates(opens_on, closes_on)
    wave.name, wave.opens_on, wave.closes_on = name, opens_on, closes_on
    if wave.state is WaveState.PLANNED:
        wave.approved_at = wave.approved_by = None
    db.session.flush()
    log_wave(Event.WAVE_CHANGED, wave_id, by=by, now=now)


def raise_limits(wave_id: int, *, k: int, k_distribution: int, by: int | None, now: datetime) -> None:
    """Raise the least numbers of answers; they are never lowered, and fixed when the wave closes.

    Before it opens they decide which units are too small: what was approved must be seen anew.

    Raises NoSuchWave, WrongState, BadLimits, TooFewInvited.
    """
    wave = locked(wave_id)
    if wave.state not in (WaveState.PLANNED, WaveState.OPEN):
        raise WrongState(state=wave.state, wanted=WaveState.OPEN)
    _demand_limits(k, k_distribution)
    if k < wave.k or k_distribution < wave.k_distribution:
        raise BadLimits(k=k, k_distribution=k_distribution, least_k=wave.k, least_k_distribution=wave.k_distribution)
    if wave.state is WaveState.OPEN and k + wave.margin > wave.invited:
        raise TooFewInvited(least=k + wave.margin)
    wave.k, wave.k_distribution = k, k_distribution
    if wave.state is WaveState.PLANNED:
        wave.approved_at = wave.approved_by = None
    db.session.flush()
    log_wave(Event.WAVE_CHANGED, wave_id, by=by, now=now, k=k, k_distribution=k_distribution)


def adopt_wave(wave_id: int, unit_id: int, *, adopted_on: date, reference: str, by: int | None, now: datetime) -> None:
    """Write down that a huvudman takes part; once more changes date and reference. Before the wave opens.

    Raises NoSuchWave, WrongState, UnknownHuvudman.
    """
    wave = _planned(wave_id)
    if db.session.scalar(select(OrgUnit.kind).where(OrgUnit.id == unit_id)) is not UnitKind.HUVUDMAN:
        raise UnknownHuvudman(unit_id=unit_id)
    adoption = db.session.get(WaveAdoption, (wave_id, unit_id))
    if adoption is None:
        adoption = WaveAdoption(wave_id=wave_id, unit_id=unit_id)
        db.session.add(adoption)
    adoption.adopted_on, adoption.reference = adopted_on, reference
    wave.approved_at = wave.approved_by = None
    db.session.flush()
    log_wave(Event.WAVE_ADOPTED, wave_id, by=by, now=now, unit_id=unit_id)


def take_adoption_back(wave_id: int, unit_id: int, *, by: int | None, now: datetime) -> None:
    """The huvudman does not take part after all. Before the wave opens. Raises NoSuchWave, WrongState."""
    wave = _planned(wave_id)
    adoption = db.session.get(WaveAdoption, (wave_id, unit_id))
    if adoption is not None:
        db.session.delete(adoption)
        wave.approved_at = wave.approved_by = None
        db.session.flush()
        log_wave(Event.WAVE_CHANGED, wave_id, by=by, now=now, unit_id=unit_id)


def hold_plan(wave_id: int) -> None:
    """Let nobody else change the plan until this is committed. Raises NoSuchWave, WrongState."""
    _planned(wave_id)


def approve(wave_id: int, *, lines: Collection[str], seen: Collection[str], by: int, now: datetime) -> None:
    """Somebody has seen every line of the opening check; from its first day on the wave may open.

    `lines` are the codes of the check as it stands now, read under `hold_plan`. Raises NoSuchWave, WrongState,
    CheckFirst with those not seen.
    """
    wave = _planned(wave_id)
    unseen = [line for line in lines if line not in set(seen)]
    if unseen:
        raise CheckFirst(lines=unseen)
    wave.approved_at, wave.approved_by = now, by
    db.session.flush()
    log_wave(Event.WAVE_APPROVED, wave_id, by=by, now=now)


def remind(wave_id: int, *, by: int | None, now: datetime, today: date) -> None:
    """Remind everyone who has neither answered nor declined; nobody is shown who they are, nor how many.

    A letter is queued for each who was invited, and `surveys.letters` writes none where none is needed when it is to
    leave: else the numbers of the messages on each side would tell how many had not answered.

    Raises NoSuchWave, NotOpen, EnoughReminders.
    """
    wave = locked(wave_id)
    if wave.state is not WaveState.OPEN or today > wave.closes_on:
        raise NotOpen(closes_on=wave.closes_on, state=wave.state)
    if wave.reminders >= MOST_REMINDERS or wave.reminded_on == today:
        raise EnoughReminders(sent=wave.reminders)
    wave.reminders, wave.reminded_on = wave.reminders + 1, today
    invited = db.session.scalars(
        select(Invitation.person_id).where(Invitation.wave_id == wave_id).order_by(Invitation.person_id)
    ).all()
    queue_many(
        REMINDER_MAIL,
        invited,
        f"{mail_prefix(REMINDER_MAIL, wave_id)}:{wave.reminders}",
        now=now,
        values={"wave": wave_id},
    )
    db.session.flush()
    log_wave(Event.WAVE_REMINDED, wave_id, by=by, now=now)


def _planned(wave_id: int) -> Wave:
    wave = locked(wave_id)
    if wave.state is not WaveState.PLANNED:
        raise WrongState(state=wave.state, wanted=WaveState.PLANNED)
    return wave


def _demand_version(wave: Wave, version: int) -> None:
    if wave.version != version:
        raise ChangedMeanwhile(wave_id=wave.id)


def _demand_dates(opens_on: date, closes_on: date) -> None:
    if closes_on < opens_on:
        raise BadDates(opens_on=opens_on, closes_on=closes_on)


def _demand_limits(k: int, k_distribution: int) -> None:
    if not LEAST_K <= k <= k_distribution:
        raise BadLimits(k=k, k_distribution=k_distribution, least_k=LEAST_K, least_k_distribution=max(k, LEAST_K))
