"""Statistics: worked by hand, against numpy and scipy, and in every degenerate case."""

import random
from fractions import Fraction as F
from math import isfinite, sqrt
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import f as f_distribution

from tbblearn.readiness.figures.f_distribution import f_quantile
from tbblearn.readiness.figures.one_factor import mcdonald_omega
from tbblearn.readiness.figures.statistics import (
    Difference,
    ad_m,
    anova,
    correlation,
    cronbach_alpha,
    difference,
    feldt_interval,
    icc1,
    icc2,
    item_variance,
    mean_reliability,
    pooled_sd,
    r_star_wg_j,
    rwg_j,
)


def counts(values: list[int]) -> dict[int, int]:
    return {value: values.count(value) for value in sorted(set(values))}


# A table worked by hand: three items, four persons; the first two persons are one unit, the others another.
#   person  i1 i2 i3  sum
#   1        1  2  3    6      item variances (ddof 1): i1: mean 2.5, deviations -1.5 -.5 .5 1.5 -> 5/3
#   2        2  2  4    8                               i2: mean 3, deviations -1 -1 0 2 -> 6/3 = 2
#   3        3  3  4   10                               i3: mean 4, deviations -1 0 0 1 -> 2/3
#   4        4  5  5   14      sums: mean 9.5, deviations -3.5 -1.5 .5 4.5 -> (12.25 + 2.25 + .25 + 20.25) / 3 = 35/3
TABLE = [[1, 2, 3], [2, 2, 4], [3, 3, 4], [4, 5, 5]]


def test_alpha_by_hand():
    # 3/2 (1 - (5/3 + 2 + 2/3) / (35/3)) = 3/2 (1 - 13/35) = 33/35
    assert cronbach_alpha(TABLE) == F(33, 35)


def test_anova_by_hand():
    # Units {6, 8} and {10, 14}: means 7 and 12, grand mean 9.5. Between: 2 (2.5^2 + 2.5^2) / 1 = 25.
    # Within: (1 + 1 + 4 + 4) / 2 = 5. ICC(1) = (25 - 5) / (25 + 5) = 2/3, ICC(2) = 20/25 = 4/5.
    table = anova([[6, 8], [10, 14]])
    assert table is not None
    assert [table.between, table.within, table.n_bar] == [25, 5, 2]
    assert icc1(table) == F(2, 3)
    assert icc2(table) == F(4, 5)
    # Reliability of a mean of 10 by Spearman-Brown: 10 * 2/3 / (1 + 9 * 2/3) = 20/21.
    assert mean_reliability(icc1(table), 10) == F(20, 21)
    assert pooled_sd(table) == pytest.approx(sqrt(5))
    # In tenths the scores are ten times smaller and the mean squares a hundred times.
    tenths = anova([[6, 8], [10, 14]], unit=10)
    assert tenths is not None
    assert (tenths.between, tenths.within) == (F(1, 4), F(1, 20))


def test_agreement_by_hand():
    # Items of the whole table: mean variance (5/3 + 2 + 2/3) / 3 = 13/9; uniform on five points: 2; r = 13/18.
    # rWG(3) = 3 * 5/18 / (3 * 5/18 + 13/18) = 15/28; r*WG(3) = 5/18.
    items = [counts(list(column)) for column in zip(*TABLE, strict=True)]
    assert rwg_j(items) == F(15, 28)
    assert r_star_wg_j(items) == F(5, 18)
    # AD: i1 (1.5 + .5 + .5 + 1.5)/4 = 1; i2 (1 + 1 + 0 + 2)/4 = 1; i3 (1 + 0 + 0 + 1)/4 = 1/2. Mean 5/6.
    assert ad_m(items) == F(5, 6)


def test_agreement_is_zero_or_negative_where_answers_are_more_than_uniform():
    items = [counts([1, 1, 5, 5])]  # variance 16/3 against 2
    assert rwg_j(items) == 0
    assert r_star_wg_j(items) == 1 - F(16, 6)


