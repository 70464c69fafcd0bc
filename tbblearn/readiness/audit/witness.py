"""One county that has all the published rows and in which nothing is sure: a witness that the bounds are open.

Means and shares are two views of the same answers: the scale total of a group lies between the sums of the least and of
the greatest values that its parts allow (low is 1-2, middle 3, high 4-5), which the bounds of either family alone do
not see. A bound is shown to be open by one set of answers with all rows in which the group does not do what it must not
surely do; one good set shows it for nearly all groups at once. It is built here in a few passes over the tree; what it
leaves open goes to `audit.milp`.

The witness is counts, not persons: per piece of means the low, middle and high answers to each item, and a scale total.
Within a piece each item's answers can be dealt to the members in any order, so counts are enough: if every item of a
scale has an answer that is not high, some member may have them all.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tbblearn.readiness.audit.bounds import Bounds, Box, Contradiction, Whole, bounds, nearest, shared, split
from tbblearn.readiness.audit.milp import mend
from tbblearn.readiness.audit.problem import GREATEST_VALUES, LEAST_VALUES, Problem, Witness, reachable, subtree

MIDDLE_VALUES = np.array([1.5, 3.0, 4.5])


def build_witness(problem: Problem, of_totals: Bounds, of_shares: Bounds, deadline: float) -> Witness | None:
    """A witness; None where there is none with means and shares together. Raises TimedOut.

    Counts are chosen that satisfy all shares and lean to totals that satisfy all means. Where they cannot meet a mean,
    HiGHS chooses those of the units concerned again, in a growing part of the tree.
    """
    capped = _capped_shares(problem, of_shares)
    wished = _wished_totals(problem, of_totals, capped)
    counts, figures = _counts(problem, capped, wished)
    caps = {unit: box.high for unit, box in capped.pieces.items()}
    while True:
        leaves = {piece: reachable(problem, counts.get(piece), piece) for piece in problem.means.pieces}
        try:
            found = bounds(problem.means, problem.totals, leaves, parts_sum_to_n=False)
        except Contradiction as fault:
            if not _mended(problem, caps, counts, figures, fault, deadline):
                return None
        else:
            return Witness(counts, figures, _split_totals(problem, found, found.pieces), found.pieces)


def _mended(
    problem: Problem,
    caps: dict[str, Whole],
    counts: dict[str, Whole],
    figures: dict[str, Whole],
    fault: Contradiction,
    deadline: float,
) -> bool:
    """Choose counts again in a part of the tree around the fault; False if there is no such part.

    First within the caps, in parts that grow to the whole tree, then without, beginning small again, so that few groups
    are left to be searched one by one: a cap that is broken is lifted, all others stay. Afterwards every mean in the
    part is met, so each later fault lies in a larger one.
    """
    parts = list(problem.tree.upwards(fault.unit))
    for unit in parts[:-1]:
        if mend(problem, counts, figures, unit, fault.column, caps, deadline):
            return True
    for unit in parts:
        if mend(problem, counts, figures, unit, fault.column, {}, deadline):
            _lift_what_is_broken(problem, caps, counts)
            return True
    return False


def _lift_what_is_broken(problem: Problem, caps: dict[str, Whole], counts: Mapping[str, Whole]) -> None:
    for unit, most in caps.items():
        held = np.sum([counts[piece] for piece in problem.members(unit)], axis=0)
        caps[unit] = np.maximum(most, held)


def _wished_totals(problem: Problem, of_totals: Bounds, capped: Bounds) -> dict[str, Whole]:
    """Totals that satisfy every mean, within what each piece's shares allow if possible."""
    leaves = {piece: problem.free_totals(piece) for piece in problem.means.pieces}
    for unit, box in capped.pieces.items():
        members = problem.members(unit)
        if len(members) == 1:
            least, most = _extremes(box, problem.distributions.pieces[unit])
            columns = [list(scale.columns) for scale in problem.scales]
            leaves[members[0]] = Box(
                np.array([[least[items].sum()] for items in columns]),
                np.array([[most[items].sum()] for items in columns]),
            )
    try:
        found = bounds(problem.means, problem.totals, leaves, parts_sum_to_n=False)
    except Contradiction:
        found = of_totals
    return _split_totals(problem, found, found.pieces)


def _extremes(box: Box, n: int) -> tuple[Whole, Whole]:
    """Per item the least and the greatest total of n answers whose parts lie in the box."""
    totals = []
    for values, order in ((LEAST_VALUES, (0, 1, 2)), (GREATEST_VALUES, (2, 1, 0))):
        point = box.low.copy()
        for part in order:
            point[:, part] += np.minimum(n - point.sum(axis=1), box.high[:, part] - point[:, part])
        totals.append(point @ values)
    return totals[0], totals[1]


def _capped_shares(problem: Problem, of_shares: Bounds) -> Bounds:
    """Bounds in which no piece has n - 1 or n answers in one part, wherever that is possible at once.

    Where it is not, the cap nearest to closing is lifted first: two siblings may each have room, but not both.
    """
    sizes = problem.distributions.pieces
    capped = {unit: box.low <= sizes[unit] - 2 for unit, box in of_shares.pieces.items()}
    while True:
        pieces = {}
        for unit, n in sizes.items():
            free = problem.free_shares(n, of_shares.pieces[unit].low.shape[0])
            pieces[unit] = Box(free.low, np.where(capped[unit], max(n - 2, 0), n))
        try:
            return bounds(problem.distributions, problem.shares, pieces, parts_sum_to_n=True)
        except Contradiction as fault:
            _lift_a_cap(problem, of_shares, capped, fault)


