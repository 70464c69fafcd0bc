"""From the bytes of a file to rows of cells: CSV as Swedish systems write it, and Excel workbooks.

Nothing is guessed where a guess could change an employment: what cannot be read with certainty is refused, with a
sentence about how to save the file.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from tbblearn.staffing.rules import Fault, FileRefused, Finding
from tbblearn.staffing.workbooks import is_workbook, workbook_rows

LARGEST = 20_000_000
MOST_ROWS = 60_000
MOST_COLUMNS = 60
LONGEST_CELL = 1_000

Cell = str | float | bool | date
"""A cell as the file has it: CSV has only text; a workbook has numbers, days and truth values too."""

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"RIFF", b"BM")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_GUARDED = re.compile(r'="([^"]*)"')
_APOSTROPHE = re.compile(r"'[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠\t\r\n]")


@dataclass(frozen=True)
class Table:
    """The header and the rows below it, each with its number as Excel counts.

    `ends_marked`: had it been cut off, it would not open.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]
    findings: tuple[Finding, ...] = ()
    ends_marked: bool = False


def read_table(content: bytes) -> Table:
    """The table in a file. Rows with nothing in them are left out. Raises FileRefused."""
    if len(content) > LARGEST:
        raise FileRefused(Fault.TOO_LARGE, mb=LARGEST // 1_000_000)
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise FileRefused(Fault.EMPTY)
    if content.startswith(_PICTURES):
        raise FileRefused(Fault.PICTURE)
    if content.startswith(_OLE):
        locked = "EncryptedPackage".encode("utf-16-le") in content
        raise FileRefused(Fault.ENCRYPTED if locked else Fault.OLD_WORKBOOK)
    if is_workbook(content):
        sheet = workbook_rows(content, MOST_ROWS, MOST_COLUMNS)
        return _table(enumerate(sheet.rows, 1), sheet.findings, ends_marked=True)
    return _table(_csv_rows(_text(content)), (), ends_marked=False)


def _table(rows: Iterable[tuple[int, Iterable[Cell]]], findings: tuple[Finding, ...], *, ends_marked: bool) -> Table:
    kept: list[tuple[int, tuple[Cell, ...]]] = []
    for number, row in rows:
        cells = tuple(row)
        if any(cell != "" for cell in cells):
            kept.append((number, cells))
            if len(kept) > MOST_ROWS + 1:
                raise FileRefused(Fault.TOO_MANY_ROWS, n=MOST_ROWS)
    if not kept:
        raise FileRefused(Fault.EMPTY)
    header = tuple(str(cell).strip().casefold() for cell in kept[0][1])
    while header and not header[-1]:
        header = header[:-1]
    return Table(header, tuple(kept[1:]), findings, ends_marked)


# --- CSV ---


def _text(content: bytes) -> str:
    """The characters of the file: UTF-8, UTF-16 with its mark, else the Windows page that Swedish systems write."""
    if content.startswith(_UTF16):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError as error:
            raise FileRefused(Fault.DAMAGED) from error
    if b"\x00" in content:
        raise FileRefused(Fault.NOT_A_TABLE)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # Cut off in the middle of a letter it is still UTF-8: as cp1252 its letters would all be wrong.
        if error.end == len(content) and error.reason == "unexpected end of data":
            raise FileRefused(Fault.DAMAGED) from error
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise FileRefused(Fault.NOT_A_TABLE) from error


def _csv_rows(text: str) -> Iterator[tuple[int, list[Cell]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, 1):
            if len(row) > MOST_COLUMNS and number == 1:
                raise FileRefused(Fault.NOT_A_TABLE)
            yield number, [_unguarded(cell) for cell in row]
    except csv.Error as error:
        raise FileRefused(Fault.QUOTES, row=number + 1) from error


def _delimiter(text: str) -> str:
    """What the columns of the first line are separated by."""
    first = text.lstrip().split("\n", 1)[0]
    counts = {sign: first.count(sign) for sign in ";,\t"}
    return max(counts, key=lambda sign: counts[sign])


def _unguarded(cell: str) -> str:
    """The cell without what keeps Excel from reading it otherwise: ="000123", or an apostrophe before a formula."""
    cell = cell.strip()
    guarded = _GUARDED.fullmatch(cell)
    if guarded:
        return guarded[1]
    return cell[1:] if _APOSTROPHE.match(cell) else cell
