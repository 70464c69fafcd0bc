"""What a unit file would change in a source's part of the tree. Pure functions.

The huvudman itself is the unit with the source's own name; a file may have a row for it, and leaves it alone without.
Units that the file lacks are closed, never deleted.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tbblearn.people.rules import Level, UnitKind
from tbblearn.staffing.parsing import Parsed
from tbblearn.staffing.rules import Fault, Finding, Line, Risk, UnitRow


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A unit as stored; `parent_id` is empty directly below the huvudman, and for the huvudman itself."""

    id: int
    unit_id: str
    parent_id: str
    name: str
    kind: UnitKind
    service: str
    level: Level | None
    manager_person_id: str
    is_open: bool = True

    def same(self, row: UnitRow) -> bool:
        """True when the row says what is stored."""
        return self.is_open and all(getattr(self, name) == getattr(row, name) for name in TOLD)


TOLD = ("parent_id", "name", "kind", "service", "level", "manager_person_id")
"""What a row tells about a unit, by the same names in both."""


@dataclass
class UnitDifference:
    """What a file would do. `created` and `changed` stand in the file's order, parents first."""

    created: list[UnitRow] = field(default_factory=list)
    changed: list[tuple[KnownUnit, UnitRow]] = field(default_factory=list)
    closed: list[KnownUnit] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    risks: Counter[Risk] = field(default_factory=Counter)

    def lines(self) -> list[Line]:
        """The changes, a line each."""
        return [
            *(Line("new", row.unit_id, after=row.parent_id) for row in self.created),
            *(
                Line("moved", row.unit_id, unit.parent_id, row.parent_id)
                if unit.parent_id != row.parent_id
                else Line("led", row.unit_id, unit.manager_person_id, row.manager_person_id)
                if unit.manager_person_id != row.manager_person_id
                else Line("changed", row.unit_id)
                for unit, row in self.changed
            ),
            *(Line("closed", unit.unit_id) for unit in self.closed),
        ]


def tree_findings(rows: Sequence[UnitRow], source: str) -> list[Finding]:
    """Rows that have no place in the tree."""
    by_id = {row.unit_id: row for row in rows}
    found = []
    for row in rows:
        if row.unit_id == source:
            if row.kind is not UnitKind.HUVUDMAN or row.parent_id:
                found.append(Finding(Fault.HUVUDMAN_ROW, row.row, "kind", row.kind, {"source": source}))
        elif row.kind is UnitKind.HUVUDMAN:
            found.append(Finding(Fault.HUVUDMAN_ROW, row.row, "kind", row.kind, {"source": source}))
        elif row.parent_id == row.unit_id:
            found.append(Finding(Fault.OWN_PARENT, row.row, "parent_id", row.parent_id))
        elif row.parent_id and row.parent_id != source and row.parent_id not in by_id:
            found.append(Finding(Fault.UNKNOWN_PARENT, row.row, "parent_id", row.parent_id))
        elif row.parent_id in by_id and by_id[row.parent_id].kind is UnitKind.ENHET:
            found.append(Finding(Fault.BELOW_ENHET, row.row, "parent_id", row.parent_id))
    return found + _cycles(by_id)


def _cycles(by_id: Mapping[str, UnitRow]) -> list[Finding]:
    """Every row on a way upwards that comes back to itself."""
    found = []
    settled: set[str] = set()
    for start in by_id:
        way: dict[str, None] = {}
        unit_id = start
        while unit_id in by_id and unit_id not in settled and unit_id not in way:
            way[unit_id] = None
            unit_id = by_id[unit_id].parent_id
        if unit_id in way:
            circle = list(way)[list(way).index(unit_id) :]
            if len(circle) > 1:
                names = " → ".join([*circle, unit_id])
                found += [
                    Finding(Fault.CYCLE, by_id[one].row, "parent_id", by_id[one].parent_id, {"way": names[:200]})
                    for one in circle
                ]
        settled |= way.keys()
    return found


def compare_units(
    parsed: Parsed[UnitRow], known: Mapping[str, KnownUnit], source: str, *, may_close: bool = True
) -> UnitDifference:
    """What the right rows would change in the source's units, `known` by id and the huvudman among them.

    `may_close`: False for a file that may be cut off, which closes nothing.
    """
    found = UnitDifference(counts=Counter(dict.fromkeys(("created", "changed", "ended", "unchanged", "missing"), 0)))
    told = {row.unit_id: _below_huvudman(row, source) for row in parsed.rows}
    for row in _parents_first(told):
        unit = known.get(row.unit_id)
        if unit is None:
            found.created.append(row)
            found.counts["created"] += 1
        elif unit.same(row):
            found.counts["unchanged"] += 1
        else:
            found.changed.append((unit, row))
            found.counts["changed"] += 1
            found.risks[Risk.LED] += unit.is_open and any(
                getattr(unit, name) != getattr(row, name) for name in ("parent_id", "level", "manager_person_id")
            )
    for unit_id, unit in known.items():
        if unit_id in told or unit_id == source or not unit.is_open or unit_id in parsed.faulty_ids:
            continue
        if may_close and not parsed.nameless:
            found.closed.append(unit)
            found.counts["ended"] += 1
            found.risks[Risk.LED] += 1
        else:
            found.counts["missing"] += 1
    return found


def _below_huvudman(row: UnitRow, source: str) -> UnitRow:
    """The row with an empty parent where it names the huvudman, so that both ways of writing it are the same."""
    if row.parent_id != source:
        return row
    return UnitRow(**{name: getattr(row, name) for name in row.__slots__} | {"parent_id": ""})


def _parents_first(told: Mapping[str, UnitRow]) -> list[UnitRow]:
    ordered: dict[str, UnitRow] = {}
    for row in told.values():
        way = []
        unit_id = row.unit_id
        while unit_id in told and unit_id not in ordered:
            way.append(told[unit_id])
            unit_id = told[unit_id].parent_id
        for one in reversed(way):
            ordered[one.unit_id] = one
    return list(ordered.values())
