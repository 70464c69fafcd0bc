"""The event log: opaque ids and codes, in the same transaction as what it tells of."""

import pytest
from sqlalchemy import select

from tbblearn.audit.actions import record
from tbblearn.audit.models import AuditEvent
from tbblearn.audit.rules import Event
from tbblearn.db import Base, db, unit_of_work
from tests.factories import NOW


def test_an_event_is_kept_with_the_change_it_tells_of(session: None) -> None:
    with unit_of_work():
        record(Event.ROLE_GIVEN, now=NOW, actor_id=7, object_kind="person", object_id=8, role="manager", count=2)
    event = db.session.scalars(select(AuditEvent)).one()
    assert (event.event, event.at, event.actor_id) == (Event.ROLE_GIVEN, NOW, 7)
    assert (event.object_kind, event.object_id, event.details) == ("person", "8", {"role": "manager", "count": 2})


def test_an_event_is_lost_with_a_change_that_is_refused(session: None) -> None:
    with unit_of_work() as work:
        record(Event.ROLE_GIVEN, now=NOW)
        work.refuse()
    assert db.session.scalars(select(AuditEvent)).all() == []


def test_the_timer_and_the_command_line_have_no_actor(session: None) -> None:
    with unit_of_work():
        record(Event.COURSE_PUBLISHED, now=NOW)
    assert db.session.scalars(select(AuditEvent.actor_id)).one() is None


def test_the_log_outlives_the_persons_it_tells_of() -> None:
    assert not Base.metadata.tables["audit_event"].foreign_keys


@pytest.mark.parametrize("event", Event)
def test_every_kind_of_event_fits_its_column(session: None, event: Event) -> None:
    with unit_of_work():
        record(event, now=NOW)
    assert db.session.scalars(select(AuditEvent.event)).one() is event
