"""The demo county's tree: huvudmän of fitting sizes, their divisions, and units of 3 to 70."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from tbblearn.operations.demo.catalogue import HUVUDMEN, STAFF_UNIT, Division, Huvudman, Professions, UnitType
from tbblearn.operations.first_admin import ROOT_ID
from tbblearn.people.actions import NewUnit, add_unit
from tbblearn.people.models import OrgUnit
from tbblearn.people.rules import Level, UnitKind

LEAST_STAFF = 100
"""Fewer staff than this cannot hold every status and ten huvudmän."""

LEAST_IN_UNIT, MOST_IN_UNIT = 3, 70
STAFF_A_UNIT = 13.5
LEAST_IN_HUVUDMAN = 15
UNITS_FOR_A_LAYER = 7
"""A förvaltning with so many units or more has verksamheter between."""

COUNTY_POSTS = ("Processledare", "Processledare", "Redaktör", "Administratör")


@dataclass(eq=False)
class PlannedUnit:
    """A unit of the county; `size` counts those employed directly in it, its manager included."""

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
    """Every unit of a county with so many staff, each after its parent; sizes add up to `staff`."""
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
        posts = 1 + len(COUNTY_POSTS)
        units.append(_leaf(STAFF_UNIT, 1, top, posts))
        staff -= posts
    divisions = _divisions(huvudman, max(2, min(round(staff / STAFF_A_UNIT), staff // (2 * LEAST_IN_UNIT))))
    heads = sum(division.heads for division in divisions)
    kinds = [kind for division in divisions for kind, number in division.kinds for _ in range(number)]
    weights = [kind.large * rng.lognormvariate(0, 0.5) for kind in kinds]
    sizes = _apportion(staff - heads, weights, LEAST_IN_UNIT, MOST_IN_UNIT)
    for division in divisions:
        own, sizes = sizes[: division.leaves], sizes[division.leaves :]
        units += _plan_division(division, top, own)
    return units


@dataclass(frozen=True)
class _Division:
    """A division as one huvudman has it: its kinds of unit with the number of each."""

    division: Division
    kinds: tuple[tuple[UnitType, int], ...]
    layered: bool

    @property
    def leaves(self) -> int:
        return sum(number for _, number in self.kinds)

    @property
    def heads(self) -> int:
        """Managers of more than one unit: the division's own, and one for each verksamhet in it."""
        return 1 + (len(self.kinds) if self.layered else 0)


def _divisions(huvudman: Huvudman, leaves: int) -> list[_Division]:
    """The divisions that a huvudman with so many units has."""
    types = [kind for division in huvudman.divisions for kind in division.types]
    numbers = dict(zip(types, _apportion(leaves, [kind.many for kind in types], 0, leaves), strict=True))
    found = []
    for division in huvudman.divisions:
        kinds = tuple((kind, numbers[kind]) for kind in division.types if numbers[kind])
        if kinds:
            layered = huvudman.slug != "region" and sum(number for _, number in kinds) >= UNITS_FOR_A_LAYER
            found.append(_Division(division, kinds, layered))
    return found


def _plan_division(planned: _Division, top: PlannedUnit, sizes: Sequence[int]) -> list[PlannedUnit]:
    division = planned.division
    of_region = top.external_id == "region"
    kind = UnitKind.VERKSAMHET if of_region else UnitKind.FORVALTNING
    head = PlannedUnit(top.source, division.slug, division.name, kind, top, level=division.level, size=1)
    units = [head]
    left = iter(sizes)
    for unit_type, number in planned.kinds:
        above = head
        if planned.layered:
            name = f"Verksamhet {unit_type.service}"
            slug = f"verksamhet-{unit_type.slug}"
            above = PlannedUnit(top.source, slug, name, UnitKind.VERKSAMHET, head, unit_type.service, size=1)
            units.append(above)
        units += [_leaf(unit_type, n, above, next(left)) for n in range(1, number + 1)]
    return units


def _leaf(unit_type: UnitType, number: int, parent: PlannedUnit, size: int) -> PlannedUnit:
    return PlannedUnit(
        parent.source,
        f"{unit_type.slug}-{number}",
        f"{unit_type.name} {number}",
        UnitKind.ENHET,
        parent,
        unit_type.service,
        unit_type.level,
        size,
        unit_type.professions,
    )


def _apportion(total: int, weights: Sequence[float], least: int, most: int) -> list[int]:
    """Share out a whole number by weight (D'Hondt's method), each share between `least` and `most`.

    Where `total` is too small for `least` each, the shares still add up to `total`; where it is too large for `most`
    each, the rest is spread as if there were no upper limit.
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
    """Add the planned units to the empty tree; they get their ids and paths. Inside a unit of work."""
    added: dict[int, OrgUnit] = {}
    for unit in units:
        parent = added[unit.parent.id] if unit.parent else None
        new = NewUnit(unit.source, unit.external_id, unit.name, unit.kind, valid_from_on, unit.service, unit.level)
        row = add_unit(new, parent)
        unit.id, unit.path = row.id, row.path
        added[row.id] = row
