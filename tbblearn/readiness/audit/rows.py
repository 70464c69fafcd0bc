"""Published rows as the audit sees them: the form of each row, and what a reader learns from it.

Independent of the code that made the rows: bands and roundings are written here a second time, from the rules, as the
sets of exact figures that a published value stands for.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from math import ceil, floor

from tbblearn.readiness.rules import LEAST_MARGIN, Family, Kind, Measure, Part, PublishedRow, Tree
from tbblearn.surveys.rules import Instrument


@dataclass(frozen=True)
class AuditFile:
    """What the audit knows: the tree, the limits, exact piece sizes of both families, and the published rows.

    A reader knows only the printed size of each piece, but the audit of answers assumes that they know every n exactly.
    """

    tree: Tree
    k: int
    k_distribution: int
    pieces: Mapping[Family, Mapping[str, int]]
    rows: tuple[PublishedRow, ...]
    instrument: Instrument
    invited: Mapping[str, int] | None = None
    """Persons who count directly in each unit; None in a file of answers alone."""
    margin: int = LEAST_MARGIN
    rated: tuple[str, ...] = ()
    """Units with a response rate."""

    @cached_property
    def scale_codes(self) -> frozenset[str]:
        """The instrument's scales."""
        return frozenset(scale.code for scale in self.instrument.scales)

    @cached_property
    def item_codes(self) -> frozenset[str]:
        """The instrument's items."""
        return frozenset(item.code for item in self.instrument.items)

    @cached_property
    def ends(self) -> Mapping[tuple[str, str | None], Mapping[Part, str]]:
        """(unit, item) -> the published ends of its distribution."""
        found: dict[tuple[str, str | None], dict[Part, str]] = {}
        for row in self.rows:
            if row.measure is Measure.SHARE and row.part in (Part.LOW, Part.HIGH):
                found.setdefault((row.unit, row.item), {})[row.part] = row.value
        return found

    def least(self, family: Family) -> int:
        """The limit of a family's pieces."""
        return self.k if family is Family.MEANS else self.k_distribution

    def figures(self, family: Family) -> Mapping[str, int]:
        """Answers in each unit's figure: its piece and those of all units below it."""
        return figures_of(self.tree, self.pieces[family])


def figures_of(tree: Tree, pieces: Mapping[str, int]) -> dict[str, int]:
    """The size of each unit's figure: its piece and those of all units below it."""
    sums = dict.fromkeys(tree.units, 0) | dict(pieces)
    for unit in reversed(tree.top_down):
        above = tree.parent[unit]
        if above is not None:
            sums[above] += sums[unit]
    return sums


@dataclass(frozen=True, slots=True)
class Learned:
    """What a row tells: `low <= figure <= high`, in whole answers, or in whole points for a scale total."""

    low: int
    high: int


def learned_total(row: PublishedRow, n: int, items: int) -> Learned:
    """The sums of all answers on a scale that a published mean stands for; n persons, so many items."""
    least, beyond = _mean_range(row)
    points = n * items
    high = 5 * points if beyond is None else min(5 * points, ceil(beyond * points) - 1)
    return Learned(max(points, ceil(least * points)), high)


def _mean_range(row: PublishedRow) -> tuple[Fraction, Fraction | None]:
    """From the first to below the second (None: no upper limit)."""
    text = row.value
    if text.startswith("<="):
        return Fraction(1), _number(text[2:]) + _half_step(row, text[2:])
    if text.startswith(">="):
        return _number(text[2:]) - _half_step(row, text[2:]), None
    return _number(text) - _half_step(row, text), _number(text) + _half_step(row, text)


HALVES = frozenset(["<=1.5", "2.0", "2.5", "3.0", "3.5", "4.0", ">=4.5"])


def _half_step(row: PublishedRow, text: str) -> Fraction:
    if row.kind is Kind.HALF and row.value in HALVES:
        return Fraction(1, 4)
    _, _, digits = text.partition(".")
    return Fraction(1, 2 * 10 ** len(digits))


_PLAIN = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?")


def _number(text: str) -> Fraction:
    if not _PLAIN.fullmatch(text):
        raise ValueError(f"“{text}” is not a number that a row could have")
    return Fraction(text)


_BANDS = {"0-20": (0, 20), "21-39": (20, 40), "40-60": (40, 60), "61-79": (60, 80), "80-100": (80, 100)}


def learned_count(row: PublishedRow, n: int) -> Learned:
    """The numbers of answers in an end, 1-2 or 4-5, that a published share stands for, among n."""
    return _learned_count(row.kind, row.value, n, row.part)


@lru_cache(maxsize=20_000)
def _learned_count(kind: Kind, text: str, n: int, part: Part | None) -> Learned:
    if kind is Kind.BAND and text in _BANDS:
        low, high = (Fraction(percent * n, 100) for percent in _BANDS[text])
        if text in ("21-39", "61-79"):
            return Learned(floor(low) + 1, ceil(high) - 1)
        return Learned(ceil(low), floor(high))
    if kind is Kind.TENS:
        step = Fraction(5)
    elif kind is Kind.FIVES:
        step = Fraction(5, 2)
    else:
        step = Fraction(1, 2 * 10 ** len(text.partition(".")[2]))
    value = _number(text.lstrip("<>="))
    least, beyond = (value - step) * n / 100, (value + step) * n / 100
    # The low end's halves are rounded down, so its value stands for everything up to and including half a step more;
    # the high end's are rounded up. Where neither is known, both ends count.
    first = floor(least) + 1 if part is Part.LOW else ceil(least)
    last = ceil(beyond) - 1 if part is Part.HIGH else floor(beyond)
    return Learned(0 if text.startswith("<=") else max(0, first), n if text.startswith(">=") else min(n, last))
