"""The outbox: queued once, taken by one, and told of."""

import threading
from datetime import timedelta

from sqlalchemy import select

from tbblearn.db import db, read_only, unit_of_work
from tbblearn.mail.actions import queue, send_again, send_failed_again
from tbblearn.mail.models import Message
from tbblearn.mail.rules import Letter, MessageState, NotNow, Refused, ServerAway, Unsure
from tbblearn.mail.sending import BATCH, LEASE, MAY_HAVE_ARRIVED, NO_LETTER, due, give_up_on_lost, report, take
from tbblearn.web.application import Application
from tests.factories import NOW
from tests.mail.outbox import WRITERS, put, states

SENT, WAITING, SENDING = MessageState.SENT, MessageState.WAITING, MessageState.SENDING
FAILED, DROPPED = MessageState.FAILED, MessageState.DROPPED


def first() -> int:
    with read_only():
        return db.session.scalars(select(Message.id).order_by(Message.id)).first() or 0


def test_the_same_thing_is_said_once(session: None) -> None:
    with unit_of_work():
        assert queue("hello", 1, "hello:1:2026", now=NOW)
        assert not queue("hello", 1, "hello:1:2026", now=NOW, values={"n": 2})
    with unit_of_work():
        assert not queue("hello", 1, "hello:1:2026", now=NOW + timedelta(days=30))
        assert queue("hello", 1, "hello:1:2027", now=NOW)
    assert set(states()) == {"hello:1:2026", "hello:1:2027"}


def test_two_who_queue_the_same_at_once_put_it_there_once(app: Application) -> None:
    together, put_there, faults = threading.Barrier(4), [], []

    def work() -> None:
        try:
            together.wait(10)
            with app.app_context(), unit_of_work():
                put_there.append(queue("hello", 1, "hello:1", now=NOW))
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert faults == []
    assert sorted(put_there) == [False, False, False, True]


def test_what_is_queued_in_a_change_that_fails_is_never_said(session: None) -> None:
    with unit_of_work() as work:
        queue("hello", 1, "hello:1", now=NOW)
        work.refuse()
    assert states() == {}


def test_a_letter_is_written_when_it_is_taken_and_then_reported(session: None) -> None:
    put("hello")
    with unit_of_work():
        taken = take(first(), NOW, WRITERS)
    assert taken == ("hello", Letter("m0@example.org", "Ämne", "Hej 0"))
    with unit_of_work():
        assert report(first(), NOW, due_at=NOW) is SENT
    with read_only():
        message = db.session.scalars(select(Message)).one()
    assert (message.state, message.sent_at, message.kept_body) == (SENT, NOW, "")


def test_what_is_not_due_is_left(session: None) -> None:
    put("hello", now=NOW + timedelta(minutes=1))
    assert due(NOW) == []
    with unit_of_work():
        assert take(first(), NOW, WRITERS) is None


def test_what_somebody_began_to_send_and_never_told_of_fails_and_is_not_sent_again(session: None) -> None:
    put("hello")
    with unit_of_work():
        take(first(), NOW, WRITERS)
    assert due(NOW + timedelta(days=1)) == []
    message_id = first()
    with unit_of_work():
        assert give_up_on_lost(NOW + LEASE - timedelta(seconds=1)) == 0
        assert give_up_on_lost(NOW + LEASE) == 1
    assert states()["hello:0"] == (FAILED, 1, MAY_HAVE_ARRIVED)
    with unit_of_work():
        assert report(message_id, NOW + LEASE, due_at=NOW) is None, "whoever is too late changes nothing"


def test_many_at_once_take_each_message_once(app: Application) -> None:
    with app.app_context():
        put(*["hello"] * 20)
        ids = [message_id for message_id, _ in due(NOW)]
        db.session.remove()
    together = threading.Barrier(3)
    taken: list[int] = []

    def work() -> None:
        together.wait(10)
        with app.app_context():
            for message_id in ids:
                with unit_of_work():
                    if take(message_id, NOW, WRITERS):
                        taken.append(message_id)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(taken) == ids


def test_one_message_that_cannot_be_written_is_set_aside(session: None) -> None:
    put("faulty", "hello", "unknown kind", "gone", "hello")
    for message_id, _ in due(NOW):
        with unit_of_work():
            take(message_id, NOW, WRITERS)
    assert {key: (state, fault) for key, (state, _n, fault) in states().items()} == {
        "faulty:0": (FAILED, "KeyError"),
        "hello:1": (SENDING, ""),
        "unknown kind:2": (FAILED, "UnknownMessageKind"),
        "gone:3": (DROPPED, NO_LETTER),
        "hello:4": (SENDING, ""),
    }


def test_what_is_due_comes_in_batches_the_longest_due_first(session: None) -> None:
    put(*["hello"] * BATCH)
    put("asks", now=NOW - timedelta(minutes=1))
    found = due(NOW)
    assert len(found) == BATCH
    assert found[0][1] == NOW - timedelta(minutes=1)


def test_what_becomes_of_a_letter_goes_by_its_fault(session: None) -> None:
    put("hello")
    message_id = first()
    for fault, becomes in (
        (ServerAway("away"), (WAITING, 0, "away")),
        (NotNow("later"), (WAITING, 1, "later")),
        (Refused("never"), (FAILED, 1, "never")),
        (Unsure("perhaps"), (FAILED, 1, "perhaps")),
    ):
        with unit_of_work():
            take(message_id, NOW, WRITERS)
            report(message_id, NOW, fault, due_at=NOW)
        assert states()["hello:0"] == becomes
        with read_only():
            left = db.session.scalars(select(Message.due_at)).one() - NOW
        assert left == timedelta(minutes=5 if isinstance(fault, NotNow) else 0)
        with unit_of_work():
            message = db.session.scalars(select(Message)).one()
            message.state, message.attempts, message.due_at = WAITING, 0, NOW


def test_only_what_failed_can_be_sent_again(session: None) -> None:
    put("gone", "faulty", "hello", "asks")
    gone, failed, sent, asks = range(first(), first() + 4)
    for message_id, _ in due(NOW):
        with unit_of_work():
            take(message_id, NOW, WRITERS)
            report(message_id, NOW, Refused("never") if message_id == asks else None, due_at=NOW)
    with unit_of_work():
        assert not send_again(gone, NOW)
        assert not send_again(sent, NOW)
        assert not send_again(99_999, NOW)
        assert not send_again(asks, NOW, {"asks"})
        assert send_again(failed, NOW)
        assert not send_again(failed, NOW)
        assert send_failed_again(NOW, "hello") == {}
        assert send_failed_again(NOW) == {"asks": 1}
    assert {key: state for key, (state, _n, _fault) in states().items()} == {
        "gone:0": DROPPED,
        "faulty:1": WAITING,
        "hello:2": SENT,
        "asks:3": WAITING,
    }
