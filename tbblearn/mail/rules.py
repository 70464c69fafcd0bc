"""Mail: what a message is, what can go wrong with it, and what becomes of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST_WAIT = timedelta(hours=4)
MAX_ATTEMPTS = 24
"""So many tries of one letter take three days, see `next_attempt`."""
LATE = timedelta(days=1)
"""A letter that waits longer than this past its time is told of."""
LATE_ATTEMPTS = 12
"""After so many tries in vain a letter has waited longer than that."""
TOLD_FOR = timedelta(days=7)
"""How long it is told that a letter failed, unless it is sent again before."""


class MessageState(StrEnum):
    """Where a message is on its way."""

    WAITING = "waiting"
    SENDING = "sending"
    """Being handed over. Where nothing is heard of it any more, it may have arrived: it is not sent again by itself."""
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"
    """Not needed any more when it was to be written, or nobody to write to."""


class UnknownMessageKind(Exception):
    """A message of a kind that no feature can write: a fault in our own code."""


class MailFault(Exception):
    """A letter was not sent; says in a few words why, without any address.

    `stops`: the server does not answer, so nothing else is tried now. `cut`: the connection broke.
    """

    def __init__(self, words: str, *, stops: bool = False, cut: bool = False) -> None:
        super().__init__(words)
        self.words, self.stops, self.cut = words[:200], stops, cut


class ServerAway(MailFault):
    """Nothing can be handed over at all: no fault of this letter."""


class NotNow(MailFault):
    """This letter was not taken, but may be another time."""


class Refused(MailFault):
    """This letter will never be taken."""


class Unsure(MailFault):
    """The letter was handed over and nobody said whether it was taken: it may have arrived."""


@dataclass(frozen=True)
class Letter:
    """A finished letter, written at delivery, never stored where delivery is by SMTP."""

    to: str
    subject: str
    body: str
    sender: str = ""
    """Name to show beside the sender's address; the address is the operator's."""
    only_asks: bool = False
    """Nothing is sent, the server is only asked whether it takes mail to this address: of kinds of which nobody is to
    learn who needed one, those who do not need theirs meet the same faults as the others."""


THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def may_go_in_clear(host: str, *, allowed: bool) -> bool:
    """True where letters may be handed over unencrypted: to this machine, or where the operator has said so.

    They hold one-time links, and the password of the mail server goes the same way.
    """
    return allowed or host.lower() in THIS_MACHINE


def next_attempt(failed_attempts: int, now: datetime) -> datetime | None:
    """When to try again after so many failures: 5, 10, 20 minutes and so on, then every four hours.

    None after three days: it is time to give up.
    """
    if failed_attempts >= MAX_ATTEMPTS:
        return None
    return now + min(timedelta(minutes=5 * 2 ** (failed_attempts - 1)), LONGEST_WAIT)
