"""Who reads which results today: waves, their frozen units and the person; no figures (docs/rules/disclosure.md)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import aliased

from tbblearn.db import db, stockholm_date
from tbblearn.people.models import Programme
from tbblearn.people.rules import UnitKind
from tbblearn.readiness.places import Place, line_of
from tbblearn.readiness.results.rules import (
    NotYetReadable,
    OtherWave,
    ReadableRound,
    Reader,
    ResultWithdrawn,
    WaveHead,
    Who,
    reader_of,
)
from tbblearn.readiness.trees import PLACE
from tbblearn.surveys.models import Invitation, Wave, WaveUnit
from tbblearn.surveys.queries import last_day
from tbblearn.surveys.waves import NoSuchWave, WaveState

Places = Mapping[int, Place]


def reader_of_wave(
    wave_id: int, who: Who, today: date, *, huvudmen: bool = False
) -> tuple[WaveHead, Place, Places, Reader]:
    """A wave of which the person reads something: its county, the units of their grants and invitation, and what they
    read. With `huvudmen`, every huvudman too.

    Raises NoSuchWave (also where this person may not read it), NotYetReadable, ResultWithdrawn.
    """
    head = _head(wave_id)
    invited_in = _invited_in(wave_id, who)
    places = _places(wave_id, {*who.known_units, *((invited_in,) if invited_in else ())}, huvudmen=huvudmen)
    reader = reader_of(who, places.get(invited_in or 0), head.staff_from_on, places, today)
    _demand_readable(head, now=reader.reads_something, later=bool(reader.later))
    return head, next(place for place in places.values() if place.is_county), places, reader


def reader_of_unit(wave_id: int, unit_id: int, who: Who, today: date) -> tuple[WaveHead, Place, Places, Reader]:
    """A unit whose results the person reads, shown or not, with those above it and those right below.

    Raises as `reader_of_wave` does.
    """
    head = _head(wave_id)
    invited_in = _invited_in(wave_id, who)
    path = db.session.scalar(select(WaveUnit.path).where(WaveUnit.wave_id == wave_id, WaveUnit.unit_id == unit_id))
    if path is None:
        raise NoSuchWave(wave_id=wave_id)
    wanted = {*line_of(path), *who.known_units, *((invited_in,) if invited_in else ())}
    places = _places(wave_id, wanted, below=unit_id)
    place = places[unit_id]
    reader = reader_of(who, places.get(invited_in or 0), head.staff_from_on, places, today)
    _demand_readable(head, now=reader.reads(place), later=place.id in reader.later)
    return head, place, places, reader


def readable_rounds(who: Who, today: date) -> list[tuple[str, list[ReadableRound]]]:
    """The rounds of which the person reads something today by name of programme, newest first; two queries in all."""
    found: dict[tuple[int, str], list[ReadableRound]] = {}
    for programme_id, head, places, reader in _published(who, today):
        if reader.reads_something:
            homes = () if reader.begins_in is None else tuple(places[home] for home in reader.homes)
            shown = ReadableRound(head.id, head.name, head.programme, head.closed_on, homes)
            found.setdefault((programme_id, head.programme), []).append(shown)
    return [(programme, rounds) for (_id, programme), rounds in sorted(found.items(), key=lambda item: item[0])]


def other_waves(head: WaveHead, unit_id: int, who: Who, today: date) -> tuple[OtherWave, ...]:
    """The other rounds of which the person reads something today, those of the same programme first; newest first."""
    found = [
        OtherWave(
            other.id,
            other.name,
            other.programme,
            other.closed_on,
            same_unit=unit_id in places and reader.reads(places[unit_id]),
        )
        for _programme, other, places, reader in _published(who, today, unit_id)
        if other.id != head.id and reader.reads_something
    ]
    return tuple(sorted(found, key=lambda other: other.programme != head.programme))


# --- waves and units ----------------------------------------------------------------------------------------------


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
        Wave.closed_at,
        Wave.staff_from_on,
        Wave.k,
        Wave.k_distribution,
        Wave.answers_lost,
        Wave.withdrawn_at,
    ).join(Programme, Programme.id == Wave.programme_id)


_READ = frozenset(one.name for one in fields(WaveHead)) - {"closed_on", "withdrawn_on"}
"""What a wave's head has from the row as it is."""


