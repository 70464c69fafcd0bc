"""A database that is away, full, read-only or held by others: 503, when to come back, and all that was typed."""

import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import timedelta
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from flask import Blueprint, Response
from sqlalchemy import Engine, event, text, update
from structlog.testing import capture_logs

from tbblearn import create_app, sqlite
from tbblearn.access.models import SignInSession
from tbblearn.config import Settings
from tbblearn.databases import sqlite_file
from tbblearn.db import db, unit_of_work, utc_now
from tbblearn.people.guards import public
from tbblearn.people.models import Programme
from tbblearn.web.application import Application
from tests.conftest import EMPTY, Backend
from tests.factories import County
from tests.reading import Reader

keeping = Blueprint("keeping", __name__)
TYPED = {"text": "Åsa skrev <det här>\noch mer", "choice": ["a", "b"], "empty": ""}


@keeping.post("/sparar")
@public
def keep() -> Response:
    """Keep what needs more pages than there are."""
    with db.session.begin_nested():
        for number in range(20):
            db.session.add(Programme(slug=f"large{number}", name="x" * 80))
        db.session.flush()
        db.session.execute(text("CREATE TABLE more AS SELECT a.name, b.slug FROM programme a, programme b"))
        db.session.execute(text("DROP TABLE more"))
    return Response("kept", mimetype="text/plain")


@keeping.post("/sparar-fel/<state>")
@public
def fail_with(state: str) -> str:
    """PostgreSQL's own error of this state."""
    db.session.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'told by the test' USING ERRCODE = '{state}'; END $$"))
    return "kept"


@cache
def keeping_app(backend: Backend) -> Application:
    app = create_app(
        Settings(database_url=backend.templates[EMPTY], secret_key="only for tests", instance=backend.folder,
                 log_level="CRITICAL", threads=2)
    )  # fmt: skip
    app.register_blueprint(keeping)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture
def app(backend: Backend, beginning: str) -> Iterator[Application]:
    with backend.database(beginning, keeping_app(backend)) as app:
        yield app


@pytest.fixture
def engine(app: Application) -> Engine:
    with app.app_context():
        return db.engine


@contextmanager
def told(engine: Engine, statement: str) -> Iterator[None]:
    """Every new connection is told this first."""

    def tell(connection: Any, _record: object) -> None:
        connection.execute(statement)

    engine.dispose()
    event.listen(engine, "connect", tell)
    try:
        yield
    finally:
        event.remove(engine, "connect", tell)
        engine.dispose()


@contextmanager
def no_file_may_grow(engine: Engine) -> Iterator[None]:
    """The system refuses to write beyond what the log has, with an error that SQLite knows no better word for."""
    most, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = sqlite.log_size(sqlite_file(engine))
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(size, 40_000), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))


@contextmanager
def elsewhere(engine: Engine) -> Iterator[None]:
    """Nobody answers where the database should be."""
    there = engine.url
    engine.dispose()
    if engine.dialect.name == "sqlite":
        engine.url = there.set(database="/nowhere/at/all.sqlite")
    else:
        engine.url = there.set(host="127.0.0.1", port=1, query={})
    try:
        yield
    finally:
        engine.dispose()
        engine.url = there


@contextmanager
def all_taken(engine: Engine) -> Iterator[None]:
    """Every connection that there may be is in use."""
    patience = engine.pool._timeout  # type: ignore[attr-defined]
    engine.pool._timeout = 0.05  # type: ignore[attr-defined]
    try:
        with ExitStack() as taken:
            for _ in range(engine.pool.size() + engine.pool._max_overflow):  # type: ignore[attr-defined]
                taken.enter_context(engine.connect())
            yield
    finally:
        engine.pool._timeout = patience  # type: ignore[attr-defined]


