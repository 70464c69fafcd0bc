"""The demo county's tree: huvudmän of fitting sizes, their divisions, and units of 3 to 70."""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from tbblearn.operations.demo.catalogue import HUVUDMEN, STAFF_UNIT, Division, Huvudman, Professions, UnitType
from tbblearn.operations.first_admin import ROOT_ID
from tbblearn.people.actions import NewUnit, add_unit
from tbblearn.people.models import OrgUnit
from tbblearn.people.rules import Level, UnitKind

LEAST_STAFF = 100
"""Fewer cannot show every status in ten huvudmän."""

LEAST_IN_UNIT, MOST_IN_UNIT = 3, 70
STAFF_A_UNIT = 13.5
LEAST_IN_HUVUDMAN = 15
UNITS_FOR_A_LAYER = 7
"""A förvaltning with this many units has a layer of verksamheter."""

COUNTY_POSTS = ("Processledare", "Processledare", "Redaktör", "Administratör")


@dataclass(eq=False)
class PlannedUnit:
    """A unit of the county; `size` counts its own employees, the manager included."""

    source: str
    external_id: str
    name: str
    kind: UnitKind
    parent: "PlannedUnit | None"
    service: str = ""
    level: Level | None = None
    size: int = 0
    professions: Professions = ()
    id: int = 0
    path: str = ""


def plan_county(staff: int, rng: Random) -> list[PlannedUnit]:
    """Every unit of a county of this many staff, parents first; sizes add up to `staff`."""
    root = PlannedUnit(ROOT_ID, ROOT_ID, "Sörmland", UnitKind.COUNTY, None)
    units = [root]
    least = min(LEAST_IN_HUVUDMAN, staff // (len(HUVUDMEN) + 1))
    sizes = _apportion(staff, [huvudman.share for huvudman in HUVUDMEN], least, staff)
    for huvudman, size in zip(HUVUDMEN, sizes, strict=True):
        units += _plan_huvudman(huvudman, size, root, rng)
    return units


def _plan_huvudman(huvudman: Huvudman, staff: int, root: PlannedUnit, rng: Random) -> list[PlannedUnit]:
    top = PlannedUnit(huvudman.slug, huvudman.slug, huvudman.name, UnitKind.HUVUDMAN, root, level=Level.BASE)
    units = [top]
    if huvudman.slug == "region":
        units.append(_leaf(STAFF_UNIT, 1, top))
        units[-1].size = 1 + len(COUNTY_POSTS)
        staff -= units[-1].size
    many = max(2, min(round(staff / STAFF_A_UNIT), staff // (2 * LEAST_IN_UNIT)))
    types = [kind for division in huvudman.divisions for kind in division.types]
    numbers = dict(zip(types, _apportion(many, [kind.many for kind in types], 0, many), strict=True))
    planned: list[tuple[PlannedUnit, UnitType | None]] = []
    for division in huvudman.divisions:
        if kinds := {kind: numbers[kind] for kind in division.types if numbers[kind]}:
            planned += _plan_division(division, kinds, top)
    leaves = [(unit, kind) for unit, kind in planned if kind is not None]
    staff -= len(planned) - len(leaves)
    weights = [kind.large * rng.lognormvariate(0, 0.5) for _, kind in leaves]
    for (unit, _), size in zip(leaves, _apportion(staff, weights, LEAST_IN_UNIT, MOST_IN_UNIT), strict=True):
        unit.size = size
    return units + [unit for unit, _ in planned]


def _plan_division(
    division: Division, kinds: Mapping[UnitType, int], top: PlannedUnit
) -> Iterator[tuple[PlannedUnit, UnitType | None]]:
    """Its units from the top down, leaves with their type and no size yet; the others employ only their manager."""
    of_region = top.external_id == "region"
    kind = UnitKind.VERKSAMHET if of_region else UnitKind.FORVALTNING
    head = PlannedUnit(top.source, division.slug, division.name, kind, top, level=division.level, size=1)
    yield head, None
    for unit_type, number in kinds.items():
        above = head
        if not of_region and sum(kinds.values()) >= UNITS_FOR_A_LAYER:
            name = f"Verksamhet {unit_type.service}"
            slug = f"verksamhet-{unit_type.slug}"
            above = PlannedUnit(top.source, slug, name, UnitKind.VERKSAMHET, head, unit_type.service, size=1)
            yield above, None
        for n in range(1, number + 1):
            yield _leaf(unit_type, n, above), unit_type


def _leaf(unit_type: UnitType, number: int, parent: PlannedUnit) -> PlannedUnit:
    return PlannedUnit(
        source=parent.source,
        external_id=f"{unit_type.slug}-{number}",
        name=f"{unit_type.name} {number}",
        kind=UnitKind.ENHET,
        parent=parent,
        service=unit_type.service,
        level=unit_type.level,
        professions=unit_type.professions,
    )


def _apportion(total: int, weights: Sequence[float], least: int, most: int) -> list[int]:
    """Share out a whole number by weight (D'Hondt's method), each share between `least` and `most`.

    The shares always add up to `total`: a limit that does not fit it gives way.
    """
    shares = [min(least, total // len(weights))] * len(weights)
    left = total - sum(shares)
    queue = [(-weight / (share + 1), place) for place, (weight, share) in enumerate(zip(weights, shares, strict=True))]
    heapq.heapify(queue)
    full = most * len(weights) < total
    while left:
        _, place = heapq.heappop(queue)
        shares[place] += 1
        left -= 1
        if full or shares[place] < most:
            heapq.heappush(queue, (-weights[place] / (shares[place] + 1), place))
    return shares


def add_county(units: Sequence[PlannedUnit], valid_from_on: date) -> None:
    """Add the planned units to the empty tree, and give them their ids and paths."""
    added: dict[int, OrgUnit] = {}
    for unit in units:
        parent = added[unit.parent.id] if unit.parent else None
        new = NewUnit(unit.source, unit.external_id, unit.name, unit.kind, valid_from_on, unit.service, unit.level)
        row = add_unit(new, parent)
        unit.id, unit.path = row.id, row.path
        added[row.id] = row
