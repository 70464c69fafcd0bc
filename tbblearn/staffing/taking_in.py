"""The way of a file from its bytes into the database: look, then take in.

`look` reads and compares with no transaction open. `take` writes the difference, if nothing has changed since.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from tbblearn.db import STOCKHOLM, read_only, stockholm_date, unit_of_work
from tbblearn.staffing.actions import Receipt, person_rows, take_staff, take_units
from tbblearn.staffing.bulk import Row
from tbblearn.staffing.comparing import StaffDifference, compare_staff, unknown_units
from tbblearn.staffing.parsing import Parsed, parse_staff, parse_units
from tbblearn.staffing.queries import (
    earlier_risks,
    huvudman_of,
    known_persons,
    known_units,
    last_as_of,
    revision_of,
)
from tbblearn.staffing.rules import (
    LIMITS,
    Fault,
    FileKind,
    FileRefused,
    Finding,
    Line,
    Risk,
    UnitRow,
    Way,
    beyond,
    most_faulty,
)
from tbblearn.staffing.tables import Table, read_table
from tbblearn.staffing.tree import KnownUnit, UnitDifference, compare_units, tree_findings

_IN_NAME = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?:[T_ -]?(\d{2})[.:-]?(\d{2}))?(?!\d)")
LIMIT_FAULTS = {Risk.ENDED: Fault.LIMIT_ENDED, Risk.MOVED: Fault.LIMIT_MOVED, Risk.LED: Fault.LIMIT_LED}


@dataclass(frozen=True)
class Mark:
    """The mark that a file is whole: its companion FILE.ok, or what a person says of it."""

    rows: int | None = None
    sha256: str = ""
    as_of: datetime | None = None


@dataclass(frozen=True)
class Leaving:
    """What a person has decided about a file, beside its content."""

    skip_faulty: bool = False
    end_missing: bool = False
    """Those missing from it have left, at once."""
    allowed: Mapping[Risk, int] = field(default_factory=dict)
    """The exact number of dangerous changes that the person has seen."""
    reason: str = ""
    """Why a file that is not newer than the last one is taken in."""


@dataclass(frozen=True)
class Looked:
    """What a file would do, and why it may not. It may be taken in when there are no `findings` left to stop it."""

    source: str
    kind: FileKind
    as_of: datetime
    revision: int
    sha256: str
    rows: int
    faulty: int
    findings: tuple[Finding, ...]
    """Faults of rows and of the file."""
    stops: tuple[Finding, ...]
    """What keeps the file from being taken in as it is; empty when it may."""
    counts: Mapping[str, int]
    risks: Mapping[Risk, int]
    units: UnitDifference | None = None
    staff: StaffDifference | None = None
    unread: tuple[str, ...] = ()
    may_end: bool = True
    table: Table | None = None
    leaving: Leaving = Leaving()

    def changes(self) -> list[Line]:
        """What the file would change, a line each."""
        if self.staff is not None:
            return self.staff.lines
        return self.units.lines() if self.units is not None else []


def read_mark(text: str) -> Mark:
    """The mark in a companion file: lines of `rows=`, `sha256=` and, if wished, `as_of=`. Raises FileRefused."""
    values = dict(line.strip().split("=", 1) for line in text.splitlines() if "=" in line)
    try:
        return Mark(
            rows=int(values["rows"]),
            sha256=values["sha256"].strip().lower(),
            as_of=_moment(values["as_of"]) if values.get("as_of") else None,
        )
    except (KeyError, ValueError) as error:
        raise FileRefused(Fault.MARK_UNREADABLE) from error


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text.strip())
    return moment if moment.tzinfo else moment.replace(tzinfo=STOCKHOLM)


def named_time(file_name: str) -> datetime | None:
    """The time that a file's name tells, such as personal-2026-11-21.csv or personal-2026-11-21T0200.csv."""
    found = _IN_NAME.search(file_name)
    if not found:
        return None
    try:
        day = date.fromisoformat(found[1])
        at = time(int(found[2]), int(found[3])) if found[2] else time()
    except ValueError:
        return None
    return datetime.combine(day, at, STOCKHOLM)


