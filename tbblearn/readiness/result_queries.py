"""What one page of results needs: published rows and the frozen tree, never an answer (design.md 3).

The number of queries is the same however many units there are, and no query here names the table of answers.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import aliased

from tbblearn.db import db, stockholm_date
from tbblearn.people.models import OrgUnit, Programme
from tbblearn.people.rules import UnitKind
from tbblearn.readiness.models import FigureComparison, PublishedFigure
from tbblearn.readiness.result_rules import (
    CountyResult,
    Figures,
    MethodReport,
    NotYetReadable,
    OtherWave,
    Place,
    Reader,
    ResultWithdrawn,
    UnitResult,
    WaveHead,
    Who,
    Word,
    figures_of,
    line_of,
    nearest_shown,
    reader_of,
)
from tbblearn.readiness.rules import Family, Kind, Measure, PublishedRow
from tbblearn.surveys.models import Invitation, Wave, WaveUnit
from tbblearn.surveys.waves import NoSuchWave, WaveState

NOTHING = Figures()


def unit_result(wave_id: int, unit_id: int, who: Who, today: date) -> UnitResult:
    """The results of one unit. Raises NoSuchWave (also where this person may not read them), NotYetReadable,
    ResultWithdrawn.
    """
    head, place, places, reader = _unit_for(wave_id, unit_id, who, today)
    line = [places[step] for step in place.line[:-1]]
    children = [one for one in places.values() if one.parent_id == place.id]
    below = [one for one in children if reader.reads_as_part(one)]
    figures = _figures(wave_id, place.id, [one.id for one in (*line, *children)])
    own = figures.get(place.id, NOTHING)
    names = {one.id: one.name for one in children if reader.reads(one)}
    return UnitResult(
        wave=head,
        place=place,
        figures=own,
        above=line[-1] if line else None,
        county=line[0] if line else place,
        line=tuple(one for one in line if reader.reads(one)),
        figures_above=figures.get(line[-1].id, NOTHING) if line else NOTHING,
        figures_county=figures.get((line[0] if line else place).id, NOTHING),
        nearest=None if own.shown else nearest_shown(line, figures, Family.MEANS),
        nearest_shares=None if own.shares_of.n else nearest_shown(line, figures, Family.DISTRIBUTIONS),
        below=tuple((one, figures.get(one.id, NOTHING)) for one in below),
        same_means=_name(own.means_of.same_as, names),
        same_shares=_name(own.shares_of.same_as, names),
        words=_words(wave_id, place.id),
        others=_others(head, place.id, who, today),
        own=places.get(reader.home) if reader.home is not None else None,
        county_table=reader.reads_county_table(place.line[0]),
    )


def unit_place(wave_id: int, unit_id: int, who: Who, today: date) -> tuple[WaveHead, Place]:
    """A unit whose results the person may read, shown or not. Raises as `unit_result` does."""
    head, place, _, _ = _unit_for(wave_id, unit_id, who, today)
    return head, place


def own_unit(wave_id: int, who: Who, today: date) -> int | None:
    """The unit in which the person begins; None for who begins with the huvudmän of the county.

    Raises as `unit_result` does.
    """
    head = _head(wave_id)
    invited_in = _invited_in(wave_id, who)
    places = _places(wave_id, {*who.known_units, *((invited_in,) if invited_in else ())}, root=True)
    reader = _reader(head, who, invited_in, places, today)
    if not reader.reads_something:
        if reader.later and head.staff_from_on is not None:
            raise NotYetReadable(staff_from_on=head.staff_from_on)
        raise NoSuchWave(wave_id=wave_id)
    return reader.home


def county_result(wave_id: int, who: Who, today: date) -> CountyResult:
    """The huvudmän beside each other, for who follows all of the county. Raises as `unit_result` does."""
    head = _head(wave_id)
    places = _places(wave_id, who.known_units, root=True, huvudmen=True)
    reader = _reader(head, who, None, places, today)
    root = next((place for place in places.values() if place.is_county), None)
    if root is None or not reader.reads_county_table(root.id):
        raise NoSuchWave(wave_id=wave_id)
    lines = [place for place in places.values() if place.kind is UnitKind.HUVUDMAN]
    figures = _figures(wave_id, root.id, [place.id for place in lines], agreement=True)
    return CountyResult(
        head,
        root,
        figures.get(root.id, NOTHING),
        tuple((place, figures.get(place.id, NOTHING)) for place in lines),
        _not_adopted(wave_id, head.opens_on),
        _others(head, root.id, who, today),
    )


def method_report(wave_id: int, who: Who, today: date) -> MethodReport:
    """What the figures of a wave rest on, for everyone who reads any of them. Raises as `unit_result` does."""
    head = _head(wave_id)
    invited_in = _invited_in(wave_id, who)
    places = _places(wave_id, {*who.known_units, *((invited_in,) if invited_in else ())}, root=True)
    reader = _reader(head, who, invited_in, places, today)
    root = next((place for place in places.values() if place.is_county), None)
    if root is not None and not reader.reads_something and reader.later:
        raise NotYetReadable(staff_from_on=head.staff_from_on)
    if root is None or not reader.reads_something:
        raise NoSuchWave(wave_id=wave_id)
    figures = _figures(wave_id, root.id, [])
    units = db.session.scalar(select(func.count()).select_from(WaveUnit).where(WaveUnit.wave_id == wave_id)) or 0
    kinds = _kinds(wave_id)
    means = {unit: kinds[unit, Family.MEANS] for unit, family in kinds if family is Family.MEANS}
    shares = {unit: kinds[unit, Family.DISTRIBUTIONS] for unit, family in kinds if family is Family.DISTRIBUTIONS}
    return MethodReport(
        head,
        root,
        figures.get(root.id, NOTHING),
        units,
        len(means),
        len(shares),
        sum(band != "5-9" and Kind.HALF in found for band, found in means.values()),
        sum(band not in ("10-14", "15-19", "20-29") and Kind.BAND in found for band, found in shares.values()),
    )


def newest_wave(who: Who, today: date) -> int | None:
    """The wave published last of those in which the person reads anything today."""
    for head, invited_in, places in _published(who, None):
        if _reader(head, who, invited_in, places, today).reads_something:
            return head.id
    return None


# --- the wave and its reader --------------------------------------------------------------------------------------


def _waves() -> Select[*tuple[Any, ...]]:
    return select(
        Wave.id,
        Wave.name,
        Programme.name.label("programme"),
        Wave.instrument,
        Wave.instrument_version,
        Wave.state,
        Wave.opens_on,
        Wave.closes_on,
        Wave.staff_from_on,
        Wave.k,
        Wave.k_distribution,
        Wave.incomplete,
        Wave.withdrawn_at,
    ).join(Programme, Programme.id == Wave.programme_id)


def _as_head(row: Any) -> WaveHead:
    return WaveHead(*(*row[:12], row[12] and stockholm_date(row[12])))


def _head(wave_id: int) -> WaveHead:
    """A wave that is published or withdrawn; of any other nothing is known here."""
    row = db.session.execute(
        _waves().where(Wave.id == wave_id, Wave.state.in_((WaveState.PUBLISHED, WaveState.WITHDRAWN)))
    ).one_or_none()
    if row is None:
        raise NoSuchWave(wave_id=wave_id)
    return _as_head(row)


def _invited_in(wave_id: int, who: Who) -> int | None:
    return db.session.scalar(
        select(Invitation.unit_id).where(Invitation.wave_id == wave_id, Invitation.person_id == who.person_id)
    )


def _reader(
    head: WaveHead, who: Who, invited_in: int | Place | None, places: Mapping[int, Place], today: date
) -> Reader:
    """Raises ResultWithdrawn for who could have read something of a wave that was taken back."""
    own = places[invited_in] if isinstance(invited_in, int) else invited_in
    reader = reader_of(who, own, head.staff_from_on, places, today)
    if head.state is WaveState.WITHDRAWN and (reader.reads_something or reader.later):
        raise ResultWithdrawn(name=head.name, withdrawn_on=head.withdrawn_on)
    return reader


def _unit_for(wave_id: int, unit_id: int, who: Who, today: date) -> tuple[WaveHead, Place, dict[int, Place], Reader]:
    head = _head(wave_id)
    invited_in = _invited_in(wave_id, who)
    path = db.session.scalar(select(WaveUnit.path).where(WaveUnit.wave_id == wave_id, WaveUnit.unit_id == unit_id))
    if path is None:
        raise NoSuchWave(wave_id=wave_id)
    wanted = {*line_of(path), *who.known_units, *((invited_in,) if invited_in else ())}
    places = _places(wave_id, wanted, below=unit_id)
    place = places[unit_id]
    own = places.get(invited_in) if invited_in else None
    reader = reader_of(who, own, head.staff_from_on, places, today)
    if reader.reads(place) or place.id in reader.later:
        if head.state is WaveState.WITHDRAWN:
            raise ResultWithdrawn(name=head.name, withdrawn_on=head.withdrawn_on)
        if not reader.reads(place):
            raise NotYetReadable(staff_from_on=head.staff_from_on)
        return head, place, places, reader
    raise NoSuchWave(wave_id=wave_id)


def _places(
    wave_id: int, ids: Collection[int], *, below: int | None = None, root: bool = False, huvudmen: bool = False
) -> dict[int, Place]:
    """Units of the frozen tree by id, top down and in Swedish order."""
    wanted: list[ColumnElement[bool]] = [WaveUnit.unit_id.in_(ids)]
    if below is not None:
        wanted.append(WaveUnit.parent_id == below)
    if root:
        wanted.append(WaveUnit.parent_id.is_(None))
    if huvudmen:
        wanted.append(WaveUnit.kind == UnitKind.HUVUDMAN)
    rows = db.session.execute(_units().where(WaveUnit.wave_id == wave_id, or_(*wanted)).order_by(WaveUnit.position))
    return {row.unit_id: Place(*row) for row in rows}


def _units() -> Select[*tuple[Any, ...]]:
    return select(
        WaveUnit.unit_id,
        WaveUnit.parent_id,
        WaveUnit.key,
        WaveUnit.name,
        WaveUnit.kind,
        WaveUnit.path,
        WaveUnit.rate_band,
    )


def _published(
    who: Who, beside: WaveHead | None, unit_id: int | None = None
) -> Iterable[tuple[WaveHead, Place | None, dict[int, Place]]]:
    """Published waves, the newest first, each with where the person was invited and the units of `who`'s grants.

    `beside`: only other waves of the same kind, with the unit among the places.
    """
    invited, here = aliased(Invitation), aliased(WaveUnit)
    waves = (
        _waves()
        .add_columns(here.unit_id, here.parent_id, here.key, here.name, here.kind, here.path)
        .outerjoin(invited, and_(invited.wave_id == Wave.id, invited.person_id == who.person_id))
        .outerjoin(here, and_(here.wave_id == Wave.id, here.unit_id == invited.unit_id))
        .where(Wave.state == WaveState.PUBLISHED)
        .order_by(Wave.closed_at.desc(), Wave.id.desc())
    )
    if beside is not None:
        waves = waves.where(
            Wave.id != beside.id, Programme.name == beside.programme, Wave.instrument == beside.instrument
        )
    found = db.session.execute(waves).all()
    ids = {*who.known_units, *((unit_id,) if unit_id else ())}
    places: dict[int, dict[int, Place]] = {}
    for row in db.session.execute(
        _units()
        .add_columns(WaveUnit.wave_id)
        .where(
            WaveUnit.wave_id.in_([row.id for row in found]),
            or_(WaveUnit.unit_id.in_(ids), WaveUnit.parent_id.is_(None)),
        )
    ):
        places.setdefault(row.wave_id, {})[row.unit_id] = Place(*row[:7])
    for row in found:
        yield _as_head(row), None if row[13] is None else Place(*row[13:19]), places.get(row.id, {})


def _others(head: WaveHead, unit_id: int, who: Who, today: date) -> tuple[OtherWave, ...]:
    """Other rounds of the same kind in which the person reads this unit, the newest first."""
    return tuple(
        OtherWave(other.id, other.name, other.closes_on)
        for other, invited_in, places in _published(who, head, unit_id)
        if unit_id in places and _reader(other, who, invited_in, places, today).reads(places[unit_id])
    )


def _not_adopted(wave_id: int, day: date) -> tuple[str, ...]:
    """The huvudmän that were there when the wave opened and had not decided to take part."""
    return tuple(
        db.session.scalars(
            select(OrgUnit.name)
            .outerjoin(WaveUnit, and_(WaveUnit.unit_id == OrgUnit.id, WaveUnit.wave_id == wave_id))
            .where(
                OrgUnit.kind == UnitKind.HUVUDMAN,
                WaveUnit.unit_id.is_(None),
                OrgUnit.valid_from_on <= day,
                or_(OrgUnit.valid_until_on.is_(None), OrgUnit.valid_until_on >= day),
            )
            .order_by(OrgUnit.name_sort)
        )
    )


# --- published rows -----------------------------------------------------------------------------------------------


def _figures(wave_id: int, whole: int, others: Collection[int], *, agreement: bool = False) -> dict[int, Figures]:
    """All rows of the unit `whole`; of the others their means, and whether they have a distribution.

    `agreement`: with their words of agreement.
    """
    brief = or_(
        PublishedFigure.family == Family.MEANS,
        PublishedFigure.measure == Measure.N,
        PublishedFigure.measure == Measure.STATISTIC,
        PublishedFigure.measure == Measure.AGREEMENT if agreement else false(),
    )
    rows = db.session.execute(
        select(PublishedFigure)
        .where(
            PublishedFigure.wave_id == wave_id,
            or_(PublishedFigure.unit_id == whole, and_(PublishedFigure.unit_id.in_(others), brief)),
        )
        .order_by(PublishedFigure.position)
    ).scalars()
    return figures_of(
        PublishedRow(
            str(row.unit_id),
            row.family,
            row.measure,
            row.kind,
            row.value,
            row.scale,
            row.item,
            row.part,
            row.statistic,
        )
        for row in rows
    )


def _kinds(wave_id: int) -> dict[tuple[int, Family], tuple[str, set[Kind]]]:
    """For each figure that is shown its band of n and how coarse its values are."""
    bands: dict[tuple[int, Family], str] = {}
    kinds: dict[tuple[int, Family], set[Kind]] = {}
    for unit_id, family, kind, band in db.session.execute(
        select(
            PublishedFigure.unit_id,
            PublishedFigure.family,
            PublishedFigure.kind,
            func.max(PublishedFigure.value),
        )
        .where(
            PublishedFigure.wave_id == wave_id,
            PublishedFigure.measure.in_((Measure.N, Measure.MEAN, Measure.SHARE)),
        )
        .group_by(PublishedFigure.unit_id, PublishedFigure.family, PublishedFigure.kind)
    ):
        kinds.setdefault((unit_id, family), set()).add(kind)
        if kind is Kind.N_BAND:
            bands[unit_id, family] = band
    return {figure: (bands[figure], found) for figure, found in kinds.items()}


def _words(wave_id: int, unit_id: int) -> tuple[Word, ...]:
    """Words of comparison; none about a wave that was withdrawn since."""
    earlier = aliased(Wave)
    rows = db.session.execute(
        select(FigureComparison.scale, FigureComparison.against, FigureComparison.word, earlier.closes_on)
        .outerjoin(earlier, earlier.id == FigureComparison.earlier_id)
        .where(
            FigureComparison.wave_id == wave_id,
            FigureComparison.unit_id == unit_id,
            or_(FigureComparison.earlier_id.is_(None), earlier.state == WaveState.PUBLISHED),
        )
        .order_by(FigureComparison.scale, FigureComparison.against)
    )
    return tuple(Word(*row) for row in rows)


def _name(unit: int | None, names: Mapping[int, str]) -> str | None:
    return None if unit is None else names.get(unit, "")
