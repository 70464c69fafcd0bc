"""Reads: what is known of a source, to compare a file with."""

from collections import defaultdict
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from tbblearn.db import db
from tbblearn.people.models import Employment, Leave, OrgUnit, Person, PersonKey, Placement
from tbblearn.people.rules import LeaveSource, UnitKind
from tbblearn.staffing.comparing import KnownEmployment, KnownPerson
from tbblearn.staffing.models import StaffFile, StaffSource
from tbblearn.staffing.placing import Away, Place
from tbblearn.staffing.rules import LIMIT_DAYS, FileKind, Risk, Way
from tbblearn.staffing.tree import KnownUnit


class NoSuchSource(Exception):
    """There is no huvudman with this name."""


def huvudman_of(source: str) -> OrgUnit:
    """The huvudman whose files a source is. Raises NoSuchSource."""
    found = db.session.scalar(
        select(OrgUnit).where(
            OrgUnit.source == source, OrgUnit.external_id == source, OrgUnit.kind == UnitKind.HUVUDMAN
        )
    )
    if found is None:
        raise NoSuchSource(source)
    return found


def sources() -> list[tuple[str, str]]:
    """Every huvudman's name as a source, and the huvudman's name, in Swedish order."""
    rows = db.session.execute(
        select(OrgUnit.source, OrgUnit.name).where(OrgUnit.kind == UnitKind.HUVUDMAN).order_by(OrgUnit.name_sort)
    )
    return [(row.source, row.name) for row in rows]


@dataclass(frozen=True)
class SourceRow:
    """A huvudman as a source of files, and when the last file of each kind was from."""

    source: str
    name: str
    units_at: datetime | None
    staff_at: datetime | None


def source_rows() -> list[SourceRow]:
    """Every huvudman, in Swedish order, with the time of its last files. Two queries."""
    last = {
        (row.source, row.kind): row.at
        for row in db.session.execute(
            select(StaffFile.source, StaffFile.kind, func.max(StaffFile.as_of).label("at")).group_by(
                StaffFile.source, StaffFile.kind
            )
        )
    }
    return [
        SourceRow(source, name, last.get((source, FileKind.UNITS)), last.get((source, FileKind.STAFF)))
        for source, name in sources()
    ]


@dataclass(frozen=True)
class FileTaken:
    """A file that was taken in."""

    kind: FileKind
    as_of: datetime
    taken_at: datetime
    way: Way
    rows: int
    faulty: int
    counts: dict[str, int]


MOST_FILES = 20


def files_taken(source: str) -> list[FileTaken]:
    """The latest files of a source, the newest first."""
    columns = (getattr(StaffFile, one.name) for one in fields(FileTaken))
    rows = db.session.execute(
        select(*columns)
        .where(StaffFile.source == source)
        .order_by(StaffFile.taken_at.desc(), StaffFile.id.desc())
        .limit(MOST_FILES)
    )
    return [FileTaken(**row._asdict()) for row in rows]


def revision_of(source: str) -> int:
    """The source's revision; 0 before its first file."""
    return db.session.scalar(select(StaffSource.revision).where(StaffSource.source == source)) or 0


def last_as_of(source: str, kind: FileKind) -> datetime | None:
    """What time the last file of this kind that was taken in told of."""
    return db.session.scalar(
        select(func.max(StaffFile.as_of)).where(StaffFile.source == source, StaffFile.kind == kind)
    )


def earlier_risks(source: str, now: datetime) -> dict[Risk, int]:
    """How many dangerous changes the files of the last LIMIT_DAYS made."""
    found: dict[Risk, int] = dict.fromkeys(Risk, 0)
    for risks in db.session.scalars(
        select(StaffFile.risks).where(StaffFile.source == source, StaffFile.taken_at > now - timedelta(days=LIMIT_DAYS))
    ):
        for risk, count in risks.items():
            found[Risk(risk)] += count
    return found


