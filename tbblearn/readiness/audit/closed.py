"""Which bounds are closed: the passes, then the witness, then HiGHS for what is left."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from tbblearn.readiness.audit.bounds import Bounds, Box, Contradiction, Sums, bounds
from tbblearn.readiness.audit.milp import MemberTarget, PartTarget, Target, TimedOut, is_open
from tbblearn.readiness.audit.problem import Problem, Scale, Witness
from tbblearn.readiness.audit.rows import AuditFile, learned_count, learned_total
from tbblearn.readiness.audit.witness import build_witness
from tbblearn.readiness.rules import Agreement, Family, Measure, Part

PARTS = (Part.LOW, Part.MIDDLE, Part.HIGH)
Entry = dict[str, Any]


def closed_bounds(
    file: AuditFile,
    figures: Mapping[Family, Mapping[str, int]],
    whole_pieces: bool,
    deadline: float,
    seen: Callable[[str], None],
) -> tuple[list[Entry], bool]:
    """Closed bounds, and whether time ran out.

    The search is made only with whole pieces and if the passes close nothing: otherwise the audit has failed already,
    and what both families close together is found once the rows have been mended.
    """
    problem = _problem(file, figures)
    try:
        totals = bounds(
            problem.means,
            problem.totals,
            {piece: problem.free_totals(piece) for piece in problem.means.pieces},
            parts_sum_to_n=False,
        )
    except Contradiction as fault:
        return [_contradiction(fault, Family.MEANS, problem.scales[fault.column].code)], False
    try:
        free = {
            unit: problem.free_shares(n, len(file.instrument.items)) for unit, n in problem.distributions.pieces.items()
        }
        shares = bounds(problem.distributions, problem.shares, free, parts_sum_to_n=True)
    except Contradiction as fault:
        return [_contradiction(fault, Family.DISTRIBUTIONS, file.instrument.items[fault.column].code)], False
    closed = [*_closed_members(problem, totals), *_closed_parts(file, problem, shares), *_closed_words(file, problem)]
    if closed or not whole_pieces or not problem.distributions.pieces or not problem.means.pieces:
        return closed, False
    seen("witness")
    try:
        witness = build_witness(problem, totals, shares, deadline)
        if witness is None:
            return [_joint_contradiction(problem)], False
        left = list(_left_open(problem, witness))
        for number, target in enumerate(left, start=1):
            seen(f"search {number} of {len(left)}")
            if not is_open(problem, witness, target, deadline):
                closed.append(_entry(file, problem, target))
    except TimedOut:
        return closed, True
    return closed, False


def _problem(file: AuditFile, figures: Mapping[Family, Mapping[str, int]]) -> Problem:
    instrument = file.instrument
    scales = tuple(Scale(scale.code, instrument.positions(scale)) for scale in instrument.scales)
    means = Sums.of(file.tree, file.pieces[Family.MEANS], figures[Family.MEANS])
    distributions = Sums.of(file.tree, file.pieces[Family.DISTRIBUTIONS], figures[Family.DISTRIBUTIONS])
    lengths = np.array([[len(scale.columns)] for scale in scales])
    totals = {unit: Box(lengths * n, 5 * lengths * n) for unit, n in means.sizes.items() if n}
    columns = {item.code: column for column, item in enumerate(instrument.items)}
    shape = (len(columns), 3)
    shares = {
        unit: Box(np.zeros(shape, dtype=np.int64), np.full(shape, n, dtype=np.int64))
        for unit, n in distributions.sizes.items()
        if n
    }
    of_scale = {scale.code: place for place, scale in enumerate(scales)}
    for row in file.rows:
        try:
            if row.measure is Measure.MEAN and row.unit in totals and row.scale in of_scale:
                place = (of_scale[row.scale], 0)
                told = learned_total(row, means.sizes[row.unit], len(scales[place[0]].columns))
                box = totals[row.unit]
            elif row.part is Part.MIDDLE:
                continue  # what the ends leave
            elif row.measure is Measure.SHARE and row.unit in shares and row.item in columns and row.part:
                place = (columns[row.item], PARTS.index(row.part))
                told = learned_count(row, distributions.sizes[row.unit])
                box = shares[row.unit]
            else:
                continue
        except ValueError:
            continue  # reported as a fault of form
        box.low[place] = max(box.low[place], told.low)
        box.high[place] = min(box.high[place], told.high)
    holder: dict[str, str] = {}
    for piece in means.pieces:
        above = next((unit for unit in file.tree.upwards(piece) if unit in distributions.pieces), None)
        if above is not None:
            holder[piece] = above
    return Problem(
        tree=file.tree,
        scales=scales,
        means=means,
        distributions=distributions,
        holder=holder,
        totals=totals,
        shares=shares,
    )


def _closed_members(problem: Problem, totals: Bounds) -> Iterator[Entry]:
    for piece, box in totals.pieces.items():
        n = problem.means.pieces[piece]
        for place, scale in enumerate(problem.scales):
            items = len(scale.columns)
            if box.low[place, 0] > 3 * items + 5 * items * (n - 1):
                yield _member_entry(piece, n, scale.code, "above", "means alone")
            if box.high[place, 0] < 3 * items + items * (n - 1):
                yield _member_entry(piece, n, scale.code, "below", "means alone")


def _closed_parts(file: AuditFile, problem: Problem, shares: Bounds) -> Iterator[Entry]:
    for unit, box in shares.pieces.items():
        n = problem.distributions.pieces[unit]
        for column, part in zip(*np.nonzero(box.low >= n - 1), strict=True):
            item = file.instrument.items[int(column)].code
            yield _part_entry(unit, n, item, PARTS[int(part)], "shares alone")


def _closed_words(file: AuditFile, problem: Problem) -> Iterator[Entry]:
    """Figures that agree although half of them or more, below, do not: the rest must be nearly unanimous."""
    words = {(row.unit, row.scale): row.value for row in file.rows if row.measure is Measure.AGREEMENT}
    sums = problem.distributions
    for scale in problem.scales:
        apart: dict[str, int] = {}
        for unit in reversed(sums.order):
            below = sum(apart[child] for child in sums.children[unit])
            word, n = words.get((unit, scale.code)), sums.sizes[unit]
            apart[unit] = below if word in (None, Agreement.AGREE) else n
            if word == Agreement.AGREE and n <= 2 * below < 2 * n:
                why = f"The {n} answers are said to agree on {scale.code}, but not {below} of them below."
                yield {
                    "unit": unit,
                    "family": Family.DISTRIBUTIONS.value,
                    "check": "words",
                    "scale": scale.code,
                    "n": n,
                    "fall_back": [Family.DISTRIBUTIONS.value],
                    "why": why,
                }


def _left_open(problem: Problem, witness: Witness) -> Iterator[Target]:
    """Every group for which the witness does not show the bound to be open."""
    for place, scale in enumerate(problem.scales):
        items, columns = len(scale.columns), list(scale.columns)
        for piece, n in problem.means.pieces.items():
            if piece in witness.counts:
                some = witness.counts[piece][columns] > 0
                low = int(np.where(some[:, 0], 2, np.where(some[:, 1], 3, 5)).sum()) <= 3 * items
                high = int(np.where(some[:, 2], 4, np.where(some[:, 1], 3, 1)).sum()) >= 3 * items
            else:
                reach = witness.reach[piece]
                low = int(reach.low[place, 0]) <= 3 * items + 5 * items * (n - 1)
                high = int(reach.high[place, 0]) >= 3 * items + items * (n - 1)
            if not low:
                yield MemberTarget(piece, place, above=True)
            if not high:
                yield MemberTarget(piece, place, above=False)
        for unit, n in problem.distributions.pieces.items():
            held = np.sum([witness.counts[piece] for piece in problem.members(unit)], axis=0)
            for column in columns:
                for part in range(3):
                    if held[column, part] >= n - 1:
                        yield PartTarget(unit, place, column, part)


def _entry(file: AuditFile, problem: Problem, target: Target) -> Entry:
    if isinstance(target, PartTarget):
        n = problem.distributions.pieces[target.unit]
        item = file.instrument.items[target.column].code
        return _part_entry(target.unit, n, item, PARTS[target.part], "means and shares together")
    side = "above" if target.above else "below"
    n = problem.means.pieces[target.unit]
    return _member_entry(target.unit, n, problem.scales[target.scale].code, side, "means and shares together")


_FALL_BACK = {
    "means alone": ["means"],
    "shares alone": ["distributions"],
    "means and shares together": ["distributions", "means"],
}


def _member_entry(unit: str, n: int, scale: str, side: str, by: str) -> Entry:
    return {
        "unit": unit,
        "family": Family.MEANS.value,
        "check": "member",
        "scale": scale,
        "side": side,
        "n": n,
        "by": by,
        "fall_back": _FALL_BACK[by],
        "why": f"All {n} members of the piece surely lie {side} 3 on {scale} (by {by}).",
    }


def _part_entry(unit: str, n: int, item: str, part: Part, by: str) -> Entry:
    return {
        "unit": unit,
        "family": Family.DISTRIBUTIONS.value,
        "check": "part",
        "item": item,
        "part": part.value,
        "n": n,
        "by": by,
        "fall_back": _FALL_BACK[by],
        "why": f"Of the {n} answers to {item} in the piece, surely {n - 1} or {n} are {part.value} (by {by}).",
    }


def _contradiction(fault: Contradiction, family: Family, code: str) -> Entry:
    return {
        "unit": fault.unit,
        "family": family.value,
        "check": "contradiction",
        "of": code,
        "why": f"No answers at all have the published figures of {code} in {fault.unit} and the units below it.",
    }


def _joint_contradiction(problem: Problem) -> Entry:
    return {
        "unit": problem.tree.roots[0],
        "family": Family.DISTRIBUTIONS.value,
        "check": "contradiction",
        "of": None,
        "why": "No answers at all have both the published means and the published shares.",
    }
