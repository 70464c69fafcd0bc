"""From a table to rows of units or employments, with everything that is wrong with it at once.

What needs the database (does the unit exist?) is in `comparing`.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from tbblearn.characters import unseen
from tbblearn.people.rules import UnitKind
from tbblearn.staffing.rules import (
    COLUMNS,
    EARLIEST,
    KINDS,
    LANGUAGES,
    LATEST,
    LEVELS,
    NO,
    SHOWN,
    YES,
    Column,
    Fault,
    FileKind,
    FileRefused,
    Finding,
    StaffRow,
    UnitRow,
    has_personnummer,
)
from tbblearn.staffing.tables import LONGEST_CELL, Cell, Table

_SCIENTIFIC = re.compile(r"\d+([.,]\d+)?E\+\d+", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY_NUMBER = re.compile(r"\d{5}")
_IDS = frozenset({"person_id", "employment_id", "unit_id", "parent_id", "manager_person_id"})
_MOST_EXACT = 1e15

Row = TypeVar("Row", UnitRow, StaffRow)
Value = TypeVar("Value")


@dataclass(frozen=True)
class Parsed(Generic[Row]):
    """The right rows, the faults, the numbers of the faulty rows, how many rows there are, and columns not read."""

    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]
    faulty: frozenset[int]
    count: int
    ids: Mapping[int, str]
    """What each row is about: the person or the unit; a row where that cannot be read is left out."""
    unread: tuple[str, ...] = ()

    @property
    def faulty_ids(self) -> frozenset[str]:
        """The persons or units of faulty rows: they stay as they are."""
        return frozenset(self.ids[row] for row in self.faulty if row in self.ids)

    @property
    def nameless(self) -> bool:
        """True when a faulty row does not say what it is about: then nothing can be said to be missing."""
        return not self.faulty <= self.ids.keys()

    def without(self, findings: Sequence[Finding]) -> "Parsed[Row]":
        """With more faults found: their rows are faulty too."""
        if not findings:
            return self
        faulty = self.faulty | {one.row for one in findings if one.row is not None}
        rows = tuple(one for one in self.rows if one.row not in faulty)
        return Parsed(rows, _in_order((*self.findings, *findings)), faulty, self.count, self.ids, self.unread)


def parse_units(table: Table) -> Parsed[UnitRow]:
    """The rows of a unit file. Raises FileRefused."""
    parsed = _parse(table, FileKind.UNITS, _unit_row)
    return parsed.without(_twice(parsed.rows, "unit_id", lambda row: row.unit_id))


def parse_staff(table: Table) -> Parsed[StaffRow]:
    """The rows of a staff file. Raises FileRefused."""
    parsed = _parse(table, FileKind.STAFF, _staff_row)
    numbered = [row for row in parsed.rows if row.employment_id]
    parsed = parsed.without(_twice(numbered, "employment_id", lambda row: (row.person_id, row.employment_id)))
    bare = [row for row in parsed.rows if not row.employment_id]
    same = _twice(bare, "person_id", lambda row: (row.person_id, row.start_on, row.unit_id))
    return parsed.without([*same, *_differing(parsed.rows)])


def _parse(table: Table, kind: FileKind, make: Callable[["_Cells"], Row]) -> Parsed[Row]:
    places, unread = _columns(table.header, kind)
    if not table.rows:
        raise FileRefused(Fault.NO_ROWS)
    findings = list(table.findings)
    rows: list[Row] = []
    ids: dict[int, str] = {}
    for number, cells in table.rows:
        reader = _Cells(number, cells, places, kind, len(table.header))
        row = make(reader)
        about = row.unit_id if isinstance(row, UnitRow) else row.person_id
        if about:
            ids[number] = about
        if reader.findings:
            findings += reader.findings
        else:
            rows.append(row)
    faulty = frozenset(one.row for one in findings if one.row is not None)
    right = tuple(row for row in rows if row.row not in faulty)
    return Parsed(right, _in_order(findings), faulty, len(table.rows), ids, unread)


def _columns(header: Sequence[str], kind: FileKind) -> tuple[dict[str, int], tuple[str, ...]]:
    """Where each column of ours is, and the names of the others."""
    known = {column.name: column for column in COLUMNS[kind]}
    other = {column.name for of, columns in COLUMNS.items() if of is not kind for column in columns} - known.keys()
    if not known.keys() & set(header):
        raise FileRefused(Fault.NO_HEADER, first=", ".join(column.name for column in COLUMNS[kind]))
    missing = [name for name, column in known.items() if column.required and name not in header]
    if missing and len(other & set(header)) > 2:
        raise FileRefused(Fault.WRONG_FILE)
    if missing:
        raise FileRefused(Fault.COLUMN_MISSING, columns=", ".join(missing))
    twice = [name for name, times in Counter(header).items() if times > 1 and name in known]
    if twice:
        raise FileRefused(Fault.COLUMN_TWICE, columns=", ".join(twice))
    if any(has_personnummer(name) for name in header):
        raise FileRefused(Fault.PERSONNUMMER)
    unread = tuple(name for name in header if name and name not in known)
    return {name: header.index(name) for name in known if name in header}, unread


def _in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda one: one.row or 0))


# --- cells ---


class _Cells:
    """One row's cells by column; what is wrong with them gathers in `findings`."""

    def __init__(
        self, number: int, cells: Sequence[Cell], places: Mapping[str, int], kind: FileKind, width: int
    ) -> None:
        self.number = number
        self.findings: list[Finding] = []
        self.columns: dict[str, Column] = {column.name: column for column in COLUMNS[kind]}
        self.cells = {name: cells[place] if place < len(cells) else "" for name, place in places.items()}
        filled = len(cells)
        while filled and cells[filled - 1] == "":
            filled -= 1
        if filled > width or len(cells) < width:
            self.fault(Fault.CELLS, about={"found": len(cells), "wanted": width})
        for cell in cells:
            if isinstance(cell, str | float) and has_personnummer(plain(cell)):
                self.fault(Fault.PERSONNUMMER)
                break

    def fault(
        self, fault: Fault, column: str = "", value: str = "", about: Mapping[str, str | int] | None = None
    ) -> None:
        self.findings.append(Finding(fault, self.number, column, value if column in SHOWN else "", about or {}))

    def text(self, name: str) -> str:
        """The cell as text, without spaces around it and with single ones inside."""
        cell = self.cells.get(name, "")
        if isinstance(cell, bool | date):
            self.fault(Fault.UNREADABLE, name, str(cell))
            return ""
        if isinstance(cell, float) and name in _IDS and (cell != int(cell) or abs(cell) >= _MOST_EXACT):
            self.fault(Fault.NUMBER_SHORTENED if cell == int(cell) else Fault.NOT_A_WHOLE_NUMBER, name)
            return ""
        text = " ".join(plain(cell).split())
        column = self.columns[name]
        if not text:
            if column.filled:
                self.fault(Fault.MUST_BE_FILLED, name)
        elif name in _IDS and _SCIENTIFIC.fullmatch(text):
            self.fault(Fault.NUMBER_SHORTENED, name, text)
        elif len(text) > column.longest:
            self.fault(Fault.TOO_LONG, name, about={"most": column.longest, "length": min(len(text), LONGEST_CELL)})
        elif unseen(text) or "\N{REPLACEMENT CHARACTER}" in text:
            self.fault(Fault.CONTROL, name)
        return text

    def day(self, name: str) -> date | None:
        """The cell as a day; None when it is empty."""
        cell = self.cells.get(name, "")
        if isinstance(cell, float):
            self.fault(Fault.EXCEL_DAY, name, plain(cell))
            return None
        if isinstance(cell, bool):
            self.fault(Fault.NOT_A_DATE, name, str(cell))
            return None
        if isinstance(cell, str):
            text = cell.strip()
            if not text:
                if self.columns[name].filled:
                    self.fault(Fault.MUST_BE_FILLED, name)
                return None
            if not _DATE.fullmatch(text):
                self.fault(Fault.EXCEL_DAY if _DAY_NUMBER.fullmatch(text) else Fault.NOT_A_DATE, name, text[:20])
                return None
            try:
                cell = date.fromisoformat(text)
            except ValueError:
                self.fault(Fault.NOT_A_DATE, name, text)
                return None
        if not EARLIEST <= cell <= LATEST:
            self.fault(Fault.FAR_DATE, name, cell.isoformat())
            return None
        return cell

    def word(self, name: str, words: Mapping[str, Value]) -> Value | None:
        """The cell as one of our words; None when it is empty."""
        cell = self.cells.get(name, "")
        text = " ".join(plain(cell).split()).casefold()
        if text in words:
            return words[text]
        if text:
            self.fault(Fault.UNKNOWN_WORD, name, text[:30], about={"words": ", ".join(words)})
        elif self.columns[name].filled:
            self.fault(Fault.MUST_BE_FILLED, name)
        return None


