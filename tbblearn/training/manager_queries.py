"""What managers see: how many of a unit stand where, who is left, and the rows of the download.

All of it comes from the same facts (`standing`) and the same status function, so page, list and file cannot differ.
One person counts once at each level however many employments (design.md 2). Never a score, an attempt or a failure.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, literal, or_, select

from tbblearn.courses.queries import content, current_versions
from tbblearn.courses.rules import Text
from tbblearn.db import db
from tbblearn.people.models import Employment, OrgUnit, Person
from tbblearn.people.queries import Unit, ancestors, within
from tbblearn.people.queries import unit as unit_in_scope
from tbblearn.people.rules import Scope, search_key
from tbblearn.training.counts import LEAST, Counts, shown_lines
from tbblearn.training.cycles import cycle_on
from tbblearn.training.models import Requirement, RequirementAdoption
from tbblearn.training.population import (
    adopting_paths,
    counted,
    held,
    is_adopted,
    over,
    places,
    population,
    sort_name,
    works_in,
)
from tbblearn.training.population import after as comes_after
from tbblearn.training.record_queries import HistoryExemption, HistoryTask, OwnCompletion, history
from tbblearn.training.rules import DONE, LEFT, Basis, NotFound, RequirementKind, RevocationReason, Status, manager_view
from tbblearn.training.situations import own_terms, terms_of
from tbblearn.training.standing import status_of


@dataclass(frozen=True)
class CourseChoice:
    """A course that some requirement asks for, with the cycle now running."""

    course_id: int
    slug: str
    title: Text
    cycle: int


@dataclass(frozen=True)
class UnitLine:
    """A unit below, or (`direct`) those who are employed in the unit itself."""

    unit: Unit
    counts: Counts | None
    """None where the figures are withheld."""
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
    """None where the figures are withheld; then there are no lines either."""
    adopted: bool
    """False where no huvudman of the unit has adopted a requirement for the course: then there is nothing to count."""
    lines: tuple[UnitLine, ...]


@dataclass(frozen=True)
class PersonRow:
    """A person as a manager's list shows them; the name is None where the identity is protected."""

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


@dataclass(frozen=True)
class ManagedCompletion:
    """A completion as a manager sees it; one that was withdrawn stays, with the reason."""

    id: int
    title: Text
    achieved_on: date
    basis: Basis
    evidence: str
    cycles: tuple[int, ...]
    revoked_on: date | None
    revocation_reason: RevocationReason | None


@dataclass(frozen=True)
class ManagedHistory:
    """What is asked of somebody, with what they have done for it and what was decided; nothing they chose freely.

    Tasks and exemptions are those of the person's own history, so that both read the same.
    """

    tasks: tuple[HistoryTask, ...]
    completions: tuple[ManagedCompletion, ...]
    exemptions: tuple[HistoryExemption, ...]


@dataclass(frozen=True)
class ManagedPerson:
    """What a manager sees of one person: never a score, an attempt, or that something was failed."""

    person_id: int
    name: str | None
    units: tuple[str, ...]
    professions: tuple[str, ...]
    history: ManagedHistory


def required_courses(today: date) -> tuple[CourseChoice, ...]:
    """The courses that some requirement asks for, the first requirement's first."""
    versions = {version.course_id: version for version in current_versions()}
    running: dict[int, int] = {}
    for requirement in db.session.scalars(select(Requirement).order_by(Requirement.id)):
        yearly = requirement.kind is RequirementKind.YEARLY
        running.setdefault(requirement.course_id, cycle_on(terms_of(requirement), today).year if yearly else today.year)
    return tuple(
        CourseChoice(
            course_id,
            versions[course_id].slug,
            content(versions[course_id].id).title,
            cycle,
        )
        for course_id, cycle in running.items()
        if course_id in versions
    )


