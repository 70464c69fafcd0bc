"""`tbblearn units|staff import|export`, as an employer's IT department runs them."""

import json
import shlex
from pathlib import Path

import pytest

from tbblearn.operations.demo.catalogue import HUVUDMEN
from tests.cli.conftest import Run

SOURCES = [huvudman.slug for huvudman in HUVUDMEN]

SAMPLES = Path(__file__).parents[2] / "docs" / "samples"


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
    begin_with_the_samples(run)
    good = tmp_path / "staff.csv"
    run("staff", "export", str(good), "--source", "flen")
    header, first, *rest = good.read_text("utf-8-sig").splitlines()
    wrong = tmp_path / "wrong.csv"
    cells = first.split(";")
    cells[header.split(";").index("start_on")] = "2026-13-01"
    wrong.write_text("\n".join([header, ";".join(cells), *rest]), encoding="utf-8")
    told = imported(run, "staff", "import", str(wrong), "--source", "flen", "--as-of", "2026-11-21", status=1)
    assert told["errors"] == [
        {
            "row": 2,
            "column": "start_on",
            "value": "2026-13-01",
            "message": "There is no such date. Write year-month-day, for example 2026-12-01.",
        }
    ]
    said = run("staff", "import", str(wrong), "--source", "flen", "--as-of", "2026-11-21", status=1).stderr
    assert "row 2, start_on: There is no such date." in said
    assert "Nothing is changed." in said
    run("staff", "import", str(wrong), "--source", "flen", "--skip-faulty", "--as-of", "2026-11-21")
    faulty = (tmp_path / "wrong.csv.faulty.csv").read_text("utf-8-sig").splitlines()
    assert faulty[0].endswith(";fault")
    assert faulty[1].startswith(cells[0])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--source", "stockholm"), "There is no huvudman 'stockholm'. There are: flen."),
        (("--source", "flen", "--rows", "3"), "The file has 1 rows but should have 3."),
    ],
)
def test_what_stops_a_file_is_said_in_a_sentence(run: Run, tmp_path: Path, arguments: tuple[str, ...], sentence: str):
    run("db", "upgrade")
    run("units", "add", "flen", "Flens kommun")
    file = tmp_path / "units.csv"
    file.write_text("unit_id;parent_id;name;kind;service;level;manager_person_id\nskola-9;;Skola 9;enhet;;;\n")
    assert sentence in run("units", "import", str(file), *arguments, status=1).stderr


def begin_with_the_samples(run: Run) -> None:
    """Flen with its units and staff, as docs/operations.md tells it, with the files that lie in docs/samples."""
    guide = (SAMPLES.parent / "operations.md").read_text(encoding="utf-8")
    begins = tuple(f"    tbblearn {one}" for one in ("units add", "units import", "staff import"))
    told = [line.strip().split(" ", 1)[1] for line in guide.splitlines() if line.startswith(begins)]
    assert len(told) == 4
    run("db", "upgrade")
    for command in told:
        run(*(part.replace("docs/samples", str(SAMPLES)) for part in shlex.split(command)))


def test_from_nothing_to_managers_who_lead_their_units(run: Run, tmp_path: Path):
    begin_with_the_samples(run)
    assert "already" in run("units", "add", "flen", "Flens kommun", status=1).stderr
    assert "small letters" in run("units", "add", "Flen!", "Flens kommun", status=1).stderr
    led = json.loads(run("roles", "list", "--unit", "flen/flen", "--format", "json").stdout)
    assert [(one["unit"], one["person"], one["by"]) for one in led] == [
        ("flen/utbildning", "flen/1001", "unit file"),
        ("flen/skola-1", "flen/1002", "unit file"),
        ("flen/forskola-1", "flen/1003", "unit file"),
    ]
    out = tmp_path / "out.csv"
    run("staff", "export", str(out), "--source", "flen")
    assert "Medarbetare;7" not in out.read_text("utf-8-sig")
    told_again = imported(run, "staff", "import", str(out), "--source", "flen")
    assert (told_again["created"], told_again["changed"], told_again["unchanged"]) == (0, 0, 7)
