"""What somebody who is invited sees of a wave. Nothing here reads an answer."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from tbblearn.db import db
from tbblearn.people.models import Programme
from tbblearn.surveys.models import Invitation, Wave, WaveUnit
from tbblearn.surveys.waves import NotInvited, WaveState


@dataclass(frozen=True)
class Invited:
    """A wave as one person who is invited to it meets it."""

    wave_id: int
    name: str
    programme: str
    instrument: str
    state: WaveState
    opens_on: date
    closes_on: date
    k: int
    k_distribution: int
    unit_id: int
    unit: str
    answered: bool
    declined: bool
    staff_from_on: date | None

    def open(self, today: date) -> bool:
        """True when it takes answers today."""
        return self.state is WaveState.OPEN and today <= self.closes_on

    def readable(self, today: date) -> bool:
        """True when everyone who was invited may read the results."""
        return self.state is WaveState.PUBLISHED and self.staff_from_on is not None and self.staff_from_on <= today


def invitations(person_id: int) -> list[Invited]:
    """Every wave that the person is, or lately was, invited to; the newest first."""
    return [
        Invited(*row)
        for row in db.session.execute(
            _invited().where(Invitation.person_id == person_id).order_by(Wave.closes_on.desc(), Wave.id.desc())
        )
    ]


def invitation(wave_id: int, person_id: int) -> Invited:
    """One wave that the person is invited to. Raises NotInvited, also where there is no such wave."""
    row = db.session.execute(
        _invited().where(Invitation.wave_id == wave_id, Invitation.person_id == person_id)
    ).one_or_none()
    if row is None:
        raise NotInvited(wave_id=wave_id)
    return Invited(*row)


def _invited() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Wave.id,
            Wave.name,
            Programme.name.label("programme"),
            Wave.instrument,
            Wave.state,
            Wave.opens_on,
            Wave.closes_on,
            Wave.k,
            Wave.k_distribution,
            Invitation.unit_id,
            WaveUnit.name.label("unit"),
            Invitation.answered,
            Invitation.declined,
            Wave.staff_from_on,
        )
        .join(Invitation, Invitation.wave_id == Wave.id)
        .join(Programme, Programme.id == Wave.programme_id)
        .join(WaveUnit, (WaveUnit.wave_id == Wave.id) & (WaveUnit.unit_id == Invitation.unit_id))
        .where(Wave.state != WaveState.PLANNED)
    )
