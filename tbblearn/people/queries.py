"""Reads about people and units. Everything that returns persons or units takes a Scope (docs/rules/people.md)."""

from dataclasses import dataclass
from datetime import date
from typing import TypeVarTuple

from sqlalchemy import BindParameter, ColumnElement, Select, and_, false, func, or_, select

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


@dataclass(frozen=True)
class PersonCard:
    """What signing in needs to know of a person."""

    id: int
    given_name: str
    family_name: str
    language: Language

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}".strip()


def within(scope: Scope) -> ColumnElement[bool]:
    """SQL condition: the unit lies in the scope. An empty scope matches nothing."""
    return or_(false(), *(OrgUnit.inside(path) for path in scope.paths))


def _units() -> Select[int, str, UnitKind, str, Level | None, str, str]:
    return select(
        OrgUnit.id, OrgUnit.name, OrgUnit.kind, OrgUnit.path, OrgUnit.level, OrgUnit.source, OrgUnit.external_id
    )


def unit(unit_id: int, scope: Scope) -> Unit | None:
    """One unit, or None when it does not exist or lies outside the scope: the two look the same."""
    row = db.session.execute(_units().where(OrgUnit.id == unit_id, within(scope))).one_or_none()
    return Unit(*row) if row else None


def tops(scope: Scope) -> list[Unit]:
    """The units at the top of the scope, in Swedish order: where a manager's pages begin."""
    rows = db.session.execute(_units().where(OrgUnit.path.in_(scope.paths)).order_by(OrgUnit.name_sort)).all()
    return [Unit(*row) for row in rows]


def ancestors(path: str, scope: Scope) -> list[Unit]:
    """The units above a path that lie in the scope, from the top down, without the unit itself."""
    rows = db.session.execute(
        _units().where(OrgUnit.around(path), OrgUnit.path != path, within(scope)).order_by(OrgUnit.depth)
    ).all()
    return [Unit(*row) for row in rows]


def huvudman_name(path: str) -> str | None:
    """The name of the huvudman that a unit belongs to; None for the county. No secret, so it takes no scope."""
    return db.session.scalar(select(OrgUnit.name).where(OrgUnit.kind == UnitKind.HUVUDMAN, OrgUnit.around(path)))


def unit_by_name(text: str) -> list[Unit]:
    """Units that `source/id`, or `id` alone, names on the command line (docs/rules/people.md)."""
    source, _, external = text.rpartition("/")
    condition = OrgUnit.external_id == external
    if source:
        condition = and_(condition, OrgUnit.source == source)
    return [Unit(*row) for row in db.session.execute(_units().where(condition).order_by(OrgUnit.path))]


def person(person_id: int) -> PersonCard | None:
    """One person's own card."""
    row = db.session.execute(
        select(Person.id, Person.given_name, Person.family_name, Person.language).where(Person.id == person_id)
    ).one_or_none()
    return PersonCard(*row) if row else None


@dataclass(frozen=True)
class MailAddress:
    """Where a person gets mail, and in which language."""

    email: str
    given_name: str
    language: Language


def mail_address(person_id: int, today: date, *, leavers: bool = False) -> MailAddress | None:
    """Where to write to a person; None without an address, and for who is neither employed nor external that day.

    With `leavers` also to who left so lately that the own history can still be read.
    """
    written_to = belongs(Person.id, today)
    if leavers:
        written_to = or_(written_to, left_lately(Person.id, today, history_since(today)))
    row = db.session.execute(
        select(Person.email, Person.given_name, Person.language).where(
            Person.id == person_id, Person.email != "", written_to
        )
    ).one_or_none()
    return MailAddress(*row) if row else None


@dataclass(frozen=True)
class ExternalEnd:
    """The last day of somebody's access without an employment, and their name (empty where it is protected)."""

    name: str
    until_on: date


def external_end(person_id: int) -> ExternalEnd | None:
    """When the external access of a person ends, with every renewal counted; None for who never had any."""
    until_on = db.session.scalar(select(func.max(ExternalAccess.until_on)).where(ExternalAccess.person_id == person_id))
    found = db.session.get(Person, person_id)
    if until_on is None or found is None:
        return None
    return ExternalEnd("" if found.protected_identity else f"{found.given_name} {found.family_name}".strip(), until_on)


def with_roles(persons: Select[*Columns], today: date | BindParameter[date]) -> Select[*Columns, Role, int, str]:
    """A query about persons with the roles they hold on this day: role, unit id and path, a row each.

    A person without roles has one row, with None in all three. `persons` says itself what it selects from.
    """
    return (
        persons.outerjoin(Grant, and_(Grant.person_id == Person.id, grant_holds(today)))
        .outerjoin(OrgUnit, OrgUnit.id == Grant.unit_id)
        .add_columns(Grant.role, Grant.unit_id, OrgUnit.path)
        .order_by(OrgUnit.path, Grant.role)
    )
