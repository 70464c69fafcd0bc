"""The timer: brings everything into step with the day, on any number of nodes, any number of times (design.md 2).

Every batch is a transaction of its own that reads before it writes, so what was cut off is simply done the next time.
Two nodes at once queue for the batch: SQLite has one writer, PostgreSQL an advisory lock.
"""

from collections import Counter
from datetime import datetime

from sqlalchemy import text

from tbblearn.db import db, stockholm_date, unit_of_work
from tbblearn.training import enrolling
from tbblearn.training.carrying import carry_over_idle

CARRIED_OVER = "carried_over"
"""Attempts of older versions whose answers went on to the newest."""

KINDS = (*enrolling.KINDS, CARRIED_OVER)
"""What the timer counts."""

ADVISORY_LOCK = 7_322_001
"""Any number, the same on every node."""


def tick(*, now: datetime, dry_run: bool = False) -> dict[str, int]:
    """Do all that is due at `now`; returns the number of changes by kind, all zero where there was nothing to do.

    With `dry_run` every batch is done and rolled back: what would be done at that time, and nothing is changed.
    """
    changes: Counter[str] = Counter(dict.fromkeys(KINDS, 0))
    last: int | None = 0
    while last is not None:
        with unit_of_work() as work:
            _queue()
            batch = enrolling.enrol_all(last, now=now, today=stockholm_date(now))
            if dry_run:
                work.refuse()
        changes.update(batch.changes)
        last = batch.last_person_id
    last = 0
    while last is not None:
        with unit_of_work() as work:
            _queue()
            carried, last = carry_over_idle(last, now=now)
            if dry_run:
                work.refuse()
        changes[CARRIED_OVER] += carried
    return dict(changes)


def _queue() -> None:
    """Wait until no other node is in a batch; the lock ends with the transaction."""
    if db.engine.dialect.name == "postgresql":
        # Another node's batch may take longer than a page is willing to wait for a lock.
        db.session.execute(text("SET LOCAL lock_timeout = 0"))
        db.session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": ADVISORY_LOCK})
