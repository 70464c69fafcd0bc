"""The privacy check of a closed wave (docs/rules/disclosure.md).

It may take long, so it runs outside transactions: `closed_wave` reads, `check` computes, `keep_check` stores the rows
that were checked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from tbblearn.audit.rules import Event
from tbblearn.db import db, stockholm_date
from tbblearn.readiness.figures.fall_back import AuditedPublication, audit_file, audited_publication
from tbblearn.readiness.figures.publish import Collected
from tbblearn.readiness.figures.scoring import Scorer, Unanswered, Values
from tbblearn.readiness.models import FIGURE, FigureComparison, PublishedFigure, Response
from tbblearn.readiness.rules import Tree
from tbblearn.readiness.trees import FrozenTree, frozen_tree
from tbblearn.readiness.waves.actions import locked, log_wave
from tbblearn.surveys.instruments import instrument
from tbblearn.surveys.models import Wave
from tbblearn.surveys.waves import AnswersGone, NoSuchWave, NotCleaned, WaveState, WrongState

AUDIT_SECONDS = 120.0


@dataclass(frozen=True)
class ClosedWave:
    """A closed wave with its answers by piece, ready to be checked."""

    wave_id: int
    version: int
    scorer: Scorer
    frozen: FrozenTree
    collected: Collected
    k: int
    k_distribution: int


def closed_wave(wave_id: int) -> ClosedWave:
    """Read a wave that is closed and not yet published. Raises NoSuchWave, WrongState, NotCleaned, AnswersGone."""
    wave = db.session.get(Wave, wave_id)
    if wave is None:
        raise NoSuchWave(wave_id=wave_id)
    if wave.state not in (WaveState.CLOSED, WaveState.AUDITED, WaveState.PUBLISHED):
        raise WrongState(state=wave.state, wanted=WaveState.AUDITED)
    if not wave.cleaned:
        raise NotCleaned(wave_id=wave_id)
    if wave.disposed_at is not None:
        raise AnswersGone(disposed_on=stockholm_date(wave.disposed_at))
    scorer = Scorer(instrument(wave.instrument, wave.instrument_version))
    frozen = frozen_tree(wave_id)
    collected = Collected(frozen.tree, _by_piece(wave_id, scorer, frozen.tree), frozen.invited, wave.margin)
    return ClosedWave(
        wave_id=wave_id,
        version=wave.version,
        scorer=scorer,
        frozen=frozen,
        collected=collected,
        k=wave.k,
        k_distribution=wave.k_distribution,
    )


def _by_piece(wave_id: int, scorer: Scorer, tree: Tree) -> Mapping[str, list[Values]]:
    found: dict[str, list[Values]] = {}
    for piece_id, answers in db.session.execute(
        select(Response.piece_id, Response.answers).where(Response.wave_id == wave_id)
    ):
        values = scorer.read([answers.get(item.code, "") for item in scorer.instrument.items])
        if not isinstance(values, Unanswered):
            found.setdefault(str(piece_id), []).append(values)
    return {unit: found[unit] for unit in tree.units if unit in found}


def check(closed: ClosedWave, time_limit: float = AUDIT_SECONDS) -> AuditedPublication:
    """Make the rows, audit them, and make coarser what closes a bound, until they pass or nothing helps."""
    return audited_publication(closed.scorer, closed.collected, closed.k, closed.k_distribution, time_limit)


def keep_check(closed: ClosedWave, checked: AuditedPublication, *, by: int | None, now: datetime) -> bool:
    """Store whether the check was passed, and if so the rows for publication. Returns whether it was.

    Raises NoSuchWave, WrongState (also where the wave was published meanwhile).
    """
    wave = locked(closed.wave_id, WaveState.AUDITED, WaveState.CLOSED)
    fallen_back = {(family.value, level.name.lower()) for (_unit, family), level in checked.fallen_back.items()}
    # What the check found is printed by `tbblearn waves audit` and not stored: it quotes answers.
    wave.audit_report = {
        "passed": checked.report.passed,
        "timed_out": checked.report.timed_out,
        "fallen_back": [{"family": family, "to": level} for family, level in sorted(fallen_back)],
    }
    forget_figures(closed.wave_id)
    if checked.report.passed:
        rows = [
            {"wave_id": closed.wave_id, "position": position, "unit_id": int(row.unit)}
            | {name: getattr(row, name) for name in FIGURE}
            for position, row in enumerate(checked.publication.rows)
        ]
        if rows:
            db.session.execute(insert(PublishedFigure), rows)
        wave.state, wave.audited_at = WaveState.AUDITED, now
    else:
        wave.state, wave.audited_at = WaveState.CLOSED, None
    log_wave(Event.WAVE_AUDITED, closed.wave_id, by=by, now=now, passed=int(checked.report.passed))
    return checked.report.passed


def file_of(closed: ClosedWave, checked: AuditedPublication) -> dict[str, Any]:
    """The file that `tbblearn readiness audit` reads, with units as files name them (source/id)."""
    data = audit_file(closed.collected, checked.publication, closed.scorer.instrument.code)
    key = {str(unit.id): unit.key for unit in closed.frozen.units.values()}
    for unit in data["units"]:
        unit["unit"], unit["parent"] = key[unit["unit"]], None if unit["parent"] is None else key[unit["parent"]]
    for row in [*data["pieces"], *data["published"]]:
        row["unit"] = key[row["unit"]]
        if row.get("measure") == "same_as":
            row["value"] = key[row["value"]]
    data["invited"] = {key[unit]: invited for unit, invited in data["invited"].items()}
    return data


def forget_figures(wave_id: int) -> None:
    """Delete every figure of the wave, and every word made from figures."""
    db.session.execute(delete(FigureComparison).where(FigureComparison.wave_id == wave_id))
    db.session.execute(delete(PublishedFigure).where(PublishedFigure.wave_id == wave_id))
