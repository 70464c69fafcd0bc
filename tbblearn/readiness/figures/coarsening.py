"""From exact figures to what may be published: printed sizes, coarse means, coarse shares, words.

All arithmetic is in whole numbers and fractions, and halves round up (except at the low end of shares), so a published
value never depends on how a machine stores 3.25. Printed sizes, never exact ones, decide how coarse a value is:
otherwise it could tell that everybody, or nobody, in a small group took part.

The coarseness was chosen with absorption in mind: a mean of n >= 10 answers shown as "4.8 or more" leaves room for a
member at 3 or below (5 - 2/n >= 4.8), and so does "4.5 or more" for n >= 5 (5 - 2/n >= 4.6). Shares below 30 answers
are bands, because with few answers a whole percentage gives the counts away.

Means are on the five-point scale, 1 to 5; nothing else is published (see `Instrument.five_point`).
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import count, takewhile
from math import ceil, floor, log
from random import SystemRandom
from typing import Final

from tbblearn.readiness.rules import FIVES_FROM, ONE_DECIMAL_FROM, TENS_FROM, Agreement, Kind, Part

SMALL_EDGES: Final = (10, 15, 20, 30)
LARGE_STEP: Final = 50
RATE_FROM: Final = 100
"""A response rate is shown from so many invited."""
RATE_BANDS: Final = ("under 40", "40-59", "60-79", "80-100")
DRAW_RATIO: Final = 0.7
"""Of the two-sided geometric draw: the probability of each step away from 0, relative to the one before."""
_SECRET = SystemRandom()
AGREE_BELOW: Final = Fraction(7, 10)
DIVIDED_ABOVE: Final = Fraction(95, 100)


def half_up(value: Fraction, steps_per_unit: int) -> Fraction:
    """The nearest multiple of 1/steps_per_unit, halves upwards."""
    return Fraction(floor(value * steps_per_unit + Fraction(1, 2)), steps_per_unit)


def half_down(value: Fraction, steps_per_unit: int) -> Fraction:
    """The nearest multiple of 1/steps_per_unit, halves downwards."""
    return Fraction(ceil(value * steps_per_unit - Fraction(1, 2)), steps_per_unit)


def edges(k: int, invited: int, margin: int) -> Iterator[int]:
    """The sizes that a unit's piece may be printed with, rising: k, and those of 10, 15, 20, 30, 50, 100, 150 ... that
    are above k and leave room for `margin` of the `invited` directly in the unit not to have answered.
    """
    yield k
    rising = (*SMALL_EDGES, *takewhile(lambda edge: edge <= invited - margin, count(LARGE_STEP, LARGE_STEP)))
    yield from (edge for edge in rising if k < edge <= invited - margin)


def printed_size(n: int, k: int, invited: int, margin: int) -> int:
    """The published number of answers in a piece: the greatest of its unit's edges that n (at least k) reaches."""
    if n < k:
        raise ValueError(f"{n} answers are too few for a piece, which has at least {k}")
    return max(edge for edge in edges(k, invited, margin) if edge <= n)


def mean_kind(printed: int) -> Kind:
    """How a mean of this printed size is published: one decimal from 10 answers, below that the nearest half."""
    return Kind.ONE_DECIMAL if printed >= ONE_DECIMAL_FROM else Kind.HALF


def mean_as(kind: Kind, mean: Fraction) -> str:
    """The mean in one of its two kinds; `<=1.2` and `>=4.8` (or `<=1.5` and `>=4.5`) include everything beyond."""
    steps, low, high = (10, "1.2", "4.8") if kind is Kind.ONE_DECIMAL else (2, "1.5", "4.5")
    rounded = half_up(mean, steps)
    if rounded <= Fraction(low):
        return f"<={low}"
    if rounded >= Fraction(high):
        return f">={high}"
    return f"{float(rounded):.1f}"


def share_kind(printed: int) -> Kind:
    """How shares of this printed size are published: five bands, whole tens or the nearest five per cent."""
    return Kind.BAND if printed < TENS_FROM else Kind.TENS if printed < FIVES_FROM else Kind.FIVES


@lru_cache(maxsize=20_000)
def coarse_shares(kind: Kind, low: int, high: int, n: int) -> dict[Part, str]:
    """The published shares of the answers 1-2 and 4-5 among n, and of 3 where the two determine it.

    Only the ends are rounded; the middle is what they leave, printed where both are a number. Rounded by itself it
    would tell of n: 30, 30 and 30 % together are impossible with 31 answers.
    """
    ends = {
        Part.LOW: _end(kind, Fraction(100 * low, n), Part.LOW),
        Part.HIGH: _end(kind, Fraction(100 * high, n), Part.HIGH),
    }
    if kind is not Kind.BAND and all(value.isdecimal() for value in ends.values()):
        ends[Part.MIDDLE] = str(100 - sum(int(value) for value in ends.values()))
    return ends


def _end(kind: Kind, percent: Fraction, part: Part) -> str:
    """One end in one of the three kinds; the low end's halves go down, so that both together never exceed 100.

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
    step = 10 if kind is Kind.TENS else 5
    rounded = int((half_down if part is Part.LOW else half_up)(percent / step, 1)) * step
    if kind is Kind.TENS and not 20 < rounded < 80:
        return "<=20" if rounded <= 20 else ">=80"
    return str(rounded)


def agreement_word(ad_m: Fraction) -> Agreement:
    """AD_M in a word, with limits at .70 and .95."""
    if ad_m < AGREE_BELOW:
        return Agreement.AGREE
    return Agreement.MIXED if ad_m <= DIVIDED_ABOVE else Agreement.DIVIDED


def rate_band(answered: int, invited: int, shown: str | None, draw: int) -> str | None:
    """The response rate of an open wave as one of four bands; None below 100 invited.

    `draw`, fresh each time (`fresh_draw`), is added to the count; `shown` is the band shown so far, and no lower one
    replaces it. So neither a band nor its change excludes any number of answers.
    """
    if invited < RATE_FROM:
        return None
    percent = Fraction(100 * (answered + draw), invited)
    reached = sum(percent >= least for least in (40, 60, 80))
    return RATE_BANDS[max(reached, 0 if shown is None else RATE_BANDS.index(shown))]


def fresh_draw(random: Callable[[], float] = _SECRET.random) -> int:
    """A whole number from the two-sided geometric distribution: each step from 0 has 0.7 of the one before; unbounded.

    The difference of two one-sided draws. Nobody keeps it. `random` gives numbers in [0, 1).
    """
    return _steps(random()) - _steps(random())


def _steps(number: float) -> int:
    return floor(log(1 - number) / log(DRAW_RATIO))


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