def test_differences_by_hand():
    # s_w^2 = 1/4, n = 10 and 10: 1.96 * .5 * sqrt(.2) = .438...; .4 is not certain, .5 is.
    assert difference(F("3.9"), 10, F("3.5"), 10, F(1, 4)) is Difference.NO_CERTAIN
    assert difference(F("4.0"), 10, F("3.5"), 10, F(1, 4)) is Difference.HIGHER
    assert difference(F("3.0"), 10, F("3.5"), 10, F(1, 4)) is Difference.LOWER
    # Exactly at the threshold nothing is certain: s_w^2 = 1, n = 2 and 2 give 1.96.
    assert difference(F("1.96"), 2, F(0), 2, F(1)) is Difference.NO_CERTAIN


def test_numpy_agrees_on_200_random_tables():
    rng = np.random.default_rng(4)
    for _ in range(200):
        people, items = int(rng.integers(3, 40)), int(rng.integers(2, 9))
        table = rng.integers(1, 6, size=(people, items))
        rows = table.tolist()
        variances = table.var(axis=0, ddof=1)
        whole = table.sum(axis=1).var(ddof=1)
        alpha = cronbach_alpha(rows)
        if whole == 0:
            assert alpha is None
        else:
            assert alpha is not None
            assert float(alpha) == pytest.approx(items / (items - 1) * (1 - variances.sum() / whole), abs=1e-12)
        columns = [counts(column) for column in table.T.tolist()]
        ratio = variances.mean() / 2
        agreed = items * (1 - ratio)
        assert float(rwg_j(columns) or 0) == pytest.approx(0 if ratio >= 1 else agreed / (agreed + ratio), abs=1e-12)
        assert float(r_star_wg_j(columns) or 0) == pytest.approx(1 - ratio, abs=1e-12)
        assert float(ad_m(columns) or 0) == pytest.approx(np.abs(table - table.mean(axis=0)).mean(), abs=1e-12)
        groups = np.array_split(table.sum(axis=1), int(rng.integers(2, people)))
        means = np.array([group.mean() for group in groups])
        sizes = np.array([len(group) for group in groups])
        grand = np.concatenate(groups).mean()
        between = (sizes * (means - grand) ** 2).sum() / (len(groups) - 1)
        within = sum(((group - group.mean()) ** 2).sum() for group in groups) / (people - len(groups))
        found = anova([group.tolist() for group in groups])
        assert found is not None
        assert float(found.between) == pytest.approx(between, abs=1e-9)
        assert float(found.within) == pytest.approx(within, abs=1e-9)
        below = between + (people / len(groups) - 1) * within
        assert float(icc1(found) or 0) == pytest.approx((between - within) / below if below else 0, abs=1e-9)


def test_feldts_interval_and_quantiles_agree_with_scipy():
    for d1, d2 in [(1, 1), (3, 12), (29, 145), (29_999, 179_994)]:
        for p in (0.025, 0.5, 0.975):
            assert f_quantile(p, d1, d2) == pytest.approx(f_distribution.ppf(p, d1, d2), rel=1e-9)
    low, high = feldt_interval(F(4, 5), 30, 6) or (0, 0)
    assert low == pytest.approx(1 - 0.2 * f_distribution.ppf(0.975, 29, 145))
    assert high == pytest.approx(1 - 0.2 * f_distribution.ppf(0.025, 29, 145))


