"""Files as people have them, each through the real command: `inputs/X.expect` says of each what is right, and why."""

import os
from pathlib import Path

import pytest

from tests.commands import run_command

INPUTS = Path(__file__).parent / "inputs"
FIGURES = ("23 complete responses, 0 incomplete", "county      23         3.4         3.6  divided, divided")

EXPECTED: dict[str, tuple[int, tuple[str, ...]]] = {
    "audit-dup_key.json": (2, ("k: This key is written twice.",)),
    "audit-hugeint.json": (2, ("k: Write a whole number, not one of 5,000 digits.",)),
    "audit-k1_residual4.json": (2, ("k: Write at least 5, not 1.", "k_distribution: Write at least 5, not 1.")),
    "audit-lost_one_parent.json": (
        2,
        ("units[4]: The key “parent” is missing.", "no key “Parent” here; did you mean “parent”?"),
    ),
    "audit-lost_one_parent.right.json": (1, ("Not passed.", "No answers at all have the published figures")),
    "audit-nest.json": (2, ("brackets within brackets",)),
    "audit-no_parent_keys.json": (2, tuple(f"units[{number}]: The key “parent” is missing." for number in range(3))),
    "audit-parent_list.json": (2, ("units[0].parent: Write text, not a list.",)),
    "audit-residual4_parent_key_misspelt.json": (
        2,
        tuple(f"units[{number}]: There is no key “Parent” here" for number in range(3)),
    ),
    "audit-scale_mismatch.json": (
        2,
        ("published[0].scale: The item C1 is on the scale commitment, not on efficacy.",),
    ),
    "audit-statistic_list.json": (2, ("published[0].statistic: Write text, not a list.",)),
    "score-ansi_unit.responses.csv": (1, ("row 13, column unit: The unit “<U+001B>[31mred<U+001B>[0m” is not in",)),
    "score-excel_empty_cols.responses.csv": (0, FIGURES),
    "score-lost_parent.responses.csv": (
        1,
        (".units.csv, row 4, column parent: The unit “south” has no parent, and neither has “county” in row 2.",),
    ),
    "score-nfd_unit.responses.csv": (0, ("12 complete responses, 0 incomplete", "F\u00f6rskola      12")),
    "score-tab.responses.csv": (1, (".responses.csv, row 1: The cells are separated by tabs; use commas.",)),
    "score-unclosed_quote.responses.csv": (
        1,
        (".units.csv, row 2: A quotation mark that opens a cell in this row is not closed",),
    ),
    "score-unit_name_U2028.responses.csv": (0, FIGURES),
    "score-unit_name_VT.responses.csv": (0, FIGURES),
    "score-unit_name_linebreak.responses.csv": (1, (".units.csv, row 4, column parent: The parent “cuonty”",)),
    "score-zwsp_unit.responses.csv": (
        1,
        ("row 2, column unit: The unit “north<U+200B>” is not in", "It holds U+200B ZERO WIDTH SPACE"),
    ),
}  # fmt: skip


def test_every_input_has_an_expectation():
    inputs = {path.name for path in INPUTS.iterdir() if not path.name.endswith((".expect", ".units.csv"))}
    assert inputs == set(EXPECTED)
    assert {path.stem for path in INPUTS.glob("*.expect")} == {name.split(".")[0] for name in EXPECTED}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_command_says_what_is_right(name: str):
    command, _, rest = name.partition("-")
    units = ("--units", str(INPUTS / f"{command}-{rest.removesuffix('.responses.csv')}.units.csv"))
    arguments = ("readiness", command, str(INPUTS / name), *(units if command == "score" else ()))
    done = run_command(arguments, {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"})
    code, words = EXPECTED[name]
    assert done.returncode == code, done.stderr
    said = done.stdout if name.endswith("right.json") or code == 0 else done.stderr
    for text in words:
        assert text in said
    assert "Traceback" not in done.stderr
    assert all(letter.isprintable() or letter == "\n" for letter in done.stdout + done.stderr)
