"""Reading RESPONSES.csv and UNITS.csv; every fault is a sentence with row and column.

Comma-separated UTF-8, with or without a byte order mark. Rows are counted as in a spreadsheet: the header is row 1, and
a line break within quotation marks makes no row. Empty rows are skipped, and so are empty columns without a header.

Units are the same if they look the same: letters are compared composed (Unicode's NFC), and any run of blanks and line
breaks is one space. An invisible character in a unit, such as a zero-width space, is a fault that names it.
"""

import csv
import io
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tbblearn.characters import quoted, unseen_named, visible
from tbblearn.readiness.figures.scoring import OutsideScale, Scorer, Unanswered, Values
from tbblearn.readiness.given_units import FaultyUnits, one_tree
from tbblearn.readiness.rules import Tree

UNIT_COLUMNS = ("unit", "parent", "name")
EMPTY_UNIT = "The unit is empty. Write the unit of the person who answered."


@dataclass(frozen=True, slots=True)
class FileFault:
    """One fault in a file. `row` and `column` are None where the whole file or row is at fault."""

    file: str
    row: int | None
    column: str | None
    message: str

    def __str__(self) -> str:
        row = "" if self.row is None else f", row {self.row}"
        column = "" if self.column is None else f", column {self.column}"
        return visible(f"{self.file}{row}{column}: {self.message}")


