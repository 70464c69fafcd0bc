"""Closing a wave: answers go into their pieces and lose their unit. And bands of the response rate while it is open.

Nothing is computed from answers earlier, and afterwards no row tells who answered what, in which order, or when.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, bindparam, func, select, update

from tbblearn.audit.rules import Event
from tbblearn.db import db
from tbblearn.people.rules import UnitKind
from tbblearn.readiness.figures.absorption import absorb, fold
from tbblearn.readiness.figures.coarsening import fresh_draw, rate_band
from tbblearn.readiness.trees import FrozenTree, frozen_tree
from tbblearn.readiness.waves.actions import locked, log_wave
from tbblearn.readiness.waves.wiping import empty, move
from tbblearn.surveys.models import Invitation, ResponseOpen, Wave, WaveUnit
from tbblearn.surveys.waves import AnswersLost, NothingLost, StrayAnswers, WaveState, demand_step


def close_wave(
    wave_id: int,
    *,
    by: int | None,
    now: datetime,
    lost: int = 0,
    move_answers: Callable[[int], None] = move,
    empty_table: Callable[[str, int], None] = empty,
) -> None:
    """Take no more answers: absorb those given, put each in its piece, and empty the open table.

    `lost`: how many answers are known to be gone, as after a restored backup, which holds none of an open wave;
    exactly so many must be missing. What is left of the open table on the disk is wiped afterwards (`wiping.wipe`);
    until then the wave is not clean. The two steps that must leave no order are parameters, so that the proofs can show
    that weaker ones are found out. Raises NoSuchWave, WrongState, AnswersLost, NothingLost, StrayAnswers.
    """
    wave = locked(wave_id)
    demand_step(wave.state, WaveState.CLOSED)
    _demand_all_there(wave_id, lost)
    known = _fold_again(wave, frozen_tree(wave_id))
    answers = _counted(wave_id, known, ResponseOpen, ResponseOpen.complete.is_(True))
    pieces = absorb(known.tree, answers, wave.k).piece_of
    _update_units(
        wave_id,
        [
            {"unit": unit_id, "piece_id": int(piece) if piece else None, "rate_band": None}
            for unit_id in known.units
            for piece in (pieces.get(str(known.counted_in(unit_id))),)
        ],
    )
    move_answers(wave_id)
    empty_table("response_open", wave_id)
    wave.state, wave.closed_at, wave.cleaned, wave.answers_lost = WaveState.CLOSED, now, False, lost > 0
    log_wave(Event.WAVE_CLOSED, wave_id, by=by, now=now)


def renew_rates(wave_id: int, *, today: date, draw: Callable[[], int] = fresh_draw) -> None:
    """Renew the bands of the response rate, each with a fresh draw; the timer does so once a week."""
    wave = locked(wave_id)
    _write_rates(wave_id, frozen_tree(wave_id), draw)
    wave.rated_on = today
    db.session.flush()


def mark_unclean(wave_id: int, *, today: date) -> None:
    """Have what ties answers to invitations on the disk wiped, every night while the wave is open."""
    wave = locked(wave_id)
    wave.wiped_on, wave.cleaned = today, False
    db.session.flush()


def mark_clean(waves: Mapping[int, int]) -> None:
    """The disk has been wiped since these waves (id -> version) changed; one that changed again stays unclean."""
    for wave_id, version in waves.items():
        db.session.execute(
            update(Wave)
            .where(Wave.id == wave_id, Wave.version == version)
            .values(cleaned=True)
            .execution_options(synchronize_session=False)
        )


def unclean_waves() -> dict[int, int]:
    """Waves that wait for the disk to be wiped: id -> version."""
    waves = db.session.scalars(select(Wave).where(Wave.cleaned.is_(False)).order_by(Wave.id))
    return {wave.id: wave.version for wave in waves}


def _demand_all_there(wave_id: int, lost: int) -> None:
    """There must be as many answers as invitations marked as answered, less those known to be gone.

    No error tells how many there are: nobody learns that of a wave in order.
    """
    answered = db.session.scalar(
        select(func.count()).where(Invitation.wave_id == wave_id, Invitation.answered.is_(True))
    )
    stored = db.session.scalar(select(func.count()).where(ResponseOpen.wave_id == wave_id))
    missing = (answered or 0) - (stored or 0)
    if missing < 0:
        raise StrayAnswers(wave_id=wave_id)
    if missing == 0 and lost:
        raise NothingLost(wave_id=wave_id)
    if missing != lost:
        raise AnswersLost(wave_id=wave_id, lost=missing)


def _fold_again(wave: Wave, known: FrozenTree) -> FrozenTree:
    """The tree folded by the present limit, which makes more groups too small if it was raised while the wave was open.

    It starts from where each person is invited, as opening decided by the limit of that day; the top's own are invited
    at the top, wherever they count. The same limit gives the same tree.
    """
    own = {
        str(unit_id): count
        for unit_id, count in db.session.execute(
            select(Invitation.unit_id, func.count()).where(Invitation.wave_id == wave.id).group_by(Invitation.unit_id)
        )
    }
    folding = fold(known.tree, own, wave.k, wave.margin)
    into = {unit: above for unit, above in folding.moved.items() if unit != above}
    if folding.top_into is not None:
        into[known.tree.roots[0]] = folding.top_into
    rows = [
        {
            "unit": int(unit),
            "folded_into": int(into[unit]) if unit in into else None,
            "invited": folding.invited.get(unit, 0),
        }
        for unit in known.tree.units
    ]
    _update_units(wave.id, rows)
    for unit, above in folding.moved.items():
        if unit != above and unit in own:
            db.session.execute(
                update(Invitation)
                .where(Invitation.wave_id == wave.id, Invitation.unit_id == int(unit))
                .values(unit_id=int(above))
                .execution_options(synchronize_session=False)
            )
    return frozen_tree(wave.id)


def _counted(
    wave_id: int, known: FrozenTree, table: type[Invitation | ResponseOpen], which: ColumnElement[bool]
) -> Counter[str]:
    """How many rows of a wave count in each unit."""
    counted: Counter[str] = Counter()
    for unit_id, n in db.session.execute(
        select(table.unit_id, func.count()).where(table.wave_id == wave_id, which).group_by(table.unit_id)
    ):
        counted[str(known.counted_in(unit_id))] += n
    return counted


def _write_rates(wave_id: int, known: FrozenTree, draw: Callable[[], int]) -> None:
    """The band of the county and of each huvudman, from counts that nobody sees."""
    answered = _counted(wave_id, known, Invitation, Invitation.answered.is_(True))
    invited = Counter(known.invited)
    for name in reversed(known.tree.top_down):
        above = known.tree.parent[name]
        if above is not None:
            answered[above] += answered[name]
            invited[above] += invited[name]
    rows: list[Mapping[str, object]] = []
    for name in known.tree.units:
        unit = known.units[int(name)]
        if unit.is_county or unit.kind is UnitKind.HUVUDMAN:
            band = rate_band(answered[name], invited[name], unit.rate_band, draw())
            rows.append({"unit": unit.id, "rate_band": band})
    _update_units(wave_id, rows)


def _update_units(wave_id: int, rows: Sequence[Mapping[str, object]]) -> None:
    """Update a wave's units; each row names its `unit`, and all name the same columns."""
    units = WaveUnit.__table__
    db.session.connection().execute(
        update(units)  # type: ignore[arg-type]
        .where(units.c.wave_id == wave_id, units.c.unit_id == bindparam("unit"))
        .values({column: bindparam(column) for column in rows[0] if column != "unit"}),
        rows,
    )
