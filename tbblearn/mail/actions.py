"""Queueing in the same transaction as the change; delivery afterwards, outside any transaction (design.md 6)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from tbblearn.db import db
from tbblearn.mail.models import Message
from tbblearn.mail.rules import Letter, MessageState, UnknownMessageKind, next_attempt

Writer = Callable[[int, dict[str, str | int], datetime], Letter | None]
"""Writes a message into words at delivery: (recipient id, values, now) -> letter, or None when it no longer applies."""

BATCH = 50
MOST_AT_ONCE = 1_000
NO_LETTER = "no address, or no longer needed"
NO_SERVER = "no mail server, and not kept: it would hold a link"

log = structlog.get_logger("tbblearn.mail")


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


@dataclass(frozen=True)
class Claimed:
    """What was taken out of the outbox: letters to send, and how many messages could not be written.

    `taken`: how many messages in all. `uncounted`: ids of those that nobody is to count; `unwritten` leaves them out.
    """

    letters: tuple[tuple[int, Letter], ...]
    unwritten: int
    taken: int
    uncounted: frozenset[int]

    def __bool__(self) -> bool:
        """False when nothing was due."""
        return self.taken > 0


def claim(
    now: datetime, writers: Mapping[str, Writer], uncounted: Collection[str] = (), left_out: Collection[str] = ()
) -> Claimed:
    """Take due messages and write their letters. A crash before `report` means a later second try, never a loss.

    A message that cannot be written is set aside as failed, so that one fault never holds up everybody's mail: an
    administrator can let it be tried again once the fault is mended. Of the kinds in `uncounted` nothing is told: how
    many there were would say how many have answered something. Those of the kinds in `left_out` are not written.
    """
    messages = db.session.scalars(
        select(Message)
        .where(Message.state == MessageState.WAITING, Message.due_at <= now)
        .order_by(Message.due_at, Message.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    letters: list[tuple[int, Letter]] = []
    unwritten = 0
    for message in messages:
        message.attempts += 1
        message.due_at = next_attempt(message.attempts, now) or now
        try:
            with db.session.begin_nested():
                letter, fault = None, NO_SERVER
                if message.kind not in left_out:
                    letter, fault = _write(message, writers, now), NO_LETTER
        except Exception as error:
            log.exception("a message could not be written", message_id=message.id, kind=message.kind)
            letter, fault = None, type(error).__name__
        if letter is None:
            message.state, message.fault = MessageState.FAILED, fault
            unwritten += message.kind not in uncounted
        else:
            letters.append((message.id, letter))
    hidden = frozenset(message.id for message in messages if message.kind in uncounted)
    return Claimed(tuple(letters), unwritten, len(messages), hidden)


def _write(message: Message, writers: Mapping[str, Writer], now: datetime) -> Letter | None:
    if message.kind not in writers:
        raise UnknownMessageKind(message.kind)
    return writers[message.kind](message.recipient_id, message.values, now)


def report(message_id: int, now: datetime, *, fault: str = "") -> None:
    """Say what became of a letter: sent, or a fault and a later try until the tries are used up.

    Of one that was taken back while it was on its way nothing is said.
    """
    message = _still_there(message_id)
    if message is None:
        return
    if not fault:
        message.state, message.sent_at, message.fault = MessageState.SENT, now, ""
        return
    message.fault = fault[:200]
    if next_attempt(message.attempts, now) is None:
        message.state = MessageState.FAILED


def keep_letter(message_id: int, letter: Letter) -> None:
    """Keep a letter to be read on the page Utskick, where there is no mail server; not one that was taken back."""
    message = _still_there(message_id)
    if message is not None:
        message.kept_subject, message.kept_body = letter.subject[:200], letter.body


def _still_there(message_id: int) -> Message | None:
    """The message, held until the unit of work ends: nobody takes it back between being found and being written."""
    return db.session.get(Message, message_id, with_for_update=True)


def send_again(message_id: int, now: datetime, hidden: Collection[str] = ()) -> bool:
    """Let a message that did not arrive be tried once more; False when there is none such.

    Those of the `hidden` kinds are never there: that one of them did not arrive must not be learnt by trying.
    """
    message = db.session.get(Message, message_id)
    if message is None or message.state is not MessageState.FAILED or message.kind in hidden:
        return False
    message.state, message.due_at, message.attempts, message.fault = MessageState.WAITING, now, 0, ""
    return True