def unit_summary(
    unit_id: int, scope: Scope, today: date, *, names: bool, slug: str | None = None, cycle: int | None = None
) -> UnitSummary:
    """A unit's figures and those of each unit right below it. Raises NotFound outside the scope.

    Without a slug it is the first required course; the only cycle that has figures is the one now running.
    `names` tells that the reader may see who it is about. Without, only who is done and who is left is told, there is
    no line for those employed in the unit itself, and figures are withheld as `counts.shown_lines` says, on this page
    and on those of the units above it from the top of the scope.
    """
    unit, course, year = _chosen(unit_id, scope, today, slug, cycle)
    adopting = adopting_paths(course.course_id, today)
    adopted = is_adopted(unit.path, adopting)
    found = _counts(unit, course.course_id, year, today)
    total = found.get(None, Counts({}))
    below_it = [
        (one, found.get(one.id, Counts({})), is_adopted(one.path, adopting)) for one in children(unit.id, today)
    ]
    if names:
        rows = [UnitLine(one, counts, known, direct=False) for one, counts, known in below_it]
        if rows and unit.id in found:
            rows.insert(0, UnitLine(unit, found[unit.id], adopted, direct=True))
        return UnitSummary(unit, course.slug, course.title, year, total, adopted, tuple(rows))
    if not _is_shown(unit, scope, course.course_id, year, today, total):
        return UnitSummary(unit, course.slug, course.title, year, None, adopted, ())
    shown = _shown_lines(unit, found)
    lines = tuple(
        UnitLine(one, counts.done_and_left() if one.id in shown else None, known, direct=False)
        for one, counts, known in below_it
    )
    return UnitSummary(unit, course.slug, course.title, year, total.done_and_left(), adopted, lines)


