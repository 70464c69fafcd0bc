"""Queueing messages in the same transaction as the change, withdrawing them, and trying again."""

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
    """A message to one person; the key makes it unique."""

    recipient_id: int
    dedupe_key: str
    values: Mapping[str, str | int]


def queue(
    kind: str, recipient_id: int, dedupe_key: str, *, now: datetime, values: Mapping[str, str | int] | None = None
) -> bool:
    """Put a message in the outbox unless one with this key is there already; True when it was added."""
    return queue_all(kind, [NewMessage(recipient_id, dedupe_key, values or {})], now=now) == 1


def queue_all(kind: str, messages: Sequence[NewMessage], *, now: datetime, due_at: datetime | None = None) -> int:
    """Put messages of one kind in the outbox, except those whose key is there already; returns how many were added.

    `due_at` is when they may leave, at once by default.
    """
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
                "due_at": due_at or now,
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
    """Queue the same message to each recipient, under a key of the prefix and the recipient's id; see `queue_all`."""
    messages = [NewMessage(one, f"{dedupe_prefix}:{one}", values or {}) for one in recipient_ids]
    queue_all(kind, messages, now=now, due_at=due_at)


def take_back(dedupe_prefix: str, *, waiting_only: bool = False) -> None:
    """Delete every message with this prefix from the outbox; with `waiting_only` those not yet sent."""
    condition = Message.dedupe_key.startswith(dedupe_prefix, autoescape=True)
    if waiting_only:
        condition &= Message.state != MessageState.SENT
    db.session.execute(delete(Message).where(condition))


def send_again(message_id: int, now: datetime, hidden: Collection[str] = ()) -> bool:
    """Let a failed message be tried again; False when there is none.

    Those of the `hidden` kinds never exist: nobody may learn that one of them failed.
    """
    message = db.session.get(Message, message_id, with_for_update=True)
    if message is None or message.state is not MessageState.FAILED or message.kind in hidden:
        return False
    message.state, message.due_at, message.attempts, message.fault = MessageState.WAITING, now, 0, ""
    return True


def send_failed_again(now: datetime, kind: str = "") -> Counter[str]:
    """Let all failed messages, or those of one kind, be tried again; returns how many of each kind.

    Do not show the number for kinds where nobody may learn who needed a letter.
    """
    again = update(Message).where(Message.state == MessageState.FAILED)
    if kind:
        again = again.where(Message.kind == kind)
    again = again.values(state=MessageState.WAITING, due_at=now, attempts=0, fault="")
    return Counter(db.session.scalars(again.returning(Message.kind)).all())
