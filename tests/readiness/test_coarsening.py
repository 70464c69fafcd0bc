"""Coarse values: every boundary, and agreement between what is written and what the audit reads back."""

from collections.abc import Iterable
from fractions import Fraction as F
from itertools import product

import pytest

from tbblearn.readiness.audit_rows import learned_count, learned_total
from tbblearn.readiness.coarsening import (
    agreement_word,
    coarse_mean,
    coarse_share,
    mean_as,
    n_band,
    n_band_low,
    response_rate_band,
    share_as,
    whole_percent,
)
from tbblearn.readiness.overall import decimals
from tbblearn.readiness.rules import Agreement, Family, Kind, Measure, Part, PublishedRow


@pytest.mark.parametrize(
    ("n", "band"),
    [
        *((5, "5-9"), (9, "5-9"), (10, "10-14"), (14, "10-14"), (15, "15-19"), (20, "20-29"), (30, "30-49")),
        *((49, "30-49"), (50, "50-99"), (99, "50-99"), (100, "100"), (124, "100"), (125, "150"), (174, "150")),
        (30_024, "30000"),
    ],
)
def test_n_is_a_band_then_the_nearest_fifty(n, band):
    assert n_band(n) == band
    assert n_band_low(band) <= n


def test_n_below_five_has_no_band():
    with pytest.raises(ValueError, match="too few"):
        n_band(4)


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
    assert coarse_mean(mean, n) == (kind, value)


@pytest.mark.parametrize(
    ("count", "n", "kind", "value"),
    [
        (2, 10, Kind.BAND, "0-20"),
        (3, 14, Kind.BAND, "21-39"),
        (4, 10, Kind.BAND, "40-60"),
        (6, 10, Kind.BAND, "40-60"),
        (7, 10, Kind.BAND, "61-79"),
        (8, 10, Kind.BAND, "80-100"),
        (7, 30, Kind.TENS, "<=20"),  # 23.3
        (10, 40, Kind.TENS, "30"),  # 25
        (37, 50, Kind.TENS, "70"),  # 74
        (30, 40, Kind.TENS, ">=80"),  # 75
        (0, 30, Kind.TENS, "<=20"),
        (2, 100, Kind.FIVES, "0"),
        (5, 200, Kind.FIVES, "5"),  # 2.5
        (100, 100, Kind.FIVES, "100"),
    ],
)
def test_shares(count, n, kind, value):
    assert coarse_share(count, n) == (kind, value)


def test_agreement_words_at_their_thresholds():
    assert agreement_word(F("0.6999")) is Agreement.AGREE
    assert agreement_word(F("0.70")) is Agreement.MIXED
    assert agreement_word(F("0.95")) is Agreement.MIXED
    assert agreement_word(F("0.9501")) is Agreement.DIVIDED


def test_response_rates_from_twenty_invited():
    assert response_rate_band(19, 19) is None
    bands = [response_rate_band(n, 20) for n in (0, 7, 8, 11, 12, 15, 16, 20)]
    assert bands == ["under 40", "under 40", "40-59", "40-59", "60-79", "60-79", "80-100", "80-100"]


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


def row(measure: Measure, kind: Kind, value: str) -> PublishedRow:
    return PublishedRow("u", Family.MEANS, measure, kind, value, scale="s", item="C1", part=Part.LOW)


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
        for value, ends in preimages((count, share_as(kind, F(100 * count, n))) for count in range(n + 1)).items():
            told = learned_count(row(Measure.SHARE, kind, value), n)
            assert (told.low, told.high) == ends
    for kind in (Kind.ONE_DECIMAL, Kind.HALF):
        totals = range(5 * n, 25 * n + 1)
        for value, ends in preimages((total, mean_as(kind, F(total, 5 * n))) for total in totals).items():
            told = learned_total(row(Measure.MEAN, kind, value), n, 5)
            assert (told.low, told.high) == ends
