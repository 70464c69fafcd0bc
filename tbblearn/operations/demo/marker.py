"""How a database tells that it holds a demo, and which: two events of its log, written first and last.

Each tells of what is done just then, the roles given to the first rows and the passwords set at the end, so the demo
needs neither a table nor a kind of event of its own.
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

VERSION = 2
"""Raised when the same seed, staff and day give another demo than before."""

KIND = "demo"
BEGUN, BUILT = "begun", "built"
ALEMBIC = "alembic_version"


class Holds(StrEnum):
    """What a database holds."""

    NOTHING = "nothing"
    DEMO = "demo"
    HALF_A_DEMO = "half_a_demo"
    SOMETHING_ELSE = "something_else"


@dataclass(frozen=True)
class Key:
    """What makes a demo the one it is."""

    seed: int
    staff: int
    today: date
    version: int = VERSION

    def same_as(self, other: "Key") -> bool:
        """True when only the day differs."""
        return (self.seed, self.staff, self.version) == (other.seed, other.staff, other.version)


@dataclass(frozen=True)
class Found:
    """What was found in the database; `key` and the sign-ins' person ids by role where it holds a whole demo."""

    holds: Holds
    key: Key | None = None
    persons: Mapping[str, int] | None = None


def look() -> Found:
    """See what the database holds, also before it is migrated. Reads only."""
    tables = set(inspect(db.engine).get_table_names())
    known = Base.metadata.tables
    if tables - set(known) - {ALEMBIC}:
        return Found(Holds.SOMETHING_ELSE)
    with read_only():
        events = _events() if AuditEvent.__tablename__ in tables else {}
        filled = any(
            db.session.execute(select(literal(1)).select_from(known[name]).limit(1)).first() is not None
            for name in sorted(tables - {ALEMBIC})
        )
    if BUILT in events:
        details = events[BUILT]
        key = Key(
            int(details["seed"]),
            int(details["staff"]),
            date.fromisoformat(str(details["today"])),
            int(details["version"]),
        )
        persons = {
            name.removeprefix("person_"): int(number) for name, number in details.items() if name.startswith("person_")
        }
        return Found(Holds.DEMO, key, persons)
    if BEGUN in events:
        return Found(Holds.HALF_A_DEMO)
    return Found(Holds.SOMETHING_ELSE if filled else Holds.NOTHING)


def _events() -> dict[str, dict[str, str | int]]:
    rows = db.session.execute(
        select(AuditEvent.object_id, AuditEvent.details).where(
            AuditEvent.event.in_([Event.ROLE_GIVEN, Event.PASSWORD_SET]), AuditEvent.object_kind == KIND
        )
    )
    return {row.object_id: row.details for row in rows}


class Asking:
    """Whether the database holds a demo, for every page: asked until it is known for good, and then no more.

    An empty database can become a demo; one with persons in it stays what it is. Asked past the pages' own connections,
    which are then as they were. Where the database does not answer nothing is known, and no page is held up.
    """

    def __init__(self) -> None:
        self._known: dict[URL, bool] = {}

    def __call__(self) -> bool:
        """True where pages must say that nobody in it is real."""
        url = db.engine.url
        if url not in self._known:
            try:
                demo, filled = self._ask(url)
            except SQLAlchemyError:
                return False
            if not (demo or filled):
                return False
            self._known[url] = demo
        return self._known[url]

    def _ask(self, url: URL) -> tuple[bool, bool]:
        events, persons = (Base.metadata.tables[name] for name in (AuditEvent.__tablename__, "person"))
        with aside(url).connect() as connection:
            demo = connection.execute(
                select(literal(1))
                .where(events.c.event.in_([Event.ROLE_GIVEN, Event.PASSWORD_SET]), events.c.object_kind == KIND)
                .limit(1)
            ).first()
            filled = connection.execute(select(persons.c.id).limit(1)).first()
        return demo is not None, filled is not None


def mark_begun(now: datetime) -> None:
    """Say that the roles given here are a demo's: what is there may be taken away."""
    record(Event.ROLE_GIVEN, now=now, object_kind=KIND, object_id=BEGUN)


def mark_built(key: Key, persons: Mapping[str, int], now: datetime) -> None:
    """Say that the demo is whole, which it is, and for whom passwords are set."""
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
