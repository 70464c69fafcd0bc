"""How connections to the two databases behave: what they may do, how long they wait, what their errors mean."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from threading import Lock
from time import monotonic
from typing import Any

import psycopg
import structlog
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from tbblearn import postgresql, sqlite
from tbblearn.sqlite import READ_WAIT_MS, WRITE_WAIT_MS

FREE_THREADS = 2
"""This many threads of a process are never tied up by changes waiting for a lock, so that pages can be read."""
TRUSTED_SECONDS = 5
"""How long after its last use a PostgreSQL connection is trusted without a ping."""
ALIVE_SECONDS = 2
"""How long the ping may take."""
_USED_AT = "tbblearn_used_at"
_log = structlog.get_logger("tbblearn.database")

_wait_ms: ContextVar[int] = ContextVar("tbblearn_wait_ms", default=0)
"""How long changes begun here wait for a lock; 0 where nothing may be changed."""


class TransactionError(Exception):
    """A unit of work was nested, or something was changed or locked outside one: a bug."""


@contextmanager
def writing(wait_ms: int | None = None) -> Iterator[None]:
    """Transactions begun inside take the write lock at once. For migrations; everything else uses `unit_of_work`."""
    token = _wait_ms.set(WRITE_WAIT_MS if wait_ms is None else wait_ms)
    try:
        yield
    finally:
        _wait_ms.reset(token)


@contextmanager
def reading() -> Iterator[None]:
    """Transactions begun inside only read, even within `writing`."""
    token = _wait_ms.set(0)
    try:
        yield
    finally:
        _wait_ms.reset(token)


def is_writing() -> bool:
    """True if a transaction begun now may change something."""
    return _wait_ms.get() > 0


# --- faults --------------------------------------------------------------------------------------------------------

BUSY_STATES = frozenset({"40001", "40P01", "55P03"})
"""PostgreSQL: serialization failure, deadlock, lock not available."""
_AWAY_STATES = BUSY_STATES | {"25006"}
"""Also read-only: a standby, or set so."""
_AWAY_CLASSES = frozenset({"08", "53", "57", "58"})
"""Connection, resources (disk, memory, connections), operator intervention (shutdown, say), system errors."""
_AWAY_IN_SQLITE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOLFS,
    }
)


def is_busy(error: DBAPIError) -> bool:
    """True if another change was in the way or the connection was cut: a retry may well succeed."""
    if error.connection_invalidated:
        return True
    return getattr(error.orig, "sqlstate", None) in BUSY_STATES or "is locked" in str(error.orig)


def is_out_of_reach(error: SQLAlchemyError) -> bool:
    """True if the database is away, full, read-only or locked: not the fault of the request.

    False for a damaged database or a missing table.
    """
    if isinstance(error, NoConnectionFree):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if is_busy(error):
        return True
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return (getattr(cause, "sqlite_errorcode", None) or 0) & 0xFF in _AWAY_IN_SQLITE
    if not isinstance(cause, psycopg.Error):
        return False
    if cause.sqlstate is None:  # the driver's own error: no connection
        return isinstance(cause, psycopg.OperationalError)
    return cause.sqlstate in _AWAY_STATES or cause.sqlstate[:2] in _AWAY_CLASSES


def kind_of(error: SQLAlchemyError) -> str:
    """The database's own name for an error, for the log: a code or class, never a value."""
    cause = getattr(error, "orig", None)
    found = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    return str(found or type(cause or error).__name__)


# --- upkeep --------------------------------------------------------------------------------------------------------


def sqlite_file(engine: Engine) -> str:
    """The path of a SQLite database; '' for PostgreSQL and for one in memory."""
    if engine.dialect.name != "sqlite":
        return ""
    with engine.connect() as connection:
        return str(connection.info[_SQLite.FILE])


def look_after(engine: Engine, today: date) -> int:
    """The timer's upkeep of SQLite: a checkpoint, and an integrity check once a day.

    Returns how many faults the latest check found; 0 for PostgreSQL, which looks after itself.
    """
    file = sqlite_file(engine)
    if not file:
        return 0
    try:
        sqlite.checkpoint(file)
    except sqlite3.Error as error:  # perhaps damaged: the check will say
        _log.warning("the log of changes could not be copied back", fault=str(error))
    return sqlite.check_once_a_day(file, today)


def why_not_ready(engine: Engine) -> str:
    """Why this database cannot keep a change now, in a few words; '' if it can."""
    if engine.dialect.name == "sqlite":
        file = sqlite_file(engine)
        return sqlite.not_ready(file) if file else ""
    with engine.connect() as connection:
        follows = connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "on"
    return "database read-only" if follows else ""


# --- engines -------------------------------------------------------------------------------------------------------


def aside(url: str | URL) -> Engine:
    """An engine for a single query outside the pool: it keeps no connection, and the same limits apply."""
    engine = create_engine(url, poolclass=NullPool)
    if engine.dialect.name == "postgresql":
        event.listen(engine, "do_connect", postgresql.connect)
    return engine


def prepare_engine(engine: Engine, threads: int = 8) -> None:
    """Give connections honest transactions, limits to waiting, and SQLite its settings.

    When nearly all `threads` of the process are busy with changes, one more waits for a lock no longer than a read.

    A read has no transaction on PostgreSQL (ADR 6). On SQLite the driver's own BEGIN is off: with it, readers silently
    upgrade to writers, and 171 of 200 concurrent increments were lost when tried. On both, a write outside a unit of
    work is refused.
    """
    changes = _Changes(max(1, threads - FREE_THREADS))
    if engine.dialect.name == "sqlite":
        _SQLite(engine, changes)
    else:
        _PostgreSQL(engine, changes)
    event.listen(engine, "checkin", changes.end)


