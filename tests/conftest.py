"""Databases, applications and browsers for the tests.

Every test that touches the database runs on SQLite and on a real PostgreSQL. Each gets a database of its own, copied
from a migrated template, and really commits: nothing is hidden by a shared transaction.
"""

import copy
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask_migrate import upgrade
from hypothesis import settings
from sqlalchemy import Dialect, create_engine, event, make_url, text

from tbblearn import create_app, postgresql
from tbblearn.config import Settings
from tbblearn.db import db
from tbblearn.tree import tree_folder
from tbblearn.web.application import Application
from tests.factories import County
from tests.postgresql import run_name, running
from tests.training.conftest import Training

settings.register_profile("no clock", deadline=None)
settings.load_profile("no clock")
"""How long an example takes says how busy the machine is."""

_numbers = itertools.count()

IN_MEMORY = Path("/dev/shm")
"""Linux's folder in memory: a database of its own for each test is made there in a fifth of the time."""
if IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > 2 * 2**30:
    tempfile.tempdir = os.environ["TMPDIR"] = str(IN_MEMORY)

EMPTY = ""
BEGINNINGS: dict[str, Callable[[], Any]] = {
    "taught": lambda: Training.in_county(County.build()),
    "county": County.build,
}
"""What a database holds before the test begins, by the fixture that asks for it: made once, and copied."""


def settings_for(url: str, folder: Path) -> Settings:
    """Settings of a test: quiet logs, no mail server."""
    return Settings(database_url=url, secret_key="only for tests", instance=folder, log_level="ERROR")


