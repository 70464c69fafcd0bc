"""Times as the database keeps them, and the rules that hold for every table."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError, StatementError

import tbblearn.models
from tbblearn.audit.models import AuditEvent
from tbblearn.audit.rules import Event
from tbblearn.db import Base, Retention, db, read_only, stockholm_date, unit_of_work
from tbblearn.mail.models import Message
from tbblearn.mail.rules import MessageState
from tests.factories import NOW

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
