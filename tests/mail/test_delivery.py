"""Delivery by SMTP to a real server on this machine, or into a page where there is none."""

from datetime import timedelta
from ssl import SSLError

import pytest
from sqlalchemy import select

from tbblearn.db import db, read_only, unit_of_work
from tbblearn.mail.actions import queue, take_back
from tbblearn.mail.delivery import deliver
from tbblearn.mail.models import Message
from tbblearn.mail.rules import Letter, MessageState, ServerAway
from tbblearn.mail.sending import Writer
from tbblearn.mail.smtp import Smtp
from tests.factories import NOW
from tests.mail.outbox import WRITERS, Clock, put, states
from tests.mail.server import Inbox, free_port

SENDER = "tbblearn, Sörmland <tbblearn@example.org>"
CLOCK = Clock()


def counts(**some: int) -> dict[str, int]:
    """What a run tells; what is not named is zero."""
    names = ("messages_sent", "messages_tried_again", "messages_failed", "messages_not_needed", "quiet_messages_begun")
    return dict.fromkeys(names, 0) | some


class Watching:
    """A way for letters that looks round when it is used."""

    def __init__(self) -> None:
        self.sent: list[Letter] = []

    def look(self) -> None:
        pass

    def send(self, letter: Letter) -> None:
        self.look()
        self.sent.append(letter)

    def close(self) -> None:
        pass


def test_letters_arrive_with_swedish_letters_whole(session: None, server: str, inbox: Inbox) -> None:
    put("hello", "hello")
    assert deliver(CLOCK, WRITERS, Smtp(server, SENDER)) == counts(messages_sent=2)
    first = inbox.letters[0]
    assert (first["To"], first["Subject"], first["From"]) == ("m0@example.org", "Ämne", SENDER)
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Date"] is not None
    assert first["Message-ID"] is not None
    assert first.get_content().strip() == "Hej 0"
    assert {state for state, _n, _fault in states().values()} == {MessageState.SENT}
    with read_only():
        assert set(db.session.scalars(select(Message.kept_body))) == {""}
    assert deliver(CLOCK, WRITERS, Smtp(server, SENDER)) == counts()
    assert len(inbox.letters) == 2
    assert inbox.connections == 1, "the second run had nothing to connect for"


def test_more_than_one_batch_goes_out_in_one_run_also_past_what_cannot_be_written(
    session: None, server: str, inbox: Inbox
) -> None:
    put(*["gone"] * 30, *["faulty"] * 30, *["hello"] * 3)
    done = deliver(CLOCK, WRITERS, Smtp(server, SENDER))
    assert done == counts(messages_sent=3, messages_failed=30, messages_not_needed=30)
    assert len(inbox.letters) == 3
    assert inbox.connections == 1


def to(address: str, subject: str = "Ämne") -> Writer:
    return lambda recipient_id, values, now: Letter(address, subject, "Hej")


def test_one_address_that_is_refused_keeps_nobody_else_from_mail(session: None, server: str, inbox: Inbox) -> None:
    writers = {**WRITERS, "refused": to("refused@example.org"), "header": to("m@example.org", "två\nrader")}
    put("hello", "refused", "header", "hello")
    assert deliver(CLOCK, writers, Smtp(server, SENDER)) == counts(messages_sent=2, messages_failed=2)
    assert states()["refused:1"] == (MessageState.FAILED, 1, "RCPT 550")
    assert states()["header:2"] == (MessageState.FAILED, 1, "ValueError")
    assert len(inbox.letters) == 2


def test_of_a_quiet_kind_only_what_was_queued_is_told_and_the_server_is_asked_about_every_address(
    session: None, server: str, inbox: Inbox
) -> None:
    """m1, m3 and m5 need none. Were m3's address bad, the fault would not say whether m3 needed one."""
    inbox.at_rcpt = lambda address: (
        "550 5.1.1 <m3@example.org> unknown" if address in {"m2@example.org", "m3@example.org"} else None
    )
    put(*["asks"] * 6)
    assert deliver(CLOCK, WRITERS, Smtp(server, SENDER), {"asks"}) == counts(quiet_messages_begun=6)
    assert inbox.taken == ["m0@example.org", "m4@example.org"]
    assert set(inbox.asked.values()) == {1}
    found = states()
    assert len(found) == 6
    for key, told in found.items():
        refused = key in {"asks:2", "asks:3"}
        assert told == ((MessageState.FAILED, 1, "RCPT 550 5.1.1") if refused else (MessageState.SENT, 1, ""))
    with read_only():
        assert len(set(db.session.scalars(select(Message.due_at)))) == 1, (
            "a time of its own would tell whose took longer"
        )