class FaultyFile(Exception):
    """A file that cannot be used; all its faults, in the order of its rows."""

    def __init__(self, faults: Sequence[FileFault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Responses:
    """Complete responses by unit, and the number of incomplete ones."""

    complete: dict[str, list[Values]]
    incomplete: int


def response_columns(scorer: Scorer) -> tuple[str, ...]:
    """The header of RESPONSES.csv: `unit`, then the instrument's code with 1, 2, ... in printed order."""
    code = scorer.instrument.code
    return ("unit", *(f"{code}{position}" for position in range(1, len(scorer.instrument.items) + 1)))


def read_units(path: Path) -> Tree:
    """The tree of UNITS.csv, with at most one topmost unit; raises FaultyFile."""
    pairs: list[tuple[str, str | None]] = []
    rows: list[int] = []
    faults: list[FileFault] = []
    for row, cells in _rows(path, UNIT_COLUMNS, faults):
        unit, parent = _unit(cells[0]), _unit(cells[1])
        if not unit:
            faults.append(FileFault(path.name, row, "unit", "The unit is empty. Give each unit an id of its own."))
        elif named := unseen_named(unit):
            faults.append(FileFault(path.name, row, "unit", f"Here stands {quoted(unit)}.{named}"))
        pairs.append((unit, parent or None))
        rows.append(row)
    if faults:
        raise FaultyFile(faults)
    try:
        return one_tree(pairs, lambda position: f"row {rows[position]}")
    except FaultyUnits as error:
        found = [FileFault(path.name, rows[fault.position], fault.key, fault.message) for fault in error.faults]
        raise FaultyFile(found) from error


def _unit(cell: str) -> str:
    return unicodedata.normalize("NFC", " ".join(cell.split()))


def read_responses(
    path: Path, scorer: Scorer, tree: Tree, seen: Callable[[int], None] = lambda rows: None
) -> Responses:
    """The responses of RESPONSES.csv; raises FaultyFile. Calls `seen` after every 1,000 rows."""
    complete: dict[str, list[Values]] = {}
    incomplete = 0
    faults: list[FileFault] = []
    columns = response_columns(scorer)
    for number, (row, cells) in enumerate(_rows(path, columns, faults), start=1):
        if number % 1000 == 0:
            seen(1000)
        unit = _unit(cells[0])
        if unit not in tree.parent:
            mend = unseen_named(unit) or " Add it there, or mend it here."
            message = f"The unit {quoted(unit)} is not in the file of units.{mend}" if unit else EMPTY_UNIT
            faults.append(FileFault(path.name, row, "unit", message))
        try:
            values = scorer.read(cells[1:])
        except OutsideScale as fault:
            message = f"{quoted(fault.given)} is not an answer here.{unseen_named(fault.given)} "
            expected = scorer.expected(fault.position)
            faults.append(FileFault(path.name, row, columns[1 + fault.position], message + expected))
            continue
        if isinstance(values, Unanswered):
            incomplete += 1
        else:
            complete.setdefault(unit, []).append(values)
    if faults:
        raise FaultyFile(faults)
    return Responses(complete, incomplete)


def _rows(path: Path, columns: Sequence[str], faults: list[FileFault]) -> Iterator[tuple[int, list[str]]]:
    """The rows with the expected number of cells; others become faults. Raises FaultyFile for a useless file."""
    rows = _records(path.name, _text(path))
    _, header = next(rows, (1, []))
    _check_header(path.name, header, columns)
    for row, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        beyond = next((cell for cell in cells[len(columns) :] if cell.strip()), None)
        if beyond is not None:
            message = f"{quoted(beyond)} stands to the right of the last column, which is {columns[-1]}."
            faults.append(FileFault(path.name, row, None, message))
        elif len(cells) < len(columns):
            faults.append(FileFault(path.name, row, None, _too_few(cells, columns)))
        else:
            yield row, cells[: len(columns)]


def _too_few(cells: Sequence[str], columns: Sequence[str]) -> str:
    if separated := _separated(cells):
        return separated
    count = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
    return f"The row has {count}, not {len(columns)}. Give each column a cell, empty or not."


def _separated(cells: Sequence[str]) -> str | None:
    """The fault of a row that is one cell because something other than commas separates its cells."""
    for separator, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(cells) == 1 and separator in cells[0]:
            return f"The cells are separated by {name}; use commas."
    return None


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise FaultyFile([FileFault(path.name, None, None, f"The file cannot be read: {error.strerror}.")]) from error
    for beginnings, kind in (((b"\xff\xfe", b"\xfe\xff"), "UTF-16"), ((b"PK\x03\x04",), "an Excel workbook")):
        if raw.startswith(beginnings):
            raise FaultyFile([FileFault(path.name, None, None, f"The file is {kind}. Save it as “CSV UTF-8”.")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig") + "?"
        row = sum(1 for _ in _records(path.name, before, closed=False))
        message = "A character here is not UTF-8. Save the file as “CSV UTF-8”."
        raise FaultyFile([FileFault(path.name, row, None, message)]) from error


def _records(name: str, text: str, *, closed: bool = True) -> Iterator[tuple[int, list[str]]]:
    """The numbered rows of a spreadsheet. Raises FaultyFile for a quotation mark that is not closed.

    `closed=False`: the text is cut off, so the last row may end within quotation marks.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=closed)
    row, lines_before = 1, 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "limit" in str(error) and reader.line_num == lines_before + 1:
                message = f"A cell holds more than {csv.field_size_limit():,} characters."
            else:
                message = (
                    "A quotation mark that opens a cell in this row is not closed, or something follows where it is "
                    "closed. Close it at the end of the cell; one that belongs to the text is written twice."
                )
            raise FaultyFile([FileFault(name, row, None, message)]) from error
        yield row, cells
        row, lines_before = row + 1, reader.line_num


def _check_header(name: str, given: Sequence[str], columns: Sequence[str]) -> None:
    first = f"The first row must be: {','.join(columns)}"
    if separated := _separated(given):
        raise FaultyFile([FileFault(name, 1, None, f"{separated} {first}")])
    header = [cell.strip() for cell in given]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise FaultyFile([FileFault(name, 1, None, f"The file has no header. {first}")])
    for position, column in enumerate(columns):
        if position >= len(header) or header[position] != column:
            here = header[position] if position < len(header) else ""
            found = quoted(here) if here else "nothing"
            message = f"Here stands {found}, not “{column}”.{unseen_named(here)} {first}"
            raise FaultyFile([FileFault(name, 1, column, message)])
    if len(header) > len(columns):
        beyond = next(cell for cell in header[len(columns) :] if cell)
        raise FaultyFile([FileFault(name, 1, beyond, f"The column {quoted(beyond)} is not known. {first}")])
