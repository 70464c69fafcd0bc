"""Writes a difference into the database: in bulk, since a first file has tens of thousands of rows.

Everything was read and compared outside the transaction; here the source's revision shows that nothing has changed
since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tbblearn.audit.actions import record
from tbblearn.audit.rules import Event
from tbblearn.db import db
from tbblearn.people.actions import NewUnit, add_unit, end_grants, give_role
from tbblearn.people.belonging import employed
from tbblearn.people.models import Employment, Grant, Leave, OrgUnit, Person, Placement
from tbblearn.people.rules import GrantSource, Language, LeaveSource, Role, email_key, search_key, sort_key
from tbblearn.staffing.bulk import Row, delete_many, insert_many, update_many
from tbblearn.staffing.comparing import ChangedEmployment, KnownPerson, StaffDifference
from tbblearn.staffing.models import StaffFile, StaffSource
from tbblearn.staffing.placing import Away, Place
from tbblearn.staffing.queries import huvudman_of, person_ids
from tbblearn.staffing.rules import FileKind, StaffRow, UnitRow, Way, day_before
from tbblearn.staffing.tree import UnitDifference


class ChangedMeanwhile(Exception):
    """Something has written to the source since the difference was computed: look again."""


class AlreadyTaken(Exception):
    """A file of this source, kind and time has been taken in."""


@dataclass(frozen=True)
class Receipt:
    """What is written about a file that is taken in."""

    source: str
    kind: FileKind
    as_of: datetime
    sha256: str
    way: Way
    rows: int
    faulty: int
    by: int | None = None
    reason: str = ""


def hold(source: str, revision: int | None) -> None:
    """Lock the source until the transaction ends, and raise its revision. Raises ChangedMeanwhile.

    `revision`: what the difference was computed against; None where nothing was.
    """
    found = db.session.scalar(select(StaffSource).where(StaffSource.source == source).with_for_update())
    if found is None:
        found = StaffSource(source=source, revision=0)
        db.session.add(found)
        db.session.flush()
    if revision is not None and found.revision != revision:
        raise ChangedMeanwhile
    found.revision += 1


def _note(receipt: Receipt, counts: Mapping[str, int], risks: Mapping[Any, int], now: datetime) -> None:
    """The file's row, unique on source, kind and time, and the event."""
    db.session.add(
        StaffFile(
            source=receipt.source,
            kind=receipt.kind,
            as_of=receipt.as_of,
            sha256=receipt.sha256,
            way=receipt.way,
            rows=receipt.rows,
            faulty=receipt.faulty,
            counts=dict(counts),
            risks={str(risk): count for risk, count in risks.items()},
            taken_at=now,
            taken_by=receipt.by,
            reason=receipt.reason,
        )
    )
    try:
        db.session.flush()
    except IntegrityError as error:
        raise AlreadyTaken from error
    record(
        Event.STAFF_FILE_TAKEN,
        now=now,
        actor_id=receipt.by,
        object_kind="source",
        object_id=receipt.source,
        kind=receipt.kind,
        rows=receipt.rows,
        **{name: count for name, count in counts.items() if count},
    )


# --- units ---


def take_units(difference: UnitDifference, receipt: Receipt, revision: int, *, now: datetime, today: date) -> None:
    """Write what a unit file changes. In a unit of work. Raises ChangedMeanwhile, AlreadyTaken."""
    hold(receipt.source, revision)
    _note(receipt, difference.counts, difference.risks, now)
    huvudman = huvudman_of(receipt.source)
    units = {
        unit.external_id: unit for unit in db.session.scalars(select(OrgUnit).where(OrgUnit.source == receipt.source))
    }

    def parent(row: UnitRow) -> OrgUnit:
        return units[row.parent_id] if row.parent_id else huvudman

    for row in difference.created:
        new = NewUnit(receipt.source, row.unit_id, row.name, row.kind, today, row.service, row.level)
        unit = add_unit(new, parent(row))
        unit.manager_external_id = row.manager_person_id
        units[row.unit_id] = unit
    for known, row in difference.changed:
        _change(units[known.unit_id], row, None if known.unit_id == receipt.source else parent(row))
    for known in difference.closed:
        _close(units[known.unit_id], today)
    _arrange(units.values(), huvudman)
    db.session.flush()
    lead(receipt.source, now=now, today=today)


