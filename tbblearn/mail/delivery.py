"""Delivery from the outbox: to a mail server, or, without one, kept to be read."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Protocol

import structlog

from tbblearn.db import unit_of_work
from tbblearn.mail.queries import DONE, DROPPED, FAILED, QUIET_BEGUN, SENT, TRIED, untouched
from tbblearn.mail.rules import Letter, MailFault, MessageState, ServerAway
from tbblearn.mail.sending import Writer, due, give_up_on_lost, report, take

log = structlog.get_logger("tbblearn.mail")

ENOUGH = 10
"""After so many letters in a row that the server does not take, the others wait."""
CUTS = 2
"""The same for broken connections."""
COUNTED = {
    MessageState.SENT: SENT,
    MessageState.WAITING: TRIED,
    MessageState.FAILED: FAILED,
    MessageState.DROPPED: DROPPED,
}


class Transport(Protocol):
    """Somewhere to send letters."""

    def send(self, letter: Letter) -> None:
        """Send one; raises a MailFault."""

    def close(self) -> None:
        """No more letters for now."""


class _Kept:
    """Without a mail server every letter arrives."""

    def send(self, letter: Letter) -> None:
        pass

    def close(self) -> None:
        pass


def deliver(
    clock: Callable[[], datetime],
    writers: Mapping[str, Writer],
    transport: Transport | None,
    quiet: Collection[str] = (),
    never_kept: Collection[str] = (),
) -> dict[str, int]:
    """Deliver what is due, letter by letter; returns how many were sent, put off, failed or not needed.

    No transaction is open while a letter goes out, and its outcome is stored before the next is taken: if the process
    is killed, the outcome of one letter at most is unknown; it counts as failed, and is not sent twice. When the server
    does not answer, or refuses ten in a row, the rest waits for the next run and loses no try.

    Without a transport letters are kept and count as sent, except those of the kinds in `never_kept`, which only their
    reader may see: they are not written, and fail. For the `quiet` kinds the count is only how many were queued by the
    acts whose first letter went now: outcomes would reveal who needed one.
    """
    started = clock()
    counts: Counter[str] = Counter(dict.fromkeys(DONE, 0))
    before = untouched(started, quiet)
    with unit_of_work():
        counts[FAILED] += give_up_on_lost(started, quiet)
    left_out = never_kept if transport is None else ()
    line = transport or _Kept()
    keeps = transport is None
    in_a_row = 0
    try:
        while in_a_row < ENOUGH and (found := due(clock())):
            taken = 0
            for message_id, due_at in found:
                with unit_of_work():
                    held = take(message_id, clock(), writers, left_out)
                if held is None:
                    continue
                taken += 1
                kind, letter = held
                if isinstance(letter, MessageState):
                    counts[COUNTED[letter]] += kind not in quiet
                    continue
                fault = _hand_over(line, letter)
                told_at = started if kind in quiet else clock()  # a time of its own would show whose took longer
                with unit_of_work():
                    state = report(
                        message_id, told_at, fault, due_at=due_at, kept=letter if keeps and kind not in quiet else None
                    )
                away = isinstance(fault, ServerAway)
                if state and kind not in quiet and not away:
                    counts[COUNTED[state]] += 1
                in_a_row = _weigh(in_a_row, fault)
                if in_a_row >= ENOUGH:
                    break
            if not taken:
                break
    finally:
        line.close()
    counts[QUIET_BEGUN] = sum(before.values()) - sum(
        number for act, number in untouched(started, quiet).items() if act in before
    )
    return dict(counts)


def _hand_over(line: Transport, letter: Letter) -> MailFault | None:
    try:
        line.send(letter)
    except MailFault as fault:
        return fault
    return None


def _weigh(in_a_row: int, fault: MailFault | None) -> int:
    """The count of faults in a row, after this letter; at ENOUGH the run ends."""
    if fault is None:
        return 0
    if fault.stops or isinstance(fault, ServerAway):
        log.warning("the mail server does not answer: letters wait", fault=fault.words)
        return ENOUGH
    return in_a_row + (ENOUGH // CUTS if fault.cut else 1)
