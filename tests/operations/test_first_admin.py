"""The first administrator, before there is anybody to give roles."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from tbblearn.audit.models import AuditEvent
from tbblearn.audit.rules import Event
from tbblearn.db import db, unit_of_work, utc_now
from tbblearn.operations.first_admin import (
    AccessTooLong,
    EmailNotUsable,
    NobodyThere,
    create_admin,
    end_admin,
    print_link,
)
from tbblearn.people.models import ExternalAccess, Grant, OrgUnit, Person, Placement
from tbblearn.people.rules import Role
from tbblearn.web.application import Application
from tests.access.accounts import whose
from tests.factories import NOW, TODAY, County
from tests.reading import Reader


def test_on_an_empty_database_the_county_the_person_and_a_link_are_made(app: Application, reader: Reader) -> None:
    with app.app_context(), unit_of_work():
        path = create_admin("admin@example.org", "Administratör", "1", utc_now())
    reader.submit(reader.get(path).form(path), password="en mening att minnas")
    page = reader.get("/utskick")
    assert whose(page) == "Administratör 1"
    with app.app_context():
        assert db.session.scalars(select(OrgUnit.external_id)).all() == ["sormland"]
        events = db.session.execute(
            select(AuditEvent.event, AuditEvent.actor_id, AuditEvent.details).order_by(AuditEvent.id).limit(3)
        ).all()
    assert [(row.event, row.actor_id) for row in events] == [
        (Event.ACCESS_GIVEN, None),
        (Event.ROLE_GIVEN, None),
        (Event.LINK_MADE, None),
    ]
    assert "example" not in str(events)


def test_a_known_person_is_made_administrator_and_not_doubled(app: Application, county: County) -> None:
    with app.app_context():
        before = db.session.scalar(select(func.count()).select_from(Person))
        db.session.rollback()
        with unit_of_work():
            create_admin(" Medarbetare101@EXAMPLE.org ", "", "", NOW)
        assert db.session.scalar(select(func.count()).select_from(Person)) == before
        assert db.session.scalar(select(func.count()).select_from(OrgUnit)) == len(county.units)
    reader = Reader(app)
    reader.sign_in(county.persons["p101"])
    reader.get("/utskick")


@pytest.mark.parametrize("email", ["", "admin", "admin@", "@example.org", "a b@example.org", "a@b@example.org"])
def test_what_is_no_address_makes_nothing(session: None, email: str) -> None:
    with pytest.raises(EmailNotUsable), unit_of_work():
        create_admin(email, "", "", NOW)
    assert db.session.scalar(select(func.count()).select_from(Person)) == 0


EMAIL = "admin@example.org"


def spans() -> list[tuple[date, date]]:
    rows = db.session.execute(select(ExternalAccess.from_on, ExternalAccess.until_on).order_by(ExternalAccess.until_on))
    return [(row.from_on, row.until_on) for row in rows]


def test_an_administrator_has_a_year_and_a_renewal_is_a_year_of_its_own(session: None) -> None:
    with unit_of_work():
        create_admin(EMAIL, "", "", NOW)
    later = NOW + timedelta(days=200)
    with unit_of_work():
        create_admin(EMAIL.upper(), "", "", later)
    assert spans() == [(TODAY, date(2027, 11, 20)), (date(2027, 6, 8), date(2028, 6, 8))]
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1
    assert db.session.scalar(select(func.count()).select_from(Grant)) == 1


def test_an_administrator_whose_year_has_passed_is_the_same_person_when_it_is_renewed(session: None) -> None:
    with unit_of_work():
        create_admin(EMAIL, "", "", NOW)
    with unit_of_work():
        create_admin(EMAIL, "", "", NOW + timedelta(days=500))
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1


@pytest.mark.parametrize("until_on", [date(2026, 11, 19), date(2027, 11, 21)])
def test_no_administrator_has_more_than_a_year(session: None, until_on: date) -> None:
    with pytest.raises(AccessTooLong), unit_of_work():
        create_admin(EMAIL, "", "", NOW, until_on=until_on)
    assert spans() == []


def test_who_answers_for_an_administrator_must_be_one_who_may_sign_in(session: None, county: County) -> None:
    with unit_of_work():
        create_admin(EMAIL, "", "", NOW, sponsor="medarbetare101@example.org")
    assert db.session.scalars(select(ExternalAccess.sponsor_id)).one() == county.persons["p101"]
    with pytest.raises(NobodyThere), unit_of_work():
        create_admin(EMAIL, "", "", NOW, sponsor="nobody@example.org")


def test_an_administrator_who_is_ended_is_out_at_once(app: Application, county: County) -> None:
    with app.app_context():
        with unit_of_work():
            create_admin(EMAIL, "", "", utc_now())
        person_id = db.session.scalars(select(Person.id).where(Person.email_key == EMAIL)).one()
        db.session.rollback()
    reader = Reader(app)
    reader.sign_in(person_id)
    reader.get("/utskick")
    with app.app_context(), unit_of_work():
        end_admin(EMAIL, utc_now())
    reader.get("/utskick", 303)
    with app.app_context(), pytest.raises(NobodyThere), unit_of_work():
        end_admin(EMAIL, utc_now())


def test_a_printed_link_is_noted_with_for_whom_and_that_it_was_printed(session: None, county: County) -> None:
    with unit_of_work():
        path = print_link(" Medarbetare101@example.org", NOW)
    (event,) = db.session.scalars(select(AuditEvent)).all()
    assert (event.event, event.actor_id, event.details) == (Event.LINK_MADE, None, {"how": "printed"})
    assert (event.object_kind, event.object_id) == ("person", str(county.persons["p101"]))
    assert path.startswith("/valj-losenord/")
    assert path.rpartition("/")[2] not in str(event.details)


def test_no_link_is_printed_for_who_may_not_sign_in(session: None, county: County) -> None:
    with unit_of_work():
        db.session.execute(
            update(Placement)
            .where(Placement.person_id == county.persons["p101"])
            .values(until_on=TODAY - timedelta(days=40))
        )
    for email in ("medarbetare101@example.org", "nobody@example.org", ""):
        with pytest.raises(NobodyThere), unit_of_work():
            print_link(email, NOW)


def test_an_administrator_of_a_part_of_the_county_opens_nothing(app: Application, county: County) -> None:
    """Such a grant cannot be given; one that stands in the database all the same counts for nothing."""
    for role, path in ((Role.ADMIN, "/utskick"), (Role.EDITOR, "/kurser")):
        person_id = county.persons[role.value]
        reader = Reader(app)
        reader.sign_in(person_id)
        reader.get(path)
        with app.app_context(), unit_of_work():
            db.session.execute(update(Grant).where(Grant.person_id == person_id).values(unit_id=county.units["region"]))
        page = reader.get(path, 403)
        assert path not in [str(link["href"]) for link in page.soup.select("header a[href]")]
