"""Files out: what the import reads back without a change, and empty templates for whoever begins."""

import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from tbblearn.people.rules import Level, UnitKind
from tbblearn.staffing.comparing import KnownPerson
from tbblearn.staffing.placing import Leaves
from tbblearn.staffing.rules import COLUMNS, DATES, FileKind
from tbblearn.staffing.tree import KnownUnit
from tbblearn.web.spreadsheets import TextCell, csv_file

Cells = list[str]
ID_COLUMNS = frozenset({"person_id", "employment_id", "unit_id", "parent_id", "manager_person_id"})
_WIDTHS = {"name": 34, "email": 34, "given_name": 20, "family_name": 20, "profession": 24, "service": 20}
LAST_TEMPLATE_ROW = 30_001
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def header(kind: FileKind) -> Cells:
    """The names of a file's columns."""
    return [column.name for column in COLUMNS[kind]]


def unit_rows(units: Iterable[KnownUnit], source: str) -> list[Cells]:
    """A row for each open unit, the huvudman's own first."""
    return [
        [
            unit.unit_id,
            unit.parent_id,
            unit.name,
            unit.kind.value,
            unit.service,
            unit.level.value if unit.level else "",
            unit.manager_person_id,
        ]
        for unit in sorted(units, key=lambda one: one.unit_id != source)
        if unit.is_open
    ]


def staff_rows(persons: Iterable[KnownPerson], today: date) -> list[Cells]:
    """A row for each employment that has not ended before today; names of protected persons are empty."""
    rows = []
    for person in persons:
        given, family, email = (
            ("", "", "") if person.protected else (person.given_name, person.family_name, person.email)
        )
        for job in person.employments:
            if not job.is_open(today):
                continue
            last = job.places[-1]
            leave_from, leave_to = _current(job.leaves, today)
            rows.append(
                [
                    person.external_id,
                    job.external_id,
                    given,
                    family,
                    email,
                    person.language.value,
                    last.unit_id,
                    last.profession,
                    _day(job.places[0].from_on),
                    _day(last.until_on),
                    leave_from,
                    leave_to,
                    "yes" if person.protected else "",
                ]
            )
    return rows


def _current(leaves: Leaves, today: date) -> tuple[str, str]:
    """The leave that goes on, or else the next one."""
    for leave in leaves:
        if leave.until_on is None or leave.until_on >= today:
            return _day(leave.from_on), _day(leave.until_on)
    return "", ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def as_csv(kind: FileKind, rows: Iterable[Cells]) -> bytes:
    """The rows for Excel and for the import: semicolons, UTF-8 with its mark."""
    names = header(kind)
    safe = [
        [TextCell(cell) if name in ID_COLUMNS else cell for name, cell in zip(names, row, strict=True)] for row in rows
    ]
    return csv_file(names, safe)


def as_workbook(kind: FileKind, rows: Sequence[Cells], explanation: Sequence[str], sheet: str = "") -> bytes:
    """The rows as a workbook: ids and days as text, lists to choose from, and a page that explains the columns."""
    import xlsxwriter  # late: only those who want a workbook need it

    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        text = book.add_format({"num_format": "@"})
        bold = book.add_format({"bold": True, "num_format": "@"})
        page = book.add_worksheet(sheet or kind.value)
        names = header(kind)
        for place, name in enumerate(names):
            page.set_column(place, place, _WIDTHS.get(name, 14), text)
            page.write_string(0, place, name, bold)
            _offer(page, place, name)
        for number, row in enumerate(rows, 1):
            for place, cell in enumerate(row):
                page.write_string(number, place, cell, text)
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, max(1, len(rows)), len(names) - 1)
        if explanation:
            about = book.add_worksheet("Info")
            about.set_column(0, 0, 100, book.add_format({"text_wrap": True}))
            for number, line in enumerate(explanation):
                about.write_string(number, 0, line)
    return made.getvalue()


def _offer(page: Any, place: int, name: str) -> None:
    """The words that a column takes, to choose from."""
    words = {
        "kind": [kind.value for kind in UnitKind if kind is not UnitKind.COUNTY],
        "level": [level.value for level in Level],
        "language": ["sv", "en"],
        "protected": ["yes"],
    }.get(name)
    if words:
        page.data_validation(1, place, LAST_TEMPLATE_ROW, place, {"validate": "list", "source": words})
    elif name in DATES:
        page.write_comment(0, place, "2026-12-01")
