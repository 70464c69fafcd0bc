"""Words that compare shown means: with the wave before, the unit above, the county.

They are made from shown values only (means, printed sizes, s_w with two decimals), so a word tells nothing that a
reader could not work out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from tbblearn.readiness.figures.statistics import Difference, difference
from tbblearn.readiness.rules import Against, Tree

LEAST_N = 10
"""A mean of fewer answers is not compared."""


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean as it is shown, of at least so many answers."""

    value: str
    least_n: int

    @property
    def number(self) -> Fraction:
        """The value; one at an end of the scale stands for that end."""
        return Fraction(self.value.lstrip("<>="))


@dataclass(frozen=True, slots=True)
class Comparison:
    """A word about one unit's mean on one scale."""

    unit: str
    scale: str
    against: Against
    word: Difference


Means = Mapping[tuple[str, str], Mean]
"""(unit, scale) -> the mean that is shown."""


def compare(tree: Tree, shown: Means, before: Means, spread: Mapping[str, str]) -> Iterator[Comparison]:
    """Every comparison there is: none on a scale whose s_w is not shown, none of fewer than ten answers."""
    root = tree.roots[0]
    for (unit, scale), mean in shown.items():
        if scale not in spread or mean.least_n < LEAST_N:
            continue
        above = tree.parent[unit]
        others = {
            Against.BEFORE: before.get((unit, scale)),
            Against.ABOVE: None if above is None else shown.get((above, scale)),
            Against.COUNTY: None if unit == root else shown.get((root, scale)),
        }
        within = Fraction(spread[scale]) ** 2
        for against, other in others.items():
            if other is not None and other.least_n >= LEAST_N:
                word = difference(mean.number, mean.least_n, other.number, other.least_n, within)
                yield Comparison(unit, scale, against, word)
