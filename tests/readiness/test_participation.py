"""Who took part stays unknown: the rule on random counties, its weak variants, and the audit's own check of it."""

import json
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import pairwise, product
from typing import Any

import pytest

from tbblearn.readiness.audit.check import audit
from tbblearn.readiness.audit.participation import took_part
from tbblearn.readiness.audit.reading import read_audit_file
from tbblearn.readiness.figures import publish as figures
from tbblearn.readiness.figures.absorption import fold, single
from tbblearn.readiness.figures.coarsening import coarse_shares, edges, fresh_draw, printed_size, rate_band
from tbblearn.readiness.figures.fall_back import as_audit_file, audit_file, audited_publication
from tbblearn.readiness.figures.publish import Collected, Publication, by_piece, publish
from tbblearn.readiness.figures.scoring import Values
from tbblearn.readiness.rules import Family, Kind, Measure, Part, Tree
from tests.readiness.counties import ORIC
from tests.readiness.faulty_builds import swapped
from tests.readiness.participation import (
    WEAK,
    Build,
    Folded,
    decided,
    extremes_take_part,
    falling_back_for_participation,
    flips_seen,
    pieces_read,
    random_county,
    said_of,
    some_take_part,
    span,
    top_not_folded,
)
from tests.readiness.participation import product as rule

K, MARGIN = 5, 2


def answers(rng: random.Random, taking: dict[str, int]) -> dict[str, list[Values]]:
    return {
        unit: [tuple(rng.choice((2, 3, 3, 4, 4, 5)) for _ in range(12)) for _ in range(n)] for unit, n in taking.items()
    }


def published(folded: Folded, given: dict[str, list[Values]]) -> tuple[Collected, Publication]:
    collected = Collected(folded.tree, by_piece(folded.tree, given, K), folded.invited)
    return collected, publish(ORIC, collected, K, 10)


@pytest.mark.parametrize("take_part", [some_take_part, extremes_take_part])
def test_nobody_can_be_sure_of_anybody_by_all_published_rows(take_part):
    rng = random.Random(f"{take_part.__name__}")
    for _ in range(6):
        folded = rule(random_county(rng))
        taking = take_part(rng, folded.invited)
        _collected, publication = published(folded, answers(rng, taking))
        pieces = pieces_read(folded.tree, publication.rows)
        assert pieces == folded.listing(taking)
        said = list(said_of(folded.tree, pieces, K, folded.edges))
        assert decided(folded.invited, taking, said) == []


def test_everything_said_is_the_same_whether_all_all_but_one_or_all_but_two_take_part():
    rng = random.Random(3)
    for _ in range(60):
        folded = rule(random_county(rng))
        tried, seen = flips_seen(folded, some_take_part(rng, folded.invited))
        assert tried
        assert not seen


def but_values(publication: Publication) -> str:
    """The rows without the values that are made from what was said, and the middles that follow from them."""
    values = (Measure.MEAN, Measure.SHARE, Measure.AGREEMENT, Measure.STATISTIC)
    rows = [row for row in publication.rows if row.part is not Part.MIDDLE]
    return json.dumps([(replace(row, value="") if row.measure in values else row).as_json() for row in rows])


def test_no_byte_but_values_differs_between_all_all_but_one_and_all_but_two():
    rng = random.Random(4)
    for _ in range(2):
        folded = rule(random_county(rng))
        taking = some_take_part(rng, folded.invited)
        for unit, there in folded.invited.items():
            if there:
                given = answers(rng, {**taking, unit: there})
                takes = [{**given, unit: given[unit][: there - less]} for less in range(MARGIN + 1)]
                assert len({but_values(published(folded, one)[1]) for one in takes}) == 1


@pytest.mark.parametrize("build", WEAK, ids=lambda build: build.__name__)
def test_weak_builds_are_caught(build: Build):
    rng = random.Random(5)
    sure = seen = 0
    for _ in range(60):
        folded = build(random_county(rng))
        taking = extremes_take_part(rng, folded.invited)
        seen += flips_seen(folded, taking)[1]
        sure += len(decided(folded.invited, taking, folded.said(taking)))
        if sure and seen:
            return
    if build is top_not_folded and seen:
        return  # that it decides somebody as well is for `make proof`: it takes more counties
    pytest.fail(f"{build.__name__}: {sure} decided, {seen} flips seen")


def test_kinds_by_exact_sizes_are_caught():
    """Eleven invited, so there is no edge but k: the mean is a half whether eleven, ten or nine of them answered."""
    tree = Tree.build([("r", None), ("a", "r"), ("b", "r")])

    def kinds() -> set[Kind]:
        found = set()
        for taking in (11, 10, 9):
            given = answers(random.Random(1), {"r": 0, "a": taking, "b": 30})
            rows = published(Folded(tree, {"r": 0, "a": 11, "b": 40}, {}), given)[1].rows
            found.add(next(row.kind for row in rows if (row.unit, row.measure) == ("a", Measure.MEAN)))
        return found

    assert kinds() == {Kind.HALF}
    with swapped(figures, "printed_size", lambda n, *_: n):  # weak
        assert kinds() == {Kind.HALF, Kind.ONE_DECIMAL}


