"""From exact figures to what may be published: bands for n, coarse means, coarse shares, words.

All arithmetic is in whole numbers and fractions, and halves round up, so a published value never depends
on how a machine stores 3.25. The coarseness was chosen with absorption in mind: a mean of n >= 10 answers
shown as "4.8 or more" leaves room for a member at 3 or below (5 - 2/n >= 4.8), and so does "4.5 or more"
for n >= 5 (5 - 2/n >= 4.6). Shares below 30 answers are bands, because with few answers a whole percentage
gives the counts away.

Means are on the five-point scale, 1 to 5; nothing else is published (see `Instrument.five_point`).
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import floor
from typing import Final

from tbblearn.readiness.rules import FIVES_FROM, ONE_DECIMAL_FROM, TENS_FROM, Agreement, Kind

N_BANDS: Final = ((5, 9), (10, 14), (15, 19), (20, 29), (30, 49), (50, 99))
RATE_FROM: Final = 20
"""A response rate is shown from so many invited."""
AGREE_BELOW: Final = Fraction(7, 10)
DIVIDED_ABOVE: Final = Fraction(95, 100)


def half_up(value: Fraction, steps_per_unit: int) -> Fraction:
    """The nearest multiple of 1/steps_per_unit, halves upwards."""
    return Fraction(floor(value * steps_per_unit + Fraction(1, 2)), steps_per_unit)


def n_band(n: int) -> str:
    """The published number of answers: `5-9` ... `50-99`, then the nearest 50; n must be at least 5."""
    if n < N_BANDS[0][0]:
        raise ValueError(f"{n} answers are too few for a published figure")
    for low, high in N_BANDS:
        if n <= high:
            return f"{low}-{high}"
    return str(int(half_up(Fraction(n, 50), 1)) * 50)


def n_band_low(band: str) -> int:
    """The least number of answers a published band stands for."""
    return int(band.partition("-")[0]) if "-" in band else max(int(band) - 25, 100)


def coarse_mean(mean: Fraction, n: int) -> tuple[Kind, str]:
    """The published mean: one decimal from 10 answers, the nearest half below that, both without their ends.

    `<=1.2` and `>=4.8` (or `<=1.5` and `>=4.5`) stand for the rounded value and everything beyond it.
    """
    kind = Kind.ONE_DECIMAL if n >= ONE_DECIMAL_FROM else Kind.HALF
    return kind, mean_as(kind, mean)


def mean_as(kind: Kind, mean: Fraction) -> str:
    """The mean written in one of its two kinds."""
    steps, low, high = (10, "1.2", "4.8") if kind is Kind.ONE_DECIMAL else (2, "1.5", "4.5")
    rounded = half_up(mean, steps)
    if rounded <= Fraction(low):
        return f"<={low}"
    if rounded >= Fraction(high):
        return f">={high}"
    return one_decimal(rounded)


def one_decimal(value: Fraction) -> str:
    """A number that is not negative, with one decimal, half up."""
    tenths = int(half_up(value, 10) * 10)
    return f"{tenths // 10}.{tenths % 10}"


@lru_cache(maxsize=20_000)
def coarse_share(count: int, n: int) -> tuple[Kind, str]:
    """The published share of `count` in n answers: a band, whole tens or the nearest five per cent by n."""
    kind = Kind.BAND if n < TENS_FROM else Kind.TENS if n < FIVES_FROM else Kind.FIVES
    return kind, share_as(kind, Fraction(100 * count, n))


def share_as(kind: Kind, percent: Fraction) -> str:
    """The share written in one of its three kinds.

    Bands: `0-20` is at most 20 %, `21-39` is between 20 and 40, `40-60` includes both, `61-79` is
    between 60 and 80, `80-100` is at least 80. Tens: rounded, `<=20` and `>=80` at the ends.
    """
    if kind is Kind.BAND:
        if percent <= 20:
            return "0-20"
        if percent < 40:
            return "21-39"
        if percent <= 60:
            return "40-60"
        return "61-79" if percent < 80 else "80-100"
    if kind is Kind.TENS:
        tens = int(half_up(percent / 10, 1)) * 10
        return "<=20" if tens <= 20 else ">=80" if tens >= 80 else str(tens)
    return str(int(half_up(percent / 5, 1)) * 5)


def agreement_word(ad_m: Fraction) -> Agreement:
    """Agreement in a word: AD_M below .70, to .95, above."""
    if ad_m < AGREE_BELOW:
        return Agreement.AGREE
    return Agreement.MIXED if ad_m <= DIVIDED_ABOVE else Agreement.DIVIDED


def response_rate_band(answered: int, invited: int) -> str | None:
    """The response rate as `under 40`, `40-59`, `60-79` or `80-100`; None below 20 invited."""
    if invited < RATE_FROM:
        return None
    percent = Fraction(100 * answered, invited)
    if percent < 40:
        return "under 40"
    if percent < 60:
        return "40-59"
    return "60-79" if percent < 80 else "80-100"


def whole_percent(counts: tuple[int, ...]) -> tuple[int, ...]:
    """Shares in whole percent that sum to 100, by largest remainder; ties go to the earlier part.

    All zero where there is nothing to share. For the holder of the answers, not for publication.
    """
    n = sum(counts)
    if n == 0:
        return tuple(0 for _ in counts)
    shares = [100 * count // n for count in counts]
    by_remainder = sorted(range(len(counts)), key=lambda part: (-(100 * counts[part] % n), part))
    for part in by_remainder[: 100 - sum(shares)]:
        shares[part] += 1
    return tuple(shares)
