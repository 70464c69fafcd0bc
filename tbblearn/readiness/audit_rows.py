"""Published rows as the audit sees them: the form of each row, and what a reader learns from it.

Independent of the code that made the rows: bands and roundings are written here a second time, from the
rules, as the sets of exact figures that a published value stands for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from math import ceil, floor

from tbblearn.readiness.rules import (
    FIVES_FROM,
    ONE_DECIMAL_FROM,
    OVERALL_ANSWERS,
    OVERALL_UNITS,
    TENS_FROM,
    Agreement,
    Family,
    Kind,
    Measure,
    PublishedRow,
    Tree,
)
from tbblearn.surveys.rules import Instrument


@dataclass(frozen=True)
class AuditFile:
    """What the audit knows: the tree, the limits, exact piece sizes of both families, and the published rows.

    A reader knows less (n is published in bands): the audit takes the reader to know every n exactly.
    """

    tree: Tree
    k: int
    k_distribution: int
    pieces: Mapping[Family, Mapping[str, int]]
    rows: tuple[PublishedRow, ...]
    instrument: Instrument

    @cached_property
    def scale_codes(self) -> frozenset[str]:
        """The instrument's scales."""
        return frozenset(scale.code for scale in self.instrument.scales)

    @cached_property
    def item_codes(self) -> frozenset[str]:
        """The instrument's items."""
        return frozenset(item.code for item in self.instrument.items)

    def least(self, family: Family) -> int:
        """The limit of a family's pieces."""
        return self.k if family is Family.MEANS else self.k_distribution

    def figures(self, family: Family) -> Mapping[str, int]:
        """Answers in each unit's figure: its piece and those of all units below it."""
        sums = dict.fromkeys(self.tree.units, 0)
        for unit in reversed(self.tree.top_down):
            sums[unit] += self.pieces[family].get(unit, 0)
            above = self.tree.parent[unit]
            if above is not None:
                sums[above] += sums[unit]
        return sums


@dataclass(frozen=True, slots=True)
class Learned:
    """What a row tells: `low <= figure <= high` in whole answers, or in whole points for a scale total."""

    low: int
    high: int


def learned_total(row: PublishedRow, n: int, items: int) -> Learned:
    """The sums of all answers on a scale that a published mean stands for; n persons, so many items."""
    least, beyond = _mean_range(row)
    points = n * items
    high = 5 * points if beyond is None else min(5 * points, ceil(beyond * points) - 1)
    return Learned(max(points, ceil(least * points)), high)


def _mean_range(row: PublishedRow) -> tuple[Fraction, Fraction | None]:
    """At least the first, below the second (None: no upper limit)."""
    text = row.value
    if text.startswith("<="):
        return Fraction(1), _number(text[2:]) + _half_step(row, text[2:])
    if text.startswith(">="):
        return _number(text[2:]) - _half_step(row, text[2:]), None
    return _number(text) - _half_step(row, text), _number(text) + _half_step(row, text)


def _half_step(row: PublishedRow, text: str) -> Fraction:
    if row.kind is Kind.HALF and row.value in _HALVES:
        return Fraction(1, 4)
    _, _, digits = text.partition(".")
    return Fraction(1, 2 * 10 ** len(digits))


