"""Only a manager whose role holds is placed as one and told first: the dates of the grant are not enough."""

from datetime import timedelta

from sqlalchemy import select, update

from tbblearn.db import db, unit_of_work
from tbblearn.mail.models import Message
from tbblearn.people.models import OrgUnit, Placement
from tbblearn.people.rules import Role
from tbblearn.readiness.waves.opening import places_on
from tbblearn.surveys.queries import huvudman_of_manager
from tbblearn.surveys.waves import MANAGER_RESULT_MAIL
from tests.factories import TODAY, grant, make_person
from tests.readiness.rounds import Round


def of_another_huvudman(made: Round) -> int:
    """Somebody employed in Flen to whom a unit of the region was given by hand."""
    with unit_of_work():
        person = make_person(db.session.get_one(OrgUnit, made.units["skola-1"]))
        grant(person, db.session.get_one(OrgUnit, made.units["barn-1"]), Role.MANAGER)
    return person.id


def test_who_holds_no_role_is_invited_where_the_work_is(session: None) -> None:
    made = Round.county()
    other = of_another_huvudman(made)
    made.plan()
    places = places_on(made.wave_id, TODAY)
    assert made.holders[Role.MANAGER] in places.managers
    assert other not in places.managers
    assert places.invited[other] == made.units["skola-1"]


def test_the_result_is_told_first_to_those_only_who_manage_that_day(session: None) -> None:
    made = Round.county()
    manager, other = made.holders[Role.MANAGER], of_another_huvudman(made)
    with unit_of_work():
        unit = db.session.get_one(OrgUnit, made.units["barn-2"])
        leaver = make_person(unit)
        grant(leaver, unit, Role.MANAGER)
        gone = leaver.id
    made.open()
    made.answer_all()
    made.close()
    assert made.audit()
    with unit_of_work():
        db.session.execute(
            update(Placement).where(Placement.person_id == gone).values(until_on=TODAY - timedelta(days=1))
        )
    made.publish()
    told = db.session.scalars(select(Message.recipient_id).where(Message.kind == MANAGER_RESULT_MAIL)).all()
    assert manager in told
    assert gone not in told
    assert other not in told
    assert huvudman_of_manager(made.wave_id, manager, TODAY) == "Region"
    assert huvudman_of_manager(made.wave_id, gone, TODAY) is None
    assert huvudman_of_manager(made.wave_id, other, TODAY) is None
