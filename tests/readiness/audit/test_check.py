"""The audit: what it lets pass, what it catches, and that its bounds are the true ones."""

import inspect
import random
from itertools import product
from typing import Any

import numpy as np
import pytest

from tbblearn.readiness.audit.bounds import Box, Contradiction, Sums, bounds
from tbblearn.readiness.audit.check import audit
from tbblearn.readiness.audit.reading import read_audit_file
from tbblearn.readiness.figures.fall_back import as_audit_file, audit_file
from tbblearn.readiness.figures.publish import figure_tallies, publish
from tbblearn.readiness.figures.scoring import Values, tally
from tbblearn.readiness.rules import Tree
from tests.readiness.counties import ORIC, closed, random_county

TREE = Tree.build([("r", None), ("a", "r"), ("b", "r")])


def answered(*groups: tuple[int, int]) -> list[Values]:
    """So many persons each who answer the same value throughout."""
    return [(value,) * 12 for persons, value in groups for _ in range(persons)]


def file_of(answers: dict[str, list[Values]]) -> dict[str, Any]:
    wave = closed(TREE, answers)
    return audit_file(wave, publish(ORIC, wave, 5, 10), "oric")


MIXED = {"a": answered((6, 3), (6, 4)), "b": answered((4, 2), (8, 5)), "r": answered((3, 3), (4, 4))}


def check(data: dict[str, Any], time_limit: float = 30) -> Any:
    return audit(read_audit_file(data), time_limit)


def test_an_ordinary_county_passes():
    report = check(file_of(MIXED))
    assert report.passed
    assert report.as_json() == {"passed": True, "residuals": [], "bounds": [], "withheld": [], "timed_out": False}


def test_no_absorption_is_caught_by_residuals():
    data = file_of(MIXED)
    data["pieces"].append({"unit": "b", "family": "means", "n": 2})
    data["pieces"] = [p for p in data["pieces"] if (p["unit"], p["family"], p["n"]) != ("b", "means", 12)]
    report = check(data)
    assert not report.passed
    assert {entry["unit"] for entry in report.residuals} >= {"b"}


def test_distributions_that_are_not_whole_pieces_are_caught():
    data = file_of(MIXED)
    for piece in data["pieces"]:
        if piece["family"] == "distributions" and piece["unit"] == "a":
            piece["n"] = 10
    assert any(entry["family"] == "distributions" for entry in check(data).residuals)


def test_unrounded_means_are_caught_by_form_and_by_bounds():
    # a's six answers: five persons at 5 and one at 4 on everything: mean 4.8333; 5 - 2/6 = 4.6667 is the most that
    # leaves room for a member at 3. Rounded ">=4.5" hides it.
    answers = {"a": answered((5, 5), (1, 4)), "r": answered((6, 3), (6, 4))}
    data = file_of(answers)
    assert check(data).passed
    for row in data["published"]:
        if row["measure"] == "mean" and row["unit"] == "a":
            row["value"] = "4.8333"
    report = check(data)
    assert {"form", "member"} <= {entry["check"] for entry in report.bounds}
    assert {entry["unit"] for entry in report.bounds if entry["check"] == "member"} == {"a"}


def test_exact_n_is_caught_by_form():
    data = file_of(MIXED)
    for row in data["published"]:
        if row["measure"] == "n" and row["unit"] == "a":
            row["value"] = "12"
    report = check(data)
    assert not report.passed
    assert all(entry["check"] == "form" and "at least 10" in entry["why"] for entry in report.bounds)


SHARE = {"measure": "share", "family": "distributions", "scale": "commitment", "item": "C1", "part": "low"}
STATISTIC = {"measure": "statistic", "family": "overall", "scale": "commitment", "statistic": "alpha"}


@pytest.mark.parametrize(
    "change",
    [
        {"measure": "mean", "family": "means", "scale": "commitment", "kind": "one_decimal", "value": "4.9"},
        {**SHARE, "kind": "tens", "value": "30"},
        {**SHARE, "kind": "band", "value": "25"},
        {"measure": "agreement", "family": "distributions", "scale": "efficacy", "kind": "word", "value": "0.71"},
        {**STATISTIC, "kind": "two_decimals", "value": "0.90"},
        {"measure": "same_as", "family": "means", "kind": "unit", "value": "b"},
        {**SHARE, "part": "middle", "kind": "band", "value": "0-20"},
        {"measure": "n", "family": "means", "kind": "at_least", "value": "11"},
    ],
)
def test_a_row_that_is_too_fine_or_out_of_place_is_caught(change: dict[str, str]):
    data = file_of(MIXED)
    data["published"] = [{"unit": "a", **change}]
    report = check(data)
    assert "form" in {entry["check"] for entry in report.bounds}


def test_a_figure_published_twice_is_caught():
    data = file_of(MIXED)
    data["published"].append(data["published"][0])
    assert "twice" in check(data).bounds[0]["why"]


