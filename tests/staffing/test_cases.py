"""Files of an employer over days and weeks: what breaks simpler rules, on both databases (docs/rules/staffing.md)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from tbblearn.audit.models import AuditEvent
from tbblearn.audit.rules import Event
from tbblearn.db import db, unit_of_work
from tbblearn.people.models import Employment, Leave, OrgUnit, Person, Placement
from tbblearn.people.rules import LeaveSource
from tbblearn.staffing.actions import AlreadyTaken, ChangedMeanwhile
from tbblearn.staffing.models import StaffFile
from tbblearn.staffing.rules import Fault, FileKind, Risk, Way
from tbblearn.staffing.taking_in import take
from tests.factories import NOW, TODAY, County
from tests.staffing.making import changed, exported, later, of_staff, of_units, staff_row, stops, taken, without

DAY = timedelta(days=1)
pytestmark = pytest.mark.usefixtures("session", "county")


def placements(person_id: str) -> list[tuple[str, str, date, date | None]]:
    rows = db.session.execute(
        select(OrgUnit.external_id, Placement.profession, Placement.from_on, Placement.until_on)
        .join(Person, Person.id == Placement.person_id)
        .join(OrgUnit, OrgUnit.id == Placement.unit_id)
        .where(Person.external_id == person_id)
        .order_by(Placement.from_on)
    )
    return list(rows)


# --- out and in again ---


def test_what_is_exported_is_read_back_without_a_change():
    staff, units = taken(of_staff(exported())), taken(of_units(exported(FileKind.UNITS)))
    assert staff.counts == {
        "created": 0, "changed": 0, "ended": 0, "unchanged": len(exported()), "missing": 0, "withdrawn": 0,
    }  # fmt: skip
    assert units.counts == {"created": 0, "changed": 0, "ended": 0, "unchanged": 6, "missing": 0}
    assert len(exported()) == 15


# --- 2: what a file may do by itself ---


def test_a_file_that_ends_too_many_waits_for_a_person():
    ids = [row["person_id"] for row in exported()][:6]
    rows = [row | {"end_on": "2026-11-30"} if row["person_id"] in ids else row for row in exported()]
    looked = of_staff(rows)
    assert stops(looked) == [Fault.LIMIT_ENDED]
    assert looked.stops[0].about == {"n": 6, "total": 15, "before": 0, "most": 5}
    with pytest.raises(ValueError, match="stopped"):
        take(looked, Way.FOLDER, now=NOW)
    assert stops(of_staff(rows, allowed={Risk.ENDED: 5})) == [Fault.LIMIT_ENDED]
    taken(of_staff(rows, allowed={Risk.ENDED: 6}))
    assert db.session.scalar(select(func.count()).select_from(Placement).where(Placement.until_on.is_not(None))) == 6


def test_many_small_files_may_not_do_what_one_large_may_not():
    for number, hours in ((0, 0), (1, 24), (2, 48)):
        ids = [row["person_id"] for row in exported()][2 * number : 2 * number + 2]
        rows = [row | {"end_on": "2026-12-31"} if row["person_id"] in ids else row for row in exported()]
        looked = of_staff(rows, at=later(hours))
        if number < 2:
            taken(looked)
    assert stops(looked) == [Fault.LIMIT_ENDED]
    assert looked.stops[0].about["before"] == 4


def test_changed_addresses_and_units_are_limited_too():
    rows = [row | {"email": f"ny{number}@example.org"} for number, row in enumerate(exported())]
    assert stops(of_staff(rows)) == [Fault.LIMIT_MOVED]
    rows = [row | {"manager_person_id": "p101"} for row in exported(FileKind.UNITS)]
    assert stops(of_units(rows)) == [Fault.LIMIT_LED]


@pytest.mark.parametrize("cut", [0.1, 0.3, 0.5, 0.77, 0.95])
def test_a_file_that_is_cut_off_ends_nobody(cut: float):
    rows = exported()
    looked = of_staff(rows[: int(len(rows) * cut) or 1], rows_told=False)
    assert not looked.may_end
    taken(looked)
    assert looked.counts["ended"] == 0
    assert looked.counts["missing"] > 0
    assert db.session.scalars(select(Employment.missing_since).where(Employment.missing_since.is_not(None))).all() == []


# --- 3: order and time ---


def test_a_file_that_is_not_newer_is_refused_but_for_a_reason():
    taken(of_staff(exported(), at=later(0)))
    assert stops(of_staff(exported(), at=later(-1))) == [Fault.OLDER]
    assert stops(of_staff(exported(), at=later(0))) == [Fault.OLDER]
    taken(of_staff(exported(), at=later(-1), reason="Fel fil i går"))
    assert db.session.scalars(select(StaffFile.reason).order_by(StaffFile.id)).all() == ["", "Fel fil i går"]


def test_the_same_file_is_taken_by_one_node_only():
    first, second = of_staff(exported()), of_staff(exported())
    taken(first)
    with pytest.raises(ChangedMeanwhile):
        take(second, Way.FOLDER, now=NOW)
    again = of_staff(exported(), reason="En gång till")
    with pytest.raises(AlreadyTaken):
        take(again, Way.FOLDER, now=NOW)
    assert db.session.scalar(select(func.count()).select_from(StaffFile)) == 1


def test_what_was_looked_at_is_refused_when_something_has_changed_since():
    looked = of_units(exported(FileKind.UNITS))
    taken(of_staff(exported()))
    with pytest.raises(ChangedMeanwhile):
        take(looked, Way.PAGE, now=NOW)


# --- 4: a missing row ---


def test_a_missing_row_is_warned_about_and_ends_after_a_second_file_48_hours_later():
    looked = taken(of_staff(without("p101"), at=later(0)))
    assert (looked.counts["missing"], looked.counts["ended"]) == (1, 0)
    assert placements("p101")[0][3] is None
    assert taken(of_staff(without("p101"), at=later(47))).counts["missing"] == 1
    assert placements("p101")[0][3] is None
    assert taken(of_staff(without("p101"), at=later(49))).counts["ended"] == 1
    assert placements("p101")[0][3] == TODAY - DAY
    assert taken(of_staff(without("p101"), at=later(73))).counts["ended"] == 0


def test_a_row_that_is_back_after_a_night_has_never_been_away():
    before = exported()
    taken(of_staff(without("p101"), at=later(0)))
    looked = taken(of_staff(before, at=later(24)))
    assert (looked.counts["created"], looked.counts["changed"]) == (0, 1)
    assert taken(of_staff(without("p101"), at=later(72))).counts["ended"] == 0, "the count begins anew"
    assert placements("p101")[0][3] is None


def test_a_row_that_is_back_after_the_end_opens_the_same_employment_again():
    before = exported()
    taken(of_staff(without("p101"), at=later(0)))
    taken(of_staff(without("p101"), at=later(49)))
    looked = taken(of_staff(before, at=later(73)))
    assert looked.counts["created"] == 0
    assert placements("p101") == [("enhet-1", "undersköterska", date(2020, 1, 1), None)]


def test_a_person_may_say_that_those_missing_have_left():
    assert taken(of_staff(without("p101"), end_missing=True)).counts["ended"] == 1
    assert placements("p101")[0][3] == TODAY - DAY


def test_a_start_to_come_that_goes_missing_is_withdrawn_and_may_come_back():
    before = exported()
    rows = [*before, staff_row(person_id="p900", employment_id="e900", start_on="2026-12-15", email="")]
    assert taken(of_staff(rows, at=later(0))).counts["created"] == 1
    assert taken(of_staff(before, at=later(24))).counts["withdrawn"] == 1
    assert placements("p900") == []
    assert taken(of_staff(rows, at=later(48))).counts["created"] == 0
    assert placements("p900") == [("enhet-1", "undersköterska", date(2026, 12, 15), None)]


# --- 5: faulty rows ---


def test_an_employment_whose_row_is_faulty_stays_exactly_as_it_was():
    rows = changed("p101", start_on="i går", profession="läkare")
    assert stops(of_staff(rows)) == [Fault.NOT_A_DATE]
    looked = taken(of_staff(rows, skip_faulty=True))
    assert (looked.faulty, looked.counts["missing"], looked.counts["unchanged"]) == (1, 0, 14)
    assert placements("p101") == [("enhet-1", "undersköterska", date(2020, 1, 1), None)]


def test_a_faulty_row_that_names_nobody_keeps_everybody():
    rows = [row | {"person_id": ""} if row["person_id"] == "p101" else row for row in without("p102")]
    looked = taken(of_staff(rows, skip_faulty=True))
    assert (looked.counts["missing"], looked.counts["ended"]) == (2, 0)
    assert db.session.scalars(select(Employment.missing_since).where(Employment.missing_since.is_not(None))).all() == []


def test_at_most_one_per_cent_may_be_skipped():
    rows = [row | {"unit_id": "okänd"} if row["person_id"] in {"p101", "p102"} else row for row in exported()]
    assert stops(of_staff(rows, skip_faulty=True)) == [Fault.TOO_MANY_FAULTY]


# --- 6: moves ---


def test_a_move_leaves_the_past_as_it_was():
    taken(of_staff(changed("p101", unit_id="enhet-3")))
    assert placements("p101") == [
        ("enhet-1", "undersköterska", date(2020, 1, 1), TODAY - DAY),
        ("enhet-3", "undersköterska", TODAY, None),
    ]
    assert (
        db.session.scalar(select(func.count()).select_from(Employment).join(Person).where(Person.external_id == "p101"))
        == 1
    )
    assert taken(of_staff(exported(), at=later(24))).counts["unchanged"] == 15
    [row] = [row for row in exported() if row["person_id"] == "p101"]
    assert (row["unit_id"], row["start_on"]) == ("enhet-3", "2020-01-01")


def test_without_a_number_a_lone_row_whose_unit_changed_is_a_move():
    rows = [row | {"employment_id": ""} for row in changed("p101", unit_id="enhet-2")]
    looked = taken(of_staff(rows))
    assert (looked.counts["created"], looked.counts["missing"]) == (0, 0)
    assert [one[0] for one in placements("p101")] == ["enhet-1", "enhet-2"]


def test_two_that_cannot_be_told_apart_are_faulty_and_stay():
    two = [
        staff_row(person_id="p901", employment_id=number, unit_id=unit_id, email="")
        for number, unit_id in (("e1", "enhet-1"), ("e2", "enhet-2"))
    ]
    taken(of_staff([*exported(), *two], at=later(0)))
    moved = [row | {"employment_id": "", "unit_id": "enhet-3"} for row in two]
    moved[1]["unit_id"] = "verksamhet-2"
    looked = of_staff([*without("p901"), *moved], at=later(24))
    assert stops(looked) == [Fault.CANNOT_TELL_APART, Fault.CANNOT_TELL_APART]
    assert [one[0] for one in placements("p901")] == ["enhet-1", "enhet-2"]


def test_an_end_told_late_after_a_move_takes_the_move_back():
    taken(of_staff(changed("p101", unit_id="enhet-3"), at=later(0)))
    taken(of_staff(changed("p101", end_on="2026-11-10"), at=later(24)))
    assert placements("p101") == [("enhet-1", "undersköterska", date(2020, 1, 1), date(2026, 11, 10))]


# --- 7: protected identity ---


def test_the_files_mark_clears_the_names_at_once_and_nothing_in_a_file_brings_them_back():
    taken(of_staff(changed("p101", protected="yes"), at=later(0)))
    person = db.session.scalars(select(Person).where(Person.external_id == "p101")).one()
    assert (person.protected_identity, person.given_name, person.family_name, person.name_search.strip()) == (
        True, "", "", "",
    )  # fmt: skip
    assert person.email == "medarbetare101@example.org", "own mail still gets there"
    [row] = [row for row in exported() if row["person_id"] == "p101"]
    assert (row["given_name"], row["family_name"], row["email"], row["protected"]) == ("", "", "", "yes")
    back = [
        one | {"given_name": "Medarbetare", "family_name": "101", "protected": "no"} if one is row else one
        for one in [row, *without("p101")]
    ]
    taken(of_staff(back, at=later(24)))
    db.session.expire_all()
    person = db.session.scalars(select(Person).where(Person.external_id == "p101")).one()
    assert (person.protected_identity, person.given_name, person.email) == (True, "", "medarbetare101@example.org")


def test_somebody_new_with_protected_identity_is_stored_without_a_name():
    row = staff_row(person_id="p902", given_name="", family_name="", email="", protected="ja")
    taken(of_staff([*exported(), row]))
    person = db.session.scalars(select(Person).where(Person.external_id == "p902")).one()
    assert (person.protected_identity, person.name_sort.strip()) == (True, "")


# --- 11: leave ---


def leaves(person_id: str) -> list[tuple[date, date | None]]:
    return list(
        db.session.execute(
            select(Leave.from_on, Leave.until_on)
            .join(Employment, Employment.id == Leave.employment_id)
            .join(Person, Person.id == Employment.person_id)
            .where(Person.external_id == person_id)
            .order_by(Leave.from_on)
        )
    )


def test_a_leave_is_added_shortened_and_ended_and_a_past_one_stays():
    taken(of_staff(changed("p101", leave_from="2026-10-01"), at=later(0)))
    assert leaves("p101") == [(date(2026, 10, 1), None)]
    taken(of_staff(changed("p101", leave_from="2026-10-01", leave_to="2027-01-31"), at=later(24)))
    assert leaves("p101") == [(date(2026, 10, 1), date(2027, 1, 31))]
    taken(of_staff(changed("p101", leave_from="", leave_to=""), at=later(48)))
    assert leaves("p101") == [(date(2026, 10, 1), TODAY + DAY)]
    taken(of_staff(changed("p101", leave_from="2027-03-01", leave_to="2027-03-31"), at=later(72)))
    assert leaves("p101") == [(date(2026, 10, 1), TODAY + DAY), (date(2027, 3, 1), date(2027, 3, 31))]
    taken(of_staff(changed("p101", leave_from="", leave_to=""), at=later(96)))
    assert leaves("p101") == [(date(2026, 10, 1), TODAY + DAY)], "one that has not begun is withdrawn"


def test_a_leave_given_by_hand_is_never_touched_by_a_file(county: County):
    with unit_of_work():
        employment_id = db.session.scalars(
            select(Employment.id).where(Employment.person_id == county.persons["p101"])
        ).one()
        db.session.add(Leave(employment_id=employment_id, from_on=TODAY, source=LeaveSource.MANUAL, known_on=TODAY))
    taken(of_staff(exported()))
    assert leaves("p101") == [(TODAY, None)]


def test_the_receipt_is_an_event_with_counts_and_without_names():
    taken(of_staff(changed("p101", profession="läkare")))
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.event == Event.STAFF_FILE_TAKEN)).one()
    assert (event.object_id, event.details) == (
        "region", {"kind": "staff", "rows": 15, "changed": 1, "unchanged": 14},
    )  # fmt: skip
