"""Sessions: how long they last, what is written of them, and two persons at one PC."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tbblearn.access.models import SignInSession
from tbblearn.audit.models import AuditEvent
from tbblearn.audit.rules import Event
from tbblearn.db import db, side_record
from tbblearn.people.models import Person
from tbblearn.people.rules import Language
from tbblearn.web.application import Application
from tests.access.accounts import give_password, session_row, sign_in, whose
from tests.factories import NOW, County
from tests.reading import Reader

HOME = "/mina-uppgifter"


def test_a_session_rests_after_fifteen_idle_minutes_and_keeps_the_place(app: Application, county: County) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        reader = Reader(app)
        reader.sign_in(county.persons["p101"])
        clock.shift(timedelta(minutes=15))
        reader.get(HOME)
        clock.shift(timedelta(minutes=20))
        answer = reader.get(HOME + "?a=1", 303)
        assert answer.location == "/logga-in?next=/mina-uppgifter?a%3D1"
        page = reader.follow(answer)
        assert page.soup.select_one(".notice p") is not None
        assert "Logga in igen så fortsätter du där du var." in page.text
        assert page.form("/logga-in")["next"] == HOME + "?a=1"


def test_a_session_in_use_ends_with_the_working_day(app: Application, county: County) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        reader = Reader(app)
        reader.sign_in(county.persons["p101"])
        for _ in range(71):
            clock.shift(timedelta(minutes=10))
            page = reader.get("/kontakt")
            assert whose(page) == "Medarbetare 101"
        left = page.soup.select_one("[data-session-ends-in]")
        assert left is not None
        assert left["data-session-ends-in"] == "600"
        clock.shift(timedelta(minutes=10))
        reader.get(HOME, 303)


def test_last_seen_is_written_at_most_every_five_minutes(app: Application, county: County) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        reader = Reader(app)
        token = reader.sign_in(county.persons["p101"])
        clock.shift(timedelta(minutes=4, seconds=59))
        reader.get(HOME)
        assert session_row(app, token).seen_at == NOW
        clock.shift(timedelta(seconds=1))
        reader.get(HOME)
        assert session_row(app, token).seen_at == NOW + timedelta(minutes=5)


@pytest.mark.parametrize("method", ["get", "post"])
def test_last_seen_is_kept_although_the_view_refuses(app: Application, county: County, method: str) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        reader = Reader(app)
        token = reader.sign_in(county.persons["p101"])
        reader.get(HOME)
        clock.shift(timedelta(minutes=6))
        if method == "get":
            reader.get("/utskick", 403)
        else:
            reader.post("/mina-uppgifter", {"language": "no"}, 422)
        assert session_row(app, token).seen_at == NOW + timedelta(minutes=6)


def test_where_no_trace_is_left_the_session_is_not_prolonged_and_the_page_says_so(
    app: Application, county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the survey's pages will be (docs/rules/surveys.md): nothing tells when somebody was there."""
    monkeypatch.setattr(app.blueprints["web"], "quiet", True, raising=False)
    with time_machine.travel(NOW, tick=False) as clock:
        reader = Reader(app)
        token = reader.sign_in(county.persons["p101"])
        clock.shift(timedelta(minutes=12))
        page = reader.get("/om")
        assert session_row(app, token).seen_at == NOW
        left = page.soup.select_one("[data-session-ends-in]")
        assert left is not None
        assert left["data-session-ends-in"] == str(8 * 60)
        clock.shift(timedelta(minutes=8))
        assert whose(reader.get("/om")) == ""


def test_signing_out_ends_this_session_and_says_so(app: Application, county: County) -> None:
    email = give_password(app, county.persons["p101"])
    here, elsewhere = Reader(app), Reader(app)
    sign_in(here, email)
    sign_in(elsewhere, email)
    answer = here.submit(here.get(HOME).form("/logga-ut"))
    assert answer.response.headers["Clear-Site-Data"] == '"storage"'
    assert "Du är utloggad." in here.follow(answer).text
    here.get(HOME, 303)
    assert whose(elsewhere.get(HOME)) == "Medarbetare 101"
    with app.app_context():
        events = db.session.scalars(select(AuditEvent.event).order_by(AuditEvent.id)).all()
    assert events == [Event.SIGNED_IN, Event.SIGNED_IN, Event.SIGNED_OUT]