def test_statistics_do_not_go_by_whether_a_hidden_unit_answered():
    # Nine leaves, and u with a hidden unit v of seven below it. With "single" by answers, v's first answer takes the
    # tenth single piece, and with it all statistics, away.
    leaves = [f"l{number}" for number in range(9)]
    tree = Tree.build([("r", None), *((leaf, "r") for leaf in leaves), ("u", "r"), ("v", "u")])
    invited = {"r": 0, **dict.fromkeys(leaves, 20), "u": 20, "v": 7}
    shown = []
    for from_v in (0, 1):
        rng = random.Random(2)
        given = answers(rng, {**dict.fromkeys(leaves, 16), "u": 14, "v": from_v, "r": 0})
        rows = published(Folded(tree, invited, {}), given)[1].rows
        shown.append(any(row.family is Family.OVERALL for row in rows))
    assert shown[0] == shown[1]
    pieces = {**dict.fromkeys(leaves, 16), "u": 14}
    assert single(tree, pieces, invited) == set(leaves)
    by_answers = [single(tree, pieces, {**dict.fromkeys(leaves, 16), "u": 14, "v": from_v}) for from_v in (0, 1)]
    assert by_answers[0] != by_answers[1]  # the weak build


Coarse = Callable[[Kind, int, int, int], Mapping[Part, str]]


def excluded(coarse: Coarse, kind: Kind, numbers: Iterable[int]) -> tuple[int, int]:
    """How many sets of published shares there are, and how many of them some number of answers cannot have."""
    found = {
        n: {tuple(sorted(coarse(kind, low, high, n).items())) for low in range(n + 1) for high in range(n + 1 - low)}
        for n in numbers
    }
    every = set().union(*found.values())
    return len(every), sum(any(told not in there for there in found.values()) for told in every)


@pytest.mark.parametrize(("kind", "least", "pairs"), [(Kind.BAND, 10, 15), (Kind.TENS, 30, 28), (Kind.FIVES, 100, 231)])
def test_no_published_shares_exclude_any_number_of_answers(kind, least, pairs):
    assert excluded(coarse_shares, kind, (*range(least, least + 25), 137, 150, 199, 250)) == (pairs, 0)


