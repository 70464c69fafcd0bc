"""Removing deleted answers from the disk, and any trace of order from what stays (docs/rules/surveys.md).

`move` and `empty` are part of a change. `wipe` runs after its commit, outside any transaction, and may be cut off: the
wave stays unclean until the timer has finished it. An open wave is wiped once a night, since until then the database
marks an invitation and the answers that came with it as one change.
"""

import sqlite3

import structlog
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tbblearn import sqlite
from tbblearn.databases import is_busy, sqlite_file
from tbblearn.db import db, unit_of_work
from tbblearn.sqlite import READ_WAIT_MS as PATIENCE_MS

log = structlog.get_logger("tbblearn.readiness")

ANSWERS = ("response_open", "response")
"""The tables that hold answers."""

WRITTEN_ANEW = {"invitation": "wave_id, person_id", "message": "id", **dict.fromkeys(ANSWERS, "random()")}
"""Tables whose files would tell more than their rows, and the order in which their rows are put back."""

_NO_DUMP = """
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'pg_dump%') THEN
    RAISE lock_not_available USING MESSAGE = 'a dump is under way';
  END IF;
END $$
"""
"""A dump begun while a table is written anew would find it empty: TRUNCATE removes rows from old snapshots too."""


def move(wave_id: int) -> None:
    """Copy a wave's complete answers into `response`, in random order, with the piece in place of the unit.

    One statement. Answers that count in no piece are left to be emptied with the rest.
    """
    random_id = "gen_random_uuid()" if _postgresql() else "lower(hex(randomblob(16)))"
    db.session.execute(
        text(
            f"INSERT INTO response (id, wave_id, piece_id, answers) "
            f"SELECT {random_id}, response_open.wave_id, wave_unit.piece_id, response_open.answers "
            "FROM response_open JOIN wave_unit ON wave_unit.wave_id = response_open.wave_id "
            "AND wave_unit.unit_id = response_open.unit_id "
            "WHERE response_open.wave_id = :wave AND response_open.complete AND wave_unit.piece_id IS NOT NULL "
            "ORDER BY random()"
        ),
        {"wave": wave_id},
    )


def empty(table: str, wave_id: int) -> None:
    """Delete a wave's rows from a table of answers; those of other waves are put back in random order.

    PostgreSQL: by TRUNCATE, since DELETE leaves the rows' bytes and the order in which they came. SQLite: by DELETE,
    which overwrites them (secure_delete); `wipe` rebuilds the file. Raises OperationalError, with nothing changed,
    where somebody blocks it for long, such as a dump.
    """
    if table not in ANSWERS:
        raise ValueError(f"{table} holds no answers")
    if _postgresql():
        _write_anew(table, "random()", f"wave_id <> {int(wave_id)}")
    else:
        db.session.execute(text(f"DELETE FROM {table} WHERE wave_id = :wave"), {"wave": wave_id})


def wipe() -> bool:
    """Remove what changes have left in the database's files. False where somebody was in the way: try again later.

    Must run outside any transaction. Waits only briefly for others.
    """
    try:
        return _write_tables_anew() if _postgresql() else _rebuild_sqlite()
    except OperationalError as error:
        in_the_way = is_busy(error)
    except sqlite3.OperationalError as error:
        in_the_way = "is locked" in str(error)
    if in_the_way:
        log.warning("somebody is in the way of wiping")
    else:
        log.exception("wiping failed")
    return False


def _rebuild_sqlite() -> bool:
    """Rebuild the whole file and empty its log of changes, unless a reader of an old state needs it."""
    return sqlite.rebuild(sqlite_file(db.engine), PATIENCE_MS)


def _write_tables_anew() -> bool:
    """Give each table a new file with its live rows, all of one age, in an order that tells nothing.

    VACUUM FULL is not enough: it keeps the order in which invitations were marked, which tells for good who answered,
    and while anybody reads an old state (such as a dump) also the earlier rows.
    """
    for table, order in WRITTEN_ANEW.items():
        with unit_of_work():
            _write_anew(table, order)
            # The planner's statistics quote values of old rows until they are renewed.
            db.session.execute(text(f"ANALYZE {table}"))
    return True


def _write_anew(table: str, order: str, kept: str = "true") -> None:
    """PostgreSQL: replace a table's file by one with the rows to keep, in this order. Waits briefly for others.

    Raises OperationalError where somebody is in the way or a dump is under way.
    """
    before = db.session.scalar(text("SELECT current_setting('lock_timeout')"))
    db.session.execute(text(f"SET LOCAL lock_timeout = {PATIENCE_MS}"))
    db.session.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
    rows = db.session.scalar(text(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE {kept})"))
    if rows:
        db.session.execute(text(f"CREATE TEMP TABLE kept_rows ON COMMIT DROP AS SELECT * FROM {table} WHERE {kept}"))
    db.session.execute(text(f"TRUNCATE {table}"))
    if rows:
        db.session.execute(text(f"INSERT INTO {table} SELECT * FROM kept_rows ORDER BY {order}"))
        db.session.execute(text("DROP TABLE kept_rows"))
    db.session.execute(text(_NO_DUMP))
    db.session.execute(text("SELECT set_config('lock_timeout', :before, true)"), {"before": before})


def _postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"
