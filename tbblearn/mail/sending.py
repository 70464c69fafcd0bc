"""A message on its way: taken from the outbox, written, and its outcome stored."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update

from tbblearn.db import db, read_only
from tbblearn.mail.models import Message
from tbblearn.mail.rules import (
    Letter,
    MailFault,
    MessageState,
    NotNow,
    ServerAway,
    UnknownMessageKind,
    next_attempt,
)

Writer = Callable[[int, dict[str, str | int], datetime], Letter | None]
"""Writes a message's words on delivery: (recipient id, values, now) -> letter, or None when it no longer applies."""

BATCH = 50
LEASE = timedelta(minutes=30)
"""Longer than a letter can take with all time-outs."""
NO_LETTER = "no address, or no longer needed"
NO_SERVER = "no mail server, and not kept: it would hold a link"
MAY_HAVE_ARRIVED = "may have arrived"

log = structlog.get_logger("tbblearn.mail")


def due(now: datetime) -> Sequence[tuple[int, datetime]]:
    """The next messages that are due: id, and when each was due."""
    with read_only():
        rows = db.session.execute(
            select(Message.id, Message.due_at)
            .where(Message.state == MessageState.WAITING, Message.due_at <= now)
            .order_by(Message.due_at, Message.id)
            .limit(BATCH)
        )
        return [(row.id, row.due_at) for row in rows]


def take(
    message_id: int, now: datetime, writers: Mapping[str, Writer], left_out: Collection[str] = ()
) -> tuple[str, Letter | MessageState] | None:
    """Take a message and write it; returns its kind and the letter. None when there is no such message to take.

    In place of the letter: FAILED when it could not be written, set aside so that one fault never holds up all mail (an
    administrator can have it tried again later); DROPPED when it is no longer needed. Those of the kinds in `left_out`
    are not written and fail.
    """
    message = db.session.get(Message, message_id, with_for_update={"skip_locked": True}, populate_existing=True)
    if message is None or message.state is not MessageState.WAITING or message.due_at > now:
        return None
    try:
        if message.kind in left_out:
            letter, state, fault = None, MessageState.FAILED, NO_SERVER
        else:
            with db.session.begin_nested():
                letter = _write(message, writers, now)
            state, fault = MessageState.DROPPED, NO_LETTER
    except Exception as error:
        log.exception("a message could not be written", message_id=message.id, kind=message.kind)
        letter, state, fault = None, MessageState.FAILED, type(error).__name__
    if letter is None:
        message.state, message.fault, message.due_at = state, fault, now
        return message.kind, state
    message.state, message.due_at, message.attempts = MessageState.SENDING, now + LEASE, message.attempts + 1
    return message.kind, letter


def _write(message: Message, writers: Mapping[str, Writer], now: datetime) -> Letter | None:
    if message.kind not in writers:
        raise UnknownMessageKind(message.kind)
    return writers[message.kind](message.recipient_id, message.values, now)


def report(
    message_id: int, now: datetime, fault: MailFault | None = None, *, due_at: datetime, kept: Letter | None = None
) -> MessageState | None:
    """Store a letter's outcome: sent without a fault, else waiting for another attempt, or failed; returns which.

    `due_at` is when it was due, and is again if the server was away: that is not an attempt. `kept` is the letter, if
    it is kept to be read on the page Utskick. None when it was withdrawn or given up meanwhile.
    """
    message = db.session.get(Message, message_id, with_for_update=True, populate_existing=True)
    if message is None or message.state is not MessageState.SENDING:
        return None
    message.fault, message.due_at = fault.words if fault else "", now
    if fault is None:
        message.state, message.sent_at = MessageState.SENT, now
    elif isinstance(fault, ServerAway):
        message.state, message.due_at, message.attempts = MessageState.WAITING, due_at, message.attempts - 1
    elif isinstance(fault, NotNow) and (again := next_attempt(message.attempts, now)):
        message.state, message.due_at = MessageState.WAITING, again
    else:
        message.state = MessageState.FAILED
    if kept is not None:
        message.kept_subject, message.kept_body = kept.subject[:200], kept.body
    return message.state


def give_up_on_lost(now: datetime, quiet: Collection[str] = ()) -> int:
    """Fail the letters whose outcome never came, since a process was killed: they may have arrived.

    So they are not sent again by themselves. Returns how many, without those of the `quiet` kinds.
    """
    lost = update(Message).where(Message.state == MessageState.SENDING, Message.due_at <= now)
    lost = lost.values(state=MessageState.FAILED, fault=MAY_HAVE_ARRIVED, due_at=now)
    return sum(kind not in quiet for kind in db.session.scalars(lost.returning(Message.kind)))
