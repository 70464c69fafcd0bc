"""Publishing a wave that has passed the privacy check, and withdrawing one (docs/rules/disclosure.md).

Nothing is computed from answers here: comparisons are made from the rows as they are shown.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import delete, insert, select, update

from tbblearn.audit.rules import Event
from tbblearn.db import db
from tbblearn.people.belonging import grant_holds
from tbblearn.people.models import Grant
from tbblearn.people.rules import Role
from tbblearn.readiness.figures.comparing import Mean, compare
from tbblearn.readiness.models import FigureComparison, PublishedFigure
from tbblearn.readiness.rules import Against, Family, Measure
from tbblearn.readiness.trees import frozen_tree
from tbblearn.readiness.waves.actions import locked, log_wave, queue_letters, standing_of, take_letters_back
from tbblearn.readiness.waves.checking import forget_figures
from tbblearn.readiness.waves.disposing import forget_who_answered
from tbblearn.readiness.waves.steps import Step
from tbblearn.readiness.waves.wiping import empty
from tbblearn.surveys.models import Invitation, Wave, WaveUnit
from tbblearn.surveys.waves import MANAGER_RESULT_MAIL, STAFF_RESULT_MAIL, WaveState, demand_step


def publish_wave(wave_id: int, *, by: int | None, now: datetime, today: date, managers_first_days: int) -> None:
    """Let managers and leads read at once, and everyone who was invited after so many days; erase who answered.

    Raises NoSuchWave, WrongState, NotCleaned.
    """
    wave = locked(wave_id)
    standing_of(wave).demand(Step.PUBLISH, today)
    wave.state, wave.published_at = WaveState.PUBLISHED, now
    wave.staff_from_on = today + timedelta(days=managers_first_days)
    wave.cleaned = False
    _keep_comparisons(wave)
    forget_who_answered(wave_id)
    invited = db.session.scalars(select(Invitation.person_id).where(Invitation.wave_id == wave_id)).all()
    managers = _managers(wave_id, today)
    queue_letters(MANAGER_RESULT_MAIL, wave_id, managers, now=now)
    staff = sorted(set(invited) - set(managers))
    queue_letters(STAFF_RESULT_MAIL, wave_id, staff, now=now, from_on=wave.staff_from_on)
    log_wave(Event.WAVE_PUBLISHED, wave_id, by=by, now=now)


def withdraw_wave(wave_id: int, *, by: int | None, now: datetime) -> None:
    """Take the whole wave back, for good: answers, figures and letters that wait go at once.

    Raises NoSuchWave, WrongState.
    """
    wave = locked(wave_id)
    demand_step(wave.state, WaveState.WITHDRAWN)
    opened = wave.opened_at is not None
    if opened:
        forget_who_answered(wave_id)
        empty("response_open", wave_id)
        empty("response", wave_id)
        _forget_figures(wave_id)
        take_letters_back((MANAGER_RESULT_MAIL, STAFF_RESULT_MAIL), wave_id, waiting_only=True)
    wave.state, wave.withdrawn_at = WaveState.WITHDRAWN, now
    wave.audit_report = None
    wave.cleaned = not opened
    log_wave(Event.WAVE_WITHDRAWN, wave_id, by=by, now=now)


def _forget_figures(wave_id: int) -> None:
    """Delete every number made from the wave's answers: figures, comparisons with them, bands, and pieces."""
    forget_figures(wave_id)
    db.session.execute(delete(FigureComparison).where(FigureComparison.earlier_id == wave_id))
    db.session.execute(
        update(WaveUnit)
        .where(WaveUnit.wave_id == wave_id)
        .values(rate_band=None, piece_id=None)
        .execution_options(synchronize_session=False)
    )


def _managers(wave_id: int, today: date) -> list[int]:
    """Those who manage a unit of the wave today."""
    return list(
        db.session.scalars(
            select(Grant.person_id)
            .join(WaveUnit, (WaveUnit.unit_id == Grant.unit_id) & (WaveUnit.wave_id == wave_id))
            .where(Grant.role == Role.MANAGER, grant_holds(today))
            .distinct()
            .order_by(Grant.person_id)
        )
    )


def _keep_comparisons(wave: Wave) -> None:
    """Words of comparison, from the rows as they are shown, of this wave and the one before."""
    earlier_id = db.session.scalar(
        select(Wave.id)
        .where(
            Wave.id != wave.id,
            Wave.programme_id == wave.programme_id,
            Wave.instrument == wave.instrument,
            Wave.state == WaveState.PUBLISHED,
            Wave.closed_at < wave.closed_at,
        )
        .order_by(Wave.closed_at.desc())
        .limit(1)
    )
    means, spread = _shown_means(wave.id)
    before = _shown_means(earlier_id)[0] if earlier_id is not None else {}
    rows = [
        {
            "wave_id": wave.id,
            "unit_id": int(one.unit),
            "scale": one.scale,
            "against": one.against,
            "word": one.word,
            "earlier_id": earlier_id if one.against is Against.BEFORE else None,
        }
        for one in compare(frozen_tree(wave.id).tree, means, before, spread)
    ]
    if rows:
        db.session.execute(insert(FigureComparison), rows)


def _shown_means(wave_id: int) -> tuple[dict[tuple[str, str], Mean], dict[str, str]]:
    """Of a wave's rows, (unit, scale) -> the shown mean with its n, and scale -> s_w."""
    sizes: dict[int, int] = {}
    means: dict[tuple[str, str], Mean] = {}
    spread: dict[str, str] = {}
    rows = db.session.execute(
        select(
            PublishedFigure.unit_id,
            PublishedFigure.measure,
            PublishedFigure.scale,
            PublishedFigure.statistic,
            PublishedFigure.value,
        )
        .where(PublishedFigure.wave_id == wave_id, PublishedFigure.family != Family.DISTRIBUTIONS)
        .order_by(PublishedFigure.position)
    )
    for unit_id, measure, scale, statistic, value in rows:
        if measure is Measure.N:
            sizes[unit_id] = int(value)
        elif measure is Measure.MEAN and scale is not None:
            means[str(unit_id), scale] = Mean(value, sizes[unit_id])
        elif statistic == "s_w" and scale is not None:
            spread[scale] = value
    return means, spread
