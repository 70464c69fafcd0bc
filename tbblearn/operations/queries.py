"""Reads for the administrator's pages."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, func, select

from tbblearn.access.rules import LINK_MAIL
from tbblearn.db import db
from tbblearn.mail.models import Message
from tbblearn.mail.rules import MessageState
from tbblearn.people.models import Person
from tbblearn.surveys.waves import ASKING_MAIL

PAGE_SIZE = 50
HIDDEN = ASKING_MAIL
"""Kinds whose letters no page shows: they would reveal who has answered a survey."""
GROUPS: tuple[tuple[MessageState, ...], ...] = (
    (MessageState.FAILED,),
    (MessageState.WAITING, MessageState.SENDING),
    (MessageState.SENT, MessageState.DROPPED),
)
"""The order of the list: what needs attention comes first."""
READABLE = and_(Message.kept_body != "", Person.protected_identity.is_(False), Message.kind.not_in(LINK_MAIL))
"""A letter may name its reader, so nobody else reads one to a protected identity. One with a one-time link is read by
nobody, whoever kept it: it would sign in as its reader."""


@dataclass(frozen=True)
class OutboxRow:
    """A message without its words and without a name. `at`: see `Message.due_at`."""

    id: int
    kind: str
    recipient_id: int
    state: MessageState
    attempts: int
    at: datetime
    fault: str
    readable: bool


@dataclass(frozen=True)
class Wanted:
    """A filter of the outbox; empty, it shows all that may be shown."""

    state: MessageState | None = None
    kind: str = ""
    recipient_id: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL; never any of the hidden kinds."""
        found: list[ColumnElement[bool]] = [Message.kind.not_in(HIDDEN)]
        if self.kind:
            found.append(Message.kind == self.kind)
        if self.recipient_id is not None:
            found.append(Message.recipient_id == self.recipient_id)
        return found


@dataclass(frozen=True)
class OutboxPage:
    """A page of messages, starting with number `first` of `total`."""

    rows: list[OutboxRow]
    number: int
    first: int
    total: int

    @property
    def last(self) -> int:
        """Number of the page's last message."""
        return self.first + len(self.rows) - 1


@dataclass(frozen=True)
class KeptLetter:
    """A letter kept to be read, without a mail server."""

    recipient_id: int
    subject: str
    body: str
    language: str
    """The reader's."""

    @property
    def paragraphs(self) -> list[str]:
        """The body, one string per paragraph."""
        return [" ".join(paragraph.split()) for paragraph in self.body.split("\n\n") if paragraph.strip()]


def outbox(wanted: Wanted, number: int = 1) -> OutboxPage:
    """A page of what is wanted: first what failed, then what waits in order of time, then the rest, newest first.

    A number past the last page gives the last. At most five queries.
    """
    groups = [tuple(state for state in group if wanted.state in (None, state)) for group in GROUPS]
    counted = select(Message.state, func.count()).where(*wanted.conditions()).group_by(Message.state)
    sizes: dict[MessageState, int] = {row[0]: row[1] for row in db.session.execute(counted)}
    total = sum(sizes.get(state, 0) for group in groups for state in group)
    number = max(1, min(number, -(-total // PAGE_SIZE)))
    start = skip = (number - 1) * PAGE_SIZE
    rows: list[OutboxRow] = []
    for group in groups:
        size = sum(sizes.get(state, 0) for state in group)
        if skip < size and len(rows) < PAGE_SIZE:
            rows += _rows(wanted, group, skip, PAGE_SIZE - len(rows))
        skip = max(0, skip - size)
    return OutboxPage(rows, number, start + 1, total)


def _rows(wanted: Wanted, states: tuple[MessageState, ...], skip: int, most: int) -> list[OutboxRow]:
    rows = (
        select(
            Message.id,
            Message.kind,
            Message.recipient_id,
            Message.state,
            Message.attempts,
            Message.due_at.label("at"),
            Message.fault,
            func.coalesce(READABLE, false()).label("readable"),
        )
        .outerjoin(Person, Person.id == Message.recipient_id)
        .where(Message.state.in_(states), *wanted.conditions())
    )
    if MessageState.WAITING in states:
        rows = rows.order_by(Message.due_at, Message.id)
    else:
        rows = rows.order_by(Message.id.desc())
    return [OutboxRow(**row._asdict()) for row in db.session.execute(rows.offset(skip).limit(most))]


def kept_letter(message_id: int) -> KeptLetter | None:
    """The words of a kept letter; None for the hidden kinds, and for what only its reader may see (READABLE)."""
    row = db.session.execute(
        select(
            Message.recipient_id,
            Message.kept_subject.label("subject"),
            Message.kept_body.label("body"),
            Person.language,
        )
        .join(Person, Person.id == Message.recipient_id)
        .where(Message.id == message_id, Message.kind.not_in(HIDDEN), READABLE)
    ).one_or_none()
    return KeptLetter(**row._asdict()) if row else None
