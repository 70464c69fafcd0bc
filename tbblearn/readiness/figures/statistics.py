"""The statistics of a shared property: reliability, agreement within groups, differences between groups.

Answers are whole numbers, so whatever is compared with a threshold or rounded is an exact fraction; roots, logarithms
and quantiles are floats. A figure without a value (one unit, one answer, no variance, nothing answered) is None, never
NaN and never an exception.

Sources: Cronbach 1951, Psychometrika 16:297; Feldt 1965, Psychometrika 30:357; James, Demaree & Wolf 1984, J Appl
Psychol 69:85; Lindell, Brandt & Whitney 1999, Appl Psychol Meas 23:127; Burke & Dunlap 2002, Organ Res
Methods 5:159; Bliese 2000, in Klein & Kozlowski (eds), *Multilevel Theory*, 349. McDonald's omega is in
`one_factor`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import sqrt
from typing import Final

from tbblearn.readiness.figures.f_distribution import f_quantile

Z_95: Final = Fraction(196, 100)
RELIABILITY_AT: Final = (5, 10, 20, 30)


class Difference(StrEnum):
    """A comparison in a word."""

    HIGHER = "higher"
    LOWER = "lower"
    NO_CERTAIN = "no_certain_difference"


@dataclass(frozen=True, slots=True)
class Anova:
    """One-way analysis of variance of a score by group. `n_bar` is the mean group size."""

    between: Fraction
    within: Fraction
    groups: int
    n: int

    @property
    def n_bar(self) -> Fraction:
        """Persons per group."""
        return Fraction(self.n, self.groups)


def variance(total: int, squares: int, n: int) -> Fraction:
    """Sample variance (ddof 1) from the sum, the sum of squares and n >= 2."""
    return Fraction(n * squares - total * total, n * (n - 1))


def cronbach_alpha(responses: Sequence[Sequence[int]]) -> Fraction | None:
    """Alpha of complete responses (a value per item): J/(J-1) (1 - sum of item variances / variance of sums).

    None with fewer than two responses or two items, or where the sums do not vary.
    """
    n = len(responses)
    items = len(responses[0]) if responses else 0
    if n < 2 or items < 2:
        return None
    sums = [sum(values) for values in responses]
    of_sums = variance(sum(sums), sum(value * value for value in sums), n)
    if of_sums == 0:
        return None
    of_items = sum(
        (variance(sum(column), sum(value * value for value in column), n) for column in zip(*responses, strict=True)),
        Fraction(0),
    )
    return Fraction(items, items - 1) * (1 - of_items / of_sums)


def feldt_interval(alpha: Fraction | None, n: int, items: int) -> tuple[float, float] | None:
    """Feldt's 95 % interval of alpha. It takes persons as independent: clustering in units is ignored."""
    if alpha is None or n < 2 or items < 2:
        return None
    d1, d2 = n - 1, (n - 1) * (items - 1)
    rest = float(1 - alpha)
    return 1 - rest * f_quantile(0.975, d1, d2), 1 - rest * f_quantile(0.025, d1, d2)


def anova(groups: Iterable[Sequence[int]], unit: int = 1) -> Anova | None:
    """Mean squares of scores in units of 1/unit; empty groups do not count.

    None with fewer than two groups, or where no group has two members.
    """
    sums = [(len(group), sum(group), sum(score * score for score in group)) for group in groups if group]
    n = sum(size for size, _, _ in sums)
    if len(sums) < 2 or n == len(sums):
        return None
    of_groups = sum((Fraction(total * total, size) for size, total, _ in sums), Fraction(0))
    grand = Fraction(sum(total for _, total, _ in sums) ** 2, n)
    squares = sum(square for _, _, square in sums)
    return Anova(
        between=(of_groups - grand) / (len(sums) - 1) / unit**2,
        within=(squares - of_groups) / (n - len(sums)) / unit**2,
        groups=len(sums),
        n=n,
    )


def icc1(table: Anova | None) -> Fraction | None:
    """ICC(1): the share of variance that lies between groups; may be negative. None without any variance."""
    if table is None:
        return None
    below = table.between + (table.n_bar - 1) * table.within
    return (table.between - table.within) / below if below else None


