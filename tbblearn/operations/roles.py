"""Roles by command: who has which, giving one, ending one."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from tbblearn.db import db, stockholm_date
from tbblearn.operations.first_admin import may_sign_in
from tbblearn.operations.listing import Row
from tbblearn.people.actions import end_grants, give_role
from tbblearn.people.belonging import employed, grant_holds
from tbblearn.people.models import Grant, OrgUnit, Person
from tbblearn.people.queries import Unit, unit_by_name
from tbblearn.people.rules import GrantSource, Role, a_year_after


class UnitUnclear(Exception):
    """No unit, or several, have this name; `found` is how many."""

    def __init__(self, name: str, found: int) -> None:
        super().__init__(name)
        self.found = found


class NoSuchRole(Exception):
    """The person has no such role there that can be ended by hand."""


class RoleHeld(Exception):
    """The person has the role there already."""


class RoleNotCarried(Exception):
    """The person is not employed by the unit's huvudman, so the role would not hold."""


class RoleTooLong(Exception):
    """The last day is before today, or more than a year ahead for somebody without an employment."""


def roles(today: date, *, unit: str | None = None) -> list[Row]:
    """The roles that hold today, by unit; those of persons with a protected identity without name and address."""
    giver = aliased(Person)
    conditions = [OrgUnit.inside(_unit(unit).path)] if unit else []
    rows = db.session.execute(
        select(Grant, Person, OrgUnit.source, OrgUnit.external_id, giver.given_name, giver.family_name)
        .join(Person, Person.id == Grant.person_id)
        .join(OrgUnit, OrgUnit.id == Grant.unit_id)
        .outerjoin(giver, giver.id == Grant.given_by)
        .where(grant_holds(today), *conditions)
        .order_by(OrgUnit.path, Grant.role, Person.name_sort, Grant.id)
    )
    return [
        {
            "unit": f"{source}/{external_id}",
            "role": grant.role.value,
            "person": f"{person.source}/{person.external_id}",
            "name": "" if person.protected_identity else f"{person.given_name} {person.family_name}".strip(),
            "email": "" if person.protected_identity else person.email,
            "from": grant.from_on.isoformat(),
            "until": grant.until_on.isoformat() if grant.until_on else None,
            "by": _by(grant, given, family),
        }
        for grant, person, source, external_id, given, family in rows
    ]


def _by(grant: Grant, given: str | None, family: str | None) -> str:
    if grant.source is GrantSource.HR:
        return "unit file"
    return f"{given or ''} {family or ''}".strip() if grant.given_by else "command"


def give(email: str, role: Role, unit: str, now: datetime, *, until_on: date | None = None) -> None:
    """Give a person a role on a unit and all below it, from today.

    Somebody without an employment gets it for a year at most, which is the default for them. Raises NobodyThere,
    UnitUnclear, RoleHeld, RoleTooLong, RoleNotCarried, CountyRoleElsewhere; nothing is given then.
    """
    today = stockholm_date(now)
    person_id, there = may_sign_in(email, today), _unit(unit)
    if _held(person_id, role, there.id, today):
        raise RoleHeld
    if not db.session.scalar(select(employed(Person.id, today)).where(Person.id == person_id)):
        until_on = until_on or a_year_after(today)
        if until_on > a_year_after(today):
            raise RoleTooLong
    if until_on is not None and until_on < today:
        raise RoleTooLong
    grant = give_role(person_id, there.id, role, today=today, now=now, source=GrantSource.HAND)
    grant.until_on = until_on
    db.session.flush()
    if db.session.scalar(select(Grant.id).where(Grant.id == grant.id, grant_holds(today))) is None:
        raise RoleNotCarried


def end(email: str, role: Role, unit: str, now: datetime) -> None:
    """End a role after today. Raises NobodyThere, UnitUnclear, NoSuchRole; also for one from the unit file."""
    today = stockholm_date(now)
    held = _held(may_sign_in(email, today), role, _unit(unit).id, today)
    if not held:
        raise NoSuchRole
    end_grants(held, today=today, now=now)


def _held(person_id: int, role: Role, unit_id: int, today: date) -> list[Grant]:
    """The person's roles by hand on this unit that have not been ended."""
    not_ended: Any = Grant.until_on.is_(None) | (Grant.until_on > today)
    return list(
        db.session.scalars(
            select(Grant).where(
                Grant.person_id == person_id,
                Grant.role == role,
                Grant.unit_id == unit_id,
                Grant.source == GrantSource.HAND,
                not_ended,
            )
        )
    )


def _unit(name: str) -> Unit:
    found = unit_by_name(name)
    if len(found) != 1:
        raise UnitUnclear(name, len(found))
    return found[0]
