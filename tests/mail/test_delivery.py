"""Delivery by SMTP to a real server on this machine, or into a page where there is none."""

import socket
from collections.abc import Iterable, Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from tbblearn.db import db, read_only, unit_of_work
from tbblearn.mail.actions import Writer, keep_letter, queue, report, take_back
from tbblearn.mail.delivery import deliver, smtp_transport
from tbblearn.mail.models import Message
from tbblearn.mail.rules import Letter, MessageState, may_go_in_clear
from tests.factories import NOW
from tests.mail.test_outbox import WRITERS, put, states

SENDER = "tbblearn, Sörmland <tbblearn@example.org>"


class Inbox:
    """A mail server that keeps what it gets, refuses one address, and may hang up."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.hang_up_after = 1_000

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused"):
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.letters.append(message)
        if len(self.letters) >= self.hang_up_after:
            server.transport.abort()
        return "250 kept"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def server(inbox: Inbox) -> Iterator[str]:
    """Address of a running mail server."""
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


def test_letters_arrive_with_swedish_letters_whole(session: None, server: str, inbox: Inbox) -> None:
    put("hello", "hello")
    counts = deliver(NOW, WRITERS, smtp_transport(server, SENDER))
    assert counts == {"messages_sent": 2, "messages_failed": 0}
    first = inbox.letters[0]
    assert (first["To"], first["Subject"], first["From"]) == ("m0@example.org", "Ämne", SENDER)
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Date"] is not None
    assert first["Message-ID"] is not None
    assert first.get_content().strip() == "Hej 0"
    assert {state for state, _n, _fault in states().values()} == {MessageState.SENT}
    with read_only():
        assert set(db.session.scalars(select(Message.kept_body))) == {""}
    assert deliver(NOW, WRITERS, smtp_transport(server, SENDER)) == {"messages_sent": 0, "messages_failed": 0}
    assert len(inbox.letters) == 2


def test_more_than_one_batch_goes_out_in_one_run_also_past_what_cannot_be_written(
    session: None, server: str, inbox: Inbox
) -> None:
    put(*["gone"] * 60, *["hello"] * 3)
    counts = deliver(NOW, WRITERS, smtp_transport(server, SENDER))
    assert counts == {"messages_sent": 3, "messages_failed": 60}
    assert len(inbox.letters) == 3


def test_a_kind_that_nobody_is_to_count_goes_out_and_is_not_counted(session: None, server: str, inbox: Inbox) -> None:
    refused = {**WRITERS, "asks": to("m@example.org"), "asks in vain": to("refused@example.org")}
    put(*["gone"] * 60, "hello", "asks", "asks in vain")
    counts = deliver(NOW, refused, smtp_transport(server, SENDER), {"gone", "asks", "asks in vain"})
    assert counts == {"messages_sent": 1, "messages_failed": 0}
    assert len(inbox.letters) == 2


def to(address: str, subject: str = "Ämne") -> Writer:
    return lambda recipient_id, values, now: Letter(address, subject, "Hej")


def test_one_address_that_is_refused_keeps_nobody_else_from_mail(session: None, server: str, inbox: Inbox) -> None:
    writers = {**WRITERS, "refused": to("refused@example.org"), "header": to("m@example.org", "två\nrader")}
    put("hello", "refused", "header", "hello")
    counts = deliver(NOW, writers, smtp_transport(server, SENDER))
    assert counts == {"messages_sent": 2, "messages_failed": 2}
    assert states()["refused:1"] == (MessageState.WAITING, 1, "SMTPRecipientsRefused")
    assert states()["header:2"] == (MessageState.WAITING, 1, "ValueError")
    assert len(inbox.letters) == 2


def test_a_server_that_hangs_up_gets_nothing_twice_that_it_had_taken(session: None, server: str, inbox: Inbox) -> None:
    put(*["hello"] * 4)
    inbox.hang_up_after = 2
    deliver(NOW, WRITERS, smtp_transport(server, SENDER))
    waiting = [key for key, (state, _n, _f) in states().items() if state is MessageState.WAITING]
    assert "hello:0" not in waiting
    assert len(waiting) == 3
    inbox.hang_up_after = 1_000
    later = NOW + timedelta(minutes=5)
    assert deliver(later, WRITERS, smtp_transport(server, SENDER))["messages_sent"] == 3
    assert [letter["To"] for letter in inbox.letters].count("m0@example.org") == 1


def test_without_an_answer_everything_waits_for_the_next_try(session: None) -> None:
    put("hello")
    nobody_there = smtp_transport(f"smtp://127.0.0.1:{free_port()}", SENDER)
    assert deliver(NOW, WRITERS, nobody_there) == {"messages_sent": 0, "messages_failed": 1}
    assert states()["hello:0"] == (MessageState.WAITING, 1, "ConnectionRefusedError")


def test_no_transaction_is_open_while_letters_go_out(session: None) -> None:
    """The database is free for others: on SQLite nobody could write while a mail server takes its time."""
    open_then = []

    def transport(letters: Iterable[tuple[int, Letter]]) -> dict[int, str]:
        open_then.append(db.session().in_transaction())
        with unit_of_work():
            queue("hello", 9, "in between", now=NOW + timedelta(days=1))
        return {}

    put("hello")
    deliver(NOW, WRITERS, transport)
    assert open_then == [False]
    assert set(states()) == {"hello:0", "in between"}


def test_a_letter_that_is_taken_back_on_its_way_lets_the_others_be_told_as_sent(session: None) -> None:
    sent: list[int] = []

    def transport(letters: Iterable[tuple[int, Letter]]) -> dict[int, str]:
        sent.extend(message_id for message_id, _letter in letters)
        with unit_of_work():
            take_back("hello:0")
        return {}

    put("hello", "hello")
    deliver(NOW, WRITERS, transport)
    assert states() == {"hello:1": (MessageState.SENT, 1, "")}
    with unit_of_work():
        report(sent[0], NOW, fault="a fault")
        keep_letter(sent[0], Letter("m0@example.org", "Ämne", "Hej"))
    deliver(NOW + timedelta(days=1), WRITERS, transport)
    assert len(sent) == 2


def test_without_a_mail_server_letters_are_kept_to_be_read(session: None) -> None:
    put("hello")
    assert deliver(NOW, WRITERS, None) == {"messages_sent": 1, "messages_failed": 0}
    with read_only():
        message = db.session.scalars(select(Message)).one()
    assert (message.state, message.kept_subject, message.kept_body) == (MessageState.SENT, "Ämne", "Hej 0")


def test_a_password_is_not_sent_to_a_server_that_cannot_take_it(session: None, server: str, inbox: Inbox) -> None:
    put("hello")
    with_password = server.replace("smtp://", "smtp://user:hemligt@")
    assert deliver(NOW, WRITERS, smtp_transport(with_password, SENDER))["messages_failed"] == 1
    assert states()["hello:0"][2] == "SMTPNotSupportedError"
    assert inbox.letters == []


def test_a_server_elsewhere_without_encryption_gets_no_letter_and_no_password(
    session: None, server: str, inbox: Inbox
) -> None:
    """127.1 is this machine under a name that the rule does not know: to it as good as any other."""
    elsewhere = server.replace("127.0.0.1", "127.1")
    put("hello")
    assert deliver(NOW, WRITERS, smtp_transport(elsewhere, SENDER)) == {"messages_sent": 0, "messages_failed": 1}
    assert states()["hello:0"] == (MessageState.WAITING, 1, "NotEncrypted")
    assert inbox.letters == []
    later = NOW + timedelta(minutes=5)
    assert deliver(later, WRITERS, smtp_transport(elsewhere, SENDER, plain=True))["messages_sent"] == 1


@pytest.mark.parametrize(
    ("host", "allowed", "may"),
    [
        ("localhost", False, True),
        ("LOCALHOST", False, True),
        ("127.0.0.1", False, True),
        ("::1", False, True),
        ("mail.example.org", False, False),
        ("localhost.example.org", False, False),
        ("mail.example.org", True, True),
    ],
)
def test_only_this_machine_may_get_mail_in_clear_unless_the_operator_says_so(
    host: str, allowed: bool, may: bool
) -> None:
    assert may_go_in_clear(host, allowed=allowed) is may
