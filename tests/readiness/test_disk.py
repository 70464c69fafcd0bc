"""Who takes the whole disk learns nothing of who answered what; builds that are weaker are found out.

`disk_adversary` says what the adversary knows and does. The sound build is accused wrongly once in a million runs.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import inspect, text

from tbblearn.db import Base, db, read_only, unit_of_work
from tbblearn.mail.delivery import deliver
from tbblearn.mail.rules import Letter, Refused
from tbblearn.readiness.models import Response
from tbblearn.readiness.waves import wiping
from tbblearn.readiness.waves.actions import remind
from tbblearn.readiness.waves.closing import close_wave, mark_unclean
from tbblearn.readiness.waves.disposing import dispose_of_answers
from tbblearn.readiness.waves.publishing import publish_wave
from tbblearn.readiness.waves.timing import clean
from tbblearn.surveys.models import Invitation, ResponseOpen
from tbblearn.surveys.waves import ASKING_MAIL, REMINDER_MAIL
from tbblearn.web.application import Application
from tests.factories import NOW, TODAY
from tests.others import in_a_transaction
from tests.readiness import weak_builds
from tests.readiness.disk import Disk, read_disk
from tests.readiness.disk_adversary import Verdict, chance_of, close, judge, watch, wiped
from tests.readiness.rounds import SIZES
from tests.readiness.weak_builds import SMALL, answered, is_postgresql, run

pytestmark = pytest.mark.usefixtures("session")

on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)


def caught(verdict: Verdict) -> bool:
    """Found out by what it guesses, whatever else is wrong."""
    return verdict.chance < 1e-6


# --- the build ------------------------------------------------------------------------------------------------------


def test_the_disk_tells_nothing_after_close_nor_after_publication_nor_after_disposal():
    county, watched = answered(SIZES)
    close(county)
    after_close = judge(watched)
    assert after_close.sound, after_close
    assert after_close.persons > 70
    assert county.audit()
    county.publish()
    after_publication = judge(watched)
    assert after_publication.sound, after_publication
    with unit_of_work():
        dispose_of_answers(county.wave_id, decision="2026/17", now=NOW)
    clean()
    assert list(read_disk().found()) == []


def test_another_wave_that_is_open_meanwhile_is_not_ordered_either():
    county, first = answered(SIZES)
    run("INSERT INTO programme (id, slug, name) VALUES (77, 'tuv', 'Tillsammans för unga vuxna')")
    county.programme_id = 77
    county.open()
    second = watch(county, seed=2)
    with unit_of_work():
        close_wave(first.wave_id, by=None, now=NOW)
    clean()
    assert judge(first).sound
    rows = [row for row in read_disk().tables["response_open"] if row["wave_id"] == second.wave_id]
    assert len({row.get("row_xmin") for row in rows}) == 1
    close(county)
    assert judge(second).sound


def test_a_night_parts_the_answers_of_an_open_wave_from_the_invitations_that_they_came_with():
    county, watched = answered(SMALL)
    before = read_disk()
    assert came_together(before) >= len(watched.order), "what the night is to part"
    with unit_of_work():
        mark_unclean(county.wave_id, today=TODAY)
    assert clean() == {"waves_cleaned": 1}
    after = read_disk()
    assert came_together(after) == 0
    assert {row["person_id"] for row in after.tables["invitation"] if row["answered"]} == set(watched.order)
    kept = [row for row in after.tables["response_open"] if row["wave_id"] == county.wave_id]
    assert len(kept) == len(watched.order)
    live = sum(answers in set(watched.given.values()) for _name, _offset, answers in after.found())
    assert live == len(kept), "an older version of an answer is still there"
    if is_postgresql():
        assert [json.dumps(row["answers"]) for row in kept] != [watched.given[person] for person in watched.order]


def came_together(disk: Disk) -> int:
    """How many answers of open waves lie beside the mark on an invitation that they came with.

    PostgreSQL: in rows of one age. SQLite: in the log of changes, which has both in the order in which they came.
    """
    if not is_postgresql():
        return sum(name == "-wal" for name, _offset, _answers in disk.found())
    of_invitations = {row["row_xmin"] for row in disk.tables["invitation"] if row["answered"]}
    return sum(row["row_xmin"] in of_invitations for row in disk.tables["response_open"])


class Losing:
    """A mail server that refuses every letter, and no address."""

    def send(self, letter: Letter) -> None:
        if not letter.only_asks:
            raise Refused("DATA 554")

    def close(self) -> None:
        pass


def test_after_publication_nothing_tells_who_answered_or_was_reminded(app: Application):
    county, watched = answered(SIZES, share=0.5)
    deliver(lambda: NOW, app.extensions["tbblearn_letters"], Losing(), ASKING_MAIL)
    with unit_of_work():
        remind(county.wave_id, by=None, now=NOW, today=TODAY)
    assert letters_tell(read_disk()), "a letter that the server does not take says that its reader has not answered"
    close(county)
    assert county.audit()
    with unit_of_work():
        publish_wave(county.wave_id, by=None, now=NOW, today=TODAY, managers_first_days=7)
    wiped()
    assert not who_answered_shows()
    disk = read_disk()
    assert not any(kind.encode() in data for kind in ASKING_MAIL for data in disk.files.values())
    assert len(watched.order) > 30


@on_postgresql
def test_no_statistics_of_postgresql_quote_who_was_reminded():
    """An old version of such a note stays in the catalogue's file until chance takes it."""
    county, _watched = answered(SIZES, share=0.5)
    with unit_of_work():
        remind(county.wave_id, by=None, now=NOW, today=TODAY)
    run("ANALYZE message")
    noted = text("SELECT attname FROM pg_stats WHERE tablename = 'message'")
    told = set(db.session.scalars(noted))
    assert told, "the other columns have statistics"
    assert not told & {"kind", "recipient_id", "dedupe_key", "values"}


