"""From answers in pieces to the rows that are published, all of them and nothing finer.

Everything is computed from whole pieces, never from a unit's own answers, so the promise of `absorption` holds for the
output. Rows are coarse (`coarsening`) before anybody sees them, and pages, files and charts are made from rows only.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

from tbblearn.readiness.figures.absorption import Absorption, absorb, same_as, single
from tbblearn.readiness.figures.coarsening import (
    agreement_word,
    coarse_shares,
    mean_as,
    mean_kind,
    printed_size,
    share_kind,
)
from tbblearn.readiness.figures.overall import overall_statistics
from tbblearn.readiness.figures.scoring import Scorer, Tally, Values, tally
from tbblearn.readiness.figures.statistics import ad_m
from tbblearn.readiness.rules import (
    LEAST_K,
    LEAST_MARGIN,
    OVERALL_ANSWERS,
    OVERALL_UNITS,
    Family,
    Kind,
    Measure,
    Part,
    PublishedRow,
    Tree,
)


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
    """The answers of a closed wave: complete responses by means piece, and who was invited.

    `invited`: persons who count directly in each unit; none, or at least `k + margin` (see `absorption.fold`).
    """

    tree: Tree
    responses: Mapping[str, Sequence[Values]]
    invited: Mapping[str, int]
    margin: int = LEAST_MARGIN


@dataclass(frozen=True, slots=True)
class Publication:
    """What may be published: the two absorptions in printed sizes, and the rows in a fixed order.

    `sizes`: exact answers of each piece of means, for the audit alone.
    """

    k: int
    k_distribution: int
    means: Absorption
    distributions: Absorption
    sizes: Mapping[str, int]
    rows: tuple[PublishedRow, ...]


def by_piece(tree: Tree, responses: Mapping[str, Sequence[Values]], k: int) -> dict[str, list[Values]]:
    """The complete responses by piece, without those in none."""
    found = absorb(tree, {unit: len(given) for unit, given in responses.items()}, k)
    pieces: dict[str, list[Values]] = {unit: [] for unit in found.pieces}
    for unit in tree.units:
        piece = found.piece_of[unit]
        if piece is not None:
            pieces[piece].extend(responses.get(unit, ()))
    return pieces


def publish(
    scorer: Scorer, collected: Collected, k: int, k_distribution: int, fall_backs: FallBacks = MappingProxyType({})
) -> Publication:
    """The rows of a wave. Raises ValueError for forbidden limits, or answers that are not in pieces of k.

    Exact sizes are used for means, shares, agreement and statistics; printed sizes decide everything else.
    """
    if not LEAST_K <= k <= k_distribution:
        raise ValueError(f"the limits must be {LEAST_K} <= k <= k_distribution, not {k} and {k_distribution}")
    if not LEAST_MARGIN <= collected.margin < k:
        raise ValueError(f"the margin must be {LEAST_MARGIN} <= margin < k, not {collected.margin}")
    if not scorer.instrument.five_point:
        raise ValueError("figures are published for five-point items only: their bounds are worked out for no other")
    tree = collected.tree
    sizes = {unit: len(given) for unit, given in collected.responses.items()}
    if dict(absorb(tree, sizes, k).pieces) != sizes:
        raise ValueError("the answers are not in pieces of at least k")
    printed = {unit: printed_size(n, k, collected.invited.get(unit, 0), collected.margin) for unit, n in sizes.items()}
    means = absorb(tree, printed, k)
    distributions = absorb(tree, means.pieces, k_distribution)
    pieces = {unit: tally(scorer, given) for unit, given in collected.responses.items()}
    rows = [
        *_mean_rows(scorer, tree, means, pieces, fall_backs),
        *_distribution_rows(scorer, tree, distributions, pieces, fall_backs),
        *_overall_rows(scorer, collected, means, pieces),
    ]
    place = {unit: position for position, unit in enumerate(tree.top_down)}
    rows.sort(key=lambda row: place[row.unit])
    return Publication(
        k=k,
        k_distribution=k_distribution,
        means=means,
        distributions=distributions,
        sizes=MappingProxyType(sizes),
        rows=tuple(rows),
    )


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
    scorer: Scorer, tree: Tree, means: Absorption, pieces: Mapping[str, Tally], fall_backs: FallBacks
) -> Iterator[PublishedRow]:
    family = Family.MEANS
    tallies = figure_tallies(scorer, tree, means, pieces)
    for unit, level in _shown(tree, means, family, fall_backs):
        yield PublishedRow(unit, family, Measure.N, Kind.AT_LEAST, str(means.figures[unit]))
        kind = mean_kind(means.figures[unit]) if level is Coarseness.NORMAL else Kind.HALF
        for scale in scorer.scales:
            mean = tallies[unit].mean(scale, scorer.common)
            if mean is not None:
                yield PublishedRow(unit, family, Measure.MEAN, kind, mean_as(kind, mean), scale=scale)
    yield from _links(tree, means, family, fall_backs)


def _distribution_rows(
    scorer: Scorer, tree: Tree, distributions: Absorption, pieces: Mapping[str, Tally], fall_backs: FallBacks
) -> Iterator[PublishedRow]:
    scale_of = {position: scale for scale, items in scorer.scales.items() for position in items}
    family = Family.DISTRIBUTIONS
    tallies = figure_tallies(scorer, tree, distributions, pieces)
    for unit, level in _shown(tree, distributions, family, fall_backs):
        sums = tallies[unit]
        yield PublishedRow(unit, family, Measure.N, Kind.AT_LEAST, str(distributions.figures[unit]))
        kind = share_kind(distributions.figures[unit]) if level is Coarseness.NORMAL else Kind.BAND
        for position, item in enumerate(scorer.instrument.items):
            parts = sums.parts(position)
            for part, value in coarse_shares(kind, parts[Part.LOW], parts[Part.HIGH], sums.n).items():
                yield PublishedRow(
                    unit, family, Measure.SHARE, kind, value, scale=scale_of[position], item=item.code, part=part
                )
        for scale, positions in scorer.scales.items() if level is Coarseness.NORMAL else ():
            deviation = ad_m([sums.counts[position] for position in positions])
            if deviation is not None:
                word = agreement_word(deviation).value
                yield PublishedRow(unit, family, Measure.AGREEMENT, Kind.WORD, word, scale=scale)
    yield from _links(tree, distributions, family, fall_backs)


def _shown(
    tree: Tree, absorption: Absorption, family: Family, fall_backs: FallBacks
) -> Iterator[tuple[str, Coarseness]]:
    """The units with figures of their own, and how far each has fallen back."""
    same = same_as(tree, absorption)
    for unit in tree.units:
        level = fall_backs.get((unit, family), Coarseness.NORMAL)
        if absorption.figures[unit] and unit not in same and level is not Coarseness.WITHHELD:
            yield unit, level


def _links(tree: Tree, absorption: Absorption, family: Family, fall_backs: FallBacks) -> Iterator[PublishedRow]:
    """Units whose figure is that of a unit below, which alone shows it."""
    for unit, other in same_as(tree, absorption).items():
        if fall_backs.get((other, family)) is not Coarseness.WITHHELD:
            yield PublishedRow(unit, family, Measure.SAME_AS, Kind.UNIT, other)


def _overall_rows(
    scorer: Scorer, collected: Collected, means: Absorption, pieces: Mapping[str, Tally]
) -> Iterator[PublishedRow]:
    """The root's overall statistics, if there are enough answers and units."""
    own = single(collected.tree, means.pieces, collected.invited)
    printed = sum(means.pieces.values())
    if printed < OVERALL_ANSWERS or len(own) < OVERALL_UNITS:
        return
    groups = list(collected.responses.values())
    units = [(collected.responses[unit], pieces[unit]) for unit in collected.tree.units if unit in own]
    root = collected.tree.roots[0]
    for scale, name, value in overall_statistics(scorer, groups, units, printed):
        yield PublishedRow(
            root, Family.OVERALL, Measure.STATISTIC, Kind.TWO_DECIMALS, value, scale=scale, statistic=name
        )
