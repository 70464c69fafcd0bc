"""Writes about people and units."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tbblearn.audit.models import AuditEvent
from tbblearn.audit.rules import Event
from tbblearn.db import db, unit_of_work
from tbblearn.people.actions import choose_language, end_role, give_role, name_person
from tbblearn.people.models import Grant, Leave, OrgUnit, Person, Placement
from tbblearn.people.rules import GrantSource, Language, LeaveSource, Level, Role, Scope, UnitKind
from tests.factories import NOW, TODAY, County, make_person, make_unit
from tests.people.holding import roles_on

DAY = timedelta(days=1)


def test_a_unit_knows_its_way_from_the_root(session: None, county: County) -> None:
    for name, unit_id in county.units.items():
        unit = db.session.get_one(OrgUnit, unit_id)
        assert unit.path.endswith(f"/{unit.id}/")
        assert unit.depth == unit.path.count("/") - 2
        if unit.parent_id is not None:
            parent = db.session.get_one(OrgUnit, unit.parent_id)
            assert unit.path == f"{parent.path}{unit.id}/", name


@pytest.mark.parametrize(
    ("unit", "level"),
    [
        ("sormland", None),
        ("region", Level.BASE),
        ("verksamhet-1", Level.BASE),
        ("enhet-1", Level.BASE),
        ("enhet-3", Level.INTERMEDIATE),
        ("skola-1", Level.BASE),
    ],
)
def test_a_level_comes_from_the_nearest_unit_above_that_has_one(
    session: None, county: County, unit: str, level: Level | None
) -> None:
    assert db.session.get_one(OrgUnit, county.units[unit]).level is level


def test_only_the_county_has_no_parent(session: None, county: County) -> None:
    with pytest.raises(IntegrityError), unit_of_work():
        make_unit(None, "lost", UnitKind.ENHET)
    with pytest.raises(IntegrityError), unit_of_work():
        make_unit(db.session.get_one(OrgUnit, county.units["region"]), "second", UnitKind.COUNTY)


def test_an_id_is_unique_within_its_source_only(session: None, county: County) -> None:
    with unit_of_work():
        make_unit(db.session.get_one(OrgUnit, county.units["flen"]), "enhet-1")
    with pytest.raises(IntegrityError), unit_of_work():
        make_unit(db.session.get_one(OrgUnit, county.units["region"]), "enhet-1")


def test_a_name_is_kept_with_what_it_is_sorted_and_found_by(session: None) -> None:
    with unit_of_work():
        person = make_person(None, number=1)
        name_person(person, "Övning", "Åberg", " Ovning.Aberg@Example.org ")
    assert (person.email, person.email_key) == ("Ovning.Aberg@Example.org", "ovning.aberg@example.org")
    assert person.name_search == "övning åberg"
    assert person.name_sort.startswith("{berg")


def test_a_role_that_is_ended_holds_today_and_not_tomorrow(session: None, county: County) -> None:
    everything = Scope.over([county.paths["sormland"]])
    manager = county.persons["manager"]
    grant_id = db.session.scalars(select(Grant.id).where(Grant.person_id == manager)).one()
    with unit_of_work():
        assert end_role(grant_id, everything, TODAY, now=NOW, by=9) is not None
    assert roles_on(manager, TODAY)
    assert not roles_on(manager, TODAY + DAY)
    with unit_of_work():
        assert end_role(grant_id, everything, TODAY + DAY, now=NOW) is None
    assert db.session.get_one(Grant, grant_id).until_on == TODAY
    (event,) = db.session.scalars(select(AuditEvent)).all()
    assert (event.event, event.at, event.actor_id) == (Event.ROLE_ENDED, NOW, 9)
    assert (event.object_kind, event.object_id) == ("person", str(manager))
    assert event.details["role"] == Role.MANAGER


def test_a_role_that_is_given_stands_in_the_event_log(session: None, county: County) -> None:
    person, unit = county.persons["p101"], county.units["enhet-1"]
    with unit_of_work():
        give_role(person, unit, Role.PILOT, today=TODAY, now=NOW, source=GrantSource.HAND, by=7)
    (event,) = db.session.scalars(select(AuditEvent)).all()
    assert (event.event, event.at, event.actor_id) == (Event.ROLE_GIVEN, NOW, 7)
    assert (event.object_kind, event.object_id) == ("person", str(person))
    assert event.details == {"role": Role.PILOT, "unit_id": unit}


def test_a_role_that_had_not_begun_is_taken_back_whole(session: None, county: County) -> None:
    with unit_of_work():
        grant = give_role(
            county.persons["p101"],
            county.units["enhet-1"],
            Role.PILOT,
            today=TODAY + DAY,
            now=NOW,
            source=GrantSource.HAND,
        )
    with unit_of_work():
        assert end_role(grant.id, Scope.over([county.paths["enhet-1"]]), TODAY, now=NOW) is not None
    assert db.session.get(Grant, grant.id) is None


def test_a_role_outside_the_scope_is_not_ended(session: None, county: County) -> None:
    grant_id = db.session.scalars(select(Grant.id).where(Grant.person_id == county.persons["manager"])).one()
    for scope in (Scope(), Scope.over([county.paths["flen"]]), Scope.over([county.paths["enhet-1"]])):
        with unit_of_work():
            assert end_role(grant_id, scope, TODAY, now=NOW) is None
    assert db.session.get_one(Grant, grant_id).until_on is None


def test_a_language_chosen_is_kept(session: None, county: County) -> None:
    with unit_of_work():
        choose_language(county.persons["p101"], Language.EN)
    assert db.session.get_one(Person, county.persons["p101"]).language is Language.EN


def test_nothing_ends_before_it_begins(session: None, county: County) -> None:
    held = db.session.scalars(select(Placement)).first()
    assert held is not None
    rows = (
        Placement(employment_id=held.employment_id, person_id=held.person_id, unit_id=held.unit_id, from_on=TODAY,
                  until_on=TODAY - DAY, known_on=TODAY),
        Leave(employment_id=held.employment_id, from_on=TODAY, until_on=TODAY - DAY, source=LeaveSource.HR,
              known_on=TODAY),
        Grant(person_id=held.person_id, unit_id=held.unit_id, role=Role.PILOT, from_on=TODAY,
              until_on=date(2020, 1, 1), source=GrantSource.HAND, given_at=NOW),
    )  # fmt: skip
    for row in rows:
        with pytest.raises(IntegrityError), unit_of_work():
            db.session.add(row)
