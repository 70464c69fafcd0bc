"""The unit file: the tree, and who leads what (docs/rules/staffing.md)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tbblearn.db import db, unit_of_work
from tbblearn.people.actions import give_role
from tbblearn.people.models import Grant, OrgUnit, Person
from tbblearn.people.rules import GrantSource, Role
from tbblearn.staffing.queries import waiting_managers
from tbblearn.staffing.rules import Fault, FileKind, Risk
from tests.factories import NOW, TODAY, County
from tests.staffing.making import changed, exported, later, of_staff, of_units, staff_row, stops, taken, unit_row

DAY = timedelta(days=1)
pytestmark = pytest.mark.usefixtures("session", "county")


# --- 1: roles ---


def led(unit_id: str) -> list[tuple[str, GrantSource, date | None]]:
    return list(
        db.session.execute(
            select(Person.external_id, Grant.source, Grant.until_on)
            .join(Person, Person.id == Grant.person_id)
            .join(OrgUnit, OrgUnit.id == Grant.unit_id)
            .where(OrgUnit.external_id == unit_id, Grant.role == Role.MANAGER)
            .order_by(Grant.id)
        )
    )


def with_manager(unit_id: str, person_id: str) -> list[dict[str, str]]:
    return [
        row | {"manager_person_id": person_id} if row["unit_id"] == unit_id else row for row in exported(FileKind.UNITS)
    ]


def test_a_manager_not_yet_known_waits_for_the_staff_file():
    taken(of_units(with_manager("enhet-1", "p903")))
    assert (led("enhet-1"), waiting_managers("region")) == ([], 1)
    taken(of_staff([*exported(), staff_row(person_id="p903", email="")]))
    assert (led("enhet-1"), waiting_managers("region")) == ([("p903", GrantSource.HR, None)], 0)


def test_a_changed_manager_loses_the_role_and_one_given_by_hand_keeps_it(county: County):
    with unit_of_work():
        give_role(
            county.persons["p104"], county.units["enhet-1"], Role.MANAGER, today=TODAY, now=NOW, source=GrantSource.HAND
        )
    taken(of_units(with_manager("enhet-1", "p101"), at=later(0)))
    taken(of_units(with_manager("enhet-1", "p102"), at=later(24)))
    assert led("enhet-1") == [
        ("p104", GrantSource.HAND, None),
        ("p101", GrantSource.HR, TODAY + DAY),
        ("p102", GrantSource.HR, None),
    ]


def test_a_manager_whose_employment_ends_loses_the_role_with_the_file():
    taken(of_units(with_manager("enhet-1", "p101"), at=later(0)))
    taken(of_staff(changed("p101", end_on="2026-11-18"), at=later(1)))
    assert led("enhet-1") == [("p101", GrantSource.HR, TODAY)]


# --- units ---


def test_the_tree_is_built_from_a_file_in_any_order_and_closed_by_one():
    before = exported(FileKind.UNITS)
    new = [unit_row("rum-1", "hus-1"), unit_row("hus-1", "region", "verksamhet", level="fördjupad nivå")]
    assert taken(of_units([*before, *new], at=later(0))).counts["created"] == 2
    rum = db.session.scalars(select(OrgUnit).where(OrgUnit.external_id == "rum-1")).one()
    hus = db.session.scalars(select(OrgUnit).where(OrgUnit.external_id == "hus-1")).one()
    assert (rum.path, rum.level, rum.depth) == (f"{hus.path}{rum.id}/", hus.level, 3)
    moved = [
        row | {"parent_id": "verksamhet-1"} if row["unit_id"] == "hus-1" else row for row in exported(FileKind.UNITS)
    ]
    taken(of_units(moved, at=later(24)))
    db.session.expire_all()
    assert db.session.get_one(OrgUnit, rum.id).depth == 4
    assert taken(of_units(before, at=later(48), allowed={Risk.LED: 2})).counts["ended"] == 2
    db.session.expire_all()
    assert db.session.get_one(OrgUnit, rum.id).valid_until_on is not None
    taken(of_units(moved, at=later(72)))
    db.session.expire_all()
    assert db.session.get_one(OrgUnit, rum.id).valid_until_on is None, "the same unit is opened again"


@pytest.mark.parametrize(
    ("unit_id", "given", "fault"),
    [
        ("enhet-1", {"parent_id": "okänd"}, Fault.UNKNOWN_PARENT),
        ("enhet-1", {"parent_id": "enhet-1"}, Fault.OWN_PARENT),
        ("enhet-1", {"parent_id": "enhet-2"}, Fault.BELOW_ENHET),
        ("enhet-1", {"kind": "huvudman"}, Fault.HUVUDMAN_ROW),
        ("region", {"kind": "enhet"}, Fault.HUVUDMAN_ROW),
        ("enhet-1", {"kind": "avdelning"}, Fault.UNKNOWN_WORD),
        ("enhet-1", {"level": "expert"}, Fault.UNKNOWN_WORD),
    ],
)
def test_a_unit_without_a_place_in_the_tree_is_named(unit_id: str, given: dict[str, str], fault: Fault):
    rows = [row | given if row["unit_id"] == unit_id else row for row in exported(FileKind.UNITS)]
    assert fault in stops(of_units(rows))


def test_units_that_lie_in_a_ring_are_all_named():
    rows = exported(FileKind.UNITS)
    ring = {"verksamhet-1": "verksamhet-2", "verksamhet-2": "verksamhet-1"}
    rows = [row | {"parent_id": ring.get(row["unit_id"], row["parent_id"])} for row in rows]
    looked = of_units(rows)
    assert [(one.fault, one.value) for one in looked.stops if one.fault is Fault.CYCLE] == [
        (Fault.CYCLE, "verksamhet-2"),
        (Fault.CYCLE, "verksamhet-1"),
    ]
