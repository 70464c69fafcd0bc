"""No cell of a file is a formula to the spreadsheet that opens it."""

import csv
import io

import pytest

from tbblearn.web.spreadsheets import BOM, TextCell, csv_file


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


@pytest.mark.parametrize("name", ["000123", "12E3", "1-2", "3/4", "mar12", "MAJ 5", "sant", "19800101-1234", "10:30"])
def test_a_number_that_is_a_name_is_a_text_to_excel(name: str) -> None:
    assert cells(TextCell(name), name) == [f'="{name}"', name]


@pytest.mark.parametrize("name", ["p101", "region/enhet-1", "marie1x", "", 'a"b', '1"&A1&"', "1;2", "1\n2"])
def test_what_excel_leaves_alone_is_written_as_it_is(name: str) -> None:
    assert cells(TextCell(name)) == [name]
    assert cells(TextCell(f"={name}")) == [f"'={name}"]
