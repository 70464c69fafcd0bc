"""The first administrator, before there is anybody to give roles."""

import pytest
from sqlalchemy import func, select

from tbblearn.audit.models import AuditEvent
from tbblearn.audit.rules import Event
from tbblearn.db import db, unit_of_work, utc_now
from tbblearn.operations.first_admin import EmailNotUsable, create_admin
from tbblearn.people.models import OrgUnit, Person
from tbblearn.web.application import Application
from tests.access.accounts import whose
from tests.factories import NOW, County
from tests.reading import Reader


def test_on_an_empty_database_the_county_the_person_and_a_link_are_made(app: Application, reader: Reader) -> None:
    with app.app_context(), unit_of_work():
        token = create_admin("admin@example.org", "Administratör", "1", utc_now())
    path = f"/valj-losenord/{token}"
    reader.submit(reader.get(path).form(path), password="en mening att minnas")
    page = reader.get("/utskick")
    assert whose(page) == "Administratör 1"
    with app.app_context():
        assert db.session.scalars(select(OrgUnit.external_id)).all() == ["sormland"]
        events = db.session.execute(
            select(AuditEvent.event, AuditEvent.actor_id, AuditEvent.details).order_by(AuditEvent.id).limit(2)
        ).all()
    assert [(row.event, row.actor_id) for row in events] == [(Event.ROLE_GIVEN, None), (Event.LINK_MADE, None)]
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
