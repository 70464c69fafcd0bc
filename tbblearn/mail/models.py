"""The outbox: recipients by opaque id, and a key that makes each message unique."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from tbblearn.db import Model, UtcDateTime, enum_type, retention
from tbblearn.mail.rules import MessageState


class Message(Model):
    """Something to be said to one person, once. It is written into words only when it is delivered."""

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
    """Opaque id; `people` knows whom it means. No foreign key: mail knows no persons."""
    values: Mapped[dict[str, str | int]] = mapped_column(JSON, default=dict)
    state: Mapped[MessageState] = mapped_column(enum_type(MessageState), default=MessageState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    """Tries of this letter. That the mail server was away is none."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """What is queued by one act has one time."""
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it is to be tried; while it is being sent, when whoever sends it must have told what became of it; after
    that, when it was sent, given up or dropped."""
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fault: Mapped[str] = mapped_column(String(200), default="")
    kept_subject: Mapped[str] = mapped_column(String(200), default="")
    kept_body: Mapped[str] = mapped_column(Text, default="")
    """Filled only where there is no mail server: the administrator reads the letter on the page Utskick."""
