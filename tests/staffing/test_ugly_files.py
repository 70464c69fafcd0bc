"""Files as they come out of Excel and of old systems: each gets a sentence, and nothing is guessed."""

import io
import zipfile
from datetime import date, datetime

import pytest
import xlsxwriter

from tbblearn.staffing.parsing import parse_staff, parse_units
from tbblearn.staffing.rules import Fault, FileRefused
from tbblearn.staffing.tables import read_table
from tests.staffing.making import STAFF_HEADER, UNITS_HEADER, csv_bytes, staff_row, unit_row, workbook

TEXT = csv_bytes([staff_row(given_name="Åsa-Örjan")], STAFF_HEADER).decode()
CELLS = list(staff_row().values())


def first_name(content: bytes) -> str:
    parsed = parse_staff(read_table(content))
    assert parsed.findings == ()
    return parsed.rows[0].given_name


def faults(content: bytes) -> list[tuple[Fault, int | None, str]]:
    try:
        found = parse_staff(read_table(content)).findings
    except FileRefused as refused:
        found = (refused.finding,)
    return [(one.fault, one.row, one.column) for one in found]


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("cp1252"),
        TEXT.encode("utf-16"),
        TEXT.replace(";", ",").encode(),
        TEXT.replace(";", "\t").encode(),
        TEXT.replace("\r\n", "\n").encode(),
        TEXT.rstrip().encode(),
        TEXT.replace("Åsa-Örjan", '"Åsa-Örjan"').encode(),
        (TEXT + ";" * (len(STAFF_HEADER) - 1) + "\r\n\r\n").encode(),
        TEXT.replace("person_id;", "Person_ID ;").encode(),
    ],
    ids=[
        "utf-8",
        "bom",
        "cp1252",
        "utf-16",
        "comma",
        "tab",
        "lf",
        "no last line end",
        "quotes",
        "empty rows",
        "header",
    ],
)
def test_what_swedish_systems_write_is_read(content: bytes):
    assert first_name(content) == "Åsa-Örjan"


def test_a_semicolon_in_quotes_is_a_part_of_the_cell():
    assert first_name(TEXT.replace("Åsa-Örjan", '"Åsa; Örjan"').encode()) == "Åsa; Örjan"


@pytest.mark.parametrize(
    ("content", "fault"),
    {
        "empty": (b"", Fault.EMPTY),
        "only spaces": (b"\xef\xbb\xbf \r\n", Fault.EMPTY),
        "a picture named .csv": (b"\x89PNG\r\n\x1a\n" + bytes(50), Fault.PICTURE),
        "a PDF": (b"%PDF-1.7", Fault.PICTURE),
        "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), Fault.OLD_WORKBOOK),
        "an encrypted workbook": (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le"),
            Fault.ENCRYPTED,
        ),
        "binary": (b"person_id;\x00\x01\x02", Fault.NOT_A_TABLE),
        "no header": (b"p1;e1;Medarbetare;1\r\n", Fault.NO_HEADER),
        "a column is missing": (TEXT.replace("unit_id", "enhet").encode(), Fault.COLUMN_MISSING),
        "a column twice": (TEXT.replace("language", "unit_id").encode(), Fault.COLUMN_TWICE),
        "no rows": (TEXT.split("\r\n")[0].encode(), Fault.NO_ROWS),
        "the unit file": (csv_bytes([unit_row("enhet-1")], UNITS_HEADER), Fault.WRONG_FILE),
        "quotes that never close": (TEXT.replace("Åsa", '"Åsa').encode(), Fault.QUOTES),
        "cut in the middle of a letter": (TEXT[: TEXT.index("Åsa")].encode() + b"\xc3", Fault.DAMAGED),
        "a zip of something else": (b"PK\x03\x04" + bytes(40), Fault.DAMAGED),
    }.values(),
    ids=lambda one: one.value if isinstance(one, Fault) else "",
)
def test_a_file_that_cannot_be_read_is_refused_with_its_reason(content: bytes, fault: Fault):
    assert [one for one, _, _ in faults(content)] == [fault]


