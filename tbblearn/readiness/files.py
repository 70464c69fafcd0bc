"""Reading RESPONSES.csv and UNITS.csv; every fault is a sentence with row and column.

Comma-separated UTF-8 (a byte order mark is fine). Rows are counted as a spreadsheet does: the header is
row 1. Rows that are wholly empty are skipped.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tbblearn.readiness.rules import Tree, TreeFault
from tbblearn.readiness.scoring import OutsideScale, Scorer, Unanswered, Values

UNIT_COLUMNS = ("unit", "parent", "name")


@dataclass(frozen=True, slots=True)
class FileFault:
    """One fault in a file. `row` and `column` are None where the whole file, or the whole row, is at fault."""

    file: str
    row: int | None
    column: str | None
    message: str

    def __str__(self) -> str:
        place = [self.file]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(f"column {self.column}")
        return f"{', '.join(place)}: {self.message}"


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
    """The tree of UNITS.csv; raises FaultyFile."""
    pairs: list[tuple[str, str | None]] = []
    rows: list[int] = []
    faults: list[FileFault] = []
    for row, cells in _rows(path, UNIT_COLUMNS, faults):
        unit, parent = cells[0].strip(), cells[1].strip()
        if not unit:
            faults.append(FileFault(path.name, row, "unit", "The unit is empty. Give each unit an id of its own."))
        pairs.append((unit, parent or None))
        rows.append(row)
    if faults:
        raise FaultyFile(faults)
    try:
        return Tree.build(pairs)
    except TreeFault as fault:
        row = rows[fault.position]
        column = "unit" if "twice" in str(fault) else "parent"
        message = f"{str(fault)[0].upper()}{str(fault)[1:]}. {_mend(column)}"
        raise FaultyFile([FileFault(path.name, row, column, message)]) from fault


def _mend(column: str) -> str:
    if column == "unit":
        return "Let each unit stand on one row."
    return "Mend the parent; the topmost unit has an empty one."


def read_responses(
    path: Path, scorer: Scorer, tree: Tree, seen: Callable[[int], None] = lambda rows: None
) -> Responses:
    """The responses of RESPONSES.csv; raises FaultyFile. `seen` is told of every 1,000 rows read."""
    complete: dict[str, list[Values]] = {}
    incomplete = 0
    faults: list[FileFault] = []
    columns = response_columns(scorer)
    for number, (row, cells) in enumerate(_rows(path, columns, faults), start=1):
        if number % 1000 == 0:
            seen(1000)
        unit = cells[0].strip()
        if unit not in tree.parent:
            message = f"The unit “{unit}” is not in the file of units. Add it there, or mend it here."
            faults.append(FileFault(path.name, row, "unit", message))
        try:
            values = scorer.read(cells[1:])
        except OutsideScale as fault:
            faults.append(FileFault(path.name, row, columns[1 + fault.position], str(fault)))
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
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        row = path.read_bytes()[: error.start].count(b"\n") + 1
        message = "A character here is not UTF-8. Save the file as “CSV UTF-8”."
        raise FaultyFile([FileFault(path.name, row, None, message)]) from error
    except OSError as error:
        raise FaultyFile([FileFault(path.name, None, None, f"The file cannot be read: {error.strerror}.")]) from error
    lines = csv.reader(text.splitlines(keepends=True))
    try:
        header = [cell.strip() for cell in next(lines, [])]
        _check_header(path.name, header, columns)
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(columns):
                message = f"The row has {len(cells)} cells, not {len(columns)}. Give each column a cell, empty or not."
                faults.append(FileFault(path.name, lines.line_num, None, message))
                continue
            yield lines.line_num, cells
    except csv.Error as error:
        raise FaultyFile([FileFault(path.name, lines.line_num, None, f"The row cannot be read: {error}.")]) from error


def _check_header(name: str, header: Sequence[str], columns: Sequence[str]) -> None:
    if list(header) == list(columns):
        return
    first = f"The first row must be: {','.join(columns)}"
    if not any(header):
        raise FaultyFile([FileFault(name, 1, None, f"The file has no header. {first}")])
    if len(header) == 1 and ";" in header[0]:
        raise FaultyFile([FileFault(name, 1, None, f"The cells are separated by semicolons; use commas. {first}")])
    for position, column in enumerate(columns):
        if position >= len(header) or header[position] != column:
            found = f"“{header[position]}”" if position < len(header) else "nothing"
            message = f"Here stands {found}, not “{column}”. {first}"
            raise FaultyFile([FileFault(name, 1, column, message)])
    message = f"The column “{header[len(columns)]}” is not known. {first}"
    raise FaultyFile([FileFault(name, 1, header[len(columns)], message)])
