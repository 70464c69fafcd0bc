"""What is published: whole answers may swap owners within a piece, and every byte stays the same."""

import json
import random
from collections.abc import Mapping
from fractions import Fraction as F

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tbblearn.readiness.figures.absorption import absorb
from tbblearn.readiness.figures.fall_back import audited_publication
from tbblearn.readiness.figures.publish import Coarseness, Collected, Publication, publish
from tbblearn.readiness.figures.scoring import Scorer, Unanswered, Values
from tbblearn.readiness.rules import Family, Kind, Measure, Part, Tree
from tbblearn.surveys.instruments import parse_instrument
from tests.readiness.counties import ORIC, closed, random_county
from tests.surveys.test_instruments import WEEK


def as_bytes(tree: Tree, publication: Publication) -> bytes:
    return json.dumps([row.as_json() for row in publication.rows], ensure_ascii=False).encode()


def swapped(tree: Tree, answers: Mapping[str, list[Values]], k: int, rng: random.Random) -> dict[str, list[Values]]:
    """The same county after whole answers have swapped owners within each piece."""
    found = absorb(tree, {unit: len(given) for unit, given in answers.items()}, k)
    dealt: dict[str, list[Values]] = {}
    for piece in {*found.piece_of.values()} - {None}:
        units = [unit for unit in answers if found.piece_of[unit] == piece]
        pool = [values for unit in units for values in answers[unit]]
        rng.shuffle(pool)
        for unit in units:
            dealt[unit] = [pool.pop() for _ in answers[unit]]
    return dealt | {unit: given for unit, given in answers.items() if unit not in dealt}


def published(tree: Tree, answers: Mapping[str, list[Values]], k: int = 5, k_distribution: int = 10) -> Publication:
    return publish(ORIC, closed(tree, answers, k), k, k_distribution)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**9), st.integers(5, 8), st.integers(0, 7))
def test_swapping_whole_answers_within_pieces_leaves_every_byte(seed, k, more):
    rng = random.Random(seed)
    tree, answers = random_county(rng, most_units=25, most_answers=300)
    other = swapped(tree, answers, k, rng)
    assert as_bytes(tree, published(tree, answers, k, k + more)) == as_bytes(tree, published(tree, other, k, k + more))


def test_figures_of_units_own_answers_are_caught_by_swapping():
    """Weak: no absorption. Means of a joint piece's units change when answers swap owners within the piece."""
    tree = Tree.build([("r", None), ("a", "r"), ("b", "r")])
    low, high = (1,) * 12, (5,) * 12
    answers: dict[str, list[Values]] = {"a": [low] * 4, "b": [high] * 4}
    other: dict[str, list[Values]] = {"a": [high] * 4, "b": [low] * 4}  # a swap within r's piece
    weak = [Collected(tree, given, {"a": 7, "b": 7}) for given in (answers, other)]
    with pytest.raises(ValueError, match="not in pieces"):
        publish(ORIC, weak[0], 5, 10)
    assert as_bytes(tree, published(tree, answers)) == as_bytes(tree, published(tree, other))
    own_means = [
        {unit: sum(value or 0 for values in given for value in values) for unit, given in one.responses.items()}
        for one in weak
    ]
    assert own_means[0] != own_means[1]


def test_a_small_county_worked_by_hand():
    # a: 12 answers, C items all 4 and E items all 3; b: 6 answers, all 5; r: none. k 5 and 10.
    # means: a 12 (one decimal), b 6 (halves), r 18: C (12*4 + 6*5)/18 = 4.33 -> 4.3; E (12*3 + 6*5)/18 = 3.67 -> 3.7.
    # printed: a 10 (14 invited), b 5 (8 invited), r 15. distributions: a 10; b's 5 go up and stay pending at r, below
    # 10; so r's figure is a's, and shown there.
    tree = Tree.build([("r", None), ("a", "r"), ("b", "r")])
    scale_of = {position: scale for scale, items in ORIC.scales.items() for position in items}
    first = tuple(4 if scale_of[position] == "commitment" else 3 for position in range(12))
    answers: dict[str, list[Values]] = {"a": [first] * 12, "b": [(5,) * 12] * 6}
    rows = published(tree, answers).rows
    means = {(row.unit, row.scale): (row.kind, row.value) for row in rows if row.measure is Measure.MEAN}
    assert means == {
        ("a", "commitment"): (Kind.ONE_DECIMAL, "4.0"),
        ("a", "efficacy"): (Kind.ONE_DECIMAL, "3.0"),
        ("b", "commitment"): (Kind.HALF, ">=4.5"),
        ("b", "efficacy"): (Kind.HALF, ">=4.5"),
        ("r", "commitment"): (Kind.ONE_DECIMAL, "4.3"),
        ("r", "efficacy"): (Kind.ONE_DECIMAL, "3.7"),
    }
    n = {(row.unit, row.family): row.value for row in rows if row.measure is Measure.N}
    assert n == {
        ("r", Family.MEANS): "15",
        ("a", Family.MEANS): "10",
        ("b", Family.MEANS): "5",
        ("a", Family.DISTRIBUTIONS): "10",
    }
    same = [(row.unit, row.family, row.value) for row in rows if row.measure is Measure.SAME_AS]
    assert same == [("r", Family.DISTRIBUTIONS, "a")]
    shares = {(row.item, row.part): row.value for row in rows if row.unit == "a" and row.measure is Measure.SHARE}
    assert shares["C1", Part.HIGH] == "80-100"
    assert shares["E1", Part.LOW] == shares["E1", Part.HIGH] == "0-20"
    assert ("E1", Part.MIDDLE) not in shares
    assert {row.value for row in rows if row.measure is Measure.AGREEMENT} == {"agree"}
    assert not [row for row in rows if row.family is Family.OVERALL]


