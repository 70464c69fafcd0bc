"""Mail: what a message is, what can go wrong with it, and when it is tried again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST_WAIT = timedelta(hours=4)
MAX_ATTEMPTS = 24
"""Tries of one letter; they take three days, see `next_attempt`."""
LATE = timedelta(days=1)
"""A letter this long past its time needs attention."""
LATE_ATTEMPTS = 12
"""After so many failed tries a letter has waited longer than that."""
TOLD_FOR = timedelta(days=7)
"""How long a failed letter needs attention, unless it is sent again before."""


class MessageState(StrEnum):
    """How far a message has come."""

    WAITING = "waiting"
    SENDING = "sending"
    """Being handed over. If its outcome never comes it may have arrived, so it is not sent again by itself."""
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"
    """No longer needed when it was to be written, or without an address."""


class UnknownMessageKind(Exception):
    """No feature writes messages of this kind: a fault in our own code."""


class MailFault(Exception):
    """A letter was not sent; `words` say briefly why, without any address.

    `stops`: the server does not answer, so nothing more is tried now. `cut`: the connection broke.
    """

    def __init__(self, words: str, *, stops: bool = False, cut: bool = False) -> None:
        super().__init__(words)
        self.words, self.stops, self.cut = words[:200], stops, cut


class ServerAway(MailFault):
    """Nothing can be handed over: no fault of this letter."""


class NotNow(MailFault):
    """This letter was not accepted, but may be another time."""


class Refused(MailFault):
    """This letter will never be accepted."""


class Unsure(MailFault):
    """The letter was handed over, but no answer came: it may have arrived."""


@dataclass(frozen=True)
class Letter:
    """A finished letter, written at delivery, never stored where delivery is by SMTP."""

    to: str
    subject: str
    body: str
    sender: str = ""
    """Name to show beside the operator's address."""
    only_asks: bool = False
    """Nothing is sent; the server is only asked whether it accepts mail to this address. Where nobody may learn who
    needed a letter, unneeded ones meet the same faults as the others."""


THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def may_go_in_clear(host: str, *, allowed: bool) -> bool:
    """True when letters may be sent unencrypted: to this machine, or if the operator has allowed it.

    They contain one-time links, and the mail server's password goes the same way.
    """
    return allowed or host.lower() in THIS_MACHINE


def next_attempt(failed_attempts: int, now: datetime) -> datetime | None:
    """When to try again after so many failures: after 5, 10, 20 minutes and so on, then every four hours.

    None after three days: time to give up.
    """
    if failed_attempts >= MAX_ATTEMPTS:
        return None
    return now + min(timedelta(minutes=5 * 2 ** (failed_attempts - 1)), LONGEST_WAIT)
