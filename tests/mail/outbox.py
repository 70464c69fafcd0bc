"""An outbox of letters that mean nothing, for the tests of mail."""

from datetime import datetime

from sqlalchemy import select

from tbblearn.db import db, read_only, unit_of_work
from tbblearn.mail.actions import queue
from tbblearn.mail.models import Message
from tbblearn.mail.rules import Letter, MessageState
from tbblearn.mail.sending import Writer
from tests.factories import NOW


def write(recipient_id: int, values: dict[str, str | int], now: datetime) -> Letter | None:
    return Letter(f"m{recipient_id}@example.org", "Ämne", f"Hej {values.get('n', '')}")


def no_longer(recipient_id: int, values: dict[str, str | int], now: datetime) -> Letter | None:
    return None


def faulty(recipient_id: int, values: dict[str, str | int], now: datetime) -> Letter | None:
    db.session.add(Message(dedupe_key="left behind", kind="x", recipient_id=1, created_at=now, due_at=now))
    db.session.flush()
    raise KeyError("a value that is missing")


def asks(recipient_id: int, values: dict[str, str | int], now: datetime) -> Letter | None:
    """A letter of a quiet kind: those with an odd number have answered."""
    return Letter(f"m{recipient_id}@example.org", "Fråga", "Svara!", only_asks=bool(recipient_id % 2))


WRITERS: dict[str, Writer] = {"hello": write, "gone": no_longer, "faulty": faulty, "asks": asks}


def put(*kinds: str, now: datetime = NOW) -> None:
    with unit_of_work():
        for number, kind in enumerate(kinds):
            assert queue(kind, number, f"{kind}:{number}", now=now, values={"n": number})


def states() -> dict[str, tuple[MessageState, int, str]]:
    with read_only():
        rows = db.session.execute(select(Message.dedupe_key, Message.state, Message.attempts, Message.fault)).all()
    return {key: (state, attempts, fault) for key, state, attempts, fault in rows}


class Clock:
    """A time that moves only when it is told to."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now