def _number(text: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError(f"“{text}” is not a number") from error


_BANDS = {"0-20": (0, 20), "21-39": (20, 40), "40-60": (40, 60), "61-79": (60, 80), "80-100": (80, 100)}


def learned_count(row: PublishedRow, n: int) -> Learned:
    """The numbers of answers in a part that a published share stands for, among n."""
    return _learned_count(row.kind, row.value, n)


@lru_cache(maxsize=20_000)
def _learned_count(kind: Kind, text: str, n: int) -> Learned:
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
    if text.startswith("<="):
        return Learned(0, ceil((_number(text[2:]) + step) * n / 100) - 1)
    if text.startswith(">="):
        return Learned(ceil((_number(text[2:]) - step) * n / 100), n)
    least, beyond = (_number(text) - step) * n / 100, (_number(text) + step) * n / 100
    return Learned(max(0, ceil(least)), min(n, ceil(beyond) - 1))


_ONE_DECIMALS = frozenset(["<=1.2", *(f"{tenths // 10}.{tenths % 10}" for tenths in range(13, 48)), ">=4.8"])
_HALVES = frozenset(["<=1.5", "2.0", "2.5", "3.0", "3.5", "4.0", ">=4.5"])
_TENS = frozenset(["<=20", "30", "40", "50", "60", "70", ">=80"])
_FIVES = frozenset(str(percent) for percent in range(0, 101, 5))


def form_fault(row: PublishedRow, file: AuditFile, figures: Mapping[Family, Mapping[str, int]]) -> str | None:
    """What is wrong with the row by itself: too fine, or about something that must not be shown; else None."""
    if row.unit not in file.tree.parent:
        return "the unit is not among the units"
    if row.family is Family.OVERALL:
        return _statistic_fault(row, file, figures)
    n = figures[row.family][row.unit]
    if n < file.least(row.family):
        return f"the unit has no figure of {row.family.value}, so it must have no row"
    if row.measure is Measure.N:
        return None if row.value == _band_of(n) else f"n must be published as {_band_of(n)}, not {row.value}"
    if row.measure is Measure.MEAN and row.family is Family.MEANS:
        return _mean_fault(row, file, n)
    if row.measure is Measure.SHARE and row.family is Family.DISTRIBUTIONS:
        return _share_fault(row, file, n)
    if row.measure is Measure.AGREEMENT and row.family is Family.DISTRIBUTIONS:
        known = row.scale in file.scale_codes and row.value in list(Agreement)
        return None if known and row.kind is Kind.WORD else "agreement is one of three words, per scale"
    if row.measure is Measure.SAME_AS:
        equal = row.value in file.tree.children[row.unit] and figures[row.family][row.value] == n
        return None if equal else f"the figure does not equal that of {row.value}"
    if row.measure is Measure.NOTE:
        return None if row.value == "absorbed" else "there is no such note"
    return f"{row.measure.value} does not belong to {row.family.value}"


def _band_of(n: int) -> str:
    for low, high in ((1, 9), (10, 14), (15, 19), (20, 29), (30, 49), (50, 99)):
        if n <= high:
            return f"{max(low, 5)}-{high}"
    return str((n + 25) // 50 * 50)


def _mean_fault(row: PublishedRow, file: AuditFile, n: int) -> str | None:
    if row.scale not in file.scale_codes:
        return f"there is no scale “{row.scale}”"
    if row.kind is Kind.ONE_DECIMAL and n >= ONE_DECIMAL_FROM:
        allowed = _ONE_DECIMALS
    elif row.kind is Kind.HALF:
        allowed = _HALVES
    else:
        return f"a mean of {n} answers must not be published as {row.kind.value}"
    return None if row.value in allowed else f"{row.value} is finer than a published mean of {n} answers may be"


def _share_fault(row: PublishedRow, file: AuditFile, n: int) -> str | None:
    if row.item not in file.item_codes or row.part is None:
        return "a share is of one part of one item"
    if row.kind is Kind.BAND:
        allowed = frozenset(_BANDS)
    elif row.kind is Kind.TENS and n >= TENS_FROM:
        allowed = _TENS
    elif row.kind is Kind.FIVES and n >= FIVES_FROM:
        allowed = _FIVES
    else:
        return f"a share of {n} answers must not be published as {row.kind.value}"
    return None if row.value in allowed else f"{row.value} is finer than a published share of {n} answers may be"


def _statistic_fault(row: PublishedRow, file: AuditFile, figures: Mapping[Family, Mapping[str, int]]) -> str | None:
    if row.unit not in file.tree.roots:
        return "statistics are published for the whole county only"
    if figures[Family.MEANS][row.unit] < OVERALL_ANSWERS or len(file.pieces[Family.MEANS]) < OVERALL_UNITS:
        return f"statistics need {OVERALL_ANSWERS} answers and {OVERALL_UNITS} units"
    whole, _, digits = row.value.removeprefix("-").partition(".")
    right = row.kind is Kind.TWO_DECIMALS and whole.isdecimal() and digits.isdecimal() and len(digits) == 2
    return None if right else "a statistic has two decimals"
