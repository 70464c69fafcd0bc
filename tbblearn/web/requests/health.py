"""Whether this process should be sent requests: what whoever spreads them asks, and what keeps it from answering."""

from collections.abc import Callable
from threading import Lock
from time import monotonic

from flask import Flask, current_app
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from tbblearn import databases
from tbblearn.databases import is_busy
from tbblearn.db import db, end_read, side_record
from tbblearn.postgresql import within
from tbblearn.sqlite import READ_WAIT_MS

TRIED_EVERY_SECONDS = 5
ANSWERED_WITHIN_SECONDS = 3
"""By PostgreSQL: whoever asks whether we are ready waits no longer either."""


def why_not_ready() -> str:
    """What keeps this process from answering, in a few words; '' where nothing does."""
    with within(ANSWERED_WITHIN_SECONDS):
        return _why_not_ready()


def _why_not_ready() -> str:
    try:
        found = db.session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError:
        return "database not ready"
    if not serves(str(found), current_app.config["TBBLEARN_MIGRATION"]):
        return "database not migrated"
    end_read()
    try:
        why = databases.why_not_ready(db.engine)
    except (SQLAlchemyError, OSError):
        return "database not ready"
    return why or ("" if current_app.extensions["tbblearn_tried_writing"]() else "database takes no changes")


def serves(found: str, own: str) -> bool:
    """True where code of the migration `own` can work with a database that is at `found`: there, or one step ahead.

    The step ahead is the release that is being rolled out; each step leaves the release before it working.
    """
    return found == own or (found.isdecimal() and own.isdecimal() and int(found) == int(own) + 1)


class Trying:
    """Remembers for some seconds what came of a try; while somebody tries, others get what came of the one before."""

    def __init__(self, attempt: Callable[[], bool]) -> None:
        self._attempt = attempt
        self._lock = Lock()
        self._due = 0.0
        self._well = True

    def __call__(self) -> bool:
        """True where it went well."""
        if monotonic() >= self._due and self._lock.acquire(blocking=False):
            try:
                self._well = self._attempt()
                self._due = monotonic() + TRIED_EVERY_SECONDS
            finally:
                self._lock.release()
        return self._well


def takes_changes() -> bool:
    """Write a row as it is, and commit it: what is rolled back never comes as far as a disk that is full.

    A database that others are changing at the moment takes changes.
    """
    try:
        with side_record(READ_WAIT_MS) as session:
            session.execute(text("UPDATE alembic_version SET version_num = version_num"))
    except SQLAlchemyError as error:
        return isinstance(error, OperationalError) and is_busy(error) and not error.connection_invalidated
    return True


def init_health(app: Flask) -> None:
    """Let the application remember what came of its last try."""
    app.extensions["tbblearn_tried_writing"] = Trying(takes_changes)
