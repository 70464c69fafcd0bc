"""What goes wrong is logged without what was typed, whose it was and where; what goes well is only counted."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
import time_machine
from flask import Blueprint
from sqlalchemy.exc import IntegrityError

from tbblearn import create_app
from tbblearn.access.actions import keep_password
from tbblearn.config import Settings
from tbblearn.db import db, utc_now
from tbblearn.people.guards import public
from tbblearn.people.models import Person
from tbblearn.web.application import Application
from tbblearn.web.requests.logs import HourlyCounts, without_values
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


@faulty.get("/hemligt/<token>")
@public
def hopeless(token: str) -> Any:
    """A page whose error page fails as well."""
    raise LookupError(len(token))


@faulty.errorhandler(LookupError)
def fails_too(_error: LookupError) -> Any:
    """Not even this goes well."""
    raise ArithmeticError


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


def test_even_where_the_page_of_an_error_fails_the_address_is_not_logged(
    app: Application, reader: Reader, log: io.StringIO
) -> None:
    reader.get("/hemligt/abc123", 500)
    assert "ArithmeticError" in log.getvalue()
    assert "abc123" not in log.getvalue()


def test_requests_are_counted_and_told_when_the_hour_is_over(
    app: Application, reader: Reader, log: io.StringIO
) -> None:
    with time_machine.travel("2026-12-01T09:58:30Z", tick=False) as clock:
        reader.get("/om")
        reader.get("/finns-inte", 404)
        clock.shift(60)
        reader.get("/healthz")
        assert log.getvalue() == ""
        reader.get("/hemligt/abc123", 500)
        log.truncate(log.seek(0))
        clock.shift(3600 * 3)
        reader.get("/om")
        reader.get("/om")
    assert [json.loads(line) for line in log.getvalue().splitlines()] == [
        {
            "event": "requests",
            "level": "info",
            "hour": "2026-12-01T09:00:00+00:00",
            "timestamp": "2026-12-01T10:00:00+00:00",
            "requests": 4,
            "failed": 1,
            "slow": 0,
        }
    ]


def test_only_a_request_of_more_than_a_second_is_slow() -> None:
    counts = HourlyCounts()
    first = datetime(2026, 12, 1, 9, 59, tzinfo=UTC)
    assert counts.finished(first) is None
    for seconds in (0.2, 1.0, 1.1):
        counts.count(200, seconds)
    told = counts.finished(first + timedelta(minutes=1))
    assert told is not None
    assert (told["requests"], told["failed"], told["slow"]) == (3, 0, 1)
    assert counts.finished(first + timedelta(minutes=2)) is None


def test_only_the_values_are_taken_out_of_a_traceback() -> None:
    error = IntegrityError("INSERT", {}, psycopg.Error(f"no such row\nDETAIL:  Key ({ADDRESS}\n\n{ADDRESS}) is not\nx"))
    chain = f"{error.orig}\n\nThe above exception was the direct cause\n\n{error}"
    kept = without_values(chain)
    assert ADDRESS not in kept
    assert kept.count("no such row") == 2
    assert "The above exception was the direct cause" in kept
    assert "[SQL: INSERT]" in kept
    assert without_values("Traceback\n  File\nValueError: a\n") == "Traceback\n  File\nValueError: a\n"
