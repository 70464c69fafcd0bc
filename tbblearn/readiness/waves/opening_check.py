"""The opening check: what a process leader must have seen before a wave opens, with today's figures."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from tbblearn.db import db
from tbblearn.people.models import OrgUnit, Placement
from tbblearn.people.queries import within
from tbblearn.people.rules import Scope, UnitKind
from tbblearn.readiness.waves.opening import Places, employed_outside, ended_on, near_waves, places_on, waves_near
from tbblearn.readiness.waves.opening_lines import Line, LineKind, estimate
from tbblearn.surveys.models import Wave, WaveAdoption
from tbblearn.surveys.waves import APART_DAYS, NoSuchWave


@dataclass(frozen=True)
class OpeningCheck:
    """Every line of the check as it is today, those that stop the opening first."""

    lines: tuple[Line, ...]

    @property
    def blocking(self) -> list[Line]:
        """Lines that stop the wave from opening."""
        return [line for line in self.lines if line.blocking]

    @property
    def to_see(self) -> list[Line]:
        """Lines to be ticked."""
        return [line for line in self.lines if not line.blocking]

    @property
    def codes(self) -> list[str]:
        """The codes of all lines, for `actions.approve`."""
        return [line.code for line in self.lines]

    def seen(self, ticked: list[str]) -> list[str]:
        """The ticks that count; none helps against a line that stops the opening."""
        return [line.code for line in self.to_see if line.code in set(ticked)]


def opening_check(wave_id: int, scope: Scope, today: date) -> OpeningCheck:
    """The lines for a wave that opens on its first day, or today if that has passed. Raises NoSuchWave.

    A fixed number of queries. Staff and units are those of today; `scope`: the huvudmän that the reader may see.
    """
    wave = db.session.get(Wave, wave_id)
    if wave is None:
        raise NoSuchWave(wave_id=wave_id)
    adopted, others = _huvudmen(wave_id, scope, today)
    found = places_on(wave_id, today)
    lines: list[Line] = []
    if wave.closes_on < today:
        lines.append(Line(LineKind.DATES, on=wave.closes_on))
    if not adopted:
        lines.append(Line(LineKind.NOBODY_ADOPTED))
    elif not found.invited:
        lines.append(Line(LineKind.NOBODY_INVITED))
    elif len(found.invited) < wave.k + wave.margin:
        lines.append(Line(LineKind.TOO_FEW_INVITED, {"least": wave.k + wave.margin}))
    lines += _near(wave, found, today)
    lines.append(Line(LineKind.NOT_ADOPTED, units=[(unit.name, None) for unit in others]))
    if adopted:
        lines += _of_staff(wave, found, adopted, today)
    return OpeningCheck(tuple(lines))


def hindrances(wave_id: int, scope: Scope, today: date) -> list[Line]:
    """Lines that stop the wave from opening today, if any. Raises NoSuchWave.

    Asked whenever a wave that is ready to open is viewed, so all employments are read only if something may stop it:
    its days, another wave near it, or nobody employed where it has been adopted.
    """
    wave = db.session.get(Wave, wave_id)
    if wave is None:
        raise NoSuchWave(wave_id=wave_id)
    if wave.closes_on >= today and _anybody(wave_id, today) and not waves_near(wave, max(today, wave.opens_on)):
        return []
    return opening_check(wave_id, scope, today).blocking


def _anybody(wave_id: int, today: date) -> bool:
    """True if anybody is employed today in a huvudman that has adopted the wave."""
    unit, top = aliased(OrgUnit), aliased(OrgUnit)
    found = (
        select(Placement.id)
        .join(unit, unit.id == Placement.unit_id)
        .join(top, unit.inside(top.path))
        .join(WaveAdoption, WaveAdoption.unit_id == top.id)
        .where(WaveAdoption.wave_id == wave_id, Placement.held_on(today))
        .limit(1)
    )
    return db.session.scalar(found) is not None


def _huvudmen(wave_id: int, scope: Scope, today: date) -> tuple[list[OrgUnit], list[OrgUnit]]:
    """The huvudmän that have adopted the wave, and the present ones that have not; in Swedish order."""
    adopted = set(db.session.scalars(select(WaveAdoption.unit_id).where(WaveAdoption.wave_id == wave_id)))
    units = db.session.scalars(
        select(OrgUnit).where(OrgUnit.kind == UnitKind.HUVUDMAN, within(scope)).order_by(OrgUnit.name_sort)
    ).all()
    there = [
        unit for unit in units if unit.id in adopted or unit.valid_until_on is None or unit.valid_until_on >= today
    ]
    return [unit for unit in there if unit.id in adopted], [unit for unit in there if unit.id not in adopted]


def _near(wave: Wave, found: Places, today: date) -> list[Line]:
    near = near_waves(wave, found.invited, max(today, wave.opens_on))
    if not near:
        return [Line(LineKind.NO_NEAR_WAVE)]
    return [
        Line(
            LineKind.NEAR_WAVE,
            {"wave": other.id, "shared": shared},
            other=other.name,
            on=ended_on(other) + timedelta(days=APART_DAYS),
        )
        for other, shared in near
    ]


def _of_staff(wave: Wave, found: Places, adopted: list[OrgUnit], today: date) -> list[Line]:
    known = _newest_known(adopted)
    shown = estimate(found.tree, found.counts(), wave.k, wave.margin) if found.units else None
    lines = [
        Line(LineKind.INVITED, {"persons": len(found.invited), "units": len(set(found.invited.values()))}),
        Line(LineKind.STAFF_DATA, units=[(unit.name, known.get(unit.id)) for unit in adopted]),
        Line(
            LineKind.OUTSIDE,
            {"persons": employed_outside(found.parents.keys(), [unit.path for unit in adopted], today)},
        ),
        Line(LineKind.ON_LEAVE, {"persons": len(found.held) - len(found.invited)}),
        Line(
            LineKind.SEVERAL_JOBS,
            {"persons": sum(len(jobs) > 1 for person, jobs in found.held.items() if person in found.invited)},
        ),
        Line(LineKind.MANAGERS, {"persons": len(found.managers)}),
    ]
    if shown is not None:
        lines += [
            Line(
                LineKind.NEVER_SHOWN,
                {"units": shown.never, "persons": shown.never_staff, "least": wave.k + wave.margin},
            ),
            Line(
                LineKind.ESTIMATE,
                {
                    "leaves_shown": shown.leaves_shown,
                    "leaves": shown.leaves,
                    "staff_shown": shown.staff_shown,
                    "staff": shown.staff,
                },
            ),
        ]
    return lines


def _newest_known(adopted: list[OrgUnit]) -> dict[int, date]:
    """The latest day on which an employment of each huvudman became known: the best sign of how old its data are."""
    top, unit = aliased(OrgUnit), aliased(OrgUnit)
    rows = db.session.execute(
        select(top.id, func.max(Placement.known_on).label("known_on"))
        .join(unit, unit.inside(top.path))
        .join(Placement, Placement.unit_id == unit.id)
        .where(top.id.in_([one.id for one in adopted]))
        .group_by(top.id)
    )
    return {row.id: row.known_on for row in rows}
