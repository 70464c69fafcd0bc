"""A wave's frozen tree, as figures know it and as pages show its units."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from tbblearn.db import db
from tbblearn.readiness.places import Place
from tbblearn.readiness.rules import Tree
from tbblearn.surveys.models import WaveUnit

PLACE = (WaveUnit.unit_id.label("id"), WaveUnit.parent_id, WaveUnit.key, WaveUnit.name, WaveUnit.kind, WaveUnit.path)
"""The columns of a Place."""


@dataclass(frozen=True)
class FrozenUnit(Place):
    """A unit as it was when the wave opened, with what figures need."""

    folded_into: int | None
    invited: int
    rate_band: str | None


@dataclass(frozen=True)
class FrozenTree:
    """All units of a wave, top down. `tree` holds the county and the units in or below which anybody counts."""

    units: Mapping[int, FrozenUnit]
    tree: Tree

    def counted_in(self, unit_id: int) -> int:
        """The unit in which answers given in this one count."""
        into = self.units[unit_id].folded_into
        return unit_id if into is None else self.counted_in(into)

    @property
    def invited(self) -> dict[str, int]:
        """How many invited persons count directly in each unit of `tree`."""
        return {unit: self.units[int(unit)].invited for unit in self.tree.units}

    @property
    def root(self) -> FrozenUnit:
        """The county."""
        return self.units[int(self.tree.roots[0])]


def frozen_tree(wave_id: int) -> FrozenTree:
    """The tree that the wave is bound to; in `tree` a unit is known by its id as text."""
    rows = db.session.execute(
        select(*PLACE, WaveUnit.folded_into, WaveUnit.invited, WaveUnit.rate_band)
        .where(WaveUnit.wave_id == wave_id)
        .order_by(WaveUnit.position)
    )
    units = {row.id: FrozenUnit(**row._mapping) for row in rows}
    there = {step for unit in units.values() if unit.invited or unit.is_county for step in unit.line}
    pairs = [
        (str(unit.id), None if unit.parent_id is None else str(unit.parent_id))
        for unit in units.values()
        if unit.id in there
    ]
    return FrozenTree(units, Tree.build(pairs))
