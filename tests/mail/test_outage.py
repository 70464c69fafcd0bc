"""A mail server that stalls, refuses and breaks off, for days: nothing is lost, nothing goes twice, and it is told."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tbblearn.db import db, read_only, unit_of_work
from tbblearn.mail.actions import send_failed_again
from tbblearn.mail.delivery import CUTS, ENOUGH, deliver
from tbblearn.mail.models import Message
from tbblearn.mail.queries import quiet_acts, totals, trouble, would_do
from tbblearn.mail.rules import LATE, MAX_ATTEMPTS, MessageState
from tbblearn.mail.smtp import Smtp
from tests.factories import NOW
from tests.mail.outbox import WRITERS, Clock, put, states
from tests.mail.server import CUT, STALL, Inbox, free_port

pytestmark = [
    pytest.mark.usefixtures("session", "impatient"),
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]
SENDER = "tbblearn@example.org"
QUIET = {"asks"}
WAITING, SENT, FAILED = MessageState.WAITING, MessageState.SENT, MessageState.FAILED
TEN_MINUTES = timedelta(minutes=10)


def run(clock: Clock, server: str) -> dict[str, int]:
    return deliver(clock, WRITERS, Smtp(server, SENDER), QUIET)


def everyone(number: int) -> list[str]:
    return [f"m{n}@example.org" for n in range(number)]


def tried() -> int:
    """How many tries all letters together have paid for."""
    with read_only():
        return int(db.session.scalars(select(func.sum(Message.attempts))).one())


def wrong(clock: Clock) -> dict[str, int]:
    return {name: number for name, number in trouble(clock(), QUIET).items() if number}


def test_three_days_without_a_server_cost_no_letter_a_try_and_somebody_is_told(server: str, inbox: Inbox) -> None:
    put(*["hello"] * 20, *["asks"] * 4)
    clock, nobody = Clock(), f"smtp://127.0.0.1:{free_port()}"
    for _ in range(36):
        clock.now += timedelta(hours=2)
        run(clock, nobody)
        late = clock.now - NOW >= LATE
        assert wrong(clock) == ({"messages_late": 20, "quiet_messages_late": 1} if late else {})
    assert tried() == 0
    assert run(clock, server)["messages_sent"] == 20
    assert sorted(inbox.taken) == sorted([*everyone(20), "m20@example.org", "m22@example.org"])
    assert wrong(clock) == {}


@pytest.mark.parametrize("when", ["at_rcpt", "at_data"])
def test_a_server_that_wants_no_letter_now_for_three_days_gets_each_once(server: str, inbox: Inbox, when: str) -> None:
    put(*["hello"] * 12)
    clock = Clock()
    setattr(inbox, when, lambda address: "451 4.7.1 later")
    for _ in range(36):
        run(clock, server)
        clock.now += timedelta(hours=2)
    assert {state for state, _n, _f in states().values()} == {WAITING}
    assert max(attempts for _s, attempts, _f in states().values()) < MAX_ATTEMPTS
    assert wrong(clock) == {"messages_late": 12}
    setattr(inbox, when, lambda address: None)
    for _ in range(3):
        clock.now += timedelta(hours=2)
        run(clock, server)
    assert sorted(inbox.taken) == sorted(everyone(12))
    assert wrong(clock) == {}


def test_one_letter_that_is_never_taken_is_tried_for_three_days_given_up_and_told_of(server: str, inbox: Inbox) -> None:
    put("hello", "hello")
    inbox.at_rcpt = lambda address: "450 4.2.2 mailbox full" if address.startswith("m1") else None
    clock = Clock()
    while states()["hello:1"][0] is WAITING:
        run(clock, server)
        clock.now += timedelta(minutes=30)
    assert timedelta(days=3) <= clock.now - NOW <= timedelta(days=3, hours=4)
    assert states()["hello:1"] == (FAILED, MAX_ATTEMPTS, "RCPT 450 4.2.2")
    assert inbox.asked["m1@example.org"] == MAX_ATTEMPTS
    assert wrong(clock) == {"messages_not_arrived": 1}
    clock.now += timedelta(days=7)
    assert wrong(clock) == {}, "nobody is told for ever"
    assert totals(QUIET)[0].failed == 1, "but it stays where it can be sent again"
    with unit_of_work():
        send_failed_again(clock())
    inbox.at_rcpt = lambda address: None
    assert run(clock, server)["messages_sent"] == 1
    assert sorted(inbox.taken) == everyone(2)


@pytest.mark.parametrize("when", ["at_rcpt", "at_data"])
def test_a_refusal_for_good_is_told_at_once(server: str, inbox: Inbox, when: str) -> None:
    put(*["hello"] * 3)
    setattr(inbox, when, lambda address: "554 5.7.1 no" if address.startswith("m1") else None)
    done = run(Clock(), server)
    assert (done["messages_sent"], done["messages_failed"]) == (2, 1)
    assert states()["hello:1"] == (FAILED, 1, f"{when[3:].upper()} 554 5.7.1")
    assert wrong(Clock()) == {"messages_not_arrived": 1}


def test_a_server_that_refuses_everything_costs_ten_letters_and_not_all(server: str, inbox: Inbox) -> None:
    put(*["hello"] * 30)
    inbox.at_rcpt = lambda address: "550 5.7.1 relaying denied"
    assert run(Clock(), server)["messages_failed"] == ENOUGH
    assert wrong(Clock()) == {"messages_not_arrived": ENOUGH}
    inbox.at_rcpt = lambda address: None
    with unit_of_work():
        assert send_failed_again(NOW) == {"hello": ENOUGH}
    assert run(Clock(), server)["messages_sent"] == 30
    assert sorted(inbox.taken) == sorted(everyone(30))


@pytest.mark.parametrize("when", ["at_rcpt", "at_data", "after_data"])
@pytest.mark.parametrize("fault", [STALL, CUT])
def test_a_server_that_stalls_or_breaks_off_costs_few_letters_a_try_and_nothing_goes_twice(
    server: str, inbox: Inbox, when: str, fault: str
) -> None:
    put(*["hello"] * 20)
    setattr(inbox, when, lambda address: fault)
    clock = Clock()
    run(clock, server)
    assert tried() == (1 if fault == STALL else CUTS), "one stall ends the run"
    setattr(inbox, when, lambda address: None)
    clock.now += TEN_MINUTES
    run(clock, server)
    assert sorted(set(inbox.taken)) == sorted(inbox.taken), "nothing went twice"
    unsure = [key for key, (state, _n, _f) in states().items() if state is FAILED]
    assert len(unsure) == (0 if when == "at_rcpt" else 1 if fault == STALL else CUTS)
    not_there = len(unsure) if when == "at_data" else 0
    assert len(inbox.taken) == 20 - not_there, "nothing was lost but what is told of"
    assert wrong(clock) == ({"messages_not_arrived": len(unsure)} if unsure else {}), "nobody knows, so it is told"
    if not_there:  # a person finds out, and sends them again
        with unit_of_work():
            send_failed_again(clock())
        run(clock, server)
        assert sorted(inbox.taken) == sorted(everyone(20))


def test_one_letter_that_the_server_cannot_bear_holds_up_no_other(server: str, inbox: Inbox) -> None:
    """The others go by a fresh connection."""
    put(*["hello"] * 6)
    inbox.at_rcpt = lambda address: CUT if address.startswith("m2") else None
    assert run(Clock(), server)["messages_sent"] == 5
    assert states()["hello:2"] == (WAITING, 1, "SMTPServerDisconnected")
    assert "m5@example.org" in inbox.taken


def test_a_connection_that_the_server_ends_between_two_letters_costs_nothing(server: str, inbox: Inbox) -> None:
    """Many servers take only so many letters by one connection."""
    put(*["hello"] * 6)
    seen: list[str] = []

    def tired(address: str) -> str | None:
        seen.append(address)
        return CUT if len(seen) in {3, 6} else None

    inbox.at_rcpt = tired
    assert run(Clock(), server)["messages_sent"] == 6
    assert tried() == 6
    assert inbox.taken == everyone(6)
    assert inbox.connections == 3


def test_a_dead_connection_is_not_gone_on_with(server: str, inbox: Inbox) -> None:
    """One stall cost 49 letters a try, and every later run again."""
    put(*["hello"] * 50)
    stalls = [True]
    inbox.at_rcpt = lambda address: STALL if stalls and stalls.pop() else None
    clock = Clock()
    run(clock, server)
    assert tried() == 1
    clock.now += TEN_MINUTES
    assert run(clock, server)["messages_sent"] == 50


def test_whoever_has_answered_changes_nothing_that_is_told_of_a_quiet_kind(server: str, inbox: Inbox) -> None:
    """Also not where the server refuses the letters themselves, which only those who have not answered would get."""
    told = []
    for act, numbers in enumerate(([0, 2, 4], [1, 3, 5])):
        clock = Clock(NOW + timedelta(days=10 * act))
        with unit_of_work():
            db.session.query(Message).delete()
            for number in numbers:
                db.session.add(
                    Message(
                        dedupe_key=str(number), kind="asks", recipient_id=number, created_at=clock(), due_at=clock()
                    )
                )
        before = would_do(clock(), QUIET)
        done = run(clock, server)
        acts = [(one.letters, one.done, one.failed) for one in quiet_acts(QUIET)]
        told.append((before, done, acts, wrong(clock), totals(QUIET)))
    assert told[0] == told[1]
    assert told[0][1]["quiet_messages_begun"] == 3
    assert inbox.taken == ["m0@example.org", "m2@example.org", "m4@example.org"]


def test_that_letters_of_a_quiet_kind_do_not_arrive_is_told_without_a_number(server: str, inbox: Inbox) -> None:
    put(*["asks"] * 6)
    inbox.at_rcpt = lambda address: "550 5.1.1 unknown" if address[1] in "01" else None
    clock = Clock()
    assert not any(value for name, value in run(clock, server).items() if name != "quiet_messages_begun")
    assert wrong(clock) == {"quiet_messages_not_arrived": 1}
    assert [(act.letters, act.done, act.failed) for act in quiet_acts(QUIET)] == [(6, True, True)]
    inbox.at_rcpt = lambda address: None
    with unit_of_work():
        send_failed_again(clock(), "asks")
    run(clock, server)
    assert wrong(clock) == {}
    assert sorted(inbox.taken) == ["m0@example.org", "m2@example.org", "m4@example.org"]
