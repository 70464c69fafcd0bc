"""Making sure that what must be gone is gone from the disk too, and that what stays tells no order (design.md 3).

`move` and `empty` are part of a change; `wipe` runs after it has been committed, outside any transaction, and may be
cut off: the wave says until then that it is not clean, and the timer does it again.
"""

import sqlite3

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from tbblearn.db import db

ANSWERS = ("response_open", "response")
"""The tables that hold answers."""


def move(wave_id: int) -> None:
    """Copy a wave's complete answers into `response`, in random order, with the piece in place of the unit.

    One statement. Answers that count in no piece are left behind, to be emptied with the rest.
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
    """Take a wave's rows out of a table of answers; those of other waves are put back in random order.

    PostgreSQL: by TRUNCATE, because DELETE leaves the rows' bytes and the order in which they came. SQLite: by DELETE,
    which overwrites them (secure_delete), and `wipe` rebuilds the file.
    """
    if table not in ANSWERS:
        raise ValueError(f"{table} holds no answers")
    if not _postgresql():
        db.session.execute(text(f"DELETE FROM {table} WHERE wave_id = :wave"), {"wave": wave_id})
        return
    kept = {"wave": wave_id}
    db.session.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
    others = db.session.scalar(text(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE wave_id <> :wave)"), kept)
    if others:
        db.session.execute(
            text(f"CREATE TEMP TABLE kept_rows ON COMMIT DROP AS SELECT * FROM {table} WHERE wave_id <> :wave"), kept
        )
    db.session.execute(text(f"TRUNCATE {table}"))
    if others:
        db.session.execute(text(f"INSERT INTO {table} SELECT * FROM kept_rows ORDER BY random()"))
        db.session.execute(text("DROP TABLE kept_rows"))


def wipe() -> bool:
    """Remove what changes have left behind in the database's files. False where somebody was in the way: try again.

    Must run outside any transaction. Waits for no reader for long; a reader that stays makes the timer come back.
    """
    with db.engine.connect() as connection:
        try:
            return _vacuum_postgresql(connection) if _postgresql() else _rebuild_sqlite(connection)
        except (OperationalError, sqlite3.OperationalError):  # the bare driver raises its own
            return False


def _rebuild_sqlite(connection: Connection) -> bool:
    driver = connection.connection.driver_connection  # begins no transaction, in which VACUUM would be refused
    assert driver is not None
    driver.execute("VACUUM")
    busy, _log, _done = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _vacuum_postgresql(connection: Connection) -> bool:
    alone = connection.execution_options(isolation_level="AUTOCOMMIT")
    for table in ("invitation", "message", *ANSWERS):
        alone.execute(text(f"VACUUM (FULL, ANALYZE) {table}"))
    return True


def _postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"
