"""Excel workbooks: looked through as the zip of XML that they are, then read by calamine.

Whatever could make the reader swell, or show other rows than a person sees in Excel, is refused before it is read.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from tbblearn.staffing.rules import Fault, FileRefused, Finding

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

LARGEST_UNPACKED = 60_000_000
MOST_CELLS = 1_000_000
MOST_TEXT = 60_000_000
"""Of shared texts, each counted as often as a cell refers to it: the reader copies them for every cell."""
MOST_PARTS = 500
_CHUNK = 1 << 20
_ZIP = b"PK\x03\x04"
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_CELL = re.compile(rb"""<(?:\w+:)?c\b[^<>]*?\br\s*=\s*["']([A-Za-z]+)(\d+)["']""")
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^<>]*>""")
_ROW_NUMBER = re.compile(rb"""\br\s*=\s*["'](\d+)["']""")
_HIDDEN = re.compile(rb"""\bhidden\s*=\s*["'](?:1|true)["']""")
_FORMULA = re.compile(rb"""<(?:\w+:)?c\b[^<>]*?\br\s*=\s*["']([A-Za-z]+)(\d+)["'][^<>]*>\s*<(?:\w+:)?f\b""")
_ANY_CELL = re.compile(rb"""<(?:\w+:)?c\b[^<>]*>""")
_IS_SHARED = re.compile(rb"""\bt\s*=\s*["']s["']""")
_SHARED = re.compile(rb"""<(?:\w+:)?c\b[^<>]*\bt\s*=\s*["']s["'][^<>]*>\s*<(?:\w+:)?v>\s*(\d{1,7})\s*</""")
_TEXT = re.compile(rb"""<(?:\w+:)?si\b.*?</(?:\w+:)?si\s*>""", re.DOTALL)
_DAMAGED = (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError, NotImplementedError, RuntimeError, KeyError)

Cell = str | float | bool | date


@dataclass(frozen=True)
class Sheet:
    """The rows of the one sheet with a table, and what in it a person cannot see or Excel would compute."""

    rows: Sequence[Sequence[Cell]]
    findings: tuple[Finding, ...]


def is_workbook(content: bytes) -> bool:
    """True for a zip, which a workbook is."""
    return content.startswith(_ZIP)


def workbook_rows(content: bytes, most_rows: int, most_columns: int) -> Sheet:
    """The rows of the visible sheet that has any. Raises FileRefused."""
    findings = tuple(_looked_through(content, most_rows, most_columns))
    from python_calamine import CalamineError, PasswordError  # late: only those who read a workbook need it

    try:
        sheet = _only_sheet(content)
        rows = sheet.to_python(skip_empty_area=False)
        merged = sheet.merged_cell_ranges or []
    except PasswordError as error:
        raise FileRefused(Fault.ENCRYPTED) from error
    except CalamineError as error:
        raise FileRefused(Fault.DAMAGED) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # how the library says that it came upon something unforeseen
            raise FileRefused(Fault.DAMAGED) from None
        raise
    found = (
        Finding(Fault.MERGED, row + 1, about={"cell": f"{_letters(column)}{row + 1}"}) for (row, column), _ in merged
    )
    return Sheet([[_cell(one) for one in row] for row in rows], (*findings, *found))


def _only_sheet(content: bytes) -> "CalamineSheet":
    """The visible sheet with a table. A page of explanation beside it, as in our own template, has only column A."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets = [
        workbook.get_sheet_by_name(one.name)
        for one in workbook.sheets_metadata
        if one.visible == SheetVisibleEnum.Visible and one.typ == SheetTypeEnum.WorkSheet
    ]
    filled = [sheet for sheet in sheets if sheet.width > 1 and sheet.height]
    if len(filled) > 1:
        raise FileRefused(Fault.SEVERAL_SHEETS, n=len(filled))
    if not filled:
        raise FileRefused(Fault.EMPTY)
    return filled[0]


def _cell(value: object) -> Cell:
    if isinstance(value, datetime):
        whole = value.hour == value.minute == value.second == 0
        return value.date() if whole else value.isoformat(" ")
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool | date):
        return value
    if isinstance(value, int | float):
        return float(value)
    return str(value)


def _looked_through(content: bytes, most_rows: int, most_columns: int) -> Iterator[Finding]:
    """Refuse what must not be read; give hidden rows and formulas."""
    sheets: list[bytes] = []
    texts: list[int] = []
    try:
        for name, unpacked in _parts(content):
            if name.endswith(".xml") and b"\x00" in unpacked:
                raise FileRefused(Fault.DAMAGED)  # not UTF-8: what follows would be blind
            if _SHEET.fullmatch(name):
                sheets.append(unpacked)
            elif name.casefold().endswith("sharedstrings.xml"):
                texts += [len(found[0]) for found in _TEXT.finditer(unpacked)]
    except _DAMAGED as error:
        raise FileRefused(Fault.DAMAGED) from error
    _demand_modest(sheets, texts)
    for sheet in sheets:
        yield from _sheet_findings(sheet, most_rows, most_columns)


def _parts(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The files in the zip, unpacked within LARGEST_UNPACKED, with their names."""
    total = 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        names = {part.filename for part in parts}
        if len(parts) > MOST_PARTS or len(names) < len(parts):
            raise FileRefused(Fault.BOMB)
        if not {"xl/workbook.xml", "[Content_Types].xml"} <= names:
            raise FileRefused(Fault.NOT_A_TABLE)
        if any("vbaproject" in name.casefold() for name in names):
            raise FileRefused(Fault.MACROS)
        for part in parts:
            if part.flag_bits & 0x1:
                raise FileRefused(Fault.ENCRYPTED)
            unpacked = bytearray()
            with archive.open(part) as stream:
                while piece := stream.read(_CHUNK):
                    unpacked += piece
                    total += len(piece)
                    if total > LARGEST_UNPACKED:
                        raise FileRefused(Fault.BOMB)
            yield part.filename, bytes(unpacked)


def _demand_modest(sheets: Sequence[bytes], texts: Sequence[int]) -> None:
    """Refuse more cells, or more text in them, than the reader could hold."""
    cells = [found[0] for sheet in sheets for found in _ANY_CELL.finditer(sheet)]
    if len(cells) > MOST_CELLS:
        raise FileRefused(Fault.BOMB)
    referred = [int(found[1]) for sheet in sheets for found in _SHARED.finditer(sheet)]
    longest = max(texts, default=0)
    unread = sum(1 for cell in cells if _IS_SHARED.search(cell)) - len(referred)
    held = sum(texts[number] for number in referred if number < len(texts))
    if held + max(0, unread) * longest > MOST_TEXT:
        raise FileRefused(Fault.BOMB)


def _sheet_findings(xml: bytes, most_rows: int, most_columns: int) -> Iterator[Finding]:
    for found in _CELL.finditer(xml):
        if len(found[2]) > 6 or int(found[2]) > most_rows + 1:
            raise FileRefused(Fault.TOO_MANY_ROWS, n=most_rows)
        if len(found[1]) > 2 or _column(found[1]) > most_columns:
            raise FileRefused(Fault.NOT_A_TABLE)
    for found in _ROW.finditer(xml):
        number = _ROW_NUMBER.search(found[0])
        if number and (len(number[1]) > 6 or int(number[1]) > most_rows + 1) and b"/>" not in found[0]:
            raise FileRefused(Fault.TOO_MANY_ROWS, n=most_rows)
        if _HIDDEN.search(found[0]) and number:
            yield Finding(Fault.HIDDEN, int(number[1]))
    for found in _FORMULA.finditer(xml):
        yield Finding(Fault.FORMULA, int(found[2]), about={"cell": (found[1] + found[2]).decode()})


def _column(letters: bytes) -> int:
    """The number of a column: A is 1, AA 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _letters(column: int) -> str:
    """The letters of a column: 0 is A, 26 AA."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
