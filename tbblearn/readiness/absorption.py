"""Absorption: which answers may be counted together, so that no subtraction singles out a small group.

Units form a tree and each published figure is a sum over a unit and all units below it, so a reader can
subtract: the unit minus its published children. Withholding single cells does not help for long (the
classical complementary suppression problem: see Willenborg & de Waal 2001, *Elements of Statistical
Disclosure Control*, ch. 4; Fischetti & Salazar 2001, Management Science 47:1008, on why optimal
suppression is hard and why heuristics leak). Absorption avoids the problem instead of repairing it. It
is microaggregation (Defays & Nanopoulos 1993; Domingo-Ferrer & Mateo-Sanz 2002) along a given tree:

    pending(u) = answers given in u + pending of the units below u
    pending(u) >= k  ->  they become u's *piece*, and nothing stays pending
    pending(u) <  k  ->  they stay pending for the unit above
    figure(u)  = figures of the units below u + u's piece

Every figure is then a union of whole pieces, pieces are disjoint, and each holds at least k answers. So
every sum and difference of figures, in whatever combination, is a whole-number combination of pieces, and
what it says does not change when whole answers swap owners within a piece. Price: a figure lacks at
most k - 1 answers, which count higher up; fewer than k that are pending at the root are left out. A unit
with at least k joined answers always has a figure.

All functions are linear in the size of the tree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tbblearn.readiness.rules import Tree


@dataclass(frozen=True, slots=True)
class Folding:
    """A tree without its small leaves. `moved` gives each unit's place in it: itself, or the unit above it."""

    tree: Tree
    moved: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Absorption:
    """The pieces of one pass, in numbers of answers.

    `pieces`: unit -> answers in its piece (at least k). `piece_of`: unit -> unit that holds the piece in
    which answers given in that unit count, or None where they are left out. `figures`: unit -> answers in
    its figure, 0 where nothing is shown. `partial`: shown units of which some answers count only higher up.
    `single`: units whose piece stems from one unit only, their own. `left_out`: answers in no piece.
    """

    k: int
    pieces: Mapping[str, int]
    piece_of: Mapping[str, str | None]
    figures: Mapping[str, int]
    partial: frozenset[str]
    single: frozenset[str]
    left_out: int


def fold(tree: Tree, invited: Mapping[str, int], k: int) -> Folding:
    """Fold every leaf with fewer than k invited into its parent, repeatedly, before anybody answers.

    `invited`: persons invited directly in each unit (missing = 0). The root is never folded. A folded unit
    could never have had a figure, so folding changes no figure of the units that remain.
    """
    _demand_k(k)
    there = {unit: invited.get(unit, 0) for unit in tree.units}
    remaining = {unit: len(tree.children[unit]) for unit in tree.units}
    folded: set[str] = set()
    for unit in reversed(tree.top_down):
        above = tree.parent[unit]
        if above is not None and remaining[unit] == 0 and there[unit] < k:
            there[above] += there[unit]
            remaining[above] -= 1
            folded.add(unit)
    kept = Tree.build((unit, tree.parent[unit]) for unit in tree.units if unit not in folded)
    moved: dict[str, str] = {}
    for unit in tree.top_down:
        above = tree.parent[unit]
        moved[unit] = moved[above] if unit in folded and above is not None else unit
    return Folding(kept, MappingProxyType(moved))


def absorb(tree: Tree, answers: Mapping[str, int], k: int) -> Absorption:
    """One pass from the leaves to the root. `answers`: answers given directly in each unit (missing = 0).

    The second pass, for distributions, is the same function over the pieces of the first:
    `absorb(tree, first.pieces, k_distribution)`; its pieces are then unions of whole pieces.
    """
    _demand_k(k)
    pending = {unit: answers.get(unit, 0) for unit in tree.units}
    sources = {unit: {unit} if pending[unit] else set() for unit in tree.units}
    figures = dict.fromkeys(tree.units, 0)
    pieces: dict[str, int] = {}
    single: set[str] = set()
    partial: set[str] = set()
    left_out = 0
    for unit in reversed(tree.top_down):
        if pending[unit] >= k:
            pieces[unit] = pending[unit]
            figures[unit] += pending[unit]
            if sources[unit] == {unit}:
                single.add(unit)
            pending[unit] = 0
            sources[unit] = set()
        elif pending[unit] and figures[unit]:
            partial.add(unit)
        above = tree.parent[unit]
        if above is None:
            left_out += pending[unit]
        else:
            pending[above] += pending[unit]
            sources[above] |= sources[unit]
            figures[above] += figures[unit]
    piece_of: dict[str, str | None] = {}
    for unit in tree.top_down:
        above = tree.parent[unit]
        piece_of[unit] = unit if unit in pieces else None if above is None else piece_of[above]
    return Absorption(
        k=k,
        pieces=MappingProxyType({unit: pieces[unit] for unit in tree.units if unit in pieces}),
        piece_of=MappingProxyType(piece_of),
        figures=MappingProxyType(figures),
        partial=frozenset(partial),
        single=frozenset(single),
        left_out=left_out,
    )


def same_as(tree: Tree, absorption: Absorption) -> Mapping[str, str]:
    """Units whose figure equals one child's -> that child: no other answers count there."""
    same: dict[str, str] = {}
    for unit in tree.units:
        shown = [child for child in tree.children[unit] if absorption.figures[child]]
        if len(shown) == 1 and unit not in absorption.pieces:
            same[unit] = shown[0]
    return MappingProxyType(same)


def _demand_k(k: int) -> None:
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
