"""The commands as an operator meets them: from an empty folder to a running site."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tbblearn.cli import COMMANDS
from tbblearn.db import stockholm_date, utc_now
from tests.cli.conftest import Run


def test_help_names_every_command_and_each_has_help_of_its_own(run: Run):
    text = run("--help").stdout
    assert text.startswith("Usage: tbblearn [OPTIONS]")
    for name in COMMANDS:
        assert re.search(rf"^  {name} ", text, re.M), name
        assert run(name, "--help").stdout.startswith("Usage:")


def test_a_new_machine(run: Run, tmp_path: Path):
    """db upgrade, the first administrator, courses, tick: everything an operator does before anybody signs in."""
    refused = run("admin", "create", "--email", "admin@example.org", status=1)
    assert "Run `tbblearn db upgrade` first." in refused.stderr
    run("db", "upgrade")
    assert oct((tmp_path / "secret_key").stat().st_mode)[-3:] == "600"
    link = run("admin", "create", "--email", "admin@example.org").stdout.strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:5000/valj-losenord/[\w-]{40,}", link)
    assert "is not a valid e-mail address" in run("admin", "create", "--email", "admin", status=1).stderr
    printed = run("link", "Admin@example.org").stdout.strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:5000/valj-losenord/[\w-]{40,}", printed)
    assert printed != link
    assert (
        "Nobody with the address 'nobody@example.org' may sign in."
        in run("link", "nobody@example.org", status=1).stderr
    )
    assert (
        "between today and a year ahead"
        in run("admin", "create", "--email", "admin@example.org", "--until", "2099-01-01", status=1).stderr
    )
    run("admin", "end", "--email", "admin@example.org")
    run("link", "admin@example.org", status=1)
    refused = run("courses", "publish", status=1)
    assert "fill it, or let a named role waive it before production" in refused.stdout
    assert "länets jurist is to review the part before production" in refused.stdout, (
        "nobody has read what it says of law"
    )
    assert "8 placeholders shown" in run("courses", "publish", "--allow-placeholders").stdout
    assert json.loads(run("tick", "--format", "json").stdout) == json.loads(run("tick", "--format", "json").stdout)
    run("db", "upgrade")


def test_tick_only_asks_about_another_time(run: Run):
    run("db", "upgrade")
    assert "use it with --dry-run" in run("tick", "--at", "2027-01-01T06:00", status=2).stderr
    assert "is not a valid time" in run("tick", "--at", "soon", "--dry-run", status=2).stderr
    counts = json.loads(run("tick", "--at", "2027-01-01T06:00", "--dry-run", "--format", "json").stdout)
    assert counts
    assert all(count == 0 for count in counts.values())


def test_the_completion_report_of_a_demo(run: Run, tmp_path: Path):
    run("demo", "--no-serve", "--staff", "200")
    round_now = str(stockholm_date(utc_now()).year)
    out = tmp_path / "out.json"
    run("report", "completion", "--unit", "region", "--cycle", round_now,
        "--format", "json", "--output", str(out))  # fmt: skip
    figures = json.loads(out.read_text())
    assert figures["unit"] == "region/region"
    assert figures["base"] == figures["required"] - figures["exempt"] - figures["on_leave"]
    assert figures["left"] == figures["base"] - figures["completed"]
    assert sum(figures["by_progress"].values()) == figures["head_count"]
    assert sum(figures["by_urgency"].values()) == sum(
        figures["by_progress"].get(name, 0) for name in ("in_progress", "not_started")
    )
    rows = run("report", "completion", "--unit", "region/region", "--cycle", round_now,
               "--format", "csv", "--output", "-").stdout.splitlines()  # fmt: skip
    assert len(rows) - 1 == figures["head_count"]
    assert sum(";Genomförd" in row for row in rows) >= figures["completed"]
    with closing(sqlite3.connect(tmp_path / "tbblearn.sqlite")) as database:
        noted = database.execute("SELECT seen, actor_id, object_kind, rows FROM access_log").fetchall()
    assert noted == [("list_downloaded", None, "org_unit", figures["head_count"])], "the counts alone name nobody"
    lists_name_what_commands_ask_for(run)
    for arguments, words in (
        (("--unit", "nowhere", "--cycle", round_now), "There is no unit 'nowhere'"),
        (("--unit", "region", "--cycle", round_now, "--course", "nothing"), "No such course or round"),
    ):
        refused = run("report", "completion", *arguments, "--format", "json", "--output", "-", status=1)
        assert words in refused.stderr
    earlier = run("report", "completion", "--unit", "region", "--cycle", round_now, "--as-of", "2020-06-01",
                  "--format", "json", "--output", "-", status=2)  # fmt: skip
    assert "needs monthly snapshots" in earlier.stderr


def lists_name_what_commands_ask_for(run: Run) -> None:
    def listed(*arguments: str) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = json.loads(run(*arguments, "--format", "json").stdout)
        return rows

    units = listed("units", "list")
    assert [one["id"] for one in units if one["kind"] == "lan"] == ["sormland/sormland"]
    gnesta = listed("units", "list", "--source", "gnesta")
    assert gnesta == listed("units", "list", "--under", "gnesta")
    assert 1 < len(gnesta) < len(units)
    assert {one["slug"] for one in listed("courses", "list")} == {"base", "in-depth", "intermediate"}
    assert [(one["programme"], one["course"]) for one in listed("requirements", "list")] == [("tbb", "base")]
    assert {one["state"] for one in listed("waves", "list")} == {"published", "open", "planned"}
    (person,) = listed("persons", "find", "administrator1@demo.example")
    assert person["email"] == "administrator1@demo.example"
    assert str(person["name"]) in run("persons", "find", str(person["name"]).upper()).stdout
    assert "There are none." in run("persons", "find", "%").stderr
    assert "0 units are called 'nowhere'" in run("units", "list", "--under", "nowhere", status=1).stderr


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("TBBLEARN_DATABASE_URL", "mysql://host/name", "must begin with sqlite:/// or postgresql://"),
        ("TBBLEARN_PUBLIC_URL", "utbildning.example.se", "must be a full address"),
        ("TBBLEARN_IDLE_MINUTES", "a while", "must be a whole number from 1 to 1440"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    run: Run, environment: dict[str, str], name: str, value: str, words: str
):
    environment[name] = value
    refused = run("db", "upgrade", status=1)
    assert name in refused.stderr
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr
