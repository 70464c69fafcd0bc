"""Utskick: what waits, what went, what did not arrive; no name and no address on it."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from sqlalchemy import select

from tbblearn.access.actions import make_link
from tbblearn.access.letters import set_password_letter
from tbblearn.access.models import OneTimeLink
from tbblearn.access.rules import LINK_MAIL, SET_PASSWORD_MAIL
from tbblearn.audit.models import AccessLog
from tbblearn.audit.rules import Seen
from tbblearn.db import db, unit_of_work, utc_now
from tbblearn.mail.actions import NO_LETTER, NO_SERVER, queue
from tbblearn.mail.delivery import deliver
from tbblearn.mail.models import Message
from tbblearn.mail.rules import MAX_ATTEMPTS, Letter, MessageState
from tbblearn.operations.queries import PAGE_SIZE
from tbblearn.people.ending import EXTERNAL_ENDS_MAIL
from tbblearn.people.models import Person
from tbblearn.people.rules import Role
from tbblearn.surveys.waves import ASKING_MAIL
from tbblearn.web.application import Application
from tests.factories import NOW, County
from tests.reading import Reader

WRITERS = {SET_PASSWORD_MAIL: set_password_letter}


@pytest.fixture
def admin(reader: Reader, county: County) -> Reader:
    reader.sign_in(county.persons["admin"])
    return reader


def message(app: Application, recipient_id: int, key: str, **values: object) -> int:
    with app.app_context(), unit_of_work():
        queue(SET_PASSWORD_MAIL, recipient_id, key, now=NOW)
        found = db.session.scalars(select(Message).where(Message.dedupe_key == key)).one()
        for name, value in values.items():
            setattr(found, name, value)
        return found.id


def test_where_there_is_nothing_the_page_says_so(admin: Reader) -> None:
    page = admin.get("/utskick")
    assert "Inget väntar på att skickas." in page.text
    assert page.soup.find("table") is None


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({}, "Väntar"),
        ({"attempts": 2, "fault": "SMTPServerDisconnected"}, "Försöker igen"),
        ({"state": MessageState.SENT, "sent_at": NOW, "attempts": 1}, "Skickat"),
        ({"state": MessageState.FAILED, "attempts": MAX_ATTEMPTS}, "Kom inte fram"),
    ],
)
def test_a_state_is_a_word(
    app: Application, county: County, admin: Reader, values: dict[str, object], word: str
) -> None:
    message(app, county.persons["p101"], "a", **values)
    page = admin.get("/utskick")
    row = page.soup.select_one("tbody tr")
    assert row is not None
    tag = row.select_one(".tag")
    assert tag is not None
    assert tag.get_text(strip=True) == word
    assert f"Nummer {county.persons['p101']}" in row.get_text(" ")


def test_every_kind_of_letter_that_can_be_written_has_a_word(app: Application, county: County, admin: Reader) -> None:
    kinds = [kind for kind in app.extensions["tbblearn_letters"] if kind not in ASKING_MAIL]
    for number, kind in enumerate(kinds):
        message(app, county.persons["p101"], str(number), kind=kind)
    heads = [head.get_text(strip=True) for head in admin.get("/utskick").soup.select("tbody th")]
    assert len(heads) == len(kinds)
    assert all(heads)
    assert len(set(heads)) == len(heads)


def test_nobody_is_named(app: Application, county: County, admin: Reader) -> None:
    for number in range(101, 113):
        message(app, county.persons[f"p{number}"], str(number))
    main = admin.get("/utskick").text
    assert "Medarbetare" not in main
    assert "@" not in main


def test_what_did_not_arrive_can_be_sent_again(app: Application, county: County, admin: Reader) -> None:
    message_id = message(app, county.persons["p101"], "a", state=MessageState.FAILED, attempts=MAX_ATTEMPTS)
    page = admin.get("/utskick")
    page = admin.submit(page.form(f"/utskick/{message_id}/skicka-igen"), follow=True)
    assert "Väntar" in page.text
    admin.post(f"/utskick/{message_id}/skicka-igen", {}, 404)
    admin.post("/utskick/99999/skicka-igen", {}, 404)


def test_a_letter_that_asks_somebody_to_answer_is_not_there_to_be_sent_again(
    app: Application, county: County, admin: Reader
) -> None:
    """That it did not arrive says that its reader had answered: trying is refused as for one that there is not."""
    for kind in sorted(ASKING_MAIL):
        message_id = message(app, county.persons["p101"], kind, kind=kind, state=MessageState.FAILED, fault=NO_LETTER)
        admin.post(f"/utskick/{message_id}/skicka-igen", {}, 404)
        with app.app_context():
            assert db.session.get_one(Message, message_id).state is MessageState.FAILED


def kept(app: Application, county: County, kind: str = EXTERNAL_ENDS_MAIL) -> int:
    """A letter to p101 that there was no server for."""
    words = {"kept_subject": "Ämne", "kept_body": "Hej!\n\nhttp://127.0.0.1:5000/mina-uppgifter"}
    return message(
        app, county.persons["p101"], f"kept {kind}", kind=kind, state=MessageState.SENT, sent_at=NOW, **words
    )


def seen(app: Application) -> list[tuple[Seen, int | None, str, int]]:
    with app.app_context():
        rows = db.session.execute(
            select(AccessLog.seen, AccessLog.actor_id, AccessLog.object_kind, AccessLog.object_id)
        )
        return [(row.seen, row.actor_id, row.object_kind, row.object_id) for row in rows]


def test_without_a_mail_server_a_letter_is_read_here_and_it_is_noted_who_read_it(
    app: Application, county: County, admin: Reader
) -> None:
    kept(app, county)
    page = admin.get("/utskick")
    assert seen(app) == []
    letter = admin.get(page.links["Visa mejlet till nummer " + str(county.persons["p101"])])
    assert letter.h1 == "Mejlet: Ämne"
    assert "Det noteras vem som har läst det." in letter.text
    assert seen(app) == [(Seen.LETTER_SHOWN, county.persons["admin"], "person", county.persons["p101"])]


def test_a_letter_with_a_link_to_sign_in_with_is_read_by_nobody_whoever_kept_it(
    app: Application, county: County, admin: Reader
) -> None:
    for kind in sorted(LINK_MAIL):
        message_id = kept(app, county, kind)
        page = admin.get("/utskick")
        assert "Visa mejlet" not in page.text
        assert f"/utskick/{message_id}" not in page.links.values()
        admin.get(f"/utskick/{message_id}", 404)
    assert seen(app) == []


def test_without_a_mail_server_no_link_is_made_and_nothing_of_the_letter_is_kept(
    app: Application, county: County, admin: Reader
) -> None:
    """Nor does a link that was printed for the same person stop working."""
    with app.app_context():
        with unit_of_work():
            path = f"/valj-losenord/{make_link(county.persons['p101'], utc_now())}"
            queue(SET_PASSWORD_MAIL, county.persons["p101"], "a", now=NOW)
        counts = deliver(utc_now(), WRITERS, None, never_kept=LINK_MAIL)
        assert counts == {"messages_sent": 0, "messages_failed": 1}
        found = db.session.scalars(select(Message)).one()
        assert (found.state, found.fault, found.kept_subject, found.kept_body) == (
            MessageState.FAILED,
            NO_SERVER,
            "",
            "",
        )
        assert len(db.session.scalars(select(OneTimeLink)).all()) == 1
    assert "Kom inte fram" in admin.get("/utskick").text
    assert Reader(app).get(path).h1 == "Välj ditt lösenord"


def test_by_a_mail_server_the_letter_with_its_link_goes_out_as_before(app: Application, county: County) -> None:
    sent: list[Letter] = []

    def transport(letters: Iterable[tuple[int, Letter]]) -> dict[int, str]:
        sent.extend(letter for _id, letter in letters)
        return {}

    with app.app_context():
        with unit_of_work():
            queue(SET_PASSWORD_MAIL, county.persons["p101"], "a", now=NOW)
        assert deliver(utc_now(), WRITERS, transport, never_kept=LINK_MAIL)["messages_sent"] == 1
    assert "/valj-losenord/" in sent[0].body


def test_a_letter_to_somebody_with_a_protected_identity_is_read_by_nobody_else(
    app: Application, county: County, admin: Reader
) -> None:
    with app.app_context(), unit_of_work():
        db.session.get_one(Person, county.persons["p101"]).protected_identity = True
    message_id = message(
        app,
        county.persons["p101"],
        "a",
        kind=EXTERNAL_ENDS_MAIL,
        state=MessageState.SENT,
        sent_at=NOW,
        kept_subject="Ämne",
        kept_body="Hej Medarbetare!",
    )
    assert "Visa mejlet" not in admin.get("/utskick").text
    admin.get(f"/utskick/{message_id}", 404)


def test_a_letter_that_there_is_not_is_not_found(app: Application, county: County, admin: Reader) -> None:
    message_id = message(app, county.persons["p101"], "a")
    admin.get(f"/utskick/{message_id}", 404)
    admin.get("/utskick/99999", 404)


def test_a_long_list_is_read_page_by_page_newest_first(app: Application, county: County, admin: Reader) -> None:
    with app.app_context(), unit_of_work():
        for number in range(PAGE_SIZE + 2):
            queue(SET_PASSWORD_MAIL, number, str(number), now=NOW + timedelta(minutes=number))
    page = admin.get("/utskick")
    assert len(page.soup.select("tbody tr")) == PAGE_SIZE
    older = page.soup.select_one("a[rel=next]")
    assert older is not None
    last = admin.get(str(older["href"]))
    assert [row.get_text() for row in last.soup.select("tbody tr td:nth-of-type(1)")] == ["Nummer 1", "Nummer 0"]
    assert last.soup.select_one("a[rel=next]") is None
    admin.get("/utskick?fore=nonsense")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN] + [None])
def test_only_an_administrator_comes_in(app: Application, county: County, reader: Reader, role: Role | None) -> None:
    message_id = message(app, county.persons["p101"], "a", state=MessageState.FAILED)
    reader.sign_in(county.persons[role.value if role else "p101"])
    reader.get("/utskick", 403)
    reader.get(f"/utskick/{message_id}", 403)
    reader.post(f"/utskick/{message_id}/skicka-igen", {}, 403)
    anonymous = Reader(app)
    assert anonymous.get("/utskick", 303).location == "/logga-in?next=/utskick"
