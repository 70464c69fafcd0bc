"""Reads for the administrator's pages."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, false, func, select

from tbblearn.access.rules import LINK_MAIL
from tbblearn.db import db
from tbblearn.mail.models import Message
from tbblearn.mail.rules import MessageState
from tbblearn.people.models import Person
from tbblearn.surveys.waves import ASKING_MAIL

PAGE_SIZE = 50
HIDDEN = ASKING_MAIL
"""Kinds that no page knows of: they would tell who has answered a survey, or who has not."""
READABLE = and_(Message.kept_body != "", Person.protected_identity.is_(False), Message.kind.not_in(LINK_MAIL))
"""A letter may name the one it is to; with a protected identity nobody else reads it. One that holds a
one-time link, whoever kept it, is read by nobody: it would sign in as its reader."""


@dataclass(frozen=True)
class OutboxRow:
    """A message on its way, without its words and without a name."""

    id: int
    kind: str
    recipient_id: int
    state: MessageState
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    fault: str
    readable: bool


@dataclass(frozen=True)
class KeptLetter:
    """A letter kept to be read, where there is no mail server."""

    recipient_id: int
    subject: str
    body: str
    language: str
    """Of its reader."""

    @property
    def paragraphs(self) -> list[str]:
        """The body as it is read: one string a paragraph."""
        return [" ".join(paragraph.split()) for paragraph in self.body.split("\n\n") if paragraph.strip()]


def outbox(before_id: int | None = None) -> list[OutboxRow]:
    """The newest messages, or those older than `before_id`; one more than a page, to show that there are more.

    What asks somebody to answer a survey is left out: it would tell who has not, or no longer needs to.
    """
    rows = select(
        Message.id,
        Message.kind,
        Message.recipient_id,
        Message.state,
        Message.attempts,
        Message.created_at,
        Message.sent_at,
        Message.fault,
        func.coalesce(READABLE, false()),
    )
    rows = rows.outerjoin(Person, Person.id == Message.recipient_id).order_by(Message.id.desc())
    rows = rows.where(Message.kind.not_in(HIDDEN))
    if before_id is not None:
        rows = rows.where(Message.id < before_id)
    return [OutboxRow(*row) for row in db.session.execute(rows.limit(PAGE_SIZE + 1))]


def kept_letter(message_id: int) -> KeptLetter | None:
    """The words of a kept letter; None where there is none, for those left out of the list, for what holds a link to
    sign in with, and where its reader's identity is protected.
    """
    row = db.session.execute(
        select(Message.recipient_id, Message.kept_subject, Message.kept_body, Person.language)
        .join(Person, Person.id == Message.recipient_id)
        .where(Message.id == message_id, Message.kind.not_in(HIDDEN), READABLE)
    ).one_or_none()
    return KeptLetter(*row) if row else None
