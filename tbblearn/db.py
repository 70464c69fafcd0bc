"""The database: base class, naming scheme, UTC time and `unit_of_work`. Knows no web.

Two databases are first-class, SQLite and PostgreSQL (design.md 6); `tests/test_databases.py` states each difference
that matters. `unit_of_work` is the only code that commits; `side_record` writes the few records that are kept
whatever becomes of the request.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import wraps
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple, overload
from zoneinfo import ZoneInfo

from flask_sqlalchemy import SQLAlchemy
from psycopg import Error as PsycopgError
from sqlalchemy import Connection, CursorResult, DateTime, Dialect, Engine, Enum, Executable, MetaData, String, event
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction, registry
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.selectable import TypedReturnsRows
from sqlalchemy.types import TypeDecorator

Found = TypeVar("Found")
Columns = TypeVarTuple("Columns")

STOCKHOLM = ZoneInfo("Europe/Stockholm")
BUSY_STATES = frozenset({"40001", "40P01", "55P03"})
"""PostgreSQL: serialization failure, deadlock, lock not available."""
BUSY_TIMEOUT_MS = 15_000
TRUSTED_SECONDS = 5
"""How long after its last use a connection to PostgreSQL is taken to be alive without asking."""
_USED_AT = "tbblearn_used_at"

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC. A naive value is refused: nobody could tell which clock it came from."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time cannot be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_type(kind: type[StrEnum], column: str = "", *, constrained: bool = True) -> Enum:
    """Column type for a StrEnum: stored by value, with a check constraint named after the enum.

    Give `column` where a table has two columns of the same enum. `constrained=False` leaves the check to the code, for
    an enum that grows with every feature.
    """
    return Enum(
        kind,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=constrained,
        length=max(24, *(len(member.value) for member in kind)),
        name=f"known_{column or kind.__name__.lower()}",
        validate_strings=True,
    )


def byte_ordered(length: int) -> String:
    """Text compared byte by byte on both databases, for sort keys and paths made in Python."""
    text: String = String(length).with_variant(String(length, collation="C"), "postgresql")
    return text


@dataclass(frozen=True)
class Retention:
    """How long a table's rows are kept, why, and how they go. Every model declares one (PRIVACY.md is checked)."""

    keep: str
    why: str
    erase: str


def retention(*, keep: str, why: str, erase: str) -> Retention:
    """The retention rule of a model: `__retention__ = retention(keep=..., why=..., erase=...)`."""
    return Retention(keep, why, erase)


class Base(DeclarativeBase):
    """Every table of tbblearn."""

    # Flask-SQLAlchemy refuses type_annotation_map on the class itself; on an explicit registry it is accepted.
    registry = registry(metadata=MetaData(naming_convention=NAMING), type_annotation_map={datetime: UtcDateTime()})

    __retention__: Retention


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

if TYPE_CHECKING:

    class Model(Base):
        """What features inherit from (`db.Model` at run time)."""

        __abstract__ = True
else:
    Model = db.Model


def stockholm_date(moment: datetime) -> date:
    """The calendar day in Sweden at this moment; due dates and completions are counted in these."""
    if moment.tzinfo is None:
        raise ValueError("a naive time has no date in Stockholm")
    return moment.astimezone(STOCKHOLM).date()


def utc_now() -> datetime:
    """The clock. Called at the outer edge only (views, commands); rules and actions get `now` as an argument."""
    return datetime.now(UTC)


# --- transactions -------------------------------------------------------------------------------------------------

_writing: ContextVar[bool] = ContextVar("tbblearn_writing", default=False)


class TransactionError(Exception):
    """A unit of work was opened inside another, or something was changed or locked outside one: a fault of our own."""


