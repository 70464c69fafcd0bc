"""Delivery of what waits in the outbox: handed to a mail server, or kept to be read where there is none."""

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
"""So many letters in a row that the server does not take, and the fault is not theirs: the others wait."""
CUTS = 2
"""The same of broken connections."""
COUNTED = {
    MessageState.SENT: SENT,
    MessageState.WAITING: TRIED,
    MessageState.FAILED: FAILED,
    MessageState.DROPPED: DROPPED,
}


class Transport(Protocol):
    """A way to hand letters over."""

    def send(self, letter: Letter) -> None:
        """Hand one over; raises a MailFault."""

    def close(self) -> None:
        """No more letters for now."""


class _Kept:
    """No mail server: every letter arrives."""

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
    """Deliver what is due, letter by letter; returns how many were sent, are tried again, failed or were not needed.

    No transaction is open while a letter goes out. What became of it is kept before the next is taken: where the
    process is killed, one letter at most is left of which nobody knows; it is told as failed, and not sent twice. Where
    the server does not answer, or takes ten in a row not, the rest waits for the next run and loses no try.

    With no transport the letters are kept and count as sent, but those of the kinds in `never_kept`, whose words nobody
    but the reader may see: they are not written, and fail. Of the `quiet` kinds nobody is told more than how many were
    queued by the acts whose first letter went now: outcomes would tell who needed one.
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
                told_at = started if kind in quiet else clock()  # a time of its own would tell whose took longer
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
    """How near the run is to its end: at ENOUGH it waits for the next."""
    if fault is None:
        return 0
    if fault.stops or isinstance(fault, ServerAway):
        log.warning("the mail server does not answer: letters wait", fault=fault.words)
        return ENOUGH
    return in_a_row + (ENOUGH // CUTS if fault.cut else 1)
