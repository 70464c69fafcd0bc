"""`tbblearn demo`: what it prints, what it refuses, and who can reach what it serves."""

import json
import os
import socket

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from tbblearn.cli import main
from tbblearn.cli.demo import demo as demo_command
from tbblearn.cli.serve import is_loopback
from tbblearn.operations.demo.accounts import SHOWN_ROLES


@pytest.fixture
def command(tmp_path, monkeypatch):
    """Run `tbblearn demo` on a database of its own."""
    url = f"sqlite:///{tmp_path / 'demo.sqlite'}"
    monkeypatch.setenv("TBBLEARN_DATABASE_URL", url)
    monkeypatch.setenv("TBBLEARN_INSTANCE", str(tmp_path))
    monkeypatch.setenv("TBBLEARN_LOG_LEVEL", "ERROR")
    monkeypatch.setenv("TBBLEARN_PUBLIC_URL", "")
    monkeypatch.setenv("TBBLEARN_DEMO", "")

    def run(*arguments: str):
        return CliRunner().invoke(demo_command, arguments)

    return run


def test_the_command_prints_one_sign_in_for_each_role(command):
    done = command("--no-serve", "--staff", "200", "--today", "2026-11-20", "--format", "json")
    assert done.exit_code == 0, done.output
    printed = json.loads(done.stdout)
    assert (printed["url"], printed["today"], printed["staff"], printed["seed"]) == (
        "http://127.0.0.1:5000",
        "2026-11-20",
        200,
        1,
    )
    assert [account["role"] for account in printed["accounts"]] == list(SHOWN_ROLES)
    assert all(set(account) == {"role", "email", "password", "name", "unit"} for account in printed["accounts"])

    table = command("--no-serve", "--staff", "200", "--today", "2026-11-20").stdout
    assert "Already there" in table
    assert printed["accounts"][0]["password"] not in table
    assert "for the demo only" in table
    for account in printed["accounts"]:
        assert account["email"] in table

    other = command("--no-serve", "--staff", "201")
    assert other.exit_code == 1
    assert "--fresh" in other.output


def test_the_command_refuses_a_foreign_database_with_a_sentence(command):
    engine = create_engine(os.environ["TBBLEARN_DATABASE_URL"])
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE payroll (id INTEGER)"))
    engine.dispose()
    done = command("--no-serve", "--staff", "200")
    assert done.exit_code == 1
    assert "not a demo" in done.output
    assert "Traceback" not in done.output


def test_a_demo_is_served_on_this_machine_only(command):
    assert command("--no-serve", "--staff", "200", "--today", "2026-11-20").exit_code == 0
    for host in ("0.0.0.0", "192.0.2.1", "::", "example.org"):
        done = CliRunner().invoke(main, ["serve", "--host", host])
        assert done.exit_code == 2
        assert f"served on this machine only, not on {host}" in done.output
        assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("localhost", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("::", False),
        ("", False),
        ("127.0.0.1.example.org", False),
    ],
)
def test_what_only_this_machine_reaches(host, own):
    assert is_loopback(host) is own


def test_a_taken_port_is_told_before_anything_is_built(command, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = command("--port", str(taken.getsockname()[1]))
    assert done.exit_code == 1
    assert "--port" in done.output
    assert not (tmp_path / "demo.sqlite").exists()
