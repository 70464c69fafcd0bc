"""What the process leader and the huvudmän decide: requirements, and their adoption by each huvudman."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select

from tbblearn.courses.queries import course_by_slug
from tbblearn.db import db
from tbblearn.people.models import OrgUnit
from tbblearn.people.rules import UnitKind
from tbblearn.training.models import Requirement, RequirementAdoption, RequirementRule
from tbblearn.training.requirements.audience import CONDITIONS, AudienceRule
from tbblearn.training.requirements.cycles import MonthDay, Terms
from tbblearn.training.rules import NoPublishedCourse, NotFound


def add_requirement(
    programme_id: int,
    slug: str,
    terms: Terms = Terms(),  # noqa: B008 (frozen)
    rules: Iterable[AudienceRule] = (AudienceRule(),),
    *,
    now: datetime,
) -> int:
    """Add a requirement with its audience rules and return its id; it reaches nobody until a huvudman adopts it.

    A rule's `unit_path` names the unit at its end. Raises NoPublishedCourse.
    """
    course = course_by_slug(slug)
    if course is None:
        raise NoPublishedCourse(slug=slug)
    requirement = Requirement(
        programme_id=programme_id,
        course_id=course.id,
        kind=terms.kind,
        opens=str(terms.opens),
        due=str(terms.due),
        grace_days=terms.grace_days,
        new_hire_days=terms.new_hire_days,
        carry_over_days=terms.carry_over_days,
        recorded_at=now,
    )
    db.session.add(requirement)
    db.session.flush()
    for rule in rules:
        db.session.add(
            RequirementRule(
                requirement_id=requirement.id,
                unit_id=None if rule.unit_path is None else int(rule.unit_path.rstrip("/").rsplit("/", 1)[-1]),
                **{name: getattr(rule, name) for name in CONDITIONS},
            )
        )
    db.session.flush()
    return requirement.id


def adopt(
    requirement_id: int,
    unit_id: int,
    *,
    adopted_on: date,
    reference: str,
    today: date,
    opens: MonthDay | None = None,
    due: MonthDay | None = None,
) -> None:
    """Record that a huvudman has adopted a requirement: when, by which decision, with which dates of its own.

    Raises NotFound where the requirement does not exist or the unit is not a huvudman.
    """
    kind = db.session.scalar(select(OrgUnit.kind).where(OrgUnit.id == unit_id))
    if kind is not UnitKind.HUVUDMAN or db.session.get(Requirement, requirement_id) is None:
        raise NotFound(requirement_id=requirement_id, unit_id=unit_id)
    db.session.add(
        RequirementAdoption(
            requirement_id=requirement_id,
            unit_id=unit_id,
            adopted_on=adopted_on,
            known_on=today,
            reference=reference,
            opens=None if opens is None else str(opens),
            due=None if due is None else str(due),
        )
    )
    db.session.flush()
