"""Counts by status, shares, and which figures may be shown to those who see no names (docs/rules/training.md)."""

from collections.abc import Mapping
from dataclasses import dataclass

from tbblearn.training.rules import DONE, OPEN, Progress, Status, Urgency

LEAST = 5
"""The smallest denominator whose figures are shown."""


@dataclass(frozen=True)
class Counts:
    """How many people of a unit have each status, as managers see it; each person counts once."""

    by_status: Mapping[Status, int]

    def of(self, progress: Progress) -> int:
        return sum(count for status, count in self.by_status.items() if status.progress == progress)

    def urgent(self, urgency: Urgency) -> int:
        """How many open tasks are this urgent; over all urgencies they sum to `open`."""
        return sum(self.by_status.get(Status(progress, urgency), 0) for progress in OPEN)

    @property
    def open(self) -> int:
        return sum(self.of(progress) for progress in OPEN)

    @property
    def head(self) -> int:
        return sum(self.by_status.values())

    @property
    def not_covered(self) -> int:
        return self.of(Progress.NOT_REQUIRED)

    @property
    def required(self) -> int:
        return self.head - self.not_covered

    @property
    def exempt(self) -> int:
        return self.of(Progress.EXEMPT)

    @property
    def on_leave(self) -> int:
        return self.of(Progress.ON_LEAVE)

    @property
    def base(self) -> int:
        """The denominator of `share`."""
        return self.required - self.exempt - self.on_leave

    @property
    def done(self) -> int:
        return sum(self.of(progress) for progress in DONE)

    @property
    def left(self) -> int:
        return self.base - self.done

    def done_and_left(self) -> "Counts":
        """Only how many are done and how many are left, for those who see no names."""
        return Counts({Status(Progress.COMPLETED): self.done, Status(Progress.NOT_STARTED): self.left})

    @property
    def share(self) -> int | None:
        """Done, in whole percent of `base` rounded half up; None where the base is empty."""
        return None if self.base == 0 else (200 * self.done + self.base) // (2 * self.base)


@dataclass(frozen=True)
class Coverage:
    """Which huvudmän the figures cover where there are several: those that have adopted the course."""

    adopted: int
    staff: int
    """People employed by those that have adopted it: the head-count of the figures."""
    of_staff: int
    """People employed by any of them."""
    missing: tuple[str, ...]
    """The names of those that have not, in Swedish order."""

    @property
    def huvudmen(self) -> int:
        return self.adopted + len(self.missing)


def shown_lines(total: int, bases: Mapping[int, int], own: int) -> frozenset[int]:
    """The units directly below a unit whose figures are shown beside its own; all others are withheld.

    `total` is the unit's base, `bases` those of the units below by id, `own` that of the people employed in the unit
    itself, which is never shown.

    The rule: no figure with a base below five, and what remains of the total without the shown units is nobody or at
    least five people; otherwise the smallest shown unit is withheld too, until that holds. Without the second half one
    could subtract: 13 in all less 10 in the only unit shown leaves the 3 in the other. Units below a withheld one are
    withheld (`summary_queries` walks down from the top), since they could be subtracted in its place. So the figures
    shown divide the staff into groups of five or more, and every difference is a sum of such groups. People employed in
    several units count in each and blur the difference; so a difference below five is refused for each unit alone, too.
    """
    shown = sorted((number for number in bases if bases[number] >= LEAST), key=lambda number: (-bases[number], number))
    while shown and not _safe(total, [bases[number] for number in shown], own + sum(bases.values())):
        shown.pop()
    return frozenset(shown) if total >= LEAST else frozenset()


def _safe(total: int, shown: list[int], everybody: int) -> bool:
    withheld = everybody - sum(shown)
    rest = total - sum(shown)
    return (withheld == 0 or rest >= LEAST) and not any(0 < total - base < LEAST for base in shown)
