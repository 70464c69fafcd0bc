"""Transactions, time and the rules that hold for every table."""

import threading
from contextvars import Context
from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Blueprint, Response, redirect
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, bindparam, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm.exc import StaleDataError

import tbblearn.models
from tbblearn import create_app
from tbblearn.audit.models import AuditEvent
from tbblearn.audit.rules import Event
from tbblearn.db import (
    Base,
    Retention,
    TransactionError,
    db,
    read_only,
    run,
    side_record,
    stockholm_date,
    unit_of_work,
    writing,
)
from tbblearn.mail.models import Message
from tbblearn.mail.rules import MessageState
from tbblearn.people.guards import public
from tbblearn.people.models import Person, Programme
from tbblearn.web.application import Application
from tbblearn.web.pages import Page
from tests.conftest import Backend, settings_for
from tests.factories import NOW, County
from tests.reading import Reader


def programme(slug: str) -> Programme:
    return Programme(slug=slug, name=slug)


def seen_by_others(engine: Engine) -> list[str]:
    """What another connection reads now. To be run in a context of its own: in ours it would be a writer too."""
    with engine.connect() as outside:
        return list(outside.scalars(select(Programme.slug)))


def slugs() -> list[str]:
    with read_only():
        return list(db.session.scalars(select(Programme.slug).order_by(Programme.slug)))


class Refused(Exception):
    pass


# --- unit_of_work -------------------------------------------------------------------------------------------------


def test_all_that_happens_inside_is_kept_at_the_end_and_not_before(session: None) -> None:
    with unit_of_work():
        db.session.add(programme("tbb"))
        db.session.flush()
        assert Context().run(seen_by_others, db.engine) == []
        db.session.add(programme("tuv"))
    assert slugs() == ["tbb", "tuv"]


def test_a_fault_inside_undoes_everything(session: None) -> None:
    def fail() -> None:
        with unit_of_work():
            db.session.add(programme("tbb"))
            db.session.flush()
            raise Refused

    with pytest.raises(Refused):
        fail()
    assert slugs() == []
    with unit_of_work():
        db.session.add(programme("tuv"))
    assert slugs() == ["tuv"]


def test_what_is_refused_is_undone_without_a_fault(session: None) -> None:
    with unit_of_work() as work:
        db.session.add(programme("tbb"))
        work.refuse()
    assert slugs() == []


def test_a_commit_that_fails_leaves_nothing_behind(session: None) -> None:
    with pytest.raises(IntegrityError), unit_of_work():
        db.session.add_all([programme("tbb"), programme("tbb")])
    assert slugs() == []


def test_one_unit_of_work_cannot_be_opened_inside_another(session: None) -> None:
    with unit_of_work():
        db.session.add(programme("tbb"))
        with pytest.raises(TransactionError), unit_of_work():
            pass
    assert slugs() == ["tbb"]


def test_changes_made_outside_are_a_fault_not_a_surprise(session: None) -> None:
    db.session.add(programme("tbb"))
    with pytest.raises(TransactionError), unit_of_work():
        pass
    db.session.rollback()
    assert slugs() == []


def test_nothing_but_unit_of_work_keeps_anything(session: None) -> None:
    db.session.add(programme("tbb"))
    with pytest.raises(TransactionError):
        db.session.flush()
    db.session.rollback()
    for write in (
        insert(Programme).values(slug="tuv", name="tuv"),
        select(Programme.id).with_for_update(),
        text("DELETE FROM message"),
        text(" drop table x"),
        text("WITH x AS (SELECT 1) INSERT INTO programme (slug, name) SELECT 'tuv', 'tuv' FROM x"),
    ):
        with pytest.raises(TransactionError), read_only():
            db.session.execute(write)
        with pytest.raises(TransactionError), read_only():
            run(write)
    assert slugs() == []


def test_a_connection_on_which_a_read_has_begun_never_writes(session: None) -> None:
    """Whatever is said afterwards. On PostgreSQL it has no transaction that could be undone."""
    with db.engine.connect() as connection:
        connection.execute(select(Programme.id))
        if db.engine.dialect.name == "postgresql":
            with pytest.raises(TransactionError), writing():
                connection.execute(insert(Programme).values(slug="tuv", name="tuv"))
        else:
            with writing():
                connection.execute(insert(Programme).values(slug="tuv", name="tuv"))
            connection.rollback()
    assert slugs() == []