def test_a_token_that_was_signed_out_opens_nothing_again(app: Application, county: County) -> None:
    reader = Reader(app)
    token = reader.sign_in(county.persons["p101"])
    reader.post("/logga-ut")
    with reader.client.session_transaction() as cookie:
        cookie["_user_id"] = token
    reader.get(HOME, 303)


def test_signing_out_everywhere_ends_every_session_of_mine_and_nobody_elses(app: Application, county: County) -> None:
    email = give_password(app, county.persons["p101"])
    browsers = [Reader(app) for _ in range(3)]
    for browser in browsers:
        sign_in(browser, email)
    other = Reader(app)
    other.sign_in(county.persons["p102"])
    browsers[0].submit(browsers[0].get(HOME).form("/logga-ut-overallt"))
    for browser in browsers:
        browser.get(HOME, 303)
    other.get(HOME)
    with app.app_context():
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.event == Event.SIGNED_OUT)).one()
        assert event.details == {"sessions": 3}


def test_switching_user_asks_who_it_is_and_shows_nothing_of_the_first(app: Application, county: County) -> None:
    emails = [give_password(app, county.persons[name]) for name in ("p101", "p102")]
    reader = Reader(app)
    sign_in(reader, emails[0])
    page = reader.follow(reader.submit(reader.get(HOME).form("/byt-anvandare")))
    assert page.h1 == "Logga in"
    assert "Medarbetare 101" not in page.whole_text
    assert page.form("/logga-in")["email"] == ""
    sign_in(reader, emails[1])
    page = reader.get(HOME)
    assert whose(page) == "Medarbetare 102"
    assert "101" not in page.whole_text


def test_two_persons_after_each_other_in_one_tab_cannot_act_for_each_other(app: Application, county: County) -> None:
    """The first one's page is still on the screen; what is pressed there must not be done as the second."""
    emails = [give_password(app, county.persons[name]) for name in ("p101", "p102")]
    reader = Reader(app)
    sign_in(reader, emails[0])
    left_open = reader.get(HOME).form("/mina-uppgifter")
    reader.submit(reader.get(HOME).form("/byt-anvandare"))
    sign_in(reader, emails[1])
    page = reader.submit(left_open, 400, language="en")
    assert page.h1 == "Sidan hade stått öppen för länge"
    with app.app_context():
        languages = db.session.scalars(
            select(Person.language).where(Person.id.in_([county.persons["p101"], county.persons["p102"]]))
        ).all()
    assert set(languages) == {Language.SV}


def test_the_language_is_remembered_for_the_person_not_for_the_browser(app: Application, county: County) -> None:
    emails = [give_password(app, county.persons[name]) for name in ("p101", "p102")]
    reader = Reader(app)
    sign_in(reader, emails[0])
    page = reader.get(HOME)
    assert page.language == "sv"
    page = reader.submit(page.form("/sprak"), follow=True, language="en")
    assert (page.path, page.language) == (HOME, "en")
    with app.app_context():
        assert db.session.get_one(Person, county.persons["p101"]).language is Language.EN
    other_browser = Reader(app)
    sign_in(other_browser, emails[0])
    assert other_browser.get(HOME).language == "en"
    reader.post("/byt-anvandare")
    assert reader.get("/logga-in").language == "en"
    sign_in(reader, emails[1])
    assert reader.get(HOME).language == "sv"


def test_a_row_of_a_session_holds_no_token(app: Application, county: County) -> None:
    reader = Reader(app)
    token = reader.sign_in(county.persons["p101"])
    with app.app_context(), side_record() as records:
        row = records.execute(select(SignInSession.__table__)).one()
    assert token not in map(str, row)
