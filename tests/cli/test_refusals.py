"""What an operator meets when something is not in place: one sentence that says what to do, never a traceback."""

import json
import os
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

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
    assert f"TBBLEARN_INSTANCE must name a folder: {tmp_path / 'file'} is a file." in refused.stderr


@pytest.mark.parametrize("name", ["TBBLEARN_WORKERS", "TBBLEARN_THREADS"])
def test_a_number_of_workers_that_is_none_is_told(run: Run, environment: dict[str, str], name: str) -> None:
    environment[name] = "many"
    refused = run("serve", status=1)
    assert f"{name} must be a whole number from 1 to " in refused.stderr
    assert "Traceback" not in refused.stderr


UNREACHABLE = "unreachable"
COMMANDS = (
    (UNREACHABLE, ("db", "upgrade")),
    (UNREACHABLE, ("db", "current")),
    (UNREACHABLE, ("tick",)),
    (UNREACHABLE, ("serve",)),
    (UNREACHABLE, ("link", "a@example.org")),
    (UNREACHABLE, ("waves", "close", "1")),
    (UNREACHABLE, ("demo", "--no-serve")),
    ("no such folder", ("tick",)),
    ("no database", ("tick",)),
    ("no database", ("serve",)),
)


@pytest.mark.parametrize(("kind", "command"), COMMANDS)
def test_a_database_that_cannot_be_had_is_told_by_every_command(
    run: Run, environment: dict[str, str], tmp_path: Path, command: tuple[str, ...], kind: str
) -> None:
    file = tmp_path / "other.sqlite"
    file.write_text("no database at all, but text that is long enough to look like a page of something" * 20)
    environment["TBBLEARN_SECRET_KEY"] = "K9x-only-for-this-test-vQ2mZ8wL5rT"
    environment["TBBLEARN_DATABASE_URL"], words = {
        "no such folder": (f"sqlite:///{tmp_path}/none/a.sqlite", "there is no such folder. Make it."),
        "no database": (f"sqlite:///{file}", f"{file} is not a SQLite database."),
        UNREACHABLE: (f"postgresql://tbb:hunter2@/tbb?host={tmp_path}", "cannot be reached. Is it running"),
    }[kind]
    refused = run(*command, status=1)
    assert refused.stderr.startswith("Error: ")
    assert words in refused.stderr
    assert "hunter2" not in refused.stderr
    assert len(refused.stderr.splitlines()) == 1, refused.stderr
    assert refused.stdout == ""


def test_postgresql_says_what_it_has_against_us(run: Run, environment: dict[str, str], postgresql_url: str) -> None:
    """A wrong password, no such database, no such user, nothing migrated yet, and no right to make tables."""
    name = f"refusals_{os.getpid()}"
    server = create_engine(postgresql_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    environment["TBBLEARN_SECRET_KEY"] = "K9x-only-for-this-test-vQ2mZ8wL5rT"

    def told(password: str, *command: str, user: str = name, database: str = name) -> str:
        url = server.url.set(username=user, password=password, database=database, drivername="postgresql")
        environment["TBBLEARN_DATABASE_URL"] = url.render_as_string(hide_password=False)
        refused = run(*command, status=1)
        assert "Traceback" not in refused.stderr
        return refused.stderr

    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {name} LOGIN PASSWORD 'right'")
        try:
            assert f"As its administrator: CREATE DATABASE {name} OWNER {name}" in told("right", "tick")
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
            assert f"does not take the password of {name}" in told("wrong", "tick")
            assert "does not take the password of nobody_at_all" in told("right", "tick", user="nobody_at_all")
            for command in (("tick",), ("serve",)):
                assert NOT_READY in told("right", *command)
            assert f"ALTER DATABASE {name} OWNER TO {name}" in told("right", "db", "upgrade")
        finally:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
            connection.exec_driver_sql(f"DROP ROLE {name}")


def test_settings_are_shown_without_what_must_stay_hidden(run: Run, environment: dict[str, str]) -> None:
    environment |= {
        "TBBLEARN_DATABASE_URL": "postgresql://user:hunter2@host/name",
        "TBBLEARN_SECRET_KEY": "K9x-only-for-this-test-vQ2mZ8wL5rT",
        "TBBLEARN_SMTP_URL": "smtp://user:hunter2@host:587",
    }
    shown = run("settings")
    rows = {line.split()[0]: line.split()[1:] for line in shown.stdout.splitlines()}
    assert rows["TBBLEARN_DATABASE_URL"] == ["environment", "postgresql://user:********@host/name"]
    assert rows["TBBLEARN_SMTP_URL"] == ["environment", "smtp://user:********@host:587"]
    assert rows["TBBLEARN_SECRET_KEY"] == ["environment", "********"]
    assert rows["TBBLEARN_IDLE_MINUTES"] == ["default", "15"]
    environment |= {"TBBLEARN_SMPT_URL": "smtp://user:hunter2@host", "TBBLEARN_WORKERS": "many"}
    wrong = run("settings", "--format", "json", status=1)
    faults = {one["name"]: one["fault"] for one in json.loads(wrong.stdout) if one["fault"]}
    assert set(faults) == {"TBBLEARN_SMPT_URL", "TBBLEARN_WORKERS"}
    for told in (shown, wrong, run("settings", status=1)):
        assert "hunter2" not in told.stdout + told.stderr
        assert "K9x" not in told.stdout + told.stderr


def test_settings_make_nothing(run: Run, environment: dict[str, str], tmp_path: Path) -> None:
    environment["TBBLEARN_INSTANCE"] = str(tmp_path / "new")
    del environment["TBBLEARN_DATABASE_URL"]
    assert "(made at the first start)" in run("settings").stdout
    assert not (tmp_path / "new").exists()


def test_a_step_that_there_is_none_of_is_told(run: Run) -> None:
    assert json.loads(run("db", "current", "--format", "json", status=1).stdout)["current"] is None
    run("db", "upgrade")
    assert run("db", "current").stdout.startswith("current: 0")
    refused = run("db", "downgrade", "nowhere", "--yes", status=1)
    assert refused.stderr == "Error: Can't locate revision identified by 'nowhere'\n"
    run("db", "downgrade", "0105", "--yes")
    assert "current: 0105" in run("db", "current", status=1).stdout