def _change(unit: OrgUnit, row: UnitRow, parent: OrgUnit | None) -> None:
    if parent is not None:
        unit.parent_id = parent.id
    unit.name, unit.name_sort = row.name, sort_key(row.name)
    unit.kind, unit.service, unit.own_level = row.kind, row.service, row.level
    unit.manager_external_id = row.manager_person_id
    unit.valid_until_on = None


def _close(unit: OrgUnit, today: date) -> None:
    unit.valid_until_on = max(day_before(today), unit.valid_from_on)
    unit.manager_external_id = ""


def _arrange(units: Any, huvudman: OrgUnit) -> None:
    """Paths, depths and levels of the whole source, from the huvudman down."""
    below: dict[int | None, list[OrgUnit]] = {}
    for unit in units:
        below.setdefault(unit.parent_id, []).append(unit)
    county_level = db.session.scalar(select(OrgUnit.level).where(OrgUnit.id == huvudman.parent_id))
    huvudman.level = huvudman.own_level or county_level
    waiting = [huvudman]
    while waiting:
        parent = waiting.pop()
        for unit in below.get(parent.id, ()):
            unit.path = f"{parent.path}{unit.id}/"
            unit.depth = parent.depth + 1
            unit.level = unit.own_level or parent.level
            waiting.append(unit)


def lead(source: str, *, now: datetime, today: date) -> tuple[int, int]:
    """Give and end the roles of the managers that the unit file names; returns how many of each.

    A role holds while its person is employed; one that was given by hand is untouched.
    """
    persons = person_ids(source)
    named = {
        row.id: persons[row.manager_external_id]
        for row in db.session.execute(
            select(OrgUnit.id, OrgUnit.manager_external_id)
            .where(OrgUnit.source == source, OrgUnit.manager_external_id != "")
            .order_by(OrgUnit.id)
        )
        if row.manager_external_id in persons
    }
    here = set(db.session.scalars(select(Person.id).where(Person.id.in_(named.values()), employed(Person.id, today))))
    named = {unit_id: person_id for unit_id, person_id in named.items() if person_id in here}
    held = db.session.scalars(
        select(Grant)
        .join(OrgUnit, OrgUnit.id == Grant.unit_id)
        .where(
            OrgUnit.source == source,
            Grant.source == GrantSource.HR,
            Grant.role == Role.MANAGER,
            Grant.until_on.is_(None),
        )
    ).all()
    wrong = [grant for grant in held if named.get(grant.unit_id) != grant.person_id]
    right = {grant.unit_id for grant in held} - {grant.unit_id for grant in wrong}
    end_grants(wrong, today=today, now=now)
    new = [(unit_id, person_id) for unit_id, person_id in named.items() if unit_id not in right]
    for unit_id, person_id in new:
        give_role(person_id, unit_id, Role.MANAGER, today=today, now=now, source=GrantSource.HR)
    return len(new), len(wrong)


# --- staff ---


def take_staff(
    difference: StaffDifference, new_persons: list[Row], receipt: Receipt, revision: int, *, now: datetime, today: date
) -> None:
    """Write what a staff file changes. In a unit of work. Raises ChangedMeanwhile, AlreadyTaken.

    `new_persons`: what `person_rows` made of the difference.
    """
    hold(receipt.source, revision)
    _note(receipt, difference.counts, difference.risks, now)
    insert_many(Person, new_persons)
    _change_persons(difference.changed_persons)
    persons = person_ids(receipt.source)
    units = dict(
        db.session.execute(select(OrgUnit.external_id, OrgUnit.id).where(OrgUnit.source == receipt.source)).all()
    )
    new = [one for one in difference.employments if one.before is None]
    ids = insert_many(
        Employment,
        [
            {
                "person_id": persons[one.person],
                "source": receipt.source,
                "external_id": one.row.employment_id if one.row else "",
            }
            for one in new
        ],
    )
    _mark([one for one in difference.employments if one.before is not None])
    ids_of = {id(one): number for one, number in zip(new, ids, strict=True)}
    pairs = [(one, one.before.id if one.before else ids_of[id(one)]) for one in difference.employments]
    _place(pairs, persons, units, today)
    _leave(pairs, today)
    lead(receipt.source, now=now, today=today)


