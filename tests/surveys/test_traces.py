"""What a survey leaves behind: nothing for the next person at the same PC, and no trace of who was there when."""

import io
import logging
from datetime import timedelta

from sqlalchemy import select

from tbblearn.access.models import SignInSession
from tbblearn.access.rules import token_hash, visit_key
from tbblearn.db import db
from tests.factories import NOW
from tests.readiness.rounds import CODES
from tests.surveys.conftest import Survey


def test_a_lost_session_keeps_nothing_of_what_was_sent_and_leads_back(survey: Survey) -> None:
    survey.be(survey.person())
    survey.get("/pastaenden")
    survey.clock.shift(timedelta(hours=2))
    page = survey.send(dict.fromkeys(CODES, "5"), 401)
    assert "Du är utloggad. Det du skickade kunde vi tyvärr inte behålla." in page.text
    form = page.form("/logga-in")
    assert form["held"] == ""
    assert form["next"] == survey.path("/pastaenden")
    assert survey.responses() == 0


def test_the_next_person_cannot_send_what_the_one_before_left_on_the_page(survey: Survey) -> None:
    first, second = survey.person(0), survey.person(1)
    survey.be(first)
    left = survey.get("/pastaenden")
    survey.reader.post("/logga-ut")
    survey.be(second)
    survey.answer_form(left, 400, **dict.fromkeys(CODES, "1"))
    assert survey.responses() == 0
    assert not survey.invitation(second).answered


def test_a_page_knows_its_session_by_a_name_that_is_not_the_token(survey: Survey) -> None:
    names = []
    for number in (0, 1):
        token = survey.be(survey.person(number))
        page = survey.get("/pastaenden")
        [body] = page.soup.select("body")
        names.append(body["data-visit"])
        assert names[-1] == visit_key("only for tests", token)
        assert token not in page.response.get_data(as_text=True)
        assert token_hash(token) not in page.response.get_data(as_text=True)
    assert len(set(names)) == 2
    survey.reader.post("/logga-ut")
    [body] = survey.reader.get("/logga-in").soup.select("body")
    assert body["data-visit"] == ""


# --- no trace ---------------------------------------------------------------------------------------------------------


def test_no_page_of_a_survey_leaves_a_person_or_a_time_behind(survey: Survey) -> None:
    token = survey.be(survey.person())
    log, written = logging.getLogger("tbblearn"), io.StringIO()
    handler, level = logging.StreamHandler(written), log.level
    handler.setFormatter(log.handlers[0].formatter)
    log.addHandler(handler)
    log.setLevel("INFO")
    try:
        survey.reader.get("/mina-uppgifter")
        survey.clock.shift(timedelta(minutes=7))
        survey.get()
        survey.reader.get("/enkater")
        survey.get("/pastaenden")
        survey.send({CODES[0]: "2"}, 422)
        survey.send()
        survey.reader.follow()
    finally:
        log.setLevel(level)
        log.removeHandler(handler)
    logged = written.getvalue().splitlines()
    assert "person_id" in logged[0], "what other pages leave is seen here"
    lines = [line for line in logged if '"surveys.' in line]
    assert len(lines) == 6
    for line in lines:
        assert "person_id" not in line
        assert '"ms"' not in line
        assert CODES[0] not in line
    with survey.inside():
        row = db.session.scalars(select(SignInSession).where(SignInSession.token_hash == token_hash(token))).one()
        assert row.seen_at == NOW


def test_the_warning_before_the_session_ends_does_not_say_that_answers_are_saved(survey: Survey) -> None:
    survey.be(survey.person())
    [place] = survey.get("/pastaenden").soup.select("[data-session-ends-in]")
    assert place["data-ending"] == "Du loggas snart ut. Dina svar är inte skickade än och tas då bort från sidan."
    [place] = survey.get().soup.select("[data-session-ends-in]")
    assert "är sparat" in place["data-ending"]
