"""Reads about people and units: always within a scope, and as many questions for three rows as for one."""

import inspect
from datetime import timedelta

import pytest

from tbblearn.db import unit_of_work
from tbblearn.people import queries
from tbblearn.people.actions import give_role
from tbblearn.people.rules import GrantSource, Role, Scope
from tests.factories import NOW, TODAY, County
from tests.listening import statements
from tests.people.holding import roles_on

OWN = {
    "person": "the person's own card, for the one who is signed in",
    "mail_address": "where to write to a person; read at delivery, shown to nobody",
    "external_end": "of the person who is written to, or whom the one who is written to answers for",
    "with_roles": "a query that others finish; what a person may do makes the scope",
    "unit_by_name": "the command line, whose user may read the whole database",
    "county_name": "the name of the county, on every certificate",
    "huvudman_name": "one of ten names that everyone knows, of a unit that was found within the scope",
}
"""What needs no scope, and why."""


def test_what_gives_persons_or_units_takes_a_scope() -> None:
    functions = [
        function
        for name, function in inspect.getmembers(queries, inspect.isfunction)
        if function.__module__ == queries.__name__ and not name.startswith("_") and name not in OWN
    ]
    assert functions
    for function in functions:
        assert "scope" in inspect.signature(function).parameters, f"{function.__name__} takes no Scope"


@pytest.mark.parametrize(
    ("top", "sees"),
    [
        ("enhet-1", {"enhet-1"}),
        ("verksamhet-1", {"verksamhet-1", "enhet-1", "enhet-2"}),
        ("flen", {"flen", "skola-1"}),
        (None, set()),
    ],
)
def test_a_unit_outside_the_scope_looks_as_if_there_were_none(
    session: None, county: County, top: str | None, sees: set[str]
) -> None:
    scope = Scope.over([county.paths[top]] if top else [])
    found = {name for name, unit_id in county.units.items() if queries.unit(unit_id, scope)}
    assert found == sees
    assert queries.unit(99_999, scope) is None


def test_the_tops_of_a_scope_in_swedish_order(session: None, county: County) -> None:
    scope = Scope.over([county.paths["region"], county.paths["flen"], county.paths["enhet-1"]])
    assert [unit.name for unit in queries.tops(scope)] == ["Flens kommun", "Region Sörmland"]
    assert queries.tops(Scope()) == []


def test_above_a_unit_only_what_the_scope_holds_is_shown(session: None, county: County) -> None:
    path = county.paths["enhet-1"]
    everything = Scope.over([county.paths["sormland"]])
    assert [unit.external_id for unit in queries.ancestors(path, everything)] == ["sormland", "region", "verksamhet-1"]
    assert [unit.external_id for unit in queries.ancestors(path, Scope.over([county.paths["verksamhet-1"]]))] == [
        "verksamhet-1"
    ]
    assert queries.ancestors(path, Scope.over([path])) == []


def test_units_by_name_on_the_command_line(session: None, county: County) -> None:
    assert [unit.id for unit in queries.unit_by_name("region/enhet-1")] == [county.units["enhet-1"]]
    assert [unit.id for unit in queries.unit_by_name("skola-1")] == [county.units["skola-1"]]
    assert queries.unit_by_name("flen/enhet-1") == []


def test_roles_hold_from_the_first_day_to_the_last(session: None, county: County) -> None:
    person_id = county.persons["p101"]
    with unit_of_work():
        grant = give_role(
            person_id, county.units["enhet-1"], Role.MANAGER, today=TODAY, now=NOW, source=GrantSource.HAND
        )
        grant.until_on = TODAY + timedelta(days=2)
    held = [roles_on(person_id, TODAY + timedelta(days=n)) for n in (-1, 0, 2, 3)]
    own = (Role.MANAGER, county.paths["enhet-1"])
    assert held == [[], [own], [own], []]


def test_a_person_is_written_to_only_where_there_is_an_address(session: None, county: County) -> None:
    address = queries.mail_address(county.persons["p101"], TODAY)
    assert address is not None
    assert address.email == "medarbetare101@example.org"
    assert queries.mail_address(99_999, TODAY) is None


def test_as_many_questions_for_many_units_as_for_one(session: None, county: County) -> None:
    def asked(tops: list[str]) -> int:
        scope = Scope.over([county.paths[name] for name in tops])
        with statements() as sent:
            queries.tops(scope)
            queries.ancestors(county.paths["enhet-1"], scope)
        return len([s for s in sent if s.startswith("SELECT")])

    assert asked(["enhet-1"]) == asked(["enhet-1", "enhet-2", "skola-1"]) == 2