def known_units(source: str) -> dict[str, KnownUnit]:
    """The source's units by their ids, closed ones included, and the huvudman among them."""
    rows = db.session.execute(
        select(
            OrgUnit.id,
            OrgUnit.parent_id,
            OrgUnit.external_id,
            OrgUnit.name,
            OrgUnit.kind,
            OrgUnit.service,
            OrgUnit.own_level,
            OrgUnit.manager_external_id,
            OrgUnit.valid_until_on,
        )
        .where(OrgUnit.source == source)
        .order_by(OrgUnit.path)
    ).all()
    names = {row.id: row.external_id for row in rows}
    return {
        row.external_id: KnownUnit(
            id=row.id,
            unit_id=row.external_id,
            parent_id="" if names.get(row.parent_id, source) == source else names[row.parent_id],
            name=row.name,
            kind=row.kind,
            service=row.service,
            level=row.own_level,
            manager_person_id=row.manager_external_id,
            is_open=row.valid_until_on is None,
        )
        for row in rows
    }


def person_ids(source: str) -> dict[str, int]:
    """The persons whom the source's files know, by their ids in them. Another number stands over a person's own."""
    own = db.session.execute(select(Person.external_id, Person.id).where(Person.source == source))
    others = db.session.execute(select(PersonKey.external_id, PersonKey.person_id).where(PersonKey.source == source))
    return dict([*own, *others])


def known_persons(source: str) -> dict[str, KnownPerson]:
    """The source's persons with their employments, by their ids. Five queries, however many there are."""
    units = dict(db.session.execute(select(OrgUnit.id, OrgUnit.external_id).where(OrgUnit.source == source)).all())
    places = _places(source, units)
    leaves = _leaves(source)
    employments: dict[int, list[KnownEmployment]] = defaultdict(list)
    for row in db.session.execute(
        select(
            Employment.id,
            Employment.person_id,
            Employment.external_id,
            Employment.missing_since,
            Employment.withdrawn_on,
        )
        .where(Employment.source == source)
        .order_by(Employment.id)
    ):
        employments[row.person_id].append(
            KnownEmployment(
                id=row.id,
                external_id=row.external_id,
                places=tuple(places.get(row.id, ())),
                leaves=tuple(leaves.get(row.id, ())),
                missing_since=row.missing_since,
                withdrawn_on=row.withdrawn_on,
            )
        )
    elsewhere = select(PersonKey.person_id).where(PersonKey.source == source)
    persons = db.session.execute(
        select(
            Person.id,
            Person.source,
            Person.given_name,
            Person.family_name,
            Person.email,
            Person.language,
            Person.protected_identity,
        )
        .where(or_(Person.source == source, Person.id.in_(elsewhere)))
        .order_by(Person.id)
    )
    external_ids = {number: external_id for external_id, number in person_ids(source).items()}
    return {
        external_ids[row.id]: KnownPerson(
            id=row.id,
            external_id=external_ids[row.id],
            given_name=row.given_name,
            family_name=row.family_name,
            email=row.email,
            language=row.language,
            protected=row.protected_identity,
            at_home=row.source == source,
            employments=tuple(employments.get(row.id, ())),
        )
        for row in persons
        if row.id in external_ids
    }


def _places(source: str, units: dict[int, str]) -> dict[int, list[Place]]:
    found: dict[int, list[Place]] = defaultdict(list)
    for row in db.session.execute(
        select(
            Placement.id,
            Placement.employment_id,
            Placement.unit_id,
            Placement.profession,
            Placement.from_on,
            Placement.until_on,
        )
        .join(Employment, Employment.id == Placement.employment_id)
        .where(Employment.source == source)
        .order_by(Placement.from_on, Placement.id)
    ):
        place = Place(units.get(row.unit_id, ""), row.profession, row.from_on, row.until_on, row.id)
        found[row.employment_id].append(place)
    return found


def _leaves(source: str) -> dict[int, list[Away]]:
    """Those from files; a leave given by hand is never touched by one."""
    found: dict[int, list[Away]] = defaultdict(list)
    for row in db.session.execute(
        select(Leave.id, Leave.employment_id, Leave.from_on, Leave.until_on)
        .join(Employment, Employment.id == Leave.employment_id)
        .where(Employment.source == source, Leave.source == LeaveSource.HR)
        .order_by(Leave.from_on, Leave.id)
    ):
        found[row.employment_id].append(Away(row.from_on, row.until_on, row.id))
    return found


def waiting_managers(source: str) -> int:
    """How many units name a manager whom no staff file has brought yet."""
    named = db.session.scalars(
        select(OrgUnit.manager_external_id).where(OrgUnit.source == source, OrgUnit.manager_external_id != "")
    ).all()
    known = person_ids(source)
    return sum(manager not in known for manager in named)
