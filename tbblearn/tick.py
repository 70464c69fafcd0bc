"""The timer: does whatever is due, on any number of nodes, as often as you like (docs/rules/training.md).

Every batch is a transaction of its own that reads before it writes, so interrupted work is simply done the next time.
Two nodes queue for their batches: SQLite has one writer, PostgreSQL an advisory lock.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import text

from tbblearn.access.actions import forget_old_tries
from tbblearn.databases import look_after
from tbblearn.db import UnitOfWork, db, stockholm_date, unit_of_work
from tbblearn.mail.queries import would_do
from tbblearn.people import ending
from tbblearn.readiness.waves import timing
from tbblearn.staffing import watching
from tbblearn.staffing.drafts import throw_away_old
from tbblearn.surveys.waves import ASKING_MAIL
from tbblearn.training.attempts.carry_over import carry_over_idle
from tbblearn.training.requirements import enrolling
from tbblearn.training.requirements.completing import give_missing_numbers

CARRIED_OVER = "carried_over"
"""Attempts of older versions whose answers were carried over to the newest."""

NUMBERED = "certificates_numbered"
"""Completions of the release before, which had no number yet."""

DRAFTS = "staff_drafts_deleted"
"""Employers' files that somebody looked at more than a day ago, and did not confirm."""

DATABASE_FAULTS = "database_faults"
"""Faults found in SQLite's file: not a change, and never to be ignored."""

KINDS = (
    *watching.KINDS,
    *ending.KINDS,
    *enrolling.KINDS,
    CARRIED_OVER,
    NUMBERED,
    DRAFTS,
    *timing.KINDS,
    DATABASE_FAULTS,
)
"""What the timer counts."""

ADVISORY_LOCK = 7_322_001
"""Any number, the same on every node."""


def tick(
    *,
    now: datetime,
    dry_run: bool = False,
    response_days: int = 90,
    disposal_decision: str = "",
    staffing_folder: Path | None = None,
) -> dict[str, int]:
    """Do all that is due at `now`; returns the number of changes by kind, all zero when there was nothing to do.

    With `dry_run` every batch is rolled back; then the letters that would be due are counted too, with those that the
    batches would queue. `response_days` and `disposal_decision`: how long single answers of a published survey are
    kept, and by which decision they are deleted. `staffing_folder`: where the employers' files come.
    """
    today = stockholm_date(now)
    changes: Counter[str] = Counter(dict.fromkeys(KINDS, 0))
    if dry_run:
        changes.update(would_do(now, ASKING_MAIL))
    changes.update(watching.watch(staffing_folder, now, dry_run=dry_run))  # first: the new ones are enrolled at once
    step = partial(_step, now, changes) if dry_run else _work
    for job in ending.jobs():
        with step():
            changes.update(job(now, today))
    last: int | None = 0
    while last is not None:
        with step():
            batch = enrolling.enrol_all(last, now=now, today=today)
        changes.update(batch.changes)
        last = batch.last_person_id
    last = 0
    while last is not None:
        with step():
            carried, last = carry_over_idle(last, now=now)
        changes[CARRIED_OVER] += carried
    with step():
        changes[NUMBERED] += give_missing_numbers()
    with step():
        changes[DRAFTS] += throw_away_old(now=now)
    for job in timing.jobs(response_days=response_days, disposal_decision=disposal_decision):
        with step():
            changes.update(job(now, today))
    if not dry_run:
        with step():
            forget_old_tries(db.session(), now)  # not counted: others' wrong attempts are not the timer's work
        changes.update(timing.clean())
        changes[DATABASE_FAULTS] = look_after(db.engine, today)
    return dict(changes)


@contextmanager
def _work() -> Iterator[UnitOfWork]:
    """One batch, queued behind other nodes."""
    with unit_of_work() as work:
        _queue()
        yield work


@contextmanager
def _step(now: datetime, changes: Counter[str]) -> Iterator[UnitOfWork]:
    """One batch of a dry run: rolled back, with the letters counted that it would have sent."""
    with _work() as work:
        before = Counter(would_do(now, ASKING_MAIL))
        yield work
        db.session.flush()
        changes.update(would_do(now, ASKING_MAIL))
        changes.subtract(before)
        work.refuse()


def _queue() -> None:
    """Wait until no other node runs a batch; the lock ends with the transaction."""
    if db.engine.dialect.name == "postgresql":
        # Another node's batch may take longer than a page is willing to wait for a lock.
        db.session.execute(text("SET LOCAL lock_timeout = 0"))
        db.session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": ADVISORY_LOCK})
