"""A unit's figures, and those of each unit right below it: how many have come how far.

Figures, lists (`list_queries`) and files (`download_queries`) come from the same facts (`standing`) and the same status
function, so they cannot differ. One person counts once at each level however many employments.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from sqlalchemy import or_, select

from tbblearn.courses.rules import Text
from tbblearn.db import db
from tbblearn.people.models import OrgUnit
from tbblearn.people.queries import Unit, ancestors
from tbblearn.people.rules import Scope
from tbblearn.training.requirements.queries import chosen
from tbblearn.training.rules import Status, manager_view
from tbblearn.training.standing.counts import LEAST, Counts, Coverage, shown_lines
from tbblearn.training.standing.coverage import adopting, coverage, is_adopted
from tbblearn.training.standing.facts import status_of
from tbblearn.training.standing.population import counted, over


@dataclass(frozen=True)
class UnitLine:
    """A unit below, or (`direct`) those employed in the unit itself."""

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


def unit_summary(
    unit_id: int, scope: Scope, today: date, *, names: bool, slug: str | None = None, cycle: int | None = None
) -> UnitSummary:
    """A unit's figures and those of each unit right below it. Raises NotFound outside the scope.

    Without a slug it is the first required course; the only cycle that has figures is the one now running.
    `names` means that the reader may see persons. Otherwise only how many are done and left is shown, there is no line
    for those employed in the unit itself, and figures are withheld as `counts.shown_lines` says, on this page and on
    those of the units above it from the top of the scope.
    """
    unit, course, year = chosen(unit_id, scope, today, slug, cycle)
    adopted = adopting(course.course_id, today)
    summary = UnitSummary(
        unit=unit,
        slug=course.slug,
        title=course.title,
        cycle=year,
        counts=None,
        adopted=is_adopted(unit.path, adopted),
        lines=(),
        coverage=None,
    )
    if not summary.adopted:
        return summary
    about = coverage(unit, adopted, today)
    found = _counts(unit, course.course_id, year, today)
    total = found.get(None, Counts({}))
    below_it = [
        (one, found.get(one.id, Counts({})) if is_adopted(one.path, adopted) else None)
        for one in _children(unit.id, today)
    ]
    if names:
        lines = [UnitLine(one, counts, counts is not None, direct=False) for one, counts in below_it]
        if lines and unit.id in found:
            lines.insert(0, UnitLine(unit, found[unit.id], adopted=True, direct=True))
        return replace(summary, counts=total, lines=tuple(lines), coverage=about)
    if not _is_shown(unit, scope, course.course_id, year, today, total):
        return summary
    shown = _shown_lines(unit, found)
    lines = [
        UnitLine(one, counts.done_and_left() if counts and one.id in shown else None, counts is not None, direct=False)
        for one, counts in below_it
    ]
    return replace(summary, counts=total.done_and_left(), lines=tuple(lines), coverage=about)


def _children(unit_id: int, today: date) -> list[Unit]:
    """The units right below one, in Swedish order, that have not ended."""
    rows = db.session.execute(
        select(OrgUnit.id, OrgUnit.name, OrgUnit.kind, OrgUnit.path, OrgUnit.level, OrgUnit.source, OrgUnit.external_id)
        .where(OrgUnit.parent_id == unit_id, or_(OrgUnit.valid_until_on.is_(None), OrgUnit.valid_until_on >= today))
        .order_by(OrgUnit.name_sort, OrgUnit.id)
    )
    return [Unit(**row._mapping) for row in rows]


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
