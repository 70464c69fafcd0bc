"""Who belongs here, and which roles hold: by employment, or by somebody answering for it; never by the grant alone."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from tbblearn.db import db, unit_of_work
from tbblearn.people.actions import end_access, give_access, give_role
from tbblearn.people.belonging import belongs
from tbblearn.people.models import ExternalAccess, OrgUnit, Person, Placement
from tbblearn.people.queries import mail_address
from tbblearn.people.rules import CountyRoleElsewhere, GrantSource, Role
from tests.factories import LONG_AGO, NOW, TODAY, County, employ, make_person
from tests.people.holding import roles_on

DAY = timedelta(days=1)
YESTERDAY = TODAY - DAY


def leave(person_id: int, on: date = YESTERDAY) -> None:
    """The person's every employment ends that day."""
    with unit_of_work():
        db.session.execute(update(Placement).where(Placement.person_id == person_id).values(until_on=on))


def unit(county: County, name: str) -> OrgUnit:
    return db.session.get_one(OrgUnit, county.units[name])


def is_in(person_id: int, day: date = TODAY) -> bool:
    found = db.session.scalar(select(Person.id).where(Person.id == person_id, belongs(Person.id, day)))
    return found is not None


def test_who_is_employed_belongs_to_the_last_day_and_nobody_else(session: None, county: County) -> None:
    person_id = county.persons["p101"]
    leave(person_id, TODAY)
    with unit_of_work():
        to_come = make_person(unit(county, "enhet-1"), start_on=TODAY + DAY).id
        never = make_person(None).id
    assert [is_in(person_id, day) for day in (YESTERDAY, TODAY, TODAY + DAY)] == [True, True, False]
    assert [is_in(to_come, day) for day in (TODAY, TODAY + DAY)] == [False, True]
    assert not is_in(never)


def test_who_is_external_belongs_until_the_day_that_was_said(session: None, county: County) -> None:
    with unit_of_work():
        person_id = make_person(None).id
        give_access(person_id, today=TODAY, now=NOW, until_on=TODAY + 9 * DAY)
    days = (YESTERDAY, TODAY, TODAY + 9 * DAY, TODAY + 10 * DAY)
    assert [is_in(person_id, day) for day in days] == [False, True, True, False]


def test_access_that_is_taken_back_ends_at_once(session: None, county: County) -> None:
    with unit_of_work():
        old, new = make_person(None).id, make_person(None).id
        give_access(old, today=TODAY - 9 * DAY, now=NOW)
        give_access(new, today=TODAY, now=NOW)
    for person_id in (old, new):
        assert is_in(person_id)
        with unit_of_work():
            assert end_access(person_id, today=TODAY, now=NOW)
        assert not is_in(person_id)
        with unit_of_work():
            assert not end_access(person_id, today=TODAY, now=NOW)
    assert is_in(old, YESTERDAY), "what was stays true"


@pytest.mark.parametrize("source", GrantSource)
@pytest.mark.parametrize("role", [Role.MANAGER, Role.PILOT, Role.FOLLOW_UP, Role.PROCESS_LEADER])
def test_no_role_holds_once_the_employment_has_ended(
    session: None, county: County, role: Role, source: GrantSource
) -> None:
    person_id = county.persons["p101"]
    with unit_of_work():
        give_role(person_id, county.units["region"], role, today=LONG_AGO, now=NOW, source=source)
    assert roles_on(person_id, TODAY)
    leave(person_id)
    assert roles_on(person_id, YESTERDAY)
    assert roles_on(person_id, TODAY) == []


Case = Callable[[County, Person], object]

HOLDS: dict[str, tuple[GrantSource, str, Case, bool]] = {
    "by hand, employed in another unit of the same huvudman": (
        GrantSource.HAND, "verksamhet-2", lambda county, one: employ(one, unit(county, "enhet-1")), True,
    ),
    "by hand, on the huvudman itself": (
        GrantSource.HAND, "region", lambda county, one: employ(one, unit(county, "enhet-1")), True,
    ),
    "by hand, employed with another huvudman": (
        GrantSource.HAND, "region", lambda county, one: employ(one, unit(county, "skola-1")), False,
    ),
    "by hand, on the county, with any huvudman": (
        GrantSource.HAND, "sormland", lambda county, one: employ(one, unit(county, "skola-1")), True,
    ),
    "by hand, on the county, with none": (GrantSource.HAND, "sormland", lambda county, one: None, False),
    "by hand, external": (
        GrantSource.HAND, "region", lambda county, one: give_access(one.id, today=TODAY, now=NOW), True,
    ),
    "by hand, external until yesterday": (
        GrantSource.HAND, "region",
        lambda county, one: give_access(one.id, today=LONG_AGO, now=NOW, until_on=LONG_AGO + DAY), False,
    ),
    "from an HR file, employed": (
        GrantSource.HR, "region", lambda county, one: employ(one, unit(county, "enhet-1")), True,
    ),
    "from an HR file, external only": (
        GrantSource.HR, "region", lambda county, one: give_access(one.id, today=TODAY, now=NOW), False,
    ),
    "from an HR file, to be employed": (
        GrantSource.HR, "region", lambda county, one: employ(one, unit(county, "enhet-1"), start_on=TODAY + DAY), False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HOLDS)
def test_what_carries_a_role(session: None, county: County, case: str) -> None:
    source, on, happens, holds = HOLDS[case]
    with unit_of_work():
        person = make_person(None)
        happens(county, person)
        give_role(person.id, county.units[on], Role.FOLLOW_UP, today=LONG_AGO, now=NOW, source=source)
    assert bool(roles_on(person.id, TODAY)) is holds


def test_of_two_jobs_the_one_that_ends_takes_only_its_own_roles(session: None, county: County) -> None:
    with unit_of_work():
        person = make_person(unit(county, "enhet-1"), end_on=YESTERDAY)
        employ(person, unit(county, "skola-1"))
        for name in ("enhet-1", "skola-1"):
            give_role(person.id, county.units[name], Role.PILOT, today=LONG_AGO, now=NOW, source=GrantSource.HAND)
    assert roles_on(person.id, TODAY) == [(Role.PILOT, county.paths["skola-1"])]


def test_nobody_is_written_to_who_may_not_come_in(session: None, county: County) -> None:
    person_id = county.persons["p101"]
    assert mail_address(person_id, TODAY) is not None
    leave(person_id)
    assert mail_address(person_id, TODAY) is None


@pytest.mark.parametrize("role", [Role.ADMIN, Role.EDITOR])
@pytest.mark.parametrize("name", ["region", "enhet-1"])
def test_a_role_of_the_county_is_given_there_only(session: None, county: County, role: Role, name: str) -> None:
    with pytest.raises(CountyRoleElsewhere), unit_of_work():
        give_role(county.persons["p101"], county.units[name], role, today=TODAY, now=NOW, source=GrantSource.HAND)
    with unit_of_work():
        give_role(county.persons["p101"], county.units["sormland"], role, today=TODAY, now=NOW, source=GrantSource.HAND)


@pytest.mark.parametrize(("days", "kept"), [(366, True), (367, False), (-1, False)])
def test_an_access_lasts_a_year_at_most_and_no_less_than_a_day(
    session: None, county: County, days: int, kept: bool
) -> None:
    row = ExternalAccess(person_id=county.persons["p101"], from_on=TODAY, until_on=TODAY + days * DAY, given_at=NOW)
    if kept:
        with unit_of_work():
            db.session.add(row)
        return
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError), unit_of_work():
        db.session.add(row)
