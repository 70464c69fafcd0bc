"""Readiness: whether a load balancer should send this process requests, and if not, why."""

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
"""By PostgreSQL; whoever probes readiness waits no longer than this."""


def why_not_ready() -> str:
    """Why this process cannot serve, in a few words; '' if it can."""
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
    """True if code at migration `own` works with a database at `found`: the same, or one step ahead.

    One step ahead is a release being rolled out; each migration leaves the previous release working.
    """
    return found == own or (found.isdecimal() and own.isdecimal() and int(found) == int(own) + 1)


class Trying:
    """Caches the outcome of a try for some seconds; while one thread tries, others get the previous outcome."""

    def __init__(self, attempt: Callable[[], bool]) -> None:
        self._attempt = attempt
        self._lock = Lock()
        self._due = 0.0
        self._well = True

    def __call__(self) -> bool:
        """True if the last try succeeded."""
        if monotonic() >= self._due and self._lock.acquire(blocking=False):
            try:
                self._well = self._attempt()
                self._due = monotonic() + TRIED_EVERY_SECONDS
            finally:
                self._lock.release()
        return self._well


def takes_changes() -> bool:
    """Rewrite a row unchanged and commit: a rolled-back change would never reach a full disk.

    A database that is busy with another change counts as taking changes.
    """
    try:
        with side_record(READ_WAIT_MS) as session:
            session.execute(text("UPDATE alembic_version SET version_num = version_num"))
    except SQLAlchemyError as error:
        return isinstance(error, OperationalError) and is_busy(error) and not error.connection_invalidated
    return True


def init_health(app: Flask) -> None:
    """Give the application its cached write test."""
    app.extensions["tbblearn_tried_writing"] = Trying(takes_changes)