def who_answered_shows() -> bool:
    """Whether age or place of an invitation, an old version of one, or a letter tells it from others."""
    disk = read_disk()
    if letters_tell(disk):
        return True
    rows = disk.tables["invitation"]
    people = [row["person_id"] for row in rows]
    if not is_postgresql():
        return people != sorted(people)  # type: ignore[type-var]
    pages = disk.files["r:invitation"]
    versions = sum((int.from_bytes(pages[at + 12 : at + 14], "little") - 24) // 4 for at in range(0, len(pages), 8192))
    return people != sorted(people) or len({row["row_xmin"] for row in rows}) > 1 or versions > len(rows)  # type: ignore[type-var]


def letters_tell(disk: Disk) -> bool:
    """Whether what became of letters that asked differs between persons, or somebody was reminded."""
    asking = [row for row in disk.tables["message"] if row["kind"] in ASKING_MAIL]
    differ = {tuple(row.get(name) for name in ("state", "fault", "attempts", "sent_at", "row_xmin")) for row in asking}
    return len(differ) > 1 or any(row["kind"] == REMINDER_MAIL for row in asking)


def test_no_column_could_tell_person_time_or_order():
    assert {c.name: str(c.type) for c in ResponseOpen.__table__.columns} == {
        "id": "CHAR(32)",
        "wave_id": "INTEGER",
        "unit_id": "INTEGER",
        "answers": "JSON",
        "complete": "BOOLEAN",
        "instrument_version": "VARCHAR(40)",
    }
    assert {c.name: str(c.type) for c in Response.__table__.columns} == {
        "id": "CHAR(32)",
        "wave_id": "INTEGER",
        "piece_id": "INTEGER",
        "answers": "JSON",
    }
    assert set(Invitation.__table__.columns.keys()) == {"wave_id", "person_id", "unit_id", "answered", "declined"}
    with db.engine.connect() as connection:
        there = inspect(connection)
        for table in map(Base.metadata.tables.__getitem__, wiping.ANSWERS):
            columns = there.get_columns(table.name)
            assert {column["name"] for column in columns} == set(table.columns.keys())
            assert not any(column.get("default") for column in columns)
            if not is_postgresql():
                sql = connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": table.name})
                assert "WITHOUT ROWID" in str(sql)


@on_postgresql
def test_the_planner_takes_no_notes_of_answers_or_of_who_was_invited():
    county, _watched = answered(SIZES)
    noted = "SELECT count(*) FROM pg_stats WHERE tablename = '{}' AND attname <> 'wave_id' AND attname <> 'unit_id'"
    with unit_of_work():
        for table in ("response_open", "invitation"):
            db.session.execute(text(f"ANALYZE {table}"))
            assert not db.session.scalar(text(noted.format(table))), table
        assert not db.session.scalar(text("SELECT count(*) FROM pg_stats WHERE tablename = 'response_open'"))
        # What would be there otherwise: how many answered in each unit.
        db.session.execute(text("ALTER TABLE response_open ALTER COLUMN unit_id SET STATISTICS -1"))
        db.session.execute(text("ANALYZE response_open"))
        assert db.session.scalar(text("SELECT count(*) FROM pg_stats WHERE tablename = 'response_open'")) == 1
        db.session.execute(text("ALTER TABLE response_open ALTER COLUMN unit_id SET STATISTICS 0"))
    close(county)
    run("ANALYZE response")
    with read_only():
        assert not db.session.scalar(text("SELECT count(*) FROM pg_stats WHERE tablename = 'response'"))


# --- wiping that is held up -----------------------------------------------------------------------------------------


@contextmanager
def somebody_reads(table: str) -> Iterator[None]:
    """Another process in the middle of reading an old state, such as a dump."""
    with in_a_transaction(db.engine) as connection:
        if is_postgresql():
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()
        yield


def test_a_reader_of_an_old_state_holds_wiping_up_and_it_is_done_later(monkeypatch):
    monkeypatch.setattr(wiping, "PATIENCE_MS", 100)
    county, watched = answered(SIZES, share=0.5)
    with unit_of_work():
        close_wave(county.wave_id, by=None, now=NOW)
    with somebody_reads("invitation"):
        assert clean() == {"waves_cleaned": 0}
        if not is_postgresql():
            assert judge(watched).remains, "the file's own log still holds them"
    assert clean() == {"waves_cleaned": 1}
    assert judge(watched).sound
    assert not who_answered_shows()


@on_postgresql
def test_an_old_snapshot_keeps_no_old_version_of_an_invitation():
    county, watched = answered(SIZES, share=0.5)
    with somebody_reads("wave_adoption"):
        close(county, wipe=wiping.wipe)
        assert not who_answered_shows()
        assert judge(watched).sound


@on_sqlite
def test_a_writer_in_the_way_makes_the_timer_come_back(monkeypatch):
    monkeypatch.setattr(wiping, "PATIENCE_MS", 100)
    with sqlite3.connect(str(db.engine.url.database), isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert not wiping.wipe()
        other.execute("ROLLBACK")
    other.close()
    assert wiping.wipe()


def test_a_wave_changed_while_the_disk_is_wiped_stays_unclean(monkeypatch):
    county, _watched = answered(SIZES, share=0.5)
    with unit_of_work():
        close_wave(county.wave_id, by=None, now=NOW)

    def wipe_and_be_overtaken() -> bool:
        done = wiping.wipe()
        with unit_of_work():
            dispose_of_answers(county.wave_id, decision="2026/17", now=NOW + timedelta(days=1))
        return done

    wiped(wipe_and_be_overtaken)
    assert clean() == {"waves_cleaned": 1}, "what was disposed of meanwhile was taken for wiped"


# --- weaker builds --------------------------------------------------------------------------------------------------


def test_sequential_ids_are_caught():
    assert caught(judge(weak_builds.sequential_ids(SMALL)))


def test_a_column_with_the_time_is_caught():
    verdict = judge(weak_builds.a_time(SMALL))
    assert caught(verdict)
    assert verdict.best.startswith("by at")


def test_ids_that_are_kept_are_caught():
    verdict = judge(weak_builds.kept_ids(SMALL))
    assert caught(verdict)
    assert verdict.best.startswith("by when the id came")


@on_postgresql
def test_delete_instead_of_truncate_is_caught():
    verdict = judge(weak_builds.deleted(SMALL))
    assert caught(verdict)
    assert "response_open" in verdict.best
    assert any("response_open" in where for where in verdict.remains)


@on_postgresql
def test_answers_that_are_kept_in_order_are_caught():
    verdict = judge(weak_builds.in_order(SMALL))
    assert caught(verdict)
    assert not verdict.remains


@on_sqlite
def test_a_file_that_is_not_wiped_is_caught():
    verdict = judge(weak_builds.not_wiped(SMALL))
    assert caught(verdict)
    assert verdict.remains


@on_sqlite
def test_a_file_that_is_neither_overwritten_nor_rebuilt_is_caught():
    assert judge(weak_builds.not_overwritten(SMALL)).remains


@on_postgresql
def test_vacuum_full_alone_is_caught_telling_who_answered():
    county, _watched = answered(SMALL, share=0.5)

    def vacuum() -> bool:
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (FULL, ANALYZE) invitation"))
        return True

    close(county, wipe=vacuum)
    assert who_answered_shows()


def test_chance_is_that_of_permutations():
    assert chance_of(0, [5, 7]) == 1.0
    assert chance_of(1, [1]) == 1.0
    assert chance_of(3, [3]) == pytest.approx(1 / 6)
    assert chance_of(2, [2, 2]) == pytest.approx(3 / 4)
    assert chance_of(60, [10] * 6) < 1e-30
