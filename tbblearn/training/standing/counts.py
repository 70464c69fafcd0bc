"""How many stand where, shares with their denominator, what is shown without names (docs/rules/training.md)."""

from collections.abc import Mapping
from dataclasses import dataclass

from tbblearn.training.rules import DONE, OPEN, Progress, Status, Urgency

LEAST = 5
"""Fewest persons in a base that is shown."""


@dataclass(frozen=True)
class Counts:
    """How many persons of a unit stand where, as managers see it. `head` counts each person once.

    Progress sums to `head`; urgency, none included, to `open`.
    """

    by_status: Mapping[Status, int]

    def of(self, progress: Progress) -> int:
        return sum(count for status, count in self.by_status.items() if status.progress == progress)

    def urgent(self, urgency: Urgency) -> int:
        """How many of what is open stand so near their last day, or past it."""
        return sum(
            count for status, count in self.by_status.items() if status.urgency == urgency and status.progress in OPEN
        )

    @property
    def open(self) -> int:
        """What can be done today and is not done."""
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
        """The denominator: required - exempt - on leave."""
        return self.required - self.exempt - self.on_leave

    @property
    def done(self) -> int:
        return sum(self.of(progress) for progress in DONE)

    @property
    def left(self) -> int:
        return self.base - self.done

    def done_and_left(self) -> "Counts":
        """The same without anything but who is done and who is left: for those who see no names."""
        return Counts({Status(Progress.COMPLETED): self.done, Status(Progress.NOT_STARTED): self.left})

    @property
    def share(self) -> int | None:
        """Whole percent of the denominator, half up; None where nobody is in it."""
        return None if self.base == 0 else (200 * self.done + self.base) // (2 * self.base)


@dataclass(frozen=True)
class Coverage:
    """Figures over several huvudmän are about those that have adopted the course; the others are named."""

    adopted: int
    """How many huvudmän have."""
    staff: int
    """Employed by them: the head-count of the figures."""
    of_staff: int
    """Employed by any."""
    missing: tuple[str, ...]
    """The names of the huvudmän that have not, in Swedish order."""

    @property
    def huvudmen(self) -> int:
        """How many there are."""
        return self.adopted + len(self.missing)


def shown_lines(total: int, bases: Mapping[int, int], own: int) -> frozenset[int]:
    """The units right below a unit whose figures are shown beside its own; all others are withheld.

    `total` is the unit's base, `bases` those of the units below by id, `own` that of the unit's own line: those who
    are employed in the unit itself, who are never shown.

    The rule: no figure with a base below five; and what is left of the total when the shown units are taken from it
    is nobody, or at least five persons. Otherwise the smallest of them is withheld too, until that holds. Without the
    second half one could subtract: 13 in the whole less 10 in the one unit that is shown are the 3 in the other.
    The units below a withheld one are withheld (`managing.queries` walks down from the top of what somebody sees),
    since they could be taken from the total in its place. So whatever is shown parts the staff in groups of five or
    more, and every difference is a sum of such groups. Somebody employed in several units is counted in each of them
    and so blurs the difference; a difference below five is refused for each unit alone as well.
    """
    shown = sorted((number for number in bases if bases[number] >= LEAST), key=lambda number: (-bases[number], number))
    while shown and not _safe(total, [bases[number] for number in shown], own + sum(bases.values())):
        shown.pop()
    return frozenset(shown) if total >= LEAST else frozenset()


def _safe(total: int, shown: list[int], everybody: int) -> bool:
    withheld = everybody - sum(shown)
    rest = total - sum(shown)
    return (withheld == 0 or rest >= LEAST) and not any(0 < total - base < LEAST for base in shown)
