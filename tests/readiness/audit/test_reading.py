"""The audit's file fails closed: every fault is a sentence with its place, all of them at once, and ends with 2."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tbblearn.cli.readiness import readiness
from tbblearn.readiness.audit.reading import FaultyAuditFile, read_audit_file
from tests.readiness.audit.test_check import MIXED, SHARE, STATISTIC, file_of

GOOD = file_of(MIXED)
PASS, NOT_PASSED, FAULTY = 0, 1, 2
FORMS = [
    {"family": "means", "measure": "n", "kind": "at_least", "value": "10"},
    {"family": "means", "measure": "mean", "kind": "half", "value": "3.5", "scale": "commitment"},
    {**SHARE, "kind": "band", "value": "0-20"},
    {"family": "distributions", "measure": "agreement", "kind": "word", "value": "mixed", "scale": "efficacy"},
    {"family": "means", "measure": "same_as", "kind": "unit", "value": "b"},
    {**STATISTIC, "kind": "two_decimals", "value": "0.80"},
]

KINDS = {
    "n": {"at_least", "n_band"},
    "mean": {"one_decimal", "half"},
    "share": {"band", "tens", "fives"},
    "agreement": {"word"},
    "same_as": {"unit"},
    "statistic": {"two_decimals"},
}


@pytest.fixture
def audited(tmp_path: Path) -> Callable[..., Result]:
    def run(content: Any, *options: str) -> Result:
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        (tmp_path / "audit.json").write_bytes(raw)
        result = CliRunner().invoke(readiness, ["audit", str(tmp_path / "audit.json"), *options])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


def without(data: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != key}


def with_unit(**unit: Any) -> dict[str, Any]:
    return {**GOOD, "units": [*GOOD["units"], unit]}


def with_piece(**piece: Any) -> dict[str, Any]:
    return {**GOOD, "pieces": [*GOOD["pieces"], {"unit": "a", "family": "means", "n": 9, **piece}]}


def with_row(number: int = 0, **change: Any) -> dict[str, Any]:
    return {**GOOD, "published": [{"unit": "a", **FORMS[number], **change}]}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ([], "audit.json: Write one JSON object with units, k, k_distribution, pieces, published, not a list."),
        (None, "not null."),
        ({}, "audit.json: The key “pieces” is missing."),
        (without(GOOD, "k"), "audit.json: The key “k” is missing."),
        ({**GOOD, "K": 5}, "audit.json: There is no key “K” here; did you mean “k”?"),
        ({**GOOD, "wave": 5}, "There is no key “wave” here; the keys are units, k, k_distribution, pieces, published"),
        ({**GOOD, "\x1b[2J": 5}, "There is no key “<U+001B>[2J” here"),
        ({**GOOD, "k": 4}, "k: Write at least 5, not 4."),
        ({**GOOD, "k": "5"}, "k: Write a whole number, not “5”."),
        ({**GOOD, "k": True}, "k: Write a whole number, not true."),
        ({**GOOD, "k": 5.0}, "k: Write a whole number, not 5.0."),
        ({**GOOD, "k": float("nan")}, "k: Write a whole number; NaN is not one."),
        ({**GOOD, "k": float("inf")}, "k: Write a whole number; Infinity is not one."),
        ({**GOOD, "k": 10**40}, "k: Write a whole number, not one of 41 digits."),
        ({**GOOD, "k": 12}, "k_distribution: Write at least k, which is 12, not 10."),
        ({**GOOD, "k_distribution": None}, "k_distribution: Write a whole number, not null."),
        ({**GOOD, "instrument": "nomad9"}, "instrument: There is no instrument “nomad9”"),
        ({**GOOD, "instrument": "../oric"}, "instrument: There is no instrument “../oric”"),
        ({**GOOD, "instrument": None}, "instrument: Write text, not null."),
        ({**GOOD, "instrument": ""}, "instrument: This text is empty."),
        ({**GOOD, "units": []}, "units: The list is empty"),
        ({**GOOD, "units": {}}, "units: Write a list, not an object."),
        ({**GOOD, "units": ["a"]}, "units[0]: Write one JSON object with unit, parent, not “a”."),
        (with_unit(unit="c"), "units[3]: The key “parent” is missing."),
        (with_unit(unit="c", Parent="r"), "units[3]: There is no key “Parent” here; did you mean “parent”?"),
        (with_unit(unit="c", parent=None), "units[3].parent: The unit “c” has no parent, and neither has “r” in un"),
        (with_unit(unit="c", parent=""), "units[3].parent: This text is empty. The topmost unit has null."),
        (with_unit(unit="c", parent=["r"]), "units[3].parent: Write text, not a list."),
        (with_unit(unit="c", parent="q\u200b"), "units[3].parent: The parent “q<U+200B>” of “c” is not among"),
        (with_unit(unit="c", parent="q\u200b"), "It holds U+200B ZERO WIDTH SPACE, which is not seen: take it away."),
        (with_unit(unit="a", parent="r"), "units[3].unit: The unit “a” stands twice, first in units[1]."),
        (with_unit(unit="c", parent="c"), "units[3].parent: The units go round in a circle: c under c."),
        (with_unit(unit=7, parent="r"), "units[3].unit: Write text, not 7."),
        (with_unit(unit="\ud800", parent="r"), "units[3].unit: This text holds half a character (a lone surrogate)."),
        (with_unit(unit="c", parent="\ud800"), "units[3].parent: This text holds half a character (a lone surrogate)."),
        (with_unit(unit="c", parent="r", **{"\udc00": 1}), "units[3]: There is no key “\\udc00” here"),
        (with_piece(n=-1), "pieces[5].n: Write at least 0, not -1."),
        (with_piece(n=10**30 - 1), "pieces[5].n: Write at most 1000000, not"),
        (with_piece(n=None), "pieces[5].n: Write a whole number, not null."),
        (with_piece(family="overall"), "pieces[5].family: Write one of means or distributions, not “overall”."),
        (with_piece(family=["means"]), "pieces[5].family: Write one of means or distributions, not a list."),
        (with_piece(unit="q"), "pieces[5].unit: The unit “q” is not among the units."),
        (with_piece(), "pieces[5]: The unit “a” has two pieces of means."),
        (with_piece(parent="r"), "pieces[5]: There is no key “parent” here"),
        ({**GOOD, "margin": 1}, "margin: Write at least 2, not 1."),
        ({**GOOD, "margin": 5}, "margin: Write less than k, which is 5, not 5."),
        ({**GOOD, "invited": {"r": 9, "a": 12}}, "invited: The unit “b” is missing; write 0 where nobody is invited."),
        ({**GOOD, "invited": {**GOOD["invited"], "q": 9}}, "invited: The unit “q” is not among the units."),
        ({**GOOD, "invited": {**GOOD["invited"], "a": "9"}}, "invited.a: Write a whole number, not “9”."),
        ({**GOOD, "invited": []}, "invited: Write an object, not a list."),
        ({**GOOD, "rates": [{"unit": "a"}]}, "rates[0]: The key “band” is missing."),
        ({**GOOD, "rates": [{"unit": "q", "band": "60-79"}]}, "rates[0].unit: The unit “q” is not among the units."),
        (with_row(0, unit="q"), "published[0].unit: The unit “q” is not among the units."),
        (with_row(0, value=12), "published[0].value: Write text, not 12."),
        (with_row(5, value="\u0660.\u0668\u0660"), "“٠.٨٠” is not a valid value of a published row."),
        (with_row(0, measure={}), "published[0].measure: Write one of n, mean, share"),
        (with_row(0, family="overall"), "published[0].family: A row of n is of means or distributions, not"),
        (with_row(0, kind="half"), "published[0].kind: A row of n is of the kind at_least or n_band, not half."),
        (with_row(0, scale="efficacy"), "published[0].scale: This row of n has no scale; write null."),
        (with_row(1, scale=None), "published[0]: The key “scale” is missing; a row of mean has it."),
        (with_row(1, scale="joy"), "published[0].scale: There is no scale “joy”; write one of commitment, efficacy."),
        (with_row(2, scale="efficacy"), "published[0].scale: The item C1 is on the scale commitment, not on efficacy."),
        (with_row(2, item="C9"), "published[0].item: There is no item “C9”"),
        (with_row(2, part=None), "published[0]: The key “part” is missing; a row of share has it."),
        (with_row(2, part="lower"), "published[0].part: Write one of low, middle or high, not “lower”."),
        (with_row(2, family="means"), "published[0].family: A row of share is of distributions, not of means."),
        (with_row(5, statistic="mean_of_a"), "published[0].statistic: There is no statistic “mean_of_a”"),
        (with_row(5, statistic=["alpha"]), "published[0].statistic: Write text, not a list."),
        (with_row(5, statistic="correlation_commitment_efficacy"), "published[0].scale: This row of statistic has"),
    ],
)  # fmt: skip
def test_a_fault_is_a_sentence_with_its_place(audited: Callable[..., Result], data: Any, says: str):
    result = audited(data)
    assert says in result.stderr
    assert (result.exit_code, result.stdout) == (FAULTY, "")


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "line 1, column 1: The file is empty."),
        (b"\xef\xbb\xbf \n", "The file is empty."),
        (b"{", "line 1, column 2: This is not JSON: Expecting property name enclosed in double quotes."),
        (b'{"k": 5,\n "k"}', "line 2, column 5: This is not JSON: Expecting ':' delimiter."),
        (b"{}{}", "line 1, column 3: This is not JSON: Extra data."),
        (b'{\n"\xc3\xa4\xe4": 5}', "line 2, column 3: A character here is not UTF-8. Save the file as UTF-8."),
        (json.dumps(GOOD).encode("utf-16"), "line 1, column 1: A character here is not UTF-8."),
        (b"[" * 100_000, "brackets within brackets"),
        (b'{"k":' * 50_000, "brackets within brackets"),
        (json.dumps(GOOD).replace('"k": 5', '"k": 5, "k": 5').encode(), "k: This key is written twice. Write it once."),
        (
            json.dumps(GOOD).replace('"parent": "r"', '"parent": "r", "parent": "a"', 1).encode(),
            "units[1].parent: This key is written twice. Write it once.",
        ),
        (json.dumps(GOOD).replace('"k": 5', f'"k": {"9" * 5000}').encode(), "not one of 5,000 digits."),
        (json.dumps(GOOD).replace('"k": 5', '"k": 1e400').encode(), "k: Write a whole number, not Infinity."),
    ],
)
def test_a_file_that_is_not_json_or_json_that_says_two_things(audited: Callable[..., Result], raw: bytes, says: str):
    result = audited(raw)
    assert says in result.stderr
    assert (result.exit_code, result.stdout) == (FAULTY, "")


def test_all_faults_are_told_at_once(audited: Callable[..., Result]):
    form = {**GOOD, "k": 3, "pieces": [{"unit": "a"}], "published": [{"unit": "a", "measure": "n"}], "extra": 1}
    assert len(audited(form).stderr.splitlines()) == 7
    meaning = {
        **with_unit(unit="c", parent=None),
        "invited": None,
        "k": 11,
        "pieces": [{"unit": "q", "family": "means", "n": 3}],
    }
    meaning["published"] = [{"unit": "a", **FORMS[0], "kind": "half"}, {"unit": "q", **FORMS[0]}]
    places = ["units[3].parent", "k_distribution", "pieces[0].unit", "published[0].kind", "published[1].unit"]
    assert [line.split(": ")[1] for line in audited(meaning).stderr.splitlines()] == places


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form["measure"])
def test_every_measure_has_its_kinds_and_no_other(form: dict[str, str]):
    """All kinds are tried on each measure: the reader takes those of docs/readiness-method.md alone."""
    taken = set()
    for kind in ("at_least", "n_band", "one_decimal", "half", "band", "tens", "fives", "word", "unit", "two_decimals"):
        data = {**GOOD, "published": [{"unit": "a", **form, "kind": kind}]}
        with suppress(FaultyAuditFile):
            read_audit_file(data)
            taken.add(kind)
    assert taken == KINDS[form["measure"]]


def test_what_is_optional_may_be_left_out(audited: Callable[..., Result]):
    bare = without(GOOD, "instrument")
    bare["published"] = [{key: value for key, value in row.items() if value is not None} for row in GOOD["published"]]
    assert audited(b"\xef\xbb\xbf" + json.dumps(bare).encode()).exit_code == PASS
    correlation = {**STATISTIC, "scale": None, "statistic": "correlation_commitment_efficacy"}
    row = {"unit": "r", **correlation, "kind": "two_decimals", "value": "0.80"}
    assert audited({**GOOD, "published": [row]}).exit_code == NOT_PASSED


def test_without_an_instrument_there_must_be_but_one(monkeypatch: pytest.MonkeyPatch, audited: Callable[..., Result]):
    monkeypatch.setattr("tbblearn.readiness.audit.reading.known_instruments", lambda: ("nomad", "oric"))
    assert audited(GOOD).exit_code == PASS
    result = audited(without(GOOD, "instrument"))
    assert result.exit_code == FAULTY
    assert "The key “instrument” is missing. It is one of nomad, oric." in result.stderr


@pytest.mark.parametrize("place", ["", "nowhere.json"])
def test_a_folder_and_a_missing_file_are_told_so(tmp_path: Path, place: str):
    result = CliRunner().invoke(readiness, ["audit", str(tmp_path / place)])
    assert result.exit_code == FAULTY
    assert "is a directory" in result.stderr or "does not exist" in result.stderr


@pytest.mark.parametrize("output", ["text", "json"])
def test_the_answer_sends_nothing_of_the_file_to_the_terminal_raw(audited: Callable[..., Result], output: str):
    unit = "\x1b[31mred\x9b2J\u202e"
    pieces = [{"unit": unit, "family": "means", "n": 3}]
    data = {**with_unit(unit=unit, parent="r"), "pieces": pieces, "published": [], "invited": None}
    result = audited(data, "--format", output)
    assert result.exit_code == NOT_PASSED
    assert not any(letter in result.output for letter in "\x1b\x9b\u202e")
    if output == "json":
        assert json.loads(result.stdout)["residuals"][0]["unit"] == unit
    else:
        assert "<U+001B>[31mred<U+009B>2J<U+202E>" in result.stdout


@pytest.mark.parametrize("seconds", ["nan", "0", "-1", "x"])
def test_a_time_limit_is_a_number_of_seconds(audited: Callable[..., Result], seconds: str):
    result = audited(GOOD, "--time-limit", seconds)
    assert result.exit_code == FAULTY
    assert "--time-limit" in result.stderr
