"""Absorption: its promises for any tree and any numbers, and the weak variants that break them."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tbblearn.readiness.figures.absorption import absorb, fold, same_as, single
from tbblearn.readiness.rules import Tree, TreeFault
from tests.readiness.adversary import (
    hiding_the_next_sibling,
    joined,
    shown_figures,
    smallest_group,
    without_absorption,
)


@st.composite
def counties(draw: st.DrawFn, most_units: int = 14) -> tuple[Tree, dict[str, int]]:
    size = draw(st.integers(1, most_units))
    pairs: list[tuple[str, str | None]] = [("u0", None)]
    pairs += [(f"u{n}", f"u{draw(st.integers(0, n - 1))}") for n in range(1, size)]
    counts = draw(st.lists(st.integers(0, 13), min_size=size, max_size=size))
    return Tree.build(pairs), {f"u{n}": count for n, count in enumerate(counts)}


LIMITS = st.integers(2, 12)


def total(tree: Tree, answers: Mapping[str, int]) -> dict[str, int]:
    return {unit: sum(answers[a] for a in atoms) for unit, atoms in joined(tree).items()}


def test_a_small_county_worked_by_hand():
    # county 2 | north 1 -> a 7, b 3 | south 0 -> c 4, d 4 | west 0 -> e 2, k = 5.
    # a >= 5: piece 7. b 3 goes up: north has 1 + 3 = 4 pending, goes up. c, d: 4 + 4 = 8 is south's piece.
    # e 2 goes up through west. county: 2 + 4 + 0 + 2 = 8 is its piece.
    above: dict[str, str | None] = {"county": None, "north": "county", "a": "north", "b": "north"}
    above |= {"south": "county", "c": "south", "d": "south", "west": "county", "e": "west"}
    tree = Tree.build(above.items())
    found = absorb(tree, {"county": 2, "north": 1, "a": 7, "b": 3, "c": 4, "d": 4, "e": 2}, 5)
    assert dict(found.pieces) == {"county": 8, "a": 7, "south": 8}
    assert found.piece_of["b"] == found.piece_of["e"] == "county"
    assert found.piece_of["c"] == "south"
    figures = {"county": 23, "north": 7, "a": 7, "b": 0, "south": 8, "c": 0, "d": 0, "west": 0, "e": 0}
    assert dict(found.figures) == figures
    assert single(tree, found.pieces, {"county": 2, "north": 1, "a": 7, "b": 3, "c": 4, "d": 4, "e": 2}) == {"a"}
    assert dict(same_as(tree, found)) == {"north": "a"}
    second = absorb(tree, found.pieces, 10)
    assert dict(second.pieces) == {"county": 23}


@given(counties(), LIMITS)
def test_every_piece_holds_at_least_k(county, k):
    tree, answers = county
    found = absorb(tree, answers, k)
    assert all(n >= k for n in found.pieces.values())
    assert 0 <= sum(answers.values()) - sum(found.pieces.values()) < k


@given(counties(), LIMITS)
def test_every_unit_with_k_joined_answers_is_shown_and_lacks_fewer_than_k(county, k):
    tree, answers = county
    found = absorb(tree, answers, k)
    for unit, n in total(tree, answers).items():
        assert (found.figures[unit] > 0) == (n >= k)
        if n >= k:
            assert 0 <= n - found.figures[unit] <= k - 1


@settings(max_examples=60, deadline=None)
@given(counties(), st.integers(2, 8), st.integers(0, 6))
def test_no_difference_of_anything_shown_is_below_k(county, k, more):
    tree, answers = county
    means = absorb(tree, answers, k)
    distributions = absorb(tree, means.pieces, k + more)
    figures = list(shown_figures(tree, means).values())
    for _, atoms in shown_figures(tree, distributions).items():
        figures.append(frozenset(unit for unit in tree.units if means.piece_of[unit] in atoms))
    assert smallest_group(figures, answers, k) is None


@given(counties(), LIMITS, st.integers(0, 8))
def test_the_second_pass_joins_whole_pieces(county, k, more):
    tree, answers = county
    first = absorb(tree, answers, k)
    second = absorb(tree, first.pieces, k + more)
    for unit, n in second.pieces.items():
        assert n == sum(size for piece, size in first.pieces.items() if second.piece_of[piece] == unit)
        assert n >= k + more


@given(counties(), LIMITS)
def test_absorbing_pieces_again_changes_nothing(county, k):
    tree, answers = county
    first = absorb(tree, answers, k)
    again = absorb(tree, first.pieces, k)
    assert again.pieces == first.pieces
    assert again.figures == first.figures


@given(counties(), LIMITS, st.integers(0, 8))
def test_a_greater_k_shows_no_unit_more(county, k, more):
    tree, answers = county
    fewer, all_shown = absorb(tree, answers, k + more), absorb(tree, answers, k)
    assert {unit for unit, n in fewer.figures.items() if n} <= {unit for unit, n in all_shown.figures.items() if n}


@given(counties(), LIMITS, st.integers(0, 3))
def test_folding_leaves_nobody_in_too_small_a_group(county, k, margin):
    tree, invited = county
    folding = fold(tree, invited, k, margin)
    for unit in folding.tree.units:
        own = tree.roots[0] if unit == folding.top_into else None if unit in tree.roots and folding.top_into else unit
        there = sum(n for source, n in invited.items() if folding.moved[source] in {unit, own} and own is not None)
        assert folding.invited[unit] == there
        assert there == 0 or there >= k + margin or folding.tree.units == (unit,)
        assert folding.tree.children[unit] or there or folding.tree.units == (unit,)
    assert sum(folding.invited.values()) == sum(invited.values())


@given(counties(), LIMITS)
def test_folding_again_changes_nothing(county, k):
    tree, invited = county
    once = fold(tree, invited, k)
    again = fold(once.tree, once.invited, k)
    assert (again.tree.units, again.invited) == (once.tree.units, once.invited)


def test_figures_that_equal_a_childs_say_so():
    tree = Tree.build([("r", None), ("a", "r"), ("b", "a"), ("c", "r")])
    found = absorb(tree, {"b": 6, "c": 6, "r": 1}, 5)
    assert dict(same_as(tree, found)) == {"a": "b"}
    # Further up it is still b that shows it.
    found = absorb(tree, {"b": 6, "c": 2, "r": 1}, 5)
    assert dict(same_as(tree, found)) == {"a": "b", "r": "b"}


@pytest.mark.parametrize(
    ("pairs", "position", "says"),
    [
        ([("a", None), ("a", None)], 1, "twice"),
        ([("a", None), ("b", "x")], 1, "not among"),
        ([("a", "b"), ("b", "a")], 0, "circle"),
        ([("r", None), ("a", "a")], 1, "circle"),
    ],
)
def test_units_that_make_no_tree_are_named(pairs, position, says):
    with pytest.raises(TreeFault, match=says) as caught:
        Tree.build(pairs)
    assert caught.value.position == position


def test_an_empty_tree_and_an_empty_unit_have_no_figures():
    assert dict(absorb(Tree.build([]), {}, 5).figures) == {}
    assert dict(absorb(Tree.build([("a", None)]), {}, 5).figures) == {"a": 0}


def test_a_tree_of_ten_thousand_levels_is_no_trouble():
    pairs: list[tuple[str, str | None]] = [("u0", None)]
    pairs += [(f"u{n}", f"u{n - 1}") for n in range(1, 10_000)]
    found = absorb(Tree.build(pairs), {"u9999": 4, "u5000": 3}, 5)
    assert dict(found.pieces) == {"u5000": 7}


# The weak variants, each caught by the reader who subtracts.

TREE = Tree.build([("r", None), ("a", "r"), ("a1", "a"), ("b", "r"), ("c", "r")])
ANSWERS = {"r": 0, "a": 0, "a1": 9, "b": 2, "c": 20}


def test_no_absorption_is_caught():
    # r 31, a 9, a1 9, c 20 are shown, b is not: r - a - c = 2 answers.
    assert smallest_group(list(without_absorption(TREE, ANSWERS, 5).values()), ANSWERS, 5) == 2


def test_hiding_the_next_sibling_is_caught():
    # b is hidden, so its smallest sibling a is hidden too; but r - a1 - c = 2 answers all the same.
    figures = hiding_the_next_sibling(TREE, ANSWERS, 5)
    assert "a" not in figures
    assert smallest_group(list(figures.values()), ANSWERS, 5) == 2


def test_two_k_on_one_file_are_caught():
    # k = 5: x 5 and y 9 are pieces, m's own 3 go up: m shows 14. k = 7: x 5 and m 3 make a piece of 8: m shows 17.
    # Each alone is safe; together they give away m's own 3.
    tree = Tree.build([("r", None), ("m", "r"), ("x", "m"), ("y", "m")])
    answers = {"r": 9, "m": 3, "x": 5, "y": 9}
    five, seven = absorb(tree, answers, 5), absorb(tree, answers, 7)
    assert smallest_group(list(shown_figures(tree, five).values()), answers, 5) is None
    assert smallest_group(list(shown_figures(tree, seven).values()), answers, 7) is None
    both = [*shown_figures(tree, five).values(), *shown_figures(tree, seven).values()]
    assert smallest_group(both, answers, 5) == 3


def test_absorption_is_not_caught_where_they_are():
    for k in (5, 7):
        assert smallest_group(list(shown_figures(TREE, absorb(TREE, ANSWERS, k)).values()), ANSWERS, k) is None