def test_a_difference_of_shares_closes_and_the_larger_figure_falls_back():
    # a: 30 answers, high at most 20 % in tens, so 0 to 7. r: 42 answers, high 50 % in tens, so 19 to 23. So b's twelve
    # hold at least 19 - 7 = 12. With r as a band, 40-60 is 17 to 25: b holds 10 or more, and all is open.
    def share(unit: str, kind: str, value: str) -> dict[str, str]:
        row = {"unit": unit, "family": "distributions", "measure": "share", "item": "C1", "scale": "commitment"}
        return {**row, "part": "high", "kind": kind, "value": value}

    data: dict[str, Any] = {"instrument": "oric", "units": file_of(MIXED)["units"], "k": 5, "k_distribution": 10}
    data["pieces"] = [
        {"unit": unit, "family": family, "n": n}
        for unit, n in (("a", 30), ("b", 12))
        for family in ("means", "distributions")
    ]
    data["published"] = [share("a", "tens", "<=20"), share("r", "tens", "50")]
    report = check(data)
    assert [(e["unit"], e["check"], e["item"], e["part"]) for e in report.bounds] == [("b", "part", "C1", "high")]
    assert [(e["unit"], e["family"], e["to"]) for e in report.withheld] == [("r", "distributions", "coarser")]
    data["published"][1] = share("r", "band", "40-60")
    assert check(data).passed


def test_a_figure_that_agrees_above_a_half_that_does_not_is_caught():
    data = file_of({**MIXED, "r": answered((6, 3), (6, 4))})
    for row in data["published"]:
        if row["measure"] == "agreement":
            row["value"] = {"a": "agree", "b": "divided", "r": "agree"}[row["unit"]]
    assert check(data).passed  # b is 12 of r's 36
    data["pieces"] = [p for p in data["pieces"] if p["unit"] != "r"]
    data["published"] = [row for row in data["published"] if row["measure"] == "agreement"]
    report = check(data)  # now b is 12 of 24
    assert {(entry["unit"], entry["check"]) for entry in report.bounds} == {("r", "words")}
    assert [(e["unit"], e["to"]) for e in report.withheld] == [("r", "coarser")]


def together(mean: str | None) -> dict[str, Any]:
    """Ten answers: four items of commitment are low, and the scale has this mean."""
    shares = [
        {"measure": "share", "item": item, "part": "low", "kind": "band", "value": "80-100"}
        for item in ("C1", "C2", "C3", "C4")
    ]
    rows = [{"unit": "r", "family": "distributions", "scale": "commitment", **share} for share in shares]
    if mean:
        told = {"measure": "mean", "scale": "commitment", "kind": "one_decimal", "value": mean}
        rows.append({"unit": "r", "family": "means", **told})
    pieces = [{"unit": "r", "family": family, "n": 10} for family in ("means", "distributions")]
    return {"units": [{"unit": "r", "parent": None}], "k": 5, "k_distribution": 10, "pieces": pieces, "published": rows}


def test_means_and_shares_together_close_what_neither_closes_alone():
    """The mean is so high that C5 must be high for nine of ten: no pass of the tree sees it, HiGHS does."""
    # Each of the four totals is at most 8 * 2 + 2 * 5 = 26, C5's at most 50. Mean 3.1: at least 153 of 5 * 10 * 5, so
    # C5 has at least 153 - 104 = 49: nine at least are high.
    assert check(together(None)).passed
    report = check(together("3.1"))
    assert ("C5", "high") in {(entry.get("item"), entry.get("part")) for entry in report.bounds}
    assert all(entry["by"] == "means and shares together" for entry in report.bounds)
    # At 2.9 C5 needs 39 only: open. At 3.2 it needs more than there is: no answers have these rows.
    assert check(together("2.9")).passed
    assert [entry["check"] for entry in check(together("3.2")).bounds] == ["contradiction"]


def test_a_time_out_is_a_failed_audit():
    report = check(together("3.1"), time_limit=1e-9)
    assert report.timed_out
    assert not report.passed
    assert not check(together("3.1")).timed_out


