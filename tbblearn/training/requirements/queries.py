"""Which course and which cycle a manager's page is about."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from tbblearn.courses.queries import content, current_versions
from tbblearn.courses.rules import Text
from tbblearn.db import db
from tbblearn.people.models import OrgUnit
from tbblearn.people.queries import Unit
from tbblearn.people.queries import unit as unit_in_scope
from tbblearn.people.rules import Scope
from tbblearn.training.models import Requirement, RequirementAdoption
from tbblearn.training.requirements.cycles import cycle_on
from tbblearn.training.requirements.facts import own_terms, terms_of
from tbblearn.training.rules import NotFound, RequirementKind


@dataclass(frozen=True)
class CourseChoice:
    """A course that some requirement demands, with its current cycle."""

    course_id: int
    slug: str
    title: Text
    cycle: int


def required_courses(today: date) -> tuple[CourseChoice, ...]:
    """The courses that some requirement demands, in the order of the requirements."""
    versions = {version.course_id: version for version in current_versions()}
    running: dict[int, int] = {}
    for requirement in db.session.scalars(select(Requirement).order_by(Requirement.id)):
        yearly = requirement.kind is RequirementKind.YEARLY
        running.setdefault(requirement.course_id, cycle_on(terms_of(requirement), today).year if yearly else today.year)
    return tuple(
        CourseChoice(course_id, versions[course_id].slug, content(versions[course_id].id).title, cycle)
        for course_id, cycle in running.items()
        if course_id in versions
    )


def chosen(
    unit_id: int, scope: Scope, today: date, slug: str | None, cycle: int | None
) -> tuple[Unit, CourseChoice, int]:
    """The unit, the course (by default the first required one) and the cycle. Raises NotFound outside the scope.

    Only the current cycle has figures. An earlier one would need a snapshot of who was employed where when it closed:
    counting today's staff would miss everyone who has left and include everyone who has joined since.
    """
    unit = unit_in_scope(unit_id, scope)
    courses = required_courses(today)
    course = next((one for one in courses if slug is None or one.slug == slug), None)
    if unit is None or course is None:
        raise NotFound(unit_id=unit_id, slug=slug)
    current = _current_cycle(unit, course, today)
    if cycle not in {None, current}:
        raise NotFound(unit_id=unit_id, slug=course.slug, cycle=cycle)
    return unit, course, current


def _current_cycle(unit: Unit, course: CourseChoice, today: date) -> int:
    """The current cycle in the unit, whose huvudman may have dates of its own."""
    row = db.session.execute(
        select(Requirement, RequirementAdoption.opens, RequirementAdoption.due)
        .join(RequirementAdoption, RequirementAdoption.requirement_id == Requirement.id)
        .join(OrgUnit, OrgUnit.id == RequirementAdoption.unit_id)
        .where(
            Requirement.course_id == course.course_id,
            Requirement.kind == RequirementKind.YEARLY,
            OrgUnit.around(unit.path),
        )
        .order_by(Requirement.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return course.cycle
    requirement, opens, due = row
    return cycle_on(own_terms(terms_of(requirement), opens, due), today).year