def look(
    content: bytes,
    source: str,
    kind: FileKind,
    *,
    as_of: datetime,
    now: datetime,
    mark: Mark | None = None,
    leaving: Leaving | None = None,
) -> Looked:
    """What a file would do. Raises FileRefused where it cannot be read at all, NoSuchSource."""
    leaving = leaving or Leaving()
    with read_only():
        huvudman_of(source)
    sha256 = hashlib.sha256(content).hexdigest()
    table = read_table(content)
    if mark is not None:
        _demand_whole(mark, sha256, table)
    may_end = table.ends_marked or mark is not None
    parse = parse_units if kind is FileKind.UNITS else parse_staff
    parsed: Parsed[Any] = parse(table)
    with read_only():
        revision = revision_of(source)
        units = known_units(source)
        earlier = earlier_risks(source, now)
        last = last_as_of(source, kind)
        persons = known_persons(source) if kind is FileKind.STAFF else {}
    unit_change: UnitDifference | None = None
    staff_change: StaffDifference | None = None
    total = sum(one.is_open for one in units.values())
    if kind is FileKind.UNITS:
        parsed = _without_place(parsed, source)
        unit_change = compare_units(parsed, units, source, may_close=may_end)
        counts, risks = unit_change.counts, unit_change.risks
        totals = dict.fromkeys(Risk, total)
    else:
        parsed = parsed.without(unknown_units(parsed.rows, _ids(units, is_open=True), _ids(units, is_open=False)))
        staff_change = compare_staff(parsed, persons, as_of, end_missing=leaving.end_missing, may_end=may_end)
        parsed = parsed.without(staff_change.findings)
        counts, risks = staff_change.counts, staff_change.risks
        day = stockholm_date(as_of)
        jobs = sum(job.is_open(day) for person in persons.values() for job in person.employments)
        totals = {Risk.ENDED: jobs, Risk.MOVED: jobs, Risk.LED: total}
    stops = [
        *_too_faulty(parsed, skip=leaving.skip_faulty),
        *_out_of_time(as_of, now, last, leaving.reason),
        *_beyond(risks, earlier, totals, leaving.allowed),
    ]
    return Looked(
        source=source,
        kind=kind,
        as_of=as_of,
        revision=revision,
        sha256=sha256,
        rows=parsed.count,
        faulty=len(parsed.faulty),
        findings=parsed.findings,
        stops=tuple(stops),
        counts=counts,
        risks=risks,
        units=unit_change,
        staff=staff_change,
        unread=parsed.unread,
        may_end=may_end,
        table=table,
        leaving=leaving,
    )


def _ids(units: Mapping[str, KnownUnit], *, is_open: bool) -> set[str]:
    return {unit_id for unit_id, unit in units.items() if unit.is_open is is_open}


def _demand_whole(mark: Mark, sha256: str, table: Table) -> None:
    if mark.sha256 and mark.sha256 != sha256:
        raise FileRefused(Fault.CHECKSUM)
    if mark.rows is not None and mark.rows != len(table.rows):
        raise FileRefused(Fault.ROW_COUNT, said=mark.rows, found=len(table.rows))


def _without_place(parsed: Parsed[UnitRow], source: str) -> Parsed[UnitRow]:
    """Without the units that have no place in the tree, until all that are left have one."""
    while found := tree_findings(parsed.rows, source):
        parsed = parsed.without(found)
    return parsed


def _too_faulty(parsed: Parsed[Any], *, skip: bool) -> list[Finding]:
    if not parsed.findings:
        return []
    if not skip:
        return list(parsed.findings)
    whole = [one for one in parsed.findings if one.row is None]
    most = most_faulty(parsed.count)
    if len(parsed.faulty) > most:
        whole.append(Finding(Fault.TOO_MANY_FAULTY, about={"n": len(parsed.faulty), "most": most}))
    return whole


def _out_of_time(as_of: datetime, now: datetime, last: datetime | None, reason: str) -> list[Finding]:
    if as_of > now:
        return [Finding(Fault.FUTURE, about={"as_of": _shown(as_of)})]
    if last is not None and as_of <= last and not reason:
        return [Finding(Fault.OLDER, about={"as_of": _shown(as_of), "last": _shown(last)})]
    return []


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}"


def _beyond(
    risks: Mapping[Risk, int], earlier: Mapping[Risk, int], totals: Mapping[Risk, int], allowed: Mapping[Risk, int]
) -> list[Finding]:
    return [
        Finding(
            LIMIT_FAULTS[risk],
            about={
                "n": risks[risk],
                "total": totals[risk],
                "before": earlier.get(risk, 0),
                "most": LIMITS[risk].most(totals[risk]),
            },
        )
        for risk in beyond(risks, earlier, totals)
        if allowed.get(risk) != risks[risk]
    ]


def take(looked: Looked, way: Way, *, now: datetime, by: int | None = None) -> None:
    """Write what was looked at, in a transaction of its own. Raises as `write`."""
    new_persons = prepared(looked)
    with unit_of_work():
        write(looked, new_persons, way, now=now, by=by)


def prepared(looked: Looked) -> list[Row]:
    """What takes time and needs no lock: call it before the transaction that `write` is in."""
    return person_rows(looked.source, looked.staff.new_persons) if looked.staff else []


def write(looked: Looked, new_persons: list[Row], way: Way, *, now: datetime, by: int | None = None) -> None:
    """Write what was looked at. In a unit of work. Raises ChangedMeanwhile, AlreadyTaken; ValueError if stopped."""
    if looked.stops:
        raise ValueError("the file is stopped: look at it again with what a person has decided")
    receipt = Receipt(
        source=looked.source,
        kind=looked.kind,
        as_of=looked.as_of,
        sha256=looked.sha256,
        way=way,
        rows=looked.rows,
        faulty=looked.faulty,
        by=by,
        reason=looked.leaving.reason,
    )
    today = stockholm_date(now)
    if looked.units is not None:
        take_units(looked.units, receipt, looked.revision, now=now, today=today)
    if looked.staff is not None:
        take_staff(looked.staff, new_persons, receipt, looked.revision, now=now, today=today)


def nothing_changes(looked: Looked) -> bool:
    """True when the file says what is stored."""
    counts = Counter(looked.counts)
    return not any(counts[name] for name in ("created", "changed", "ended", "missing", "withdrawn"))
