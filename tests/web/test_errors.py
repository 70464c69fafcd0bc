"""Every error becomes a page in words, in both languages, and every answer carries the headers."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from importlib import import_module
from typing import Any

import pytest
from flask import Blueprint, abort, before_render_template
from sqlalchemy import Engine, select, text

from tbblearn import create_app
from tbblearn.config import Settings
from tbblearn.db import db, side_record, unit_of_work
from tbblearn.people.guards import public
from tbblearn.people.models import Person
from tbblearn.people.rules import Language
from tbblearn.tree import tree_folder
from tbblearn.web.application import FORM_BYTES, Application
from tbblearn.web.errors import NoAccess, NotFound
from tbblearn.web.requests.limits import FILE_BYTES
from tests.conftest import EMPTY, Backend
from tests.factories import County
from tests.others import in_a_transaction
from tests.reading import Reader

ENGLISH = (tree_folder("translations") / "en" / "LC_MESSAGES" / "messages.mo").is_file()

WORDS = {
    400: ("Något i adressen eller formuläret gick inte att läsa.", "Something in the address or form"),
    403: ("Du har inte tillgång till den här sidan.", "You do not have access to this page."),
    404: ("Sidan finns inte, eller så får du inte se den.", "The page does not exist, or you may not see it."),
    405: ("Sidan går inte att öppna på det sättet Börja om", "The page cannot be opened that way Start again"),
    409: ("Det du skickade nu är inte sparat.", "What you sent now has not been saved."),
    413: ("Störst tillåtna storlek är 1 MB.", "The largest allowed is 1 MB."),
    500: ("Något gick fel hos oss.", "Something went wrong on our side."),
    503: ("Det du redan har sparat finns kvar.", "What you have already saved is still there."),
}
faulty = Blueprint("faulty", __name__)


@faulty.route("/fel/<int:status>", methods=["GET", "POST"])
@public
def fail(status: int) -> Any:
    if status == 403:
        raise NoAccess
    if status == 404:
        raise NotFound
    if status == 500:
        raise RuntimeError("a fault in our own code, with a secret in it")
    abort(status)


@faulty.post("/hann-fore/<int:person_id>")
@public
def someone_was_quicker(person_id: int) -> Any:
    """Change what was read before somebody else changed it."""
    read = db.session.get_one(Person, person_id)
    db.session.expunge(read)
    db.session.rollback()
    with side_record() as other:
        other.get_one(Person, person_id).language = Language.EN
    read.given_name = "Ny"
    db.session.add(read)
    db.session.flush()
    return "saved"


@cache
def faulty_app(backend: Backend) -> Application:
    """The application with pages that go wrong."""
    url = backend.templates[EMPTY]
    app = create_app(
        Settings(database_url=url, secret_key="only for tests", instance=backend.folder, log_level="CRITICAL")
    )
    app.register_blueprint(faulty)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture
def app(backend: Backend, beginning: str) -> Iterator[Application]:
    with backend.database(beginning, faulty_app(backend)) as app:
        yield app


@pytest.mark.parametrize("status", WORDS)
def test_an_error_says_what_happened_and_what_to_do(reader: Reader, county: County, status: int) -> None:
    page = reader.get(f"/fel/{status}", status)
    assert WORDS[status][0] in page.text
    assert page.links == {"Till startsidan": "/"}
    assert f"Felkod {status}" in page.text
    assert "secret" not in page.response.get_data(as_text=True)
    reader.sign_in(county.persons["p101"])
    page = reader.get(f"/fel/{status}", status)
    assert page.response.headers["Cache-Control"] == "no-store"
    reader.post(f"/fel/{status}", {}, status)


@pytest.mark.skipif(not ENGLISH, reason="the English catalogue is not made yet")
@pytest.mark.parametrize("status", WORDS)
def test_and_says_it_in_english(reader: Reader, status: int) -> None:
    reader.post("/sprak", {"language": "en"})
    page = reader.get(f"/fel/{status}", status)
    assert page.language == "en"
    assert WORDS[status][1] in page.text


@pytest.mark.parametrize(("status", "read_as"), [(418, 400), (451, 400), (410, 400), (501, 500), (504, 500)])
def test_a_status_without_words_of_its_own_reads_as_its_kind(reader: Reader, status: int, read_as: int) -> None:
    assert WORDS[read_as][0] in reader.get(f"/fel/{status}", status).text


def test_an_unknown_address_is_a_page_nobody_keeps(reader: Reader) -> None:
    page = reader.get("/finns/inte", 404)
    assert page.response.headers["Cache-Control"] == "no-store"


def test_a_wrong_method_says_which_are_right(reader: Reader) -> None:
    answer = reader.get("/sprak", 405).response
    assert set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}
    assert "Allow" not in reader.get("/finns/inte", 404).response.headers


@pytest.mark.parametrize("path", ["/", "/om", "/logga-in", "/healthz"])
def test_head_answers_as_get_without_a_body(reader: Reader, path: str) -> None:
    whole, head = reader.get(path), reader.head(path)
    assert head.response.data == b""
    assert head.response.headers["Content-Type"] == whole.response.headers["Content-Type"]
    reader.head("/sprak", 405)
    reader.head("/mina-uppgifter", 303)


def test_options_tells_the_methods_and_nothing_else(reader: Reader) -> None:
    answer = reader.options("/mina-uppgifter").response
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert answer.data == b""


@pytest.mark.parametrize("where", ["/om?q=a%00b", "/fel/%00", "/logga-in?next=%00"])
def test_no_database_meets_the_character_nul(reader: Reader, where: str) -> None:
    assert reader.client.get(where).status_code in {200, 404}


def test_nul_in_a_form_is_told_at_its_field(reader: Reader) -> None:
    page = reader.post("/logga-in", {"email": "a\x00b@example.org", "password": "x" * 12}, 422)
    assert page.errors == ["Ett tecken gick inte att läsa och är utbytt mot \ufffd. Skriv om det."]
    assert page.form("/logga-in")["email"] == "a\ufffdb@example.org"


@pytest.mark.parametrize("host", ["x" * 300, "a..b", "[", ""])
def test_a_name_that_no_host_has_is_answered(reader: Reader, host: str) -> None:
    for path, status in (("/om", 200), ("/finns-inte", 404)):
        assert reader.client.get(path, headers={"Host": host}).status_code == status


@pytest.mark.parametrize("query", [b"q=\xed\xa0\x80", b"q=%ED%A0%80", b"\xff"])
def test_a_query_that_is_no_text_is_answered(reader: Reader, query: bytes) -> None:
    for path, status in (("/om", 200), ("/mina-uppgifter", 303)):
        answer = reader.client.get(path, environ_overrides={"QUERY_STRING": query.decode("latin-1")})
        assert answer.status_code == status


def test_a_form_of_which_one_byte_is_no_text_keeps_the_rest(reader: Reader) -> None:
    sent = f"csrf_token={reader._token()}&email=a\xe5b%40example.org&password=x".encode("latin-1")
    answer = reader.client.post("/logga-in", data=sent, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert "a\ufffdb@example.org" in answer.get_data(as_text=True)


def test_what_is_sent_with_a_reading_request_is_not_looked_at(reader: Reader) -> None:
    answer = reader.client.get("/om", data={"text": "\x00" + "x" * FORM_BYTES})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/logga-in", "/glomt-losenordet", "/sprak", "/valj-losenord/x"])
def test_too_large_a_form_is_refused_with_the_limit_before_anybody_reads_it(reader: Reader, path: str) -> None:
    page = reader.post(path, {"email": "x" * FORM_BYTES}, 413, csrf=False)
    assert page.h1 == "Det du skickade är för stort"
    assert WORDS[413][0] in page.text
    assert len(page.response.data) < 20_000


def test_only_a_page_that_takes_files_takes_more_and_has_a_limit_too(county: County, reader: Reader) -> None:
    reader.sign_in(county.persons["editor"])
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="kurs.zip"\r\n\r\n'

    def send(path: str, size: int) -> str:
        body = head + b"x" * size + b"\r\n--edge--\r\n"
        answer = reader.client.post(path, data=body, content_type="multipart/form-data; boundary=edge")
        return f"{answer.status_code} {answer.get_data(as_text=True)}"

    assert send("/kurser/ladda-upp", 2 * FORM_BYTES).startswith("400 ")  # read as far as to the missing token
    too_large = send("/kurser/ladda-upp", FILE_BYTES)
    assert too_large.startswith("413 ")
    assert "Filen är för stor. Störst tillåtna storlek är 20 MB." in too_large
    assert send("/sprak", 2 * FORM_BYTES).startswith("413 ")


def test_what_somebody_else_changed_first_is_409_and_not_overwritten(
    app: Application, reader: Reader, county: County
) -> None:
    page = reader.post(f"/hann-fore/{county.persons['p101']}", {}, 409)
    assert "Någon hann före." in page.text
    with app.app_context():
        person = db.session.get_one(Person, county.persons["p101"])
        assert (person.given_name, person.language, person.version) == ("Medarbetare", Language.EN, 2)


def test_a_database_held_by_another_is_503_and_the_next_try_succeeds(
    app: Application, reader: Reader, county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock is a real one, held from outside; only the time to wait for it is made short."""
    reader.sign_in(county.persons["p101"])
    form = reader.get("/mina-uppgifter").form("/mina-uppgifter")
    monkeypatch.setattr(import_module("tbblearn.databases"), "WRITE_WAIT_MS", 50)
    with app.app_context():
        engine = db.engine
    engine.dispose()
    with somebody_else_holds(engine, county.persons["p101"]):
        page = reader.submit(form, 503, language="en")
        assert page.response.headers["Retry-After"] == "5"
        assert "skicka igen: det du skrev finns kvar här" in page.text
        again = page.form("/mina-uppgifter")
        reader.get("/om")
    assert again["language"] == "en"
    reader.submit(again)


