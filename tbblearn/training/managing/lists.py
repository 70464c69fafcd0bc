"""Which persons a manager's list contains, and in which order, as its address says."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tbblearn.training.rules import DONE, LEFT, OPEN, Progress, Status, Urgency

LONGEST_SEARCH = 80
_STATUS, _URGENCY, _TEXT, _ORDER = "status", "tid", "q", "ordning"


class Group(StrEnum):
    """Several values of Progress together."""

    LEFT = "kvar"
    DONE = "klara"
    ALL = "alla"


_PROGRESS = {Group.LEFT: LEFT, Group.DONE: DONE, Group.ALL: frozenset(Progress)}

SHOWN = (*Group, *(progress for progress in Progress if progress is not Progress.FAILED_MAY_RETRY))
"""What a list can be filtered by; a failure is nobody else's business."""


class SortBy(StrEnum):
    """The column that a list is sorted by."""

    NAME = "namn"
    UNIT = "enhet"
    STATUS = "status"
    DAY = "dag"


@dataclass(frozen=True)
class Chosen:
    """A list's filter and order. An `urgency` keeps only those with something open; `text` is searched for in names."""

    status: Group | Progress = Group.LEFT
    urgency: Urgency | None = None
    text: str = ""
    sort: SortBy = SortBy.NAME
    downward: bool = False

    @classmethod
    def read(cls, values: Mapping[str, str], otherwise: Group = Group.LEFT) -> "Chosen":
        """What an address says; anything unknown means the default."""
        urgency, order = values.get(_URGENCY, ""), values.get(_ORDER, "")
        column = order.removeprefix("-")
        return cls(
            status={one.value: one for one in SHOWN}.get(values.get(_STATUS, ""), otherwise),
            urgency=Urgency(urgency) if urgency in set(Urgency) else None,
            text=values.get(_TEXT, "").strip()[:LONGEST_SEARCH],
            sort=SortBy(column) if column in set(SortBy) else SortBy.NAME,
            downward=order.startswith("-") and column in set(SortBy),
        )

    def address(self) -> dict[str, str]:
        """The values of an address that say the same; inverse of `read`."""
        order = f"{'-' if self.downward else ''}{self.sort}"
        values = {_STATUS: self.status.value, _URGENCY: self.urgency or "", _TEXT: self.text}
        values[_ORDER] = "" if order == SortBy.NAME else order
        return {name: value for name, value in values.items() if value}

    @property
    def progress(self) -> frozenset[Progress]:
        return _PROGRESS[self.status] if isinstance(self.status, Group) else frozenset({self.status})

    def holds(self, seen: Status) -> bool:
        """Whether a person whom managers see at this status is on the list, apart from the search."""
        urgent = self.urgency is None or (seen.progress in OPEN and seen.urgency is self.urgency)
        return urgent and seen.progress in self.progress

    @property
    def by_completion(self) -> bool:
        """True when each person's day is when they completed the course, not their last day."""
        return self.progress <= DONE
