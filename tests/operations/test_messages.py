"""Utskick: what waits, what went, what did not arrive; no name and no address on it."""

from datetime import timedelta

import pytest
from bs4 import Tag
from sqlalchemy import select

from tbblearn.access.actions import make_link
from tbblearn.access.letters import set_password_letter
from tbblearn.access.models import OneTimeLink
from tbblearn.access.rules import LINK_MAIL, SET_PASSWORD_MAIL
from tbblearn.audit.models import AccessLog
from tbblearn.audit.rules import Seen
from tbblearn.db import db, unit_of_work, utc_now
from tbblearn.mail.actions import queue
from tbblearn.mail.delivery import deliver
from tbblearn.mail.models import Message
from tbblearn.mail.rules import MAX_ATTEMPTS, Letter, MessageState
from tbblearn.mail.sending import NO_LETTER, NO_SERVER
from tbblearn.operations.queries import PAGE_SIZE
from tbblearn.people.ending import EXTERNAL_ENDS_MAIL
from tbblearn.people.models import Person
from tbblearn.people.rules import Role
from tbblearn.surveys.waves import ASKING_MAIL
from tbblearn.web.application import Application
from tests.factories import NOW, County
from tests.listening import statements
from tests.reading import Reader, ReadPage

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


def listed(page: ReadPage) -> list[Tag]:
    """The rows of the letters one by one."""
    return page.soup.select("section[aria-labelledby=letters] tbody tr")


def test_where_there_is_nothing_the_page_says_so(admin: Reader) -> None:
    page = admin.get("/utskick")
    assert "Inget väntar på att skickas." in page.text
    assert "Ingen enkät har skickats ut än." in page.text
    assert page.soup.find("table") is None


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({}, "Väntar"),
        ({"attempts": 2, "fault": "SMTPServerDisconnected"}, "Försöker igen"),
        ({"state": MessageState.SENT, "sent_at": NOW, "attempts": 1}, "Skickat"),
        ({"state": MessageState.SENDING, "attempts": 1}, "Skickas nu"),
        ({"state": MessageState.DROPPED}, "Skickades inte"),
        ({"state": MessageState.FAILED, "attempts": MAX_ATTEMPTS}, "Kom inte fram"),
    ],
)
def test_a_state_is_a_word(
    app: Application, county: County, admin: Reader, values: dict[str, object], word: str
) -> None:
    message(app, county.persons["p101"], "a", **values)
    page = admin.get("/utskick")
    row = listed(page)[0]
    tag = row.select_one(".tag")
    assert tag is not None
    assert tag.get_text(strip=True) == word
    assert f"Nummer {county.persons['p101']}" in row.get_text(" ")


def test_every_kind_of_letter_that_can_be_written_has_a_word(app: Application, county: County, admin: Reader) -> None:
    kinds = [kind for kind in app.extensions["tbblearn_letters"] if kind not in ASKING_MAIL]
    for number, kind in enumerate(kinds):
        message(app, county.persons["p101"], str(number), kind=kind)
    heads = [row.select_one("th").get_text(strip=True) for row in listed(admin.get("/utskick"))]
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
        counts = deliver(utc_now, WRITERS, None, never_kept=LINK_MAIL)
        assert counts["messages_failed"] == sum(counts.values()) == 1
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

    class Line:
        def send(self, letter: Letter) -> None:
            sent.append(letter)

        def close(self) -> None:
            pass

    with app.app_context():
        with unit_of_work():
            queue(SET_PASSWORD_MAIL, county.persons["p101"], "a", now=NOW)
        assert deliver(utc_now, WRITERS, Line(), never_kept=LINK_MAIL)["messages_sent"] == 1
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


def test_a_long_list_is_read_page_by_page_both_ways_and_what_waits_by_its_day(
    app: Application, county: County, admin: Reader
) -> None:
    with app.app_context(), unit_of_work():
        for number in range(PAGE_SIZE + 2):
            queue(SET_PASSWORD_MAIL, number, str(number), now=NOW + timedelta(minutes=number))
    page = admin.get("/utskick?typ=set_password")
    assert len(listed(page)) == PAGE_SIZE
    assert "1–50 av 52" in page.text
    later = page.soup.select_one("a[rel=next]")
    assert later is not None
    last = admin.get(str(later["href"]))
    assert "51–52 av 52" in last.text
    assert [
        cell.get_text(strip=True) for cell in last.soup.select("section[aria-labelledby=letters] td:nth-of-type(1)")
    ] == [
        "Nummer 50",
        "Nummer 51",
    ]
    assert last.soup.select_one("a[rel=next]") is None
    back = last.soup.select_one("a[rel=prev]")
    assert back is not None
    assert "typ=set_password" in str(back["href"]), "the filter is kept"
    assert str(back["href"]).endswith("#letters"), "past the totals, to the list itself"
    for nonsense in (
        "sida=nonsense",
        "sida=99999999999",
        "sida=0",
        "sida=999",
        "lage=nonsense",
        "typ=nonsense",
        "nummer=x",
    ):
        admin.get(f"/utskick?{nonsense}")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN] + [None])
