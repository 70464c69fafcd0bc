"""Lists of persons for their manager: a page at a time, and the rows of the download. Never a score or a failure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.sql.elements import SQLCoreOperations

from tbblearn.courses.rules import Text
from tbblearn.db import db
from tbblearn.people.models import Employment, OrgUnit, Person
from tbblearn.people.queries import Unit, within
from tbblearn.people.rules import Scope, UnitKind, search_key
from tbblearn.training.managing.lists import Chosen, Group, SortBy
from tbblearn.training.requirements.queries import chosen as chosen_course
from tbblearn.training.rules import DONE, FREED, SHOWN_ORDER, Status, Urgency, manager_view
from tbblearn.training.standing.counts import Coverage
from tbblearn.training.standing.coverage import adopting, coverage, is_adopted
from tbblearn.training.standing.facts import status_of
from tbblearn.training.standing.population import counted_today, first_units, over, places, population, sort_name


@dataclass(frozen=True)
class PersonRow:
    """A person as a manager's list shows them; the name is None where the identity is protected.

    The last day is None, too, while it does not hold: for who is exempt or on leave.
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


class Workplace(NamedTuple):
    """A unit as a file names it: its key for commands, its name, the names from the huvudman down to it."""

    key: str
    name: str
    way: str
    huvudman: str


class CompletionRow(NamedTuple):
    """A person's row of the download; names and e-mail are empty where the identity is protected.

    A tuple, since a download makes ten thousand of them.
    """

    source: str
    person_external_id: str
    given_name: str
    family_name: str
    email: str
    units: tuple[int, ...]
    professions: tuple[str, ...]
    status: Status
    due_on: date | None
    completed_on: date | None


