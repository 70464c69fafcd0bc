"""Bounds on what lies in each piece, from all published rows of one family together, in two passes of the tree.

Each figure is the sum of the figures below it and its own piece, and each row gives an interval. Passing the intervals
up the tree and down again gives, for a total (one number per figure), exactly the values that some set of answers with
these rows could have.

For shares a figure is three numbers, low + middle + high = n. The passes are exact for them too: within that plane a
set of the form {low <= x <= high} is an integral base polyhedron of dimension three; sums, differences and
intersections of such sets in one plane are of the same form, and every whole-number point of a sum is a sum of
whole-number points (Murota 2003, *Discrete Convex Analysis*, ch. 4). After each step, each bound is tightened by what
the two others leave.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tbblearn.readiness.rules import Tree

Whole = NDArray[np.int64]


class Contradiction(Exception):
    """No answers have these rows. `unit` is where it shows, `column` its place on the rows' second axis."""

    def __init__(self, unit: str, column: int) -> None:
        super().__init__(f"{unit}: the published rows contradict each other")
        self.unit = unit
        self.column = column


@dataclass(frozen=True, slots=True)
class Box:
    """Least and greatest values, arrays of one shape (columns, parts)."""

    low: Whole
    high: Whole


@dataclass(frozen=True)
class Sums:
    """The units with a figure in one family: `order` from the top, children, piece sizes and figure sizes."""

    order: tuple[str, ...]
    children: Mapping[str, Sequence[str]]
    pieces: Mapping[str, int]
    sizes: Mapping[str, int]

    @classmethod
    def of(cls, tree: Tree, pieces: Mapping[str, int], sizes: Mapping[str, int]) -> "Sums":
        """The sums of a family, without the units that have no figure."""
        order = tuple(unit for unit in tree.top_down if sizes[unit])
        children = {unit: [child for child in tree.children[unit] if sizes[child]] for unit in order}
        return cls(order, children, pieces, sizes)


@dataclass(frozen=True)
class Bounds:
    """The result of two passes. `inner`: by the rows at and below a unit; `figures` and `pieces`: by all rows."""

    inner: Mapping[str, Box]
    figures: Mapping[str, Box]
    pieces: Mapping[str, Box]


def bounds(sums: Sums, rows: Mapping[str, Box], pieces: Mapping[str, Box], *, parts_sum_to_n: bool) -> Bounds:
    """Pass `rows` (one box per unit with a figure) and `pieces` (one per piece) up and down the tree.

    With `parts_sum_to_n` the parts of each column add up to the number of answers. Raises Contradiction.
    """

    def settled(unit: str, n: int, low: Whole, high: Whole) -> Box:
        if parts_sum_to_n:
            low, high = tightened(n, low, high)
        wrong = (low > high).any(axis=1)
        if wrong.any():
            raise Contradiction(unit, int(wrong.argmax()))
        return Box(low, high)

    inner: dict[str, Box] = {}
    below: dict[str, Box] = {}
    for unit in reversed(sums.order):
        parts = [inner[child] for child in sums.children[unit]]
        if unit in sums.pieces:
            parts.append(pieces[unit])
        low = np.sum([part.low for part in parts], axis=0)
        high = np.sum([part.high for part in parts], axis=0)
        below[unit] = Box(low, high)
        row = rows[unit]
        inner[unit] = settled(unit, sums.sizes[unit], np.maximum(low, row.low), np.minimum(high, row.high))
    figures: dict[str, Box] = {}
    of_pieces: dict[str, Box] = {}
    for unit in sums.order:
        whole = figures.setdefault(unit, inner[unit])
        parts_below = below[unit]

        def within(part: Box, n: int, whole: Box = whole, parts: Box = parts_below, unit: str = unit) -> Box:
            """What the other parts leave of `part`, given the whole."""
            low = np.maximum(part.low, whole.low - (parts.high - part.high))
            high = np.minimum(part.high, whole.high - (parts.low - part.low))
            return settled(unit, n, low, high)

        for child in sums.children[unit]:
            figures[child] = within(inner[child], sums.sizes[child])
        if unit in sums.pieces:
            of_pieces[unit] = within(pieces[unit], sums.pieces[unit])
    return Bounds(inner, figures, of_pieces)


def tightened(n: int, low: Whole, high: Whole) -> tuple[Whole, Whole]:
    """The same whole-number points of the plane in the tightest box: what each part can be, given the others."""
    return (
        np.maximum(low, n - (high.sum(axis=1, keepdims=True) - high)),
        np.minimum(high, n - (low.sum(axis=1, keepdims=True) - low)),
    )


def split(total: Whole, parts: Sequence[tuple[Box, NDArray[np.float64], int]]) -> list[Whole]:
    """Divide shares among parts (box, wish, n) as near to the wishes as the boxes allow.

    The sum of the boxes must hold `total`. Exact: each part takes a point that lets the others make up the rest.
    """
    boxes = [box for box, _, _ in parts]
    wishes = shared(total, boxes, np.array([wish for _, wish, _ in parts]))
    rest_low = np.sum([box.low for box in boxes], axis=0)
    rest_high = np.sum([box.high for box in boxes], axis=0)
    left, owed = total, np.zeros(total.shape)
    taken: list[Whole] = []
    for (box, _, n), wish in zip(parts, wishes, strict=True):
        rest_low = rest_low - box.low
        rest_high = rest_high - box.high
        low, high = tightened(n, np.maximum(box.low, left - rest_high), np.minimum(box.high, left - rest_low))
        point = nearest(wish + owed, low, high, n)
        owed = owed + wish - point
        left = left - point
        taken.append(point)
    return taken


def shared(total: Whole, boxes: Sequence[Box], wishes: NDArray[np.float64]) -> NDArray[np.float64]:
    """The wishes changed to add up to the total, each giving way in proportion to its room."""
    low = np.array([box.low for box in boxes], dtype=np.float64)
    high = np.array([box.high for box in boxes], dtype=np.float64)
    wishes = np.clip(wishes, low, high)
    lacking = total - wishes.sum(axis=0)
    room = np.where(lacking > 0, high - wishes, wishes - low)
    changed: NDArray[np.float64] = wishes + room * (lacking / np.maximum(room.sum(axis=0), 1e-9))
    return changed


def nearest(wish: NDArray[np.float64], low: Whole, high: Whole, n: int) -> Whole:
    """A whole-number point of a tight box in the plane, near to the wish: the middle part gives way first."""
    point = np.clip(np.rint(wish).astype(np.int64), low, high)
    for part in (1, 0, 2):
        lacking = n - point.sum(axis=1)
        point[:, part] += np.clip(lacking, low[:, part] - point[:, part], high[:, part] - point[:, part])
    return point