def test_only_an_administrator_comes_in(app: Application, county: County, reader: Reader, role: Role | None) -> None:
    message_id = message(app, county.persons["p101"], "a", state=MessageState.FAILED)
    reader.sign_in(county.persons[role.value if role else "p101"])
    reader.get("/utskick", 403)
    reader.get(f"/utskick/{message_id}", 403)
    reader.post(f"/utskick/{message_id}/skicka-igen", {}, 403)
    anonymous = Reader(app)
    assert anonymous.get("/utskick", 303).location == "/logga-in?next=/utskick"


def test_what_failed_stands_first_and_every_letter_says_its_day(
    app: Application, county: County, admin: Reader
) -> None:
    sent, failed, waits = county.persons["p101"], county.persons["p102"], county.persons["p103"]
    message(app, failed, "a", state=MessageState.FAILED, attempts=1, fault="RCPT 550 5.1.1", due_at=NOW)
    message(app, sent, "b", state=MessageState.SENT, sent_at=NOW, due_at=NOW)
    message(app, waits, "c", due_at=NOW + timedelta(days=3))
    message(app, waits, "d", attempts=2, fault="RCPT 450", due_at=NOW + timedelta(days=4))
    rows = [" ".join(row.get_text(" ").replace("\xa0", " ").split()) for row in listed(admin.get("/utskick"))]
    assert [row.split(" Nummer ")[1].split()[0] for row in rows] == [str(one) for one in (failed, waits, waits, sent)]
    assert "RCPT 550 5.1.1" in rows[0]
    assert "Senaste försöket 20 november" in rows[0]
    assert "Skickas 23 november" in rows[1]
    assert "Nytt försök 24 november" in rows[2]


def test_letters_are_found_by_state_kind_and_recipient_and_counted(
    app: Application, county: County, admin: Reader
) -> None:
    one, other = county.persons["p101"], county.persons["p102"]
    message(app, one, "a", state=MessageState.FAILED)
    message(app, one, "b")
    message(app, other, "c", kind=EXTERNAL_ENDS_MAIL)
    for query, number in (
        ("", 3),
        ("lage=kom-inte-fram", 1),
        ("lage=vantar", 2),
        ("lage=skickat", 0),
        (f"typ={EXTERNAL_ENDS_MAIL}", 1),
        (f"nummer={one}", 2),
        (f"lage=vantar&typ=set_password&nummer={one}", 1),
        (f"nummer={one}&typ={EXTERNAL_ENDS_MAIL}", 0),
    ):
        assert len(listed(admin.get(f"/utskick?{query}"))) == number, query
    assert "Det finns inga sådana mejl." in admin.get("/utskick?lage=skickat").text
    totals = admin.get("/utskick").soup.select("section[aria-labelledby=totals] tfoot td")
    assert [cell.get_text(strip=True) for cell in totals][:2] == ["1", "2"]


def test_the_page_asks_no_more_of_the_database_however_much_there_is(
    app: Application, county: County, admin: Reader
) -> None:
    def queries() -> int:
        with statements(app) as asked:
            admin.get("/utskick")
        return sum("message" in statement for statement in asked)

    for state in MessageState:
        message(app, county.persons["p101"], f"first {state}", state=state, sent_at=NOW if state == "sent" else None)
    few = queries()
    for number in range(10):
        for state in MessageState:
            sent_at = NOW if state == "sent" else None
            message(app, county.persons["p101"], f"{number} {state}", state=state, sent_at=sent_at)
    assert queries() == few > 0


def test_letters_that_ask_are_counted_and_sent_again_without_anybody_shown(
    app: Application, county: County, admin: Reader
) -> None:
    people = [county.persons[f"p{number}"] for number in range(101, 106)]
    for kind in sorted(ASKING_MAIL):
        for person_id in people:
            message(app, person_id, f"{kind} {person_id}", kind=kind, state=MessageState.SENT, sent_at=NOW)
    with app.app_context(), unit_of_work():
        for found in db.session.scalars(select(Message).where(Message.recipient_id.in_(people[:2]))):
            found.state, found.sent_at = MessageState.FAILED, None
    page = admin.get("/utskick")
    quiet = [" ".join(row.get_text(" ").split()) for row in page.soup.select("section[aria-labelledby=quiet] tbody tr")]
    assert len(quiet) == 2
    for row in quiet:
        assert " 5 Några kom inte fram" in row
    assert listed(page) == []
    for person_id in people:
        assert f"nummer={person_id}" not in str(page.soup)
        assert listed(admin.get(f"/utskick?nummer={person_id}")) == []
    admin.post("/utskick/skicka-igen", {"typ": "survey_reminder"})
    page = admin.follow()
    assert "De som inte kom fram skickas igen" in page.text
    with app.app_context():
        waiting = db.session.scalars(select(Message.kind).where(Message.state == MessageState.WAITING)).all()
    assert waiting == ["survey_reminder"] * 2
    admin.post("/utskick/skicka-igen", {"typ": "nonsense"}, 404)
    admin.post("/utskick/skicka-igen", {}, 404)
