"""What an operator meets when something is not in place: one sentence that says what to do, never a traceback."""

from pathlib import Path

import pytest

from tbblearn import __version__
from tests.cli.conftest import Run

NOT_READY = "The database is not ready. Run `tbblearn db upgrade` first."
REPORT = ("report", "completion", "--unit", "sormland", "--cycle", "2026", "--format", "json", "--output")


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").stdout.strip() == f"tbblearn, version {__version__}"


@pytest.mark.parametrize("command", [("tick",), ("tick", "--dry-run"), (*REPORT, "-")])
def test_a_database_that_was_never_migrated_is_told(run: Run, command: tuple[str, ...]) -> None:
    refused = run(*command, status=1)
    assert refused.stderr.strip() == f"Error: {NOT_READY}"


def test_a_folder_that_cannot_be_made_is_told(run: Run, environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    environment["TBBLEARN_INSTANCE"] = str(tmp_path / "file" / "instance")
    refused = run("db", "upgrade", status=1)
    assert "Traceback" not in refused.stderr
    assert "Not a directory" in refused.stderr


@pytest.mark.parametrize("name", ["TBBLEARN_WORKERS", "TBBLEARN_THREADS"])
def test_a_number_of_workers_that_is_none_is_told(run: Run, environment: dict[str, str], name: str) -> None:
    environment[name] = "many"
    refused = run("serve", status=1)
    assert f"{name} must be a whole number of at least 1" in refused.stderr
    assert "Traceback" not in refused.stderr
