"""From two files to figures: what the command answers, and a sentence with row and column for every fault."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tbblearn.cli.readiness import readiness
from tests.readiness.audit.test_check import MIXED, file_of

HEADER = "unit," + ",".join(f"oric{n}" for n in range(1, 13))
UNITS = "unit,parent,name\nr,,The county\na,r,A\nb,r,B\nc,r,C\n"


def line(unit: str, *answers: Any) -> str:
    return ",".join([unit, *(map(str, answers * 12 if len(answers) == 1 else answers))])


RESPONSES = "\n".join(
    [HEADER, *[line("a", n) for n in (3, 4, 5) * 4], *[line("b", 2)] * 5, line("c", 5), line("c", "")]
)


@pytest.fixture
def score(tmp_path: Path) -> Any:
    def run(responses: str | bytes = RESPONSES, units: str | bytes = UNITS, *options: str) -> Result:
        (tmp_path / "r.csv").write_bytes(responses if isinstance(responses, bytes) else responses.encode())
        (tmp_path / "u.csv").write_bytes(units if isinstance(units, bytes) else units.encode())
        arguments = ["score", str(tmp_path / "r.csv"), "--units", str(tmp_path / "u.csv"), *options]
        return CliRunner().invoke(readiness, arguments)

    return run


def test_the_answer_worked_by_hand(score: Any):
    # a: 12 answers, 3, 4 and 5 four times each: mean 4.0, one third each of middle and two of high; AD 2/3, agree.
    # b: 5 answers of 2. c: one complete answer (5), absorbed by r and left out there; one incomplete.
    # Overall over all 18: (48 + 10 + 5) / 18 = 3.5. Every item of a person is the same: alpha and omega are 1.
    # ICC between the pieces a and b: means 4 and 2, grand 58/17; between = 12 * (10/17)^2 + 5 * (24/17)^2 = 240/17;
    # within = 8/15. kbar 8.5: ICC(1) = (240/17 - 8/15) / (240/17 + 7.5 * 8/15) = .7498; ICC(2) = .9622.
    result = score(RESPONSES, UNITS, "--instrument", "oric", "--format", "json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert list(report) == ["instrument", "k", "k_distribution", "complete", "incomplete", "overall", "units"]
    assert (report["complete"], report["incomplete"], report["k"], report["k_distribution"]) == (18, 1, 5, 10)
    commitment = report["overall"]["commitment"]
    assert commitment["mean"] == 3.5
    assert commitment["alpha"] == 1.0
    assert commitment["alpha_ci95"] == [1.0, 1.0]
    assert commitment["icc1"] == 0.7498
    assert commitment["icc2"] == 0.9622
    units = {unit["unit"]: unit for unit in report["units"]}
    assert list(units) == ["r", "a", "b", "c"]
    hidden = {"unit": "c", "published": False, "n": None, "scales": None, "distribution": None}
    assert units["c"] == hidden
    assert units["a"]["n"] == 12
    assert units["a"]["scales"] == {"commitment": {"mean": 4.0}, "efficacy": {"mean": 4.0}}
    spread = units["a"]["distribution"]
    assert spread["n"] == 12
    assert spread["agreement"] == {"commitment": "agree", "efficacy": "agree"}
    assert spread["items"]["C1"] == [0, 33, 67]
    assert units["b"]["distribution"] is None
    assert units["b"]["scales"]["efficacy"] == {"mean": 2.0}
    assert units["r"]["n"] == 17
    assert units["r"]["distribution"]["n"] == 12


def test_text_is_the_same_for_reading(score: Any):
    result = score()
    assert result.exit_code == 0
    assert "18 complete responses, 1 incomplete" in result.output
    assert re.search(r"^c +- +fewer than 5 answers$", result.output, re.MULTILINE)


def test_limits(score: Any):
    report = json.loads(score(RESPONSES, UNITS, "--k", "12", "--format", "json").stdout)
    assert report["k_distribution"] == 12
    assert {unit["unit"]: unit["n"] for unit in report["units"]} == {"r": 12, "a": 12, "b": None, "c": None}
    result = score(RESPONSES, UNITS, "--k", "5", "--k-distribution", "4")
    assert result.exit_code == 1
    assert "below --k 5" in result.output


@pytest.mark.parametrize("responses", [HEADER, HEADER + "\n" + line("a", ""), HEADER + "\n" + line("a", 3)])
def test_no_row_one_row_and_all_incomplete_have_a_defined_answer(score: Any, responses: str):
    result = score(responses, UNITS, "--format", "json")
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert report["complete"] == int(responses.endswith("3"))
    assert not any(unit["published"] for unit in report["units"])
    for scale in report["overall"].values():
        assert [scale[name] for name in ("alpha", "alpha_ci95", "omega", "icc1", "icc2")] == [None] * 5
        assert scale["mean"] == (3.0 if report["complete"] else None)
    assert "NaN" not in result.stdout


@pytest.mark.parametrize(
    ("responses", "says"),
    [
        (HEADER + "\n" + line("a", 3, 9, *[3] * 10), "row 2, column oric2: “9” is not an answer here"),
        (HEADER + "\n" + line("a", 3) + "\n" + line("a", *[3] * 11, "x"), "row 3, column oric12: “x”"),
        (HEADER + "\n" + line("a", 0), "row 2, column oric1: “0”"),
        (HEADER + "\n" + line("a", "3.5"), "row 2, column oric1: “3.5”"),
        (HEADER + "\n" + line("z", 3), "row 2, column unit: The unit “z” is not in the file of units"),
        (HEADER + "\n" + line("", 3), "row 2, column unit: The unit is empty"),
        (
            HEADER + "\n" + line("a", "3\u200b"),
            "row 2, column oric1: “3<U+200B>” is not an answer here. It holds U+200B",
        ),
        (HEADER + "\n" + line("a", 3, "\x1b[2J", *[3] * 10), "row 2, column oric2: “<U+001B>[2J” is not an answer"),
        (HEADER + "\n" + line("a", 3) + ",7", "row 2: “7” stands to the right of the last column, which is oric12"),
        (HEADER + "\na,3,3", "row 2: The row has 3 cells, not 13"),
        (HEADER + "\na;3;3", "row 2: The cells are separated by semicolons; use commas"),
        (HEADER + "\na", "row 2: The row has 1 cell, not 13"),
        (HEADER.replace(",", "\t"), "row 1: The cells are separated by tabs; use commas"),
        (
            HEADER.replace("unit", "unit\u00ad"),
            "row 1, column unit: Here stands “unit<U+00AD>”, not “unit”. It holds U+00AD",
        ),
        (HEADER + ",,extra,", "row 1, column extra: The column “extra” is not known"),
        (HEADER + '\n"a\nb",' + "3," * 11 + "3\n" + line("z", 3), "row 3, column unit: The unit “z”"),
        (HEADER + "\n\n" + line("z", 3), "row 3, column unit: The unit “z”"),
        (HEADER + "\r\r" + line("z", 3), "row 3, column unit: The unit “z”"),
        (HEADER + "\n" + line("a", 3) + "\n" + line('"b', 3) + "\n" + line("c", 3), "row 3: A quotation mark"),
        (HEADER + "\n" + line('"a', 3) + "\n" + line('"b"', 3), "row 2: A quotation mark"),
        (HEADER + '\n"a' + "\n" * 200_000, "row 2: A quotation mark"),
        (HEADER + "\n" + "a" * 200_000, "row 2: A cell holds more than 131,072 characters"),
        (HEADER + "\n" + line("a" * 999, 3), f"The unit “{'a' * 60}…” is not in the file of units"),
        ((HEADER + "\n").encode("utf-16"), "r.csv: The file is UTF-16"),
        (b"PK\x03\x04\x14\x00", "r.csv: The file is an Excel workbook. Save it as “CSV UTF-8”"),
        ((HEADER + '\n"a\nb",3\n').encode() + b"\xe5", "row 3: A character here is not UTF-8"),
        (b"\xe5", "row 1: A character here is not UTF-8"),
        (HEADER.replace("oric3", "q3"), "row 1, column oric3: Here stands “q3”"),
        (HEADER + ",extra", "row 1, column extra: The column “extra” is not known"),
        (HEADER.replace(",", ";"), "separated by semicolons"),
        ("", "has no header"),
        (HEADER.encode() + b"\na,\xe5", "row 2: A character here is not UTF-8"),
    ],
)
def test_a_fault_in_the_responses_is_a_sentence_with_its_place(score: Any, responses: str | bytes, says: str):
    result = score(responses)
    assert result.exit_code == 1
    assert says in result.output
    assert result.output.startswith("r.csv")
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("units", "says"),
    [
        ("unit,parent,name\nr,,R\nr,,R\n", "row 3, column unit: The unit “r” stands twice"),
        ("unit,parent,name\nr,,R\na,q,A\n", "row 3, column parent: The parent “q” of “a” is not among the units"),
        ("unit,parent,name\na,b,A\nb,a,B\n", "row 2, column parent: The units go round in a circle: a under b under a"),
        ("unit,parent,name\n,,R\n", "row 2, column unit: The unit is empty"),
        (
            "unit,parent,name\nr,,R\na,,A\n",
            "row 3, column parent: The unit “a” has no parent, and neither has “r” in row 2",
        ),
        ("unit,parent,name\nr,r,R\n", "row 2, column parent: The units go round in a circle: r under r"),
        ("unit,parent,name\nr,,R\nr\u00a0,r,R\n", "row 3, column unit: The unit “r” stands twice, first in row 2"),
        ("unit,parent,name\nr,,R\nf\u00f6,r,F\nfo\u0308,r,F\n", "row 4, column unit: The unit “fö” stands twice"),
        (
            "unit,parent,name\nr,,R\na,r\u200e,A\n",
            "row 3, column parent: The parent “r<U+200E>” of “a” is not among the units. "
            "It holds U+200E LEFT-TO-RIGHT MARK",
        ),
        (
            "unit,parent,name\n\ufeffr,,R\n",
            "row 2, column unit: Here stands “<U+FEFF>r”. It holds U+FEFF ZERO WIDTH NO-BREAK",
        ),
        (
            'unit,parent,name\nr,,"R\na,r,A\n',
            "u.csv, row 2: A quotation mark that opens a cell in this row is not closed",
        ),
        (
            'unit,parent,name\nr,,"R\na,r,"A"\n',
            "u.csv, row 2: A quotation mark that opens a cell in this row is not closed",
        ),
        ("unit,,parent,name\n", "row 1, column parent: Here stands nothing, not “parent”"),
        ("unit;parent;name\n", "u.csv, row 1: The cells are separated by semicolons; use commas"),
        ("unit,name,parent\n", "row 1, column parent: Here stands “name”"),
        ("", "has no header"),
    ],
)
def test_a_fault_in_the_units_is_a_sentence_with_its_place(score: Any, units: str, says: str):
    result = score(HEADER, units)
    assert result.exit_code == 1
    assert says in result.output


def test_every_fault_of_the_units_is_told(score: Any):
    result = score(HEADER, "unit,parent,name\na,q,A\nr,,R\nb,,B\nr,a,R\nc,,C\n")
    rows = [line.split(": ")[0] for line in result.stderr.splitlines()]
    assert rows == [
        f"u.csv, row {place}"
        for place in ("2, column parent", "4, column parent", "5, column unit", "6, column parent")
    ]


def test_a_unit_is_the_same_where_it_looks_the_same(score: Any):
    units = "unit,parent,name\nr,,R\nNorra f\u00f6rskolan,r,N\n"
    spellings = (
        "Norra fo\u0308rskolan",
        "Norra\u00a0f\u00f6rskolan",
        " Norra  f\u00f6rskolan",
        '"Norra\nf\u00f6rskolan"',
        "Norra\u2028f\u00f6rskolan",
        "Norra\x0bf\u00f6rskolan",
        "Norra\x85f\u00f6rskolan",
    )
    result = score("\n".join([HEADER, *[line(unit, 3) for unit in spellings]]), units, "--format", "json")
    assert result.exit_code == 0, result.output
    assert {unit["unit"]: unit["n"] for unit in json.loads(result.stdout)["units"]} == {
        "r": 7,
        "Norra f\u00f6rskolan": 7,
    }


@pytest.mark.parametrize("letter", ["\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x85", "\u200b", "\x00", "\n", "\r\n"])
def test_no_character_of_a_name_makes_a_row(score: Any, letter: str):
    units = f'unit,parent,name\nr,,R\na,r,"A{letter}B"\nb,r,B\nc,r,C\n'
    assert score(RESPONSES, units, "--format", "json").stdout == score(RESPONSES, UNITS, "--format", "json").stdout
    assert "u.csv, row 6, column parent" in score(RESPONSES, f"{units}d,q,D\n").stderr


def test_empty_columns_to_the_right_are_passed_over(score: Any):
    wide = "\n".join(f"{row},,, " for row in RESPONSES.splitlines())
    units = UNITS.replace("\n", ",,\n")
    assert score(wide, units, "--format", "json").stdout == score(RESPONSES, UNITS, "--format", "json").stdout


def test_many_faults_are_cut_short(score: Any):
    result = score("\n".join([HEADER, *[line("a", 7)] * 50]))
    assert result.exit_code == 1
    assert "and 30 more" in result.output


def test_no_units_and_no_responses_is_an_empty_answer(score: Any):
    result = score(HEADER, "unit,parent,name\n", "--format", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["units"] == []


def test_a_byte_order_mark_blank_lines_and_quotes_are_no_trouble(score: Any):
    responses = b"\xef\xbb\xbf" + (HEADER + '\r\n\r\n"a",' + ",".join(['"3"'] * 12) + "\r\n").encode()
    assert json.loads(score(responses, UNITS, "--format", "json").stdout)["complete"] == 1


def test_an_unknown_instrument_is_told_so(score: Any):
    result = score(RESPONSES, UNITS, "--instrument", "nomad")
    assert result.exit_code == 1
    assert "oric" in result.output


def test_the_worked_example_in_the_help_works_as_it_stands(tmp_path: Path):
    """The header and rows that --help shows are taken from it and run."""
    text = CliRunner().invoke(readiness, ["score", "--help"]).output
    header = re.search(r"unit,oric1,oric2,[\w,]+oric12", text)
    assert header
    rows = re.findall(r"^ +(\w+,\w*,[\w ]+?) {3,}(\w+(?:,[1-5]?){12})$", text, re.MULTILINE)
    assert len(rows) == 3
    (tmp_path / "units.csv").write_text("\n".join(["unit,parent,name", *(unit for unit, _ in rows)]), encoding="utf-8")
    (tmp_path / "responses.csv").write_text("\n".join([header.group(), *(row for _, row in rows)]), encoding="utf-8")
    arguments = ["score", str(tmp_path / "responses.csv"), "--units", str(tmp_path / "units.csv")]
    result = CliRunner().invoke(readiness, arguments)
    assert result.exit_code == 0, result.output
    assert "2 complete responses, 1 incomplete" in result.output


def audited(tmp_path: Path, text: str, *options: str) -> Result:
    (tmp_path / "audit.json").write_text(text, encoding="utf-8")
    return CliRunner().invoke(readiness, ["audit", str(tmp_path / "audit.json"), *options])


def test_audit_answers_and_ends_with_0_or_1(tmp_path: Path):
    good = file_of(MIXED)
    result = audited(tmp_path, json.dumps(good), "--format", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "passed": True,
        "residuals": [],
        "bounds": [],
        "withheld": [],
        "timed_out": False,
    }
    bad = {**good, "pieces": [{**piece, "n": 3} for piece in good["pieces"]]}
    result = audited(tmp_path, json.dumps(bad), "--format", "json", "--time-limit", "5")
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    assert answer["passed"] is False
    assert {entry["n"] for entry in answer["residuals"]} == {3}
    assert "Not passed." in audited(tmp_path, json.dumps(bad)).stdout


def test_the_file_in_the_audits_help_passes(tmp_path: Path):
    text = CliRunner().invoke(readiness, ["audit", "--help"]).output
    example = re.search(r'^ +\{"units".*?"61-79"\}\]\}', text, re.MULTILINE | re.DOTALL)
    assert example
    assert audited(tmp_path, example.group()).exit_code == 0
