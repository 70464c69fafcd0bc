"""What a survey leaves behind: nothing for the next person at the same PC, and no trace of who was there when."""

import json
from datetime import timedelta
from itertools import pairwise

from sqlalchemy import select

from tbblearn.access.models import SignInSession
from tbblearn.access.rules import token_hash, visit_key
from tbblearn.db import db
from tests.factories import NOW
from tests.readiness.rounds import CODES
from tests.surveys.conftest import Survey, logged


def test_a_lost_session_keeps_nothing_of_what_was_sent_and_leads_back(survey: Survey) -> None:
    survey.be(survey.person())
    survey.get("/pastaenden")
    survey.clock.shift(timedelta(hours=2))
    page = survey.send(dict.fromkeys(CODES, "5"), 401)
    assert "Du är utloggad. Det du skickade kunde vi tyvärr inte behålla." in page.text
    form = page.form("/logga-in")
    assert form["held"] == ""
    assert form["next"] == survey.path()
    assert survey.responses() == 0


def test_the_next_person_cannot_send_what_the_one_before_left_on_the_page(survey: Survey) -> None:
    first, second = survey.person(0), survey.person(1)
    survey.be(first)
    left = survey.get("/pastaenden")
    survey.reader.post("/logga-ut")
    survey.be(second)
    page = survey.answer_form(left, 400, **dict.fromkeys(CODES, "1"))
    assert page.links["Öppna sidan igen"] == survey.path("/pastaenden")
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


def test_no_page_of_a_survey_changes_when_somebody_was_last_seen(survey: Survey) -> None:
    token = survey.be(survey.person())
    survey.reader.get("/mina-uppgifter")
    survey.clock.shift(timedelta(minutes=7))
    survey.get()
    survey.reader.get("/enkater")
    survey.get("/pastaenden")
    survey.send({CODES[0]: "2"}, 422)
    survey.send()
    survey.reader.follow()
    with survey.inside():
        row = db.session.scalars(select(SignInSession).where(SignInSession.token_hash == token_hash(token))).one()
        assert row.seen_at == NOW


def the_way(survey: Survey, person_id: int, deed: str) -> set[str]:
    """One person's way from signing in, over the survey, to signing out; returns the titles of the survey's pages."""
    survey.be(person_id)
    survey.reader.get("/mina-utbildningar")
    pages = [survey.get()]
    if deed == "answer":
        pages.append(survey.get("/pastaenden"))
        pages.append(survey.send({CODES[0]: "2"}, 422))
        survey.send()
    else:
        survey.decline()
    assert survey.reader.answer is not None
    assert survey.reader.answer.location == survey.path(), "both end where they began"
    pages += [survey.reader.follow(), survey.get(), survey.get("/pastaenden")]
    survey.reader.get("/enkater")
    survey.reader.get("/mina-utbildningar")
    survey.reader.post("/logga-ut")
    assert {page.response.headers["Referrer-Policy"] for page in pages} == {"strict-origin"}
    assert {page.response.headers["Cache-Control"] for page in pages} == {"no-store"}
    return {page.title for page in pages}


def test_answering_and_declining_leave_the_same_log_and_the_same_names_and_last_address(survey: Survey) -> None:
    titles, days = [], []
    for number, deed in enumerate(("answer", "decline")):
        person = survey.person(number)
        survey.reader.get("/om")
        with logged() as lines:
            survey.clock.shift(timedelta(minutes=9))
            titles.append(the_way(survey, person, deed))
        assert lines == [], "a line while somebody is there"
        with logged() as lines:
            survey.clock.shift(timedelta(minutes=51))
            survey.reader.get("/om")
        [line] = [json.loads(line) for line in lines]
        assert line.pop("requests") >= 9
        days.append(line)
    hours = [NOW.replace(minute=0) + timedelta(hours=number) for number in (0, 1, 2)]
    assert days == [
        {
            "event": "requests",
            "level": "info",
            "hour": begun.isoformat(),
            "timestamp": over.isoformat(),
            "failed": 0,
            "slow": 0,
        }
        for begun, over in pairwise(hours)
    ]
    assert titles[0] == titles[1] == {"Hur redo är vi för Tillsammans för barnens bästa? – tbblearn"}


def test_the_warning_before_the_session_ends_does_not_say_that_answers_are_saved(survey: Survey) -> None:
    survey.be(survey.person())
    [place] = survey.get("/pastaenden").soup.select("[data-session-ends-in]")
    assert place["data-ending"] == "Du loggas snart ut. Dina svar är inte skickade än och tas då bort från sidan."
    [place] = survey.get().soup.select("[data-session-ends-in]")
    assert "är sparat" in place["data-ending"]
