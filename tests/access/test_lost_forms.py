"""A form that was sent after its session had ended: it comes back to the same person, to nobody else."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tbblearn.access.held import LIFE_SECONDS, MAX_BYTES, HeldForm, seal, unseal
from tbblearn.db import db
from tbblearn.people.models import Person
from tbblearn.people.rules import Language
from tbblearn.web.application import Application
from tests.access.accounts import PASSWORD, give_password, sign_in, whose
from tests.factories import NOW, County
from tests.page_rules import words
from tests.reading import Reader, ReadPage

SECRET = "a word that only the first person wrote"


@pytest.fixture
def lost(app: Application, county: County) -> Iterator[tuple[Reader, ReadPage]]:
    """A browser whose session ended before its form was sent, and the page it got."""
    with time_machine.travel(NOW, tick=False) as clock:
        email = give_password(app, county.persons["p101"])
        give_password(app, county.persons["p102"])
        reader = Reader(app)
        sign_in(reader, email)
        form = reader.get("/mina-uppgifter").form("/mina-uppgifter")
        clock.shift(timedelta(minutes=21))
        fields = [*form.fields, ("note", SECRET), ("note", "två"), ("empty", "")]
        fields = [(name, "en" if name == "language" else value) for name, value in fields]
        yield reader, reader.post("/mina-uppgifter?fran=h%C3%A4r", fields, 401, csrf=False)


def language_of(app: Application, person_id: int) -> Language:
    with app.app_context():
        return db.session.scalars(select(Person.language).where(Person.id == person_id)).one()


def test_the_page_that_comes_says_what_is_kept_and_cannot_be_read(lost: tuple[Reader, ReadPage]) -> None:
    _reader, page = lost
    assert page.h1 == "Logga in"
    assert "Det du skickade är kvar" in page.text
    html = page.response.get_data(as_text=True)
    assert SECRET not in html
    assert "Medarbetare" not in html
    assert page.form("/logga-in")["held"]


def test_the_same_person_gets_it_back_and_decides(
    app: Application, county: County, lost: tuple[Reader, ReadPage]
) -> None:
    reader, page = lost
    back = reader.submit(page.form("/logga-in"), 200, email="medarbetare101@example.org", password=PASSWORD)
    assert back.h1 == "Välkommen tillbaka"
    assert whose(back) == "Medarbetare 101"
    assert back.links["Fortsätt utan att skicka"] == "/"
    assert language_of(app, county.persons["p101"]) is Language.SV
    form = back.form("/mina-uppgifter?fran=h%C3%A4r")
    sent = [(name, value) for name, value in form.fields if name != "csrf_token"]
    assert sent == [("language", "en"), ("note", SECRET), ("note", "två"), ("empty", "")]
    reader.submit(form)
    assert language_of(app, county.persons["p101"]) is Language.EN


def test_what_is_kept_is_shown_in_words_before_it_is_sent(lost: tuple[Reader, ReadPage]) -> None:
    reader, page = lost
    back = reader.submit(page.form("/logga-in"), 200, email="medarbetare101@example.org", password=PASSWORD)
    assert "Ingenting är skickat än" in back.text
    terms = [words(term) for term in back.main.select("dt")]
    texts = [words(text) for text in back.main.select("dd")]
    assert dict(zip(terms, texts, strict=True)) == {
        "Språk på sidor och i mejl": "English",
        "note": f"{SECRET}; två",
        "empty": "Inget ifyllt",
    }


@pytest.mark.parametrize("token", [None, "", "made up"])
def test_what_another_site_could_have_sent_is_not_kept(app: Application, county: County, token: str | None) -> None:
    """The cookie of an ended session goes along with whatever a page elsewhere sends; a token of its pages does not."""
    with time_machine.travel(NOW, tick=False) as clock:
        email = give_password(app, county.persons["p101"])
        reader = Reader(app)
        sign_in(reader, email)
        reader.get("/mina-uppgifter")
        clock.shift(timedelta(minutes=21))
        fields = {"language": "en"} | ({} if token is None else {"csrf_token": token})
        page = reader.post("/mina-uppgifter", fields, 401, csrf=False)
        assert page.form("/logga-in")["held"] == ""
        assert "kunde vi tyvärr inte behålla" in page.text
        answer = reader.submit(page.form("/logga-in"), email=email, password=PASSWORD)
    assert answer.location == "/mina-uppgifter"
    assert language_of(app, county.persons["p101"]) is Language.SV


def test_the_token_of_another_session_keeps_nothing(app: Application, county: County) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        theirs = Reader(app)
        theirs.sign_in(county.persons["p102"])
        token = theirs.get("/mina-uppgifter").form("/mina-uppgifter")["csrf_token"]
        reader = Reader(app)
        sign_in(reader, give_password(app, county.persons["p101"]))
        reader.get("/mina-uppgifter")
        clock.shift(timedelta(minutes=21))
        page = reader.post("/mina-uppgifter", {"language": "en", "csrf_token": token}, 401, csrf=False)
    assert page.form("/logga-in")["held"] == ""


def test_a_button_that_sends_nothing_typed_leads_back_to_its_page(app: Application, county: County) -> None:
    """Who signs in again is not asked to send what nobody can see."""
    with time_machine.travel(NOW, tick=False) as clock:
        email = give_password(app, county.persons["p101"])
        reader = Reader(app)
        sign_in(reader, email)
        form = reader.get("/mina-uppgifter").form("/logga-ut-overallt")
        clock.shift(timedelta(minutes=21))
        page = reader.submit(form, 401)
        assert page.form("/logga-in")["held"] == ""
        assert reader.submit(page.form("/logga-in"), email=email, password=PASSWORD).location == "/mina-utbildningar"


def test_a_password_is_never_kept(app: Application, county: County) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        reader = Reader(app)
        reader.sign_in(county.persons["p101"])
        form = reader.get("/mina-uppgifter").form("/mina-uppgifter")
        clock.shift(timedelta(minutes=21))
        fields = [*form.fields, ("new_password", SECRET)]
        page = reader.post("/mina-uppgifter", fields, 401, csrf=False)
    assert page.form("/logga-in")["held"] == ""


def test_a_wrong_password_in_between_loses_nothing(lost: tuple[Reader, ReadPage]) -> None:
    reader, page = lost
    again = reader.submit(page.form("/logga-in"), 422, email="medarbetare101@example.org", password="fel ord helt")
    assert "Det du skickade är kvar" in again.text
    back = reader.submit(again.form("/logga-in"), 200, password=PASSWORD)
    assert back.h1 == "Välkommen tillbaka"


def test_another_person_gets_nothing_of_it(app: Application, county: County, lost: tuple[Reader, ReadPage]) -> None:
    reader, page = lost
    answer = reader.submit(page.form("/logga-in"), email="medarbetare102@example.org", password=PASSWORD)
    assert answer.location == "/mina-utbildningar"
    assert answer.response.get_data(as_text=True).count(SECRET) == 0
    assert language_of(app, county.persons["p102"]) is Language.SV


def test_what_somebody_else_made_up_is_not_taken_for_ours(app: Application, county: County) -> None:
    email = give_password(app, county.persons["p101"])
    reader = Reader(app)
    forged = json.dumps([county.persons["p101"], "/mina-uppgifter", [["language", "en"]]])
    reader.get("/logga-in")
    assert (
        reader.post("/logga-in", {"email": email, "password": PASSWORD, "held": forged}).location
        == "/mina-utbildningar"
    )


def test_a_browser_that_never_was_signed_in_is_told_that_nothing_was_kept(reader: Reader) -> None:
    page = reader.post("/mina-uppgifter", {"language": "en", "note": SECRET}, 401)
    assert "kunde vi tyvärr inte behålla" in page.text
    assert page.form("/logga-in")["held"] == ""


def test_after_signing_out_nothing_is_carried_along(app: Application, county: County) -> None:
    """Whoever sits there now has no claim to what the one before had left on the screen."""
    reader = Reader(app)
    reader.sign_in(county.persons["p101"])
    form = reader.get("/mina-uppgifter").form("/mina-uppgifter")
    reader.post("/logga-ut")
    assert reader.submit(form, 401, language="en").form("/logga-in")["held"] == ""


def test_the_largest_that_is_carried_comes_back_whole(app: Application, county: County) -> None:
    email = give_password(app, county.persons["p101"])
    note = "x" * (MAX_BYTES - 200)
    with time_machine.travel(NOW, tick=False) as clock:
        reader = Reader(app)
        reader.sign_in(county.persons["p101"])
        clock.shift(timedelta(hours=1))
        page = reader.post("/mina-uppgifter", {"note": note}, 401)
        back = reader.submit(page.form("/logga-in"), 200, email=email, password=PASSWORD)
    assert back.form("/mina-uppgifter")["note"] == note


def test_what_is_too_large_is_not_carried_and_it_is_said(app: Application, county: County) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        reader = Reader(app)
        reader.sign_in(county.persons["p101"])
        clock.shift(timedelta(hours=1))
        page = reader.post("/mina-uppgifter", {"note": "x" * MAX_BYTES}, 401)
    assert "kunde vi tyvärr inte behålla" in page.text


@given(fields=st.lists(st.tuples(st.text(max_size=20), st.text(max_size=50)), max_size=5))
def test_what_is_sealed_opens_only_with_the_same_secret(fields: list[tuple[str, str]]) -> None:
    held = HeldForm(7, "/väg", tuple(fields))
    text = seal(held, "secret")
    assert unseal(text, "secret") == held
    assert unseal(text, "other") is None
    assert unseal(text[:-3] + "xyz", "secret") is None
    assert unseal("", "secret") is None


def test_what_is_sealed_does_not_outlive_half_a_day() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        text = seal(HeldForm(7, "/om", ()), "secret")
        clock.shift(timedelta(seconds=LIFE_SECONDS))
        assert unseal(text, "secret") is not None
        clock.shift(timedelta(seconds=1))
        assert unseal(text, "secret") is None