class _Changes:
    """Counts the connections of a process that are in a change or waiting for one."""

    OPEN = "tbblearn_change"

    def __init__(self, patient: int) -> None:
        self.patient = patient
        self.open = 0
        self.lock = Lock()

    def admit(self, connection: Connection, wait_ms: int) -> int:
        """How long, in milliseconds, a change on this connection may wait for a lock."""
        info = connection.info
        if not info.get(self.OPEN):
            with self.lock:
                self.open += 1
                info[self.OPEN] = self.open
        return wait_ms if info[self.OPEN] <= self.patient else min(wait_ms, READ_WAIT_MS)

    def end(self, _connection: object, record: ConnectionPoolEntry) -> None:
        """The connection goes back to the pool."""
        if record.info.pop(self.OPEN, 0):
            with self.lock:
                self.open -= 1


class _PostgreSQL:
    """The driver is in autocommit; a change begins its own transaction, with its own lock timeout."""

    def __init__(self, engine: Engine, changes: _Changes) -> None:
        self.changes = changes
        event.listen(engine, "do_connect", postgresql.connect)
        event.listen(engine, "connect", self.connect)
        event.listen(engine, "checkout", self.checkout)
        event.listen(engine, "checkin", self.checkin)
        event.listen(engine, "begin", self.begin)
        event.listen(engine, "before_cursor_execute", self.refuse)

    @staticmethod
    def connect(connection: Any, _record: object) -> None:
        """JIT off: at our sizes compiling a query takes longer than running it (ADR 15)."""
        connection.autocommit = True
        connection.execute(f"SET lock_timeout = {READ_WAIT_MS}; SET jit = off", prepare=False)

    @staticmethod
    def checkout(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        """Ping a connection that has been idle."""
        if monotonic() - record.info.get(_USED_AT, 0) > TRUSTED_SECONDS:
            try:
                with postgresql.within(ALIVE_SECONDS):
                    connection.execute("SELECT 1")
            except psycopg.Error as error:
                raise InvalidatePoolError from error  # all connections are replaced

    @staticmethod
    def checkin(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info[_USED_AT] = monotonic()

    def begin(self, connection: Connection) -> None:
        """A read gets no transaction: BEGIN and ROLLBACK around it change nothing, and cost a quarter of a page."""
        wait_ms = _wait_ms.get()
        if not wait_ms:
            return
        wait_ms = self.changes.admit(connection, wait_ms)
        driver: Any = connection.connection.driver_connection
        start = f"BEGIN; SET LOCAL lock_timeout = {wait_ms}"  # one message: the timeout costs no round trip
        try:
            driver.execute(start, prepare=False)
        except psycopg.Error as error:
            cut = connection.dialect.is_disconnect(error, driver, None)  # type: ignore[arg-type]
            if cut:
                connection.invalidate(error)
            raise OperationalError(start, None, error, connection_invalidated=cut) from error

    @staticmethod
    def refuse(_connection: object, cursor: Any, statement: str, _values: object, context: Any, _many: object) -> None:
        idle = cursor.connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        if idle and _changes_or_locks(statement, context):
            raise TransactionError("a change or a lock was asked for on a connection that has no transaction")


class _SQLite:
    """One change at a time: the threads of a process queue here instead of polling."""

    FILE, WAITS, TURN = "tbblearn_file", "tbblearn_waits", "tbblearn_turn"

    def __init__(self, engine: Engine, changes: _Changes) -> None:
        self.changes = changes
        self.line = Lock()
        self.upkeep = sqlite.Upkeep()
        event.listen(engine, "connect", self.connect)
        event.listen(engine, "checkin", self.checkin)
        event.listen(engine, "begin", self.begin)
        event.listen(engine, "before_cursor_execute", self.refuse)

    def connect(self, connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        sqlite.set_up(connection)
        record.info[self.FILE] = sqlite.file_of(connection)

    def begin(self, connection: Connection) -> None:
        """A read waits for nobody; a change takes the write lock at once."""
        wait_ms, info = _wait_ms.get(), connection.info
        wait_ms = wait_ms and self.changes.admit(connection, wait_ms)
        driver: Any = connection.connection.driver_connection
        if info.get(self.WAITS, READ_WAIT_MS) != (wait_ms or READ_WAIT_MS):
            info[self.WAITS] = wait_ms or READ_WAIT_MS
            driver.execute(f"PRAGMA busy_timeout = {info[self.WAITS]}")
        if not wait_ms:
            driver.execute("BEGIN")
            return
        if not info.get(self.TURN):
            if not self.line.acquire(timeout=wait_ms / 1000):
                raise OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))
            info[self.TURN] = True
        if info[self.FILE]:
            self.upkeep.before_a_change(info[self.FILE])
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # another process may hold it: SQLAlchemy's error

    def checkin(self, _connection: object, record: ConnectionPoolEntry) -> None:
        if record.info.pop(self.TURN, False):
            self.line.release()

    @staticmethod
    def refuse(
        _connection: object, _cursor: object, statement: str, _values: object, context: Any, _many: object
    ) -> None:
        if not is_writing() and _changes_or_locks(statement, context):
            raise TransactionError("a change or a lock was asked for outside a unit of work")


def _changes_or_locks(statement: str, context: Any) -> bool:
    if context.is_text:
        return statement.split(None, 1)[0].upper() not in _CHANGES_NO_ROW
    if context.isinsert or context.isupdate or context.isdelete or context.isddl:
        return True
    return getattr(getattr(context.compiled, "statement", None), "_for_update_arg", None) is not None


_CHANGES_NO_ROW = frozenset({"SELECT", "SHOW", "SET", "PRAGMA", "EXPLAIN", "CHECKPOINT", "ANALYZE", "VACUUM"})
"""First words of the only raw SQL allowed outside a unit of work."""
