"""Queueing in the same transaction as the change, taking back, and trying once more."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from tbblearn.db import db
from tbblearn.mail.models import Message
from tbblearn.mail.rules import MessageState

MOST_AT_ONCE = 1_000


@dataclass(frozen=True)
class NewMessage:
    """Something to be said to one person; the key makes it unique."""

    recipient_id: int
    dedupe_key: str
    values: Mapping[str, str | int]


def queue(
    kind: str, recipient_id: int, dedupe_key: str, *, now: datetime, values: Mapping[str, str | int] | None = None
) -> bool:
    """Put a message in the outbox unless one with this key is there already; True when it was put there."""
    return queue_all(kind, [NewMessage(recipient_id, dedupe_key, values or {})], now=now) == 1


def queue_all(kind: str, messages: Sequence[NewMessage], *, now: datetime) -> int:
    """Put messages of one kind in the outbox, all but those whose key is there already; returns how many."""
    insert = (postgresql if db.engine.dialect.name == "postgresql" else sqlite).insert
    put = 0
    for start in range(0, len(messages), MOST_AT_ONCE):
        rows = [
            {
                "kind": kind,
                "recipient_id": message.recipient_id,
                "dedupe_key": message.dedupe_key,
                "values": dict(message.values),
                "state": MessageState.WAITING,
                "created_at": now,
                "due_at": now,
                "attempts": 0,
            }
            for message in messages[start : start + MOST_AT_ONCE]
        ]
        added = insert(Message).on_conflict_do_nothing(index_elements=["dedupe_key"]).returning(Message.id)
        put += len(db.session.scalars(added, rows).all())
    return put


def queue_many(
    kind: str,
    recipient_ids: Sequence[int],
    dedupe_prefix: str,
    *,
    now: datetime,
    due_at: datetime | None = None,
    values: Mapping[str, str | int] | None = None,
) -> None:
    """Put one message to each of these in the outbox, under the prefix and the recipient's id; those there stay.

    `due_at` is when it may leave, at once by default.
    """
    insert = (postgresql if db.engine.dialect.name == "postgresql" else sqlite).insert
    rows = [
        {
            "kind": kind,
            "recipient_id": recipient_id,
            "dedupe_key": f"{dedupe_prefix}:{recipient_id}",
            "values": dict(values or {}),
            "state": MessageState.WAITING,
            "created_at": now,
            "due_at": due_at or now,
            "attempts": 0,
        }
        for recipient_id in recipient_ids
    ]
    if rows:
        db.session.execute(insert(Message).on_conflict_do_nothing(index_elements=["dedupe_key"]), rows)


def take_back(dedupe_prefix: str, *, waiting_only: bool = False) -> None:
    """Remove every message with this prefix from the outbox, sent or not; with `waiting_only` those not yet sent."""
    condition = Message.dedupe_key.startswith(dedupe_prefix, autoescape=True)
    if waiting_only:
        condition &= Message.state != MessageState.SENT
    db.session.execute(delete(Message).where(condition))


def send_again(message_id: int, now: datetime, hidden: Collection[str] = ()) -> bool:
    """Let a message that did not arrive be tried once more; False when there is none such.

    Those of the `hidden` kinds are never there: that one of them did not arrive must not be learnt by trying.
    """
    message = db.session.get(Message, message_id, with_for_update=True)
    if message is None or message.state is not MessageState.FAILED or message.kind in hidden:
        return False
    message.state, message.due_at, message.attempts, message.fault = MessageState.WAITING, now, 0, ""
    return True


def send_failed_again(now: datetime, kind: str = "") -> Counter[str]:
    """Let all messages of a kind, or of every kind, that did not arrive be tried once more; returns how many of each.

    Of a kind of which nobody is to learn who needed one, the number is not for telling.
    """
    condition = Message.state == MessageState.FAILED
    if kind:
        condition &= Message.kind == kind
    again = update(Message).where(condition).values(state=MessageState.WAITING, due_at=now, attempts=0, fault="")
    return Counter(db.session.scalars(again.returning(Message.kind)).all())
