"""Another password, by who is signed in and knows the old one."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tbblearn.access.rules import PACE
from tbblearn.audit.models import AuditEvent
from tbblearn.audit.rules import Event
from tbblearn.db import db
from tbblearn.web.application import Application
from tests.access.accounts import PASSWORD, give_password, link_for, sign_in, whose
from tests.factories import NOW, County
from tests.reading import Reader

PATH = "/byt-losenord"
NEW = "nagot helt annat har"


@pytest.fixture
def signed_in(app: Application, county: County) -> Reader:
    """Somebody who has signed in with PASSWORD."""
    reader = Reader(app)
    sign_in(reader, give_password(app, county.persons["p101"]))
    return reader


def test_own_details_lead_to_it_and_back(signed_in: Reader) -> None:
    assert signed_in.get("/mina-uppgifter").links["Byt lösenord"] == PATH
    page = signed_in.get(PATH)
    assert page.h1 == "Byt lösenord"
    page = signed_in.submit(page.form(PATH), old_password=PASSWORD, new_password=NEW, follow=True)
    assert page.h1 == "Mina uppgifter"
    assert "Lösenordet är bytt" in page.text


def test_the_old_one_is_no_new_one(signed_in: Reader) -> None:
    page = signed_in.submit(signed_in.get(PATH).form(PATH), 422, old_password=PASSWORD, new_password=PASSWORD)
    assert page.errors == ["Det är samma lösenord två gånger. Välj ett nytt."]


def test_the_new_one_opens_and_the_old_one_no_more(app: Application, signed_in: Reader) -> None:
    signed_in.submit(signed_in.get(PATH).form(PATH), old_password=PASSWORD, new_password=NEW)
    sign_in(Reader(app), "medarbetare101@example.org", PASSWORD, 422)
    sign_in(Reader(app), "medarbetare101@example.org", NEW)
    with app.app_context():
        events = db.session.scalars(select(AuditEvent.event).order_by(AuditEvent.id)).all()
    assert Event.PASSWORD_SET in events


def test_it_signs_out_everywhere_else_and_ends_links_but_not_this_browser(
    app: Application, county: County, signed_in: Reader
) -> None:
    elsewhere = Reader(app)
    sign_in(elsewhere, "medarbetare101@example.org")
    link = link_for(app, county.persons["p101"])
    signed_in.submit(signed_in.get(PATH).form(PATH), old_password=PASSWORD, new_password=NEW)
    elsewhere.get("/mina-uppgifter", 303)
    Reader(app).get(link, 410)
    assert whose(signed_in.get("/mina-uppgifter")) == "Medarbetare 101"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("fel lösenord här", NEW, "Det är inte ditt nuvarande lösenord."),
        ("", NEW, "Skriv ditt nuvarande lösenord."),
        (PASSWORD, "kort", "Lösenordet behöver ha minst 10 tecken. En mening du minns går bra."),
        (
            PASSWORD,
            "Medarbetare101!",
            "Lösenordet bygger på ditt namn, din e-postadress eller din arbetsplats. "
            "Välj några ord som inte har med dig att göra.",
        ),
    ],
)
def test_what_is_wrong_is_told_and_nothing_changes(
    app: Application, signed_in: Reader, old: str, new: str, says: str
) -> None:
    page = signed_in.submit(signed_in.get(PATH).form(PATH), 422, old_password=old, new_password=new)
    assert page.errors == [says]
    assert {page.form(PATH)[name] for name in ("old_password", "new_password")} == {""}
    sign_in(Reader(app), "medarbetare101@example.org", PASSWORD)


def test_the_old_one_cannot_be_guessed_at_an_unlocked_computer(app: Application, county: County) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        reader = Reader(app)
        sign_in(reader, give_password(app, county.persons["p101"]))
        form = reader.get(PATH).form(PATH)
        for _ in range(PACE[0][0]):
            reader.submit(form, 422, old_password="fel lösenord här", new_password=NEW)
        page = reader.submit(form, 429, old_password=PASSWORD, new_password=NEW)
        assert page.errors == ["För många försök. Vänta 30 sekunder och försök igen."]
        assert page.response.headers["Retry-After"] == "30"
        # Signing in is counted apart: nobody can make the owner wait there from here.
        sign_in(Reader(app), "medarbetare101@example.org")
        clock.shift(timedelta(seconds=30))
        reader.submit(form, old_password=PASSWORD, new_password=NEW)


def test_who_has_no_password_cannot_set_one_here(app: Application, county: County) -> None:
    reader = Reader(app)
    reader.sign_in(county.persons["p102"])
    page = reader.submit(reader.get(PATH).form(PATH), 422, old_password="vad som helst", new_password=NEW)
    assert page.errors == ["Det är inte ditt nuvarande lösenord."]