def person_rows(source: str, rows: Sequence[StaffRow]) -> list[Row]:
    """New persons as rows to insert; made before the transaction, since sort keys take time."""
    return [
        {
            "source": source,
            "external_id": row.person_id,
            "language": row.language or Language.SV,
            "protected_identity": row.protected,
            "version": 1,
            **_details(row, row.email, protected=row.protected),
        }
        for row in rows
    ]


def _details(row: StaffRow, email: str, *, protected: bool) -> Row:
    """The columns of names and address; without names where the identity is protected."""
    given, family = ("", "") if protected else (row.given_name, row.family_name)
    return {
        "given_name": given,
        "family_name": family,
        "name_sort": sort_key(family, given),
        "name_search": search_key(given, family),
        "email": email,
        "email_key": email_key(email),
    }


def _change_persons(changed: Sequence[tuple[KnownPerson, StaffRow]]) -> None:
    rows = []
    for person, row in changed:
        if not person.at_home:
            row = replace(
                row,
                given_name=person.given_name,
                family_name=person.family_name,
                email=person.email,
                language=person.language,
            )
        protected = person.protected or row.protected
        email = row.email if row.email or not person.protected else person.email
        rows.append(
            {
                "of": person.id,
                "language": row.language or person.language,
                "protected_identity": protected,
                **_details(row, email, protected=protected),
            }
        )
    update_many(Person, rows)


def _mark(changed: Sequence[ChangedEmployment]) -> None:
    """Since when an employment is missing or withdrawn, and a number that it did not have."""
    rows = []
    for one in changed:
        before = one.before
        if before is None:
            continue
        number = (one.row.employment_id if one.row else "") or before.external_id
        if (one.missing_since, one.withdrawn_on, number) != (
            before.missing_since,
            before.withdrawn_on,
            before.external_id,
        ):
            rows.append(
                {
                    "of": before.id,
                    "missing_since": one.missing_since,
                    "withdrawn_on": one.withdrawn_on,
                    "external_id": number,
                }
            )
    update_many(Employment, rows)


Pairs = Sequence[tuple[ChangedEmployment, int]]
"""Changed employments, each with its id."""


def _place(pairs: Pairs, persons: Mapping[str, int], units: Mapping[str, int], today: date) -> None:
    new: list[Row] = []
    changed: list[Row] = []
    gone: list[int] = []
    for one, employment_id in pairs:
        old = {place.id: place for place in (one.before.places if one.before else ())}
        gone += [number for number in old if number is not None and number not in {place.id for place in one.places}]
        for place in one.places:
            if place.id is None:
                about = {"employment_id": employment_id, "person_id": persons[one.person], "known_on": today}
                new.append(about | _place_row(place, units))
            elif old[place.id] != place:
                changed.append({"of": place.id} | _place_row(place, units))
    delete_many(Placement, gone)
    update_many(Placement, changed)
    insert_many(Placement, new)


def _place_row(place: Place, units: Mapping[str, int]) -> Row:
    return {
        "unit_id": units[place.unit_id],
        "profession": place.profession,
        "from_on": place.from_on,
        "until_on": place.until_on,
    }


def _leave(pairs: Pairs, today: date) -> None:
    new: list[Row] = []
    changed: list[Row] = []
    gone: list[int] = []
    for one, employment_id in pairs:
        old: dict[int | None, Away] = {leave.id: leave for leave in (one.before.leaves if one.before else ())}
        gone += [number for number in old if number is not None and number not in {leave.id for leave in one.leaves}]
        for leave in one.leaves:
            dates = {"from_on": leave.from_on, "until_on": leave.until_on, "known_on": today}
            if leave.id is None:
                new.append({"employment_id": employment_id, "source": LeaveSource.HR, **dates})
            elif old[leave.id] != leave:
                changed.append({"of": leave.id, **dates})
    delete_many(Leave, gone)
    update_many(Leave, changed)
    insert_many(Leave, new)
