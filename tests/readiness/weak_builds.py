"""Builds that break the promise of storage in one way each, made without touching the product's own code.

Each has a round answered and closed, and gives what was watched: steps of closing are replaced by weaker ones, or the
tables of the test's database are altered.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from unittest.mock import patch

from sqlalchemy import event, text

from tbblearn import sqlite
from tbblearn.db import db, unit_of_work
from tests.readiness.disk_adversary import Watched, close, watch
from tests.readiness.rounds import Round

Sizes = Mapping[str, Mapping[str, Sequence[int]]]

SMALL: Sizes = {"region": {"barn": (10, 10), "vuxen": (10, 10)}}
"""Large enough for a weak build: forty right where four are to be expected."""

BOTH = ("sqlite", "postgresql")


def run(*statements: str) -> None:
    """A change of the database itself."""
    with unit_of_work():
        for statement in statements:
            db.session.execute(text(statement))


def is_postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"


def answered(sizes: Sizes, share: float = 1.0) -> tuple[Round, Watched]:
    """A wave that people have answered, not closed yet."""
    county = Round.county(sizes)
    county.open()
    return county, watch(county, seed=1, share=share)


def keeping(wave_id: int, *, more: str = "", order: str = "ORDER BY random()") -> None:
    """Move answers with the id that they had in the open table."""
    db.session.execute(
        text(
            f"INSERT INTO response (id, wave_id, piece_id, answers{more}) "
            f"SELECT r.id, r.wave_id, u.piece_id, r.answers{more} FROM response_open AS r "
            "JOIN wave_unit AS u ON u.wave_id = r.wave_id AND u.unit_id = r.unit_id "
            f"WHERE r.wave_id = {wave_id} AND r.complete AND u.piece_id IS NOT NULL {order}"
        )
    )


def delete(table: str, wave_id: int) -> None:
    """Empty by DELETE: on PostgreSQL the rows stay in the file, with their ages."""
    db.session.execute(text(f"DELETE FROM {table} WHERE wave_id = {wave_id}"))


def nothing() -> bool:
    """Wipe nothing, and say that it is wiped."""
    return True


def sequential_ids(sizes: Sizes) -> Watched:
    """Responses are numbered as they come."""
    county = Round.county(sizes)
    county.open()
    if is_postgresql():
        run(
            "CREATE SEQUENCE answered",
            "CREATE FUNCTION number_it() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN NEW.id = lpad(to_hex(nextval('answered')), 32, '0')::uuid; RETURN NEW; END $$",
            "CREATE TRIGGER numbered BEFORE INSERT ON response_open FOR EACH ROW EXECUTE FUNCTION number_it()",
        )
    else:
        run(
            "CREATE TRIGGER numbered AFTER INSERT ON response_open BEGIN UPDATE response_open "
            "SET id = printf('%032x', (SELECT count(*) FROM response_open)) WHERE id = NEW.id; END"
        )
    return _unseen(watch(county, seed=1), lambda: close(county, move=keeping))


def a_time(sizes: Sizes) -> Watched:
    """Responses have a column with the time."""
    county = Round.county(sizes)
    county.open()
    if is_postgresql():
        run("ALTER TABLE response_open ADD COLUMN at timestamptz DEFAULT clock_timestamp()")
        run("ALTER TABLE response ADD COLUMN at timestamptz")
    else:
        run(
            "ALTER TABLE response_open ADD COLUMN at TEXT",
            "ALTER TABLE response ADD COLUMN at TEXT",
            "CREATE TRIGGER timed AFTER INSERT ON response_open BEGIN UPDATE response_open "
            "SET at = strftime('%Y-%m-%d %H:%M:%f', 'now') WHERE id = NEW.id; END",
        )
    return _unseen(watch(county, seed=1), lambda: close(county, move=lambda wave_id: keeping(wave_id, more=", at")))


def kept_ids(sizes: Sizes) -> Watched:
    """Responses keep the id that they had, which somebody saw come."""
    county, watched = answered(sizes)
    close(county, move=keeping)
    return watched


def deleted(sizes: Sizes) -> Watched:
    """PostgreSQL: DELETE instead of TRUNCATE."""
    county, watched = answered(sizes)
    close(county, empty=delete, wipe=nothing)
    return watched


def in_order(sizes: Sizes) -> Watched:
    """PostgreSQL: answers are moved in the order in which they came."""
    county, watched = answered(sizes)
    return _unseen(
        watched,
        lambda: close(county, move=lambda wave_id: keeping(wave_id, order="ORDER BY r.ctid"), wipe=nothing),
    )


def not_wiped(sizes: Sizes) -> Watched:
    """SQLite: neither VACUUM nor checkpoint, not even the one that every 200th change of a process makes."""
    with patch.object(sqlite, "COMMITS_BETWEEN", 100_000):
        county, watched = answered(sizes)
        close(county, wipe=nothing)
    return watched


def not_overwritten(sizes: Sizes) -> Watched:
    """SQLite: neither secure_delete nor VACUUM."""

    def keep_bytes(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA secure_delete = OFF")

    def checkpoint() -> bool:
        with db.engine.connect() as connection:
            return not connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()

    event.listen(db.engine, "connect", keep_bytes)
    try:
        db.engine.dispose()
        county, watched = answered(sizes)
        close(county, wipe=checkpoint)
    finally:
        event.remove(db.engine, "connect", keep_bytes)
    return watched


def _unseen(watched: Watched, close_it: Callable[[], None]) -> Watched:
    """The adversary needs not even have seen the ids come."""
    close_it()
    watched.ids = []
    return watched


WEAK: Mapping[Callable[[Sizes], Watched], tuple[str, ...]] = {
    sequential_ids: BOTH,
    a_time: BOTH,
    kept_ids: BOTH,
    deleted: ("postgresql",),
    in_order: ("postgresql",),
    not_wiped: ("sqlite",),
}
"""Those found out by what is guessed, with the databases on which they are weak."""
