"""What the timer does with waves: open, close, renew rates, delete what is due, and finish what was cut off."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import func, or_, select
from sqlalchemy.exc import OperationalError

from tbblearn.databases import is_busy
from tbblearn.db import db, read_only, unit_of_work
from tbblearn.readiness.waves.closing import close_wave, mark_clean, mark_unclean, renew_rates, unclean_waves
from tbblearn.readiness.waves.disposing import (
    dispose_of_answers,
    forget_invitations,
    waves_to_dispose_of,
    waves_to_forget,
)
from tbblearn.readiness.waves.opening import open_wave
from tbblearn.readiness.waves.wiping import wipe
from tbblearn.surveys.models import Wave
from tbblearn.surveys.waves import AnswersLost, StrayAnswers, WaveError, WaveState

Changes = dict[str, int]
Job = Callable[[datetime, date], Changes]

KINDS = ("waves_opened", "waves_closed", "rates_renewed", "answers_disposed", "invitations_forgotten", "waves_cleaned")
"""What the timer counts."""

RATE_DAYS = 7
"""Days between renewals of the response rate, so that no single answer shows in it."""

log = structlog.get_logger("tbblearn.readiness")


def jobs(*, response_days: int, disposal_decision: str) -> Iterable[Job]:
    """The timer's jobs in order; each is one transaction of the caller's."""

    def dispose(now: datetime, _today: date) -> Changes:
        due = waves_to_dispose_of(now - timedelta(days=response_days))
        done = _each(due, lambda wave_id: dispose_of_answers(wave_id, decision=disposal_decision, now=now))
        return {"answers_disposed": done}

    return (_open, _close, _renew, dispose, _forget)


def clean() -> Changes:
    """Wipe what changes have left on the disk, outside any transaction; if cut off or blocked, next time."""
    with read_only():
        waiting = unclean_waves()
    if not waiting or not wipe():
        return {"waves_cleaned": 0}
    try:
        with unit_of_work():
            mark_clean(waiting)
    except OperationalError:  # the change before it is committed and must not seem to have failed
        log.warning("wiped waves could not be marked", exc_info=True)
        return {"waves_cleaned": 0}
    return {"waves_cleaned": len(waiting)}


def _each(waves: Sequence[int], change: Callable[[int], None]) -> int:
    """Change each wave and return how many were changed; the next run retries those blocked by others, as by a dump."""
    done = 0
    for wave_id in waves:
        try:
            with db.session.begin_nested():
                change(wave_id)
        except (AnswersLost, StrayAnswers) as error:  # closing by hand says what is lost and what to do
            log.warning("a wave cannot close", wave_id=wave_id, why=error.code)
        except OperationalError as error:
            if not is_busy(error):
                raise
            log.warning("somebody is in the way of a wave", wave_id=wave_id)
        else:
            done += 1
    return done


def _open(now: datetime, today: date) -> Changes:
    """Open approved waves whose day has come. One that cannot open stays planned, and its page says why."""
    opened = 0
    for wave_id in db.session.scalars(
        select(Wave.id)
        .where(
            Wave.state == WaveState.PLANNED,
            Wave.approved_at.is_not(None),
            Wave.opens_on <= today,
            Wave.closes_on >= today,
        )
        .order_by(Wave.id)
    ).all():
        try:
            with db.session.begin_nested():
                open_wave(wave_id, by=None, now=now, today=today)
        except WaveError as error:
            log.warning("a wave could not open", wave_id=wave_id, why=error.code)
        else:
            opened += 1
    return {"waves_opened": opened}


def _close(now: datetime, today: date) -> Changes:
    due = db.session.scalars(
        select(Wave.id).where(Wave.state == WaveState.OPEN, Wave.closes_on < today).order_by(Wave.id)
    ).all()
    return {"waves_closed": _each(due, lambda wave_id: close_wave(wave_id, by=None, now=now))}


def _renew(_now: datetime, today: date) -> Changes:
    """Renew bands once a week, first a week after opening, and have the disk wiped every night."""
    week_ago = today - timedelta(days=RATE_DAYS)
    taking = (Wave.state == WaveState.OPEN, Wave.closes_on >= today)
    due = db.session.scalars(
        select(Wave.id).where(*taking, func.coalesce(Wave.rated_on, Wave.opens_on) <= week_ago).order_by(Wave.id)
    ).all()
    for wave_id in due:
        renew_rates(wave_id, today=today)
    soiled = db.session.scalars(
        select(Wave.id).where(*taking, or_(Wave.wiped_on.is_(None), Wave.wiped_on < today)).order_by(Wave.id)
    ).all()
    for wave_id in soiled:
        mark_unclean(wave_id, today=today)
    return {"rates_renewed": len(due)}


def _forget(now: datetime, _today: date) -> Changes:
    due = waves_to_forget(now)
    for wave_id in due:
        forget_invitations(wave_id)
    return {"invitations_forgotten": len(due)}
