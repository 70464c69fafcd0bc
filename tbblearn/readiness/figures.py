"""From answers in pieces to the rows that are published, all of them and nothing finer.

Everything here is computed from whole pieces, never from a unit's own answers: that is what makes the
promise of `absorption` true of the output. The rows are coarse (`coarsening`) before anybody sees them,
and pages, files and charts are made from rows only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from types import MappingProxyType

from tbblearn.readiness.absorption import Absorption, absorb, same_as
from tbblearn.readiness.coarsening import agreement_word, coarse_mean, coarse_share, mean_as, n_band, share_as
from tbblearn.readiness.overall import overall_statistics
from tbblearn.readiness.rules import (
    LEAST_K,
    OVERALL_ANSWERS,
    OVERALL_UNITS,
    Family,
    Kind,
    Measure,
    PublishedRow,
    Tree,
)
from tbblearn.readiness.scoring import Scorer, Tally, Values, tally
from tbblearn.readiness.statistics import ad_m


class Coarseness(IntEnum):
    """How far a unit's figures of one family have fallen back because a bound closed."""

    NORMAL = 0
    COARSER = 1
    """Means to the nearest half; shares as bands, without words of agreement."""
    WITHHELD = 2
    """Not shown."""


FallBacks = Mapping[tuple[str, Family], Coarseness]


@dataclass(frozen=True, slots=True)
class Collected:
    """The answers of a closed wave: complete responses by means piece, and what closing knew about the pieces.

    `partial` and `single` are those of the first absorption (see `Absorption`); they cannot be found
    again once each response carries its piece instead of its unit.
    """

    tree: Tree
    responses: Mapping[str, Sequence[Values]]
    partial: frozenset[str]
    single: frozenset[str]


@dataclass(frozen=True, slots=True)
class Publication:
    """What may be published: the two absorptions and the rows, in a fixed order."""

    k: int
    k_distribution: int
    means: Absorption
    distributions: Absorption
    rows: tuple[PublishedRow, ...]


def collect(tree: Tree, responses: Mapping[str, Sequence[Values]], k: int) -> Collected:
    """Close a wave: put the complete responses of each unit into its piece; those in no piece are left out."""
    first = absorb(tree, {unit: len(given) for unit, given in responses.items()}, k)
    by_piece: dict[str, list[Values]] = {unit: [] for unit in first.pieces}
    for unit in tree.units:
        piece = first.piece_of[unit]
        if piece is not None:
            by_piece[piece].extend(responses.get(unit, ()))
    return Collected(tree, MappingProxyType(by_piece), first.partial, first.single)


def publish(
    scorer: Scorer,
    collected: Collected,
    k: int,
    k_distribution: int,
    fall_backs: FallBacks = MappingProxyType({}),
) -> Publication:
    """The rows of a wave. Raises ValueError for limits that must not be, or answers that are not in pieces of k."""
    if not LEAST_K <= k <= k_distribution:
        raise ValueError(f"the limits must be {LEAST_K} <= k <= k_distribution, not {k} and {k_distribution}")
    if not scorer.instrument.five_point:
        raise ValueError("figures are published for five-point items only: their bounds are worked out for no other")
    tree = collected.tree
    sizes = {unit: len(given) for unit, given in collected.responses.items()}
    means = absorb(tree, sizes, k)
    if dict(means.pieces) != sizes:
        raise ValueError("the answers are not in pieces of at least k")
    distributions = absorb(tree, means.pieces, k_distribution)
    pieces = {unit: tally(scorer, given) for unit, given in collected.responses.items()}
    rows = [
        *_mean_rows(scorer, collected, means, pieces, fall_backs),
        *_distribution_rows(scorer, tree, distributions, pieces, fall_backs),
        *_overall_rows(scorer, collected, pieces),
    ]
    place = {unit: position for position, unit in enumerate(tree.top_down)}
    rows.sort(key=lambda row: place[row.unit])
    return Publication(k, k_distribution, means, distributions, tuple(rows))