def test_a_query_past_the_orm_sees_what_is_not_flushed_yet(session: None) -> None:
    with unit_of_work():
        db.session.add(programme("tbb"))
        assert run(select(Programme.slug).where(Programme.slug == bindparam("slug")), {"slug": "tbb"}).scalar() == "tbb"


def test_a_read_leaves_no_transaction_open_on_postgresql(session: None) -> None:
    with read_only():
        driver = db.session.connection().connection.driver_connection
        db.session.execute(select(Programme.slug)).all()
        if db.engine.dialect.name == "postgresql":
            assert driver is not None
            assert driver.info.transaction_status == TransactionStatus.IDLE
    with unit_of_work():
        db.session.add(programme("tbb"))
        db.session.flush()
        assert Context().run(seen_by_others, db.engine) == []
    assert slugs() == ["tbb"]


def test_a_read_inside_a_unit_of_work_sees_what_is_written_there(session: None) -> None:
    with unit_of_work():
        db.session.add(programme("tbb"))
        db.session.flush()
        assert slugs() == ["tbb"]
        assert db.session().in_transaction()


def test_a_read_before_the_first_write_leaves_no_transaction_open(session: None) -> None:
    with unit_of_work():
        assert slugs() == []
        assert not db.session().in_transaction()


def test_a_read_refuses_to_lose_what_is_pending(session: None) -> None:
    with unit_of_work() as work:
        db.session.add(programme("tbb"))
        with pytest.raises(TransactionError):
            slugs()
        work.refuse()


# --- side records -------------------------------------------------------------------------------------------------


def note(records: object) -> None:
    records.add(AuditEvent(at=NOW, event=Event.SIGNED_IN))  # type: ignore[attr-defined]


def noted() -> int:
    with read_only():
        return len(db.session.scalars(select(AuditEvent.id)).all())


def test_a_side_record_is_kept_although_the_work_is_refused(session: None) -> None:
    def fail() -> None:
        with unit_of_work():
            with side_record() as records:
                note(records)
            db.session.add(programme("tbb"))
            db.session.flush()
            raise Refused

    with pytest.raises(Refused):
        fail()
    assert noted() == 1
    assert slugs() == []


def test_a_side_record_cannot_wait_for_a_lock_that_its_own_request_holds(session: None) -> None:
    with unit_of_work():
        db.session.add(programme("tbb"))
        db.session.flush()
        with pytest.raises(TransactionError), side_record() as records:
            note(records)
    assert noted() == 0


def test_a_side_record_that_fails_is_not_kept_by_half(session: None) -> None:
    def fail() -> None:
        with side_record() as records:
            note(records)
            records.flush()
            raise Refused

    with pytest.raises(Refused):
        fail()
    assert noted() == 0


# --- requests -----------------------------------------------------------------------------------------------------

trying = Blueprint("trying", __name__)


@trying.get("/laser")
@public
def writes_in_a_get():
    db.session.execute(insert(Programme).values(slug="get", name="get"))
    return Response("read", mimetype="text/plain")


@trying.get("/andrar")
@public
def changes_in_a_get():
    db.session.add(programme("get"))
    return "read"


@trying.post("/skriver/<int:status>")
@public
def writes(status: int):
    db.session.add(programme(f"s{status}"))
    db.session.flush()
    if status == 303:
        return redirect("/om", 303)
    if status == 200:
        return Page("web/about.html")
    return Response("words", status, mimetype="text/plain")


def test_a_get_keeps_nothing_and_a_post_only_what_ends_well(backend: Backend) -> None:
    url = backend.copy()
    app = create_app(settings_for(url, backend.folder))
    app.register_blueprint(trying)
    app.testing = True
    reader = Reader(app)
    for path in ("/laser", "/andrar"):
        with pytest.raises(TransactionError):
            reader.get(path)
        with pytest.raises(TransactionError):
            reader.head(path)
    for status in (200, 303, 400, 404, 409, 422, 500):
        reader.post(f"/skriver/{status}", {}, status)
    with app.app_context():
        assert slugs() == ["s200", "s303"]
        db.session.remove()
        db.engine.dispose()
    backend.drop(url)


# --- many at once -------------------------------------------------------------------------------------------------


