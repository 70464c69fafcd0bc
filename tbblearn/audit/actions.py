"""Writing the event log, in the same transaction as the change itself."""

from datetime import datetime

from sqlalchemy import insert

from tbblearn.audit.models import AccessLog, AuditEvent
from tbblearn.audit.rules import Event, Seen
from tbblearn.db import run, side_record
from tbblearn.sqlite import READ_WAIT_MS

_RECORD = insert(AuditEvent)


def record(
    event: Event,
    *,
    now: datetime,
    actor_id: int | None = None,
    object_kind: str = "",
    object_id: int | str = "",
    **details: str | int,
) -> None:
    """Add one event. `details` hold codes and counts, never names, addresses or free text."""
    values = {"at": now, "event": event, "actor_id": actor_id, "object_kind": object_kind}
    run(_RECORD, {**values, "object_id": str(object_id), "details": details})


def note_seen(
    seen: Seen, *, now: datetime, actor_id: int | None, object_kind: str, object_id: int, rows: int = 1
) -> None:
    """Side record: this person (None: the command line) looked at this many rows with names of others."""
    with side_record(READ_WAIT_MS) as session:
        session.add(
            AccessLog(at=now, seen=seen, actor_id=actor_id, object_kind=object_kind, object_id=object_id, rows=rows)
        )