Way = Callable[[Engine], AbstractContextManager[None]]
WAYS: dict[str, tuple[str, Way]] = {
    "full": ("sqlite", lambda engine: told(engine, "PRAGMA max_page_count = 1")),
    "read-only": ("sqlite", lambda engine: told(engine, "PRAGMA query_only = ON")),
    "read-only server": ("postgresql", lambda engine: told(engine, "SET default_transaction_read_only = on")),
    "no more may be written": ("sqlite", no_file_may_grow),
    "away": ("sqlite", elsewhere),
    "refused": ("postgresql", elsewhere),
    "all connections taken": ("sqlite", all_taken),
    "all of them taken": ("postgresql", all_taken),
}
CASES = [pytest.param(kind, way, id=f"{kind}-{name}") for name, (kind, way) in WAYS.items()]


@pytest.mark.parametrize(("backend", "way"), CASES, indirect=["backend"])
def test_what_was_typed_is_given_back_and_can_be_sent_again(
    app: Application, engine: Engine, county: County, way: Way
) -> None:
    reader = Reader(app)
    reader.get("/om")
    with way(engine), capture_logs() as logs:
        page = reader.post("/sparar?q=1", TYPED, 503)
    assert page.response.headers["Retry-After"] == "5"
    assert page.h1 == "Det är mycket att göra just nu"
    assert "Det du skickade nu är inte sparat, men det finns kvar här" in page.text
    form = page.form("/sparar")
    assert form.action == "/sparar?q=1"
    assert [field for field in form.fields if field[0] != "csrf_token"] == [
        ("text", TYPED["text"]), ("choice", "a"), ("choice", "b"), ("empty", ""),
    ]  # fmt: skip
    assert [line["event"] for line in logs] == ["the database is out of reach"]
    assert "Åsa" not in str(logs)
    assert reader.submit(form, 200).text == "kept"


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("state", "status"),
    [
        *((state, 503) for state in ("53100", "53200", "53300", "57014", "57P01", "57P03", "58030", "25006", "40001")),
        ("22012", 500),
        ("XX001", 500),
    ],
)
def test_a_server_that_is_full_or_stopping_is_told_from_a_fault_of_ours(
    app: Application, state: str, status: int
) -> None:
    Reader(app).post(f"/sparar-fel/{state}", TYPED, status)


@pytest.mark.parametrize(("backend", "way"), CASES[1:3] + CASES[4:6], indirect=["backend"])
def test_a_page_is_read_where_it_can_be_and_else_leads_to_itself(
    app: Application, engine: Engine, county: County, way: Way
) -> None:
    """Somebody who reads loses nothing by a disk on which nothing can be noted."""
    reader = Reader(app)
    reader.sign_in(county.persons["p101"])
    with app.app_context(), unit_of_work():
        db.session.execute(update(SignInSession).values(seen_at=utc_now() - timedelta(minutes=5)))
    away = way is elsewhere
    with way(engine):
        page = reader.get("/mina-uppgifter?q=%C3%A5", 503 if away else 200)
    if away:
        assert page.response.headers["Retry-After"] == "5"
        assert page.links == {"Försök igen": "/mina-uppgifter?q=%C3%A5"}
    assert reader.get("/mina-uppgifter").h1


def test_no_password_is_given_back_nor_what_came_without_a_token_of_ours(app: Application, engine: Engine) -> None:
    reader = Reader(app)
    reader.get("/logga-in")
    sent = {"email": "a@example.org", "password": "hemligt ord här"}
    with elsewhere(engine):
        page = reader.post("/logga-in", sent, 503)
        assert "hemligt" not in page.response.get_data(as_text=True)
        assert page.links == {"Öppna sidan igen": "/logga-in"}
        with_file = {"text": "a", "file": (BytesIO(b"x"), "a.txt")}
        assert "Skicka igen" not in reader.post("/sparar", with_file, 503).text
    reader.forget()
    with all_taken(engine):
        page = reader.post("/sparar", TYPED, 400, csrf=False)
        assert "Åsa" not in page.text


def test_the_log_says_it_once_a_minute_and_not_at_each_page(app: Application, engine: Engine) -> None:
    reader = Reader(app)
    with elsewhere(engine), capture_logs() as logs:
        for _ in range(3):
            reader.post("/sparar", TYPED, 503)
    assert len([line for line in logs if line["event"] == "the database is out of reach"]) <= 1
