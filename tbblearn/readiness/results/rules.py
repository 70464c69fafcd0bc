"""Who may read a wave's results, and what pages show, from published rows alone (docs/rules/disclosure.md)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Self

from tbblearn.people.rules import HeldGrant, Principal, Role, UnitKind
from tbblearn.readiness.figures.statistics import Difference
from tbblearn.readiness.places import Place, line_of
from tbblearn.readiness.rules import Against, Agreement, Family, Kind, Measure, Part, PublishedRow
from tbblearn.surveys.waves import WaveError, WaveState

SEES_BELOW = (Role.MANAGER, Role.PILOT, Role.FOLLOW_UP)
"""Who reads every unit of their part of the county from publication; in order of precedence."""


class NotYetReadable(WaveError):
    """The results are published, but this person reads them from a later day. Values: staff_from_on."""


class ResultWithdrawn(WaveError):
    """The wave was taken back: nothing of it is shown any more. Values: name, withdrawn_on."""


# --- who may read -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Who:
    """Somebody who wants to read results. `everything`: runs commands on the server."""

    person_id: int | None
    grants: tuple[HeldGrant, ...] = ()
    everything: bool = False

    @classmethod
    def of(cls, person: Principal) -> Self:
        """A signed-in person."""
        return cls(person.person_id, person.grants)

    @property
    def leads(self) -> bool:
        """True for process leaders of the county."""
        return any(grant.role is Role.PROCESS_LEADER and grant.on_county for grant in self.grants)

    @property
    def parts(self) -> list[HeldGrant]:
        """Grants that open a part of the county: managers' first, then the highest unit."""
        held = [grant for grant in self.grants if grant.role in SEES_BELOW]
        return sorted(held, key=lambda grant: (SEES_BELOW.index(grant.role), len(line_of(grant.unit_path))))

    @property
    def known_units(self) -> set[int]:
        """The ids of the units that hold the grants, and of those above them."""
        return {step for grant in self.parts for step in line_of(grant.unit_path)}


OPERATOR = Who(None, everything=True)


@dataclass(frozen=True)
class Reader:
    """What one person reads of one wave.

    `homes`: the units where the person begins. `tops`: these units and all below them. `ups`: single units, the
    person's own and those above. `later`: those that open on the day from which everyone who was invited reads.
    """

    homes: tuple[int, ...]
    tops: frozenset[int] = frozenset()
    ups: frozenset[int] = frozenset()
    later: frozenset[int] = frozenset()
    leads: bool = False
    everything: bool = False

    def reads(self, place: Place) -> bool:
        """True if the person may read this unit's results today."""
        return place.id in self.ups or self.reads_as_part(place)

    def reads_as_part(self, place: Place) -> bool:
        """True if the person may by a role: such units are listed on the page of the unit above."""
        led = self.leads and place.kind in (UnitKind.COUNTY, UnitKind.HUVUDMAN)
        return self.everything or led or not self.tops.isdisjoint(place.line)

    def reads_county_table(self, root: int) -> bool:
        """True for those who see the huvudmän beside each other."""
        return self.everything or self.leads or root in self.tops

    @property
    def begins_in(self) -> int | None:
        """The unit whose results come first; None for process leaders, who begin with the huvudmän."""
        return None if self.leads and not self.tops else next(iter(self.homes), None)

    @property
    def reads_something(self) -> bool:
        """True if the person may read any unit today."""
        return self.everything or self.leads or bool(self.tops or self.ups)


