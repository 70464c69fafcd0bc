"""Which huvudmän have adopted a course, and so whom figures over several of them cover."""

from datetime import date

from sqlalchemy import case, func, select

from tbblearn.db import db
from tbblearn.people.models import OrgUnit, Placement
from tbblearn.people.queries import Unit, within
from tbblearn.people.rules import Scope, UnitKind
from tbblearn.training.models import Requirement, RequirementAdoption
from tbblearn.training.standing.counts import Coverage


def adopting(course_id: int, today: date) -> Scope:
    """The huvudmän that have adopted a requirement for the course, with every unit in them."""
    return Scope.over(
        db.session.scalars(
            select(OrgUnit.path)
            .join(RequirementAdoption, RequirementAdoption.unit_id == OrgUnit.id)
            .join(Requirement, Requirement.id == RequirementAdoption.requirement_id)
            .where(
                Requirement.course_id == course_id,
                RequirementAdoption.adopted_on <= today,
                OrgUnit.kind == UnitKind.HUVUDMAN,
            )
        )
    )


def is_adopted(path: str, adopted: Scope) -> bool:
    """True when a huvudman above or below the unit has adopted it."""
    return adopted.covers(path) or any(one.startswith(path) for one in adopted.paths)


def coverage(unit: Unit, adopted: Scope, today: date) -> Coverage | None:
    """Whom the county's figures cover; None for a unit of a single huvudman."""
    if unit.kind is not UnitKind.COUNTY:
        return None
    huvudmen = db.session.execute(
        select(OrgUnit.name, OrgUnit.path)
        .where(OrgUnit.inside(unit.path), OrgUnit.kind == UnitKind.HUVUDMAN)
        .order_by(OrgUnit.name_sort, OrgUnit.id)
    ).all()
    units = (
        select(OrgUnit.id, case((within(adopted), 1), else_=0).label("counted"))
        .where(OrgUnit.inside(unit.path))
        .cte("units")
        .prefix_with("MATERIALIZED")  # once per unit, not per employment
    )
    persons = (
        select(func.max(units.c.counted).label("counted"))
        .select_from(Placement)
        .join(units, units.c.id == Placement.unit_id)
        .where(Placement.held_on(today))
        .group_by(Placement.person_id)
        .subquery()
    )
    staff, everybody = db.session.execute(
        select(func.coalesce(func.sum(persons.c.counted), 0), func.count()).select_from(persons)
    ).one()
    missing = tuple(name for name, path in huvudmen if not adopted.covers(path))
    return Coverage(len(huvudmen) - len(missing), staff, everybody, missing)
