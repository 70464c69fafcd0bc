"""What an invited person sees of a wave. Nothing here reads an answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from tbblearn.db import db, run, stockholm_date
from tbblearn.people.belonging import grant_holds
from tbblearn.people.models import Grant, Leave, OrgUnit, Placement, Programme
from tbblearn.people.queries import huvudman_name
from tbblearn.people.rules import Role
from tbblearn.surveys.models import Invitation, Wave, WaveAdoption, WaveUnit
from tbblearn.surveys.waves import NoSuchWave, NotInvited, WaveState, taken_in

_worked_in = aliased(WaveUnit)
_counted_in = aliased(WaveUnit)
_away = (
    select(Leave.id)
    .where(Leave.employment_id == Placement.employment_id, Leave.holds_on(Wave.opens_on))
    .correlate(Placement, Wave)
    .exists()
)
# Where the person worked on the day of opening, by the rule of `waves.place` without that for managers; stored nowhere.
_WORK_PLACE = (
    select(_worked_in.name)
    .join(Placement, Placement.unit_id == _worked_in.unit_id)
    .where(
        _worked_in.wave_id == Wave.id,
        Placement.person_id == Invitation.person_id,
        Placement.held_on(Wave.opens_on),
        ~_away,
    )
    .order_by(Placement.from_on, Placement.unit_id)
    .limit(1)
    .correlate(Wave, Invitation)
    .scalar_subquery()
)
# Built once: building the statement costs as much as running it.
_INVITED: Select[*tuple[Any, ...]] = (
    select(
        Wave.id.label("wave_id"),
        Wave.name,
        Programme.name.label("programme"),
        Wave.instrument,
        Wave.instrument_version,
        Wave.state,
        Wave.opens_on,
        Wave.closes_on,
        Wave.k,
        Wave.k_distribution,
        Invitation.unit_id,
        WaveUnit.name.label("unit"),
        func.coalesce(_counted_in.name, WaveUnit.name).label("counted_in"),
        func.coalesce(_WORK_PLACE, WaveUnit.name).label("work_place"),
        Invitation.answered,
        Invitation.declined,
        Wave.staff_from_on,
        Wave.closed_at,
    )
    .join(Invitation, Invitation.wave_id == Wave.id)
    .join(Programme, Programme.id == Wave.programme_id)
    .join(WaveUnit, (WaveUnit.wave_id == Wave.id) & (WaveUnit.unit_id == Invitation.unit_id))
    .outerjoin(_counted_in, (_counted_in.wave_id == Wave.id) & (_counted_in.unit_id == WaveUnit.folded_into))
    .where(Wave.state != WaveState.PLANNED, Invitation.person_id == bindparam("person_id"))
)
_WAITING = _INVITED.where(
    Wave.state == WaveState.OPEN,
    Wave.closes_on >= bindparam("today"),
    Invitation.answered.is_(False),
    Invitation.declined.is_(False),
).order_by(Wave.closes_on, Wave.id)
_INVITED_TO_ONE = _INVITED.where(Invitation.wave_id == bindparam("wave_id"))


def last_day(closes_on: date, closed_at: datetime | None) -> date:
    """The last day on which a wave took, or will take, answers: it may be closed before the day that was planned."""
    return closes_on if closed_at is None else min(closes_on, stockholm_date(closed_at))


@dataclass(frozen=True)
class Invited:
    """A wave as an invited person meets it.

    `work_place`: where the person worked when it opened, which the statements are about. `unit`: where the person is
    invited, a larger unit for managers and where few are invited. `counted_in`: where the answers count, the same unit
    unless even the county's own are too few; then the largest unit below it.
    """

    wave_id: int
    name: str
    programme: str
    instrument: str
    instrument_version: str
    state: WaveState
    opens_on: date
    closes_on: date
    k: int
    k_distribution: int
    unit_id: int
    unit: str
    counted_in: str
    work_place: str
    answered: bool
    declined: bool
    staff_from_on: date | None
    closed_at: datetime | None

    @property
    def closed_on(self) -> date:
        """The last day on which answers were, or will be, taken."""
        return last_day(self.closes_on, self.closed_at)

    def open(self, today: date) -> bool:
        """True if it takes answers today."""
        return self.state is WaveState.OPEN and today <= self.closes_on

    def readable(self, today: date) -> bool:
        """True if everyone who was invited may read the results."""
        return self.state is WaveState.PUBLISHED and self.staff_from_on is not None and self.staff_from_on <= today


def invitations(person_id: int) -> list[Invited]:
    """Every wave that the person is or was lately invited to, newest first."""
    return [
        Invited(**row._mapping)
        for row in db.session.execute(
            _INVITED.order_by(Wave.closes_on.desc(), Wave.id.desc()), {"person_id": person_id}
        )
    ]


def waiting(person_id: int, today: date) -> list[Invited]:
    """Waves that take answers today and that the person has neither answered nor declined, the first to close first."""
    return [Invited(**row._mapping) for row in run(_WAITING, {"person_id": person_id, "today": today})]


def invitation(wave_id: int, person_id: int) -> Invited:
    """One wave that the person is invited to. Raises NotInvited, also where there is no such wave."""
    row = run(_INVITED_TO_ONE, {"person_id": person_id, "wave_id": wave_id}).one_or_none()
    if row is None:
        raise NotInvited(wave_id=wave_id)
    return Invited(**row._mapping)


def next_wave(person_id: int, followed: Iterable[str], today: date) -> tuple[date, bool] | None:
    """The last day of an open wave and True, or else the first day of the next approved one and False; or None.

    Only a wave that asks the person, will ask where they work, or reaches a unit with one of the paths `followed`:
    nobody hears of a round in another huvudman.
    """
    unit = aliased(OrgUnit)
    works_there = (
        select(Placement.id)
        .join(unit, unit.id == Placement.unit_id)
        .where(
            Placement.person_id == person_id,
            unit.inside(OrgUnit.path),
            or_(Placement.until_on.is_(None), Placement.until_on >= today),
        )
        .exists()
    )
    invited = (
        select(Invitation.wave_id).where(Invitation.wave_id == Wave.id, Invitation.person_id == person_id).exists()
    )
    rows = db.session.execute(
        select(Wave.state, Wave.opens_on, Wave.closes_on, OrgUnit.path, works_there, invited)
        .join(WaveAdoption, WaveAdoption.wave_id == Wave.id)
        .join(OrgUnit, OrgUnit.id == WaveAdoption.unit_id)
        .where(
            or_(
                and_(Wave.state == WaveState.OPEN, Wave.closes_on >= today),
                and_(Wave.state == WaveState.PLANNED, Wave.approved_at.is_not(None), Wave.opens_on >= today),
            )
        )
        .order_by(Wave.opens_on, Wave.id)
    )
    paths = list(followed)
    for state, opens_on, closes_on, huvudman, works, asked in rows:
        is_open = state is WaveState.OPEN
        if (asked if is_open else works) or any(taken_in([huvudman], path) for path in paths):
            return (closes_on, True) if is_open else (opens_on, False)
    return None


@dataclass(frozen=True)
class Asked:
    """A wave for those who try it out: the fields of Invited that are nobody's own."""

    wave_id: int
    name: str
    programme: str
    instrument: str
    instrument_version: str
    closes_on: date
    k: int
    k_distribution: int


