"""Whether a process is ready: what it is told of its database, and that this is asked cheaply."""

import pytest
from sqlalchemy import event, text

from tbblearn.db import db, unit_of_work
from tbblearn.tree import migration_head
from tbblearn.web.application import Application
from tbblearn.web.requests import health
from tbblearn.web.requests.health import Trying, serves
from tests.conftest import Backend
from tests.listening import statements
from tests.reading import Reader, ReadPage


@pytest.fixture
def reader(app: Application, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """Of an application that has not tried yet, and tries each time."""
    monkeypatch.setitem(app.extensions, "tbblearn_tried_writing", Trying(health.takes_changes))
    monkeypatch.setattr(health, "TRIED_EVERY_SECONDS", 0)
    return Reader(app)


def at(app: Application, step: str) -> None:
    with app.app_context(), unit_of_work():
        db.session.execute(text("UPDATE alembic_version SET version_num = :step"), {"step": step})


def first_line(page: ReadPage) -> str:
    """Without what is said of SQLite below it."""
    return page.text.splitlines()[0]


@pytest.mark.parametrize(
    ("found", "served"),
    [("0012", True), ("0013", True), ("0014", False), ("0011", False), ("None", False), ("13f0c2", False), ("", False)],
)
def test_a_schema_is_served_that_is_at_most_one_step_ahead(found: str, served: bool) -> None:
    assert serves(found, "0012") is served


def test_a_node_stays_in_while_the_next_release_is_rolled_out(app: Application, reader: Reader) -> None:
    head = int(migration_head())
    for step, status in ((head + 1, 200), (head + 2, 503), (head - 1, 503)):
        at(app, f"{step:04}")
        assert first_line(reader.get("/readyz", status)) == ("ready" if status == 200 else "database not migrated")


def test_a_database_that_takes_no_changes_is_not_ready_but_serves_what_is_read(
    app: Application, reader: Reader, backend: Backend
) -> None:
    assert first_line(reader.get("/readyz")) == "ready"
    on_sqlite = backend.engine.dialect.name == "sqlite"
    forbid = "PRAGMA query_only = ON" if on_sqlite else "SET default_transaction_read_only = on"

    def told(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute(forbid)
        cursor.close()
        if not on_sqlite:
            connection.commit()  # type: ignore[attr-defined]

    backend.engine.dispose()
    event.listen(backend.engine, "connect", told)
    try:
        told_why = "database takes no changes" if on_sqlite else "database read-only"
        assert first_line(reader.get("/readyz", 503)) == told_why
        assert reader.get("/om")
    finally:
        event.remove(backend.engine, "connect", told)
        backend.engine.dispose()
    assert first_line(reader.get("/readyz")) == "ready"


def test_it_is_tried_every_few_seconds_only(app: Application, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "TRIED_EVERY_SECONDS", 3600)
    with statements(app) as sent:
        for _ in range(3):
            reader.get("/readyz")
    assert sum(one.startswith("UPDATE") for one in sent) == 1


def test_who_asks_while_another_tries_is_told_what_came_of_the_last_try() -> None:
    def attempt() -> bool:
        answers.append(trying())
        return False

    answers: list[bool] = []
    trying = Trying(attempt)
    assert trying() is False
    assert answers == [True]
