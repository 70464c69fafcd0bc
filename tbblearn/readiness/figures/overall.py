"""The county's statistics: is the questionnaire reliable, and is readiness shared within units?

Over all answers of the root's figure: alpha with Feldt's interval, omega, the correlation of the scales. Over pieces
that stem from a single unit, since a piece joined from several is not a work group: ICC(1), ICC(2), the reliability of
a unit's mean, the pooled within-unit SD, and the units' average agreement.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

from tbblearn.readiness.figures.coarsening import half_up
from tbblearn.readiness.figures.one_factor import mcdonald_omega
from tbblearn.readiness.figures.scoring import Scorer, Tally, Values
from tbblearn.readiness.figures.statistics import (
    RELIABILITY_AT,
    ad_m,
    anova,
    correlation,
    cronbach_alpha,
    feldt_interval,
    icc1,
    icc2,
    mean_reliability,
    pooled_sd,
    r_star_wg_j,
    rwg_j,
)

Number = Fraction | float | None


def decimals(value: Fraction | float, digits: int) -> str:
    """A number with so many decimals, half up, exactly: -0.004 with two is "0.00"."""
    steps = 10**digits
    rounded = int(half_up(Fraction(value), steps) * steps)
    sign = "-" if rounded < 0 else ""
    return f"{sign}{abs(rounded) // steps}.{abs(rounded) % steps:0{digits}d}"


def overall_statistics(
    scorer: Scorer, groups: Sequence[Sequence[Values]], units: Sequence[tuple[Sequence[Values], Tally]], printed: int
) -> Iterator[tuple[str | None, str, str]]:
    """(scale, statistic, two decimals) for every statistic that has a value; scale is None for a correlation.

    `groups`: the answers of all pieces; `units`: those of pieces that stem from a single unit, with their sums.
    `printed`: the printed number of answers, on which Feldt's interval is based.
    """
    responses = [values for group in groups for values in group]
    for scale, positions in scorer.scales.items():
        found: dict[str, Number] = {
            **reliability(scorer, scale, responses, printed),
            **sharedness(scorer, scale, [given for given, _ in units]),
        }
        items = [[sums.counts[position] for position in positions] for _, sums in units]
        found["rwg_j"] = _average([rwg_j(counts) for counts in items])
        found["r_star_wg_j"] = _average([r_star_wg_j(counts) for counts in items])
        found["ad_m"] = _average([ad_m(counts) for counts in items])
        for name, value in found.items():
            if value is not None:
                yield scale, name, decimals(value, 2)
    for first, second in combinations(scorer.scales, 2):
        pairs = [
            (x, y)
            for values in responses
            if (x := scorer.score(values, first)) is not None and (y := scorer.score(values, second)) is not None
        ]
        value = correlation(pairs)
        if value is not None:
            yield None, f"correlation_{first}_{second}", decimals(value, 2)


def reliability(
    scorer: Scorer, scale: str, responses: Sequence[Values], printed: int | None = None
) -> dict[str, Number]:
    """Alpha with its interval, and omega, of the responses that have a value on every item of the scale.

    The interval is that of `printed` answers, if given.
    """
    positions = scorer.scales[scale]
    complete: list[list[int]] = []
    for values in responses:
        given = [value for position in positions if (value := values[position]) is not None]
        if len(given) == len(positions):
            complete.append(given)
    alpha = cronbach_alpha(complete)
    interval = feldt_interval(alpha, printed or len(complete), len(positions))
    return {
        "alpha": alpha,
        "alpha_low": interval[0] if interval else None,
        "alpha_high": interval[1] if interval else None,
        "omega": mcdonald_omega(complete),
    }


def sharedness(scorer: Scorer, scale: str, units: Sequence[Sequence[Values]]) -> dict[str, Number]:
    """ICC(1), ICC(2), the reliability of a mean of 5, 10, 20 and 30, and s_w, by group."""
    scores = [[score for values in unit if (score := scorer.score(values, scale)) is not None] for unit in units]
    table = anova(scores, scorer.common)
    found: dict[str, Number] = {"icc1": icc1(table), "icc2": icc2(table), "s_w": pooled_sd(table)}
    for n in RELIABILITY_AT:
        found[f"reliability_{n}"] = mean_reliability(icc1(table), n)
    return found


def _average(values: Sequence[Fraction | None]) -> Fraction | None:
    known = [value for value in values if value is not None]
    return sum(known, Fraction(0)) / len(known) if known else None