@pytest.mark.parametrize(
    ("given", "fault", "column"),
    [
        ({"person_id": ""}, Fault.MUST_BE_FILLED, "person_id"),
        ({"unit_id": ""}, Fault.MUST_BE_FILLED, "unit_id"),
        ({"start_on": ""}, Fault.MUST_BE_FILLED, "start_on"),
        ({"start_on": "2026-13-01"}, Fault.NOT_A_DATE, "start_on"),
        ({"start_on": "1/2 2026"}, Fault.NOT_A_DATE, "start_on"),
        ({"start_on": "46000"}, Fault.EXCEL_DAY, "start_on"),
        ({"start_on": "1899-12-31"}, Fault.FAR_DATE, "start_on"),
        ({"end_on": "9999-12-31"}, Fault.FAR_DATE, "end_on"),
        ({"end_on": "2019-12-31"}, Fault.END_BEFORE_START, "end_on"),
        ({"leave_to": "2026-12-31"}, Fault.LEAVE_WITHOUT_START, "leave_to"),
        ({"leave_from": "2026-12-01", "leave_to": "2026-11-01"}, Fault.END_BEFORE_START, "leave_to"),
        ({"end_on": "2026-06-30", "leave_from": "2026-12-01"}, Fault.LEAVE_OUTSIDE, "leave_from"),
        ({"email": "medarbetare1(at)example.org"}, Fault.NO_AT, "email"),
        ({"language": "svenska"}, Fault.UNKNOWN_WORD, "language"),
        ({"given_name": "x" * 121}, Fault.TOO_LONG, "given_name"),
        ({"given_name": "Med\u200barbetare"}, Fault.CONTROL, "given_name"),
        ({"given_name": "Medarbetar\ufffd"}, Fault.CONTROL, "given_name"),
        ({"person_id": "1,23457E+11"}, Fault.NUMBER_SHORTENED, "person_id"),
        ({"person_id": "19850512-1234"}, Fault.PERSONNUMMER, ""),
        ({"profession": "850512-123A".replace("123A", "1234")}, Fault.PERSONNUMMER, ""),
        ({"employment_id": "198505121239"}, Fault.PERSONNUMMER, ""),
        ({"email": "19850572-1234@example.org"}, Fault.PERSONNUMMER, ""),
    ],
)
def test_a_row_that_is_wrong_is_named_by_row_and_column(given: dict[str, str], fault: Fault, column: str):
    content = csv_bytes([staff_row(person_id="p0", email=""), staff_row(**given)], STAFF_HEADER)
    assert faults(content) == [(fault, 3, column)]


def test_an_identity_number_in_a_column_that_we_do_not_read_is_refused_too():
    content = csv_bytes([staff_row() | {"personnr": "850512-1234"}], (*STAFF_HEADER, "personnr"))
    assert faults(content) == [(Fault.PERSONNUMMER, 2, "")]


def test_no_error_repeats_a_name_or_an_address_or_a_number_of_a_person():
    rows = [staff_row(person_id="1,5E+11", given_name="", email="hemlig", language="danska", unit_id="")]
    found = parse_staff(read_table(csv_bytes(rows, STAFF_HEADER))).findings
    assert {(one.column, one.value) for one in found} == {
        ("person_id", ""),
        ("given_name", ""),
        ("language", "danska"),
        ("unit_id", ""),
    }


def test_a_row_with_too_few_or_too_many_fields_is_named():
    lines = TEXT.rstrip().split("\r\n")
    assert faults("\r\n".join([*lines, "p2;e2"]).encode())[0] == (Fault.CELLS, 3, "")
    assert (Fault.CELLS, 2, "") in faults("\r\n".join([lines[0], lines[1] + ";x"]).encode())


def test_the_same_employment_twice_makes_both_rows_faulty():
    twice = [staff_row(employment_id="e1"), staff_row(employment_id="e1"), staff_row(person_id="p2", email="")]
    parsed = parse_staff(read_table(csv_bytes(twice, STAFF_HEADER)))
    assert [(one.fault, one.row, one.about["other"]) for one in parsed.findings] == [
        (Fault.TWICE, 2, 3),
        (Fault.TWICE, 3, 2),
    ]
    assert [row.person_id for row in parsed.rows] == ["p2"]


def test_rows_of_one_person_must_agree():
    two = [staff_row(employment_id="e1"), staff_row(employment_id="e2", family_name="2")]
    parsed = parse_staff(read_table(csv_bytes(two, STAFF_HEADER)))
    assert [(one.fault, one.row) for one in parsed.findings] == [(Fault.PERSON_DIFFERS, 2), (Fault.PERSON_DIFFERS, 3)]


def test_a_unit_twice():
    parsed = parse_units(read_table(csv_bytes([unit_row("a"), unit_row("b"), unit_row("a")], UNITS_HEADER)))
    assert [(one.fault, one.row, one.value) for one in parsed.findings] == [
        (Fault.TWICE, 2, "a"),
        (Fault.TWICE, 4, "a"),
    ]


# --- workbooks ---


def in_book(given: dict[str, object], options: dict[str, object] | None = None) -> bytes:
    row = dict(staff_row()) | given
    return workbook([STAFF_HEADER, [row[name] for name in STAFF_HEADER]], options)