def plain(cell: Cell) -> str:
    """A cell as text; a whole number without decimals."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell == cell and abs(cell) < _MOST_EXACT and cell == int(cell) else str(cell)
    return str(cell)


def _unit_row(cells: _Cells) -> UnitRow:
    return UnitRow(
        row=cells.number,
        unit_id=cells.text("unit_id"),
        parent_id=cells.text("parent_id"),
        name=cells.text("name"),
        kind=cells.word("kind", KINDS) or UnitKind.ENHET,
        service=cells.text("service"),
        level=cells.word("level", LEVELS),
        manager_person_id=cells.text("manager_person_id"),
    )


def _staff_row(cells: _Cells) -> StaffRow:
    protected = cells.word("protected", dict.fromkeys(YES, True) | dict.fromkeys(NO - {""}, False)) or False
    if protected:  # the names are withheld, and may well be empty
        for name in ("given_name", "family_name", "email"):
            cells.columns[name] = Column(name, cells.columns[name].longest)
    row = StaffRow(
        row=cells.number,
        person_id=cells.text("person_id"),
        employment_id=cells.text("employment_id") if "employment_id" in cells.cells else "",
        given_name=cells.text("given_name"),
        family_name=cells.text("family_name"),
        email=cells.text("email"),
        language=cells.word("language", LANGUAGES),
        unit_id=cells.text("unit_id"),
        profession=cells.text("profession"),
        start_on=cells.day("start_on") or EARLIEST,
        end_on=cells.day("end_on"),
        leave_from=cells.day("leave_from"),
        leave_to=cells.day("leave_to"),
        protected=protected,
    )
    if not cells.findings:
        _check_staff(cells, row)
    return row


def _check_staff(cells: _Cells, row: StaffRow) -> None:
    if row.end_on and row.end_on < row.start_on:
        cells.fault(Fault.END_BEFORE_START, "end_on", row.end_on.isoformat(), about={"start": row.start_on.isoformat()})
    if row.leave_to and not row.leave_from:
        cells.fault(Fault.LEAVE_WITHOUT_START, "leave_to", row.leave_to.isoformat())
    if row.leave_from and row.leave_to and row.leave_to < row.leave_from:
        cells.fault(
            Fault.END_BEFORE_START, "leave_to", row.leave_to.isoformat(), about={"start": row.leave_from.isoformat()}
        )
    if row.leave_from and row.end_on and row.leave_from > row.end_on:
        cells.fault(Fault.LEAVE_OUTSIDE, "leave_from", row.leave_from.isoformat())
    if row.email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", row.email):
        cells.fault(Fault.NO_AT, "email")


# --- rows against each other ---


def _twice(rows: Sequence[Row], column: str, key: Callable[[Row], object]) -> list[Finding]:
    """Rows that say the same thing twice: both are faulty, since nobody knows which is right."""
    rows_of: dict[object, list[Row]] = defaultdict(list)
    for row in rows:
        rows_of[key(row)].append(row)
    return [
        Finding(
            Fault.TWICE,
            row.row,
            column,
            row.unit_id if column == "unit_id" else "",
            {"other": next(one.row for one in same if one is not row)},
        )
        for same in rows_of.values()
        if len(same) > 1
        for row in same
    ]


def _differing(rows: Sequence[StaffRow]) -> Iterator[Finding]:
    """Rows of one person that do not agree on who the person is."""
    rows_of: dict[str, list[StaffRow]] = defaultdict(list)
    for row in rows:
        rows_of[row.person_id].append(row)
    for same in rows_of.values():
        other = next((row for row in same if row.person != same[0].person), None)
        if other is not None:
            for row in same:
                against = other if row.person == same[0].person else same[0]
                yield Finding(Fault.PERSON_DIFFERS, row.row, "person_id", about={"other": against.row})