def test_a_near_unanimous_figure_falls_back_until_the_audit_passes():
    # b's 10 answers are all 5 and a's 10 all 1: r's tens and one-decimal means minus a's give b away.
    rng = random.Random(11)
    for _ in range(6):
        tree, answers = random_county(rng, most_units=40, most_answers=700)
        found = audited_publication(ORIC, closed(tree, answers, 5), 5, 10, 60.0)
        assert found.report.passed
        levels = set(found.fallen_back.values())
        assert levels <= {Coarseness.COARSER, Coarseness.WITHHELD}


def test_falling_back_makes_means_halves_and_shares_bands_and_then_nothing():
    tree = Tree.build([("r", None)])
    wave = closed(tree, {"r": [(4,) * 12, (2,) * 12] * 60})
    for family, fine, coarse in (
        (Family.MEANS, Kind.ONE_DECIMAL, Kind.HALF),
        (Family.DISTRIBUTIONS, Kind.FIVES, Kind.BAND),
    ):
        kinds = []
        for level in Coarseness:
            rows = publish(ORIC, wave, 5, 10, {("r", family): level}).rows
            kinds.append({r.kind for r in rows if r.family is family and r.measure in (Measure.MEAN, Measure.SHARE)})
        assert kinds == [{fine}, {coarse}, set()]


def test_overall_statistics_need_a_hundred_answers_and_ten_units():
    rng = random.Random(2)
    tree = Tree.build([("r", None), *((f"u{n}", "r") for n in range(10))])

    def overall(units: int, each: int) -> dict[tuple[str | None, str | None], str]:
        answers: dict[str, list[Values]] = {
            f"u{n}": [tuple(rng.randint(1, 5) for _ in range(12)) for _ in range(each)] for n in range(units)
        }
        rows = published(tree, answers).rows
        return {(row.scale, row.statistic): row.value for row in rows if row.family is Family.OVERALL}

    assert overall(9, 20) == {}
    assert overall(10, 9) == {}
    found = overall(10, 10)
    names = {"alpha", "alpha_low", "alpha_high", "omega", "icc1", "icc2", "s_w", "rwg_j", "r_star_wg_j", "ad_m"}
    names |= {f"reliability_{n}" for n in (5, 10, 20, 30)}
    assert {name for scale, name in found if scale == "efficacy"} == names
    assert (None, "correlation_commitment_efficacy") in found
    assert all(F(value).denominator in (1, 2, 4, 5, 10, 20, 25, 50, 100) for value in found.values())


@pytest.mark.parametrize(("k", "k_distribution"), [(4, 10), (6, 5)])
def test_limits_that_must_not_be_are_refused(k, k_distribution):
    with pytest.raises(ValueError, match="limits"):
        publish(ORIC, closed(Tree.build([("r", None)]), {}, 5), k, k_distribution)


def test_an_empty_county_publishes_nothing():
    tree = Tree.build([("r", None), ("a", "r")])
    for answers in (dict[str, list[Values]](), {"a": [(3,) * 12] * 4}):
        assert published(tree, answers).rows == ()  # type: ignore[arg-type]


def test_scoring_the_second_instrument():
    week = Scorer(parse_instrument(WEEK.read_text(encoding="utf-8"), WEEK.name))
    # W2 is reversed: 5 becomes 1. "nr" is an answer without a value. Printed order is W2, L1, W1.
    assert week.read(["5", "10", "4"]) == (1, 10, 4)
    assert week.read(["nr", "0", " 4 "]) == (None, 0, 4)
    assert week.read(["2", "", "4"]) == Unanswered()
    values = week.read(["nr", "0", "4"])
    assert not isinstance(values, Unanswered)
    assert F(week.score(values, "work") or 0, week.common) == 4
    assert week.score((None, 3, None), "work") is None
    with pytest.raises(ValueError, match="five-point"):
        publish(week, closed(Tree.build([("r", None)]), {}, 5), 5, 10)