def test_two_hundred_increments_by_eight_at_once_are_all_kept(app: Application) -> None:
    with app.app_context(), unit_of_work():
        db.session.add(
            Message(dedupe_key="count", kind="count", recipient_id=1, created_at=NOW, due_at=NOW, attempts=0)
        )
    faults: list[Exception] = []

    def work() -> None:
        try:
            for _ in range(25):
                with app.app_context(), unit_of_work():
                    message = db.session.scalars(select(Message).with_for_update()).one()
                    message.attempts += 1
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert faults == []
    with app.app_context():
        assert db.session.scalars(select(Message.attempts)).one() == 200


def test_what_was_changed_in_the_meantime_is_not_overwritten(app: Application, county: County) -> None:
    person_id = county.persons["p101"]
    with app.app_context():
        with read_only():
            read = db.session.get_one(Person, person_id)
        with side_record() as other:
            other.get_one(Person, person_id).family_name = "först"
        read.family_name = "sedan"
        with pytest.raises(StaleDataError), unit_of_work():
            db.session.add(read)
        with read_only():
            assert db.session.get_one(Person, person_id).family_name == "först"


# --- time ---------------------------------------------------------------------------------------------------------


def test_a_naive_time_is_refused(session: None) -> None:
    with pytest.raises(StatementError, match="a naive time cannot be stored"), unit_of_work():
        db.session.add(AuditEvent(at=datetime(2026, 11, 20, 9), event=Event.SIGNED_IN))
    with pytest.raises(ValueError):
        stockholm_date(datetime(2026, 11, 20, 9))


def test_a_time_comes_back_in_utc_to_the_microsecond_wherever_it_was_written(session: None) -> None:
    written = datetime(2026, 7, 1, 0, 30, 15, 123456, tzinfo=timezone(timedelta(hours=2)))
    with unit_of_work():
        db.session.add(AuditEvent(at=written, event=Event.SIGNED_IN))
    with read_only():
        at = db.session.scalars(select(AuditEvent.at)).one()
        assert db.session.scalars(select(AuditEvent.id).where(AuditEvent.at == written)).all()
    assert at == written
    assert at.tzinfo is UTC


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 6, 30, 21, 59, tzinfo=UTC), "2026-06-30"),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), "2026-07-01"),
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), "2026-12-31"),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), "2027-01-01"),
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "2026-03-29"),
    ],
)
def test_a_day_begins_at_midnight_in_sweden(moment: datetime, day: str) -> None:
    assert str(stockholm_date(moment)) == day


# --- every table --------------------------------------------------------------------------------------------------

MODELS = sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda model: model.__name__)


def test_all_features_tables_are_looked_at() -> None:
    assert set(tbblearn.models.__all__) >= {"access", "audit", "courses", "mail", "people", "training"}
    assert len(MODELS) == len(Base.metadata.tables)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_table_says_how_long_it_keeps_what_and_why(model: type[Base]) -> None:
    rule = vars(model).get("__retention__")
    assert isinstance(rule, Retention)
    for said in (rule.keep, rule.why, rule.erase):
        assert len(said.split()) >= 1
        assert said == said.strip()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_constraint_has_a_name_and_every_time_is_utc(model: type[Base]) -> None:
    table = Base.metadata.tables[model.__tablename__]
    assert all(constraint.name for constraint in table.constraints)
    assert all(index.name for index in table.indexes)
    for column in table.columns:
        assert type(column.type).__name__ not in {"DateTime", "TIMESTAMP"}, f"{column} would take a naive time"


def test_the_database_has_the_tables_of_the_models(session: None) -> None:
    with db.engine.connect() as connection:
        found = set(inspect(connection).get_table_names())
    assert found == set(Base.metadata.tables) | {"alembic_version"}


def test_a_state_that_there_is_not_is_refused_by_the_database(session: None) -> None:
    with unit_of_work():
        db.session.add(Message(dedupe_key="a", kind="a", recipient_id=1, created_at=NOW, due_at=NOW))
    with pytest.raises(IntegrityError), unit_of_work():
        db.session.execute(text("UPDATE message SET state = 'lost'"))
    with pytest.raises(IntegrityError), unit_of_work():
        db.session.execute(text("UPDATE message SET state = 'sent'"))
    with read_only():
        assert db.session.scalars(select(Message.state)).one() is MessageState.WAITING
