"""CSV files for Swedish Excel: UTF-8 with BOM, semicolons, no cell that is read as a formula."""

import csv
import re
from collections.abc import Iterable

BETWEEN = ";"
_END = "\r\n"
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
_STARTS_FORMULA = re.compile(r"[\t\r\n]|[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠]")
"""What some spreadsheet would treat as a formula, even after whitespace or invisible characters (some strip them) or
with full-width signs.
"""

_READ_OTHERWISE = re.compile(
    r"\d[\w ./:-]*"
    r"|(?:jan|feb|mar|apr|maj|may|jun|jul|aug|sep|okt|oct|nov|de[cs])[a-z]*[ ./-]?\d+"
    r"|true|false|sant|falskt",
    re.ASCII | re.IGNORECASE,
)
"""Ids that Excel would read as a number, a date or a boolean: 000123 loses its zeros, mar12 becomes a month."""


class TextCell(str):
    """A cell that Excel must not reinterpret, such as an employment number.

    Written as ="000123" where Excel would read something else.
    """

    __slots__ = ()


def csv_file(header: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    """The table as bytes, the header first. A cell that would be read as a formula gets a leading apostrophe.

    Numbers are bare digits with a decimal comma, dates are 2026-11-21.
    """
    return csv_of_lines(header, map(cells, rows))


def csv_of_lines(header: Iterable[str], lines: Iterable[str]) -> bytes:
    """The same, from lines already encoded: results of `cells` joined by `BETWEEN`."""
    return "".join((BOM, cells(header), _END, *(line + _END for line in lines))).encode("utf-8")


def cells(values: Iterable[str]) -> str:
    """Encode adjacent cells, so that a run shared by many lines is encoded only once."""
    line: str = _writer.writerow([cell if type(cell) is str and cell[:1].isalnum() else _safe(cell) for cell in values])
    return line.removesuffix(_END)


def _safe(cell: str) -> str:
    if isinstance(cell, TextCell) and _READ_OTHERWISE.fullmatch(cell):
        return f'="{cell}"'
    return f"'{cell}" if _STARTS_FORMULA.match(cell) else cell


class _Line:
    """A file object for the csv module that returns what is written to it."""

    @staticmethod
    def write(line: str) -> str:
        return line


_writer = csv.writer(_Line(), delimiter=BETWEEN, lineterminator=_END)