def test_the_passes_are_exact_for_small_trees():
    """Brute force: all answers of a tree of two pieces under a root with its own, against the bounds of the passes."""
    rng = random.Random(5)
    sums = Sums.of(TREE, {"r": 2, "a": 3, "b": 2}, {"r": 7, "a": 3, "b": 2})
    points = {n: [p for p in product(range(n + 1), repeat=3) if sum(p) == n] for n in (2, 3)}
    for _ in range(40):
        rows = {}
        for unit, n in sums.sizes.items():
            low = np.array([[rng.randint(0, n // 2) if rng.random() < 0.5 else 0 for _ in range(3)]])
            high = np.array([[rng.randint(n // 2, n) if rng.random() < 0.5 else n for _ in range(3)]])
            rows[unit] = Box(low, high)
        free = {unit: Box(np.zeros((1, 3), int), np.full((1, 3), n)) for unit, n in sums.pieces.items()}
        fitting = [
            (own, a, b)
            for own, a, b in product(points[2], points[3], points[2])
            if all(
                (rows[unit].low[0] <= total).all() and (total <= rows[unit].high[0]).all()
                for unit, total in (("a", np.array(a)), ("b", np.array(b)), ("r", np.add(np.add(own, a), b)))
            )
        ]
        try:
            found = bounds(sums, rows, free, parts_sum_to_n=True)
        except Contradiction:
            assert fitting == []
            continue
        assert fitting
        for place, unit in enumerate(("r", "a", "b")):
            held = np.array([points_[place] for points_ in fitting])
            assert (found.pieces[unit].low[0] == held.min(axis=0)).all()
            assert (found.pieces[unit].high[0] == held.max(axis=0)).all()


def test_the_true_answers_always_lie_within_the_bounds():
    rng = random.Random(8)
    for _ in range(10):
        tree, answers = random_county(rng, most_units=30, most_answers=400)
        wave = closed(tree, answers)
        publication = publish(ORIC, wave, 5, 10)
        report = audit(as_audit_file(wave, publication, "oric"), 60)
        assert not report.residuals
        pieces = {unit: tally(ORIC, given) for unit, given in wave.responses.items()}
        joint = figure_tallies(ORIC, tree, publication.distributions, pieces)
        codes = [item.code for item in ORIC.instrument.items]
        for entry in report.bounds:
            assert entry["check"] in ("part", "member", "words")
            if entry["check"] == "part" and not tree.children[entry["unit"]]:
                parts = joint[entry["unit"]].parts(codes.index(entry["item"]))
                assert parts[entry["part"]] >= entry["n"] - 1
            if entry["check"] == "member":
                mean = pieces[entry["unit"]].mean(entry["scale"], ORIC.common)
                assert mean is not None
                assert (mean > 3) == (entry["side"] == "above")


def test_words_close_nothing_that_the_rule_of_words_does_not_catch():
    """Every pair of ten answers to one item, in a and in r's own piece, with the shares and words of a and of r.

    The words do close bounds that the shares leave open, eight combinations in all, so the words cannot just be
    left out; in each r agrees and a does not, which the rule of words catches.
    """
    n = 10
    counts = np.array([c for c in product(range(n + 1), repeat=5) if sum(c) == n])
    values = np.arange(1, 6)

    def word(table: Any, size: int) -> Any:
        totals = (table @ values)[..., None]
        ad = (np.abs(size * values - totals) * table).sum(axis=-1) * 100  # times size squared
        return (ad >= 70 * size * size).astype(int) + (ad > 95 * size * size)

    def band(table: Any, size: int) -> Any:
        parts = np.stack([table[..., 0] + table[..., 1], table[..., 2], table[..., 3] + table[..., 4]], axis=-1)
        percent = 100 * parts
        at = (percent > 20 * size).astype(int) + (percent >= 40 * size) + (percent > 60 * size) + (percent >= 80 * size)
        return (at * np.array([25, 5, 1])).sum(axis=-1)

    own_word, own_band = word(counts, n), band(counts, n)
    high, middle = counts[:, 3] + counts[:, 4], counts[:, 2]
    with_words: dict[tuple[int, ...], list[int]] = {}
    without: dict[tuple[int, ...], list[int]] = {}
    for place, child in enumerate(counts):
        joint = counts + child
        shared = np.stack([np.full(len(counts), own_band[place]), band(joint, 2 * n)], axis=1)
        told = np.concatenate(
            [shared, np.stack([np.full(len(counts), own_word[place]), word(joint, 2 * n)], axis=1)], axis=1
        )
        for keys, table in ((shared, without), (told, with_words)):
            unique, where = np.unique(keys, axis=0, return_inverse=True)
            for part, held in ((0, high), (1, middle)):
                least = np.full(len(unique), n)
                np.minimum.at(least, where.ravel(), held)
                for key, low in zip(unique.tolist(), least.tolist(), strict=True):
                    entry = table.setdefault((part, *key), [n])
                    entry[0] = min(entry[0], low)
    closed_by_words = [key for key, (low,) in with_words.items() if low >= n - 1 and without[key[:3]][0] < n - 1]
    assert len(closed_by_words) == 8
    assert all(joint == 0 and own > 0 for _, _, _, own, joint in closed_by_words)


def test_the_audit_shares_no_code_with_what_it_checks():
    import tbblearn.readiness.audit.check as first
    from tbblearn.readiness.audit import bounds as audit_bounds
    from tbblearn.readiness.audit import closed as audit_closed
    from tbblearn.readiness.audit import milp as audit_milp
    from tbblearn.readiness.audit import problem as audit_problem
    from tbblearn.readiness.audit import reading as audit_reading
    from tbblearn.readiness.audit import rows as audit_rows
    from tbblearn.readiness.audit import witness as audit_witness

    parts = (audit_bounds, audit_closed, audit_milp, audit_problem, audit_reading, audit_rows, audit_witness)
    for module in (first, *parts):
        for name in ("absorption", "coarsening", "figures", "scoring", "statistics", "overall"):
            assert f"readiness.{name}" not in inspect.getsource(module)


def test_nothing_published_from_nothing_passes():
    data: dict[str, Any] = {
        "units": [{"unit": "r", "parent": None}],
        "k": 5,
        "k_distribution": 10,
        "pieces": [],
        "published": [],
    }
    assert check(data).passed
