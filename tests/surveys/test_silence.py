"""A submission, also one that fails, leaves no answer, no person beside it and no address in anything that is kept."""

import io
import json
import logging
import re
from collections.abc import Iterator, Mapping

import pytest
from sqlalchemy import select, text

from tbblearn import create_app
from tbblearn.config import Settings
from tbblearn.db import Base, db, stockholm_date, unit_of_work, utc_now
from tbblearn.people.models import Person
from tbblearn.surveys.models import ResponseOpen
from tbblearn.web.application import Application
from tests.conftest import Backend
from tests.readiness.rounds import CODES, Round
from tests.reading import Reader

FORM = {code: str(1 + number % 5) for number, code in enumerate(CODES)}
AN_ANSWER = re.compile(r"""\b[EC]\d\b['"]?\s*[:=,]\s*['"]?[1-5]\b""")
"""An item's code with a value beside it, in whatever notation."""

KEPT_BESIDE = ("audit_event", "message", "sign_in_session", "access_log", "login_attempt", "one_time_link", "wave")


@pytest.fixture
def app(backend: Backend, beginning: str) -> Iterator[Application]:
    """The application as it is served, with its own log at its usual level."""
    url = backend.copy(beginning)
    app = create_app(Settings(database_url=url, secret_key="only for tests", instance=backend.folder))
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


def refuse_answers() -> None:
    """From now on the database refuses complete answers, and says why in its own words."""
    with unit_of_work():
        if db.engine.dialect.name == "postgresql":
            db.session.execute(text("ALTER TABLE response_open ADD CONSTRAINT odd CHECK (NOT complete) NOT VALID"))
        else:
            db.session.execute(
                text(
                    "CREATE TRIGGER odd BEFORE INSERT ON response_open "
                    "BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: odd'); END"
                )
            )


def rows_beside() -> str:
    """Every row of the tables that are kept beside the answers, written out."""
    found = []
    for name in KEPT_BESIDE:
        table = Base.metadata.tables[name]
        found += [f"{name} {dict(row._mapping)}" for row in db.session.execute(select(*table.columns))]
    db.session.rollback()
    return "\n".join(found)


def test_nothing_that_is_kept_beside_a_submission_tells_of_it(app: Application, log: io.StringIO) -> None:
    with app.app_context():
        county = Round.county()
        county.open(now=utc_now(), today=stockholm_date(utc_now()))
        people = county.staff["barn-1"][:4]
        emails = list(db.session.scalars(select(Person.email).where(Person.id.in_(people))))
        db.session.remove()
    browsers = [Browser(app, person) for person in people]
    with app.app_context():
        beside = rows_beside()
        db.session.remove()
    before = log.tell()
    address = f"/enkat/{county.wave_id}"
    pages = [
        browsers[0].send(address, FORM, 303),
        browsers[0].send(address, FORM, 409),
        browsers[1].send(address, FORM | {"E1": "7"}, 422),
        browsers[1].send(address, dict(list(FORM.items())[1:]), 422),
        browsers[3].send(address, {"declines": "1"}, 303),
    ]
    with app.app_context():
        refuse_answers()
        db.session.remove()
    pages += [browsers[2].send(address, FORM, 500), browsers[2].send("/enkat/999", FORM, 404)]

    logged = log.getvalue()[before:]
    [fault] = logged.splitlines()
    assert "IntegrityError" in fault
    assert "INSERT INTO response_open" in fault
    assert "Failing row" not in fault
    assert "person" not in json.loads(fault)
    assert not any("person_id" in key or "/enkat" in str(value) for key, value in json.loads(fault).items())
    with app.app_context():
        (kept,) = db.session.scalars(select(ResponseOpen.id))
        assert rows_beside() == beside, "a row beside the answers changed when somebody answered"
        db.session.remove()
    for where, told in {"log": logged, "page": "\n".join(pages)}.items():
        assert not AN_ANSWER.search(told), (where, AN_ANSWER.search(told))
        for value in (*emails, str(kept), kept.hex, "127.0.0.1"):
            assert value not in told, (where, value)


class Browser:
    """Signed in, with a token for forms."""

    def __init__(self, app: Application, person_id: int) -> None:
        self.reader = Reader(app)
        self.reader.sign_in(person_id)
        page = self.reader.get("/mina-uppgifter")
        field = page.soup.select_one("input[name=csrf_token]")
        assert field is not None
        self.token = str(field["value"])

    def send(self, address: str, form: Mapping[str, str], status: int) -> str:
        """Post it; returns the page."""
        answer = self.reader._send("POST", address, data={**form, "csrf_token": self.token})
        assert answer.status_code == status
        return answer.get_data(as_text=True)


def test_what_is_looked_for_would_be_found() -> None:
    for told in (str(FORM), '{"E1": "4"}', "E1=4&C1=2", "('E1', '3')"):
        assert AN_ANSWER.search(told), told
