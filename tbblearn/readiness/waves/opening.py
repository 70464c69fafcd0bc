"""Who a wave would invite today, and opening it: freeze the tree, fold small units, invite (docs/rules/surveys.md)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, or_, select

from tbblearn.audit.rules import Event
from tbblearn.db import db, stockholm_date
from tbblearn.people.belonging import grant_holds
from tbblearn.people.models import Grant, Leave, OrgUnit, Placement
from tbblearn.people.rules import Role
from tbblearn.readiness.figures.absorption import Folding, fold
from tbblearn.readiness.rules import Tree
from tbblearn.readiness.waves.actions import locked, log_wave, queue_letters, standing_of
from tbblearn.readiness.waves.steps import Step
from tbblearn.surveys.models import Invitation, Wave, WaveAdoption, WaveUnit
from tbblearn.surveys.waves import (
    APART_DAYS,
    INVITATION_MAIL,
    NobodyInvited,
    NotAdopted,
    TooFewInvited,
    TooSoon,
    WaveState,
    Workplace,
    place,
    too_near,
)


@dataclass(frozen=True)
class Places:
    """Who would be invited where, before small units are folded.

    `units`: top down, siblings in Swedish order. `held`: every employment of the day in them, by person.
    """

    units: Sequence[OrgUnit]
    parents: Mapping[int, int | None]
    held: Mapping[int, Sequence[Workplace]]
    invited: Mapping[int, int]
    """Person -> unit."""
    managers: Collection[int]
    """Invited persons who manage a unit, and are therefore invited in the one above it."""

    @property
    def tree(self) -> Tree:
        """The units as the figures know them."""
        return Tree.build((str(unit), None if above is None else str(above)) for unit, above in self.parents.items())

    def counts(self) -> dict[str, int]:
        """How many are invited directly in each unit."""
        return Counter(str(unit) for unit in self.invited.values())


def places_on(wave_id: int, today: date) -> Places:
    """Who would be invited where if the wave opened today; a fixed number of queries."""
    units = _units(wave_id, today)
    parents = {unit.id: unit.parent_id for unit in units}
    held = _held(parents, today)
    managed = _managed(parents, today)
    invited = {
        person_id: unit_id
        for person_id, employments in held.items()
        if (unit_id := place(employments, managed.get(person_id, ()), parents)) is not None
    }
    return Places(units, parents, held, invited, managed.keys() & invited.keys())


def _units(wave_id: int, today: date) -> list[OrgUnit]:
    """The county, the huvudmän that have adopted the wave, and all units below them that exist today; top down."""
    adopted = select(OrgUnit.path).join(WaveAdoption, WaveAdoption.unit_id == OrgUnit.id)
    reached = db.session.scalars(adopted.where(WaveAdoption.wave_id == wave_id)).all()
    if not reached:
        return []
    found = db.session.scalars(
        select(OrgUnit).where(
            or_(OrgUnit.parent_id.is_(None), *(OrgUnit.inside(path) for path in reached)), OrgUnit.exists_on(today)
        )
    ).all()
    below: dict[int | None, list[OrgUnit]] = defaultdict(list)
    for unit in found:
        below[unit.parent_id].append(unit)
    ordered: list[OrgUnit] = []
    waiting = sorted(below[None], key=lambda unit: unit.name_sort, reverse=True)
    while waiting:
        unit = waiting.pop()
        ordered.append(unit)
        waiting += sorted(below[unit.id], key=lambda one: (one.name_sort, one.id), reverse=True)
    return ordered


def _held(units: Collection[int], today: date) -> dict[int, list[Workplace]]:
    on_leave = select(Leave.id).where(Leave.employment_id == Placement.employment_id, Leave.holds_on(today)).exists()
    found: dict[int, list[Workplace]] = defaultdict(list)
    for person_id, unit_id, start_on, away in db.session.execute(
        select(Placement.person_id, Placement.unit_id, Placement.from_on, on_leave)
        .where(Placement.held_on(today))
        .order_by(Placement.person_id, Placement.id)
    ):
        if unit_id in units:
            found[person_id].append(Workplace(unit_id, start_on, on_leave=bool(away)))
    return found


def _managed(units: Collection[int], today: date) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for person_id, unit_id in db.session.execute(
        select(Grant.person_id, Grant.unit_id).where(Grant.role == Role.MANAGER, grant_holds(today))
    ):
        if unit_id in units:
            found[person_id].append(unit_id)
    return found


def waves_near(wave: Wave, opens_on: date) -> list[Wave]:
    """Waves of the same instrument and programme too near for opening that day, if they asked the same persons."""
    others = db.session.scalars(
        select(Wave).where(
            Wave.id != wave.id,
            Wave.programme_id == wave.programme_id,
            Wave.instrument == wave.instrument,
            Wave.opened_at.is_not(None),
            # A wave withdrawn before anybody read it tells nothing.
            or_(Wave.state != WaveState.WITHDRAWN, Wave.published_at.is_not(None)),
        )
    ).all()
    return [other for other in others if too_near(opens_on, ended_on(other))]


def near_waves(wave: Wave, invited: Collection[int], opens_on: date) -> list[tuple[Wave, int]]:
    """Waves too near that asked some of the same persons, with how many."""
    near = waves_near(wave, opens_on)
    if not near:
        return []
    shared = Counter(
        wave_id
        for wave_id, person_id in db.session.execute(
            select(Invitation.wave_id, Invitation.person_id).where(Invitation.wave_id.in_([one.id for one in near]))
        )
        if person_id in invited
    )
    return [(other, shared[other.id]) for other in near if shared[other.id]]


def ended_on(wave: Wave) -> date:
    """The day on which a wave closed or is to close."""
    return wave.closes_on if wave.closed_at is None else stockholm_date(wave.closed_at)


def open_wave(wave_id: int, *, by: int | None, now: datetime, today: date) -> int:
    """Freeze the tree, fold what is too small, invite everyone and queue their mail. Returns how many are invited.

    A wave opened in the night sends its mail in the morning. Raises NoSuchWave, WrongState, CheckFirst until the
    opening check is approved, LastDayGone, NotAdopted, NobodyInvited, TooFewInvited, TooSoon.
    """
    wave = locked(wave_id)
    standing_of(wave).demand(Step.OPEN, today)
    found = places_on(wave_id, today)
    if not found.units:
        raise NotAdopted(wave_id=wave_id)
    if not found.invited:
        raise NobodyInvited(wave_id=wave_id)
    if len(found.invited) < wave.k + wave.margin:
        raise TooFewInvited(least=wave.k + wave.margin)
    near = near_waves(wave, found.invited, today)
    if near:
        other, shared = max(near, key=lambda pair: ended_on(pair[0]))
        raise TooSoon(other=other.name, closes_on=ended_on(other), days=APART_DAYS, shared=shared)
    folding = fold(found.tree, found.counts(), wave.k, wave.margin)
    _freeze(wave_id, found, folding)
    _invite(wave_id, found, folding, now)
    wave.state, wave.opened_at, wave.invited = WaveState.OPEN, now, len(found.invited)
    wave.opens_on = today
    log_wave(Event.WAVE_OPENED, wave_id, by=by, now=now, invited=len(found.invited))
    return len(found.invited)


def _freeze(wave_id: int, found: Places, folding: Folding) -> None:
    rows = []
    for position, unit in enumerate(found.units):
        moved = folding.moved[str(unit.id)]
        into = folding.top_into if unit.parent_id is None else moved if moved != str(unit.id) else None
        rows.append(
            {
                "wave_id": wave_id,
                "unit_id": unit.id,
                "parent_id": unit.parent_id,
                "position": position,
                "key": f"{unit.source}/{unit.external_id}",
                "name": unit.name,
                "kind": unit.kind,
                "path": unit.path,
                "folded_into": None if into is None else int(into),
                "invited": folding.invited.get(str(unit.id), 0),
            }
        )
    db.session.execute(insert(WaveUnit), rows)


def _invite(wave_id: int, found: Places, folding: Folding, now: datetime) -> None:
    rows = [
        {"wave_id": wave_id, "person_id": person_id, "unit_id": int(folding.moved[str(unit_id)])}
        for person_id, unit_id in sorted(found.invited.items())
    ]
    db.session.execute(insert(Invitation), rows)
    invited = [row["person_id"] for row in rows]
    queue_letters(INVITATION_MAIL, wave_id, invited, now=now, from_on=stockholm_date(now))


def employed_outside(units: Collection[int], reached: Sequence[str], today: date) -> int:
    """How many employed today in the huvudmän with these paths have no unit among `units`."""
    if not reached:
        return 0
    rows = db.session.execute(
        select(Placement.person_id, Placement.unit_id)
        .join(OrgUnit, OrgUnit.id == Placement.unit_id)
        .where(Placement.held_on(today), or_(*(OrgUnit.inside(path) for path in reached)))
    ).all()
    inside = {person_id for person_id, unit_id in rows if unit_id in units}
    return len({person_id for person_id, _unit_id in rows} - inside)
