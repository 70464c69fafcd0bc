"""Signing in with e-mail and password, and what the answers give away: nothing."""

import re

import pytest
from sqlalchemy import func, select

from tbblearn.access import passwords
from tbblearn.access.models import LoginAttempt, SignInSession
from tbblearn.audit.models import AuditEvent
from tbblearn.audit.rules import Event
from tbblearn.db import TransactionError, db, unit_of_work
from tbblearn.people.models import Person
from tbblearn.web.application import Application
from tests.access.accounts import PASSWORD, give_password, sign_in, whose
from tests.factories import County
from tests.reading import Reader


@pytest.fixture
def email(app: Application, county: County) -> str:
    return give_password(app, county.persons["p101"])


def failures(app: Application) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(LoginAttempt)) or 0


def test_the_right_password_opens_the_first_page(app: Application, reader: Reader, email: str) -> None:
    answer = sign_in(reader, email)
    assert answer.location == "/mina-utbildningar"
    page = reader.get("/mina-uppgifter")
    assert whose(page) == "Medarbetare 101"
    with app.app_context():
        event = db.session.scalars(select(AuditEvent)).one()
        assert (event.event, event.details) == (Event.SIGNED_IN, {})
    assert failures(app) == 0


def test_the_address_of_the_site_asks_an_anonymous_visitor_in_swedish(reader: Reader) -> None:
    page = reader.get("/")
    assert (page.h1, page.language) == ("Logga in", "sv")
    assert page.form().action == "/logga-in"


@pytest.mark.parametrize("typed", ["  medarbetare101@example.org ", "Medarbetare101@Example.ORG"])
def test_case_and_spaces_in_the_address_do_not_matter(reader: Reader, email: str, typed: str) -> None:
    sign_in(reader, typed)
    assert whose(reader.get("/mina-uppgifter")) == "Medarbetare 101"


def test_a_wrong_password_keeps_the_address_and_says_what_to_do(reader: Reader, email: str) -> None:
    page = sign_in(reader, email, "fel lösenord här", 422)
    assert page.errors == ["E-postadressen eller lösenordet stämmer inte."]
    assert page.form("/logga-in")["email"] == email
    assert page.form("/logga-in")["password"] == ""
    assert whose(reader.get("/om")) == ""


def test_empty_fields_are_named_one_by_one(reader: Reader, app: Application) -> None:
    page = sign_in(reader, "", "", 422)
    assert page.errors == ["Skriv din e-postadress.", "Skriv ditt lösenord."]
    assert failures(app) == 0


class CountingHasher:
    """The real hasher, counting how often it is asked."""

    def __init__(self, real: object) -> None:
        self.real, self.verified = real, 0

    def verify(self, *given: str) -> bool:
        self.verified += 1
        return bool(self.real.verify(*given))  # type: ignore[attr-defined]


def test_an_unknown_address_takes_the_same_path_to_the_same_answer(
    app: Application, county: County, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_password = "medarbetare102@example.org"
    hasher = CountingHasher(passwords._hasher)
    monkeypatch.setattr(passwords, "_hasher", hasher)
    answers = []
    for number, address in enumerate((email, without_password, "okand@example.org"), start=1):
        page = sign_in(Reader(app), address, "fel lösenord här", 422)
        html = page.response.get_data(as_text=True).replace(address, "ADDRESS")
        answers.append(re.sub(r'name="csrf_token"[^>]*', "", html))
        assert hasher.verified == number
        assert failures(app) == number
    assert answers[0] == answers[1] == answers[2]


def test_signing_in_as_another_ends_the_first_session(app: Application, reader: Reader, county: County) -> None:
    first = give_password(app, county.persons["p101"])
    second = give_password(app, county.persons["p102"])
    sign_in(reader, first)
    stale = reader.get("/om")
    assert whose(stale) == "Medarbetare 101"
    reader.post("/logga-in", {"email": second, "password": PASSWORD})
    assert whose(reader.get("/mina-uppgifter")) == "Medarbetare 102"
    with app.app_context():
        rows = db.session.execute(select(SignInSession.person_id, SignInSession.ended_at)).all()
    assert {person: ended is None for person, ended in rows} == {
        county.persons["p101"]: False,
        county.persons["p102"]: True,
    }


def test_a_person_who_has_signed_in_is_not_asked_again(reader: Reader, county: County) -> None:
    reader.sign_in(county.persons["p101"])
    assert reader.get("/logga-in?next=/mina-uppgifter", 303).location == "/mina-uppgifter"


def test_of_two_persons_with_one_address_the_one_with_a_password_signs_in(app: Application, county: County) -> None:
    with app.app_context(), unit_of_work():
        first, second = (db.session.get_one(Person, county.persons[name]) for name in ("p101", "p104"))
        second.email, second.email_key = first.email, first.email_key
    give_password(app, county.persons["p104"])
    reader = Reader(app)
    sign_in(reader, "medarbetare101@example.org")
    assert whose(reader.get("/mina-uppgifter")) == "Medarbetare 104"


def test_a_person_without_an_address_cannot_be_signed_in_as_by_leaving_it_out(app: Application, county: County) -> None:
    with app.app_context(), unit_of_work():
        person = db.session.get_one(Person, county.persons["p101"])
        person.email = person.email_key = ""
    give_password(app, county.persons["p101"])
    sign_in(Reader(app), " ", PASSWORD, 422)


def test_hashing_refuses_to_run_while_a_transaction_is_open(session: None) -> None:
    with unit_of_work():
        db.session.execute(select(Person.id))
        with pytest.raises(TransactionError):
            passwords.hash_password("en mening att minnas")
        with pytest.raises(TransactionError):
            passwords.matches("en mening att minnas", None)


def test_a_hash_is_argon2id_and_matches_only_its_own_password(session: None) -> None:
    kept = passwords.hash_password(PASSWORD)
    assert kept.startswith("$argon2id$")
    assert passwords.matches(PASSWORD, kept)
    assert not passwords.matches(PASSWORD + " ", kept)
    assert not passwords.matches(PASSWORD, "not a hash")
    assert not passwords.matches("nobody has this password", None)


@pytest.mark.parametrize("path", ["/logga-in", "/glomt-losenordet"])
@pytest.mark.parametrize(("language", "words"), [
    ("sv", "E-postadressen är för lång. Högst 254 tecken."),
    ("en", "The e-mail address is too long. At most 254 characters."),
])  # fmt: skip
def test_an_address_that_is_too_long_is_told_in_our_words_and_shown_again(
    reader: Reader, path: str, language: str, words: str
) -> None:
    reader.post("/sprak", {"language": language})
    page = reader.submit(reader.get(path).form(path), 422, email="x" * 255)
    assert page.errors[0] == words
    assert page.form(path)["email"] == "x" * 255


def test_a_password_that_is_too_long_is_told_in_our_words(reader: Reader) -> None:
    page = sign_in(reader, "m@example.org", "x" * 201, 422)
    assert page.errors == ["Lösenordet är för långt. Högst 200 tecken."]