def reader_of(
    who: Who, invited_in: Place | None, staff_from_on: date | None, places: Mapping[int, Place], today: date
) -> Reader:
    """What somebody reads of a published wave.

    Everyone who was invited, from the day set: their own unit and those above it. Managers, pilots and follow-up leads,
    at once: their part of the frozen tree and the units above it, or nothing if their huvudman takes no part. Process
    leaders: the county and its huvudmän, no unit below. `places` holds at least the units of `who.known_units` that the
    wave knows.
    """
    own = frozenset(invited_in.line) if invited_in else frozenset()
    open_to_all = staff_from_on is not None and staff_from_on <= today
    tops: set[int] = set()
    ups: set[int] = set(own) if open_to_all else set()
    homes: dict[int, Place] = {}
    for grant in who.parts:
        known = [places[step] for step in line_of(grant.unit_path) if step in places]
        if grant.unit_id in places:
            tops.add(grant.unit_id)
        elif not known or known[-1].is_county:
            continue  # the wave never reached the huvudman
        # A unit newer than the wave counts as the nearest one above that the wave knows.
        ups |= set(known[-1].line)
        if homes.keys().isdisjoint(known[-1].line):
            homes[known[-1].id] = known[-1]
    if not homes and invited_in is not None and open_to_all:
        homes[invited_in.id] = invited_in
    # A home inside another is reached from there.
    own_homes = tuple(number for number, home in homes.items() if homes.keys().isdisjoint(home.line[:-1]))
    return Reader(
        homes=own_homes,
        tops=frozenset(tops),
        ups=frozenset(ups),
        later=frozenset() if open_to_all else own,
        leads=who.leads and bool(places),
        everything=who.everything,
    )


# --- what is shown ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WaveHead:
    """The wave of a page of results."""

    id: int
    name: str
    programme: str
    instrument: str
    instrument_version: str
    state: WaveState
    opens_on: date
    closed_on: date
    """The last day on which answers were taken."""
    staff_from_on: date | None
    k: int
    k_distribution: int
    answers_lost: bool
    withdrawn_on: date | None


@dataclass(frozen=True)
class Shown:
    """A published value with how coarse it is."""

    kind: Kind
    value: str


@dataclass(frozen=True)
class Group:
    """How many answers, at least, a family of a unit's figures rests on; None: not shown.

    `same_as`: the unit below that has the same figures and shows them.
    """

    n: int | None = None
    same_as: int | None = None


@dataclass(frozen=True)
class Figures:
    """All that is published about one unit."""

    means_of: Group = Group()
    means: Mapping[str, Shown] = field(default_factory=dict)
    shares_of: Group = Group()
    shares: Mapping[tuple[str, Part], Shown] = field(default_factory=dict)
    agreement: Mapping[str, Agreement] = field(default_factory=dict)
    statistics: Mapping[tuple[str | None, str], str] = field(default_factory=dict)
    """(scale, statistic) -> two decimals; the county's only."""

    @property
    def shown(self) -> bool:
        """True where there is anything to show."""
        return self.means_of.n is not None


def figures_of(rows: Iterable[PublishedRow]) -> dict[int, Figures]:
    """Rows by unit, ready to be shown. A unit without rows is absent: it is not shown.

    A unit with the same figures as one below gets them from there, if that unit's rows are given.
    """
    by_unit: dict[int, list[PublishedRow]] = {}
    for row in rows:
        by_unit.setdefault(int(row.unit), []).append(row)
    own = {unit: _figures(found) for unit, found in by_unit.items()}
    return {unit: _with_those_below(figures, own) for unit, figures in own.items()}


def _with_those_below(figures: Figures, own: Mapping[int, Figures]) -> Figures:
    means_at, shares_at = figures.means_of.same_as, figures.shares_of.same_as
    if means_at is not None:
        other = own.get(means_at, Figures())
        figures = replace(figures, means_of=Group(other.means_of.n, means_at), means=other.means)
    if shares_at is not None:
        other = own.get(shares_at, Figures())
        group = Group(other.shares_of.n, shares_at)
        figures = replace(figures, shares_of=group, shares=other.shares, agreement=other.agreement)
    if figures.shown:
        return figures
    # A distribution shown alone would tell why the means are not.
    return replace(figures, shares_of=Group(), shares={}, agreement={})


