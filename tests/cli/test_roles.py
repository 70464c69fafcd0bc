"""`tbblearn roles`: list, give, end."""

import json
from typing import Any

from tests.cli.conftest import Run
from tests.cli.test_staffing import begin_with_the_samples

EMAIL, UNIT = "medarbetare4@flen.example", "flen/skola-1"


def listed(run: Run, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("roles", "list", *arguments, "--format", "json").stdout)
    return found


def test_a_role_is_given_listed_and_ended(run: Run):
    begin_with_the_samples(run)
    run("roles", "give", EMAIL, "pilot", UNIT, "--until", "2099-06-30")
    assert "already" in run("roles", "give", EMAIL, "pilot", UNIT, status=1).stderr
    (found,) = [one for one in listed(run, "--unit", UNIT) if one["email"] == EMAIL]
    assert (found["role"], found["unit"], found["until"], found["by"]) == ("pilot", UNIT, "2099-06-30", "command")
    run("roles", "end", EMAIL, "pilot", UNIT)
    assert "no such role" in run("roles", "end", EMAIL, "pilot", UNIT, status=1).stderr


def test_what_cannot_be_given_is_said_and_not_given(run: Run):
    begin_with_the_samples(run)
    run("units", "add", "trosa", "Trosa kommun")
    before = listed(run)
    assert {one["role"] for one in before} == {"manager"}
    for arguments, sentence in (
        (("okand@example.org", "pilot", UNIT), "Nobody with the address"),
        ((EMAIL, "pilot", "finns-inte"), "0 units are called"),
        ((EMAIL, "admin", UNIT), "for the county only"),
        ((EMAIL, "pilot", UNIT, "--until", "2020-01-01"), "must not lie before today"),
        ((EMAIL, "pilot", "trosa/trosa"), "the role would not hold"),
    ):
        assert sentence in run("roles", "give", *arguments, status=1).stderr
    assert listed(run) == before
