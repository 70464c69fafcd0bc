"""Units and their parents as written in a file: one tree, or everything that is wrong with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tbblearn.characters import quoted, unseen_named
from tbblearn.readiness.rules import Tree, TreeFault

LONGEST_CIRCLE = 400


@dataclass(frozen=True, slots=True)
class UnitFault:
    """One fault: its position among the given units, its key (`unit` or `parent`), and a sentence."""

    position: int
    key: str
    message: str


class FaultyUnits(Exception):
    """Units that form no tree with one topmost unit; all faults, in the order of the units."""

    def __init__(self, faults: Sequence[UnitFault]) -> None:
        super().__init__("\n".join(fault.message for fault in faults))
        self.faults = tuple(faults)


def one_tree(pairs: Sequence[tuple[str, str | None]], place: Callable[[int], str]) -> Tree:
    """The tree of (unit, parent) pairs with at most one unit on top; raises FaultyUnits.

    `place` names the place of the unit at a position, for faults elsewhere.
    """
    first: dict[str, int] = {}
    for position, (unit, _) in enumerate(pairs):
        first.setdefault(unit, position)
    faults: list[UnitFault] = []
    top: int | None = None
    for position, (unit, above) in enumerate(pairs):
        if first[unit] != position:
            message = f"The unit {quoted(unit)} stands twice, first in {place(first[unit])}. Write each unit once."
            faults.append(UnitFault(position, "unit", message))
        elif above is None and top is not None:
            message = (
                f"The unit {quoted(unit)} has no parent, and neither has {quoted(pairs[top][0])} in {place(top)}. "
                "Only the topmost unit has none: write the unit directly above the other one."
            )
            faults.append(UnitFault(position, "parent", message))
        elif above is None:
            top = position
        elif above not in first:
            message = (
                f"The parent {quoted(above)} of {quoted(unit)} is not among the units.{unseen_named(above)} "
                "Write the unit directly above; only the topmost unit has none."
            )
            faults.append(UnitFault(position, "parent", message))
    if faults:
        raise FaultyUnits(faults)
    try:
        return Tree.build(pairs)
    except TreeFault as fault:
        circle = str(fault) if len(str(fault)) <= LONGEST_CIRCLE else f"{str(fault)[:LONGEST_CIRCLE]}…"
        message = f"{circle[0].upper()}{circle[1:]}. Only the topmost unit has no parent."
        raise FaultyUnits([UnitFault(fault.position, "parent", message)]) from fault