def test_no_transaction_is_open_while_letters_go_out(session: None) -> None:
    """The database is free for others: on SQLite nobody could write while a mail server takes its time."""
    open_then = []

    class Looking(Watching):
        def look(self) -> None:
            open_then.append(db.session().in_transaction())
            with unit_of_work():
                queue("hello", 9, "in between", now=NOW + timedelta(days=1))

    put("hello")
    deliver(CLOCK, WRITERS, Looking())
    assert open_then == [False]
    assert set(states()) == {"hello:0", "in between"}


def test_a_letter_that_is_taken_back_on_its_way_lets_the_others_be_told_as_sent(session: None) -> None:
    class TakingBack(Watching):
        def look(self) -> None:
            with unit_of_work():
                take_back("hello:0")

    put("hello", "hello")
    line = TakingBack()
    deliver(CLOCK, WRITERS, line)
    assert states() == {"hello:1": (MessageState.SENT, 1, "")}
    deliver(Clock(NOW + timedelta(days=1)), WRITERS, line)
    assert len(line.sent) == 2


def test_what_became_of_a_letter_is_kept_before_the_next_one_goes(session: None) -> None:
    told = []

    class Counting(Watching):
        def look(self) -> None:
            told.append(sorted(state.value for state, _n, _fault in states().values()))

    put("hello", "hello", "hello")
    deliver(CLOCK, WRITERS, Counting())
    assert told == [["sending", "waiting", "waiting"], ["sending", "sent", "waiting"], ["sending", "sent", "sent"]]


def test_without_a_mail_server_letters_are_kept_to_be_read_but_none_of_a_quiet_kind(session: None) -> None:
    put("hello", "asks")
    done = deliver(CLOCK, WRITERS, None, {"asks"})
    assert done == counts(messages_sent=1, quiet_messages_begun=1)
    with read_only():
        kept = db.session.execute(select(Message.state, Message.kept_subject, Message.kept_body).order_by(Message.id))
        assert [tuple(row) for row in kept] == [(MessageState.SENT, "Ämne", "Hej 0"), (MessageState.SENT, "", "")]


def test_a_password_is_not_sent_to_a_server_that_cannot_take_it(session: None, server: str, inbox: Inbox) -> None:
    put("hello")
    with_password = server.replace("smtp://", "smtp://user:hemligt@")
    assert deliver(CLOCK, WRITERS, Smtp(with_password, SENDER)) == counts()
    assert states()["hello:0"] == (MessageState.WAITING, 0, "SMTPNotSupportedError")
    assert inbox.letters == []


def test_a_server_elsewhere_without_encryption_gets_no_letter_and_no_password(
    session: None, server: str, inbox: Inbox
) -> None:
    """127.1 is this machine under a name that the rule does not know: to it as good as any other."""
    elsewhere = server.replace("127.0.0.1", "127.1")
    put("hello")
    assert deliver(CLOCK, WRITERS, Smtp(elsewhere, SENDER)) == counts()
    assert states()["hello:0"] == (MessageState.WAITING, 0, "NotEncrypted")
    assert inbox.letters == []
    assert deliver(CLOCK, WRITERS, Smtp(elsewhere, SENDER, plain=True)) == counts(messages_sent=1)


def test_a_server_that_does_not_speak_tls_gets_nothing(server: str, inbox: Inbox) -> None:
    with pytest.raises(ServerAway, match=SSLError.__name__):
        Smtp(server.replace("smtp://", "smtps://"), SENDER).send(Letter("m@example.org", "Ämne", "Hej"))
    assert inbox.letters == []


def test_nobody_there_is_a_server_that_is_away() -> None:
    with pytest.raises(ServerAway, match="ConnectionRefusedError"):
        Smtp(f"smtp://127.0.0.1:{free_port()}", SENDER).send(Letter("m@example.org", "Ämne", "Hej"))


def test_an_address_beyond_ascii_meets_the_same_whether_it_is_asked_about_or_written_to(
    server: str, inbox: Inbox
) -> None:
    line = Smtp(server, SENDER)
    for only_asks in (True, False):
        line.send(Letter("åsa@example.org", "Ämne", "Hej", only_asks=only_asks))
    line.close()
    assert inbox.asked == {"åsa@example.org": 2}
    assert inbox.taken == ["åsa@example.org"]
