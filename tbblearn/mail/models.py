"""The outbox: recipients by opaque id, and a key that makes each message unique."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from tbblearn.db import Model, UtcDateTime, enum_type, retention
from tbblearn.mail.rules import MessageState


class Message(Model):
    """A message to one person, sent once. Its words are written only on delivery."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_time"),
        Index(None, "state", "due_at", "id"),
        Index(None, "kind", "created_at", "state"),
    )
    __retention__ = retention(
        keep="90 days after sending", why="to answer whether a message went out", erase="rows are deleted by age"
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(String(160), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    recipient_id: Mapped[int] = mapped_column(index=True)
    """Opaque id; `people` knows whose. No foreign key: mail knows no persons."""
    values: Mapped[dict[str, str | int]] = mapped_column(JSON, default=dict)
    state: Mapped[MessageState] = mapped_column(enum_type(MessageState), default=MessageState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    """Tries of this letter, not counting those when the mail server was away."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """The same for all that one act queues."""
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it is to be tried; while it is being sent, when its outcome must be known; after that, when that was."""
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fault: Mapped[str] = mapped_column(String(200), default="")
    kept_subject: Mapped[str] = mapped_column(String(200), default="")
    kept_body: Mapped[str] = mapped_column(Text, default="")
    """Only without a mail server: the administrator reads the letter on the page Utskick."""
