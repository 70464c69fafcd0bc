"""A reader who subtracts: the smallest group that sums and differences of shown figures single out.

Figures are sets of atoms (say, the answers given in one unit). A combination of figures with whole coefficients that
comes out as a plain set of atoms is a group whose sum the reader knows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from tbblearn.readiness.figures.absorption import Absorption
from tbblearn.readiness.rules import Tree


def smallest_group(figures: Collection[frozenset[str]], sizes: Mapping[str, int], below: int) -> int | None:
    """The size of the smallest group of fewer than `below` answers that can be singled out, or None.

    Exact over all combinations with coefficients -1, 0 and 1, by mixed integer programming (HiGHS).
    """
    distinct = sorted(set(figures), key=sorted)
    together: dict[tuple[int, ...], int] = {}
    for atom, size in sizes.items():
        signature = tuple(int(atom in figure) for figure in distinct)
        if size and any(signature):
            together[signature] = together.get(signature, 0) + size
    small = [size < below for size in together.values()]
    if not any(small):
        return None
    used = np.array(list(together), dtype=float)
    atoms, shown = used.shape
    group = np.array(list(together.values()), dtype=float)
    constraints = [
        LinearConstraint(np.hstack([used, -np.eye(atoms)]), 0, 0),
        LinearConstraint(np.concatenate([np.zeros(shown), group])[None, :], 1, below - 1),
    ]
    answer = milp(
        np.concatenate([np.zeros(shown), group]),
        integrality=np.ones(shown + atoms, dtype=int),
        bounds=Bounds(
            np.concatenate([-np.ones(shown), np.zeros(atoms)]), np.concatenate([np.ones(shown), np.array(small, float)])
        ),
        constraints=constraints,
    )
    assert answer.status in (0, 2), answer.message
    return round(answer.fun) if answer.status == 0 else None


def shown_figures(tree: Tree, absorption: Absorption) -> dict[str, frozenset[str]]:
    """The units whose own answers each shown figure holds, from where absorption puts them."""
    held: dict[str, set[str]] = {unit: set() for unit in tree.units}
    for unit, piece in absorption.piece_of.items():
        if piece is not None:
            for above in tree.upwards(piece):
                held[above].add(unit)
    return {unit: frozenset(atoms) for unit, atoms in held.items() if absorption.figures[unit]}


def joined(tree: Tree) -> dict[str, frozenset[str]]:
    """Each unit with all units below it."""
    held: dict[str, set[str]] = {unit: set() for unit in tree.units}
    for unit in tree.units:
        for above in tree.upwards(unit):
            held[above].add(unit)
    return {unit: frozenset(atoms) for unit, atoms in held.items()}


def without_absorption(tree: Tree, answers: Mapping[str, int], k: int) -> dict[str, frozenset[str]]:
    """Weak: show every unit that has k joined answers, with all of them."""
    return {unit: atoms for unit, atoms in joined(tree).items() if sum(answers.get(a, 0) for a in atoms) >= k}


def hiding_the_next_sibling(tree: Tree, answers: Mapping[str, int], k: int) -> dict[str, frozenset[str]]:
    """Weak: as above, but where one child alone is hidden, its smallest shown sibling is hidden too."""
    total = {unit: sum(answers.get(a, 0) for a in atoms) for unit, atoms in joined(tree).items()}
    shown = {unit for unit in tree.units if total[unit] >= k}
    for unit in tree.units:
        children = [child for child in tree.children[unit] if total[child]]
        hidden = [child for child in children if child not in shown]
        rest = sorted((child for child in children if child in shown), key=lambda child: total[child])
        if len(hidden) == 1 and rest:
            shown.discard(rest[0])
    return {unit: atoms for unit, atoms in joined(tree).items() if unit in shown}
