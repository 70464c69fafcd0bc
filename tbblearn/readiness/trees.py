"""A wave's frozen tree as the figures know it, and its units as pages show them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from tbblearn.db import db
from tbblearn.readiness.places import Place
from tbblearn.readiness.rules import Tree
from tbblearn.surveys.models import WaveUnit

PLACE = (WaveUnit.unit_id, WaveUnit.parent_id, WaveUnit.key, WaveUnit.name, WaveUnit.kind, WaveUnit.path)
"""What a query selects to make a Place of each row."""


@dataclass(frozen=True)
class FrozenUnit(Place):
    """A unit as it was when the wave opened, with what only the figures are made from."""

    folded_into: int | None
    invited: int
    rate_band: str | None


@dataclass(frozen=True)
class FrozenTree:
    """All units of a wave, top down. In `tree` are those in which, or below which, anybody counts, and the county."""

    units: Mapping[int, FrozenUnit]
    tree: Tree

    def counted_in(self, unit_id: int) -> int:
        """The unit in which what was answered in this one counts."""
        into = self.units[unit_id].folded_into
        return unit_id if into is None else self.counted_in(into)

    @property
    def invited(self) -> dict[str, int]:
        """How many count directly in each unit, as the figures know it."""
        return {unit: self.units[int(unit)].invited for unit in self.tree.units}

    @property
    def root(self) -> FrozenUnit:
        """The county."""
        return self.units[int(self.tree.roots[0])]


def frozen_tree(wave_id: int) -> FrozenTree:
    """The tree that the wave is bound to. The figures know a unit by its id, written out."""
    rows = db.session.execute(
        select(*PLACE, WaveUnit.folded_into, WaveUnit.invited, WaveUnit.rate_band)
        .where(WaveUnit.wave_id == wave_id)
        .order_by(WaveUnit.position)
    )
    units = {row.unit_id: FrozenUnit(*row) for row in rows}
    there = {step for unit in units.values() if unit.invited or unit.is_county for step in unit.line}
    pairs = [
        (str(unit.id), None if unit.parent_id is None else str(unit.parent_id))
        for unit in units.values()
        if unit.id in there
    ]
    return FrozenTree(units, Tree.build(pairs))
