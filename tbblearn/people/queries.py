"""Reads about people and units. Whatever lists persons or units takes a Scope (docs/rules/people.md)."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any, TypeVarTuple

from sqlalchemy import BindParameter, ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from tbblearn.db import db
from tbblearn.people.belonging import belongs, grant_holds, history_since, left_lately
from tbblearn.people.models import ExternalAccess, Grant, OrgUnit, Person
from tbblearn.people.rules import Language, Level, Role, Scope, UnitKind

Columns = TypeVarTuple("Columns")


@dataclass(frozen=True)
class Unit:
    """A unit as pages show it."""

    id: int
    name: str
    kind: UnitKind
    path: str
    level: Level | None
    source: str
    external_id: str


def within(scope: Scope) -> ColumnElement[bool]:
    """SQL condition: the unit lies in the scope. An empty scope matches nothing."""
    return or_(false(), *(OrgUnit.inside(path) for path in scope.paths))


def _units(*conditions: ColumnElement[bool], order: InstrumentedAttribute[Any]) -> list[Unit]:
    columns = (getattr(OrgUnit, field.name) for field in fields(Unit))
    rows = db.session.execute(select(*columns).where(*conditions).order_by(order))
    return [Unit(**row._asdict()) for row in rows]


def unit(unit_id: int, scope: Scope) -> Unit | None:
    """One unit; None when it does not exist or is outside the scope: the two look the same."""
    return next(iter(_units(OrgUnit.id == unit_id, within(scope), order=OrgUnit.id)), None)


def tops(scope: Scope) -> list[Unit]:
    """The units at the top of the scope, in Swedish order: where a manager's pages begin."""
    return _units(OrgUnit.path.in_(scope.paths), order=OrgUnit.name_sort)


def ancestors(path: str, scope: Scope) -> list[Unit]:
    """The units above a path that are in the scope, from the top down, without the unit itself."""
    return _units(OrgUnit.around(path), OrgUnit.path != path, within(scope), order=OrgUnit.depth)


def huvudman_name(path: str) -> str | None:
    """The name of a unit's huvudman; None for the county. It is public, so it takes no scope."""
    return db.session.scalar(select(OrgUnit.name).where(OrgUnit.kind == UnitKind.HUVUDMAN, OrgUnit.around(path)))


def county_name() -> str:
    """The name of the county: the root of the tree. It is public."""
    return db.session.scalar(select(OrgUnit.name).where(OrgUnit.kind == UnitKind.COUNTY)) or ""


def unit_by_name(text: str) -> list[Unit]:
    """The units that `source/id`, or `id` alone, names on the command line (docs/rules/people.md)."""
    source, _, external_id = text.rpartition("/")
    conditions = [OrgUnit.external_id == external_id, *([OrgUnit.source == source] if source else [])]
    return _units(*conditions, order=OrgUnit.path)


@dataclass(frozen=True)
class MailAddress:
    """Where a person gets mail, and in which language."""

    email: str
    given_name: str
    language: Language


def mail_address(person_id: int, today: date, *, leavers: bool = False) -> MailAddress | None:
    """Where to write to a person; None without an address, or when neither employed nor external that day.

    With `leavers` also for those who left recently enough to read their own history.
    """
    written_to = belongs(Person.id, today)
    if leavers:
        written_to = or_(written_to, left_lately(Person.id, today, history_since(today)))
    row = db.session.execute(
        select(Person.email, Person.given_name, Person.language).where(
            Person.id == person_id, Person.email != "", written_to
        )
    ).one_or_none()
    return MailAddress(**row._asdict()) if row else None


@dataclass(frozen=True)
class ExternalEnd:
    """The last day of a person's external access, and their name (empty when protected)."""

    name: str
    until_on: date


def external_end(person_id: int) -> ExternalEnd | None:
    """When a person's external access ends, renewals included; None without any."""
    until_on = db.session.scalar(select(func.max(ExternalAccess.until_on)).where(ExternalAccess.person_id == person_id))
    found = db.session.get(Person, person_id)
    if until_on is None or found is None:
        return None
    return ExternalEnd("" if found.protected_identity else f"{found.given_name} {found.family_name}".strip(), until_on)


def with_roles(persons: Select[*Columns], today: date | BindParameter[date]) -> Select[*Columns, Role, int, str]:
    """Extend a query about persons with their roles on this day: role, unit id and path, one row per role.

    A person without roles has one row, with None in all three.
    """
    return (
        persons.outerjoin(Grant, and_(Grant.person_id == Person.id, grant_holds(today)))
        .outerjoin(OrgUnit, OrgUnit.id == Grant.unit_id)
        .add_columns(Grant.role, Grant.unit_id, OrgUnit.path)
        .order_by(OrgUnit.path, Grant.role)
    )
