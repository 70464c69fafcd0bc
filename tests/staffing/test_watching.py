"""The folder that the timer watches."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tbblearn.db import db
from tbblearn.mail.models import Message
from tbblearn.people.models import Employment, Person
from tbblearn.staffing.letters import file_waits_letter
from tbblearn.staffing.models import StaffFile
from tbblearn.staffing.rules import FileKind
from tbblearn.staffing.watching import KINDS
from tbblearn.tick import tick
from tests.factories import NOW
from tests.staffing.making import STAFF_HEADER, UNITS_HEADER, csv_bytes, exported, staff_row, unit_row

pytestmark = pytest.mark.usefixtures("session", "county")


def put(folder: Path, name: str, rows: Sequence[dict[str, str]], *, ok: bool = True, count: int | None = None) -> None:
    """A file for the region, with its companion."""
    (folder / "region").mkdir(exist_ok=True)
    content = csv_bytes(rows, STAFF_HEADER if name.startswith("personal") else UNITS_HEADER)
    (folder / "region" / name).write_bytes(content)
    if ok:
        text = f"rows={len(rows) if count is None else count}\nsha256={hashlib.sha256(content).hexdigest()}\n"
        (folder / "region" / f"{name}.ok").write_text(text)


def run(folder: Path, now: datetime = NOW, *, dry_run: bool = False) -> tuple[int, ...]:
    """How many files the timer took in, and how many wait."""
    done = tick(now=now, staffing_folder=folder, dry_run=dry_run)
    db.session.remove()
    return tuple(done[kind] for kind in KINDS)


def files_taken() -> list[FileKind]:
    return list(db.session.scalars(select(StaffFile.kind).order_by(StaffFile.id)))


def test_a_file_counts_only_with_its_companion(tmp_path: Path):
    put(tmp_path, "personal-2026-11-20.csv", exported(), ok=False)
    assert run(tmp_path) == (0, 0)
    put(tmp_path, "personal-2026-11-20.csv", exported())
    assert run(tmp_path, dry_run=True) == (1, 0)
    assert files_taken() == []
    assert run(tmp_path) == (1, 0)


def test_a_file_is_taken_in_once(tmp_path: Path):
    put(tmp_path, "personal-2026-11-20.csv", exported())
    assert run(tmp_path) == (1, 0)
    assert run(tmp_path) == (0, 0)
    put(tmp_path, "personal-2026-11-19.csv", exported())
    assert run(tmp_path) == (0, 0), "one that is older than the last is left alone"
    assert files_taken() == [FileKind.STAFF]


@pytest.mark.parametrize("wrong", ["count", "cut"])
def test_a_file_that_its_companion_does_not_fit_waits(tmp_path: Path, wrong: str):
    put(tmp_path, "personal-2026-11-20.csv", exported(), count=9 if wrong == "count" else None)
    if wrong == "cut":
        file = tmp_path / "region" / "personal-2026-11-20.csv"
        file.write_bytes(file.read_bytes()[:-200])
    assert run(tmp_path) == (0, 1)
    assert files_taken() == []


def test_a_file_beyond_the_limits_waits_and_is_told_of_once(tmp_path: Path):
    put(tmp_path, "personal-2026-11-20.csv", [row | {"end_on": "2026-12-31"} for row in exported()])
    assert run(tmp_path) == (0, 1)
    assert run(tmp_path) == (0, 0)
    message = db.session.scalars(select(Message)).one()
    letter = file_waits_letter(message.recipient_id, message.values, NOW)
    assert letter is not None
    assert letter.subject == "En fil från Region Sörmland väntar på dig"
    assert "Filen skulle avsluta eller förkorta 15 av 15 anställningar" in letter.body
    assert "Medarbetare" not in letter.body
    assert db.session.scalar(select(func.count()).select_from(StaffFile)) == 0


def test_faulty_rows_are_skipped_and_stay(tmp_path: Path):
    rows = [row | {"start_on": "i går"} if row["person_id"] == "p101" else row for row in exported()]
    put(tmp_path, "personal-2026-11-20.csv", rows)
    assert run(tmp_path) == (1, 0)
    assert db.session.scalars(select(Employment.missing_since).where(Employment.missing_since.is_not(None))).all() == []


def new_unit_and_staff(folder: Path, *, units: bool) -> None:
    row = staff_row(person_id="n1", employment_id="n1", unit_id="rum-9", email="")
    put(folder, "personal-2026-11-20.csv", [*exported(), row])
    if units:
        put(folder, "enheter-2026-11-20.csv", [*exported(FileKind.UNITS), unit_row("rum-9", "verksamhet-1")])


def test_units_come_before_staff_whatever_the_order(tmp_path: Path):
    new_unit_and_staff(tmp_path, units=True)
    assert run(tmp_path) == (2, 0)
    assert files_taken() == [FileKind.UNITS, FileKind.STAFF]
    assert db.session.scalar(select(func.count()).select_from(Person).where(Person.external_id == "n1")) == 1


def test_a_staff_file_waits_a_day_for_its_unit_file(tmp_path: Path):
    new_unit_and_staff(tmp_path, units=False)
    rows = [staff_row(person_id=f"n{one}", employment_id=f"n{one}", unit_id="rum-9", email="") for one in range(3)]
    put(tmp_path, "personal-2026-11-20.csv", [*exported(), *rows])
    assert run(tmp_path) == (0, 0)
    assert run(tmp_path, NOW + timedelta(hours=24)) == (0, 1)


def test_what_else_lies_in_the_folder_is_left_alone(tmp_path: Path):
    (tmp_path / "okand").mkdir()
    (tmp_path / "okand" / "personal-2026-11-20.csv.ok").write_text("rows=1\nsha256=x\n")
    (tmp_path / "okand" / "personal-2026-11-20.csv").write_text("x")
    (tmp_path / "region").mkdir()
    (tmp_path / "region" / "anteckningar.txt.ok").write_text("rows=1\nsha256=x\n")
    (tmp_path / "region" / "anteckningar.txt").write_text("x")
    (tmp_path / "region" / "personal-2026-11-20.csv.ok").write_bytes(b"\xff\xfe")
    (tmp_path / "region" / "personal-2026-11-20.csv").write_text("x")
    assert run(tmp_path) == (0, 0)
    assert run(tmp_path / "okand" / "nej") == (0, 0)
