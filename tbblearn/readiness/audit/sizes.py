"""What the rows must say of how many answered, derived again from who was invited and which pieces there are.

Independent of the code that made the rows, as all of the audit. Two things tell of who took part: which units have a
piece, and each piece's printed size, the greatest of its unit's edges that the answers reach. Edges are public: k, and
10, 15, 20, 30, 50, 100, 150 ... above k that leave room for `margin` of the unit's own invitees not to have answered.
All else about sizes follows from printed sizes: n, kinds, pieces of distributions, limits.

In a file without `invited`, of answers alone, the exact sizes take their place, as the finest that rows may go by.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count, takewhile

from tbblearn.readiness.audit.rows import AuditFile, figures_of
from tbblearn.readiness.rules import Family, Tree


@dataclass(frozen=True)
class Sizes:
    """The sizes that rows go by: of pieces and figures in each family, and units that only point at one below them.

    `singles`: how many pieces of means can stem from one unit's own invitees only. `told`: n must be exactly the
    figure's size; otherwise it may be anything from k to that.
    """

    pieces: Mapping[Family, Mapping[str, int]]
    figures: Mapping[Family, Mapping[str, int]]
    links: Mapping[Family, Mapping[str, str]]
    singles: int
    told: bool


def edges_of(file: AuditFile, unit: str) -> list[int]:
    """The printed sizes that a piece of the unit may have, rising. The file must have `invited`."""
    assert file.invited is not None
    most = file.invited.get(unit, 0) - file.margin
    rising = [10, 15, 20, 30, *takewhile(lambda edge: edge <= most, count(50, 50))]
    return [file.k, *(edge for edge in rising if file.k < edge <= most)]


def sizes_of(file: AuditFile) -> Sizes:
    """What the rows of this file must go by."""
    exact = file.pieces[Family.MEANS]
    if file.invited is None:
        pieces = {family: dict(file.pieces[family]) for family in file.pieces}
        singles = len(exact)
    else:
        printed = {unit: max([file.k, *(e for e in edges_of(file, unit) if e <= n)]) for unit, n in exact.items()}
        pieces = {Family.MEANS: printed, Family.DISTRIBUTIONS: _second_pass(file.tree, printed, file.k_distribution)}
        singles = sum(_sources(file, unit) == [unit] for unit in exact)
    figures = {family: figures_of(file.tree, sizes) for family, sizes in pieces.items()}
    links = {family: _links(file.tree, pieces[family], figures[family]) for family in pieces}
    return Sizes(pieces, figures, links, singles, told=file.invited is not None)


def region(tree: Tree, pieces: Mapping[str, int], unit: str) -> Sequence[str]:
    """The unit and all below it whose answers are counted no lower than in it."""
    found, waiting = [], [unit]
    while waiting:
        step = waiting.pop()
        found.append(step)
        waiting.extend(child for child in tree.children[step] if child not in pieces)
    return found


def _sources(file: AuditFile, unit: str) -> list[str]:
    """The units whose invitees' answers can be in this unit's piece."""
    assert file.invited is not None
    return [one for one in region(file.tree, file.pieces[Family.MEANS], unit) if file.invited.get(one, 0)]


def _second_pass(tree: Tree, printed: Mapping[str, int], least: int) -> dict[str, int]:
    pending = dict.fromkeys(tree.units, 0) | dict(printed)
    pieces: dict[str, int] = {}
    for unit in reversed(tree.top_down):
        above = tree.parent[unit]
        if pending[unit] >= least:
            pieces[unit] = pending[unit]
        elif above is not None:
            pending[above] += pending[unit]
    return pieces


def _links(tree: Tree, pieces: Mapping[str, int], figures: Mapping[str, int]) -> dict[str, str]:
    links: dict[str, str] = {}
    for unit in reversed(tree.top_down):
        shown = [child for child in tree.children[unit] if figures[child]]
        if unit not in pieces and len(shown) == 1:
            links[unit] = links.get(shown[0], shown[0])
    return links