def who_is_left(
    unit_id: int,
    scope: Scope,
    today: date,
    *,
    slug: str | None = None,
    cycle: int | None = None,
    status: Status | None = None,
    text: str = "",
    after: int | None = None,
    limit: int = 50,
) -> PersonPage:
    """Persons of a unit who stand at `status` (None: all who are left), searched by name, in Swedish order.

    `after` is the person on whom the page before ended; somebody who does not work in the unit is as good as none, so
    that nothing is told about them. Protected persons are not found by searching. Raises NotFound.
    """
    unit, course, year = _chosen(unit_id, scope, today, slug, cycle)
    facts, values = population(), over(unit.id, unit.path, course.course_id, year, today)
    matching = [Person.id == facts.c.person_id]
    if text.strip():
        matching += [Person.name_search.contains(word, autoescape=True) for word in search_key(text).split()]
        matching.append(Person.protected_identity.is_(False))
    wanted = LEFT if status is None else {status}
    groups = db.session.execute(
        select(facts.c.code, func.count()).select_from(facts).join(Person, and_(*matching)).group_by(facts.c.code),
        values,
    ).all()
    codes = {code: persons for code, persons in groups if manager_view(status_of(code)) in wanted}
    matching.append(facts.c.code.in_(codes))
    if after is not None and works_in(after, unit.path, today):
        matching.append(comes_after(after))
    rows = _person_rows(matching, values, unit.path, today, limit + 1)
    shown = tuple(rows[:limit])
    return PersonPage(
        unit,
        course.slug,
        course.title,
        year,
        shown,
        sum(codes.values()),
        shown[-1].person_id if len(rows) > limit else None,
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
    unit, course, year = _chosen(unit_id, scope, today, slug, cycle)
    facts, values = population(), over(unit.id, unit.path, course.course_id, year, today)
    where = places(unit.path, today)
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
        completed_on = achieved_on if status in DONE else None
        rows.append(CompletionRow(source, external_id, given, family, units, professions, status, due_on, completed_on))
    return CompletionReport(unit, course.slug, course.title, year, Counts(totals), tuple(rows))


def person_page(person_id: int, scope: Scope, today: date) -> ManagedPerson:
    """One person in the scope with their tasks, completions and exemptions. Raises NotFound."""
    row = db.session.execute(
        select(Person.given_name, Person.family_name, Person.protected_identity)
        .where(Person.id == person_id)
        .where(
            select(Employment.id)
            .join(OrgUnit, OrgUnit.id == Employment.unit_id)
            .where(Employment.person_id == person_id, held(today), within(scope))
            .exists()
        )
    ).one_or_none()
    if row is None:
        raise NotFound(person_id=person_id)
    names: dict[str, None] = {}
    professions: dict[str, None] = {}
    for path in scope.paths:
        for units, works_as in places(path, today, [person_id]).values():
            names |= dict.fromkeys(units)
            professions |= dict.fromkeys(works_as)
    seen = history(person_id, today)
    tasks = tuple(replace(task, status=manager_view(task.status)) for task in seen.tasks if task.cycle is not None)
    return ManagedPerson(
        person_id,
        None if row.protected_identity else f"{row.given_name} {row.family_name}".strip(),
        tuple(names),
        tuple(professions),
        ManagedHistory(
            tasks,
            tuple(
                ManagedCompletion(
                    one.id,
                    one.title,
                    one.achieved_on,
                    one.basis,
                    one.evidence,
                    one.cycles,
                    one.revoked_on,
                    one.revocation_reason,
                )
                for one in _asked_for(seen.completions)
            ),
            seen.exemptions,
        ),
    )


def _asked_for(newest_first: Sequence[OwnCompletion]) -> list[OwnCompletion]:
    """The completions without the quizzes taken freely: those that do no task that was not done before.

    One that was withdrawn is shown where it did a task, or was written down by somebody; it leaves the task undone.
    """
    done: set[tuple[str, int]] = set()
    found = []
    for one in reversed(newest_first):
        does = {(one.slug, cycle) for cycle in one.cycles} - done
        if does or one.basis is not Basis.PASSED:
            found.append(one)
            if one.revoked_on is None:
                done |= does
    return found[::-1]


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


def _chosen(
    unit_id: int, scope: Scope, today: date, slug: str | None, cycle: int | None
) -> tuple[Unit, CourseChoice, int]:
    unit = unit_in_scope(unit_id, scope)
    courses = required_courses(today)
    course = next((one for one in courses if slug is None or one.slug == slug), None)
    if unit is None or course is None:
        raise NotFound(unit_id=unit_id, slug=slug)
    known = _cycles(unit, course, today)
    if cycle is not None and cycle not in known:
        raise NotFound(unit_id=unit_id, slug=course.slug, cycle=cycle)
    return unit, course, known[0] if cycle is None else cycle


def _cycles(unit: Unit, course: CourseChoice, today: date) -> tuple[int, ...]:
    """The cycles that have figures in the unit, the newest first: only the one now running.

    Who was employed where when a cycle closed is known only to a snapshot of that day (design.md 2). Counted from
    those employed today a closed cycle would lose everybody who has left and gain everybody who has come, so until
    there are snapshots it has no figures, and neither has one to come.
    """
    return (_running_cycle(unit, course, today),)


def _running_cycle(unit: Unit, course: CourseChoice, today: date) -> int:
    """The cycle now running in the unit: its huvudman may have dates of its own."""
    row = db.session.execute(
        select(Requirement, RequirementAdoption.opens, RequirementAdoption.due)
        .join(RequirementAdoption, RequirementAdoption.requirement_id == Requirement.id)
        .join(OrgUnit, OrgUnit.id == RequirementAdoption.unit_id)
        .where(
            Requirement.course_id == course.course_id,
            Requirement.kind == RequirementKind.YEARLY,
            literal(unit.path).like(OrgUnit.path + "%"),
        )
        .order_by(Requirement.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return course.cycle
    requirement, opens, due = row
    return cycle_on(own_terms(terms_of(requirement), opens, due), today).year


def _person_rows(
    matching: Sequence[ColumnElement[bool]], values: Mapping[str, object], path: str, today: date, limit: int
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
    where = places(path, today, [row.person_id for row in rows])
    found = []
    for row in rows:
        units, professions = where[row.person_id]
        status = manager_view(status_of(row.code))
        found.append(
            PersonRow(
                row.person_id,
                None if row.protected_identity else f"{row.given_name} {row.family_name}".strip(),
                units,
                professions,
                status,
                row.opens_on,
                row.due_on,
                row.grace_until_on,
                row.achieved_on if status in DONE else None,
            )
        )
    return found
