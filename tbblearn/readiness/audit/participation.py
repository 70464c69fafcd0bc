"""Who took part: can a reader of all rows be sure of one person, or of all of a unit's other invitees?

The reader knows the lists of invited, and whether they took part themselves. Let x(u) be how many of the D(u) invited
directly in u took part. The publication tells only this of these numbers: 0 <= x(u) <= D(u); the answers in a piece lie
between its printed size and the next edge; where a unit has no piece, fewer than k are pending in it. The sets that are
summed are nested or disjoint, so two passes of intervals, up the tree and down, give exactly the values that each x(u)
can have. Nobody can be sure if it may be as small as D(u) - margin and as large as margin.

A failure is the program's fault, never that of the answers: nothing falls back, since the removal would tell that
everybody, or nobody, took part.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tbblearn.readiness.audit.rows import AuditFile
from tbblearn.readiness.audit.sizes import Sizes, edges_of, region
from tbblearn.readiness.rules import Family

Interval = tuple[int, int]
Entry = dict[str, Any]


def participation_faults(file: AuditFile, sizes: Sizes) -> Iterator[Entry]:
    """What the rows tell of who took part, one entry a unit; without `invited` only forbidden rates."""
    for unit in file.rated:
        yield _entry(unit, "A response rate is shown, but only an open survey has any.")
    if file.invited is None:
        return
    least = file.k + file.margin
    found = list(_groups(file, least))
    if set(sizes.pieces[Family.DISTRIBUTIONS]) != set(file.pieces[Family.DISTRIBUTIONS]):
        wrong = set(sizes.pieces[Family.DISTRIBUTIONS]) ^ set(file.pieces[Family.DISTRIBUTIONS])
        found += [
            _entry(unit, "Whether it has a piece of distributions does not follow from printed sizes.")
            for unit in file.tree.units
            if unit in wrong
        ]
    if found:
        yield from found
        return
    possible = took_part(file)
    if isinstance(possible, str):
        yield _entry(possible, "So many answers cannot have come from those who were invited.")
        return
    for unit, (low, high) in possible.items():
        invited = file.invited[unit]
        if low > invited - file.margin:
            yield _entry(unit, f"Of the {invited} invited surely {low} or more took part.")
        if high < file.margin:
            yield _entry(unit, f"Of the {invited} invited surely {high} or fewer took part.")


def _groups(file: AuditFile, least: int) -> Iterator[Entry]:
    """Groups too small to be counted by themselves, and pieces with more answers than invited persons."""
    assert file.invited is not None
    pieces = file.pieces[Family.MEANS]
    for unit in file.tree.units:
        invited = file.invited.get(unit, 0)
        if 0 < invited < least:
            yield _entry(unit, f"Only {invited} are invited in it: fewer than {least} must count in another unit.")
        if unit in pieces:
            there = sum(file.invited.get(one, 0) for one in region(file.tree, pieces, unit))
            if pieces[unit] > there:
                yield _entry(unit, f"Its piece holds {pieces[unit]} answers of {there} invited.")


def took_part(file: AuditFile) -> Mapping[str, Interval] | str:
    """How many of each unit's own invitees can have taken part, given all rows; or the unit where none can."""
    assert file.invited is not None
    pieces, tree = file.pieces[Family.MEANS], file.tree
    own = {unit: (0, file.invited.get(unit, 0)) for unit in tree.units}
    joined: dict[str, Interval] = {}
    for unit in reversed(tree.top_down):
        parts = [own[unit], *(joined[child] for child in tree.children[unit] if child not in pieces)]
        low, high = _limits(file, unit)
        joined[unit] = (max(low, sum(part[0] for part in parts)), min(high, sum(part[1] for part in parts)))
        if joined[unit][0] > joined[unit][1]:
            return unit
    for unit in tree.top_down:
        below = [child for child in tree.children[unit] if child not in pieces]
        lows = own[unit][0] + sum(joined[child][0] for child in below)
        highs = own[unit][1] + sum(joined[child][1] for child in below)
        low, high = joined[unit]

        def left(part: Interval, low: int = low, high: int = high, lows: int = lows, highs: int = highs) -> Interval:
            """What the others leave of a part, given the whole."""
            return max(part[0], low - (highs - part[1])), min(part[1], high - (lows - part[0]))

        for child in below:
            joined[child] = left(joined[child])
        own[unit] = left(own[unit])
    return {unit: interval for unit, interval in own.items() if file.invited.get(unit, 0)}


def _limits(file: AuditFile, unit: str) -> Interval:
    """The numbers of answers, in the unit and pending below it, that its rows allow."""
    n = file.pieces[Family.MEANS].get(unit)
    if n is None:
        return 0, file.k - 1
    edges = edges_of(file, unit)
    printed = max([file.k, *(edge for edge in edges if edge <= n)])
    beyond = [edge for edge in edges if edge > printed]
    return printed, beyond[0] - 1 if beyond else max(n, sum((file.invited or {}).values()))


def _entry(unit: str, why: str) -> Entry:
    return {"unit": unit, "family": Family.MEANS.value, "check": "participation", "why": why}
