"""Where SQLite and PostgreSQL differ in a way that matters to us, and how we even it out.

Each test names one difference. Those without one name a similarity that one would not expect.
"""

import threading
from contextlib import closing
from contextvars import Context
from datetime import UTC
from importlib import import_module
from time import monotonic

import psycopg
import pytest
from sqlalchemy import Engine, delete, insert, inspect, select, text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from tbblearn import postgresql
from tbblearn.access.models import LoginAttempt
from tbblearn.audit.models import AuditEvent
from tbblearn.audit.rules import Event
from tbblearn.databases import is_busy, is_out_of_reach
from tbblearn.db import db, read_only, run, side_record, unit_of_work
from tbblearn.mail.models import Message
from tbblearn.people.models import Grant, OrgUnit, Person, Programme
from tbblearn.people.rules import GrantSource, Role, UnitKind
from tbblearn.sqlite import READ_WAIT_MS
from tbblearn.web.application import Application
from tests.factories import NOW, TODAY, County, make_unit


def engine_of(app: Application) -> Engine:
    with app.app_context():
        return db.engine


@pytest.fixture
def kind(app: Application) -> str:
    """'sqlite' or 'postgresql'."""
    return engine_of(app).dialect.name


def test_sqlite_is_set_up_as_we_promise(app: Application, kind: str) -> None:
    """WAL, foreign keys and overwriting what is deleted are all off unless asked for."""
    if kind == "postgresql":
        pytest.skip("PostgreSQL has these without asking")
    with engine_of(app).connect() as connection:

        def pragma(name: str) -> object:
            return connection.exec_driver_sql(f"PRAGMA {name}").scalar()

        assert pragma("journal_mode") == "wal"
        assert pragma("foreign_keys") == 1
        assert pragma("secure_delete") == 1
        assert pragma("synchronous") == 2, "FULL: what is acknowledged is on the disk"
        assert pragma("wal_autocheckpoint") == 0


def test_foreign_keys_hold_on_both(session: None) -> None:
    with pytest.raises(IntegrityError), unit_of_work():
        db.session.add(
            Grant(person_id=999, unit_id=999, role=Role.ADMIN, from_on=TODAY, source=GrantSource.HAND, given_at=NOW)
        )


def test_one_writer_at_a_time_on_sqlite_but_one_a_row_on_postgresql(
    app: Application, county: County, kind: str
) -> None:
    """So on SQLite a unit of work must be short: everybody else waits for it, whatever they write."""
    engine = engine_of(app)
    done = threading.Event()

    def write_elsewhere() -> None:
        with app.app_context(), unit_of_work():
            db.session.get_one(Person, county.persons["p102"]).family_name = "annan"
        done.set()

    with app.app_context(), unit_of_work():
        db.session.get_one(Person, county.persons["p101"]).family_name = "ny"
        db.session.flush()
        other = threading.Thread(target=write_elsewhere)
        other.start()
        went_through = done.wait(1 if kind == "sqlite" else 20)
        assert went_through == (kind == "postgresql")
    other.join(20)
    assert done.is_set()
    with Session(engine) as reading:
        names = reading.scalars(
            select(Person.family_name).where(Person.id.in_([county.persons["p101"], county.persons["p102"]]))
        ).all()
    assert set(names) == {"ny", "annan"}


def test_readers_never_wait_for_a_writer_and_see_what_was_before(app: Application, county: County) -> None:
    """The same on both, thanks to WAL; with SQLite's default journal readers would wait."""
    engine = engine_of(app)
    with app.app_context(), unit_of_work():
        db.session.get_one(Person, county.persons["p101"]).family_name = "ny"
        db.session.flush()
        assert Context().run(name_read_by_others, engine, county.persons["p101"]) == "101"


def name_read_by_others(engine: Engine, person_id: int) -> str:
    """In a context of its own: in that of a unit of work every connection is a writer."""
    with Session(engine) as outside:
        return outside.get_one(Person, person_id).family_name


