"""What goes wrong is logged without what was typed, and without whose it was."""

import io
import logging
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from flask import Blueprint
from sqlalchemy.exc import IntegrityError

from tbblearn import create_app
from tbblearn.access.actions import keep_password
from tbblearn.config import Settings
from tbblearn.db import db, utc_now
from tbblearn.people.guards import public
from tbblearn.people.models import Person
from tbblearn.web.application import Application
from tbblearn.web.logs import without_values
from tests.conftest import Backend
from tests.factories import County
from tests.reading import Reader

ADDRESS = "annan.adress@example.org"
LINES = f"{ADDRESS}\n\nannan rad"
HASH = "$argon2id$v=19$m=64$hemligt"
faulty = Blueprint("leaking", __name__)


@faulty.post("/dubbelt/<int:person_id>")
@public
def twice(person_id: int) -> Any:
    """Break a unique key with an address in it, on both databases."""
    there = db.session.get_one(Person, person_id)
    for _n in range(2):
        db.session.add(Person(source=there.source, external_id=LINES, given_name="Tilltalsnamn", email=ADDRESS))
        db.session.flush()


@faulty.post("/ingen")
@public
def nobody() -> Any:
    """A password hash for a person that there is not."""
    keep_password(2**31 - 1, HASH, utc_now())
    db.session.flush()


@pytest.fixture
def app(backend: Backend, beginning: str) -> Iterator[Application]:
    """The application with pages that break a rule of the database."""
    url = backend.copy(beginning)
    app = create_app(Settings(database_url=url, secret_key="only for tests", instance=backend.folder))
    app.register_blueprint(faulty)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    backend.drop(url)


@pytest.fixture
def log(app: Application) -> io.StringIO:
    """All that the process writes to its log."""
    written = io.StringIO()
    (handler,) = logging.getLogger("tbblearn").handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    return written


def test_a_row_that_the_database_refuses_leaves_none_of_its_values_in_the_log(
    app: Application, county: County, reader: Reader, log: io.StringIO
) -> None:
    reader.post(f"/dubbelt/{county.persons['p101']}", {}, 500)
    reader.post("/ingen", {}, 500)
    logged = log.getvalue()
    assert logged.count("IntegrityError") >= 2
    assert "INSERT INTO person" in logged
    for value in (ADDRESS, "Tilltalsnamn", "annan rad", HASH, "DETAIL"):
        assert value not in logged


def test_only_the_values_are_taken_out_of_a_traceback() -> None:
    error = IntegrityError("INSERT", {}, psycopg.Error(f"no such row\nDETAIL:  Key ({ADDRESS}\n\n{ADDRESS}) is not\nx"))
    chain = f"{error.orig}\n\nThe above exception was the direct cause\n\n{error}"
    kept = without_values(chain)
    assert ADDRESS not in kept
    assert kept.count("no such row") == 2
    assert "The above exception was the direct cause" in kept
    assert "[SQL: INSERT]" in kept
    assert without_values("Traceback\n  File\nValueError: a\n") == "Traceback\n  File\nValueError: a\n"
