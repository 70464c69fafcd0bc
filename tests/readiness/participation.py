"""Who took part, as somebody would work it out who has every published row and the lists of invited.

Written from what is published and what is public, not from the code that makes it. The numbers of each unit's invitees
who took part are unknowns of a mixed integer program (HiGHS); what the rows say bounds them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from tbblearn.readiness.figures.absorption import absorb, fold
from tbblearn.readiness.figures.coarsening import edges
from tbblearn.readiness.rules import Family, Measure, PublishedRow, Tree

K, MARGIN = 5, 2
Counts = dict[str, int]


@dataclass(frozen=True)
class County:
    """Units, and who is invited where before anything is folded."""

    tree: Tree
    invited: Mapping[str, int]


def random_county(rng: random.Random) -> County:
    """5 to 60 units to a depth of 4; leaves of 3 to 70 (median 12); managers one level up; some units have staff."""
    depth = {"u0": 0}
    pairs: list[tuple[str, str | None]] = [("u0", None)]
    for number in range(1, rng.randint(5, 60)):
        above = rng.choice([unit for unit, level in depth.items() if level < 4])
        depth[f"u{number}"] = depth[above] + 1
        pairs.append((f"u{number}", above))
    tree = Tree.build(pairs)
    invited = dict.fromkeys(tree.units, 0)
    for unit in tree.units:
        above_it = tree.parent[unit]
        invited[above_it or unit] += 1
        size = min(70, max(3, round(exp(rng.gauss(log(12), 0.7)))))
        if not tree.children[unit]:
            invited[unit] += size
        elif rng.random() < 0.3:
            invited[unit] += rng.randint(1, size)
    return County(tree, invited)


def some_take_part(rng: random.Random, invited: Mapping[str, int]) -> Counts:
    """How many of each unit's invitees take part: 20 to 95 %, differently in each."""
    taking: Counts = {}
    for unit, there in invited.items():
        rate = rng.uniform(0.2, 0.95)
        taking[unit] = sum(rng.random() < rate for _ in range(there))
    return taking


def extremes_take_part(rng: random.Random, invited: Mapping[str, int]) -> Counts:
    """The hardest case: in each unit all, none, or one off."""
    return {unit: rng.choice([there, max(there - 1, 0), 0, min(1, there)]) for unit, there in invited.items()}


# --- what the rows say --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """So many of these units' invitees took part, all together: from `low` to `high`."""

    units: tuple[str, ...]
    low: int
    high: int


def pieces_read(tree: Tree, rows: Iterable[PublishedRow]) -> Counts:
    """Each unit with a piece and its printed size: the unit's n less that of the units right below it."""
    rows = list(rows)
    figure = dict.fromkeys(tree.units, 0)
    figure |= {row.unit: int(row.value) for row in rows if (row.family, row.measure) == (Family.MEANS, Measure.N)}
    same = {row.unit: row.value for row in rows if (row.family, row.measure) == (Family.MEANS, Measure.SAME_AS)}
    figure |= {unit: figure[other] for unit, other in same.items()}
    left = {unit: figure[unit] - sum(figure[child] for child in tree.children[unit]) for unit in tree.units}
    assert min(left.values()) >= 0
    return {unit: n for unit, n in left.items() if n}


def said_of(tree: Tree, pieces: Mapping[str, int], k: int, edges_of: Mapping[str, Sequence[int]]) -> Iterator[Said]:
    """What pieces with printed sizes say of the numbers who took part; `edges_of`: each unit's public edges, rising."""
    for unit in tree.units:
        region, waiting = [], [unit]
        while waiting:
            step = waiting.pop()
            region.append(step)
            waiting.extend(child for child in tree.children[step] if child not in pieces)
        if unit not in pieces:
            yield Said(tuple(region), 0, k - 1)
        else:
            beyond = [edge for edge in edges_of[unit] if edge > pieces[unit]]
            yield Said(tuple(region), pieces[unit], beyond[0] - 1 if beyond else 1_000_000)


def span(invited: Mapping[str, int], said: Sequence[Said], unit: str) -> tuple[int, int]:
    """The least and the greatest number of the unit's invitees who can have taken part."""
    units = [one for one, there in invited.items() if there]
    column = {one: place for place, one in enumerate(units)}
    rows = [one for one in said if any(name in column for name in one.units)]
    matrix = np.zeros((len(rows), len(units)))
    for place, one in enumerate(rows):
        for name in one.units:
            if name in column:
                matrix[place, column[name]] = 1
    limits = LinearConstraint(matrix, [float(one.low) for one in rows], [float(one.high) for one in rows])
    found = []
    for sign in (1, -1):
        aim = np.zeros(len(units))
        aim[column[unit]] = sign
        answer = milp(
            aim,
            integrality=np.ones(len(units), dtype=int),
            bounds=Bounds(np.zeros(len(units)), np.array([float(invited[one]) for one in units])),
            constraints=limits,
        )
        assert answer.status == 0, answer.message
        found.append(round(sign * answer.fun))
    return found[0], found[1]