def test_a_read_and_write_needs_for_update_on_postgresql_only(app: Application, kind: str) -> None:
    """SQLite has taken the lock already at BEGIN IMMEDIATE and ignores FOR UPDATE; we write it always."""
    with app.app_context(), unit_of_work():
        db.session.add(Message(dedupe_key="n", kind="n", recipient_id=1, created_at=NOW, due_at=NOW, attempts=0))
    both_have_read = threading.Barrier(2)

    def add_one() -> None:
        with app.app_context(), unit_of_work():
            attempts = db.session.scalars(select(Message.attempts)).one()
            if kind == "postgresql":
                both_have_read.wait(20)
            db.session.execute(text("UPDATE message SET attempts = :n"), {"n": attempts + 1})

    threads = [threading.Thread(target=add_one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with app.app_context():
        assert db.session.scalars(select(Message.attempts)).one() == (2 if kind == "sqlite" else 1)


def test_within_one_read_sqlite_shows_one_moment_but_postgresql_each_statement_anew(
    app: Application, county: County, kind: str
) -> None:
    """So a page that must add up reads its figures in one statement, or freezes them."""
    with app.app_context(), read_only():
        count = "SELECT count(*) FROM login_attempt"
        assert db.session.execute(text(count)).scalar() == 0
        with side_record() as other:
            other.add(LoginAttempt(account_key="a", address_key="b", at=NOW))
        assert db.session.execute(text(count)).scalar() == (0 if kind == "sqlite" else 1)


def test_a_failed_statement_ends_the_transaction_on_postgresql_unless_it_has_a_savepoint(session: None) -> None:
    """The same on both with `begin_nested`, so what may fail inside a unit of work is put in one."""
    with unit_of_work():
        db.session.add(Programme(slug="tbb", name="tbb"))
        db.session.flush()
        with pytest.raises(IntegrityError), db.session.begin_nested():
            db.session.execute(insert(Programme).values(slug="tbb", name="again"))
        db.session.add(Programme(slug="tuv", name="tuv"))
    assert db.session.scalars(select(Programme.slug).order_by(Programme.slug)).all() == ["tbb", "tuv"]


@pytest.mark.parametrize("before", [True, False], ids=["after-a-query", "at-once"])
def test_a_savepoint_holds_for_what_is_run_past_the_orm(session: None, before: bool) -> None:
    def add_twice() -> None:
        for name in ("tbb", "again"):
            run(insert(Programme).values(slug="tbb", name=name))

    with unit_of_work():
        if before:
            run(select(Programme.id)).all()
        with pytest.raises(IntegrityError), db.session.begin_nested():
            add_twice()
        run(insert(Programme).values(slug="tuv", name="tuv"))
    assert db.session.scalars(select(Programme.slug)).all() == ["tuv"]


def test_postgresql_refuses_too_long_a_text_and_sqlite_keeps_it(session: None, kind: str) -> None:
    """So forms and imports check lengths themselves; the database is not a safety net in development."""
    long = Programme(slug="x" * 41, name="x")
    if kind == "postgresql":
        with pytest.raises(DataError), unit_of_work():
            db.session.add(long)
    else:
        with unit_of_work():
            db.session.add(long)


def test_like_tells_upper_from_lower_case_on_postgresql_only(session: None, kind: str) -> None:
    """So we search in columns folded in Python (`name_search`, `email_key`), never in what was typed."""
    with unit_of_work():
        db.session.add(Programme(slug="TBB", name="x"))
    found = db.session.scalars(select(Programme.slug).where(Programme.slug.like("tbb%"))).all()
    assert found == ([] if kind == "postgresql" else ["TBB"])


def test_sorting_by_a_key_made_in_python_is_the_same_on_both(session: None) -> None:
    """Byte by byte: SQLite does so by itself, PostgreSQL because the column has collation C."""
    names = ["Östra 2", "Åsa 10", "Åsa 9", "Ängen", "Zinken", "andra", "Andra 3", "Övre", "Xerxes", "a-lag", "Elva"]
    with unit_of_work():
        root = make_unit(None, "sormland", UnitKind.COUNTY)
        for number, name in enumerate(names):
            make_unit(root, f"u{number}", name=name)
    found = db.session.scalars(select(OrgUnit.name).where(OrgUnit.depth == 1).order_by(OrgUnit.name_sort)).all()
    assert found == [
        "a-lag", "andra", "Andra 3", "Elva", "Xerxes", "Zinken", "Åsa 9", "Åsa 10", "Ängen", "Östra 2", "Övre",
    ]  # fmt: skip


def test_times_are_stored_without_a_zone_on_sqlite_and_come_back_with_one_on_both(session: None, kind: str) -> None:
    with unit_of_work():
        db.session.add(AuditEvent(at=NOW, event=Event.SIGNED_IN))
    raw = db.session.execute(text("SELECT at FROM audit_event")).scalar()
    assert str(raw).startswith("2026-11-20 09:00:00") == (kind == "sqlite" or "+00:00" in str(raw))
    read = db.session.scalars(select(AuditEvent.at)).one()
    assert (read, read.tzinfo) == (NOW, UTC)


def test_a_number_can_come_again_on_sqlite_after_the_last_row_is_deleted(app: Application, kind: str) -> None:
    """So nothing that other tables or the event log point at is ever deleted; a person is blanked instead."""
    numbers = []
    for _ in range(2):
        with app.app_context(), side_record() as records:
            attempt = LoginAttempt(account_key="a", address_key="b", at=NOW)
            records.add(attempt)
            records.flush()
            numbers.append(attempt.id)
            records.execute(delete(LoginAttempt))
    assert numbers == ([1, 1] if kind == "sqlite" else [1, 2])


def test_a_lock_is_waited_for_equally_long_on_both(session: None, kind: str) -> None:
    """Two seconds by a read and fifteen by a change. PostgreSQL would wait for ever by itself."""
    asked = text("PRAGMA busy_timeout" if kind == "sqlite" else "SHOW lock_timeout")
    for _ in range(2):
        with read_only():
            assert db.session.execute(asked).scalar() in {2_000, "2s"}
        with unit_of_work():
            assert db.session.execute(asked).scalar() in {15_000, "15s"}
        with side_record(READ_WAIT_MS) as records:
            assert records.execute(asked).scalar() in {2_000, "2s"}


def test_postgresql_does_not_compile_our_queries(session: None, kind: str) -> None:
    """Debian's does by itself, for longer than the query then takes."""
    if kind == "postgresql":
        assert db.session.execute(text("SHOW jit")).scalar() == "off"


def test_both_have_the_same_tables_columns_and_indexes(app: Application) -> None:
    """The migrations are the same; nothing is left out on one of them."""
    with engine_of(app).connect() as connection:
        there = inspect(connection)
        for table in db.metadata.sorted_tables:
            assert {c["name"] for c in there.get_columns(table.name)} == {c.name for c in table.columns}
            assert {i["name"] for i in there.get_indexes(table.name)} >= {i.name for i in table.indexes}


def test_a_connection_that_lay_idle_while_the_server_restarted_is_replaced(
    app: Application, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite has no server. One used a moment ago is trusted: then a single page fails, and the next is well."""
    if kind == "sqlite":
        pytest.skip("there is no server")
    count = text("SELECT count(*) FROM login_attempt")
    cut = text("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'to be cut'")

    def lie_idle_and_be_cut() -> None:
        with read_only():
            db.session.execute(text("SET application_name = 'to be cut'"))
            db.session.execute(count)
        with closing(psycopg.connect(engine_of(app).url.set(drivername="postgresql").render_as_string(False))) as other:
            assert other.execute(str(cut)).fetchone() == (1,)

    with app.app_context():
        lie_idle_and_be_cut()
        monkeypatch.setattr(import_module("tbblearn.databases"), "TRUSTED_SECONDS", 600)
        with pytest.raises(OperationalError) as cut_off, read_only():
            db.session.execute(count)
        assert is_busy(cut_off.value), "answered with 503: try again in a moment"
        with read_only():
            assert db.session.execute(count).scalar() == 0
        lie_idle_and_be_cut()
        monkeypatch.setattr(import_module("tbblearn.databases"), "TRUSTED_SECONDS", 0)
        with unit_of_work():
            assert db.session.execute(count).scalar() == 0


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_slow_server_is_waited_for_and_one_that_answers_nobody_is_not(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite has no server. The silence is one of `connect`'s making; a server that hangs is served in test_outages."""
    slowly = text("SELECT pg_sleep(0.5)")
    monkeypatch.setattr(postgresql, "ASKED_AFTER_SECONDS", 0.1)
    server = (engine_of(app).url.query["host"], None)
    with app.app_context():
        with read_only():
            db.session.execute(slowly)
        with monkeypatch.context() as silence, read_only():
            db.session.execute(text("SELECT 1"))
            silence.setitem(postgresql._silent_until, server, monotonic() + 60)
            with pytest.raises(OperationalError) as silent:
                db.session.execute(slowly)
            with pytest.raises(OperationalError):
                db.engine.connect()
        assert is_busy(silent.value), "the connection is given up"
        assert is_out_of_reach(silent.value)
        with read_only(), postgresql.within(0.2), pytest.raises(OperationalError) as late:
            db.session.execute(slowly)
        assert is_busy(late.value)
        with unit_of_work():
            db.session.execute(slowly)