def _figures(rows: Sequence[PublishedRow]) -> Figures:
    return Figures(
        means_of=_group(rows, Family.MEANS),
        means={str(row.scale): Shown(row.kind, row.value) for row in rows if row.measure is Measure.MEAN},
        shares_of=_group(rows, Family.DISTRIBUTIONS),
        shares={
            (str(row.item), row.part): Shown(row.kind, row.value)
            for row in rows
            if row.measure is Measure.SHARE and row.part is not None
        },
        agreement={str(row.scale): Agreement(row.value) for row in rows if row.measure is Measure.AGREEMENT},
        statistics={(row.scale, str(row.statistic)): row.value for row in rows if row.measure is Measure.STATISTIC},
    )


def _group(rows: Sequence[PublishedRow], family: Family) -> Group:
    own = {row.measure: row.value for row in rows if row.family is family}
    n, same_as = (int(own[measure]) if measure in own else None for measure in (Measure.N, Measure.SAME_AS))
    return Group(n, same_as)


@dataclass(frozen=True)
class Word:
    """How a mean compares with another, in a word; `since` is when the wave before closed.

    `reworded`: that wave had another version of the instrument.
    """

    scale: str
    against: Against
    word: Difference
    since: date | None
    reworded: bool


def reworded_since(words: Iterable[Word]) -> date | None:
    """When the wave before closed, if the statements were worded otherwise in it; None if not, or not compared."""
    return next((word.since for word in words if word.reworded), None)


@dataclass(frozen=True)
class ReadableRound:
    """A round of which the person reads something. `homes`: where they begin; empty: with the huvudmän."""

    id: int
    name: str
    programme: str
    closed_on: date
    homes: tuple[Place, ...]


@dataclass(frozen=True)
class OtherWave:
    """Another round, of any programme. `same_unit`: the person reads the same unit in it."""

    id: int
    name: str
    programme: str
    closed_on: date
    same_unit: bool


@dataclass(frozen=True)
class UnitResult:
    """Everything on one page of results. `above` is None, and `county` the unit itself, where it is the county."""

    wave: WaveHead
    place: Place
    figures: Figures
    above: Place | None
    county: Place
    line: tuple[Place, ...]
    """The units above, from the county down, that the person reads."""
    figures_above: Figures
    figures_county: Figures
    above_at: Place | None
    county_at: Place | None
    """The unit that shows the figures of the one above, and of the county, in its place, if the person reads it."""
    nearest: Place | None
    """For a unit that is not shown: the nearest above that is."""
    nearest_shares: Place | None
    """For one without a distribution: the nearest above that has one."""
    below: tuple[tuple[Place, Figures, Place | None], ...]
    """The units right below, each with the unit that shows its means in its place, if the person reads that."""
    means_at: Place | None
    shares_at: Place | None
    """The unit below that shows the same figures, if the person reads it: they are shown there alone."""
    words: tuple[Word, ...]
    others: tuple[OtherWave, ...]
    own: tuple[Place, ...]
    county_table: bool


@dataclass(frozen=True)
class CountyResult:
    """The huvudmän beside each other, in Swedish order."""

    wave: WaveHead
    county: Place
    figures: Figures
    lines: tuple[tuple[Place, Figures], ...]
    not_adopted: tuple[str, ...]
    others: tuple[OtherWave, ...]
    own: tuple[Place, ...]


@dataclass(frozen=True)
class MethodReport:
    """What the figures of a wave rest on; all counts are of what is shown."""

    wave: WaveHead
    county: Place
    figures: Figures
    units: int
    with_means: int
    with_shares: int
    coarser_means: int
    coarser_shares: int


def nearest_shown(line: Sequence[Place], figures: Mapping[int, Figures], family: Family) -> Place | None:
    """Of the units above, from the county down, the lowest with figures of this family."""
    for place in reversed(line):
        found = figures.get(place.id)
        if found and (found.means_of if family is Family.MEANS else found.shares_of).n is not None:
            return place
    return None
