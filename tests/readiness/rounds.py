"""A county with units of many sizes, and survey rounds in it, made through the same actions as the product."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import select

from tbblearn.db import db, read_only, unit_of_work
from tbblearn.people.models import OrgUnit, Programme
from tbblearn.people.rules import Level, Role, UnitKind
from tbblearn.readiness.waves.actions import NewWave, adopt_wave, approve, plan_wave
from tbblearn.readiness.waves.checking import check, closed_wave, keep_check
from tbblearn.readiness.waves.closing import close_wave
from tbblearn.readiness.waves.opening import open_wave
from tbblearn.readiness.waves.publishing import publish_wave
from tbblearn.readiness.waves.timing import clean
from tbblearn.surveys.actions import submit
from tbblearn.surveys.instruments import instrument
from tbblearn.surveys.models import Invitation
from tests.factories import NOW, TODAY, grant, make_person, make_unit

SIZES: Mapping[str, Mapping[str, Sequence[int]]] = {
    "region": {"barn": (14, 9, 4, 3), "vuxen": (22, 6)},
    "flen": {"skola": (12, 4, 3), "omsorg": (8,)},
}
"""Huvudman -> verksamhet -> staff of each enhet below it."""

CODES = tuple(item.code for item in instrument("oric").items)


@dataclass
class Round:
    """Ids of units and persons by name, and the wave. `staff` are those of each enhet."""

    units: dict[str, int] = field(default_factory=dict)
    staff: dict[str, list[int]] = field(default_factory=dict)
    holders: dict[Role, int] = field(default_factory=dict)
    programme_id: int = 0
    wave_id: int = 0

    @classmethod
    def county(cls, sizes: Mapping[str, Mapping[str, Sequence[int]]] = SIZES) -> "Round":
        """The county, with a manager for `barn`, a pilot for its first unit, a follow-up lead and a process leader."""
        made = cls()
        with unit_of_work():
            programme = db.session.scalar(select(Programme).where(Programme.slug == "tbb"))
            if programme is None:
                programme = Programme(slug="tbb", name="Tillsammans för barnens bästa")
                db.session.add(programme)
                db.session.flush()
            made.programme_id = programme.id
            root = made._unit("sormland", make_unit(None, "sormland", UnitKind.COUNTY, name="Sörmland"))
            for slug, parts in sizes.items():
                top = made._unit(slug, make_unit(root, slug, UnitKind.HUVUDMAN, source=slug, level=Level.BASE))
                for part, leaves in parts.items():
                    middle = made._unit(part, make_unit(top, part, UnitKind.VERKSAMHET))
                    for number, size in enumerate(leaves, 1):
                        name = f"{part}-{number}"
                        leaf = made._unit(name, make_unit(middle, name))
                        made.staff[name] = [make_person(leaf).id for _ in range(size)]
            made._hold(Role.MANAGER, "barn")
            made._hold(Role.PILOT, "barn-1")
            made._hold(Role.FOLLOW_UP, "region")
            made._hold(Role.PROCESS_LEADER, "sormland")
        return made

    def _unit(self, name: str, unit: OrgUnit) -> OrgUnit:
        self.units[name] = unit.id
        return unit

    def _hold(self, role: Role, unit: str) -> None:
        """Somebody employed in the largest unit of the region holds the role."""
        place = db.session.get_one(OrgUnit, self.units["vuxen-1"])
        holder = make_person(place)
        grant(holder, db.session.get_one(OrgUnit, self.units[unit]), role)
        self.holders[role] = holder.id

    def plan(
        self, *, today: date = TODAY, days: int = 14, k: int = 5, k_distribution: int = 10, only: Collection[str] = ()
    ) -> int:
        """A wave that every huvudman (or `only` these) has adopted and somebody has approved."""
        leader = self.holders[Role.PROCESS_LEADER]
        with unit_of_work():
            new = NewWave(self.programme_id, f"Mätning {today}", today, today + timedelta(days=days), k, k_distribution)
            self.wave_id = plan_wave(new, by=leader, now=NOW)
            every = db.session.scalars(select(OrgUnit.id).where(OrgUnit.kind == UnitKind.HUVUDMAN)).all()
            for unit_id in [self.units[name] for name in only] or every:
                adopt_wave(self.wave_id, unit_id, adopted_on=today, reference="§ 12", by=leader, now=NOW)
            approve(self.wave_id, lines=(), seen=(), by=leader, now=NOW)
        return self.wave_id

    def open(self, *, now: datetime = NOW, today: date = TODAY, only: Collection[str] = ()) -> int:
        """Plan and open a wave."""
        self.plan(today=today, only=only)
        with unit_of_work():
            open_wave(self.wave_id, by=None, now=now, today=today)
        return self.wave_id

    def invited(self) -> list[tuple[int, int]]:
        """(person, unit) of every invitation, by person."""
        rows = db.session.execute(
            select(Invitation.person_id, Invitation.unit_id)
            .where(Invitation.wave_id == self.wave_id)
            .order_by(Invitation.person_id)
        )
        return [(person_id, unit_id) for person_id, unit_id in rows]

    def answer(self, person_id: int, answers: Mapping[str, str], *, today: date = TODAY) -> bool:
        """One person answers."""
        with unit_of_work():
            return submit(self.wave_id, person_id, answers, today=today)

    def answer_all(self, *, seed: int = 1, share: float = 1.0, today: date = TODAY) -> dict[int, dict[str, str]]:
        """Everybody, or so large a share, answers; returns who said what. In random order."""
        rng = Random(seed)
        people = [person_id for person_id, _unit in self.invited()]
        rng.shuffle(people)
        given = {person_id: some_answers(rng) for person_id in people[: round(share * len(people))]}
        db.session.rollback()
        for person_id, answers in given.items():
            assert self.answer(person_id, answers, today=today)
        return given

    def close(self, *, now: datetime = NOW) -> None:
        """Close and wipe."""
        with unit_of_work():
            close_wave(self.wave_id, by=None, now=now)
        assert clean() == {"waves_cleaned": 1}

    def audit(self, *, now: datetime = NOW) -> bool:
        """Run the privacy check and keep what it says."""
        with read_only():
            closed = closed_wave(self.wave_id)
        checked = check(closed)
        with unit_of_work():
            return keep_check(closed, checked, by=None, now=now)

    def publish(self, *, now: datetime = NOW, today: date = TODAY, managers_first_days: int = 7) -> None:
        """Publish and wipe."""
        with unit_of_work():
            publish_wave(self.wave_id, by=None, now=now, today=today, managers_first_days=managers_first_days)
        clean()

    def run(self, *, seed: int = 1, share: float = 1.0, now: datetime = NOW, today: date = TODAY) -> None:
        """A whole round from planning to publication."""
        self.open(now=now, today=today)
        self.answer_all(seed=seed, share=share, today=today)
        self.close(now=now)
        assert self.audit(now=now)
        self.publish(now=now, today=today)


def open_survey(programme_id: int, leader: int, *, now: datetime = NOW, today: date = TODAY) -> int:
    """A wave that every huvudman has adopted, open from today. Inside a unit of work; returns its id."""
    new = NewWave(programme_id, f"Mätning {today}", today, today + timedelta(days=14), 5, 10)
    wave_id = plan_wave(new, by=leader, now=now)
    for unit_id in db.session.scalars(select(OrgUnit.id).where(OrgUnit.kind == UnitKind.HUVUDMAN)):
        adopt_wave(wave_id, unit_id, adopted_on=today, reference="§ 12", by=leader, now=now)
    approve(wave_id, lines=(), seen=(), by=leader, now=now)
    open_wave(wave_id, by=None, now=now, today=today)
    return wave_id


def some_answers(rng: Random) -> dict[str, str]:
    """A whole set of answers, somewhere round a person's own mood."""
    mood = rng.choice((2, 3, 3, 4))
    return {code: str(min(5, max(1, mood + rng.choice((-1, 0, 0, 1))))) for code in CODES}
