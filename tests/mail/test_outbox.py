"""The outbox: queued once, claimed, tried again, given up."""

import threading
from datetime import datetime, timedelta

from sqlalchemy import select

from tbblearn.db import db, read_only, unit_of_work
from tbblearn.mail.actions import BATCH, NO_LETTER, Writer, claim, queue, report, send_again
from tbblearn.mail.models import Message
from tbblearn.mail.rules import MAX_ATTEMPTS, Letter, MessageState, next_attempt
from tbblearn.web.application import Application
from tests.factories import NOW


def write(recipient_id: int, values: dict[str, str | int], now: datetime) -> Letter | None:
    return Letter(f"m{recipient_id}@example.org", "Ämne", f"Hej {values.get('n', '')}")


def no_longer(recipient_id: int, values: dict[str, str | int], now: datetime) -> Letter | None:
    return None


def faulty(recipient_id: int, values: dict[str, str | int], now: datetime) -> Letter | None:
    db.session.add(Message(dedupe_key="left behind", kind="x", recipient_id=1, created_at=now, due_at=now))
    db.session.flush()
    raise KeyError("a value that is missing")


WRITERS: dict[str, Writer] = {"hello": write, "gone": no_longer, "faulty": faulty}


def put(*kinds: str, now: datetime = NOW) -> None:
    with unit_of_work():
        for number, kind in enumerate(kinds):
            assert queue(kind, number, f"{kind}:{number}", now=now, values={"n": number})


def states() -> dict[str, tuple[MessageState, int, str]]:
    with read_only():
        rows = db.session.execute(select(Message.dedupe_key, Message.state, Message.attempts, Message.fault)).all()
    return {key: (state, attempts, fault) for key, state, attempts, fault in rows}


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


def test_a_letter_is_written_when_it_is_claimed_and_then_reported(session: None) -> None:
    put("hello")
    with unit_of_work():
        claimed = claim(NOW, WRITERS)
    ((message_id, letter),) = claimed.letters
    assert letter == Letter("m0@example.org", "Ämne", "Hej 0")
    with unit_of_work():
        report(message_id, NOW)
    with read_only():
        message = db.session.scalars(select(Message)).one()
    assert (message.state, message.sent_at, message.kept_body) == (MessageState.SENT, NOW, "")


def test_what_is_not_due_is_left(session: None) -> None:
    put("hello", now=NOW + timedelta(minutes=1))
    with unit_of_work():
        assert not claim(NOW, WRITERS)


def test_a_claimed_message_is_not_claimed_again_until_its_next_try(session: None) -> None:
    """So a crash between sending and reporting leads to a second letter at worst, never to none."""
    put("hello")
    with unit_of_work():
        assert claim(NOW, WRITERS).letters
    with unit_of_work():
        assert not claim(NOW + timedelta(minutes=4, seconds=59), WRITERS)
    with unit_of_work():
        assert claim(NOW + timedelta(minutes=5), WRITERS).letters


def test_two_deliveries_at_once_claim_each_message_once(app: Application) -> None:
    with app.app_context():
        put(*["hello"] * 40)
    together = threading.Barrier(3)
    taken: list[int] = []

    def work() -> None:
        together.wait(10)
        with app.app_context(), unit_of_work():
            taken.extend(message_id for message_id, _ in claim(NOW, WRITERS).letters)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(taken) == len(set(taken)) == 40


def test_one_message_that_cannot_be_written_holds_up_no_other(session: None) -> None:
    put("faulty", "hello", "unknown kind", "gone", "hello")
    with unit_of_work():
        claimed = claim(NOW, WRITERS)
    assert len(claimed.letters) == 2
    assert claimed.unwritten == 3
    assert {key: (state, fault) for key, (state, _n, fault) in states().items()} == {
        "faulty:0": (MessageState.FAILED, "KeyError"),
        "hello:1": (MessageState.WAITING, ""),
        "unknown kind:2": (MessageState.FAILED, "UnknownMessageKind"),
        "gone:3": (MessageState.FAILED, NO_LETTER),
        "hello:4": (MessageState.WAITING, ""),
    }


def test_a_batch_has_a_limit(session: None) -> None:
    put(*["hello"] * (BATCH + 3))
    with unit_of_work():
        assert len(claim(NOW, WRITERS).letters) == BATCH
    with unit_of_work():
        assert len(claim(NOW, WRITERS).letters) == 3


def test_tries_lie_further_and_further_apart_and_end(session: None) -> None:
    waits = [next_attempt(n, NOW) for n in range(1, MAX_ATTEMPTS + 1)]
    assert [wait and (wait - NOW).total_seconds() / 60 for wait in waits] == [5, 10, 20, 40, 80, None]
    put("hello")
    now, tries = NOW, 0
    while states()["hello:0"][0] is MessageState.WAITING:
        with unit_of_work():
            for message_id, _letter in claim(now, WRITERS).letters:
                tries += 1
                report(message_id, now, fault="SMTPServerDisconnected")
        now += timedelta(minutes=1)
        assert now < NOW + timedelta(hours=3)
    assert tries == MAX_ATTEMPTS
    assert states()["hello:0"] == (MessageState.FAILED, MAX_ATTEMPTS, "SMTPServerDisconnected")


def test_only_what_did_not_arrive_can_be_sent_again(session: None) -> None:
    put("hello", "gone")
    with unit_of_work():
        ((message_id, _letter),) = claim(NOW, WRITERS).letters
    with read_only():
        failed = db.session.scalars(select(Message.id).where(Message.state == MessageState.FAILED)).one()
    with unit_of_work():
        assert not send_again(message_id, NOW)
        assert not send_again(99_999, NOW)
        assert send_again(failed, NOW)
        assert not send_again(failed, NOW)
    assert states()["gone:1"] == (MessageState.WAITING, 0, "")


def test_a_fault_is_kept_short(session: None) -> None:
    put("hello")
    with unit_of_work():
        ((message_id, _letter),) = claim(NOW, WRITERS).letters
        report(message_id, NOW, fault="x" * 1000)
    assert len(states()["hello:0"][2]) == 200
