"""The first administrator, made on the command line before there is anybody to give roles."""

from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from tbblearn.access.actions import make_link
from tbblearn.access.queries import person_with_email
from tbblearn.db import db, stockholm_date
from tbblearn.people.actions import NewUnit, add_unit, give_role, name_person
from tbblearn.people.models import OrgUnit, Person
from tbblearn.people.rules import GrantSource, Role, UnitKind

ROOT_ID = "sormland"


class EmailNotUsable(Exception):
    """The address cannot be an e-mail address."""


def county(now: datetime) -> OrgUnit:
    """The root of the tree, made where there is none yet."""
    root = db.session.scalar(select(OrgUnit).where(OrgUnit.kind == UnitKind.COUNTY))
    if root is None:
        root = add_unit(NewUnit(ROOT_ID, ROOT_ID, "Sörmland", UnitKind.COUNTY, stockholm_date(now)), None)
    return root


def create_admin(email: str, given_name: str, family_name: str, now: datetime) -> str:
    """Make the person with this address an administrator of the county; returns a one-time token for the password.

    An unknown address makes a new person. Raises EmailNotUsable for what is no address.
    """
    try:
        address = validate_email(email.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise EmailNotUsable(f"{email!r} is no e-mail address: {error}") from error
    root = county(now)
    person_id = person_with_email(address)
    if person_id is None:
        person = Person(source=ROOT_ID, external_id=f"admin:{address.casefold()}"[:80])
        name_person(person, given_name or "Administratör", family_name, address)
        db.session.add(person)
        db.session.flush()
        person_id = person.id
    give_role(person_id, root.id, Role.ADMIN, today=stockholm_date(now), now=now, source=GrantSource.HAND)
    return make_link(person_id, now)