@dataclass(frozen=True)
class CompletionReport:
    """One row for each person that was chosen."""

    unit: Unit
    slug: str
    title: Text
    cycle: int
    as_of: date
    rows: tuple[CompletionRow, ...]
    workplaces: Mapping[int, Workplace]
    """By id, the units that the rows name."""
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
    """Persons of a unit, without a choice those who are left. After the last page comes the last page.

    Protected persons are not found by searching. Raises NotFound outside the scope.
    """
    wanted = chosen or Chosen()
    unit, course, year = chosen_course(unit_id, scope, today, slug, cycle)
    values = over(unit.id, unit.path, course.course_id, year, today)
    adopted = adopting(course.course_id, today)
    standings = _standings(wanted, values)
    total = sum(found for _status, found, _all in standings.values())
    pages = max(1, -(-total // limit))
    number = min(max(page, 1), pages)
    first = (number - 1) * limit
    rows = _person_rows(wanted, standings, values, unit.path, adopted, today, first, limit) if total else ()
    return PersonPage(
        unit,
        course.slug,
        course.title,
        year,
        rows,
        total,
        sum(everybody for _status, _found, everybody in standings.values()),
        number,
        pages,
        first + 1,
        is_adopted(unit.path, adopted),
        coverage(unit, adopted, today),
    )


def completion_rows(
    unit_id: int,
    scope: Scope,
    today: date,
    *,
    slug: str | None = None,
    cycle: int | None = None,
    chosen: Chosen | None = None,
) -> CompletionReport:
    """The persons of a unit for a download, without a choice everybody. Raises NotFound outside the scope."""
    wanted = chosen or Chosen(Group.ALL)
    unit, course, year = chosen_course(unit_id, scope, today, slug, cycle)
    facts, values = population(), over(unit.id, unit.path, course.course_id, year, today)
    # Which facts there are is asked only where it matters: putting everybody's together is what takes time.
    standings = None if wanted == Chosen(Group.ALL, text=wanted.text) else _standings(wanted, values)
    columns = (
        facts.c.code,
        facts.c.due_on,
        facts.c.achieved_on,
        Person.id,
        Person.source,
        Person.external_id,
        Person.given_name,
        Person.family_name,
        Person.email,
        Person.protected_identity,
        Employment.unit_id,
        Employment.profession,
    )
    held = select(*columns).select_from(facts).join(Person, and_(*_matching(wanted, standings)))
    held = held.join(Employment, and_(Employment.person_id == Person.id, *counted_today()))
    held = held.join(OrgUnit, OrgUnit.id == Employment.unit_id)
    if wanted.sort is SortBy.UNIT:
        units = first_units()
        held = held.join(units, units.c.person_id == Person.id)
    workplaces = _workplaces(unit.path)
    rows: list[CompletionRow] = []
    seen: dict[int, Status] = {}
    last_id = None
    ordered = held.order_by(*_order(wanted, standings or {}), OrgUnit.name_sort, Employment.id)
    # Not by way of the session, which would look into each of ten thousand rows for objects to keep.
    for row in db.session.connection().execute(ordered, values).all():
        code, due_on, achieved_on, person_id, source, external_id, given, family, email, hidden, unit_of, work = row
        if person_id == last_id:
            rows[-1] = _holding_also(rows[-1], unit_of, work)
            continue
        last_id = person_id
        status = seen.get(code)
        if status is None:
            status = seen[code] = manager_view(status_of(code))
        if hidden:
            given = family = email = ""
        completed_on = achieved_on if status.progress in DONE else None
        if status.progress in FREED:
            due_on = None
        held_as = (work,) if work else ()
        rows.append(
            CompletionRow(source, external_id, given, family, email, (unit_of,), held_as, status, due_on, completed_on)
        )
    adopted = adopting(course.course_id, today)
    about = coverage(unit, adopted, today)
    return CompletionReport(unit, course.slug, course.title, year, today, tuple(rows), workplaces, about)


def _holding_also(row: CompletionRow, unit_id: int, profession: str) -> CompletionRow:
    """The row of somebody with one more employment; each unit and profession is named once."""
    units = row.units if unit_id in row.units else (*row.units, unit_id)
    known = not profession or profession in row.professions
    return row._replace(units=units, professions=row.professions if known else (*row.professions, profession))


Standings = Mapping[int, tuple[Status, int, int]]
"""By packed facts: the status as managers see it, how many are found, and how many there are without the search."""


def _standings(wanted: Chosen, values: Mapping[str, object]) -> Standings:
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


def _matching(wanted: Chosen, standings: Standings | None) -> list[ColumnElement[bool]]:
    facts = population()
    matching = [Person.id == facts.c.person_id, *_searched(wanted)]
    if standings is not None:
        matching.append(facts.c.code.in_(list(standings)))
    return matching


_RANK = {progress: place for place, progress in enumerate(SHOWN_ORDER)}
_URGENT_FIRST = {urgency: place for place, urgency in enumerate(reversed(Urgency))}


def _order(wanted: Chosen, standings: Standings) -> list[SQLCoreOperations[Any]]:
    """The order of a list, within equals by name. What has no key comes last both ways, and so does who is protected:
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
                    for code, (status, _found, _everybody) in standings.items()
                ),
                (true(), 0),
            )
        case SortBy.DAY:
            told = [code for code, (status, _found, _everybody) in standings.items() if status.progress not in FREED]
            key = case((facts.c.code.in_(told), facts.c.achieved_on if wanted.by_completion else facts.c.due_on))
            missing = key.is_(None)
    first = [] if missing is None else [missing]
    return [*first, key.desc() if wanted.downward else key, sort_name(), Person.id]


def _person_rows(
    wanted: Chosen,
    standings: Standings,
    values: Mapping[str, object],
    path: str,
    adopted: Scope,
    today: date,
    first: int,
    limit: int,
) -> tuple[PersonRow, ...]:
    facts = population()
    chosen = (
        select(facts, Person.given_name, Person.family_name, Person.protected_identity)
        .select_from(facts)
        .join(Person, and_(*_matching(wanted, standings)))
    )
    if wanted.sort is SortBy.UNIT:
        units = first_units()
        chosen = chosen.join(units, units.c.person_id == Person.id)
    ordered = chosen.order_by(*_order(wanted, standings)).limit(limit).offset(first)
    rows = db.session.execute(ordered, values).all()
    where = places([row.person_id for row in rows], today, OrgUnit.inside(path), within(adopted))
    found = []
    for row in rows:
        held_units, professions = where[row.person_id]
        status = manager_view(status_of(row.code))
        freed = status.progress in FREED
        found.append(
            PersonRow(
                row.person_id,
                None if row.protected_identity else f"{row.given_name} {row.family_name}".strip(),
                held_units,
                professions,
                status,
                row.opens_on,
                None if freed else row.due_on,
                None if freed else row.grace_until_on,
                row.achieved_on if status.progress in DONE else None,
            )
        )
    return tuple(found)


def _workplaces(path: str) -> dict[int, Workplace]:
    """The units of a subtree as a file names them."""
    rows = db.session.execute(
        select(OrgUnit.id, OrgUnit.parent_id, OrgUnit.name, OrgUnit.kind, OrgUnit.source, OrgUnit.external_id)
        .where(or_(OrgUnit.inside(path), OrgUnit.around(path)))
        .order_by(OrgUnit.path)  # each after the one above it
    )
    found: dict[int, Workplace] = {}
    for number, parent_id, name, kind, source, external_id in rows:
        above = found.get(parent_id or 0, _NOWHERE)
        way = above.way + " / " + name if above.way else "" if kind is UnitKind.COUNTY else name
        found[number] = Workplace(
            f"{source}/{external_id}", name, way, name if kind is UnitKind.HUVUDMAN else above.huvudman
        )
    return found


_NOWHERE = Workplace("", "", "", "")
