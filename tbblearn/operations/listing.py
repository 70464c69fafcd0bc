"""Lists of what commands ask for by id or name: units, courses, requirements, survey rounds and persons."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from tbblearn.courses.models import CourseRecord, CourseVersion
from tbblearn.db import db
from tbblearn.people.belonging import belongs
from tbblearn.people.models import OrgUnit, Person, Placement, Programme
from tbblearn.people.rules import email_key, search_key
from tbblearn.surveys.models import Wave
from tbblearn.training.models import Requirement

Row = Mapping[str, str | int | None]
MOST_PERSONS = 50


def units(today: date, *, source: str | None = None, under: str | None = None) -> list[Row]:
    """The units of today, from the top down; `under` is the path of one, itself included."""
    parent = aliased(OrgUnit)
    query = select(OrgUnit, parent.external_id).outerjoin(parent, parent.id == OrgUnit.parent_id)
    query = query.where(OrgUnit.exists_on(today)).order_by(OrgUnit.path)
    if source is not None:
        query = query.where(OrgUnit.source == source)
    if under is not None:
        query = query.where(OrgUnit.inside(under))
    return [
        {
            "id": f"{unit.source}/{unit.external_id}",
            "name": unit.name,
            "kind": unit.kind.value,
            "level": unit.level.value if unit.level else None,
            "parent": parent_id,
        }
        for unit, parent_id in db.session.execute(query)
    ]


def courses() -> list[Row]:
    """The published courses, by their newest version."""
    found = db.session.execute(
        select(CourseRecord.slug, CourseVersion.number, CourseVersion.published_at, CourseVersion.placeholders)
        .join(CourseVersion, CourseVersion.course_id == CourseRecord.id)
        .order_by(CourseRecord.slug, CourseVersion.number)
    )
    newest = {row.slug: row for row in found}
    return [
        {
            "slug": row.slug,
            "version": row.number,
            "published_at": row.published_at.isoformat(timespec="seconds"),
            "placeholders": row.placeholders,
        }
        for row in newest.values()
    ]


def requirements() -> list[Row]:
    """What is required of whom, and when."""
    found = db.session.execute(
        select(Requirement, Programme.slug, CourseRecord.slug)
        .join(Programme, Programme.id == Requirement.programme_id)
        .join(CourseRecord, CourseRecord.id == Requirement.course_id)
        .order_by(Requirement.id)
    )
    return [
        {
            "id": one.id,
            "programme": programme,
            "course": course,
            "kind": one.kind.value,
            "opens": one.opens,
            "due": one.due,
        }
        for one, programme, course in found
    ]


def waves() -> list[Row]:
    """Every survey round, newest first, with nothing about who has answered."""
    found = db.session.execute(
        select(Wave.id, Wave.name, Programme.slug, Wave.state, Wave.opens_on, Wave.closes_on)
        .join(Programme, Programme.id == Wave.programme_id)
        .order_by(Wave.opens_on.desc(), Wave.id.desc())
    )
    return [
        {
            "id": row.id,
            "name": row.name,
            "programme": row.slug,
            "state": row.state.value,
            "opens_on": row.opens_on.isoformat(),
            "closes_on": row.closes_on.isoformat(),
        }
        for row in found
    ]


def persons(text: str, today: date) -> list[Row]:
    """Those who may sign in today with the text in their name, or as their address; at most MOST_PERSONS.

    Never anyone with a protected identity.
    """
    found = db.session.execute(
        select(Person, OrgUnit.source, OrgUnit.external_id)
        .outerjoin(Placement, and_(Placement.person_id == Person.id, Placement.held_on(today)))
        .outerjoin(OrgUnit, OrgUnit.id == Placement.unit_id)
        .where(
            Person.protected_identity.is_(False),
            belongs(Person.id, today),
            or_(Person.name_search.contains(search_key(text), autoescape=True), Person.email_key == email_key(text)),
        )
        .order_by(Person.name_sort, Person.id)
        .limit(MOST_PERSONS)
    )
    return [
        {
            "id": f"{one.source}/{one.external_id}",
            "name": f"{one.given_name} {one.family_name}".strip(),
            "email": one.email,
            "unit": f"{source}/{unit}" if unit else None,
        }
        for one, source, unit in found
    ]
