"""McDonald's omega from a one-factor model fitted by maximum likelihood.

    omega = (sum of loadings)^2 / ((sum of loadings)^2 + sum of unique variances)

(McDonald 1999, *Test Theory*.) Fitted on the correlation matrix, which changes nothing but the units, by the
EM algorithm for factor analysis (Rubin & Thayer 1982, Psychometrika 47:69), accelerated by squared extrapolation
(Varadhan & Roland 2008, Scand J Stat 35:335). As in R's factanal, no unique variance goes below 0.5 % of its
item's variance (Heywood cases).
"""

from collections.abc import Sequence
from math import log, sqrt
from typing import Final

LEAST_UNIQUENESS: Final = 0.005
_STEPS: Final = 5_000
_PRECISION: Final = 1e-12

Matrix = list[list[float]]


def mcdonald_omega(responses: Sequence[Sequence[int]]) -> float | None:
    """Omega total of complete responses (a value per item).

    None with fewer than three items (the model is not identified), with no more responses than items, or
    where an item does not vary.
    """
    items = len(responses[0]) if responses else 0
    if items < 3 or len(responses) <= items:
        return None
    covariance = _covariance(responses)
    spreads = [sqrt(covariance[j][j]) for j in range(items)]
    if not all(spreads):
        return None
    correlations = [[covariance[i][j] / (spreads[i] * spreads[j]) for j in range(items)] for i in range(items)]
    loadings, uniquenesses = fit_one_factor(correlations)
    common = sum(spread * loading for spread, loading in zip(spreads, loadings, strict=True)) ** 2
    unique = sum(spread**2 * own for spread, own in zip(spreads, uniquenesses, strict=True))
    return common / (common + unique)


def _covariance(responses: Sequence[Sequence[int]]) -> Matrix:
    n, items = len(responses), len(responses[0])
    columns = list(zip(*responses, strict=True))
    sums = [sum(column) for column in columns]
    matrix = [[0.0] * items for _ in range(items)]
    for i in range(items):
        for j in range(i, items):
            products = sum(x * y for x, y in zip(columns[i], columns[j], strict=True))
            matrix[i][j] = matrix[j][i] = (n * products - sums[i] * sums[j]) / (n * (n - 1))
    return matrix


def fit_one_factor(correlations: Matrix) -> tuple[list[float], list[float]]:
    """Loadings and unique variances of the one-factor model that fits a correlation matrix best (ML)."""
    size = len(correlations)
    point = [0.7] * size + [0.5] * size
    fit = _discrepancy(correlations, point)
    for _ in range(_STEPS):
        first = _em_step(correlations, point)
        second = _em_step(correlations, first)
        change = [b - a for a, b in zip(point, first, strict=True)]
        bend = [c - 2 * b + a for a, b, c in zip(point, first, second, strict=True)]
        length, curvature = sqrt(sum(x * x for x in change)), sqrt(sum(x * x for x in bend))
        if length < _PRECISION:
            return second[:size], second[size:]
        stride = max(length / curvature, 1.0) if curvature else 1.0
        leap = [a + 2 * stride * r + stride * stride * v for a, r, v in zip(point, change, bend, strict=True)]
        leap[size:] = [max(own, LEAST_UNIQUENESS) for own in leap[size:]]
        leap = _em_step(correlations, leap)
        leap_fit = _discrepancy(correlations, leap)
        if leap_fit > fit:  # EM itself never gets worse; a leap may
            leap, leap_fit = second, _discrepancy(correlations, second)
        point, fit = leap, leap_fit
    return point[:size], point[size:]


def _em_step(correlations: Matrix, point: list[float]) -> list[float]:
    size = len(correlations)
    loadings, uniquenesses = point[:size], point[size:]
    weights = [loading / own for loading, own in zip(loadings, uniquenesses, strict=True)]
    precision = 1 + sum(loading * weight for loading, weight in zip(loadings, weights, strict=True))
    with_factor = [sum(r * weight for r, weight in zip(row, weights, strict=True)) / precision for row in correlations]
    factor_square = 1 / precision + sum(w * c for w, c in zip(weights, with_factor, strict=True)) / precision
    updated = [value / factor_square for value in with_factor]
    own = [max(correlations[j][j] - updated[j] * with_factor[j], LEAST_UNIQUENESS) for j in range(size)]
    return updated + own


def _discrepancy(correlations: Matrix, point: list[float]) -> float:
    """Minus twice the log likelihood per person, but for a constant: log|S| + tr(R S^-1)."""
    size = len(correlations)
    loadings, uniquenesses = point[:size], point[size:]
    weights = [loading / own for loading, own in zip(loadings, uniquenesses, strict=True)]
    precision = 1 + sum(loading * weight for loading, weight in zip(loadings, weights, strict=True))
    trace = sum(correlations[j][j] / uniquenesses[j] for j in range(size))
    explained = sum(weights[i] * weights[j] * correlations[i][j] for i in range(size) for j in range(size))
    return sum(log(own) for own in uniquenesses) + log(precision) + trace - explained / precision