@pytest.mark.parametrize("options", [{}, {"date_1904": True}], ids=["1900", "1904"])
def test_days_of_a_workbook_are_the_days_that_excel_shows(options: dict[str, object]):
    content = in_book({"start_on": date(2026, 2, 28), "end_on": datetime(2027, 2, 28)}, options)
    (row,) = parse_staff(read_table(content)).rows
    assert (row.start_on, row.end_on) == (date(2026, 2, 28), date(2027, 2, 28))


def test_whole_numbers_of_a_workbook_are_ids():
    (row,) = parse_staff(read_table(in_book({"person_id": 4711}))).rows
    assert row.person_id == "4711"


@pytest.mark.parametrize(
    ("given", "fault", "column"),
    [
        ({"person_id": 1.5}, Fault.NOT_A_WHOLE_NUMBER, "person_id"),
        ({"person_id": 1.2345e17}, Fault.NUMBER_SHORTENED, "person_id"),
        ({"person_id": date(2026, 3, 12)}, Fault.UNREADABLE, "person_id"),
        ({"unit_id": True}, Fault.UNREADABLE, "unit_id"),
        ({"start_on": 46000}, Fault.EXCEL_DAY, "start_on"),
        ({"start_on": datetime(2026, 3, 12, 7, 30)}, Fault.NOT_A_DATE, "start_on"),
        ({"family_name": "=A1"}, Fault.FORMULA, ""),
    ],
)
def test_what_excel_has_made_of_a_cell_is_named(given: dict[str, object], fault: Fault, column: str):
    assert (fault, 2, column) in faults(in_book(given))


def book(write: object) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as opened:
        page = opened.add_worksheet("Personal")
        for number, row in enumerate([STAFF_HEADER, CELLS]):
            page.write_row(number, 0, row)
        write(opened, page)  # type: ignore[operator]
    return made.getvalue()


def rezipped(content: bytes, add: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in add:
                new.writestr(name, old.read(name))
        for name, part in add.items():
            new.writestr(name, part)
    return made.getvalue()


PLAIN = book(lambda _book, _page: None)


BOOKS: dict[str, tuple[bytes, Fault | None, int | None]] = {
    "plain": (PLAIN, None, None),
    "merged": (book(lambda _book, page: page.merge_range("C3:D3", "x")), Fault.MERGED, 3),
    "hidden": (book(lambda _book, page: page.set_row(1, None, None, {"hidden": True})), Fault.HIDDEN, 2),
    "two tables": (
        book(lambda opened, _page: opened.add_worksheet("Till").write_row(0, 0, ["a", "b"])),
        Fault.SEVERAL_SHEETS,
        None,
    ),
    "a page of explanation": (book(lambda opened, _page: opened.add_worksheet("Info").write(0, 0, "x")), None, None),
    "a cell far down": (book(lambda _book, page: page.write(1_000_000, 0, "x")), Fault.TOO_MANY_ROWS, None),
    "a cell far out": (book(lambda _book, page: page.write(1, 16_000, "x")), Fault.NOT_A_TABLE, None),
    "macros": (rezipped(PLAIN, {"xl/vbaProject.bin": b"macro"}), Fault.MACROS, None),
    "a bomb": (rezipped(PLAIN, {"xl/bomb.xml": b" " * 70_000_000}), Fault.BOMB, None),
    "a long text in many cells": (
        book(lambda _book, page: [page.write_string(row, 0, "x" * 30_000) for row in range(2, 4_000)]),
        Fault.BOMB,
        None,
    ),
    "very many cells": (
        rezipped(PLAIN, {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row>" + b"<c><v>1</v></c>" * 1_000_001}),
        Fault.BOMB,
        None,
    ),
    "utf-16": (
        rezipped(PLAIN, {"xl/worksheets/sheet1.xml": "<worksheet/>".encode("utf-16")}),
        Fault.DAMAGED,
        None,
    ),
    "cut": (PLAIN[:-30], Fault.DAMAGED, None),
    "cut early": (PLAIN[:2000], Fault.DAMAGED, None),
}


@pytest.mark.parametrize(("content", "fault", "row"), BOOKS.values(), ids=BOOKS)
def test_a_workbook_is_looked_through(content: bytes, fault: Fault | None, row: int | None):
    got = faults(content)
    assert (fault, row, "") in got if fault else got == []


def test_a_bomb_that_lies_about_its_size_is_not_unpacked():
    packed = bytearray(rezipped(PLAIN, {"xl/bomb.xml": b" " * 50_000_000}))
    size = (50_000_000).to_bytes(4, "little")
    while size in packed:
        packed[packed.index(size) : packed.index(size) + 4] = (100).to_bytes(4, "little")
    assert [one for one, _, _ in faults(bytes(packed))] == [Fault.DAMAGED]


def test_an_employee_number_that_only_looks_like_a_date_is_no_identity_number():
    assert faults(csv_bytes([staff_row(person_id="8505121230", employment_id="198505121230")], STAFF_HEADER)) == []