class Backend:
    """Migrated templates to copy databases from, and applications that are pointed at each copy in turn.

    All share one engine, so that a statement is compiled once and not once a test.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        empty = self.new()
        self.templates = {EMPTY: empty}
        self.made: dict[str, Any] = {}
        self.app = create_app(settings_for(empty, folder))
        self.app.testing = True
        with self.app.app_context():
            self.engine = db.engine
            self._listen()
            upgrade(directory=str(tree_folder("migrations")))
            db.session.remove()
        self.engine.dispose()

    def _listen(self) -> None:
        event.listen(self.engine, "do_connect", self._connect)

    def _connect(self, dialect: Dialect, _record: object, arguments: list[Any], values: dict[str, Any]) -> None:
        """Connections go to where the engine is pointed now."""
        arguments[:], named = dialect.create_connect_args(self.engine.url)
        values.update(named)

    def point(self, app: Application, url: str) -> None:
        """From now on the application uses this database."""
        self.engine.dispose()
        self.engine.url = make_url(url)
        with app.app_context():
            db.engines[None] = self.engine  # type: ignore[index]

    def copy(self, beginning: str = EMPTY) -> str:
        """Make a database of its own for one test; returns its address."""
        if beginning not in self.templates:
            template = self.new(self.templates[EMPTY])
            self.point(self.app, template)
            with self.app.app_context():
                self.made[beginning] = BEGINNINGS[beginning]()
                db.session.remove()
            self.engine.dispose()
            self.templates[beginning] = template
        return self.new(self.templates[beginning])

    @contextmanager
    def database(self, beginning: str = EMPTY, app: Application | None = None) -> Iterator[Application]:
        """An application on a fresh database."""
        app = app or self.app
        url = self.copy(beginning)
        self.point(app, url)
        yield app
        self.engine.dispose()
        self.drop(url)

    def new(self, template: str | None = None) -> str:
        """A database, like this one or empty; returns its address."""
        raise NotImplementedError

    def drop(self, url: str) -> None:
        """Remove it again."""
        raise NotImplementedError


class SQLite(Backend):
    """A file copied for each test."""

    def new(self, template: str | None = None) -> str:
        file = self.folder / f"test{next(_numbers)}.sqlite"
        if template:
            shutil.copy(template.removeprefix("sqlite:///"), file)
        return f"sqlite:///{file}"

    def drop(self, url: str) -> None:
        for file in self.folder.glob(Path(url.removeprefix("sqlite:///")).name + "*"):
            file.unlink()


class PostgreSQL(Backend):
    """A real server: the one that TBBLEARN_TEST_DATABASE_URL names, else one that is started here."""

    def __init__(self, folder: Path, server_url: str) -> None:
        self.server_url = server_url
        self.server = create_engine(server_url, isolation_level="AUTOCOMMIT")
        self.worker = f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
        super().__init__(folder)

    def _listen(self) -> None:
        """Before what makes the connection: it is the last that is asked."""
        event.remove(self.engine, "do_connect", postgresql.connect)
        super()._listen()
        event.listen(self.engine, "do_connect", postgresql.connect)

    def _run(self, statement: str) -> None:
        with self.server.connect() as connection:
            connection.execute(text(statement))

    def _url(self, name: str) -> str:
        return self.server.url.set(database=name).render_as_string(hide_password=False)

    def new(self, template: str | None = None) -> str:
        name = f"tbb_{self.worker}_{next(_numbers)}"
        like = f" TEMPLATE {_name(template)} STRATEGY = FILE_COPY" if template else ""
        self._run(f"CREATE DATABASE {name}{like}")
        return self._url(name)

    def drop(self, url: str) -> None:
        self._run(f"DROP DATABASE IF EXISTS {_name(url)} WITH (FORCE)")

    def close(self) -> None:
        for template in self.templates.values():
            self.drop(template)
        self.server.dispose()


def _name(url: str) -> str:
    """Of the database at this address."""
    return make_url(url).database or ""


@pytest.fixture(scope="session")
def sqlite_backend() -> Iterator[SQLite]:
    folder = Path(tempfile.mkdtemp(prefix="tbblearn-sqlite-"))
    yield SQLite(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """Address of a running PostgreSQL server in which databases may be made."""
    given = os.environ.get("TBBLEARN_TEST_DATABASE_URL")
    if given:
        yield given.replace("postgresql://", "postgresql+psycopg://", 1)
        return
    with running(run_name()) as url:
        yield url.replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.fixture(scope="session")
def postgresql_backend(postgresql_url: str) -> Iterator[PostgreSQL]:
    folder = Path(tempfile.mkdtemp(prefix="tbblearn-instance-"))
    backend = PostgreSQL(folder, postgresql_url)
    yield backend
    backend.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> Backend:
    """The kind of database of this run of the test."""
    found: Backend = request.getfixturevalue(f"{request.param}_backend")
    return found


@pytest.fixture
def beginning(request: pytest.FixtureRequest) -> str:
    """What this test's database holds before the test begins: the fullest of those that it asks for."""
    return next((name for name in BEGINNINGS if name in request.fixturenames), EMPTY)


@pytest.fixture
def app(backend: Backend, beginning: str) -> Iterator[Application]:
    """The application on a fresh, migrated database."""
    with backend.database(beginning) as app:
        yield app


@pytest.fixture
def secure_app(backend: Backend) -> Iterator[Application]:
    """The application as people reach it over https."""
    url = backend.copy()
    app = create_app(replace(settings_for(url, backend.folder), public_url="https://utbildning.example.org"))
    app.testing = True
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    backend.drop(url)


@pytest.fixture
def session(app: Application) -> Iterator[None]:
    """An application context: actions inside `with unit_of_work():`, queries anywhere."""
    with app.app_context():
        yield
        db.session.rollback()
        db.session.remove()


@pytest.fixture
def county(app: Application, backend: Backend, beginning: str) -> County:
    """A small county: two huvudmän with a verksamhet and two units each. Committed; see tests/factories.py."""
    made: County | Training = copy.deepcopy(backend.made[beginning])
    return made.county if isinstance(made, Training) else made


@pytest.fixture
def taught(app: Application, backend: Backend, beginning: str) -> Training:
    """The county, with a course that everybody in its region takes every year; Flen has not adopted it."""
    made: Training = copy.deepcopy(backend.made[beginning])
    return made
