"""What a process leader does with a wave until it closes. Each is one change; the caller commits."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select

from tbblearn.audit.actions import record
from tbblearn.audit.rules import Event
from tbblearn.db import STOCKHOLM, db, stockholm_date
from tbblearn.mail.actions import queue_many, take_back
from tbblearn.people.models import OrgUnit, Programme
from tbblearn.people.rules import UnitKind
from tbblearn.readiness.rules import LEAST_K, LEAST_MARGIN
from tbblearn.readiness.waves.steps import Standing, Step
from tbblearn.surveys.instruments import instrument
from tbblearn.surveys.models import Invitation, Wave, WaveAdoption
from tbblearn.surveys.waves import (
    REMINDER_MAIL,
    BadDates,
    BadLimits,
    ChangedMeanwhile,
    CheckFirst,
    NoSuchWave,
    TooFewInvited,
    UnknownHuvudman,
    WaveState,
    WrongState,
)

_MORNING = time(6, 0)
"""Mail with a day of its own leaves no earlier: people may be asleep."""


@dataclass(frozen=True)
class NewWave:
    """A wave to plan, with the newest version of its instrument. `closes_on` is the last day that takes answers."""

    programme_id: int
    name: str
    opens_on: date
    closes_on: date
    k: int
    k_distribution: int
    instrument: str = "oric"
    margin: int = LEAST_MARGIN


def locked(wave_id: int, *wanted: WaveState) -> Wave:
    """The wave, locked against other changes until the commit.

    Raises NoSuchWave, and WrongState unless it is in one of the states `wanted`, if any are given.
    """
    wave = db.session.scalar(
        select(Wave).where(Wave.id == wave_id).with_for_update().execution_options(populate_existing=True)
    )
    if wave is None:
        raise NoSuchWave(wave_id=wave_id)
    if wanted and wave.state not in wanted:
        raise WrongState(state=wave.state, wanted=wanted[0])
    return wave


def standing_of(wave: Wave, adopted: int = 0) -> Standing:
    """How far the wave has come; `adopted` is the number of huvudmän taking part, where that matters."""
    return Standing(
        wave_id=wave.id,
        state=wave.state,
        opens_on=wave.opens_on,
        closes_on=wave.closes_on,
        adopted=adopted,
        approved=wave.approved_at is not None,
        reminders=wave.reminders,
        reminded_on=wave.reminded_on,
        cleaned=wave.cleaned,
        disposed_on=None if wave.disposed_at is None else stockholm_date(wave.disposed_at),
    )


def log_wave(event: Event, wave_id: int, *, by: int | None, now: datetime, **details: str | int) -> None:
    """Flush the change of a wave, and log it with who made it."""
    db.session.flush()
    record(event, now=now, actor_id=by, object_kind="wave", object_id=wave_id, **details)


def queue_letters(
    kind: str, wave_id: int, recipients: Sequence[int], *, now: datetime, from_on: date | None = None, turn: str = ""
) -> None:
    """Queue a letter about a wave to each recipient, to leave at once or in the morning of a day.

    `turn` tells letters of one kind and wave to the same person apart.
    """
    due_at = None if from_on is None else max(now, datetime.combine(from_on, _MORNING, STOCKHOLM))
    queue_many(kind, recipients, f"{kind}:{wave_id}{turn}", now=now, due_at=due_at, values={"wave": wave_id})


def take_letters_back(kinds: Iterable[str], wave_id: int, *, waiting_only: bool = False) -> None:
    """Remove a wave's letters of these kinds from the outbox, sent or not; with `waiting_only` those not yet sent."""
    for kind in kinds:
        take_back(f"{kind}:{wave_id}:", waiting_only=waiting_only)


def plan_wave(new: NewWave, *, by: int | None, now: datetime) -> int:
    """Plan a wave and return its id; the same plan by the same person again is the same wave.

    Raises BadDates, BadLimits, UnknownInstrument.
    """
    _demand_dates(new.opens_on, new.closes_on)
    _demand_limits(new.k, new.k_distribution)
    there = _planned_already(new, by)
    if there is not None:
        return there
    wave = Wave(**vars(new), instrument_version=instrument(new.instrument).version, created_at=now, created_by=by)
    db.session.add(wave)
    db.session.flush()
    log_wave(Event.WAVE_PLANNED, wave.id, by=by, now=now)
    return wave.id


def _planned_already(new: NewWave, by: int | None) -> int | None:
    """The same plan by the same person, not opened yet: a button pressed twice. Presses wait for each other here."""
    db.session.execute(select(Programme.id).where(Programme.id == new.programme_id).with_for_update(key_share=True))
    written = {name: value for name, value in vars(new).items() if name != "margin"}  # that is the server's setting
    return db.session.scalar(
        select(Wave.id).filter_by(state=WaveState.PLANNED, created_by=by, **written).order_by(Wave.id).limit(1)
    )


