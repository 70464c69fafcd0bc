"""SQLite's upkeep: its log stays small and is never checkpointed during a commit, and its file is checked."""

import os
import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tbblearn import databases, sqlite
from tbblearn.databases import sqlite_file
from tbblearn.db import db, unit_of_work
from tbblearn.people.models import Programme
from tbblearn.tick import DATABASE_FAULTS, tick
from tbblearn.web.application import Application
from tests.factories import NOW, TODAY
from tests.reading import Reader

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def file(app: Application) -> str:
    with app.app_context():
        return sqlite_file(db.engine)


def commit(app: Application, times: int) -> None:
    for _ in range(times):
        with app.app_context(), unit_of_work():
            db.session.execute(text("INSERT INTO programme (slug, name) VALUES (hex(randomblob(9)), 'x')"))


def test_nothing_in_the_house_copies_the_log_back_but_one_place(backend: object) -> None:
    house = Path(sqlite.__file__).parent
    found = {file.name: len(re.findall("wal_checkpoint", file.read_text())) for file in house.rglob("*.py")}
    assert {name: times for name, times in found.items() if times} == {"sqlite.py": 1}


def test_every_connection_leaves_the_log_to_that_place(
    app: Application, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At SQLite's own pace the log would be copied back by whoever commits, after a thousand pages."""
    monkeypatch.setattr(sqlite, "COMMITS_BETWEEN", 100_000)  # the process may be due for its own
    commit(app, 1)
    before = Path(file).read_bytes()
    with app.app_context(), unit_of_work():
        for number in range(40):
            db.session.add(Programme(slug=f"large{number}", name="y" * 200_000))
    assert sqlite.log_size(file) > 1500 * 4096
    assert Path(file).read_bytes() == before
    assert sqlite.checkpoint(file)
    assert Path(file).read_bytes() != before


def test_the_log_is_copied_back_only_while_nobody_can_commit(app: Application, file: str) -> None:
    """The lock is SQLite's own, which every process needs for a commit, whatever program it runs."""
    commit(app, 1)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        before = Path(file).read_bytes()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            sqlite.checkpoint(file, 20)
        assert Path(file).read_bytes() == before


def test_the_log_stays_small_however_many_changes_are_made(
    app: Application, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "COMMITS_BETWEEN", 10)
    commit(app, 10)
    once = sqlite.log_size(file)
    commit(app, 50)
    assert 0 < sqlite.log_size(file) < 2 * once


def test_a_log_that_somebody_held_up_is_cut_once_they_have_gone(
    app: Application, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "COMMITS_BETWEEN_LARGE", 2)
    monkeypatch.setattr(sqlite, "LARGE_LOG", 100_000)
    with app.app_context():
        db.engine.dispose()  # connections are told at the start how large it may be
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM programme").fetchall()
        commit(app, 30)
        assert sqlite.log_size(file) > 100_000
    commit(app, 4)
    assert sqlite.log_size(file) <= 100_000


def test_whoever_closes_the_file_last_copies_the_log_back_alone(app: Application, file: str) -> None:
    """SQLite does it by itself, with the whole file locked: no other process has it open, so none can commit."""
    commit(app, 1)
    with closing(sqlite3.connect(file)) as other:
        other.execute("SELECT * FROM programme").fetchall()
        with app.app_context():
            db.engine.dispose()
        assert sqlite.log_size(file) > 0
    assert sqlite.log_size(file) == 0


def test_a_change_of_another_thread_is_waited_for_in_line(app: Application) -> None:
    """Nobody is passed over for long: SQLite alone would let each look again at times of its own."""
    done: list[int] = []

    def work() -> None:
        commit(app, 5)
        done.append(1)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(done) == 6


def test_changes_that_wait_leave_two_threads_for_pages(
    app: Application, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of seven changes of eight threads, one waits for another process no longer than a read does."""
    monkeypatch.setattr(databases, "READ_WAIT_MS", 50)
    done: list[bool] = []
    impatient = threading.Event()

    def work() -> None:
        try:
            commit(app, 1)
        except OperationalError:
            impatient.set()
        else:
            done.append(True)

    threads = [threading.Thread(target=work) for _ in range(7)]
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for thread in threads:
            thread.start()
        assert impatient.wait(sqlite.WRITE_WAIT_MS / 2000)
        other.execute("ROLLBACK")
    for thread in threads:
        thread.join(60)
    assert len(done) == 6


@pytest.mark.parametrize(
    ("version", "faulty"),
    [
        ((3, 6, 23), False), ((3, 7, 0), True), ((3, 40, 1), True), ((3, 44, 5), True), ((3, 44, 6), False),
        ((3, 45, 0), True), ((3, 50, 6), True), ((3, 50, 7), False), ((3, 51, 2), True), ((3, 51, 3), False),
        ((3, 52, 0), False),
    ],
)  # fmt: skip
def test_versions_with_the_fault_of_the_log_are_known(backend: object, version: tuple[int, ...], faulty: bool) -> None:
    assert sqlite.has_wal_fault(version) == faulty


def test_readyz_tells_the_version_of_sqlite(app: Application) -> None:
    first, second, *rest = Reader(app).get("/readyz").text.splitlines()
    assert (first, second.split(" (")[0], rest) == ("ready", f"SQLite {sqlite3.sqlite_version}", [])


@contextmanager
def damaged(app: Application, file: str) -> Iterator[None]:
    """A page of an index is overwritten, as by a failing disk; afterwards the file is whole again."""
    with app.app_context():
        place = db.session.scalar(text("SELECT rootpage FROM sqlite_master WHERE name = 'ix_enrolment_event_latest'"))
        db.session.remove()
        db.engine.dispose()
    whole = Path(file).read_bytes()
    Path(file).write_bytes(whole[: (place - 1) * 4096] + b"\xff" * 4096 + whole[place * 4096 :])
    yield
    with app.app_context():
        db.engine.dispose()
    Path(file).write_bytes(whole)


def test_a_damaged_file_is_found_within_a_day_and_told_until_it_is_whole(app: Application, file: str) -> None:
    def run(days: int) -> int:
        with app.app_context():
            return tick(now=NOW + timedelta(days=days))[DATABASE_FAULTS]

    assert run(0) == 0
    with damaged(app, file):
        assert run(0) == 0, "once a day"
        assert run(1) > 0
        assert Reader(app).get("/readyz", 503).text == "database damaged\n"
    assert run(1) > 0, "until it is looked through again"
    assert run(2) == 0
    assert Reader(app).get("/readyz").text.startswith("ready\n")


def test_what_is_no_database_any_more_is_a_fault_too(backend: object, tmp_path: Path) -> None:
    spoilt = tmp_path / "spoilt.sqlite"
    spoilt.write_bytes(b"no database" * 1000)
    assert sqlite.check_once_a_day(str(spoilt), TODAY) == 1


def test_a_look_whose_answer_could_not_be_kept_is_made_again(app: Application, file: str) -> None:
    """A disk that is full leaves an empty file: it must not stop the timer on every day that follows."""
    Path(file + "-checked").write_text("")
    assert sqlite.check_once_a_day(file, TODAY) == 0
    assert Path(file + "-checked").read_text() == f"{TODAY}\n"


def test_readyz_tells_a_full_disk(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "LEAST_FREE", 2**60)
    assert Reader(app).get("/readyz", 503).text == "disk full\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_readyz_tells_a_file_that_cannot_be_written(app: Application, file: str) -> None:
    Path(file).chmod(0o400)
    assert Reader(app).get("/readyz", 503).text == "database read-only\n"


def test_a_thread_that_waits_in_line_too_long_is_told_that_the_database_is_locked(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("tbblearn.databases"), "WRITE_WAIT_MS", 30)
    faults: list[Exception] = []

    def other() -> None:
        try:
            commit(app, 1)
        except OperationalError as error:
            faults.append(error)

    with app.app_context(), unit_of_work():
        db.session.execute(text("DELETE FROM programme"))
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(20)
    assert [str(one.orig) for one in faults] == ["database is locked"]  # type: ignore[attr-defined]
    commit(app, 1)
