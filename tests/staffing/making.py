"""Files as employers send them, for the tests."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import xlsxwriter

from tbblearn.db import db, read_only
from tbblearn.staffing import files
from tbblearn.staffing.queries import known_persons, known_units
from tbblearn.staffing.rules import COLUMNS, Fault, FileKind, Way
from tbblearn.staffing.taking_in import Leaving, Looked, Mark, look, take
from tests.factories import NOW, TODAY

STAFF_HEADER = tuple(column.name for column in COLUMNS[FileKind.STAFF])
UNITS_HEADER = tuple(column.name for column in COLUMNS[FileKind.UNITS])
AS_OF = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def staff_row(**given: object) -> dict[str, str]:
    """A right row of a staff file; what is given replaces it."""
    row = {
        "person_id": "p1",
        "employment_id": "",
        "given_name": "Medarbetare",
        "family_name": "1",
        "email": "medarbetare1@example.org",
        "language": "sv",
        "unit_id": "enhet-1",
        "profession": "undersköterska",
        "start_on": "2020-01-01",
        "end_on": "",
        "leave_from": "",
        "leave_to": "",
        "protected": "",
    }
    return row | {name: "" if value is None else str(value) for name, value in given.items()}


def unit_row(unit_id: str, parent_id: str = "", kind: str = "enhet", **given: str) -> dict[str, str]:
    """A right row of a unit file."""
    row = {"unit_id": unit_id, "parent_id": parent_id, "name": unit_id.capitalize(), "kind": kind}
    return row | {"service": "", "level": "", "manager_person_id": ""} | given


def csv_bytes(rows: Sequence[dict[str, str]], header: Sequence[str] | None = None, sign: str = ";") -> bytes:
    """The rows as an HR system writes them: UTF-8, no quotes."""
    names = list(header or rows[0])
    lines = [sign.join(names), *(sign.join(row[name] for name in names) for row in rows)]
    return ("\r\n".join(lines) + "\r\n").encode()


def workbook(rows: Sequence[Sequence[Any]], options: dict[str, Any] | None = None) -> bytes:
    """A workbook with these cells, each written as its type."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "default_date_format": "yyyy-mm-dd", **(options or {})}) as book:
        page = book.add_worksheet("Personal")
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                page.write(number, place, cell)
    return made.getvalue()


def of_staff(rows: Sequence[dict[str, str]], *, at: datetime = AS_OF, rows_told: bool = True, **leaving: Any) -> Looked:
    """What a staff file of the region would do."""
    mark = Mark(rows=len(rows)) if rows_told else None
    content = csv_bytes(rows, STAFF_HEADER)
    return look(content, "region", FileKind.STAFF, as_of=at, now=max(NOW, at), mark=mark, leaving=Leaving(**leaving))


def of_units(rows: Sequence[dict[str, str]], *, at: datetime = AS_OF, rows_told: bool = True, **leaving: Any) -> Looked:
    """What a unit file of the region would do."""
    mark = Mark(rows=len(rows)) if rows_told else None
    content = csv_bytes(rows, UNITS_HEADER)
    return look(content, "region", FileKind.UNITS, as_of=at, now=max(NOW, at), mark=mark, leaving=Leaving(**leaving))


def taken(looked: Looked) -> Looked:
    """Take it in, as the folder would."""
    assert looked.stops == (), looked.stops
    take(looked, Way.FOLDER, now=max(NOW, looked.as_of))
    db.session.remove()
    return looked


def later(hours: float) -> datetime:
    """So many hours after the first file."""
    return AS_OF + timedelta(hours=hours)


def exported(kind: FileKind = FileKind.STAFF) -> list[dict[str, str]]:
    """What the export writes, as rows to change."""
    names = [column.name for column in COLUMNS[kind]]
    with read_only():
        if kind is FileKind.STAFF:
            rows = files.staff_rows(known_persons("region").values(), TODAY)
        else:
            rows = files.unit_rows(known_units("region").values(), "region")
    return [dict(zip(names, row, strict=True)) for row in rows]


def without(person_id: str) -> list[dict[str, str]]:
    return [row for row in exported() if row["person_id"] != person_id]


def changed(person_id: str, **given: str) -> list[dict[str, str]]:
    return [row | given if row["person_id"] == person_id else row for row in exported()]


def stops(looked: Looked) -> list[Fault]:
    return [one.fault for one in looked.stops]
