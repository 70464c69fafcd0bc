"""Lists of persons for their manager, a page at a time. Never a score or a failure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select, true
from sqlalchemy.sql.elements import SQLCoreOperations

from tbblearn.courses.rules import Text
from tbblearn.db import db
from tbblearn.people.models import OrgUnit, Person
from tbblearn.people.queries import Unit, within
from tbblearn.people.rules import Scope, search_key
from tbblearn.training.managing.lists import Chosen, SortBy
from tbblearn.training.managing.person_queries import shown_name
from tbblearn.training.requirements.queries import chosen as chosen_course
from tbblearn.training.rules import DONE, FREED, SHOWN_ORDER, Status, Urgency, manager_view
from tbblearn.training.standing.counts import Coverage
from tbblearn.training.standing.coverage import adopting, coverage, is_adopted
from tbblearn.training.standing.facts import status_of
from tbblearn.training.standing.population import first_units, over, places, population, sort_name


@dataclass(frozen=True)
class PersonRow:
    """A person as a manager's list shows them; the name is None where the identity is protected.

    The last day is None, too, while it does not apply: for those exempt or on leave.
    """

    person_id: int
    name: str | None
    units: tuple[str, ...]
    professions: tuple[str, ...]
    status: Status
    opens_on: date | None
    due_on: date | None
    grace_until_on: date | None
    completed_on: date | None


@dataclass(frozen=True)
class PersonPage:
    """One page of a list of persons."""

    unit: Unit
    slug: str
    title: Text
    cycle: int
    rows: tuple[PersonRow, ...]
    total: int
    """How many are found."""
    of: int
    """How many there are without the search."""
    number: int
    """This page's number, the first is 1."""
    pages: int
    first: int
    """The place in the list of the first row, counted from 1."""
    adopted: bool
    """False where the unit has not adopted the course: then nobody is on the list."""
    coverage: Coverage | None


def who_is_left(
    unit_id: int,
    scope: Scope,
    today: date,
    *,
    slug: str | None = None,
    cycle: int | None = None,
    chosen: Chosen | None = None,
    page: int = 1,
    limit: int = 50,
) -> PersonPage:
    """Persons of a unit, by default those who are left. A page past the last gives the last.

    Searching never finds protected persons. Raises NotFound outside the scope.
    """
    wanted = chosen or Chosen()
    unit, course, year = chosen_course(unit_id, scope, today, slug, cycle)
    values = over(unit.id, unit.path, course.course_id, year, today)
    adopted = adopting(course.course_id, today)
    held = standings(wanted, values)
    total = sum(found for _status, found, _all in held.values())
    pages = max(1, -(-total // limit))
    number = min(max(page, 1), pages)
    first = (number - 1) * limit
    rows: tuple[PersonRow, ...] = ()
    if total:
        facts = population()
        columns = (facts, Person.given_name, Person.family_name, Person.protected_identity)
        found = db.session.execute(listed(wanted, held, *columns).limit(limit).offset(first), values).all()
        where = places([row.person_id for row in found], today, OrgUnit.inside(unit.path), within(adopted))
        rows = tuple(_person_row(row, *where[row.person_id]) for row in found)
    return PersonPage(
        unit=unit,
        slug=course.slug,
        title=course.title,
        cycle=year,
        rows=rows,
        total=total,
        of=sum(everybody for _status, _found, everybody in held.values()),
        number=number,
        pages=pages,
        first=first + 1,
        adopted=is_adopted(unit.path, adopted),
        coverage=coverage(unit, adopted, today),
    )


def _person_row(row: Any, units: tuple[str, ...], professions: tuple[str, ...]) -> PersonRow:
    status = manager_view(status_of(row.code))
    freed = status.progress in FREED
    return PersonRow(
        person_id=row.person_id,
        name=shown_name(row),
        units=units,
        professions=professions,
        status=status,
        opens_on=row.opens_on,
        due_on=None if freed else row.due_on,
        grace_until_on=None if freed else row.grace_until_on,
        completed_on=row.achieved_on if status.progress in DONE else None,
    )


Standings = Mapping[int, tuple[Status, int, int]]
"""By packed facts: the status as managers see it, how many are found, and how many there are without the search."""


def standings(wanted: Chosen, values: Mapping[str, object]) -> Standings:
    """The statuses on a list, and how many persons have each. Values as for `over`. One query."""
    facts = population()
    groups = select(facts.c.code, func.count(), func.count()).group_by(facts.c.code)
    if wanted.text:
        found = func.sum(case((and_(*_searched(wanted)), 1), else_=0))
        groups = (
            select(facts.c.code, found, func.count())
            .select_from(facts)
            .join(Person, Person.id == facts.c.person_id)
            .group_by(facts.c.code)
        )
    return {
        code: (status, found, everybody)
        for code, found, everybody in db.session.execute(groups, values)
        if wanted.holds(status := manager_view(status_of(code)))
    }


def _searched(wanted: Chosen) -> list[ColumnElement[bool]]:
    """SQL conditions: the person is found by the search."""
    if not wanted.text:
        return []
    words = search_key(wanted.text).split()
    return [
        *(Person.name_search.contains(word, autoescape=True) for word in words),
        Person.protected_identity.is_(False),
    ]


def listed(wanted: Chosen, held: Standings | None, *columns: Any) -> Select[*tuple[Any, ...]]:
    """The persons of `population` on a list, in its order; only those with the facts in `held`, unless it is None."""
    facts = population()
    matching = [Person.id == facts.c.person_id, *_searched(wanted)]
    if held is not None:
        matching.append(facts.c.code.in_(list(held)))
    persons = select(*columns).select_from(facts).join(Person, and_(*matching))
    if wanted.sort is SortBy.UNIT:
        units = first_units()
        persons = persons.join(units, units.c.person_id == Person.id)
    return persons.order_by(*_order(wanted, held or {}))


_RANK = {progress: place for place, progress in enumerate(SHOWN_ORDER)}
_URGENT_FIRST = {urgency: place for place, urgency in enumerate(reversed(Urgency))}


def _order(wanted: Chosen, held: Standings) -> list[SQLCoreOperations[Any]]:
    """The order of a list, within equals by name. What has no key comes last both ways, and so do protected persons:
    their place tells nothing.
    """
    facts = population()
    missing: SQLCoreOperations[Any] | None = None
    key: ColumnElement[Any]
    match wanted.sort:
        case SortBy.NAME:
            # Upwards the key alone puts them last, and that is quicker to sort by.
            missing, key = Person.protected_identity if wanted.downward else None, sort_name()
        case SortBy.UNIT:
            key = first_units().c.name_sort
        case SortBy.STATUS:
            key = case(
                *(
                    (facts.c.code == code, len(_URGENT_FIRST) * _RANK[status.progress] + _URGENT_FIRST[status.urgency])
                    for code, (status, _found, _everybody) in held.items()
                ),
                (true(), 0),
            )
        case SortBy.DAY:
            told = [code for code, (status, _found, _everybody) in held.items() if status.progress not in FREED]
            key = case((facts.c.code.in_(told), facts.c.achieved_on if wanted.by_completion else facts.c.due_on))
            missing = key.is_(None)
    first = [] if missing is None else [missing]
    return [*first, key.desc() if wanted.downward else key, sort_name(), Person.id]
