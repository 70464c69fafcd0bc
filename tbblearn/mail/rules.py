"""Mail: what a message is and what becomes of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MAX_ATTEMPTS = 6


class MessageState(StrEnum):
    """Where a message is on its way."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class UnknownMessageKind(Exception):
    """A message of a kind that no feature can write: a fault in our own code."""


@dataclass(frozen=True)
class Letter:
    """A finished letter, written at delivery, never stored where delivery is by SMTP."""

    to: str
    subject: str
    body: str
    sender: str = ""
    """Name to show beside the sender's address; the address is the operator's."""


THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def may_go_in_clear(host: str, *, allowed: bool) -> bool:
    """True where letters may be handed over unencrypted: to this machine, or where the operator has said so.

    They hold one-time links, and the password of the mail server goes the same way.
    """
    return allowed or host.lower() in THIS_MACHINE


def next_attempt(failed_attempts: int, now: datetime) -> datetime | None:
    """When to try again after so many failures: 5, 10, 20, 40, 80 minutes; None when it is time to give up."""
    if failed_attempts >= MAX_ATTEMPTS:
        return None
    return now + timedelta(minutes=5 * 2 ** (failed_attempts - 1))
