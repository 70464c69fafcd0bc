"""`tbblearn units|staff import|export`, as an employer's IT department runs them."""

import json
from pathlib import Path

import pytest

from tbblearn.operations.demo.catalogue import HUVUDMEN
from tests.cli.conftest import Run

SOURCES = [huvudman.slug for huvudman in HUVUDMEN]


def imported(run: Run, *arguments: str, status: int = 0) -> dict[str, object]:
    told: dict[str, object] = json.loads(run(*arguments, "--format", "json", status=status).stdout)
    return told


def test_every_source_of_the_demo_is_read_back_without_a_change(run: Run, tmp_path: Path):
    run("demo", "--staff", "200", "--no-serve")
    assert len(SOURCES) == 10
    for source in SOURCES:
        for kind in ("units", "staff"):
            file = tmp_path / f"{kind}-{source}.{'xlsx' if source in {'region', 'flen'} else 'csv'}"
            run(kind, "export", str(file), "--source", source)
            told = imported(run, kind, "import", str(file), "--source", source, "--rows", str(_rows(file, run)))
            assert (told["created"], told["changed"], told["ended"], told["errors"]) == (0, 0, 0, [])
            assert told["unchanged"]


def _rows(file: Path, run: Run) -> int:
    from tbblearn.staffing.tables import read_table

    return len(read_table(file.read_bytes()).rows)


def test_errors_are_told_by_row_and_column_and_nothing_is_changed(run: Run, tmp_path: Path):
    run("demo", "--staff", "200", "--no-serve")
    good = tmp_path / "staff.csv"
    run("staff", "export", str(good), "--source", "flen")
    header, first, *rest = good.read_text("utf-8-sig").splitlines()
    wrong = tmp_path / "wrong.csv"
    cells = first.split(";")
    cells[header.split(";").index("start_on")] = "2026-13-01"
    wrong.write_text("\n".join([header, ";".join(cells), *rest]), encoding="utf-8")
    told = imported(run, "staff", "import", str(wrong), "--source", "flen", status=1)
    assert told["errors"] == [
        {
            "row": 2,
            "column": "start_on",
            "value": "2026-13-01",
            "message": "There is no such date. Write year-month-day, for example 2026-12-01.",
        }
    ]
    said = run("staff", "import", str(wrong), "--source", "flen", status=1).stderr
    assert "row 2, start_on: There is no such date." in said
    assert "Nothing is changed." in said
    run("staff", "import", str(wrong), "--source", "flen", "--skip-faulty")
    faulty = (tmp_path / "wrong.csv.faulty.csv").read_text("utf-8-sig").splitlines()
    assert faulty[0].endswith(";fault")
    assert faulty[1].startswith(cells[0])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--source", "stockholm"), "There is no huvudman 'stockholm'. There are: eskilstuna, "),
        (("--source", "flen", "--rows", "3"), "The file has 1 rows but should have 3."),
    ],
)
def test_what_stops_a_file_is_said_in_a_sentence(run: Run, tmp_path: Path, arguments: tuple[str, ...], sentence: str):
    run("demo", "--staff", "200", "--no-serve")
    file = tmp_path / "units.csv"
    file.write_text("unit_id;parent_id;name;kind;service;level;manager_person_id\nskola-9;;Skola 9;enhet;;;\n")
    assert sentence in run("units", "import", str(file), *arguments, status=1).stderr


def test_from_nothing_to_a_manager_who_leads_a_unit(run: Run, tmp_path: Path):
    run("db", "upgrade")
    run("units", "add", "flen", "Flens kommun")
    assert "already" in run("units", "add", "flen", "Flens kommun", status=1).stderr
    assert "small letters" in run("units", "add", "Flen!", "Flens kommun", status=1).stderr
    units, staff = tmp_path / "enheter-2026-11-20.csv", tmp_path / "personal-2026-11-20.csv"
    units.write_text(
        "unit_id;parent_id;name;kind;service;level;manager_person_id\n"
        "skola;;Skolan;verksamhet;skola;base;\n"
        "skola-1;skola;Skola 1;enhet;skola;;1001\n",
        encoding="utf-8",
    )
    staff.write_text(
        "person_id;given_name;family_name;email;unit_id;profession;start_on;end_on;leave_from;leave_to\n"
        "1001;Chef;1;chef1@example.org;skola-1;rektor;2020-01-01;;;\n"
        "1002;Medarbetare;2;;skola-1;lärare;2024-08-12;;;\n",
        encoding="cp1252",
    )
    assert imported(run, "units", "import", str(units), "--source", "flen", "--dry-run")["created"] == 2
    first = imported(run, "units", "import", str(units), "--source", "flen")
    assert (first["created"], first["waiting_managers"]) == (2, 1)
    second = imported(run, "staff", "import", str(staff), "--source", "flen")
    assert (second["created"], second["waiting_managers"]) == (2, 0)
    listed = json.loads(run("units", "list", "--format", "json").stdout)
    assert {one["id"] for one in listed} >= {"flen/flen", "flen/skola", "flen/skola-1"}
    assert "newer" in run("staff", "import", str(staff), "--source", "flen", status=1).stderr