def decided(invited: Mapping[str, int], taking: Mapping[str, int], said: Sequence[Said]) -> list[tuple[str, str]]:
    """(unit, to whom) where somebody can be sure of another: an outsider with the lists, or a colleague in the unit.

    Only units where all, none, or all or none but one took part can be decided; each is solved exactly.
    """
    found = []
    for unit, there in invited.items():
        if not there or 1 < taking[unit] < there - 1:
            continue
        low, high = span(invited, said, unit)
        if low == there or high == 0:
            found.append((unit, "outsider"))
        elif (low >= there - 1 and taking[unit] >= there - 1) or (high <= 1 and taking[unit] <= 1):
            found.append((unit, "insider"))
    return found


# --- builds -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Folded:
    """A county as a build folds it, with the edges that it prints sizes by."""

    tree: Tree
    invited: Mapping[str, int]
    edges: Mapping[str, Sequence[int]]

    def listing(self, taking: Mapping[str, int]) -> Counts:
        """Each unit with a piece, and its printed size: all that is told of who took part."""
        pieces = absorb(self.tree, taking, K).pieces
        return {unit: max(edge for edge in self.edges[unit] if edge <= n) for unit, n in pieces.items()}

    def said(self, taking: Mapping[str, int]) -> list[Said]:
        """What the listing says."""
        return list(said_of(self.tree, self.listing(taking), K, self.edges))


Build = Callable[[County], Folded]


def product(county: County) -> Folded:
    """The rule."""
    return _folded(county)


def edge_at_invited(county: County) -> Folded:
    """Weak: sizes up to all invited."""
    return _folded(county, margin=0)


def edge_at_invited_less_one(county: County) -> Folded:
    """Weak: sizes up to all invited but one."""
    return _folded(county, margin=1)


def edges_by_the_subtree(county: County) -> Folded:
    """Weak: sizes that have room among all who are invited in and below a unit."""
    found = _folded(county)
    joined = dict(found.invited)
    for unit in reversed(found.tree.top_down):
        above = found.tree.parent[unit]
        if above is not None:
            joined[above] += joined[unit]
    return Folded(found.tree, found.invited, {unit: list(edges(K, joined[unit], MARGIN)) for unit in joined})


def folding_at_k(county: County) -> Folded:
    """Weak: groups of k are counted for themselves."""
    return _folded(county, least=K)


def folding_at_k_and_one(county: County) -> Folded:
    """Weak: groups of k + 1 are counted for themselves."""
    return _folded(county, least=K + 1)


def top_not_folded(county: County) -> Folded:
    """Weak: the top's own invitees stay, however few."""
    found = fold(county.tree, county.invited, K, MARGIN)
    root = county.tree.roots[0]
    there = dict(found.invited)
    if found.top_into is not None:
        there[root] = sum(n for unit, n in county.invited.items() if found.moved[unit] == root)
        there[found.top_into] -= there[root]
    return Folded(found.tree, there, {unit: list(edges(K, n, MARGIN)) for unit, n in there.items()})


@dataclass(frozen=True)
class FallingBack(Folded):
    """Sizes up to all invited, and none where that would decide somebody."""

    def listing(self, taking: Mapping[str, int]) -> Counts:
        told = super().listing(taking)
        return {unit: K if size >= self.invited[unit] - 1 else size for unit, size in told.items()}


def falling_back_for_participation(county: County) -> Folded:
    """Weak: an audit takes away the sizes that would decide somebody. That they are gone decides it."""
    found = _folded(county, margin=0)
    return FallingBack(found.tree, found.invited, found.edges)


WEAK: Sequence[Build] = (
    edge_at_invited,
    edge_at_invited_less_one,
    edges_by_the_subtree,
    folding_at_k,
    folding_at_k_and_one,
    top_not_folded,
)


def _folded(county: County, least: int = K + MARGIN, margin: int = MARGIN) -> Folded:
    found = fold(county.tree, county.invited, K, least - K)
    return Folded(found.tree, found.invited, {unit: list(edges(K, n, margin)) for unit, n in found.invited.items()})


# --- flips --------------------------------------------------------------------------------------------------------


def flips_seen(folded: Folded, taking: Mapping[str, int]) -> tuple[int, int]:
    """How many units' own were tried as all, all but one and all but two, and in how many the listing differed."""
    tried = seen = 0
    for unit, there in folded.invited.items():
        if there:
            tried += 1
            listings = [folded.listing({**taking, unit: there - less}) for less in range(MARGIN + 1)]
            seen += any(one != listings[0] for one in listings)
    return tried, seen