def omega_by_optimisation(table: Any) -> float:
    """An independent one-factor ML: scipy's L-BFGS-B on loadings and unique variances, uniqueness >= .005."""
    data = np.array(table, dtype=float)
    size = data.shape[1]
    correlations = np.corrcoef(data.T)

    def misfit(point):
        implied = np.outer(point[:size], point[:size]) + np.diag(point[size:])
        return np.linalg.slogdet(implied)[1] + np.trace(np.linalg.solve(implied, correlations))

    limits = [(None, None)] * size + [(0.005, None)] * size
    best = min(
        (
            minimize(misfit, np.r_[np.full(size, start), np.full(size, 0.5)], bounds=limits, method="L-BFGS-B",
                     options={"maxiter": 5000, "ftol": 1e-14, "gtol": 1e-8})
            for start in (0.7, 0.3)
        ),
        key=lambda answer: answer.fun,
    )  # fmt: skip
    spreads = data.std(axis=0, ddof=1)
    common = (best.x[:size] * spreads).sum() ** 2
    return float(common / (common + (best.x[size:] * spreads**2).sum()))


def test_omega_agrees_with_an_independent_one_factor_ml():
    rng = np.random.default_rng(7)
    for _ in range(5):
        items, people = int(rng.integers(3, 8)), int(rng.integers(20, 300))
        loadings = rng.uniform(0.2, 1.0, items)
        answers = 3 + rng.normal(size=(people, 1)) * loadings + rng.normal(size=(people, items)) * 0.8
        table = np.clip(np.round(answers), 1, 5).astype(int)
        assert mcdonald_omega(table.tolist()) == pytest.approx(omega_by_optimisation(table), abs=2e-5)


def test_omega_of_parallel_items_is_alpha():
    rng = random.Random(3)
    people = [rng.gauss(3, 0.8) for _ in range(20_000)]
    table = [[min(5, max(1, round(rng.gauss(level, 0.8)))) for _ in range(5)] for level in people]
    alpha = cronbach_alpha(table)
    assert alpha is not None
    assert mcdonald_omega(table) == pytest.approx(float(alpha), abs=0.003)


@pytest.mark.parametrize(
    "table", [[], [[3, 3, 3]], [[3, 3, 3], [3, 3, 3]], [[3], [4]], [[1, 5], [5, 1]], [[3, 3, 3]] * 30]
)
def test_degenerate_tables_have_none_for_alpha_and_omega(table):
    assert cronbach_alpha(table) is None
    assert mcdonald_omega(table) is None
    assert feldt_interval(cronbach_alpha(table), len(table), 3) is None


def test_degenerate_groups_have_none():
    for groups in ([], [[3]], [[3, 4]], [[3], [4]], [[], [3, 4]]):
        table = anova(groups)
        assert table is None
        assert [icc1(table), icc2(table), pooled_sd(table)] == [None] * 3
    assert mean_reliability(None, 10) is None
    assert mean_reliability(F(-1, 5), 10) == 0
    alike = anova([[3, 3], [3, 3]])
    assert icc1(alike) is icc2(alike) is None
    assert pooled_sd(alike) == 0
    same_means = anova([[2, 4], [2, 4]])
    assert icc1(same_means) == -1
    assert icc2(same_means) is None


def test_degenerate_items_have_none_or_a_value_but_never_nan():
    assert rwg_j([{}]) is r_star_wg_j([{}]) is ad_m([{}]) is ad_m([]) is None
    assert item_variance({3: 1}) is rwg_j([{3: 1}]) is None
    assert ad_m([{3: 1}]) == 0
    assert rwg_j([{3: 5}, {4: 5}]) == 1
    assert correlation([(1, 1)]) is correlation([(1, 1), (1, 2)]) is None
    assert correlation([(1, 2), (2, 4), (3, 6)]) == pytest.approx(1)
    interval = feldt_interval(cronbach_alpha([[1, 1], [2, 2], [3, 3]]), 3, 2)
    assert interval == (1, 1)
    omega = mcdonald_omega([[1, 1, 1], [2, 2, 2], [3, 3, 3], [5, 5, 5]])
    assert omega is not None
    assert isfinite(omega)


def test_quantiles_outside_their_range_are_refused():
    with pytest.raises(ValueError, match="no quantile"):
        f_quantile(1.0, 3, 3)
