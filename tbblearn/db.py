"""The database: base class, naming scheme, UTC time and `unit_of_work`. Knows nothing of the web.

SQLite and PostgreSQL are both first-class (`databases.py`); `tests/test_databases.py` states each difference that
matters. Only `unit_of_work` commits, and `side_record` for the few records kept whatever becomes of the request
(docs/rules/transactions.md).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVarTuple, overload
from zoneinfo import ZoneInfo

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import CursorResult, DateTime, Dialect, Enum, Executable, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.sql.selectable import TypedReturnsRows
from sqlalchemy.types import TypeDecorator

from tbblearn.databases import TransactionError as TransactionError  # noqa: PLC0414 (it belongs to both)
from tbblearn.databases import is_writing, reading
from tbblearn.databases import writing as writing  # noqa: PLC0414

Columns = TypeVarTuple("Columns")

STOCKHOLM = ZoneInfo("Europe/Stockholm")

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC. A naive one is refused: nobody could tell which clock it came from."""

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

    Pass `column` if a table has two columns of the same enum. `constrained=False` leaves the check to the code, for an
    enum that grows with every feature.
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
    """Text compared byte by byte on both databases, for sort keys and paths built in Python."""
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
    """The clock. Only views and commands call it; rules and actions take `now` as an argument."""
    return datetime.now(UTC)


# --- transactions -------------------------------------------------------------------------------------------------


@dataclass
class UnitOfWork:
    """One change: committed at the end, or refused."""

    refused: bool = False

    def refuse(self) -> None:
        """Roll back at the end instead of committing."""
        self.refused = True


@contextmanager
def unit_of_work() -> Iterator[UnitOfWork]:
    """Commit everything that happens inside, or nothing.

    On SQLite the transaction takes the write lock at its first statement (BEGIN IMMEDIATE), so two writers queue
    instead of failing. Raises TransactionError if nested.
    """
    if is_writing():
        raise TransactionError("a unit of work cannot be opened inside another")
    session = db.session()
    _end_read(session)
    work = UnitOfWork()
    with writing():
        try:
            yield work
            if work.refused:
                session.rollback()
            else:
                session.commit()
        except BaseException:
            session.rollback()
            raise


@contextmanager
def read_only() -> Iterator[None]:
    """A short read that leaves no transaction open, so that hashing, parsing and rendering hold no lock."""
    session = db.session()
    if session.new or session.dirty or session.deleted:
        raise TransactionError("changes are pending: read before the change, or inside its unit of work")
    if is_writing() and session.in_transaction():
        yield
        return
    with reading():
        try:
            yield
        finally:
            _end_read(session)


@overload
def run(statement: TypedReturnsRows[*Columns], values: Mapping[str, Any] | None = None) -> CursorResult[*Columns]: ...


@overload
def run(statement: Executable, values: Mapping[str, Any] | None = None) -> CursorResult[*tuple[Any, ...]]: ...


def run(statement: Executable, values: Mapping[str, Any] | None = None) -> CursorResult[*tuple[Any, ...]]:
    """Run a statement on columns past the ORM: half the work of `session.execute` (ADR 8).

    For statements that learners' pages and answers run again and again, built once at import: building one takes longer
    than running it. Pending changes are flushed first; loaded entities are not refreshed.
    """
    session = db.session()
    if session.new or session.dirty or session.deleted:
        session.flush()
    return session.connection().execute(statement, values)


@contextmanager
def side_record(wait_ms: int | None = None) -> Iterator[Session]:
    """A short transaction of its own, for sign-in attempts, the access log and a session's last use.

    These are kept whatever becomes of the request. Raises TransactionError inside a unit of work. Waits for a lock as
    long as any change, or for `wait_ms`.
    """
    if is_writing() and db.session().in_transaction():
        raise TransactionError("a side record cannot be written inside a unit of work")
    with writing(wait_ms), Session(db.engine, expire_on_commit=False) as session, session.begin():
        yield session


def end_read() -> None:
    """End the open read, before something slow or a write."""
    _end_read(db.session())


def _end_read(session: Session) -> None:
    """Detach the entities, which stay readable, and return the connection to the pool."""
    if session.new or session.dirty or session.deleted:
        raise TransactionError("changes were made outside a unit of work")
    if session.in_transaction() or session.identity_map:
        session.close()