def figure_tallies(
    scorer: Scorer, tree: Tree, absorption: Absorption, pieces: Mapping[str, Tally]
) -> Mapping[str, Tally]:
    """The sums of each unit's figure: those of the units below it and of its piece. Units without one are absent.

    `pieces` are finer or the same: each counts where `absorption` puts it.
    """
    sums: dict[str, Tally] = {}
    for unit, piece in pieces.items():
        holder = absorption.piece_of[unit]
        if holder is not None:
            sums.setdefault(holder, tally(scorer, ())).add(piece)
    for unit in reversed(tree.top_down):
        above = tree.parent[unit]
        if unit in sums and above is not None:
            sums.setdefault(above, tally(scorer, ())).add(sums[unit])
    return sums


def _mean_rows(
    scorer: Scorer,
    collected: Collected,
    means: Absorption,
    pieces: Mapping[str, Tally],
    fall_backs: FallBacks,
) -> Iterator[PublishedRow]:
    same = same_as(collected.tree, means)
    for unit, sums in figure_tallies(scorer, collected.tree, means, pieces).items():
        level = fall_backs.get((unit, Family.MEANS), Coarseness.NORMAL)
        if level is Coarseness.WITHHELD:
            continue
        yield PublishedRow(unit, Family.MEANS, Measure.N, Kind.N_BAND, n_band(sums.n))
        for scale in scorer.scales:
            mean = sums.mean(scale, scorer.common)
            if mean is not None:
                kind, value = coarse_mean(mean, sums.n)
                if level is Coarseness.COARSER:
                    kind, value = Kind.HALF, mean_as(Kind.HALF, mean)
                yield PublishedRow(unit, Family.MEANS, Measure.MEAN, kind, value, scale=scale)
        if unit in same:
            yield PublishedRow(unit, Family.MEANS, Measure.SAME_AS, Kind.UNIT, same[unit])
        if unit in collected.partial:
            yield PublishedRow(unit, Family.MEANS, Measure.NOTE, Kind.WORD, "absorbed")


def _distribution_rows(
    scorer: Scorer,
    tree: Tree,
    distributions: Absorption,
    pieces: Mapping[str, Tally],
    fall_backs: FallBacks,
) -> Iterator[PublishedRow]:
    scale_of = {position: scale for scale, items in scorer.scales.items() for position in items}
    same = same_as(tree, distributions)
    family = Family.DISTRIBUTIONS
    for unit, sums in figure_tallies(scorer, tree, distributions, pieces).items():
        level = fall_backs.get((unit, family), Coarseness.NORMAL)
        if level is Coarseness.WITHHELD:
            continue
        yield PublishedRow(unit, family, Measure.N, Kind.N_BAND, n_band(sums.n))
        for position, item in enumerate(scorer.instrument.items):
            for part, count in sums.parts(position).items():
                kind, value = coarse_share(count, sums.n)
                if level is Coarseness.COARSER:
                    kind, value = Kind.BAND, share_as(Kind.BAND, Fraction(100 * count, sums.n))
                yield PublishedRow(
                    unit,
                    family,
                    Measure.SHARE,
                    kind,
                    value,
                    scale=scale_of[position],
                    item=item.code,
                    part=part,
                )
        for scale, positions in scorer.scales.items() if level is Coarseness.NORMAL else ():
            deviation = ad_m([sums.counts[position] for position in positions])
            if deviation is not None:
                word = agreement_word(deviation).value
                yield PublishedRow(unit, family, Measure.AGREEMENT, Kind.WORD, word, scale=scale)
        if unit in same:
            yield PublishedRow(unit, family, Measure.SAME_AS, Kind.UNIT, same[unit])
        if unit in distributions.partial:
            yield PublishedRow(unit, family, Measure.NOTE, Kind.WORD, "absorbed")


def _overall_rows(scorer: Scorer, collected: Collected, pieces: Mapping[str, Tally]) -> Iterator[PublishedRow]:
    """Overall statistics, where there are answers and units enough, on the root."""
    groups = list(collected.responses.values())
    if sum(map(len, groups)) < OVERALL_ANSWERS or len(collected.single) < OVERALL_UNITS:
        return
    units = [(collected.responses[unit], pieces[unit]) for unit in collected.tree.units if unit in collected.single]
    root = collected.tree.roots[0]
    for scale, name, value in overall_statistics(scorer, groups, units):
        yield PublishedRow(
            root, Family.OVERALL, Measure.STATISTIC, Kind.TWO_DECIMALS, value, scale=scale, statistic=name
        )
