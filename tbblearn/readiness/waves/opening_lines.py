"""The lines of the opening check as data, and what a response of 60 % would show (docs/rules/surveys.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from tbblearn.readiness.figures.absorption import absorb, fold
from tbblearn.readiness.rules import Tree

ASSUMED_PERCENT: Final = 60
"""The share of answers that the estimate assumes, the same in every unit."""


class LineKind(StrEnum):
    """What a line of the check is about, in the order in which lines are shown."""

    DATES = "dates"
    NOBODY_ADOPTED = "nobody-adopted"
    NOBODY_INVITED = "nobody-invited"
    TOO_FEW_INVITED = "too-few-invited"
    NEAR_WAVE = "near-wave"
    NO_NEAR_WAVE = "no-near-wave"
    INVITED = "invited"
    NOT_ADOPTED = "not-adopted"
    STAFF_DATA = "staff-data"
    OUTSIDE = "outside"
    ON_LEAVE = "on-leave"
    SEVERAL_JOBS = "several-jobs"
    MANAGERS = "managers"
    NEVER_SHOWN = "never-shown"
    ESTIMATE = "estimate"


BLOCKING: Final = frozenset(
    {LineKind.DATES, LineKind.NOBODY_ADOPTED, LineKind.NOBODY_INVITED, LineKind.TOO_FEW_INVITED, LineKind.NEAR_WAVE}
)
"""Lines that stop the opening, however they are ticked."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its figures by name, huvudmän each with a day or None, the name of another wave, and a day."""

    kind: LineKind
    counts: Mapping[str, int] = field(default_factory=dict)
    units: Sequence[tuple[str, date | None]] = ()
    other: str = ""
    on: date | None = None

    @property
    def blocking(self) -> bool:
        """True if the wave cannot open while the line is there."""
        return self.kind in BLOCKING

    @property
    def code(self) -> str:
        """Kind and figures: a line whose figures have changed is another line, to be seen again."""
        parts = [f"{name}:{count}" for name, count in self.counts.items()]
        parts += [f"{name}:{day or ''}" for name, day in self.units]
        return "|".join([self.kind.value, *parts, self.other, str(self.on or "")])


@dataclass(frozen=True, slots=True)
class Estimate:
    """What would be shown if the same share answered in every unit."""

    leaves: int
    """Lowest units in which anybody is invited."""
    leaves_shown: int
    staff: int
    staff_shown: int
    """Invited persons whose own unit would be shown."""
    never: int
    """Units with fewer than k + margin invited, though some, even with the units below."""
    never_staff: int


def estimate(tree: Tree, invited: Mapping[str, int], k: int, margin: int, percent: int = ASSUMED_PERCENT) -> Estimate:
    """Fold and absorb as opening and closing would. `invited`: directly in each unit, before folding."""
    folding = fold(tree, invited, k, margin)
    below = {unit: invited.get(unit, 0) for unit in tree.units}
    for unit in reversed(tree.top_down):
        above = tree.parent[unit]
        if above is not None:
            below[above] += below[unit]
    answers = {unit: -(-percent * count // 100) for unit, count in folding.invited.items()}
    figures = absorb(folding.tree, answers, k).figures
    shown = {unit for unit, count in figures.items() if count}
    leaves = [unit for unit in tree.units if not tree.children[unit] and invited.get(unit, 0)]
    never = [unit for unit in tree.units if unit not in folding.tree.parent and below[unit]]
    return Estimate(
        leaves=len(leaves),
        leaves_shown=sum(unit in shown for unit in leaves),
        staff=sum(invited.values()),
        staff_shown=sum(count for unit, count in invited.items() if unit in shown),
        never=len(never),
        never_staff=sum(invited.get(unit, 0) for unit in never),
    )
