"""What the process leader and the huvudmän decide: requirements, and which huvudman has adopted them."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select

from tbblearn.courses.queries import course_by_slug
from tbblearn.db import db
from tbblearn.people.models import OrgUnit
from tbblearn.people.rules import UnitKind
from tbblearn.training.models import Requirement, RequirementAdoption, RequirementRule
from tbblearn.training.requirements.audience import AudienceRule
from tbblearn.training.requirements.cycles import MonthDay, Terms
from tbblearn.training.rules import NoPublishedCourse, NotFound


@dataclass(frozen=True)
class NewRequirement:
    """A requirement to add. A rule's `unit_path` names the unit at its end."""

    programme_id: int
    slug: str
    terms: Terms = field(default_factory=Terms)
    rules: tuple[AudienceRule, ...] = (AudienceRule(),)


def add_requirement(new: NewRequirement, *, now: datetime) -> int:
    """Add a requirement with its audience rules; it reaches nobody until a huvudman has adopted it. Returns its id.

    Raises NoPublishedCourse.
    """
    course = course_by_slug(new.slug)
    if course is None:
        raise NoPublishedCourse(slug=new.slug)
    requirement = Requirement(
        programme_id=new.programme_id,
        course_id=course.id,
        kind=new.terms.kind,
        opens=str(new.terms.opens),
        due=str(new.terms.due),
        grace_days=new.terms.grace_days,
        new_hire_days=new.terms.new_hire_days,
        carry_over_days=new.terms.carry_over_days,
        recorded_at=now,
    )
    db.session.add(requirement)
    db.session.flush()
    for rule in new.rules:
        db.session.add(
            RequirementRule(
                requirement_id=requirement.id,
                effect=rule.effect,
                unit_id=None if rule.unit_path is None else int(rule.unit_path.rstrip("/").rsplit("/", 1)[-1]),
                level=rule.level,
                service=rule.service,
                profession=rule.profession,
                min_days=rule.min_days,
                valid_from_on=rule.valid_from_on,
                valid_until_on=rule.valid_until_on,
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
    """Write down that a huvudman has adopted a requirement: when, by which decision, with which own dates.

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
