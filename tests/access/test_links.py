"""One-time links: asked for, sent, used once."""

import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tbblearn.access.letters import set_password_letter
from tbblearn.access.models import OneTimeLink
from tbblearn.access.rules import LINK_HOURS, SET_PASSWORD_MAIL
from tbblearn.audit.models import AuditEvent
from tbblearn.audit.rules import Event
from tbblearn.db import db, unit_of_work, utc_now
from tbblearn.mail.models import Message
from tbblearn.people.models import Person
from tbblearn.people.rules import Language
from tbblearn.web.application import Application
from tests.access.accounts import PASSWORD, give_password, link_for, sign_in, whose
from tests.factories import NOW, County
from tests.reading import Reader

NEW = "en annan mening än förr"


def messages(app: Application) -> list[tuple[str, int]]:
    with app.app_context():
        return [(kind, to) for kind, to in db.session.execute(select(Message.kind, Message.recipient_id))]


def test_a_link_lets_its_owner_choose_a_password_and_come_in(app: Application, county: County, reader: Reader) -> None:
    path = link_for(app, county.persons["p101"])
    page = reader.get(path)
    assert page.h1 == "Välj ditt lösenord"
    reader.submit(page.form(path), password=NEW)
    assert whose(reader.get("/mina-uppgifter")) == "Medarbetare 101"
    sign_in(Reader(app), "medarbetare101@example.org", NEW)
    with app.app_context():
        events = db.session.scalars(select(AuditEvent.event).order_by(AuditEvent.id)).all()
    assert events == [Event.LINK_MADE, Event.PASSWORD_SET, Event.SIGNED_IN, Event.SIGNED_IN]


def test_a_link_works_once(app: Application, county: County, reader: Reader) -> None:
    path = link_for(app, county.persons["p101"])
    form = reader.get(path).form(path)
    reader.submit(form, password=NEW)
    other = Reader(app)
    assert other.get(path, 410).h1 == "Länken gäller inte längre"
    other.post(path, {"password": "nagot helt annat har"}, 410)
    sign_in(Reader(app), "medarbetare101@example.org", NEW)


def test_two_who_use_a_link_at_once_get_one_password_between_them(app: Application, county: County) -> None:
    path = link_for(app, county.persons["p101"])
    chosen = ["det forsta losenordet", "det andra losenordet"]
    readers = [Reader(app) for _ in chosen]
    forms = [reader.get(path).form(path) for reader in readers]
    together = threading.Barrier(2)
    statuses: dict[str, int] = {}

    def use(number: int) -> None:
        together.wait(10)
        fields = {**dict(forms[number].fields), "password": chosen[number]}
        statuses[chosen[number]] = readers[number]._send("POST", path, data=fields).status_code

    threads = [threading.Thread(target=use, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(statuses.values()) == [303, 410]
    for password, status in statuses.items():
        sign_in(Reader(app), "medarbetare101@example.org", password, 303 if status == 303 else 422)


def test_a_link_is_good_for_its_hours(app: Application, county: County, reader: Reader) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        path = link_for(app, county.persons["p101"])
        clock.shift(timedelta(hours=LINK_HOURS, seconds=-1))
        form = reader.get(path).form(path)
        clock.shift(timedelta(seconds=1))
        reader.get(path, 410)
        reader.submit(form, 410, password=NEW)


def test_a_new_link_makes_the_one_before_useless(app: Application, county: County, reader: Reader) -> None:
    first, second = link_for(app, county.persons["p101"]), link_for(app, county.persons["p101"])
    reader.get(first, 410)
    reader.get(second)


@pytest.mark.parametrize("token", ["x", "a" * 5000, "%F0%9F%8C%BB"])
def test_an_unknown_link_is_told_kindly(reader: Reader, token: str) -> None:
    reader.get(f"/valj-losenord/{token}", 410)


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("kort", "Lösenordet behöver ha minst 10 tecken. En mening du minns går bra."),
        ("", "Lösenordet behöver ha minst 10 tecken. En mening du minns går bra."),
        ("x1y2" * 60, "Lösenordet är för långt. Högst 200 tecken."),
        (
            "Sommar2026!",
            "Lösenordet är lätt att gissa: det är vanligt, eller ett ord med några siffror efter. "
            "Välj en mening du minns, eller fyra ord som inte hör ihop.",
        ),
        (
            "medarbetare1012026",
            "Lösenordet bygger på ditt namn, din e-postadress eller din arbetsplats. "
            "Välj några ord som inte har med dig att göra.",
        ),
    ],
)
def test_a_poor_password_is_explained_and_the_link_still_works(
    app: Application, county: County, reader: Reader, password: str, says: str
) -> None:
    path = link_for(app, county.persons["p101"])
    page = reader.submit(reader.get(path).form(path), 422, password=password)
    assert page.errors == [says]
    reader.submit(page.form(path), password=NEW)