def _as_head(row: Any) -> WaveHead:
    return WaveHead(
        closed_on=last_day(row.closes_on, row.closed_at),
        withdrawn_on=row.withdrawn_at and stockholm_date(row.withdrawn_at),
        **{name: getattr(row, name) for name in _READ},
    )


def _head(wave_id: int) -> WaveHead:
    """A published or withdrawn wave. Raises NoSuchWave for any other."""
    row = db.session.execute(
        _waves().where(Wave.id == wave_id, Wave.state.in_((WaveState.PUBLISHED, WaveState.WITHDRAWN)))
    ).one_or_none()
    if row is None:
        raise NoSuchWave(wave_id=wave_id)
    return _as_head(row)


def _demand_readable(head: WaveHead, *, now: bool, later: bool) -> None:
    if not now and not later:
        raise NoSuchWave(wave_id=head.id)
    if head.state is WaveState.WITHDRAWN:
        raise ResultWithdrawn(name=head.name, withdrawn_on=head.withdrawn_on)
    if not now:
        raise NotYetReadable(staff_from_on=head.staff_from_on)


def _invited_in(wave_id: int, who: Who) -> int | None:
    if who.person_id is None:
        return None
    return db.session.scalar(
        select(Invitation.unit_id).where(Invitation.wave_id == wave_id, Invitation.person_id == who.person_id)
    )


def places_of(wave_id: int, ids: Collection[int]) -> Places:
    """These units of the frozen tree by id, whether or not the person reads them."""
    rows = db.session.execute(select(*PLACE).where(WaveUnit.wave_id == wave_id, WaveUnit.unit_id.in_(ids)))
    return {row.id: Place(**row._mapping) for row in rows}


def _places(wave_id: int, ids: Collection[int], *, below: int | None = None, huvudmen: bool = False) -> Places:
    """The county and units of the frozen tree by id, top down and in Swedish order."""
    wanted: list[ColumnElement[bool]] = [WaveUnit.parent_id.is_(None), WaveUnit.unit_id.in_(ids)]
    if below is not None:
        wanted.append(WaveUnit.parent_id == below)
    if huvudmen:
        wanted.append(WaveUnit.kind == UnitKind.HUVUDMAN)
    rows = db.session.execute(
        select(*PLACE).where(WaveUnit.wave_id == wave_id, or_(*wanted)).order_by(WaveUnit.position)
    )
    return {row.id: Place(**row._mapping) for row in rows}


def _published(
    who: Who, today: date, unit_id: int | None = None
) -> Iterable[tuple[int, WaveHead, dict[int, Place], Reader]]:
    """Published waves, newest first: programme, wave, the units of `who` and `unit_id`, and what they read of it.

    Two queries, however many waves there are.
    """
    own = aliased(Invitation)
    found = db.session.execute(
        _waves()
        .add_columns(Wave.programme_id, own.unit_id.label("invited_in"))
        .outerjoin(own, and_(own.wave_id == Wave.id, own.person_id == who.person_id))
        .where(Wave.state == WaveState.PUBLISHED)
        .order_by(Wave.closed_at.desc(), Wave.id.desc())
    ).all()
    ids = {*who.known_units, *((unit_id,) if unit_id else ()), *(row.invited_in for row in found if row.invited_in)}
    places: dict[int, dict[int, Place]] = {row.id: {} for row in found}
    for row in db.session.execute(
        select(WaveUnit.wave_id, *PLACE).where(
            WaveUnit.wave_id.in_(places), or_(WaveUnit.unit_id.in_(ids), WaveUnit.parent_id.is_(None))
        )
    ):
        place = dict(row._mapping)
        wave_id = place.pop("wave_id")
        places[wave_id][row.id] = Place(**place)
    for row in found:
        head, known = _as_head(row), places[row.id]
        yield row.programme_id, head, known, reader_of(who, known.get(row.invited_in), head.staff_from_on, known, today)
