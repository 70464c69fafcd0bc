"""Closing a wave: answers go into their pieces and lose their unit; and the bands of the response rate.

Nothing is computed from answers before. After it no row tells who answered what, in which order or when.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import bindparam, func, select, update

from tbblearn.audit.rules import Event
from tbblearn.db import db
from tbblearn.readiness.absorption import Absorption, absorb
from tbblearn.readiness.coarsening import response_rate_band
from tbblearn.readiness.trees import FrozenTree, frozen_tree
from tbblearn.readiness.wave_actions import locked, log_wave
from tbblearn.readiness.wiping import empty, move
from tbblearn.surveys.models import Invitation, ResponseOpen, Wave, WaveUnit
from tbblearn.surveys.waves import WaveState, demand_step


def close_wave(
    wave_id: int,
    *,
    by: int | None,
    now: datetime,
    move_answers: Callable[[int], None] = move,
    empty_table: Callable[[str, int], None] = empty,
) -> None:
    """Take no more answers: absorb what there is, put each in its piece, and empty the open table.

    What is left of it on the disk is wiped afterwards (`wiping.wipe`); until then the wave is not clean. The two steps
    that must leave no order are given, so that the proofs can show that weaker ones are found out.
    Raises NoSuchWave, WrongState.
    """
    wave = locked(wave_id)
    demand_step(wave.state, WaveState.CLOSED)
    known = frozen_tree(wave_id)
    _write_pieces(wave_id, absorb(known.tree, _complete_answers(wave_id), wave.k))
    wave.incomplete = db.session.scalar(
        select(func.count())
        .select_from(ResponseOpen)
        .where(ResponseOpen.wave_id == wave_id, ResponseOpen.complete.is_(False))
    )
    _write_rates(wave_id, known)
    move_answers(wave_id)
    empty_table("response_open", wave_id)
    wave.state, wave.closed_at, wave.cleaned = WaveState.CLOSED, now, False
    db.session.flush()
    log_wave(Event.WAVE_CLOSED, wave_id, by=by, now=now)


def renew_rates(wave_id: int, *, today: date) -> None:
    """Work out the bands of the response rate anew; the timer does it once a night.

    Then what tells which answers came with which invitation is to be wiped (`wiping.wipe`).
    """
    wave = locked(wave_id)
    _write_rates(wave_id, frozen_tree(wave_id))
    wave.rated_on, wave.cleaned = today, False
    db.session.flush()


def mark_clean(waves: Mapping[int, int]) -> None:
    """The disk has been wiped since these waves (id -> version) were changed; one changed again stays unclean."""
    for wave_id, version in waves.items():
        db.session.execute(
            update(Wave)
            .where(Wave.id == wave_id, Wave.version == version)
            .values(cleaned=True)
            .execution_options(synchronize_session=False)
        )


def unclean_waves() -> dict[int, int]:
    """Waves that wait for the disk to be wiped, with their versions."""
    waves = db.session.scalars(select(Wave).where(Wave.cleaned.is_(False)).order_by(Wave.id))
    return {wave.id: wave.version for wave in waves}


def _complete_answers(wave_id: int) -> dict[str, int]:
    rows = db.session.execute(
        select(ResponseOpen.unit_id, func.count())
        .where(ResponseOpen.wave_id == wave_id, ResponseOpen.complete.is_(True))
        .group_by(ResponseOpen.unit_id)
    )
    return {str(unit_id): count for unit_id, count in rows}


def _write_pieces(wave_id: int, absorption: Absorption) -> None:
    rows = [
        {
            "wave": wave_id,
            "unit": int(unit),
            "piece_id": None if piece is None else int(piece),
            "partial": unit in absorption.partial,
            "single": unit in absorption.single,
        }
        for unit, piece in absorption.piece_of.items()
    ]
    _update_units(rows, "piece_id", "partial", "single")


def _write_rates(wave_id: int, known: FrozenTree) -> None:
    """The band of each unit with those below it, from counts that nobody is shown."""
    answered: Counter[str] = Counter()
    for unit_id, count in db.session.execute(
        select(Invitation.unit_id, func.count())
        .where(Invitation.wave_id == wave_id, Invitation.answered.is_(True))
        .group_by(Invitation.unit_id)
    ):
        answered[str(unit_id)] = count
    invited = Counter({str(unit.id): unit.invited for unit in known.units.values()})
    for unit in reversed(known.tree.top_down):
        above = known.tree.parent[unit]
        if above is not None:
            answered[above] += answered[unit]
            invited[above] += invited[unit]
    rows = [
        {"wave": wave_id, "unit": int(unit), "rate_band": response_rate_band(answered[unit], invited[unit])}
        for unit in known.tree.units
    ]
    _update_units(rows, "rate_band")


def _update_units(rows: Sequence[Mapping[str, object]], *columns: str) -> None:
    units = WaveUnit.__table__
    db.session.connection().execute(
        update(units)  # type: ignore[arg-type]
        .where(units.c.wave_id == bindparam("wave"), units.c.unit_id == bindparam("unit"))
        .values({column: bindparam(column) for column in columns}),
        rows,
    )
