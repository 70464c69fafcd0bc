"""Coarse values: every boundary, and agreement between what is written and what the audit reads back."""

from collections.abc import Iterable
from fractions import Fraction as F
from itertools import product

import pytest

from tbblearn.readiness.audit.rows import learned_count, learned_total
from tbblearn.readiness.figures.coarsening import (
    agreement_word,
    coarse_shares,
    mean_as,
    mean_kind,
    printed_size,
    share_kind,
    whole_percent,
)
from tbblearn.readiness.figures.overall import decimals
from tbblearn.readiness.rules import Agreement, Family, Kind, Measure, Part, PublishedRow


@pytest.mark.parametrize(
    ("n", "invited", "printed"),
    [
        *((5, 300, 5), (9, 300, 5), (10, 300, 10), (14, 300, 10), (15, 300, 15), (20, 300, 20), (30, 300, 30)),
        *((49, 300, 30), (50, 300, 50), (99, 300, 50), (100, 300, 100), (149, 300, 100), (298, 300, 250)),
        *((12, 12, 10), (12, 11, 5), (20, 20, 15), (40, 0, 5), (30_024, 30_100, 30_000)),
    ],
)
def test_sizes_are_printed_by_edges_that_leave_room(n, invited, printed):
    assert printed_size(n, 5, invited, 2) == printed


def test_sizes_below_k_are_not_printed():
    with pytest.raises(ValueError, match="too few"):
        printed_size(4, 5, 100, 2)


@pytest.mark.parametrize(
    ("mean", "n", "kind", "value"),
    [
        (F("3.25"), 10, Kind.ONE_DECIMAL, "3.3"),  # Python's round gives 3.2
        (F("3.24"), 10, Kind.ONE_DECIMAL, "3.2"),
        (F("1.24"), 10, Kind.ONE_DECIMAL, "<=1.2"),
        (F("1.25"), 10, Kind.ONE_DECIMAL, "1.3"),
        (F("4.74"), 10, Kind.ONE_DECIMAL, "4.7"),
        (F("4.75"), 10, Kind.ONE_DECIMAL, ">=4.8"),
        (F(5), 1000, Kind.ONE_DECIMAL, ">=4.8"),
        (F("3.25"), 9, Kind.HALF, "3.5"),
        (F("3.24"), 9, Kind.HALF, "3.0"),
        (F("1.74"), 5, Kind.HALF, "<=1.5"),
        (F("1.75"), 5, Kind.HALF, "2.0"),
        (F("4.25"), 5, Kind.HALF, ">=4.5"),
        (F(1), 5, Kind.HALF, "<=1.5"),
    ],
)
def test_means(mean, n, kind, value):
    assert (mean_kind(n), mean_as(kind, mean)) == (kind, value)


@pytest.mark.parametrize(
    ("low", "high", "n", "kind", "told"),
    [
        (2, 8, 10, Kind.BAND, ("0-20", None, "80-100")),
        (3, 4, 14, Kind.BAND, ("21-39", None, "21-39")),
        (4, 6, 10, Kind.BAND, ("40-60", None, "40-60")),
        (0, 7, 10, Kind.BAND, ("0-20", None, "61-79")),
        (7, 12, 30, Kind.TENS, ("<=20", None, "40")),  # 23.3
        (10, 10, 40, Kind.TENS, ("<=20", None, "30")),  # both 25: the low end's half goes down
        (18, 18, 40, Kind.TENS, ("40", "10", "50")),  # both 45
        (14, 26, 40, Kind.TENS, ("30", "0", "70")),  # 35 and 65: 100 together, not 110
        (0, 30, 40, Kind.TENS, ("<=20", None, ">=80")),  # 75
        (2, 98, 100, Kind.FIVES, ("0", "0", "100")),
        (5, 5, 200, Kind.FIVES, ("0", "95", "5")),  # both 2.5
        (37, 60, 137, Kind.FIVES, ("25", "30", "45")),
    ],
)
def test_shares(low, high, n, kind, told):
    found = coarse_shares(kind, low, high, n)
    assert (found[Part.LOW], found.get(Part.MIDDLE), found[Part.HIGH]) == told


def test_kinds_of_shares_go_by_printed_sizes():
    kinds = [share_kind(printed) for printed in (10, 20, 30, 50, 100, 150)]
    assert kinds == [Kind.BAND, Kind.BAND, Kind.TENS, Kind.TENS, Kind.FIVES, Kind.FIVES]


def test_agreement_words_at_their_thresholds():
    assert agreement_word(F("0.6999")) is Agreement.AGREE
    assert agreement_word(F("0.70")) is Agreement.MIXED
    assert agreement_word(F("0.95")) is Agreement.MIXED
    assert agreement_word(F("0.9501")) is Agreement.DIVIDED


def test_whole_percentages_sum_to_a_hundred():
    assert whole_percent((1, 1, 1)) == (34, 33, 33)
    assert whole_percent((0, 1, 6)) == (0, 14, 86)
    assert whole_percent((0, 0, 0)) == (0, 0, 0)
    for parts in product(range(8), repeat=3):
        if sum(parts):
            assert sum(whole_percent(parts)) == 100


def test_decimals_are_half_up_and_keep_their_sign():
    assert decimals(F("0.885"), 2) == "0.89"
    assert decimals(F("-0.034"), 2) == "-0.03"
    assert decimals(F("-0.001"), 2) == "0.00"
    assert decimals(0.125, 2) == "0.13"


def row(measure: Measure, kind: Kind, value: str, part: Part | None = None) -> PublishedRow:
    return PublishedRow("u", Family.MEANS, measure, kind, value, scale="s", item="C1", part=part)


def preimages(written: Iterable[tuple[int, str]]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for figure, value in written:
        low, high = found.get(value, (figure, figure))
        found[value] = (min(low, figure), max(high, figure))
    return found


@pytest.mark.parametrize("n", [5, 9, 10, 14, 29, 30, 47, 99, 100, 137])
def test_the_audit_reads_back_exactly_the_figures_that_a_value_stands_for(n):
    """The audit's own bands are the preimage of the published value: no figure more, none less."""
    for kind in (Kind.BAND, Kind.TENS, Kind.FIVES):
        for part in (Part.LOW, Part.HIGH):
            counts = (
                (c, coarse_shares(kind, *((c, 0) if part is Part.LOW else (0, c)), n)[part]) for c in range(n + 1)
            )
            for value, ends in preimages(counts).items():
                told = learned_count(row(Measure.SHARE, kind, value, part), n)
                assert (told.low, told.high) == ends
    for kind in (Kind.ONE_DECIMAL, Kind.HALF):
        totals = range(5 * n, 25 * n + 1)
        for value, ends in preimages((total, mean_as(kind, F(total, 5 * n))) for total in totals).items():
            told = learned_total(row(Measure.MEAN, kind, value), n, 5)
            assert (told.low, told.high) == ends