@contextmanager
def writing() -> Iterator[None]:
    """Transactions begun inside take the write lock at once. Used by migrations; everything else by unit_of_work."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


@dataclass
class UnitOfWork:
    """One change as a whole: committed at the end, or refused."""

    refused: bool = False

    def refuse(self) -> None:
        """Roll everything back at the end instead of committing."""
        self.refused = True


@contextmanager
def unit_of_work() -> Iterator[UnitOfWork]:
    """The only code that commits: all that happens inside is kept together, or nothing is.

    On SQLite the transaction takes the write lock at its first statement (BEGIN IMMEDIATE), so two writers queue
    instead of failing. Raises TransactionError when nested.
    """
    if _writing.get():
        raise TransactionError("a unit of work cannot be opened inside another")
    session = db.session()
    _end_read(session)
    token = _writing.set(True)
    work = UnitOfWork()
    try:
        yield work
        if work.refused:
            session.rollback()
        else:
            session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        _writing.reset(token)


@contextmanager
def read_only() -> Iterator[None]:
    """A short read that leaves no transaction open behind it, so that hashing, parsing and rendering hold no lock."""
    session = db.session()
    if session.new or session.dirty or session.deleted:
        raise TransactionError("changes are pending: read before the change, or inside its unit of work")
    if _writing.get() and session.in_transaction():
        yield
        return
    token = _writing.set(False)
    try:
        yield
    finally:
        _end_read(session)
        _writing.reset(token)


@overload
def run(statement: TypedReturnsRows[*Columns], values: Mapping[str, Any] | None = None) -> CursorResult[*Columns]: ...


@overload
def run(statement: Executable, values: Mapping[str, Any] | None = None) -> CursorResult[*tuple[Any, ...]]: ...


def run(statement: Executable, values: Mapping[str, Any] | None = None) -> CursorResult[*tuple[Any, ...]]:
    """Run a query, a change or a lock of columns past the ORM: half the work of `session.execute`.

    For statements that pages or answers run again and again. They are made once, at import, since putting one together
    takes longer than running it. Pending changes are written first; entities that are loaded are not refreshed.
    """
    session = db.session()
    if session.new or session.dirty or session.deleted:
        session.flush()
    return _connection(session).execute(statement, values)


def _connection(session: Session) -> Connection:
    """The connection of the open transaction, which is opened if need be. SQLAlchemy would look for it every time.

    Kept for the innermost transaction: a savepoint is made when the connection is first asked for inside it.
    """
    kept: tuple[SessionTransaction, Connection] | None = session.info.get(_connection)
    if kept is not None and kept[0] is _innermost(session) and kept[0].is_active:
        return kept[1]
    connection = session.connection()
    session.info[_connection] = (_innermost(session), connection)
    return connection


def _innermost(session: Session) -> SessionTransaction | None:
    return session.get_nested_transaction() or session.get_transaction()


@contextmanager
def side_record() -> Iterator[Session]:
    """A short transaction of its own for login_attempt, access_log and a session's last-seen (design.md 6).

    These are kept whatever becomes of the request. Must not run while this request holds the write lock.
    """
    if _writing.get() and db.session().in_transaction():
        raise TransactionError("a side record cannot be written inside a unit of work")
    token = _writing.set(True)
    try:
        with Session(db.engine, expire_on_commit=False) as session, session.begin():
            yield session
    finally:
        _writing.reset(token)


def end_read() -> None:
    """End the read that is open, where something has to be done that must not hold it."""
    _end_read(db.session())


def _end_read(session: Session) -> None:
    """Close a read: entities stay readable (detached), the connection goes back to the pool."""
    if session.new or session.dirty or session.deleted:
        raise TransactionError("changes were made outside a unit of work")
    session.info.clear()
    if session.in_transaction() or session.identity_map:
        session.close()


def once_a_read(query: Callable[[], Found]) -> Callable[[], Found]:
    """A query that several parts of a page ask: one page is told one thing, the first answer, until its read ends.

    What others commit meanwhile is not in it (without this PostgreSQL, unlike SQLite, would show it halfway). All who
    ask share the answer, so it must be one that cannot be changed. Inside a unit of work it is asked each time.
    """

    @wraps(query)
    def kept() -> Found:
        if _writing.get():
            return query()
        answers: dict[object, Found] = db.session().info.setdefault(once_a_read, {})
        if query not in answers:
            answers[query] = query()
        return answers[query]

    return kept


def is_busy(error: OperationalError) -> bool:
    """True when another change was in the way or the connection was cut: the same may well succeed a little later."""
    if error.connection_invalidated:
        return True
    return getattr(error.orig, "sqlstate", None) in BUSY_STATES or "is locked" in str(error.orig)


# --- the two databases ---------------------------------------------------------------------------------------------


def prepare_engine(engine: Engine) -> None:
    """Give a SQLite engine WAL, foreign keys and honest transactions, PostgreSQL a limit to waiting for a lock.

    SQLite: the driver's own BEGIN is switched off: with it, readers silently upgrade to writers and 171 of 200
    concurrent increments were lost in a trial. PostgreSQL: a read has no transaction (ADR 6). On both, what writes
    outside a unit of work is refused.
    """
    if engine.dialect.name != "sqlite":
        event.listen(engine, "before_cursor_execute", _refuse_write_on_postgresql)
        event.listen(engine, "connect", _on_postgresql_connect)
        event.listen(engine, "checkout", _on_postgresql_checkout)
        event.listen(engine, "checkin", _on_postgresql_checkin)
        return
    event.listen(engine, "before_cursor_execute", _refuse_write_on_sqlite)
    event.listen(engine, "connect", _on_sqlite_connect)
    event.listen(engine, "begin", _on_sqlite_begin)


def _on_postgresql_connect(connection: Any, _record: object) -> None:
    """Wait for a lock as long as SQLite does; without a limit a web thread could wait for ever."""
    connection.execute(f"SET lock_timeout = {BUSY_TIMEOUT_MS}")
    connection.commit()


def _on_postgresql_checkout(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """A read has no transaction; a connection that has lain idle is asked first whether the server is still there.

    BEGIN and ROLLBACK round a read would change nothing that it sees, and cost a quarter of a page.
    """
    if monotonic() - record.info.get(_USED_AT, 0) > TRUSTED_SECONDS:
        connection.autocommit = True
        try:
            connection.execute("SELECT 1")
        except PsycopgError as error:
            raise DisconnectionError from error  # the pool opens a new one in its place
    reads = not _writing.get()
    if connection.autocommit != reads:
        connection.autocommit = reads


def _on_postgresql_checkin(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info[_USED_AT] = monotonic()


def _refuse_write_on_sqlite(
    _connection: object, _cursor: object, statement: str, _values: object, context: Any, _many: object
) -> None:
    if not _writing.get() and _changes_or_locks(statement, context):
        raise TransactionError("a change or a lock was asked for outside a unit of work")


def _refuse_write_on_postgresql(
    _connection: object, cursor: Any, statement: str, _values: object, context: Any, _many: object
) -> None:
    if cursor.connection.autocommit and _changes_or_locks(statement, context):
        raise TransactionError("a change or a lock was asked for on a connection that has no transaction")


def _changes_or_locks(statement: str, context: Any) -> bool:
    if context.is_text:
        return statement.split(None, 1)[0].upper() not in _CHANGES_NO_ROW
    if context.isinsert or context.isupdate or context.isdelete or context.isddl:
        return True
    return getattr(getattr(context.compiled, "statement", None), "_for_update_arg", None) is not None


_CHANGES_NO_ROW = frozenset({"SELECT", "SHOW", "SET", "PRAGMA", "EXPLAIN", "CHECKPOINT", "ANALYZE", "VACUUM"})
"""How the only texts begin that may be sent outside a unit of work."""


def _on_sqlite_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.execute("PRAGMA temp_store = MEMORY")  # what is sorted or copied on the way leaves no file behind
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.close()


def _on_sqlite_begin(connection: Any) -> None:
    if _writing.get():
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # may meet another writer: an error of SQLAlchemy
    else:
        connection.connection.dbapi_connection.execute("BEGIN")  # waits for nobody, so it may go straight there
