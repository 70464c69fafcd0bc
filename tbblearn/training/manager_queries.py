"""What managers see: how many of a unit stand where, who is left, and the rows of the download.

All of it comes from the same facts (`standing`) and the same status function, so page, list and file cannot differ.
One person counts once at each level however many employments (design.md 2). Never a score, an attempt or a failure.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select

from tbblearn.courses.rules import Text
from tbblearn.db import db
from tbblearn.people.models import OrgUnit, Person
from tbblearn.people.queries import Unit, ancestors
from tbblearn.people.rules import Scope, search_key
from tbblearn.training.adoption_queries import adopting, coverage, is_adopted
from tbblearn.training.choice_queries import chosen
from tbblearn.training.counts import LEAST, Counts, Coverage, shown_lines
from tbblearn.training.population import after as comes_after
from tbblearn.training.population import (
    counted,
    over,
    places,
    population,
    sort_name,
    works_in,
)
from tbblearn.training.rules import (
    DONE,
    FREED,
    LEFT,
    OPEN,
    Progress,
    Status,
    Urgency,
    manager_view,
)
from tbblearn.training.standing import status_of


@dataclass(frozen=True)
class UnitLine:
    """A unit below, or (`direct`) those who are employed in the unit itself."""

    unit: Unit
    counts: Counts | None
    """None where the figures are withheld, and where the unit has not adopted the course."""
    adopted: bool
    direct: bool


@dataclass(frozen=True)
class UnitSummary:
    """A unit's figures for one course and cycle, with a line for each unit right below it."""

    unit: Unit
    slug: str
    title: Text
    cycle: int
    counts: Counts | None
    """None where the figures are withheld, and where the unit has not adopted the course; then there are no lines
    either."""
    adopted: bool
    """False where no huvudman of the unit has adopted a requirement for the course: then there is nothing to count."""
    lines: tuple[UnitLine, ...]
    coverage: Coverage | None
    """For the county: whom the figures are about."""


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
    """One page of a list of persons in Swedish order. `next_after` is the key of the page that follows, if one does."""

    unit: Unit
    slug: str
    title: Text
    cycle: int
    rows: tuple[PersonRow, ...]
    total: int
    next_after: int | None
    adopted: bool
    """False where the unit has not adopted the course: then nobody is on the list."""
    coverage: Coverage | None


class CompletionRow(NamedTuple):
    """A person's row of the download; names are empty where the identity is protected.

    A tuple, since a download makes ten thousand of them.
    """

    source: str
    person_external_id: str
    given_name: str
    family_name: str
    units: tuple[str, ...]
    professions: tuple[str, ...]
    status: Status
    due_on: date | None
    completed_on: date | None


@dataclass(frozen=True)
class CompletionReport:
    """One row for each person of the head-count, in Swedish order, with the same counts as the page."""

    unit: Unit
    slug: str
    title: Text
    cycle: int
    counts: Counts
    rows: tuple[CompletionRow, ...]
    coverage: Coverage | None


def unit_summary(
    unit_id: int, scope: Scope, today: date, *, names: bool, slug: str | None = None, cycle: int | None = None
) -> UnitSummary:
    """A unit's figures and those of each unit right below it. Raises NotFound outside the scope.

    Without a slug it is the first required course; the only cycle that has figures is the one now running.
    `names` tells that the reader may see who it is about. Without, only who is done and who is left is told, there is
    no line for those employed in the unit itself, and figures are withheld as `counts.shown_lines` says, on this page
    and on those of the units above it from the top of the scope.
    """
    unit, course, year = chosen(unit_id, scope, today, slug, cycle)
    adopted = adopting(course.course_id, today)
    if not is_adopted(unit.path, adopted):
        return UnitSummary(unit, course.slug, course.title, year, None, False, (), None)
    about = coverage(unit, adopted, today)
    found = _counts(unit, course.course_id, year, today)
    total = found.get(None, Counts({}))
    below_it = [
        (one, found.get(one.id, Counts({})) if is_adopted(one.path, adopted) else None)
        for one in children(unit.id, today)
    ]
    if names:
        rows = [UnitLine(one, counts, counts is not None, direct=False) for one, counts in below_it]
        if rows and unit.id in found:
            rows.insert(0, UnitLine(unit, found[unit.id], adopted=True, direct=True))
        return UnitSummary(unit, course.slug, course.title, year, total, True, tuple(rows), about)
    if not _is_shown(unit, scope, course.course_id, year, today, total):
        return UnitSummary(unit, course.slug, course.title, year, None, True, (), None)
    shown = _shown_lines(unit, found)
    lines = tuple(
        UnitLine(one, counts.done_and_left() if counts and one.id in shown else None, counts is not None, direct=False)
        for one, counts in below_it
    )
    return UnitSummary(unit, course.slug, course.title, year, total.done_and_left(), True, lines, about)


