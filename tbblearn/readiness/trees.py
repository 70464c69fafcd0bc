"""A wave's frozen tree as the figures know it, and its units as pages show them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from tbblearn.db import db
from tbblearn.people.rules import UnitKind
from tbblearn.readiness.rules import Tree
from tbblearn.surveys.models import WaveUnit


@dataclass(frozen=True)
class FrozenUnit:
    """A unit as it was when the wave opened."""

    id: int
    parent_id: int | None
    key: str
    name: str
    kind: UnitKind
    path: str
    folded_into: int | None
    invited: int
    rate_band: str | None


@dataclass(frozen=True)
class FrozenTree:
    """All units of a wave, top down; those folded into another are in `units` and not in `tree`."""

    units: Mapping[int, FrozenUnit]
    tree: Tree

    @property
    def root(self) -> FrozenUnit:
        """The county."""
        return self.units[int(self.tree.roots[0])]


def frozen_tree(wave_id: int) -> FrozenTree:
    """The tree that the wave is bound to. The figures know a unit by its id, written out."""
    rows = db.session.execute(
        select(
            WaveUnit.unit_id,
            WaveUnit.parent_id,
            WaveUnit.key,
            WaveUnit.name,
            WaveUnit.kind,
            WaveUnit.path,
            WaveUnit.folded_into,
            WaveUnit.invited,
            WaveUnit.rate_band,
        )
        .where(WaveUnit.wave_id == wave_id)
        .order_by(WaveUnit.position)
    )
    units = {row.unit_id: FrozenUnit(*row) for row in rows}
    pairs = [
        (str(unit.id), None if unit.parent_id is None else str(unit.parent_id))
        for unit in units.values()
        if unit.folded_into is None
    ]
    return FrozenTree(units, Tree.build(pairs))
