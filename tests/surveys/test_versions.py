"""Waves of different versions of an instrument beside each other."""

from sqlalchemy import select, update

from tbblearn.db import db, unit_of_work
from tbblearn.surveys.models import ResponseOpen, Wave
from tests.surveys.conftest import Survey


def test_a_wave_asks_in_the_words_of_the_version_that_it_was_planned_with(survey: Survey) -> None:
    with survey.inside(), unit_of_work():
        assert db.session.scalars(select(Wave.instrument_version)).one() == "2"
    survey.be(survey.person())
    assert "säkra på att" in survey.get("/pastaenden").text
    with survey.inside(), unit_of_work():
        db.session.execute(update(Wave).values(instrument_version="1"))
    page = survey.get("/pastaenden")
    assert "trygga med att" in page.text
    assert "Instämmer till viss del" in page.text
    assert "säkra på" not in page.text
    survey.send()
    with survey.inside():
        assert db.session.scalars(select(ResponseOpen.instrument_version)).one() == "1"
