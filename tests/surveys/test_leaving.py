"""Somebody who leaves while a survey is open may answer it until it closes, with the link to the own history."""

from datetime import timedelta

from sqlalchemy import update

from tbblearn.access.actions import make_link
from tbblearn.access.rules import LinkPurpose
from tbblearn.db import db, unit_of_work, utc_now
from tbblearn.people.models import Placement
from tbblearn.people.rules import Role
from tbblearn.surveys.letters import WRITERS
from tests.factories import NOW, TODAY
from tests.surveys.conftest import Survey


def leave(survey: Survey, person_id: int, days: int = 1) -> None:
    with survey.inside(), unit_of_work():
        db.session.execute(
            update(Placement).where(Placement.person_id == person_id).values(until_on=TODAY - timedelta(days=days))
        )


def test_who_has_left_answers_with_the_link_to_the_own_history(survey: Survey) -> None:
    person_id = survey.person()
    leave(survey, person_id)
    with survey.inside(), unit_of_work():
        path = f"/las-historik/{make_link(person_id, utc_now(), purpose=LinkPurpose.READ_HISTORY)}"
    survey.reader.submit(survey.reader.get(path).form(path))
    survey.reader.get("/enkater")
    survey.get()
    survey.get("/pastaenden")
    survey.send()
    assert survey.responses() == 1


def test_who_has_left_is_still_asked_and_told_of_no_result(survey: Survey) -> None:
    person_id, manager = survey.person(), survey.round.holders[Role.MANAGER]
    for one in (person_id, manager):
        leave(survey, one)
    wave: dict[str, str | int] = {"wave": survey.round.wave_id}
    with survey.inside(), unit_of_work():
        assert WRITERS["survey_invitation"](person_id, wave, NOW) is not None
        assert WRITERS["survey_reminder"](person_id, wave, NOW) is not None
    with survey.inside() as made:
        made.answer_all()
        made.close()
        assert made.audit()
        made.publish()
    with survey.inside(), unit_of_work():
        assert WRITERS["survey_result_staff"](person_id, wave, NOW) is None
        assert WRITERS["survey_result_manager"](manager, wave, NOW) is None
    leave(survey, person_id, 31)
    with survey.inside(), unit_of_work():
        assert WRITERS["survey_invitation"](person_id, wave, NOW) is None
