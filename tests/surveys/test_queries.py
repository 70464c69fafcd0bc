"""What somebody who is invited sees of a wave: where they work, and where their answers count."""

from datetime import timedelta

import pytest

from tbblearn.db import db, unit_of_work
from tbblearn.people.models import Leave, OrgUnit, Person
from tbblearn.people.rules import LeaveSource, Role
from tbblearn.surveys.queries import invitation
from tests.factories import LONG_AGO, NOW, TODAY, employ, grant
from tests.readiness.rounds import Round

pytestmark = pytest.mark.usefixtures("session")


def test_the_statements_are_about_the_work_place_wherever_the_answers_count() -> None:
    made = Round.county({"region": {"barn": (7, 3, 6), "vuxen": (6,)}, "flen": {"skola": (6,)}})
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
