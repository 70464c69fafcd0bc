"""The people of a unit with their packed facts, in SQL: the start of every manager's figure and list."""

from collections import defaultdict
from datetime import date
from functools import cache

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from tbblearn.db import db
from tbblearn.people.models import OrgUnit, Person, Placement
from tbblearn.people.rules import UnitKind
from tbblearn.training.models import Enrolment, Requirement, RequirementAdoption
from tbblearn.training.rules import EnrolmentReason
from tbblearn.training.standing.facts import NO_TASK, TODAY, coded, now_standing, one_task_each


@cache
def _counted_units() -> Select[int]:
    """The units of a subtree that figures count: those of huvudmän that have adopted the course."""
    huvudman = aliased(OrgUnit)
    return (
        select(OrgUnit.id)
        .join(huvudman, and_(huvudman.kind == UnitKind.HUVUDMAN, OrgUnit.inside(huvudman.path)))
        .where(
            OrgUnit.path.like(bindparam("below", type_=String)),
            huvudman.id.in_(
                select(RequirementAdoption.unit_id)
                .join(Requirement, Requirement.id == RequirementAdoption.requirement_id)
                .where(
                    Requirement.course_id == bindparam("course_id", type_=Integer),
                    RequirementAdoption.adopted_on <= TODAY,
                )
            ),
        )
        .order_by(OrgUnit.id)
    )


def _in_counted_units(column: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """In one of the counted units, written out in the statement so that a planner sees how many there are.

    Otherwise it may look up ten thousand rows one at a time instead of scanning each table once.
    """
    return column.in_(bindparam("units", type_=Integer, expanding=True, literal_execute=True))


def counted_today() -> tuple[ColumnElement[bool], ...]:
    """SQL conditions: the employment is held today in a unit that figures count. Parameters: `over`."""
    return _in_counted_units(Placement.unit_id), Placement.held_on(TODAY)


@cache
def population() -> CTE:
    """Everyone employed in a subtree's counted units today, once each, with their facts for one course and cycle.

    Columns: person_id, code (see `facts.unpack`), opens_on, due_on, grace_until_on, achieved_on. Parameters: `over`.
    Cached, since building the statement takes longer than counting a unit.
    """
    staff = select(Placement.person_id).where(*counted_today()).distinct().cte("staff")
    standing = now_standing(
        Enrolment.course_id == bindparam("course_id", type_=Integer),
        Enrolment.cycle == bindparam("cycle", type_=Integer),
        Enrolment.reason != EnrolmentReason.VOLUNTARY,
        Enrolment.person_id.in_(select(staff.c.person_id)),
    )
    dates = ("opens_on", "due_on", "grace_until_on", "achieved_on")
    facts = coded(one_task_each(standing), own=False).subquery("facts").c
    task = select(facts.person_id, facts.code, *(facts[name] for name in dates)).cte("task")
    # Two disjoint halves, not an outer join: SQLite would compare every person with every other.
    return union_all(
        select(task),
        select(staff.c.person_id, literal(NO_TASK), *(null().cast(Date) for _ in dates)).where(
            staff.c.person_id.not_in(select(task.c.person_id))
        ),
    ).cte("population")


def over(unit_id: int, path: str, course_id: int, cycle: int, today: date) -> dict[str, object]:
    """The parameters of statements made from `population` and `lines_below`. One query, for the counted units."""
    about = {"course_id": course_id, "today": today}
    units = db.session.scalars(_counted_units(), {**about, "below": f"{path}%"}).all()
    return {**about, "unit_id": unit_id, "cycle": cycle, "units": units}


@cache
def counted() -> CompoundSelect[int | None, int, int]:
    """How many people have the same facts, in the whole unit (line null) and on each line below it."""
    facts, lines = population(), lines_below()
    return union_all(
        select(null().cast(Integer).label("line"), facts.c.code, func.count().label("persons")).group_by(facts.c.code),
        select(lines.c.line, facts.c.code, func.count())
        .join(lines, lines.c.person_id == facts.c.person_id)
        .group_by(lines.c.line, facts.c.code),
    )


@cache
def lines_below() -> CTE:
    """For everyone in `population`, the units directly below the top that they work in, or the top itself.

    Columns: person_id, line; each pair once, so that a person counts once per line. Parameters: `over`.
    """
    child = aliased(OrgUnit)
    unit_id: BindParameter[int] = bindparam("unit_id", type_=Integer)
    placed = (
        select(OrgUnit.id.label("unit_id"), func.coalesce(child.id, unit_id).label("line"))
        .outerjoin(child, and_(child.parent_id == unit_id, OrgUnit.inside(child.path)))
        .where(_in_counted_units(OrgUnit.id))
        .cte("placed")
        .prefix_with("MATERIALIZED")  # once per unit, not per employment
    )
    return (
        select(Placement.person_id, placed.c.line)
        .join(placed, placed.c.unit_id == Placement.unit_id)
        .where(Placement.held_on(TODAY))
        .distinct()
        .cte("lines_below")
    )


def places(
    person_ids: list[int], today: date, *where: ColumnElement[bool]
) -> dict[int, tuple[tuple[str, ...], tuple[str, ...]]]:
    """By person, the names of their units today, in Swedish order, and their professions there; each once."""
    held_units = db.session.execute(
        select(Placement.person_id, OrgUnit.name, Placement.profession)
        .join(OrgUnit, OrgUnit.id == Placement.unit_id)
        .where(*where, Placement.held_on(today), Placement.person_id.in_(person_ids))
        .order_by(OrgUnit.name_sort, Placement.id)
    )
    found: dict[int, tuple[dict[str, None], dict[str, None]]] = defaultdict(lambda: ({}, {}))
    for person_id, unit, profession in held_units:
        units, professions = found[person_id]
        units[unit] = None
        if profession:
            professions[profession] = None
    return {person_id: (tuple(units), tuple(professions)) for person_id, (units, professions) in found.items()}


@cache
def first_units() -> CTE:
    """For everyone in `population`, the sort key of the first unit they work in. Parameters: `over`."""
    return (
        select(Placement.person_id, func.min(OrgUnit.name_sort).label("name_sort"))
        .join(OrgUnit, OrgUnit.id == Placement.unit_id)
        .where(*counted_today())
        .group_by(Placement.person_id)
        .cte("first_units")
    )


def sort_name() -> ColumnElement[str]:
    """The sort key of lists of people; protected identities come last, so that their place reveals nothing."""
    return case((Person.protected_identity, "~"), else_=Person.name_sort)
