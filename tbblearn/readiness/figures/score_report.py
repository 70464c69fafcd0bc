"""The answer of `tbblearn readiness score`: exact figures from files, for whoever holds the files.

No publication: the figures are absorbed but not coarse. Overall figures are over all complete answers, ICC over the
pieces of the first absorption.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from tbblearn.readiness.figures.absorption import absorb
from tbblearn.readiness.figures.coarsening import agreement_word, half_up, whole_percent
from tbblearn.readiness.figures.overall import Number, reliability, sharedness
from tbblearn.readiness.figures.publish import by_piece, figure_tallies
from tbblearn.readiness.figures.scoring import Scorer, Tally, Values, tally
from tbblearn.readiness.figures.statistics import ad_m
from tbblearn.readiness.rules import Tree


def score_report(
    scorer: Scorer, tree: Tree, responses: Mapping[str, Sequence[Values]], incomplete: int, k: int, k_distribution: int
) -> dict[str, Any]:
    """The report as JSON-ready data, with every unit of the tree; an undefined figure is None.

    `responses`: complete responses by unit; `incomplete`: how many others there were.
    """
    everyone = [values for unit in tree.units for values in responses.get(unit, ())]
    joined = by_piece(tree, responses, k)
    pieces = {unit: tally(scorer, given) for unit, given in joined.items()}
    sizes = {unit: piece.n for unit, piece in pieces.items()}
    means = figure_tallies(scorer, tree, absorb(tree, sizes, k), pieces)
    distributions = figure_tallies(scorer, tree, absorb(tree, sizes, k_distribution), pieces)
    groups = list(joined.values())
    return {
        "instrument": scorer.instrument.code,
        "k": k,
        "k_distribution": k_distribution,
        "complete": len(everyone),
        "incomplete": incomplete,
        "overall": {scale: _overall(scorer, scale, everyone, groups) for scale in scorer.scales},
        "units": [_unit(scorer, unit, means.get(unit), distributions.get(unit)) for unit in tree.units],
    }


def _overall(
    scorer: Scorer, scale: str, everyone: Sequence[Values], groups: Sequence[Sequence[Values]]
) -> dict[str, Any]:
    consistency = reliability(scorer, scale, everyone)
    shared = sharedness(scorer, scale, groups)
    interval = [_rounded(consistency["alpha_low"], 4), _rounded(consistency["alpha_high"], 4)]
    return {
        "mean": _rounded(tally(scorer, everyone).mean(scale, scorer.common), 4),
        "alpha": _rounded(consistency["alpha"], 4),
        "alpha_ci95": None if None in interval else interval,
        "omega": _rounded(consistency["omega"], 4),
        "icc1": _rounded(shared["icc1"], 4),
        "icc2": _rounded(shared["icc2"], 4),
    }


def _unit(scorer: Scorer, unit: str, means: Tally | None, distributions: Tally | None) -> dict[str, Any]:
    return {
        "unit": unit,
        "published": means is not None,
        "n": means.n if means else None,
        "scales": {scale: {"mean": _rounded(means.mean(scale, scorer.common), 1)} for scale in scorer.scales}
        if means
        else None,
        "distribution": _distribution(scorer, distributions) if distributions else None,
    }


def _distribution(scorer: Scorer, sums: Tally) -> dict[str, Any]:
    agreement: dict[str, str | None] = {}
    for scale, positions in scorer.scales.items():
        deviation = ad_m([sums.counts[position] for position in positions])
        agreement[scale] = agreement_word(deviation).value if deviation is not None else None
    return {
        "n": sums.n,
        "agreement": agreement,
        "items": {
            item.code: _shares(sums, position, five_point=(item.response_scale.low, item.response_scale.high) == (1, 5))
            for position, item in enumerate(scorer.instrument.items)
        },
    }


def _shares(sums: Tally, position: int, *, five_point: bool) -> list[int] | None:
    """Low, middle and high in whole percent; None where they are not defined (another scale, no answer)."""
    counts = [*sums.parts(position).values()]
    return list(whole_percent(tuple(counts))) if five_point and any(counts) else None


def _rounded(value: Number, digits: int) -> float | None:
    """The number half up to so many decimals, as a float that prints with no more."""
    return None if value is None else float(half_up(Fraction(value), 10**digits))
