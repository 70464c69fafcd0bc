"""Plain data of the readiness figures: the tree, the families of figures, published rows, limits.

All of `readiness` uses these terms. The audit imports this module, and nothing else, from the code that it checks.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Final

DEFAULT_K: Final = 5
DEFAULT_K_DISTRIBUTION: Final = 10
LEAST_K: Final = 5
"""No publication has a smaller group."""
LEAST_MARGIN: Final = 2
"""Publications are the same whether all of a unit's own took part, or all but up to so many."""
ONE_DECIMAL_FROM: Final = 10
"""Means of fewer answers are published to the nearest half."""
TENS_FROM: Final = 30
"""Shares of fewer answers are published as five bands."""
FIVES_FROM: Final = 100
"""Shares of at least so many answers are published to the nearest 5 %."""
OVERALL_ANSWERS: Final = 100
OVERALL_UNITS: Final = 10
"""Overall statistics are published from so many answers and so many units with a piece of their own."""


class Family(StrEnum):
    """Two families of figures, each with its own limit and pieces, and the county's statistics."""

    MEANS = "means"
    DISTRIBUTIONS = "distributions"
    OVERALL = "overall"


class Measure(StrEnum):
    """What a published row is a figure of."""

    N = "n"
    MEAN = "mean"
    SHARE = "share"
    AGREEMENT = "agreement"
    SAME_AS = "same_as"
    STATISTIC = "statistic"


class Kind(StrEnum):
    """How coarse a published value is."""

    AT_LEAST = "at_least"
    N_BAND = "n_band"
    """How n was once published, which told who had answered. Files with it are read but never pass the audit."""
    ONE_DECIMAL = "one_decimal"
    HALF = "half"
    BAND = "band"
    TENS = "tens"
    FIVES = "fives"
    WORD = "word"
    UNIT = "unit"
    TWO_DECIMALS = "two_decimals"


class Against(StrEnum):
    """What a shown mean is compared with in a word: the same unit in the wave before, the unit above, the county."""

    BEFORE = "before"
    ABOVE = "above"
    COUNTY = "county"


class Part(StrEnum):
    """The three parts of a distribution on a five-point scale: 1-2, 3 and 4-5."""

    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"


class Agreement(StrEnum):
    """How alike the answers of a group are."""

    AGREE = "agree"
    MIXED = "mixed"
    DIVIDED = "divided"


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """One published figure exactly as it is shown; the schema of `published_figure` and of the audit file.

    `scale` is set for means, agreement, statistics and shares (the item's scale), `item` and `part` for shares, and
    `statistic` names an overall statistic. `value` is text, never more than is shown. A figure that is not shown has no
    row, whatever the reason; one that equals that of a unit below has a row of `same_as` instead.
    """

    unit: str
    family: Family
    measure: Measure
    kind: Kind
    value: str
    scale: str | None = None
    item: str | None = None
    part: Part | None = None
    statistic: str | None = None

    def as_json(self) -> dict[str, str | None]:
        """The row as a flat object with every key, in a fixed order."""
        keys = ("unit", "family", "measure", "scale", "item", "part", "statistic", "kind", "value")
        values = {key: getattr(self, key) for key in keys}
        return {key: None if value is None else str(value) for key, value in values.items()}


class TreeFault(Exception):
    """Units that form no tree. `unit` is at fault; `position` is its place in the given list."""

    def __init__(self, position: int, unit: str, message: str) -> None:
        super().__init__(message)
        self.position = position
        self.unit = unit


@dataclass(frozen=True)
class Tree:
    """Units and their parents. `units` are in the given order; usually there is one root."""

    units: tuple[str, ...]
    parent: Mapping[str, str | None]

    @classmethod
    def build(cls, pairs: Iterable[tuple[str, str | None]]) -> "Tree":
        """The tree of (unit, parent) pairs; raises TreeFault on a double, an unknown parent or a cycle."""
        given = list(pairs)
        parent: dict[str, str | None] = {}
        for position, (unit, above) in enumerate(given):
            if unit in parent:
                raise TreeFault(position, unit, f"the unit “{unit}” stands twice")
            parent[unit] = above
        for position, (unit, above) in enumerate(given):
            if above is not None and above not in parent:
                raise TreeFault(position, unit, f"the parent “{above}” of “{unit}” is not among the units")
        safe: set[str] = set()
        for position, (unit, _) in enumerate(given):
            path: list[str] = []
            step: str | None = unit
            while step is not None and step not in safe:
                if step in path:
                    circle = " under ".join([*path[path.index(step) :], step])
                    raise TreeFault(position, unit, f"the units go round in a circle: {circle}")
                path.append(step)
                step = parent[step]
            safe.update(path)
        return cls(tuple(parent), MappingProxyType(parent))

    @cached_property
    def children(self) -> Mapping[str, Sequence[str]]:
        """The units directly below each unit, in the given order."""
        below: dict[str, list[str]] = {unit: [] for unit in self.units}
        for unit in self.units:
            above = self.parent[unit]
            if above is not None:
                below[above].append(unit)
        return MappingProxyType(below)

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """The units without a parent."""
        return tuple(unit for unit in self.units if self.parent[unit] is None)

    @cached_property
    def top_down(self) -> tuple[str, ...]:
        """Every unit before those below it, in depth-first order."""
        order: list[str] = []
        waiting = list(reversed(self.roots))
        while waiting:
            unit = waiting.pop()
            order.append(unit)
            waiting.extend(reversed(self.children[unit]))
        return tuple(order)

    def upwards(self, unit: str) -> Iterable[str]:
        """The unit itself, then each unit above it, nearest first."""
        step: str | None = unit
        while step is not None:
            yield step
            step = self.parent[step]
