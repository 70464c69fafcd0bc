"""What a survey leaves behind: nothing for the next person at the same PC, and no trace of who was there when."""

import json
from datetime import timedelta
from itertools import pairwise

from sqlalchemy import select

from tbblearn.access.models import SignInSession
from tbblearn.access.rules import token_hash, visit_key
from tbblearn.db import db
from tests.access.accounts import PASSWORD, give_password
from tests.factories import NOW
from tests.page_rules import words
from tests.readiness.rounds import CODES
from tests.reading import ReadPage
from tests.surveys.conftest import Survey, logged
from tests.surveys.test_silence import AN_ANSWER


def lose(survey: Survey, sent: dict[str, str]) -> ReadPage:
    """Send this after the session has ended; returns the page for signing in that comes in reply."""
    survey.get("/pastaenden")
    survey.clock.shift(timedelta(minutes=21))
    return survey.reader.post(survey.path(), sent, 401)


def test_answers_sent_after_the_session_ended_come_back_to_the_same_person_and_are_kept_nowhere(survey: Survey) -> None:
    email = give_password(survey.app, survey.person())
    survey.be(survey.person())
    with logged() as lines:
        page = lose(survey, dict.fromkeys(CODES, "5"))
    an_hour_ended = '"event": "requests"'
    assert [line for line in lines if an_hour_ended not in line] == []
    assert "Det du skickade är kvar" in page.text
    assert not AN_ANSWER.search(page.response.get_data(as_text=True))
    assert survey.responses() == 0
    assert not survey.invitation(survey.person()).answered
    back = survey.reader.submit(page.form("/logga-in"), 200, email=email, password=PASSWORD)
    assert back.h1 == "Välkommen tillbaka"
    assert [words(text) for text in back.main.select("dd")] == ["Instämmer"] * 12
    assert len({words(text) for text in back.main.select("dt")}) == 12
    assert back.response.headers["Cache-Control"] == "no-store"
    assert survey.responses() == 0
    survey.reader.submit(back.form(survey.path()))
    assert survey.reader.follow().h1 == "Tack!"
    assert survey.responses() == 1


def test_somebody_else_at_the_same_pc_gets_nothing_of_it(survey: Survey) -> None:
    email = give_password(survey.app, survey.person(1))
    survey.be(survey.person())
    page = lose(survey, dict.fromkeys(CODES, "5"))
    answer = survey.reader.submit(page.form("/logga-in"), email=email, password=PASSWORD)
    assert answer.location == "/mina-utbildningar"
    assert survey.responses() == 0


def test_what_is_sealed_does_not_tell_by_its_length_whether_somebody_answered_or_declined(survey: Survey) -> None:
    sealed = []
    for sent in (dict.fromkeys(CODES, "5"), {CODES[0]: "1"}, {"declines": "1"}):
        survey.be(survey.person())
        sealed.append(lose(survey, sent).form("/logga-in")["held"])
    assert len({len(text) for text in sealed}) == 1
    assert sealed[0]


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