def test_a_new_password_signs_out_everywhere_else(app: Application, county: County, reader: Reader) -> None:
    email = give_password(app, county.persons["p101"])
    elsewhere = Reader(app)
    sign_in(elsewhere, email)
    path = link_for(app, county.persons["p101"])
    reader.submit(reader.get(path).form(path), password=NEW)
    elsewhere.get("/mina-uppgifter", 303)
    reader.get("/mina-uppgifter")
    sign_in(Reader(app), email, PASSWORD, 422)


def test_asking_for_a_link_gives_the_same_answer_whether_the_address_is_known_or_not(
    app: Application, county: County
) -> None:
    pages = []
    for email in ("medarbetare101@example.org", "okand@example.org"):
        reader = Reader(app)
        page = reader.submit(reader.get("/glomt-losenordet").form("/glomt-losenordet"), 200, email=email)
        pages.append(page.text.replace(email, "ADDRESS"))
    assert pages[0] == pages[1]
    assert messages(app) == [(SET_PASSWORD_MAIL, county.persons["p101"])]


def test_pressing_twice_sends_one_letter_and_the_next_minute_another(app: Application, county: County) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        reader = Reader(app)
        form = reader.get("/glomt-losenordet").form("/glomt-losenordet")
        for _ in range(2):
            reader.submit(form, 200, email="medarbetare101@example.org")
        assert len(messages(app)) == 1
        clock.shift(timedelta(minutes=1))
        reader.submit(form, 200, email=" Medarbetare101@example.org")
        assert len(messages(app)) == 2


def test_an_empty_address_is_asked_for(reader: Reader, county: County) -> None:
    page = reader.submit(reader.get("/glomt-losenordet").form("/glomt-losenordet"), 422, email="")
    assert page.errors == ["Skriv din e-postadress."]


def test_the_letter_is_in_the_readers_language_with_a_link_that_works(
    app: Application, county: County, reader: Reader
) -> None:
    with app.app_context(), unit_of_work():
        letter = set_password_letter(county.persons["p101"], {}, utc_now())
    assert letter is not None
    assert (letter.to, letter.subject) == ("medarbetare101@example.org", "Välj ditt lösenord")
    assert "Länken gäller i 72 timmar och bara en gång: http" in letter.body
    assert "Har du inte bett om den? Då behöver du inte göra något." in letter.body
    assert letter.body.endswith("Då behöver du inte göra något.\n"), "no intranet is promised that nobody has named"
    path = "/valj-losenord/" + letter.body.split("/valj-losenord/")[1].split()[0]
    assert reader.get(path).h1 == "Välj ditt lösenord"


def test_the_letter_is_made_when_it_is_sent_so_that_the_outbox_holds_no_secret(
    app: Application, county: County
) -> None:
    reader = Reader(app)
    form = reader.get("/glomt-losenordet").form("/glomt-losenordet")
    reader.submit(form, 200, email="medarbetare101@example.org")
    with app.app_context():
        assert db.session.scalars(select(OneTimeLink)).all() == []
        assert db.session.scalars(select(Message.values)).one() == {}


def test_nobody_without_an_address_gets_a_letter(app: Application, county: County) -> None:
    with app.app_context(), unit_of_work():
        person = db.session.get_one(Person, county.persons["p101"])
        person.email, person.email_key, person.language = "", "", Language.EN
        db.session.flush()
        assert set_password_letter(person.id, {}, NOW) is None
        assert db.session.scalars(select(OneTimeLink)).all() == []
