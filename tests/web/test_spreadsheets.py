"""No cell of a file is a formula to the spreadsheet that opens it."""

import csv
import io

import pytest

from tbblearn.web.spreadsheets import BOM, csv_file


def cells(*row: str) -> list[str]:
    """The row as a program reads it back."""
    text = csv_file(["Rubrik"] * len(row), [row]).decode("utf-8").removeprefix(BOM)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))[1]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize(
    "before",
    ["", " ", "\n", "\r\n", "\t", "\x0b", "\x0c", "\x00", "\x1f", "\x85", "\xa0", "\u200b", "\ufeff", " \n\t "],
)
def test_what_a_spreadsheet_takes_for_a_formula_is_marked_as_text(before: str, sign: str) -> None:
    cell = f"{before}{sign}HYPERLINK(1)"
    assert cells("före", cell) == ["före", f"'{cell}"]


@pytest.mark.parametrize("cell", ["", "Chef 3", "3 - 4", "a=b", "m@example.org", "två\nrader", "’", "–"])
def test_other_words_stay_as_they_are(cell: str) -> None:
    assert cells(cell) == [cell]
