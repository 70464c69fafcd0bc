"""The audit's own reading of published rows: the file, the form of each row, and what a reader learns from it.

Independent of the code that made the rows: bands and roundings are written here a second time, from the
rules, as the sets of exact figures that a published value stands for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from math import ceil, floor
from typing import Any

from tbblearn.readiness.rules import (
    LEAST_MARGIN,
    Family,
    Kind,
    Measure,
    Part,
    PublishedRow,
    Tree,
    TreeFault,
)
from tbblearn.surveys.instruments import instrument as find_instrument
from tbblearn.surveys.rules import Instrument, UnknownInstrument


class FaultyAuditFile(Exception):
    """A file that the audit cannot read; one sentence per fault."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = tuple(sentences)


@dataclass(frozen=True)
class AuditFile:
    """What the audit knows: the tree, the limits, exact piece sizes of both families, and the published rows.

    A reader knows less (the printed size of each piece): the audit of answers takes the reader to know every n exactly.
    """

    tree: Tree
    k: int
    k_distribution: int
    pieces: Mapping[Family, Mapping[str, int]]
    rows: tuple[PublishedRow, ...]
    instrument: Instrument
    invited: Mapping[str, int] | None = None
    """Persons who count directly in each unit; None where the file is of answers alone."""
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
        sums = dict.fromkeys(self.tree.units, 0)
        for unit in reversed(self.tree.top_down):
            sums[unit] += self.pieces[family].get(unit, 0)
            above = self.tree.parent[unit]
            if above is not None:
                sums[above] += sums[unit]
        return sums


def read_audit_file(data: Any) -> AuditFile:
    """The audit file from parsed JSON; raises FaultyAuditFile with a sentence for each fault."""
    if not isinstance(data, dict):
        raise FaultyAuditFile(["The file must hold one JSON object with units, k, k_distribution, pieces, published."])
    missing = [key for key in ("units", "k", "k_distribution", "pieces", "published") if key not in data]
    if missing:
        raise FaultyAuditFile([f"The key “{key}” is missing." for key in missing])
    faults: list[str] = []
    tree = _read_tree(data["units"], faults)
    limits = [_read_limit(data, key, faults) for key in ("k", "k_distribution")]
    try:
        instrument = find_instrument(str(data.get("instrument", "oric")))
    except UnknownInstrument as error:
        raise FaultyAuditFile([str(error)]) from error
    pieces = _read_pieces(data["pieces"], tree, faults)
    rows = list(_read_rows(data["published"], faults))
    if not faults and limits[1] < limits[0]:
        faults.append(f"k_distribution is {limits[1]}, below k, which is {limits[0]}.")
    if faults:
        raise FaultyAuditFile(faults)
    rated = tuple(str(entry["unit"]) for entry in data.get("rates", ()))
    invited, margin = data.get("invited"), data.get("margin", LEAST_MARGIN)
    return AuditFile(tree, limits[0], limits[1], pieces, tuple(rows), instrument, invited, margin, rated)


def _read_limit(data: Mapping[str, Any], key: str, faults: list[str]) -> int:
    value = data[key]
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        faults.append(f"{key} must be a whole number of at least 1, not {value!r}.")
        return 0
    return value


def _read_tree(units: Any, faults: list[str]) -> Tree:
    pairs: list[tuple[str, str | None]] = []
    for number, entry in enumerate(units if isinstance(units, list) else [None], start=1):
        if not isinstance(entry, dict) or not isinstance(entry.get("unit"), str):
            faults.append(f"units, number {number}: write an object with unit and parent.")
            continue
        pairs.append((entry["unit"], entry.get("parent") or None))
    try:
        return Tree.build(pairs)
    except TreeFault as fault:
        faults.append(f"units, number {fault.position + 1}: {fault}.")
        return Tree.build([])


def _read_pieces(pieces: Any, tree: Tree, faults: list[str]) -> dict[Family, dict[str, int]]:
    found: dict[Family, dict[str, int]] = {Family.MEANS: {}, Family.DISTRIBUTIONS: {}}
    for number, entry in enumerate(pieces if isinstance(pieces, list) else [None], start=1):
        where = f"pieces, number {number}:"
        if not isinstance(entry, dict) or entry.get("family") not in ("means", "distributions"):
            faults.append(f"{where} write an object with unit, family (means or distributions) and n.")
            continue
        unit, n, family = entry.get("unit"), entry.get("n"), Family(entry["family"])
        if not isinstance(unit, str) or (tree.units and unit not in tree.parent):
            faults.append(f"{where} the unit {unit!r} is not among the units.")
        elif isinstance(n, bool) or not isinstance(n, int) or n < 0:
            faults.append(f"{where} n must be a whole number of at least 0, not {n!r}.")
        elif unit in found[family]:
            faults.append(f"{where} the unit “{unit}” has two pieces of {family.value}.")
        elif n:
            found[family][unit] = n
    return found


def _read_rows(published: Any, faults: list[str]) -> Iterator[PublishedRow]:
    for number, entry in enumerate(published if isinstance(published, list) else [None], start=1):
        try:
            yield PublishedRow(
                unit=str(entry["unit"]),
                family=Family(entry["family"]),
                measure=Measure(entry["measure"]),
                kind=Kind(entry["kind"]),
                value=str(entry["value"]),
                scale=entry.get("scale"),
                item=entry.get("item"),
                part=Part(entry["part"]) if entry.get("part") else None,
                statistic=entry.get("statistic"),
            )
        except KeyError as error:
            faults.append(f"published, number {number}: the key {error} is missing.")
        except (TypeError, ValueError, AttributeError) as error:
            faults.append(f"published, number {number}: this is no published row: {error}.")


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


HALVES = frozenset(["<=1.5", "2.0", "2.5", "3.0", "3.5", "4.0", ">=4.5"])


def _half_step(row: PublishedRow, text: str) -> Fraction:
    if row.kind is Kind.HALF and row.value in HALVES:
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
    # The low end's halves are rounded down, so its value stands for all up to and with half a step more; the high end's
    # up. Where neither is known, both ends count.
    first = floor(least) + 1 if part is Part.LOW else ceil(least)
    last = ceil(beyond) - 1 if part is Part.HIGH else floor(beyond)
    return Learned(
        0 if text.startswith("<=") else max(0, first),
        n if text.startswith(">=") else min(n, last),
    )