def change_plan(
    wave_id: int, *, name: str, opens_on: date, closes_on: date, version: int, by: int | None, now: datetime
) -> None:
    """Change name and dates, or once it is open name and last day. An approval lapses.

    Raises NoSuchWave, WrongState, BadDates, and ChangedMeanwhile where the wave is no longer at `version`.
    """
    wave = locked(wave_id)
    if wave.version != version:
        raise ChangedMeanwhile(wave_id=wave_id)
    if wave.state not in (WaveState.PLANNED, WaveState.OPEN):
        raise WrongState(state=wave.state, wanted=WaveState.PLANNED)
    if wave.state is WaveState.OPEN:
        opens_on = wave.opens_on
    _demand_dates(opens_on, closes_on)
    wave.name, wave.opens_on, wave.closes_on = name, opens_on, closes_on
    _lapse(wave)
    log_wave(Event.WAVE_CHANGED, wave_id, by=by, now=now)


def raise_limits(wave_id: int, *, k: int, k_distribution: int, by: int | None, now: datetime) -> None:
    """Raise the least numbers of answers; they are never lowered, and fixed when the wave closes.

    They decide which units are too small, so an approval lapses. Raises NoSuchWave, WrongState, BadLimits,
    TooFewInvited.
    """
    wave = locked(wave_id, WaveState.OPEN, WaveState.PLANNED)
    _demand_limits(k, k_distribution)
    if k < wave.k or k_distribution < wave.k_distribution:
        raise BadLimits(k=k, k_distribution=k_distribution, least_k=wave.k, least_k_distribution=wave.k_distribution)
    if wave.state is WaveState.OPEN and k + wave.margin > wave.invited:
        raise TooFewInvited(least=k + wave.margin)
    wave.k, wave.k_distribution = k, k_distribution
    _lapse(wave)
    log_wave(Event.WAVE_CHANGED, wave_id, by=by, now=now, k=k, k_distribution=k_distribution)


def adopt_wave(wave_id: int, unit_id: int, *, adopted_on: date, reference: str, by: int | None, now: datetime) -> None:
    """Record that a huvudman takes part, or another date or reference of its decision, before the wave opens.

    Raises NoSuchWave, WrongState, UnknownHuvudman.
    """
    wave = locked(wave_id, WaveState.PLANNED)
    if db.session.scalar(select(OrgUnit.kind).where(OrgUnit.id == unit_id)) is not UnitKind.HUVUDMAN:
        raise UnknownHuvudman(unit_id=unit_id)
    adoption = db.session.get(WaveAdoption, (wave_id, unit_id))
    if adoption is None:
        adoption = WaveAdoption(wave_id=wave_id, unit_id=unit_id)
        db.session.add(adoption)
    adoption.adopted_on, adoption.reference = adopted_on, reference
    _lapse(wave)
    log_wave(Event.WAVE_ADOPTED, wave_id, by=by, now=now, unit_id=unit_id)


def take_adoption_back(wave_id: int, unit_id: int, *, by: int | None, now: datetime) -> None:
    """The huvudman does not take part after all; before the wave opens. Raises NoSuchWave, WrongState."""
    wave = locked(wave_id, WaveState.PLANNED)
    adoption = db.session.get(WaveAdoption, (wave_id, unit_id))
    if adoption is not None:
        db.session.delete(adoption)
        _lapse(wave)
        log_wave(Event.WAVE_CHANGED, wave_id, by=by, now=now, unit_id=unit_id)


def approve(wave_id: int, *, lines: Collection[str], seen: Collection[str], by: int, now: datetime) -> None:
    """Every line of the opening check has been seen: the wave may open from its first day.

    `lines` are the codes of the check as it is now, read while the wave is `locked`. Raises NoSuchWave, WrongState,
    CheckFirst with those not seen.
    """
    wave = locked(wave_id, WaveState.PLANNED)
    unseen = [line for line in lines if line not in set(seen)]
    if unseen:
        raise CheckFirst(lines=unseen)
    wave.approved_at, wave.approved_by = now, by
    log_wave(Event.WAVE_APPROVED, wave_id, by=by, now=now)


def remind(wave_id: int, *, by: int | None, now: datetime, today: date) -> None:
    """Remind everyone who has neither answered nor declined, without telling anybody who or how many they are.

    A letter is queued for everyone invited, and `surveys.letters` decides at delivery who needs one: otherwise the
    numbers of queued messages would tell how many had not answered. Raises NoSuchWave, NotOpen, EnoughReminders.
    """
    wave = locked(wave_id)
    standing_of(wave).demand(Step.REMIND, today)
    wave.reminders, wave.reminded_on = wave.reminders + 1, today
    invited = db.session.scalars(
        select(Invitation.person_id).where(Invitation.wave_id == wave_id).order_by(Invitation.person_id)
    ).all()
    queue_letters(REMINDER_MAIL, wave_id, invited, now=now, turn=f":{wave.reminders}")
    log_wave(Event.WAVE_REMINDED, wave_id, by=by, now=now)


def _lapse(wave: Wave) -> None:
    """The plan has changed: whoever approved its opening must see the check again."""
    if wave.state is WaveState.PLANNED:
        wave.approved_at = wave.approved_by = None


def _demand_dates(opens_on: date, closes_on: date) -> None:
    if closes_on < opens_on:
        raise BadDates(opens_on=opens_on, closes_on=closes_on)


def _demand_limits(k: int, k_distribution: int) -> None:
    if not LEAST_K <= k <= k_distribution:
        raise BadLimits(k=k, k_distribution=k_distribution, least_k=LEAST_K, least_k_distribution=max(k, LEAST_K))
