"""Administrators and one-time links from the command line, also before anyone can give roles."""

from datetime import date, datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Select, select

from tbblearn.access.actions import make_link
from tbblearn.access.queries import leaver_with_email, person_with_email
from tbblearn.access.rules import LinkPurpose
from tbblearn.db import db, stockholm_date
from tbblearn.people.actions import NewUnit, add_unit, end_access, end_role, give_access, give_role, name_person
from tbblearn.people.models import Grant, OrgUnit, Person
from tbblearn.people.rules import GrantSource, Role, Scope, UnitKind, a_year_after, email_key

ROOT_ID = "sormland"
PRINTED = "printed"
"""How a link that a command printed was handed over."""


class EmailNotUsable(Exception):
    """Not an e-mail address."""


class IdTaken(Exception):
    """There is a huvudman, or the county, with this id."""


class NobodyThere(Exception):
    """Nobody with this address can be given, or can lose, what was asked for."""


class AccessTooLong(Exception):
    """The last day is before today, or more than a year ahead."""


def county(now: datetime) -> OrgUnit:
    """The root of the tree, added if there is none yet."""
    root = db.session.scalar(select(OrgUnit).where(OrgUnit.kind == UnitKind.COUNTY))
    if root is None:
        root = add_unit(NewUnit(ROOT_ID, ROOT_ID, "Sörmland", UnitKind.COUNTY, stockholm_date(now)), None)
    return root


def add_huvudman(source: str, name: str, now: datetime) -> OrgUnit:
    """A huvudman directly below the county, whose units and staff then come with its files. Raises IdTaken."""
    root = county(now)
    if db.session.scalar(select(OrgUnit.id).where(OrgUnit.source == source)) is not None:
        raise IdTaken(source)
    return add_unit(NewUnit(source, source, name, UnitKind.HUVUDMAN, stockholm_date(now)), root)


def create_admin(
    email: str, given_name: str, family_name: str, now: datetime, *, until_on: date | None = None, sponsor: str = ""
) -> str:
    """Make the person with this address an administrator of the county; returns the path of a link for the password.

    An unknown address makes a new person. Employed or not, the person gets external access, by default for a year:
    running the site does not depend on a staff file. Doing it again renews the access. Raises EmailNotUsable,
    NobodyThere for a sponsor who may not sign in, AccessTooLong.
    """
    try:
        address = validate_email(email.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise EmailNotUsable(f"{email!r} is not a valid e-mail address: {error}") from error
    today = stockholm_date(now)
    until_on = until_on or a_year_after(today)
    if not today <= until_on <= a_year_after(today):
        raise AccessTooLong(until_on)
    sponsor_id = may_sign_in(sponsor, today) if sponsor else None
    root = county(now)
    person_id = _known(address, today)
    if person_id is None:
        person = Person(source=ROOT_ID, external_id=f"admin:{address.casefold()}"[:80])
        name_person(person, given_name or "Administratör", family_name, address)
        db.session.add(person)
        db.session.flush()
        person_id = person.id
    give_access(person_id, today=today, now=now, until_on=until_on, sponsor_id=sponsor_id)
    if not db.session.scalars(_admin_grants(person_id, root.id, today)).all():
        give_role(person_id, root.id, Role.ADMIN, today=today, now=now, source=GrantSource.HAND)
    return f"/valj-losenord/{make_link(person_id, now, how=PRINTED)}"


def end_admin(email: str, now: datetime) -> None:
    """End this person's external access at once, and the administrator's role after today.

    Raises NobodyThere when nobody with the address has either.
    """
    today = stockholm_date(now)
    person_id = _known(email, today)
    grants = db.session.scalars(_admin_grants(person_id, county(now).id, today)).all() if person_id else []
    for grant in grants:
        end_role(grant.id, Scope(("/",)), today, now=now)
    if person_id is None or not (end_access(person_id, today=today, now=now) or grants):
        raise NobodyThere(email)


def print_link(email: str, now: datetime) -> str:
    """Make a one-time link for the person who would sign in with this address; returns its path.

    For a recent leaver it opens the own history. The event log says for whom it was made, and that it was printed.
    Raises NobodyThere for anyone else.
    """
    today = stockholm_date(now)
    leaver_id = None if person_with_email(email, today) else leaver_with_email(email, today)
    if leaver_id is not None:
        return f"/las-historik/{make_link(leaver_id, now, how=PRINTED, purpose=LinkPurpose.READ_HISTORY)}"
    return f"/valj-losenord/{make_link(may_sign_in(email, today), now, how=PRINTED)}"


def may_sign_in(email: str, today: date) -> int:
    """Id of the person who would sign in with this address. Raises NobodyThere."""
    person_id = person_with_email(email, today)
    if person_id is None:
        raise NobodyThere(email)
    return person_id


def _known(email: str, today: date) -> int | None:
    """Id of the person with this address, preferably one who may sign in."""
    return person_with_email(email, today) or db.session.scalar(
        select(Person.id)
        .where(Person.email_key == email_key(email), Person.email_key != "")
        .order_by(Person.id.desc())
        .limit(1)
    )


def _admin_grants(person_id: int, root_id: int, today: date) -> Select[Grant]:
    """The person's administrator roles that have not been ended, whether they hold or not."""
    return select(Grant).where(
        Grant.person_id == person_id,
        Grant.unit_id == root_id,
        Grant.role == Role.ADMIN,
        Grant.until_on.is_(None) | (Grant.until_on > today),
    )
