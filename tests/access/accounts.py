"""Accounts and what a person does to sign in, for the tests of access."""

from argon2 import PasswordHasher
from sqlalchemy import select

from tbblearn.access.actions import keep_password, make_link
from tbblearn.access.models import SignInSession
from tbblearn.access.rules import token_hash
from tbblearn.db import db, side_record, unit_of_work, utc_now
from tbblearn.people.models import Person
from tbblearn.web.application import Application
from tests.reading import Reader, ReadPage

PASSWORD = "en mening att minnas"
_HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)


def give_password(app: Application, person_id: int) -> str:
    """Let this person sign in with PASSWORD; returns the e-mail address."""
    with app.app_context(), unit_of_work():
        keep_password(person_id, _HASH, utc_now())
        return db.session.get_one(Person, person_id).email


def link_for(app: Application, person_id: int) -> str:
    """Path of a fresh one-time link."""
    with app.app_context(), unit_of_work():
        return f"/valj-losenord/{make_link(person_id, utc_now())}"


def sign_in(reader: Reader, email: str, password: str = PASSWORD, status: int = 303) -> ReadPage:
    """Fill in the sign-in page as a person does."""
    form = reader.get("/logga-in").form("/logga-in")
    return reader.submit(form, status, email=email, password=password)


def session_row(app: Application, token: str) -> SignInSession:
    """The session's row as it is now."""
    with app.app_context(), side_record() as records:
        return records.scalars(select(SignInSession).where(SignInSession.token_hash == token_hash(token))).one()


def whose(page: ReadPage) -> str:
    """Who the page says is signed in; empty for nobody."""
    line = page.soup.select_one("header .who p")
    return line.get_text().replace("Inloggad som", "").replace("Signed in as", "").strip() if line else ""