def _lift_a_cap(
    problem: Problem, of_shares: Bounds, capped: Mapping[str, NDArray[np.bool_]], fault: Contradiction
) -> None:
    column = fault.column
    for above in problem.tree.upwards(fault.unit):
        tight = [
            (int(of_shares.pieces[unit].low[column, part]) - problem.distributions.pieces[unit], unit, part)
            for unit in subtree(problem.tree, above)
            if unit in capped
            for part in range(3)
            if capped[unit][column, part]
        ]
        if tight:
            _, unit, part = max(tight)
            capped[unit][column, part] = False
            return


def _split_totals(problem: Problem, found: Bounds, pieces: Mapping[str, Box]) -> dict[str, Whole]:
    """One total per piece and scale that satisfies every row, each near the middle of its bounds."""
    chosen: dict[str, Whole] = {}
    figures: dict[str, Whole] = {}
    for unit in problem.means.order:
        if unit not in figures:
            figures[unit] = (found.figures[unit].low + found.figures[unit].high) // 2
        parts = [(child, found.figures[child], found.inner[child]) for child in problem.means.children[unit]]
        if unit in problem.means.pieces:
            parts.append((unit, pieces[unit], pieces[unit]))
        boxes = [inner for _, _, inner in parts]
        wishes = shared(figures[unit], boxes, np.array([(outer.low + outer.high) / 2 for _, outer, _ in parts]))
        low = np.sum([box.low for box in boxes], axis=0)
        high = np.sum([box.high for box in boxes], axis=0)
        left, owed = figures[unit], np.zeros(figures[unit].shape)
        for (name, _, inner), wish in zip(parts, wishes, strict=True):
            low, high = low - inner.low, high - inner.high
            aim = np.rint(wish + owed).astype(np.int64)
            taken = np.clip(aim, np.maximum(inner.low, left - high), np.minimum(inner.high, left - low))
            owed = owed + wish - taken
            left = left - taken
            (chosen if name == unit else figures)[name] = taken
    return chosen


def _counts(problem: Problem, capped: Bounds, wished: Mapping[str, Whole]) -> tuple[dict[str, Whole], dict[str, Whole]]:
    """Counts per piece of means and per figure of distributions that satisfy every share, leaning to the totals."""
    sums = problem.distributions
    wish_of = _wishes(problem, capped, wished)
    figures: dict[str, Whole] = {}
    counts: dict[str, Whole] = {}
    for unit in sums.order:
        if unit not in figures:
            box = capped.figures[unit]
            figures[unit] = nearest(wish_of["figure", unit], box.low, box.high, sums.sizes[unit])
        parts = [(capped.inner[child], wish_of["figure", child], sums.sizes[child]) for child in sums.children[unit]]
        if unit in sums.pieces:
            parts.append((capped.pieces[unit], wish_of["piece", unit], sums.pieces[unit]))
        for child, taken in zip([*sums.children[unit], unit], split(figures[unit], parts), strict=False):
            if child != unit:
                figures[child] = taken
                continue
            counts.update(_dealt(problem, unit, taken, wished))
    return counts, figures


def _dealt(problem: Problem, unit: str, taken: Whole, wished: Mapping[str, Whole]) -> dict[str, Whole]:
    """Divide the counts of a piece of distributions among its pieces of means, leaning to their totals.

    Where there are enough other answers, each piece gets one that is not low and one that is not high.
    """
    members = problem.members(unit)
    whole = problem.distributions.pieces[unit]
    enough = (taken <= whole - len(members)).astype(np.int64)
    enough[:, 1] = 0
    parts = []
    for piece in members:
        n = problem.means.pieces[piece]
        wish = np.asarray(taken * (n / whole), dtype=np.float64)
        parts.append((Box(np.zeros_like(taken), n - enough), _leaned(problem, wish, wished[piece]), n))
    return dict(zip(members, split(taken, parts), strict=True))


def _wishes(
    problem: Problem, capped: Bounds, wished: Mapping[str, Whole]
) -> dict[tuple[str, str], NDArray[np.float64]]:
    """For each figure and piece: the middle of its box, leaning to its wished totals."""
    wishes: dict[tuple[str, str], NDArray[np.float64]] = {}
    totals: dict[str, Whole] = {}
    for unit in reversed(problem.distributions.order):
        total = np.sum([totals[child] for child in problem.distributions.children[unit]], axis=0)
        if unit in problem.distributions.pieces:
            own = np.sum([wished[piece] for piece in problem.members(unit)], axis=0)
            total = total + own
            wishes["piece", unit] = _leaned(
                problem, _middle(capped.pieces[unit], problem.distributions.pieces[unit]), own
            )
        totals[unit] = total
        wishes["figure", unit] = _leaned(
            problem, _middle(capped.figures[unit], problem.distributions.sizes[unit]), total
        )
    return wishes


def _middle(box: Box, n: int) -> NDArray[np.float64]:
    middle = (box.low + box.high) / 2
    return np.asarray(middle * (n / np.maximum(middle.sum(axis=1, keepdims=True), 1e-9)), dtype=np.float64)


def _leaned(problem: Problem, wish: NDArray[np.float64], totals: Whole) -> NDArray[np.float64]:
    """The wish with answers moved between low and high, so that its middle value comes near the totals."""
    leaned = wish.copy()
    for scale, total in zip(problem.scales, totals, strict=True):
        columns = list(scale.columns)
        lacking = (float(total[0]) - float((wish[columns] @ MIDDLE_VALUES).sum())) / len(columns) / 3
        leaned[columns, 0] = np.maximum(wish[columns, 0] - lacking, 0)
        leaned[columns, 2] = np.maximum(wish[columns, 2] + lacking, 0)
    return leaned
