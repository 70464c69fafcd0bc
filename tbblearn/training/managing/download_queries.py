"""The rows of a manager's download: everybody in a unit, or whoever the list's filter asks for. Never a failure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import and_, or_, select

from tbblearn.courses.rules import Text
from tbblearn.db import db
from tbblearn.people.models import OrgUnit, Person, Placement
from tbblearn.people.queries import Unit
from tbblearn.people.rules import Scope, UnitKind
from tbblearn.training.managing.list_queries import listed, standings
from tbblearn.training.managing.lists import Chosen, Group
from tbblearn.training.requirements.queries import chosen as chosen_course
from tbblearn.training.rules import DONE, FREED, Status, manager_view
from tbblearn.training.standing.counts import Coverage
from tbblearn.training.standing.coverage import adopting, coverage
from tbblearn.training.standing.facts import status_of
from tbblearn.training.standing.population import counted_today, over, population


class Workplace(NamedTuple):
    """A unit as a file names it: its key for commands, its name, and its path of names from the huvudman down."""

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


def completion_rows(
    unit_id: int,
    scope: Scope,
    today: date,
    *,
    slug: str | None = None,
    cycle: int | None = None,
    chosen: Chosen | None = None,
) -> CompletionReport:
    """The persons of a unit for a download, by default everybody. Raises NotFound outside the scope."""
    wanted = chosen or Chosen(Group.ALL)
    unit, course, year = chosen_course(unit_id, scope, today, slug, cycle)
    facts, values = population(), over(unit.id, unit.path, course.course_id, year, today)
    # Statuses are looked up only if they matter: putting everybody's together is what takes time.
    held = None if wanted == Chosen(Group.ALL, text=wanted.text) else standings(wanted, values)
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
        Placement.unit_id,
        Placement.profession,
    )
    persons = (
        listed(wanted, held, *columns)
        .join(Placement, and_(Placement.person_id == Person.id, *counted_today()))
        .join(OrgUnit, OrgUnit.id == Placement.unit_id)
        .order_by(OrgUnit.name_sort, Placement.id)
    )
    rows: list[CompletionRow] = []
    seen: dict[int, Status] = {}
    last_id = None
    # Past the session, which would search each of ten thousand rows for objects to keep.
    for row in db.session.connection().execute(persons, values).all():
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
        rows.append(
            CompletionRow(
                source=source,
                person_external_id=external_id,
                given_name=given,
                family_name=family,
                email=email,
                units=(unit_of,),
                professions=(work,) if work else (),
                status=status,
                due_on=None if status.progress in FREED else due_on,
                completed_on=achieved_on if status.progress in DONE else None,
            )
        )
    return CompletionReport(
        unit=unit,
        slug=course.slug,
        title=course.title,
        cycle=year,
        as_of=today,
        rows=tuple(rows),
        workplaces=_workplaces(unit.path),
        coverage=coverage(unit, adopting(course.course_id, today), today),
    )


def _holding_also(row: CompletionRow, unit_id: int, profession: str) -> CompletionRow:
    """The row of a person with one more employment; each unit and profession is named once."""
    units = row.units if unit_id in row.units else (*row.units, unit_id)
    known = not profession or profession in row.professions
    return row._replace(units=units, professions=row.professions if known else (*row.professions, profession))


def _workplaces(path: str) -> dict[int, Workplace]:
    """By id, the units of a subtree, and those above it, as a file names them."""
    rows = db.session.execute(
        select(OrgUnit.id, OrgUnit.parent_id, OrgUnit.name, OrgUnit.kind, OrgUnit.source, OrgUnit.external_id)
        .where(or_(OrgUnit.inside(path), OrgUnit.around(path)))
        .order_by(OrgUnit.path)  # each after the one above it
    )
    found: dict[int, Workplace] = {}
    for number, parent_id, name, kind, source, external_id in rows:
        above = found.get(parent_id or 0, _NOWHERE)
        way = above.way + " / " + name if above.way else "" if kind is UnitKind.COUNTY else name
        huvudman = name if kind is UnitKind.HUVUDMAN else above.huvudman
        found[number] = Workplace(key=f"{source}/{external_id}", name=name, way=way, huvudman=huvudman)
    return found


_NOWHERE = Workplace("", "", "", "")
