"""How a database shows that it holds a demo, and which: two events in its log, written first and last.

They are the log's usual events for roles given and passwords set, so the demo needs no table and no event of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import URL, inspect, literal, select
from sqlalchemy.exc import SQLAlchemyError

from tbblearn.audit.actions import record
from tbblearn.audit.models import AuditEvent
from tbblearn.audit.rules import Event
from tbblearn.databases import aside
from tbblearn.db import Base, db, read_only
from tbblearn.people.models import Person

VERSION = 3
"""Increased when the same seed, staff and day give another demo than before."""

KIND = "demo"
BEGUN, BUILT = "begun", "built"
ALEMBIC = "alembic_version"
IS_MARK = (AuditEvent.event.in_([Event.ROLE_GIVEN, Event.PASSWORD_SET]), AuditEvent.object_kind == KIND)


class Holds(StrEnum):
    """What a database holds."""

    NOTHING = "nothing"
    DEMO = "demo"
    HALF_A_DEMO = "half_a_demo"
    SOMETHING_ELSE = "something_else"


@dataclass(frozen=True)
class Key:
    """What decides every row of a demo."""

    seed: int
    staff: int
    today: date
    version: int = VERSION

    def same_as(self, other: "Key") -> bool:
        """True when only the day differs."""
        return (self.seed, self.staff, self.version) == (other.seed, other.staff, other.version)


@dataclass(frozen=True)
class Found:
    """What the database holds; for a complete demo also its key and the sign-ins' person ids by role."""

    holds: Holds
    key: Key | None = None
    persons: Mapping[str, int] | None = None


def look() -> Found:
    """What the database holds, also before it is migrated."""
    tables = set(inspect(db.engine).get_table_names())
    known = Base.metadata.tables
    if tables - set(known) - {ALEMBIC}:
        return Found(Holds.SOMETHING_ELSE)
    with read_only():
        marks = select(AuditEvent.object_id, AuditEvent.details).where(*IS_MARK)
        logged = AuditEvent.__tablename__ in tables
        events = {row.object_id: row.details for row in db.session.execute(marks)} if logged else {}
        filled = any(
            db.session.execute(select(literal(1)).select_from(known[name]).limit(1)).first() is not None
            for name in sorted(tables - {ALEMBIC})
        )
    if BUILT in events:
        details = events[BUILT]
        key = Key(
            seed=int(details["seed"]),
            staff=int(details["staff"]),
            today=date.fromisoformat(str(details["today"])),
            version=int(details["version"]),
        )
        persons = {
            name.removeprefix("person_"): int(number) for name, number in details.items() if name.startswith("person_")
        }
        return Found(Holds.DEMO, key, persons)
    if BEGUN in events:
        return Found(Holds.HALF_A_DEMO)
    return Found(Holds.SOMETHING_ELSE if filled else Holds.NOTHING)


class Asking:
    """Whether the database holds a demo, for every page; asked until the answer is final.

    An empty database can become a demo; one with persons in it stays what it is. Uses a connection of its own, not
    the pages'. While the database does not answer it is False, and no page waits.
    """

    def __init__(self) -> None:
        self._known: dict[URL, bool] = {}

    def __call__(self) -> bool:
        """True where pages must say that nobody in it is real."""
        url = db.engine.url
        if url not in self._known:
            try:
                with aside(url).connect() as connection:
                    demo = connection.scalar(select(AuditEvent.id).where(*IS_MARK).limit(1)) is not None
                    filled = connection.scalar(select(Person.id).limit(1)) is not None
            except SQLAlchemyError:
                return False
            if not (demo or filled):
                return False
            self._known[url] = demo
        return self._known[url]


def mark_begun(now: datetime) -> None:
    """Mark the roles given here as a demo's: what is there may be deleted."""
    record(Event.ROLE_GIVEN, now=now, object_kind=KIND, object_id=BEGUN)


def mark_built(key: Key, persons: Mapping[str, int], now: datetime) -> None:
    """Mark the demo as complete: which one it is, and for whom passwords are set."""
    record(
        Event.PASSWORD_SET,
        now=now,
        object_kind=KIND,
        object_id=BUILT,
        seed=key.seed,
        staff=key.staff,
        today=key.today.isoformat(),
        version=key.version,
        **{f"person_{role}": number for role, number in persons.items()},
    )
