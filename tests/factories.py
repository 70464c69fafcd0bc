"""Rows for tests, made through the same actions as the product and really committed."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from tbblearn.db import db, unit_of_work
from tbblearn.people.actions import NewUnit, add_unit, name_person
from tbblearn.people.models import Employment, Grant, OrgUnit, Person, Placement
from tbblearn.people.rules import GrantSource, Language, Level, Role, UnitKind

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LONG_AGO = date(2020, 1, 1)


def make_unit(
    parent: OrgUnit | None,
    external_id: str,
    kind: UnitKind = UnitKind.ENHET,
    *,
    name: str = "",
    source: str = "",
    level: Level | None = None,
    service: str = "",
) -> OrgUnit:
    """A unit below its parent, in the parent's source unless told otherwise. Inside a unit of work."""
    return add_unit(
        NewUnit(
            source or (parent.source if parent else external_id),
            external_id,
            name or external_id.replace("-", " ").capitalize(),
            kind,
            LONG_AGO,
            service,
            level,
        ),
        parent,
    )


_people = iter(range(1, 1_000_000))


def make_person(
    unit: OrgUnit | None = None,
    *,
    number: int | None = None,
    start_on: date = LONG_AGO,
    end_on: date | None = None,
    known_on: date | None = None,
    profession: str = "undersköterska",
    language: Language = Language.SV,
    email: str | None = None,
) -> Person:
    """A person named by role and number, employed in the unit. Inside a unit of work."""
    n = number if number is not None else next(_people)
    person = Person(source=unit.source if unit else "sormland", external_id=f"p{n}", language=language)
    name_person(person, "Medarbetare", str(n), f"medarbetare{n}@example.org" if email is None else email)
    db.session.add(person)
    db.session.flush()
    if unit is not None:
        employ(person, unit, start_on=start_on, end_on=end_on, known_on=known_on, profession=profession)
    return person


def employ(
    person: Person,
    unit: OrgUnit,
    *,
    start_on: date = LONG_AGO,
    end_on: date | None = None,
    known_on: date | None = None,
    profession: str = "undersköterska",
) -> Placement:
    """One more employment, held in one place. Inside a unit of work."""
    employment = Employment(
        person_id=person.id, source=unit.source, external_id=f"e{person.id}-{unit.id}-{start_on:%Y%m%d}"
    )
    db.session.add(employment)
    db.session.flush()
    placement = Placement(
        employment_id=employment.id,
        person_id=person.id,
        unit_id=unit.id,
        profession=profession,
        from_on=start_on,
        until_on=end_on,
        known_on=known_on or start_on,
    )
    db.session.add(placement)
    db.session.flush()
    return placement


def grant(person: Person, unit: OrgUnit, role: Role) -> None:
    """A role held since long ago, too long for the event log. Inside a unit of work."""
    db.session.add(
        Grant(person_id=person.id, unit_id=unit.id, role=role, from_on=LONG_AGO, source=GrantSource.HAND, given_at=NOW)
    )
    db.session.flush()


@dataclass
class County:
    """Ids of a small county's units and persons by name, e.g. `county.units["enhet-1"]`."""

    units: dict[str, int] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    persons: dict[str, int] = field(default_factory=dict)

    def _unit(self, name: str, unit: OrgUnit) -> OrgUnit:
        self.units[name], self.paths[name] = unit.id, unit.path
        return unit

    def _person(self, name: str, person: Person) -> Person:
        self.persons[name] = person.id
        return person

    @classmethod
    def build(cls) -> "County":
        """sormland > region > verksamhet-1 > enhet-1, enhet-2; region > verksamhet-2 > enhet-3; flen > skola-1.

        Every enhet has three members of staff; each role of the matrix is held by one person with the role's name:
        manager of verksamhet-1, pilot of enhet-1, follow_up of region, process_leader, editor and admin of the county.
        """
        made = cls()
        with unit_of_work():
            root = made._unit("sormland", make_unit(None, "sormland", UnitKind.COUNTY, name="Sörmland"))
            region = made._unit(
                "region",
                make_unit(root, "region", UnitKind.HUVUDMAN, name="Region Sörmland", source="region", level=Level.BASE),
            )
            flen = made._unit(
                "flen", make_unit(root, "flen", UnitKind.HUVUDMAN, name="Flens kommun", source="flen", level=Level.BASE)
            )
            first = made._unit("verksamhet-1", make_unit(region, "verksamhet-1", UnitKind.VERKSAMHET))
            second = made._unit("verksamhet-2", make_unit(region, "verksamhet-2", UnitKind.VERKSAMHET))
            leaves = [
                made._unit("enhet-1", make_unit(first, "enhet-1")),
                made._unit("enhet-2", make_unit(first, "enhet-2")),
                made._unit("enhet-3", make_unit(second, "enhet-3", level=Level.INTERMEDIATE)),
                made._unit("skola-1", make_unit(flen, "skola-1")),
            ]
            number = 100
            for leaf in leaves:
                for _ in range(3):
                    number += 1
                    made._person(f"p{number}", make_person(leaf, number=number))
            for role, unit in (
                (Role.MANAGER, first),
                (Role.PILOT, leaves[0]),
                (Role.FOLLOW_UP, region),
                (Role.PROCESS_LEADER, root),
                (Role.EDITOR, root),
                (Role.ADMIN, root),
            ):
                number += 1
                holder = made._person(role.value, make_person(leaves[1], number=number))
                grant(holder, unit, role)
        return made
