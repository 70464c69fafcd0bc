"""How figures are shown: which statuses share a part of the bar, and what a download is called."""

from collections.abc import Callable, Sequence
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeVar

from tbblearn.people.rules import Principal, Role, Scope, sort_key
from tbblearn.training.rules import DONE, OUTSIDE_BASE, SHOWN_ORDER, Progress, Urgency
from tbblearn.training.standing.counts import Counts

SUMMARY_ROLES = (Role.MANAGER, Role.PILOT, Role.FOLLOW_UP, Role.PROCESS_LEADER)
"""Who sees counts for units; only a manager sees names (docs/rules/people.md)."""


class FileFormat(StrEnum):
    """What a summary can be downloaded as."""

    CSV = "csv"
    JSON = "json"


class BarPart(StrEnum):
    """The three parts of a bar, in their order."""

    DONE = "done"
    GOING = "going"
    TODO = "todo"


_PARTS = {Progress.IN_PROGRESS: BarPart.GOING} | dict.fromkeys(DONE, BarPart.DONE)


def bar_parts(counts: Counts) -> list[tuple[BarPart, int]]:
    """The base in the bar's three parts, without those exempt, on leave or not required."""
    parts = dict.fromkeys(BarPart, 0)
    for progress in SHOWN_ORDER:
        if progress not in OUTSIDE_BASE:
            parts[_PARTS.get(progress, BarPart.TODO)] += counts.of(progress)
    return list(parts.items())


SORTS_BY: dict[str, Callable[[Counts], int | None]] = {
    "ska-ga": lambda counts: counts.base,
    "klara": lambda counts: counts.done,
    "kvar": lambda counts: counts.left,
    "sena": lambda counts: counts.urgent(Urgency.OVERDUE),
    "andel": lambda counts: counts.share,
}
"""The figures that a table of units sorts by, besides the name, "enhet"."""


class HasCounts(Protocol):
    """A line of a table of units."""

    @property
    def counts(self) -> Counts | None: ...


L = TypeVar("L", bound=HasCounts)


def sorted_lines(lines: Sequence[L], order: str) -> list[L]:
    """Lines given by name, sorted by a column, downwards with "-" before it; those without a figure last."""
    figure, downward = SORTS_BY.get(order.removeprefix("-")), order.startswith("-")
    if figure is None:
        return list(reversed(lines) if order == "-enhet" else lines)
    told = [(found, line) for line in lines if line.counts and (found := figure(line.counts)) is not None]
    rest = [line for line in lines if all(line is not one for _found, one in told)]
    return [line for _found, line in sorted(told, key=lambda one: one[0], reverse=downward)] + rest


def sees(person: Principal) -> Scope:
    """The units whose counts a person may see in any role."""
    return person.scope(*SUMMARY_ROLES)


def sees_the_county(person: Principal) -> bool:
    """True for process leaders, who follow the whole county."""
    return person.has(Role.PROCESS_LEADER)


def sees_a_part(person: Principal) -> bool:
    """True for those who follow a part of the county."""
    return bool(sees(person)) and not sees_the_county(person)


def file_name(unit: str, cycle: int, as_of: date, kind: FileFormat, about: str = "utbildning") -> str:
    """utbildning-vardcentral-5-2026-2026-11-21.csv: plain letters, which every system keeps."""
    return f"{about}-{_plain(unit)}-{cycle}-{as_of:%Y-%m-%d}.{kind}"


def result_file_name(unit: str, wave_id: int, kind: FileFormat) -> str:
    """resultat-vardcentral-5-matning-3.csv."""
    return f"resultat-{_plain(unit)}-matning-{wave_id}.{kind}"


def _plain(unit: str) -> str:
    plain = sort_key(unit).replace("{", "a").replace("|", "a").replace("}", "o")
    words = "".join(letter if letter.isalnum() and letter.isascii() else " " for letter in plain).split()
    return "-".join(str(int(word)) if word.isdecimal() else word for word in words)
