"""What a staff file would change: the rows against what is known of the source. A pure function.

Rows and employments are matched by the employer's numbers, or without them by first day and unit. What cannot be told
apart is a fault, and stays as it is.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from tbblearn.db import stockholm_date
from tbblearn.people.rules import Language
from tbblearn.staffing.parsing import Parsed
from tbblearn.staffing.placing import Leaves, Places, away, ended, is_shortened, placed
from tbblearn.staffing.rules import MISSING_HOURS, Fault, Finding, Line, Risk, StaffRow, day_before


@dataclass(frozen=True, slots=True)
class KnownEmployment:
    """An employment as stored; a withdrawn one has no place."""

    id: int
    external_id: str
    places: Places
    leaves: Leaves = ()
    missing_since: datetime | None = None
    withdrawn_on: date | None = None

    def is_open(self, day: date) -> bool:
        """True when it has not ended before the day."""
        return bool(self.places) and (self.places[-1].until_on is None or self.places[-1].until_on >= day)

    def is_of(self, row: StaffRow) -> bool:
        """True when the row has its first day and its unit."""
        return bool(self.places) and (self.places[0].from_on, self.places[-1].unit_id) == (row.start_on, row.unit_id)


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person as stored."""

    id: int
    external_id: str
    given_name: str
    family_name: str
    email: str
    language: Language
    protected: bool
    at_home: bool = True
    """False for a person of another source: then names and address are that one's to tell."""
    employments: tuple[KnownEmployment, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangedEmployment:
    """What an employment becomes: `before` is None for a new one."""

    person: str
    row: StaffRow | None
    before: KnownEmployment | None
    places: Places
    leaves: Leaves
    missing_since: datetime | None = None
    withdrawn_on: date | None = None


@dataclass
class StaffDifference:
    """What a file would do, and how many rows or employments each kind of change is about."""

    new_persons: list[StaffRow] = field(default_factory=list)
    changed_persons: list[tuple[KnownPerson, StaffRow]] = field(default_factory=list)
    employments: list[ChangedEmployment] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    risks: Counter[Risk] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


COUNTS = ("created", "changed", "ended", "unchanged", "missing", "withdrawn")
"""What happens to employments: `created`, `changed` and `unchanged` are rows of the file; the others may have none."""


def unknown_units(rows: Sequence[StaffRow], open_ids: Set[str], closed_ids: Set[str]) -> list[Finding]:
    """Rows whose unit is not there, or is closed though the employment goes on."""
    found = []
    for row in rows:
        if row.unit_id in open_ids or (row.unit_id in closed_ids and row.end_on is not None):
            continue
        fault = Fault.CLOSED_UNIT if row.unit_id in closed_ids else Fault.UNKNOWN_UNIT
        found.append(Finding(fault, row.row, "unit_id", row.unit_id))
    return found


def compare_staff(
    parsed: Parsed[StaffRow],
    known: Mapping[str, KnownPerson],
    as_of: datetime,
    *,
    end_missing: bool = False,
    may_end: bool = True,
) -> StaffDifference:
    """What the right rows of a file would change.

    `known`: the source's persons by external id. `as_of`: what time the file tells of. `end_missing`: a person has
    confirmed that those missing have left. `may_end`: False for a file that may be cut off, which ends nobody.
    """
    comparison = _Comparison(as_of, end_missing=end_missing, may_end=may_end and not parsed.nameless)
    rows_of: dict[str, list[StaffRow]] = defaultdict(list)
    for row in parsed.rows:
        rows_of[row.person_id].append(row)
    for external_id, rows in rows_of.items():
        comparison.person(known.get(external_id), rows, untouched=external_id in parsed.faulty_ids)
    for external_id, person in known.items():
        if external_id not in rows_of and external_id not in parsed.faulty_ids:
            for employment in person.employments:
                comparison.missing(person, employment)
    return comparison.found


class _Comparison:
    """Gathers the difference, person by person."""

    def __init__(self, as_of: datetime, *, end_missing: bool, may_end: bool) -> None:
        self.as_of = as_of
        self.day = stockholm_date(as_of)
        self.end_missing = end_missing
        self.may_end = may_end
        self.found = StaffDifference(counts=Counter(dict.fromkeys(COUNTS, 0)))

    def person(self, person: KnownPerson | None, rows: list[StaffRow], *, untouched: bool) -> None:
        """All rows of one person. `untouched`: another row of theirs is faulty, so nothing is missing."""
        if person is None:
            self.newcomer(rows)
            return
        pairs, left = self.matched(person, rows)
        changes = self._named(person, rows[0])
        if changes:
            self.found.changed_persons.append((person, rows[0]))
        for row, employment in pairs:
            if employment is None:
                self.begun(row, person.external_id, at_all=changes)
            else:
                self.told(person, row, employment, also=changes)
        if not untouched:
            for employment in left:
                self.missing(person, employment)

    def newcomer(self, rows: list[StaffRow]) -> None:
        """Somebody not known before; employments that have ended already are not taken in."""
        now = [row for row in rows if row.end_on is None or row.end_on >= self.day]
        self.found.counts["unchanged"] += len(rows) - len(now)
        if now:
            self.found.new_persons.append(now[0])
            for row in now:
                self.begun(row, row.person_id)

    def begun(self, row: StaffRow, person: str, *, at_all: bool = False) -> None:
        """An employment not known before."""
        if row.end_on is not None and row.end_on < self.day:
            self.found.counts["changed" if at_all else "unchanged"] += 1
            return
        self.found.counts["created"] += 1
        places = placed((), row.unit_id, row.profession, row.start_on, row.end_on, self.day)
        leaves = away((), row.leave_from, row.leave_to, self.day)
        self.found.employments.append(ChangedEmployment(person, row, None, places, leaves))
        self.found.lines.append(Line("new", person, after=row.unit_id, on=row.start_on))

    def told(self, person: KnownPerson, row: StaffRow, before: KnownEmployment, *, also: bool) -> None:
        """A row about an employment that is known."""
        places = placed(before.places, row.unit_id, row.profession, row.start_on, row.end_on, self.day)
        leaves = away(before.leaves, row.leave_from, row.leave_to, self.day)
        if (places, leaves, None, None) == (before.places, before.leaves, before.missing_since, before.withdrawn_on):
            self.found.counts["changed" if also else "unchanged"] += 1
            return
        self.found.employments.append(ChangedEmployment(person.external_id, row, before, places, leaves))
        self._weigh(person, before, places)

    def _weigh(self, person: KnownPerson, before: KnownEmployment, places: Places) -> None:
        """Count what changed, and what is dangerous in number."""
        moved = bool(before.places) and before.places[-1].unit_id != places[-1].unit_id
        started = bool(before.places) and before.places[0].from_on != places[0].from_on
        shortened = is_shortened(before.places, places)
        until = places[-1].until_on
        over = shortened and until is not None and until < self.day
        self.found.counts["ended" if over else "changed"] += 1
        self.found.risks[Risk.ENDED] += shortened
        self.found.risks[Risk.MOVED] += moved or started
        if moved:
            line = Line("moved", person.external_id, before.places[-1].unit_id, places[-1].unit_id, places[-1].from_on)
        elif shortened:
            line = Line("ended", person.external_id, places[-1].unit_id, on=until)
        else:
            line = Line("changed", person.external_id, places[-1].unit_id)
        self.found.lines.append(line)

    def missing(self, person: KnownPerson, employment: KnownEmployment) -> None:
        """An employment that the file has no row for."""
        if not employment.is_open(self.day):
            return
        unit_id = employment.places[-1].unit_id
        start_on, since = employment.places[0].from_on, employment.missing_since
        gone = partial(ChangedEmployment, person.external_id, None, employment, leaves=employment.leaves)
        if not self.may_end:
            self._count("missing", Line("missing", person.external_id, unit_id))
        elif start_on > self.day:
            self._count("withdrawn", Line("withdrawn", person.external_id, unit_id, on=start_on))
            self.found.employments.append(gone(places=(), withdrawn_on=self.day))
            self.found.risks[Risk.ENDED] += 1
        elif self.end_missing or (since and self.as_of - since >= timedelta(hours=MISSING_HOURS)):
            last_on = day_before(stockholm_date(since or self.as_of))
            places = ended(employment.places, last_on)
            self._count("ended", Line("ended", person.external_id, unit_id, on=last_on))
            self.found.employments.append(gone(places=places, withdrawn_on=None if places else self.day))
            self.found.risks[Risk.ENDED] += 1
        else:
            self._count("missing", Line("missing", person.external_id, unit_id))
            if since is None:
                self.found.employments.append(gone(places=employment.places, missing_since=self.as_of))

    def _count(self, what: str, line: Line) -> None:
        self.found.counts[what] += 1
        self.found.lines.append(line)

    def _named(self, person: KnownPerson, row: StaffRow) -> bool:
        """Whether the person's own details change; a changed address is dangerous in number."""
        protects = row.protected and not person.protected
        if not person.at_home:
            return protects
        email = row.email if row.email or not person.protected else person.email
        language = row.language or person.language
        same_name = person.protected or (person.given_name, person.family_name) == (row.given_name, row.family_name)
        self.found.risks[Risk.MOVED] += email != person.email
        return not same_name or email != person.email or language is not person.language or protects

    def matched(
        self, person: KnownPerson, rows: list[StaffRow]
    ) -> tuple[list[tuple[StaffRow, KnownEmployment | None]], list[KnownEmployment]]:
        """Each row with its employment, None where it is new, and the open employments that no row is about."""
        left = list(person.employments)
        pairs: list[tuple[StaffRow, KnownEmployment | None]] = []
        bare = []
        for row in rows:
            if not row.employment_id:
                bare.append(row)
                continue
            own = [one for one in left if one.external_id == row.employment_id]
            latest = max(own, key=lambda one: one.places[0].from_on if one.places else date.min, default=None)
            if latest and latest.places:
                end_on = latest.places[-1].until_on
                if end_on is not None and row.start_on > end_on:
                    latest = None  # the same number, but a new beginning
            if latest:
                left.remove(latest)
            pairs.append((row, latest))
        if bare:
            pairs += self._by_place(bare, left)
        return pairs, left

    def _by_place(
        self, rows: list[StaffRow], left: list[KnownEmployment]
    ) -> list[tuple[StaffRow, KnownEmployment | None]]:
        """Match rows without an employment's number, and take the matched from `left`."""
        pairs: list[tuple[StaffRow, KnownEmployment | None]] = []
        waiting = []
        for row in rows:
            same = next(
                (
                    e
                    for e in left
                    if e.places and (e.places[0].from_on, e.places[-1].unit_id) == (row.start_on, row.unit_id)
                ),
                None,
            )
            if same is None:
                waiting.append(row)
            else:
                left.remove(same)
                pairs.append((row, same))
        current = [one for one in left if one.is_open(self.day)]
        for start_on in {row.start_on for row in waiting}:
            begun = [row for row in waiting if row.start_on == start_on]
            there = [one for one in current if one.places[0].from_on == start_on]
            if len(begun) == len(there) == 1:
                pairs.append((begun[0], there[0]))
            elif begun and there:
                self.found.findings += [Finding(Fault.CANNOT_TELL_APART, row.row, "employment_id") for row in begun]
            else:
                continue
            waiting = [row for row in waiting if row not in begun]
            current = [one for one in current if one not in there]
            for one in there:
                left.remove(one)
        if len(waiting) == len(current) == 1 and waiting[0].unit_id == current[0].places[-1].unit_id:
            left.remove(current[0])
            return [*pairs, (waiting[0], current[0])]
        return [*pairs, *((row, None) for row in waiting)]