def icc2(table: Anova | None) -> Fraction | None:
    """ICC(2): the reliability of the groups' means. None where the groups' means are all equal."""
    return (table.between - table.within) / table.between if table and table.between else None


def mean_reliability(icc: Fraction | None, n: int) -> Fraction | None:
    """Reliability of the mean of n members (Spearman-Brown); 0 for a negative ICC(1)."""
    if icc is None:
        return None
    icc = max(icc, Fraction(0))
    return n * icc / (1 + (n - 1) * icc)


Counts = Mapping[int, int]
"""Answers to one item: value -> how many gave it."""


def item_variance(counts: Counts) -> Fraction | None:
    """Sample variance (ddof 1) of one item; None below two answers."""
    n = sum(counts.values())
    if n < 2:
        return None
    total = sum(value * count for value, count in counts.items())
    return variance(total, sum(value * value * count for value, count in counts.items()), n)


def _mean_variance_ratio(items: Sequence[Counts], categories: int) -> Fraction | None:
    variances = [found for counts in items if (found := item_variance(counts)) is not None]
    if not variances:
        return None
    expected = Fraction(categories**2 - 1, 12)
    return sum(variances, Fraction(0)) / len(variances) / expected


def rwg_j(items: Sequence[Counts], categories: int = 5) -> Fraction | None:
    """rWG(J) of one group against uniform answers; 0 where answers vary more than that.

    With many items nearly every group passes .70, so it is never a signal.
    """
    ratio = _mean_variance_ratio(items, categories)
    if ratio is None:
        return None
    if ratio >= 1:
        return Fraction(0)
    agreed = len(items) * (1 - ratio)
    return agreed / (agreed + ratio)


def r_star_wg_j(items: Sequence[Counts], categories: int = 5) -> Fraction | None:
    """Lindell's r*WG(J): 1 - mean variance / variance of uniform answers; not inflated by items, may be negative."""
    ratio = _mean_variance_ratio(items, categories)
    return None if ratio is None else 1 - ratio


def ad_m(items: Sequence[Counts]) -> Fraction | None:
    """AD_M(J): the mean over items of the mean absolute deviation from the item's mean; None without answers."""
    deviations: list[Fraction] = []
    for counts in items:
        n = sum(counts.values())
        if n:
            total = sum(value * count for value, count in counts.items())
            deviations.append(Fraction(sum(abs(n * value - total) * count for value, count in counts.items()), n * n))
    return sum(deviations, Fraction(0)) / len(deviations) if deviations else None


def pooled_sd(table: Anova | None) -> float | None:
    """The pooled within-unit standard deviation, s_w."""
    return None if table is None else sqrt(table.within)


def difference(mean: Fraction, n: int, other: Fraction, other_n: int, within: Fraction) -> Difference:
    """Whether `mean` is surely higher or lower than `other`: |difference| > 1.96 s_w sqrt(1/n + 1/n').

    The rule for change between waves and for "higher" or "lower" than the unit above or the county. Given published
    means and printed sizes, the word tells nothing that is not public. `within` is s_w squared. Exact: both sides are
    squared fractions. No finite-population correction: with everybody answering, it would call every change certain.
    """
    gap = mean - other
    if gap * gap <= Z_95 * Z_95 * within * (Fraction(1, n) + Fraction(1, other_n)):
        return Difference.NO_CERTAIN
    return Difference.HIGHER if gap > 0 else Difference.LOWER


def correlation(pairs: Sequence[tuple[int, int]]) -> float | None:
    """Pearson's correlation of two scores; None below two pairs or where either does not vary."""
    n = len(pairs)
    if n < 2:
        return None
    first, second = sum(x for x, _ in pairs), sum(y for _, y in pairs)
    spread = n * sum(x * x for x, _ in pairs) - first * first
    other = n * sum(y * y for _, y in pairs) - second * second
    if spread == 0 or other == 0:
        return None
    return (n * sum(x * y for x, y in pairs) - first * second) / sqrt(spread * other)