def test_three_parts_rounded_alone_are_caught():
    """Weak: each part in tens by itself, halves up, as version 0.1 had them."""

    def each_alone(_kind: Kind, low: int, high: int, n: int) -> Mapping[Part, str]:
        counts = {Part.LOW: low, Part.MIDDLE: n - low - high, Part.HIGH: high}
        return {part: str(min(80, max(20, (200 * count + 10 * n) // (20 * n) * 10))) for part, count in counts.items()}

    assert excluded(each_alone, Kind.TENS, (30, 31, 34, 40))[1] > 0


def test_a_fall_back_for_participation_is_caught():
    """Weak: sizes up to all invited, and where they would decide somebody an audit takes them away."""
    rng = random.Random(5)
    seen = 0
    for _ in range(10):
        folded = falling_back_for_participation(random_county(rng))
        seen += flips_seen(folded, extremes_take_part(rng, folded.invited))[1]
    assert seen


def test_edges_leave_room_for_the_margin():
    assert list(edges(5, 12, 2)) == [5, 10]
    assert list(edges(5, 11, 2)) == [5]
    assert list(edges(5, 0, 2)) == [5]
    assert list(edges(10, 300, 2)) == [10, 15, 20, 30, 50, 100, 150, 200, 250]
    assert list(edges(7, 17, 2)) == [7, 10, 15]
    for invited, k in product(range(7, 400, 3), (5, 8, 10)):
        found = list(edges(k, invited, 2))
        assert all(first < second for first, second in pairwise(found))
        assert all(edge <= invited - 2 for edge in found[1:])
        assert printed_size(invited + k, k, invited, 2) == found[-1]


def test_few_are_counted_elsewhere_by_invited_alone():
    tree = Tree.build([("r", None), ("m", "r"), ("a", "m"), ("b", "m"), ("c", "r")])
    # a's six are too few and count in m, which has nine then. The top's own one counts in the largest unit below it.
    folding = fold(tree, {"r": 1, "m": 3, "a": 6, "b": 9, "c": 12}, 5, 2)
    assert dict(folding.moved) == {"r": "r", "m": "m", "a": "m", "b": "b", "c": "c"}
    assert folding.top_into == "c"
    assert dict(folding.invited) == {"r": 0, "m": 9, "b": 9, "c": 13}
    # With three, m has five, the top six: all of them count in c, and m stays in the tree above b.
    folding = fold(tree, {"r": 1, "m": 2, "a": 3, "b": 9, "c": 12}, 5, 2)
    assert dict(folding.moved) == {"r": "r", "m": "r", "a": "r", "b": "b", "c": "c"}
    assert dict(folding.invited) == {"r": 0, "m": 0, "b": 9, "c": 18}
    # Where nobody is enough, all count in the top.
    folding = fold(tree, {"a": 4, "c": 4}, 5, 2)
    assert (dict(folding.invited), folding.top_into) == ({"r": 8}, None)
    assert set(folding.moved.values()) == {"r"}
    # A margin of three takes one more.
    assert dict(fold(tree, {"b": 7, "c": 8}, 5, 3).invited) == {"r": 0, "c": 15}


def test_a_draw_excludes_no_count_and_a_band_never_falls():
    assert rate_band(40, 99, None, 0) is None
    assert rate_band(39, 100, None, 0) == "under 40"
    assert rate_band(39, 100, None, 1) == "40-59"
    assert rate_band(0, 100, "60-79", -5) == "60-79"
    assert rate_band(100, 100, "under 40", 0) == "80-100"
    rng = random.Random(6)
    draws = [fresh_draw(rng.random) for _ in range(20_000)]
    assert abs(sum(draws)) / len(draws) < 0.1
    shares = [draws.count(value) / len(draws) for value in (0, 1, -1, 2)]
    assert shares == pytest.approx([0.1765, 0.1235, 0.1235, 0.0865], abs=0.01)
    assert max(draws) > 8 > -8 > min(draws)


# --- the audit ----------------------------------------------------------------------------------------------------


def test_two_passes_find_what_the_program_finds():
    rng = random.Random(8)
    for _ in range(3):
        folded = rule(random_county(rng))
        taking = extremes_take_part(rng, folded.invited)
        found = took_part(as_audit_file(*published(folded, answers(rng, taking)), "oric"))
        assert not isinstance(found, str)
        said = folded.said(taking)
        for unit, there in folded.invited.items():
            if there:
                assert found[unit] == span(folded.invited, said, unit)


def test_the_audit_passes_what_the_product_makes():
    rng = random.Random(9)
    for _ in range(4):
        folded = rule(random_county(rng))
        given = answers(rng, some_take_part(rng, folded.invited))
        collected = Collected(folded.tree, by_piece(folded.tree, given, K), folded.invited)
        found = audited_publication(ORIC, collected, K, 10, 60)
        assert found.report.passed, found.report


@pytest.mark.parametrize(
    "build", [folded for folded in WEAK if "edge" not in folded.__name__], ids=lambda one: one.__name__
)
def test_the_audit_refuses_groups_that_are_too_small(build: Build):
    rng = random.Random(10)
    for _ in range(60):
        folded = build(random_county(rng))
        taking = dict(folded.invited)
        collected, publication = published(folded, answers(rng, taking))
        report = audit(as_audit_file(collected, publication, "oric"), 60)
        if any(entry["check"] == "participation" for entry in report.bounds):
            assert not report.passed
            return
    pytest.fail("never refused")


def small() -> tuple[Collected, Publication]:
    tree = Tree.build([("r", None), ("a", "r"), ("b", "r")])
    folded = Folded(tree, {"r": 0, "a": 20, "b": 8}, {})
    return published(folded, answers(random.Random(11), {"r": 0, "a": 20, "b": 8}))


def refusals(change: Any) -> set[str]:
    collected, publication = small()
    data = audit_file(collected, publication, "oric")
    change(data)
    report = audit(read_audit_file(data), 30)
    assert not (report.bounds and report.passed)
    return {entry["check"] for entry in report.bounds}


def change_rows(measure: str, **new: str) -> Any:
    def change(data: dict[str, Any]) -> None:
        for row in data["published"]:
            if row["measure"] == measure and row["unit"] == "a":
                row.update(new)

    return change


def test_the_audit_works_every_printed_number_out_anew():
    assert refusals(lambda data: None) == set()
    assert refusals(change_rows("n", value="20")) == {"form"}
    assert refusals(change_rows("n", value="10")) == {"form"}
    assert refusals(change_rows("n", kind="n_band")) == {"form"}
    assert refusals(change_rows("share", kind="tens", value="30")) >= {"form"}
    assert refusals(lambda data: data["invited"].update(a=6)) >= {"participation"}
    assert refusals(lambda data: data["invited"].update(a=200)) >= {"form"}
    assert refusals(lambda data: data["rates"].append({"unit": "a", "band": "60-79"})) == {"participation"}
    assert refusals(lambda data: data.update(margin=4)) == {"participation"}
    assert refusals(lambda data: data.update(published=[r for r in data["published"] if r["measure"] != "n"])) == {
        "form"
    }


def test_links_are_checked():
    tree = Tree.build([("r", None), ("m", "r"), ("a", "m"), ("b", "m"), ("c", "r")])
    folded = Folded(tree, {"r": 0, "m": 0, "a": 20, "b": 8, "c": 9}, {})
    collected, publication = published(folded, answers(random.Random(12), {"r": 0, "m": 0, "a": 20, "b": 3, "c": 9}))
    links = {(row.unit, row.value) for row in publication.rows if row.measure is Measure.SAME_AS}
    assert ("m", "a") in links
    assert not [row for row in publication.rows if row.unit == "m" and row.measure is not Measure.SAME_AS]
    data = audit_file(collected, publication, "oric")
    assert audit(read_audit_file(data), 30).passed
    for row in data["published"]:
        if row["measure"] == "same_as" and row["unit"] == "m":
            row["value"] = "b"
    assert not audit(read_audit_file(data), 30).passed