def asked(wave_id: int) -> Asked:
    """A wave in any state, as it asks. Raises NoSuchWave."""
    row = db.session.execute(
        select(
            *(Wave.id.label("wave_id"), Wave.name, Programme.name.label("programme"), Wave.instrument),
            *(Wave.instrument_version, Wave.closes_on, Wave.k, Wave.k_distribution),
        )
        .join(Programme, Programme.id == Wave.programme_id)
        .where(Wave.id == wave_id)
    ).one_or_none()
    if row is None:
        raise NoSuchWave(wave_id=wave_id)
    return Asked(**row._mapping)


def published_from(wave_id: int) -> date | None:
    """The day from which everyone who was invited reads the result; None where it is not published, or withdrawn."""
    return db.session.scalar(select(Wave.staff_from_on).where(Wave.id == wave_id, Wave.state == WaveState.PUBLISHED))


def huvudman_of(wave_id: int, unit_id: int) -> str:
    """Name of the huvudman that a unit of the wave belongs to; empty for the county."""
    return _huvudman(WaveUnit.unit_id == unit_id, wave_id) or ""


def huvudman_of_manager(wave_id: int, person_id: int, today: date) -> str | None:
    """Name of the huvudman of the highest unit of the wave that the person manages today; empty for the county.

    None for somebody who manages none.
    """
    managed = select(Grant.unit_id).where(Grant.person_id == person_id, Grant.role == Role.MANAGER, grant_holds(today))
    return _huvudman(WaveUnit.unit_id.in_(managed), wave_id)


def _huvudman(units: ColumnElement[bool], wave_id: int) -> str | None:
    path = db.session.scalar(
        select(WaveUnit.path).where(WaveUnit.wave_id == wave_id, units).order_by(WaveUnit.position).limit(1)
    )
    return None if path is None else (huvudman_name(path) or "")
