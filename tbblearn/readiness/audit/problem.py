"""The audit's problem in arrays: every published row as a box, and how the pieces of the two families nest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tbblearn.readiness.audit.bounds import Box, Sums, Whole
from tbblearn.readiness.rules import Tree

LEAST_VALUES = np.array([1, 3, 4])
"""The least answer in each part: low is 1-2, middle 3, high 4-5."""
GREATEST_VALUES = np.array([2, 3, 5])


@dataclass(frozen=True)
class Scale:
    """A scale of the problem: its code and which columns of the items belong to it."""

    code: str
    columns: tuple[int, ...]


@dataclass(frozen=True)
class Problem:
    """Everything published, as boxes: items x parts for distributions, scales x 1 for totals of means.

    `holder`: unit with a piece of means -> unit whose piece of distributions it is part of, or absent.
    """

    tree: Tree
    scales: tuple[Scale, ...]
    means: Sums
    distributions: Sums
    holder: Mapping[str, str]
    totals: Mapping[str, Box]
    shares: Mapping[str, Box]

    def members(self, unit: str) -> list[str]:
        """The pieces of means that make up the unit's piece of distributions."""
        return self._members.get(unit, [])

    @cached_property
    def _members(self) -> Mapping[str, list[str]]:
        by_holder: dict[str, list[str]] = {}
        for piece, unit in self.holder.items():
            by_holder.setdefault(unit, []).append(piece)
        return by_holder

    def free_totals(self, unit: str) -> Box:
        """Every scale total that so many members could have."""
        lengths = np.array([[len(scale.columns)] for scale in self.scales]) * self.means.pieces[unit]
        return Box(lengths, 5 * lengths)

    def free_shares(self, n: int, items: int) -> Box:
        """Every share that n members could have."""
        return Box(np.zeros((items, 3), dtype=np.int64), np.full((items, 3), n, dtype=np.int64))


@dataclass
class Witness:
    """Counts per piece of means (items x parts), figure counts, and a total per piece and scale.

    `reach`: the totals that each piece can have, given all counts and all rows.
    """

    counts: dict[str, Whole]
    figures: dict[str, Whole]
    totals: dict[str, Whole]
    reach: Mapping[str, Box]


def reachable(problem: Problem, counts: Whole | None, piece: str) -> Box:
    """The scale totals that a piece with these counts can have; any, where its shares are not in any figure."""
    if counts is None:
        return problem.free_totals(piece)
    least, greatest = counts @ LEAST_VALUES, counts @ GREATEST_VALUES
    columns = [list(scale.columns) for scale in problem.scales]
    return Box(
        np.array([[least[items].sum()] for items in columns]), np.array([[greatest[items].sum()] for items in columns])
    )


def subtree(tree: Tree, unit: str) -> Iterable[str]:
    """The unit and all units below it."""
    waiting = [unit]
    while waiting:
        step = waiting.pop()
        yield step
        waiting.extend(tree.children[step])