def who_is_left(
    unit_id: int,
    scope: Scope,
    today: date,
    *,
    slug: str | None = None,
    cycle: int | None = None,
    progress: Progress | None = None,
    urgency: Urgency | None = None,
    text: str = "",
    after: int | None = None,
    limit: int = 50,
) -> PersonPage:
    """Persons of a unit by how far they are and how urgent it is, searched by name, in Swedish order.

    Without `progress` those who are left; an `urgency` alone finds all who stand so near their last day.

    `after` is the person on whom the page before ended; somebody who does not work in the unit is as good as none, so
    that nothing is told about them. Protected persons are not found by searching. Raises NotFound.
    """
    unit, course, year = chosen(unit_id, scope, today, slug, cycle)
    facts, values = population(), over(unit.id, unit.path, course.course_id, year, today)
    matching = [Person.id == facts.c.person_id]
    if text.strip():
        matching += [Person.name_search.contains(word, autoescape=True) for word in search_key(text).split()]
        matching.append(Person.protected_identity.is_(False))
    wanted = LEFT if progress is None else {progress}
    groups = db.session.execute(
        select(facts.c.code, func.count()).select_from(facts).join(Person, and_(*matching)).group_by(facts.c.code),
        values,
    ).all()
    codes = {
        code: persons
        for code, persons in groups
        if (seen := manager_view(status_of(code))).progress in wanted
        and (urgency is None or (seen.progress in OPEN and seen.urgency is urgency))
    }
    matching.append(facts.c.code.in_(codes))
    if after is not None and works_in(after, unit.path, today):
        matching.append(comes_after(after))
    adopted = adopting(course.course_id, today)
    rows = _person_rows(matching, values, unit.path, adopted, today, limit + 1)
    shown = tuple(rows[:limit])
    return PersonPage(
        unit,
        course.slug,
        course.title,
        year,
        shown,
        sum(codes.values()),
        shown[-1].person_id if len(rows) > limit else None,
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
    statuses: Collection[Status] | None = None,
) -> CompletionReport:
    """Every person of the head-count (or those who stand at one of `statuses`) for a download. Raises NotFound."""
    unit, course, year = chosen(unit_id, scope, today, slug, cycle)
    facts, values = population(), over(unit.id, unit.path, course.course_id, year, today)
    adopted = adopting(course.course_id, today)
    where = places(unit.path, today, counting=adopted)
    totals: Counter[Status] = Counter()
    rows = []
    seen: dict[int, Status] = {}
    found = db.session.execute(
        select(
            facts.c.code,
            facts.c.due_on,
            facts.c.achieved_on,
            Person.id,
            Person.source,
            Person.external_id,
            Person.given_name,
            Person.family_name,
            Person.protected_identity,
        )
        .join(Person, Person.id == facts.c.person_id)
        .order_by(sort_name(), Person.id),
        values,
    )
    for code, due_on, achieved_on, person_id, source, external_id, given_name, family_name, hidden in found:
        status = seen.get(code)
        if status is None:
            status = seen[code] = manager_view(status_of(code))
        totals[status] += 1
        if statuses is not None and status not in statuses:
            continue
        units, professions = where[person_id]
        given, family = ("", "") if hidden else (given_name, family_name)
        completed_on = achieved_on if status.progress in DONE else None
        if status.progress in FREED:
            due_on = None
        rows.append(CompletionRow(source, external_id, given, family, units, professions, status, due_on, completed_on))
    about = coverage(unit, adopted, today)
    return CompletionReport(unit, course.slug, course.title, year, Counts(totals), tuple(rows), about)


def children(unit_id: int, today: date) -> list[Unit]:
    """The units right below one, in Swedish order, those that exist today."""
    rows = db.session.execute(
        select(OrgUnit.id, OrgUnit.name, OrgUnit.kind, OrgUnit.path, OrgUnit.level, OrgUnit.source, OrgUnit.external_id)
        .where(OrgUnit.parent_id == unit_id, or_(OrgUnit.valid_until_on.is_(None), OrgUnit.valid_until_on >= today))
        .order_by(OrgUnit.name_sort, OrgUnit.id)
    )
    return [Unit(*row) for row in rows]


def _counts(unit: Unit, course_id: int, year: int, today: date) -> dict[int | None, Counts]:
    """The unit's counts (None), and those of each line: units right below it, and the unit's own id for itself."""
    by_line: dict[int | None, Counter[Status]] = defaultdict(Counter)
    values = over(unit.id, unit.path, course_id, year, today)
    for number, code, persons in db.session.execute(counted(), values):
        by_line[number][manager_view(status_of(code))] += persons
    return {number: Counts(by_status) for number, by_status in by_line.items()}


def _shown_lines(unit: Unit, found: Mapping[int | None, Counts]) -> frozenset[int]:
    bases = {number: counts.base for number, counts in found.items() if number is not None}
    own = bases.pop(unit.id, 0)
    total = found[None].base if None in found else 0
    return shown_lines(total, bases, own)


def _is_shown(unit: Unit, scope: Scope, course_id: int, year: int, today: date, total: Counts) -> bool:
    """Whether the unit's figures are shown without names: it is large enough, and no unit above it withholds it."""
    if total.base < LEAST:
        return False
    chain = [*ancestors(unit.path, scope), unit]
    return all(
        lower.id in _shown_lines(upper, _counts(upper, course_id, year, today)) for upper, lower in pairwise(chain)
    )


def _person_rows(
    matching: Sequence[ColumnElement[bool]],
    values: Mapping[str, object],
    path: str,
    adopted: Scope,
    today: date,
    limit: int,
) -> list[PersonRow]:
    facts = population()
    rows = db.session.execute(
        select(facts, Person.given_name, Person.family_name, Person.protected_identity)
        .select_from(facts)
        .join(Person, and_(*matching))
        .order_by(sort_name(), Person.id)
        .limit(limit),
        values,
    ).all()
    where = places(path, today, [row.person_id for row in rows], counting=adopted)
    found = []
    for row in rows:
        units, professions = where[row.person_id]
        status = manager_view(status_of(row.code))
        freed = status.progress in FREED
        found.append(
            PersonRow(
                row.person_id,
                None if row.protected_identity else f"{row.given_name} {row.family_name}".strip(),
                units,
                professions,
                status,
                row.opens_on,
                None if freed else row.due_on,
                None if freed else row.grace_until_on,
                row.achieved_on if status.progress in DONE else None,
            )
        )
    return found