@contextmanager
def somebody_else_holds(engine: Engine, person_id: int) -> Iterator[None]:
    """A transaction from outside that has a person's row locked (SQLite: the whole database)."""
    if engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(str(engine.url.database), isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
    else:
        with in_a_transaction(engine) as connection:
            connection.execute(select(Person.id).where(Person.id == person_id).with_for_update())
            yield


def test_a_database_that_is_away_is_a_page_too_also_for_who_was_signed_in(
    app: Application, reader: Reader, county: County, backend: Backend
) -> None:
    reader.sign_in(county.persons["p101"])
    with app.app_context(), unit_of_work():
        db.session.execute(text("ALTER TABLE sign_in_session RENAME TO gone"))
    page = reader.get("/om", 500)
    assert "Något gick fel hos oss." in page.text
    assert reader.get("/healthz").text == "ok\n"
    assert reader.get("/readyz").text.startswith("ready\n")


def test_readyz_tells_a_database_that_is_not_migrated(app: Application, reader: Reader) -> None:
    with app.app_context(), unit_of_work():
        db.session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert reader.get("/readyz", 503).text == "database not migrated\n"
    with app.app_context(), unit_of_work():
        db.session.execute(text("DROP TABLE alembic_version"))
    assert reader.get("/readyz", 503).text == "database not ready\n"
    assert reader.get("/healthz").text == "ok\n"


@pytest.mark.parametrize(
    "path", ["/om", "/mina-uppgifter", "/mina-utbildningar", "/finns-inte", "/logga-ut", "/om?a=%00"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
def test_no_page_is_rendered_while_a_read_is_open(
    app: Application, reader: Reader, county: County, path: str, method: str
) -> None:
    """Not an error page either, whoever is signed in (ADR 1)."""
    reader.sign_in(county.persons["p101"])
    open_reads: list[bool] = []

    def look(_app: object, **_values: object) -> None:
        open_reads.append(db.session().in_transaction())

    with before_render_template.connected_to(look, app):
        answer = reader.client.open(path, method=method)
    assert answer.status_code < 500
    assert not any(open_reads)
    assert open_reads or method == "OPTIONS" or answer.status_code in {200, 303}
