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

Every figure is then a union of whole pieces, pieces are disjoint, and each holds at least k answers. So every sum and
difference of figures is a whole-number combination of pieces, and does not change when whole answers swap owners within
a piece. The price: a figure lacks at most k - 1 answers, which count higher up; fewer than k that are pending at the
root are left out. A unit with at least k joined answers always has a figure.

Folding also hides who took part: before anybody answers, groups of too few invited persons join the unit above, so that
every group from which answers come has room for `margin` persons more than the limit (`fold`). After that only two
things tell of it: which units have a piece, and each piece's printed size (`coarsening.printed_size`).
docs/readiness-method.md has the rule, and why nobody can be sure of anybody.

All functions are linear in the size of the tree.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tbblearn.readiness.rules import LEAST_MARGIN, Tree


@dataclass(frozen=True, slots=True)
class Folding:
    """A tree in which every unit that has invitees of its own has enough of them.

    `moved`: each unit of the tree before -> itself, or the nearest unit above it in which those invited there count.
    `top_into`: the unit in which those who came to the top count, where even they are too few; else None.
    `invited`: each unit of `tree` -> how many count there directly; 0, or at least k + margin (a tree of one unit may
    hold fewer).
    """

    tree: Tree
    moved: Mapping[str, str]
    top_into: str | None
    invited: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Absorption:
    """The pieces of one pass, in numbers of answers.

    `pieces`: unit -> answers in its piece (at least k). `piece_of`: unit -> the unit in whose piece answers given there
    count, or None where they are left out. `figures`: unit -> answers in its figure, 0 where nothing is shown.
    """

    pieces: Mapping[str, int]
    piece_of: Mapping[str, str | None]
    figures: Mapping[str, int]


def fold(tree: Tree, invited: Mapping[str, int], k: int, margin: int = LEAST_MARGIN) -> Folding:
    """Join groups of fewer than k + margin invited persons with the unit above, by invited alone.

    `invited`: persons invited directly in each unit (missing = 0). From the leaves up, a unit's own count in the unit
    above if they are too few. If those of the top are too few, they count in the unit below it with the most (on a tie
    the first by id). Units in and below which nobody counts are left out of the tree.
    """
    _demand_k(k)
    (root,) = tree.roots
    there = {unit: invited.get(unit, 0) for unit in tree.units}
    small: set[str] = set()
    for unit in reversed(tree.top_down):
        above = tree.parent[unit]
        if above is not None and 0 < there[unit] < k + margin:
            there[above], there[unit] = there[above] + there[unit], 0
            small.add(unit)
    largest = min(tree.units, key=lambda unit: (unit == root, -there[unit], unit))
    top_into = largest if 0 < there[root] < k + margin and largest != root and there[largest] else None
    if top_into is not None:
        there[top_into], there[root] = there[top_into] + there[root], 0
    kept = {root, *(step for unit in tree.units if there[unit] for step in tree.upwards(unit))}
    moved: dict[str, str] = {}
    for unit in tree.top_down:
        above = tree.parent[unit]
        stays = above is None or (unit in kept and unit not in small)
        moved[unit] = unit if stays else moved[above or root]
    folded = Tree.build((unit, tree.parent[unit]) for unit in tree.units if unit in kept)
    numbers = {unit: there[unit] for unit in folded.units}
    return Folding(folded, MappingProxyType(moved), top_into, MappingProxyType(numbers))


def absorb(tree: Tree, answers: Mapping[str, int], k: int) -> Absorption:
    """One pass from the leaves to the root. `answers`: answers given directly in each unit (missing = 0).

    The second pass, for distributions, is the same function over the printed sizes of the first one's pieces, with a
    limit of its own; its pieces are unions of whole pieces.
    """
    _demand_k(k)
    pending = {unit: answers.get(unit, 0) for unit in tree.units}
    figures = dict.fromkeys(tree.units, 0)
    pieces: dict[str, int] = {}
    for unit in reversed(tree.top_down):
        if pending[unit] >= k:
            pieces[unit] = pending[unit]
            figures[unit] += pending[unit]
            pending[unit] = 0
        above = tree.parent[unit]
        if above is not None:
            pending[above] += pending[unit]
            figures[above] += figures[unit]
    return Absorption(
        pieces=MappingProxyType({unit: pieces[unit] for unit in tree.units if unit in pieces}),
        piece_of=MappingProxyType(holders(tree, pieces)),
        figures=MappingProxyType(figures),
    )


def holders(tree: Tree, pieces: Collection[str]) -> dict[str, str | None]:
    """Each unit -> the nearest unit at or above it with a piece, where answers given in it count; None without any."""
    found: dict[str, str | None] = {}
    for unit in tree.top_down:
        above = tree.parent[unit]
        found[unit] = unit if unit in pieces else None if above is None else found[above]
    return found


def single(tree: Tree, pieces: Collection[str], invited: Mapping[str, int]) -> frozenset[str]:
    """Units whose piece stems from that unit alone: nobody is invited in any other whose answers would count in it.

    By who was invited, never by who answered: that would tell that nobody in a unit below did.
    """
    sources: dict[str, set[str]] = {unit: set() for unit in pieces}
    for unit, holder in holders(tree, pieces).items():
        if holder is not None and invited.get(unit, 0):
            sources[holder].add(unit)
    return frozenset(unit for unit, found in sources.items() if found == {unit})


def same_as(tree: Tree, absorption: Absorption) -> Mapping[str, str]:
    """Units without a piece and with one shown unit right below -> the unit that shows the same figure."""
    same: dict[str, str] = {}
    for unit in reversed(tree.top_down):
        shown = [child for child in tree.children[unit] if absorption.figures[child]]
        if len(shown) == 1 and unit not in absorption.pieces:
            same[unit] = same.get(shown[0], shown[0])
    return MappingProxyType(same)


def _demand_k(k: int) -> None:
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
