"""What a process leader's pages show of survey rounds. No query here reads an answer or who gave one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import false, func, or_, select

from tbblearn.db import db
from tbblearn.people.models import OrgUnit, Programme
from tbblearn.people.queries import within
from tbblearn.people.rules import Scope, UnitKind
from tbblearn.readiness.waves.actions import standing_of
from tbblearn.readiness.waves.steps import Standing
from tbblearn.surveys.models import Wave, WaveAdoption, WaveUnit
from tbblearn.surveys.queries import last_day
from tbblearn.surveys.waves import NoSuchWave, WaveState


@dataclass(frozen=True)
class WaveRow:
    """A wave in the list."""

    id: int
    programme: str
    name: str
    state: WaveState
    opens_on: date
    closed_on: date
    """The last day on which answers were, or will be, taken."""
    adopted: int
    """How many huvudmän have adopted it."""


def waves_by_programme() -> list[tuple[str, list[WaveRow]]]:
    """Every wave, newest first, by name of its programme; programmes by age."""
    adopted = select(func.count()).where(WaveAdoption.wave_id == Wave.id).correlate(Wave).scalar_subquery()
    found: dict[str, list[WaveRow]] = {}
    columns = (Wave.id, Programme.name.label("programme"), Wave.name, Wave.state, Wave.opens_on)
    for row in db.session.execute(
        select(*columns, Wave.closes_on, Wave.closed_at, adopted.label("adopted"))
        .join(Programme, Programme.id == Wave.programme_id)
        .order_by(Programme.id, Wave.opens_on.desc(), Wave.id.desc())
    ):
        shown = WaveRow(
            id=row.id,
            programme=row.programme,
            name=row.name,
            state=row.state,
            opens_on=row.opens_on,
            closed_on=last_day(row.closes_on, row.closed_at),
            adopted=row.adopted,
        )
        found.setdefault(row.programme, []).append(shown)
    return list(found.items())


def programmes() -> list[tuple[int, str]]:
    """The county's programmes: id and name."""
    return [
        (key, name) for key, name in db.session.execute(select(Programme.id, Programme.name).order_by(Programme.id))
    ]


@dataclass(frozen=True)
class Huvudman:
    """A huvudman, and what it has decided on a wave."""

    id: int
    name: str
    adopted_on: date | None
    reference: str


@dataclass(frozen=True)
class Rate:
    """A band of the response rate; None: not shown."""

    unit: str
    band: str | None


@dataclass(frozen=True)
class CheckResult:
    """The outcome of the last privacy check. `coarser`: some figures are shown less finely, or not at all.

    Which ones is for whoever runs the commands: it would tell why something is not shown.
    """

    passed: bool
    timed_out: bool
    coarser: bool


@dataclass(frozen=True)
class WavePage:
    """A wave as its page shows it."""

    id: int
    version: int
    name: str
    programme: str
    instrument: str
    k: int
    k_distribution: int
    standing: Standing
    opened_at: datetime | None
    closed_at: datetime | None
    audited_at: datetime | None
    published_at: datetime | None
    withdrawn_at: datetime | None
    staff_from_on: date | None
    invited: int
    rated_on: date | None
    huvudmen: Sequence[Huvudman]
    rates: Sequence[Rate]
    check: CheckResult | None

    @property
    def state(self) -> WaveState:
        """The wave's state."""
        return self.standing.state

    @property
    def closed_on(self) -> date:
        """The last day on which answers were, or will be, taken."""
        return last_day(self.standing.closes_on, self.closed_at)

    @property
    def adopted(self) -> list[Huvudman]:
        """Those who have adopted it."""
        return [one for one in self.huvudmen if one.adopted_on is not None]

    @property
    def others(self) -> list[Huvudman]:
        """Those who have not."""
        return [one for one in self.huvudmen if one.adopted_on is None]


def wave_page(wave_id: int, scope: Scope) -> WavePage:
    """A wave with the huvudmän in the scope. A fixed number of queries. Raises NoSuchWave."""
    row = db.session.execute(
        select(Wave, Programme.name).join(Programme, Programme.id == Wave.programme_id).where(Wave.id == wave_id)
    ).one_or_none()
    if row is None:
        raise NoSuchWave(wave_id=wave_id)
    wave, programme = row
    huvudmen = _huvudmen(wave_id, scope)
    return WavePage(
        id=wave.id,
        version=wave.version,
        name=wave.name,
        programme=programme,
        instrument=wave.instrument,
        k=wave.k,
        k_distribution=wave.k_distribution,
        standing=standing_of(wave, sum(one.adopted_on is not None for one in huvudmen)),
        opened_at=wave.opened_at,
        closed_at=wave.closed_at,
        audited_at=wave.audited_at,
        published_at=wave.published_at,
        withdrawn_at=wave.withdrawn_at,
        staff_from_on=wave.staff_from_on,
        invited=wave.invited,
        rated_on=wave.rated_on,
        huvudmen=huvudmen,
        rates=_rates(wave_id, scope) if wave.state is WaveState.OPEN else (),
        check=_check_result(wave),
    )


def _huvudmen(wave_id: int, scope: Scope) -> list[Huvudman]:
    """The scope's huvudmän that exist or have decided on the wave, in Swedish order."""
    rows = db.session.execute(
        select(OrgUnit.id, OrgUnit.name, WaveAdoption.adopted_on, WaveAdoption.reference)
        .outerjoin(WaveAdoption, (WaveAdoption.unit_id == OrgUnit.id) & (WaveAdoption.wave_id == wave_id))
        .where(
            OrgUnit.kind == UnitKind.HUVUDMAN,
            within(scope),
            or_(OrgUnit.valid_until_on.is_(None), WaveAdoption.unit_id.is_not(None)),
        )
        .order_by(OrgUnit.name_sort, OrgUnit.id)
    )
    return [Huvudman(key, name, adopted_on, reference or "") for key, name, adopted_on, reference in rows]


def _rates(wave_id: int, scope: Scope) -> list[Rate]:
    """Bands of the county and each huvudman, as last renewed."""
    rows = db.session.execute(
        select(WaveUnit.name, WaveUnit.rate_band)
        .where(
            WaveUnit.wave_id == wave_id,
            or_(WaveUnit.kind == UnitKind.HUVUDMAN, WaveUnit.parent_id.is_(None)),
            or_(false(), *(WaveUnit.path.like(f"{path}%") for path in scope.paths)),
        )
        .order_by(WaveUnit.position)
    )
    return [Rate(name, band) for name, band in rows]


def _check_result(wave: Wave) -> CheckResult | None:
    report = wave.audit_report
    if report is None:
        return None
    return CheckResult(report["passed"], report["timed_out"], bool(report.get("fallen_back")))
