"""What somebody who is invited sees of a wave: where they work, and where their answers count."""

from datetime import timedelta

import pytest

from tbblearn.db import db, unit_of_work
from tbblearn.people.models import Leave, OrgUnit, Person
from tbblearn.people.rules import LeaveSource, Role
from tbblearn.readiness.waves.actions import approve, take_adoption_back
from tbblearn.readiness.waves.opening import open_wave
from tbblearn.surveys.queries import invitation, next_wave
from tests.factories import LONG_AGO, NOW, TODAY, employ, grant, make_person
from tests.readiness.rounds import Round

pytestmark = pytest.mark.usefixtures("session")


def test_the_statements_are_about_the_work_place_wherever_the_answers_count() -> None:
    made = Round.county({"region": {"barn": (7, 4, 7, 3), "vuxen": (6, 3, 3)}, "flen": {"skola": (6,)}})
    manager, chief = made.holders[Role.MANAGER], made.staff["skola-1"][0]
    folded, busy, moved = made.staff["barn-2"][0], made.staff["barn-1"][0], made.staff["barn-3"][0]
    with unit_of_work():
        places = {name: db.session.get_one(OrgUnit, unit) for name, unit in made.units.items()}
        grant(db.session.get_one(Person, chief), places["flen"], Role.MANAGER)
        away = employ(db.session.get_one(Person, busy), places["skola-1"], start_on=LONG_AGO - timedelta(days=9))
        db.session.add(Leave(employment_id=away.id, from_on=TODAY, source=LeaveSource.HR, known_on=TODAY))
    made.open(now=NOW, today=TODAY)
    with unit_of_work():
        employ(db.session.get_one(Person, moved), places["vuxen-1"], start_on=TODAY + timedelta(days=1))

    def seen(person_id: int) -> tuple[str, str]:
        found = invitation(made.wave_id, person_id)
        return found.work_place, found.unit

    assert seen(made.staff["barn-1"][1]) == ("Barn 1", "Barn 1")
    assert seen(folded) == ("Barn 2", "Barn"), "too few there: folded into the unit above"
    assert seen(manager) == ("Vuxen 1", "Region"), "a manager counts above what is managed"
    assert seen(chief) == ("Skola 1", "Sörmland")
    assert seen(busy) == ("Barn 1", "Barn 1"), "the earlier work is on leave"
    assert seen(moved) == ("Barn 3", "Barn 3"), "where they worked when it opened"


def test_a_coming_round_is_told_to_those_it_will_ask_and_an_open_one_to_those_it_asks() -> None:
    made = Round.county({"region": {"barn": (6,), "vuxen": (6,)}, "flen": {"skola": (6,)}})
    leader, here, there = made.holders[Role.PROCESS_LEADER], made.staff["barn-1"][0], made.staff["skola-1"][0]
    opens_on, closes_on = TODAY + timedelta(days=5), TODAY + timedelta(days=19)
    made.plan(today=opens_on)
    with unit_of_work():
        take_adoption_back(made.wave_id, made.units["flen"], by=leader, now=NOW)
        approve(made.wave_id, lines=(), seen=(), by=leader, now=NOW)
        paths = {name: db.session.get_one(OrgUnit, unit).path for name, unit in made.units.items()}
    assert next_wave(here, (), TODAY) == (opens_on, False)
    assert next_wave(there, (), TODAY) is None
    assert next_wave(there, [paths["skola"]], TODAY) is None
    assert next_wave(there, [paths["skola"], paths["barn"]], TODAY) == (opens_on, False)
    assert next_wave(there, [paths["sormland"]], TODAY) == (opens_on, False)
    db.session.rollback()
    with unit_of_work():
        open_wave(made.wave_id, by=None, now=NOW, today=opens_on)
        new = make_person(db.session.get_one(OrgUnit, made.units["barn-1"])).id
    assert next_wave(here, (), opens_on) == (closes_on, True)
    assert next_wave(new, (), opens_on) is None, "came after it opened, and is not asked"
    assert next_wave(there, [paths["region"]], opens_on) == (closes_on, True)
    assert next_wave(here, [paths["sormland"]], closes_on + timedelta(days=1)) is None
