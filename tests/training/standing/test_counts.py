"""Nobody's status can be worked out from what is shown without names: every sum and difference is tried."""

from dataclasses import dataclass, field
from itertools import product

import pytest

from tbblearn.training.standing.counts import LEAST, shown_lines

SIZES = (0, 1, 4, 5, 6, 11)


@dataclass
class Tree:
    """A unit with those employed in it and the units below."""

    own: int
    below: list["Tree"] = field(default_factory=list)

    @property
    def base(self) -> int:
        return self.own + sum(child.base for child in self.below)


def shown(tree: Tree) -> list[frozenset[int]]:
    """The groups of persons whose figures are shown on any page, each as the persons' numbers."""
    numbers = iter(range(10_000))
    found: list[frozenset[int]] = []

    def walk(unit: Tree, visible: bool) -> frozenset[int]:
        staff = frozenset(next(numbers) for _ in range(unit.own))
        lines = shown_lines(unit.base, {at: child.base for at, child in enumerate(unit.below)}, unit.own)
        for at, child in enumerate(unit.below):
            staff |= walk(child, visible and at in lines)
        if visible:
            found.append(staff)
        return staff

    walk(tree, tree.base >= LEAST)
    return found


def differences(groups: list[frozenset[int]]) -> set[frozenset[int]]:
    """Every group of persons that adding and taking away of the shown groups can give."""
    known = set(groups)
    while True:
        new = {
            result
            for a, b in product(known, known)
            for result in ((a - b) if b <= a else None, (a | b) if not a & b else None)
            if result
        }
        if new <= known:
            return known
        known |= new


def trees() -> list[Tree]:
    flat = [Tree(own, [Tree(a), Tree(b)]) for own, a, b in product(SIZES, repeat=3)]
    deep = [
        Tree(own, [Tree(mid, [Tree(a), Tree(b)]), Tree(c)])
        for own, mid, a, b, c in product((0, 1), (0, 3), (2, 5, 6), (0, 3, 7), (0, 2, 8))
    ]
    return flat + deep


def test_nothing_below_five_comes_out_of_any_subtraction() -> None:
    for tree in trees():
        small = [group for group in differences(shown(tree)) if len(group) < LEAST]
        assert small == [], tree


@pytest.mark.parametrize(
    ("total", "bases", "own", "expected"),
    [
        (20, {1: 10, 2: 10}, 0, {1, 2}),
        (13, {1: 10, 2: 3}, 0, set()),
        (23, {1: 10, 2: 10, 3: 3}, 0, {1}),
        (21, {1: 10, 2: 10}, 1, {1}),
        (16, {1: 10, 2: 3, 3: 3}, 0, {1}),
        (4, {1: 4}, 0, set()),
        (5, {1: 5}, 0, {1}),
        (12, {1: 10, 2: 10}, 0, set()),
    ],
)
def test_the_smallest_shown_gives_cover(total: int, bases: dict[int, int], own: int, expected: set[int]) -> None:
    assert shown_lines(total, bases, own) == expected
