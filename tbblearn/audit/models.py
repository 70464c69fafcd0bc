"""The event log: opaque ids only, so that it names nobody."""

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from tbblearn.audit.rules import Event, Seen
from tbblearn.db import Model, UtcDateTime, enum_type, retention


class AuditEvent(Model):
    """One thing that someone did or saw."""

    __tablename__ = "audit_event"
    __retention__ = retention(
        keep="24 months", why="to find out who changed or saw what", erase="rows are deleted by age"
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    event: Mapped[Event] = mapped_column(enum_type(Event, constrained=False))
    actor_id: Mapped[int | None]
    """Opaque id of a person; None for the timer and the command line. No foreign key: the log outlives persons."""
    object_kind: Mapped[str] = mapped_column(String(40), default="")
    object_id: Mapped[str] = mapped_column(String(80), default="")
    details: Mapped[dict[str, str | int]] = mapped_column(JSON, default=dict)


class AccessLog(Model):
    """Someone looked at, or downloaded, a list of names. A side record: kept even if the request fails."""

    __tablename__ = "access_log"
    __retention__ = retention(keep="24 months", why="to find out who looked at whom", erase="rows are deleted by age")

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    seen: Mapped[Seen] = mapped_column(enum_type(Seen))
    actor_id: Mapped[int | None]
    """Opaque id of a person; None for the command line."""
    object_kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int]
    rows: Mapped[int] = mapped_column(default=1)
