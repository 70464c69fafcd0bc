"""Quantiles of the F distribution, for Feldt's interval.

In plain Python, since importing scipy.stats would take seconds at every start. The regularized incomplete beta function
by its continued fraction (Abramowitz & Stegun 1964, 26.5.8), evaluated by Lentz's method; the quantile by bisection,
which cannot fail on a monotone function.
"""

from math import exp, lgamma, log, log1p
from typing import Final

_TINY: Final = 1e-300
_PRECISION: Final = 1e-15


def f_quantile(probability: float, d1: int, d2: int) -> float:
    """The value below which F with (d1, d2) degrees of freedom falls with that probability, 0 < p < 1."""
    if not 0 < probability < 1 or d1 < 1 or d2 < 1:
        raise ValueError(f"no quantile for p = {probability} and ({d1}, {d2}) degrees of freedom")
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if incomplete_beta(middle, d1 / 2, d2 / 2) < probability:
            low = middle
        else:
            high = middle
    share = (low + high) / 2
    return d2 * share / (d1 * (1 - share))


def incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularized incomplete beta function I_x(a, b) for 0 <= x <= 1 and a, b > 0."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _continued_fraction(x, a, b) / a
    return 1 - front * _continued_fraction(1 - x, b, a) / b


def _continued_fraction(x: float, a: float, b: float) -> float:
    upper = 1.0
    lower = 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = lower
    for m in range(1, 100_000):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            lower = 1 / _not_zero(1 + numerator * lower)
            upper = _not_zero(1 + numerator / upper)
            value *= lower * upper
        if abs(lower * upper - 1) < _PRECISION:
            break
    return value


def _not_zero(number: float) -> float:
    return number if abs(number) > _TINY else _TINY
