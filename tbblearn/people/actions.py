"""Writes about people and units."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from tbblearn.audit.actions import record
from tbblearn.audit.rules import Event
from tbblearn.db import db
from tbblearn.people.models import ExternalAccess, Grant, OrgUnit, Person
from tbblearn.people.queries import within
from tbblearn.people.rules import (
    COUNTY_ROLES,
    CountyRoleElsewhere,
    GrantEnd,
    GrantSource,
    Language,
    Level,
    Role,
    Scope,
    UnitKind,
    a_year_after,
    email_key,
    search_key,
    sort_key,
)


@dataclass(frozen=True)
class NewUnit:
    """A unit to add to the tree."""

    source: str
    external_id: str
    name: str
    kind: UnitKind
    valid_from_on: date
    service: str = ""
    level: Level | None = None


def add_unit(new: NewUnit, parent: OrgUnit | None) -> OrgUnit:
    """Add a unit below its parent (None for the county only), with its path and effective level."""
    unit = OrgUnit(
        parent_id=parent.id if parent else None,
        source=new.source,
        external_id=new.external_id,
        name=new.name,
        name_sort=sort_key(new.name),
        kind=new.kind,
        service=new.service,
        own_level=new.level,
        level=new.level or (parent.level if parent else None),
        depth=parent.depth + 1 if parent else 0,
        path="",
        valid_from_on=new.valid_from_on,
    )
    db.session.add(unit)
    db.session.flush()
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    return unit


def name_person(person: Person, given_name: str, family_name: str, email: str) -> None:
    """Set a person's name and address, with the columns for sorting and searching."""
    person.given_name = given_name
    person.family_name = family_name
    person.email = email.strip()
    person.email_key = email_key(email)
    person.name_sort = sort_key(family_name, given_name)
    person.name_search = search_key(given_name, family_name)


def give_role(
    person_id: int, unit_id: int, role: Role, *, today: date, now: datetime, source: GrantSource, by: int | None = None
) -> Grant:
    """Give a person a role on a unit and all below it, from today, and log it.

    `by` is None for the command line and imports. Raises CountyRoleElsewhere.
    """
    if role in COUNTY_ROLES and db.session.get_one(OrgUnit, unit_id).parent_id is not None:
        raise CountyRoleElsewhere(role)
    grant = Grant(
        person_id=person_id, unit_id=unit_id, role=role, from_on=today, source=source, given_by=by, given_at=now
    )
    db.session.add(grant)
    db.session.flush()
    record(
        Event.ROLE_GIVEN, now=now, actor_id=by, object_kind="person", object_id=person_id, role=role, unit_id=unit_id
    )
    return grant


def end_role(grant_id: int, scope: Scope, today: date, *, now: datetime, by: int | None = None) -> Grant | None:
    """End a role and log it: today becomes its last day; one that has not begun is deleted.

    None, and no change, when there is no such grant in the scope or it has ended already.
    """
    grant = db.session.scalar(
        select(Grant)
        .join(OrgUnit, OrgUnit.id == Grant.unit_id)
        .where(Grant.id == grant_id, within(scope), Grant.until_on.is_(None) | (Grant.until_on > today))
        .with_for_update(of=Grant)
    )
    if grant is None:
        return None
    end_grants([grant], today=today, now=now, by=by)
    return grant


def end_grants(grants: Iterable[Grant], *, today: date, now: datetime, by: int | None = None) -> None:
    """End these roles and log each: today becomes their last day; one that has not begun is deleted."""
    for grant in grants:
        if grant.from_on > today:
            db.session.delete(grant)
        else:
            grant.until_on, grant.end_reason = today, GrantEnd.DECIDED
        record(
            Event.ROLE_ENDED,
            now=now,
            actor_id=by,
            object_kind="person",
            object_id=grant.person_id,
            role=grant.role,
            unit_id=grant.unit_id,
        )
    db.session.flush()


def give_access(
    person_id: int, *, today: date, now: datetime, until_on: date | None = None, sponsor_id: int | None = None
) -> ExternalAccess:
    """Give or renew external access from today until a day at most a year ahead (by default a year), and log it.

    `sponsor_id` is who answers for it; None for whoever runs the server.
    """
    access = ExternalAccess(
        person_id=person_id,
        from_on=today,
        until_on=until_on or a_year_after(today),
        sponsor_id=sponsor_id,
        given_at=now,
    )
    db.session.add(access)
    db.session.flush()
    record(
        Event.ACCESS_GIVEN,
        now=now,
        actor_id=sponsor_id,
        object_kind="person",
        object_id=person_id,
        until=access.until_on.isoformat(),
    )
    return access


def end_access(person_id: int, *, today: date, now: datetime) -> bool:
    """End all external access of a person at once, and log it; False when there was none.

    Yesterday becomes its last day, so open sessions end at their next request.
    """
    held = db.session.scalars(
        select(ExternalAccess)
        .where(ExternalAccess.person_id == person_id, ExternalAccess.until_on >= today)
        .with_for_update()
    ).all()
    for access in held:
        if access.from_on >= today:
            db.session.delete(access)
        else:
            access.until_on = today - timedelta(days=1)
    db.session.flush()
    if held:
        record(Event.ACCESS_ENDED, now=now, object_kind="person", object_id=person_id)
    return bool(held)


def choose_language(person_id: int, language: Language) -> None:
    """Set the language of a person's pages and mail."""
    db.session.get_one(Person, person_id).language = language
