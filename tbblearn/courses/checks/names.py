"""Finds names that nothing has, with what was perhaps meant, and names that stand twice."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from pathlib import Path

from tbblearn.courses.files.findings import Findings, phrase
from tbblearn.courses.files.reading import Entry

MOST_NAMED = 10
"""Names that a fault suggests."""

MOST_COMPARED, LONGEST_COMPARED = 300, 100
"""How many names, and letters of each, are searched for the closest: the time grows with both."""


def demand_known(
    wanted: str | None, known: Collection[str], where: tuple[Path, int], what: str, findings: Findings, **values: object
) -> None:
    """Find a name that is not `known`; the template `what` contains `{mend}`, a suggestion."""
    if wanted is not None and wanted not in known:
        findings.fault(*where, what, mend=_close(wanted, known), **values)


def _close(wanted: str, known: Iterable[str]) -> str:
    """How to mend an unknown name."""
    names = sorted(name for name in known if name)
    close = get_close_matches(wanted[:LONGEST_COMPARED], names[:MOST_COMPARED], n=1)
    if close:
        return phrase("did you mean {close}?", close=close[0])
    if not names:
        return phrase("there is none yet")
    listed = ", ".join(names[:MOST_NAMED])
    if len(names) > MOST_NAMED:
        return phrase("known: {names} and {more} more", names=listed, more=len(names) - MOST_NAMED)
    return phrase("known: {names}", names=listed)


def report_twice(entries: Iterable[Entry], key: str, what: str, findings: Findings) -> None:
    """Find a name that stands twice under `key`."""
    first: dict[str, str] = {}
    for entry in entries:
        if (name := entry.text(key)) is None:
            continue
        path, line = entry.at(key)
        if name in first:
            message = "the {what} {name} is used twice, first in {first}; rename one"
            findings.fault(path, line, message, what=phrase(what), name=name, first=first[name])
        else:
            first[name] = f"{path.parent.name}/{path.name}:{line}"
