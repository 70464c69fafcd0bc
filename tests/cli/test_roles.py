"""`tbblearn roles`: list, give, end."""

import json
from typing import Any

from tests.cli.conftest import Run


def somebody(run: Run) -> tuple[str, str]:
    """The address of a member of staff of the demo, and the unit."""
    accounts = json.loads(run("demo", "--staff", "200", "--no-serve", "--format", "json").stdout)["accounts"]
    email = next(one["email"] for one in accounts if one["role"] == "staff")
    (found,) = json.loads(run("persons", "find", email, "--format", "json").stdout)
    return email, found["unit"]


def listed(run: Run, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("roles", "list", *arguments, "--format", "json").stdout)
    return found


def test_a_role_is_given_listed_and_ended(run: Run):
    email, unit = somebody(run)
    assert {"manager", "admin", "editor", "process_leader"} <= {one["role"] for one in listed(run)}
    run("roles", "give", email, "pilot", unit, "--until", "2099-06-30")
    assert "already" in run("roles", "give", email, "pilot", unit, status=1).stderr
    (found,) = [one for one in listed(run, "--unit", unit) if one["email"] == email]
    assert (found["role"], found["unit"], found["until"], found["by"]) == ("pilot", unit, "2099-06-30", "command")
    run("roles", "end", email, "pilot", unit)
    assert "no such role" in run("roles", "end", email, "pilot", unit, status=1).stderr


def test_what_cannot_be_given_is_said_and_not_given(run: Run):
    email, unit = somebody(run)
    before = listed(run)
    elsewhere = "flen/flen" if not unit.startswith("flen/") else "trosa/trosa"
    for arguments, sentence in (
        (("okand@example.org", "pilot", unit), "Nobody with the address"),
        ((email, "pilot", "finns-inte"), "0 units are called"),
        ((email, "admin", unit), "for the county only"),
        ((email, "pilot", unit, "--until", "2020-01-01"), "must not lie before today"),
        ((email, "pilot", elsewhere), "the role would not hold"),
    ):
        assert sentence in run("roles", "give", *arguments, status=1).stderr
    assert listed(run) == before
