"""Forms from elsewhere or from a page that is too old; the cookies."""

from typing import Any

import pytest
from flask import url_for
from sqlalchemy import func, select
from werkzeug.routing import IntegerConverter

from tbblearn.access.models import SignInSession
from tbblearn.db import db
from tbblearn.web.application import Application
from tests.access.accounts import PASSWORD, give_password, sign_in, whose
from tests.factories import County
from tests.reading import Reader


def sessions(app: Application) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(SignInSession)) or 0


@pytest.mark.parametrize("token", ["", "made up", None])
def test_a_stale_sign_in_page_asks_once_more_and_keeps_what_it_can(
    app: Application, county: County, reader: Reader, token: str | None
) -> None:
    email = give_password(app, county.persons["p101"])
    reader.forget()
    fields = {"email": email, "password": PASSWORD, "next": "/mina-uppgifter"} | (
        {} if token is None else {"csrf_token": token}
    )
    page = reader.post("/logga-in", fields, 422, csrf=False)
    assert page.h1 == "Logga in"
    assert "Sidan hade stått öppen för länge" in page.text
    assert sessions(app) == 0
    form = page.form("/logga-in")
    assert (form["email"], form["password"], form["next"]) == (email, "", "/mina-uppgifter")
    assert reader.submit(form, password=PASSWORD).location == "/mina-uppgifter"


@pytest.mark.parametrize("field", ["email", "next", "held"])
def test_a_stale_sign_in_page_does_not_grow_with_what_is_sent(reader: Reader, field: str) -> None:
    usual = len(reader.post("/logga-in", {"email": "m@example.org"}, 422, csrf=False).response.data)
    page = reader.post("/logga-in", {"email": "m@example.org"} | {field: "x" * 500_000}, 422, csrf=False)
    assert page.h1 == "Logga in"
    assert not page.errors
    assert len(page.response.data) < usual + 1000


def test_the_token_of_another_browser_does_not_do(app: Application, county: County) -> None:
    give_password(app, county.persons["p101"])
    mine, theirs = Reader(app), Reader(app)
    form = theirs.get("/logga-in").form("/logga-in")
    mine.get("/logga-in")
    mine.submit(form, 422, email="medarbetare101@example.org", password=PASSWORD)
    assert sessions(app) == 0


@pytest.mark.parametrize("path", ["/glomt-losenordet", "/logga-ut", "/byt-anvandare", "/sprak", "/mina-uppgifter"])
def test_a_form_without_a_token_does_nothing_and_leads_back(county: County, reader: Reader, path: str) -> None:
    reader.sign_in(county.persons["p101"])
    page = reader.post(
        path,
        {"email": "m@example.org", "language": "en"},
        400,
        csrf=False,
        headers={"Referer": "http://localhost/kontakt?a=1"},
    )
    assert page.h1 == "Sidan hade stått öppen för länge"
    assert page.links["Öppna sidan igen"] == "/kontakt?a=1"
    assert whose(page) == "Medarbetare 101"
    assert page.language == "sv"


@pytest.mark.parametrize("referrer", ["https://example.org/om", "http://localhost//example.org", "", "nonsense"])
def test_a_page_elsewhere_is_not_led_back_to(county: County, reader: Reader, referrer: str) -> None:
    reader.sign_in(county.persons["p101"])
    page = reader.post("/logga-ut", {}, 400, csrf=False, headers={"Referer": referrer})
    assert page.links["Öppna sidan igen"] == "/"


def test_signing_in_changes_the_token_of_the_forms(app: Application, county: County, reader: Reader) -> None:
    email = give_password(app, county.persons["p101"])
    before = reader.get("/logga-in").form("/sprak")
    sign_in(reader, email)
    reader.submit(before, 400, language="en")


def test_over_http_the_cookie_is_for_this_site_and_not_for_scripts(
    app: Application, county: County, reader: Reader
) -> None:
    answer = sign_in(reader, give_password(app, county.persons["p101"]))
    cookies = dict(cookie.split("=", 1) for cookie in answer.response.headers.getlist("Set-Cookie"))
    assert set(cookies) == {"tbblearn", "tbblearn_browser", "lang"}
    for cookie in cookies.values():
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert "Secure" not in cookie
    assert "Expires" not in cookies["tbblearn"]
    assert "Strict-Transport-Security" not in answer.response.headers


def test_over_https_the_cookie_is_bound_to_host_and_https(secure_app: Application) -> None:
    with secure_app.app_context():
        county = County.build()
        db.session.remove()
    reader = Reader(secure_app, "https://utbildning.example.org")
    answer = sign_in(reader, give_password(secure_app, county.persons["p101"]))
    cookies = dict(cookie.split("=", 1) for cookie in answer.response.headers.getlist("Set-Cookie"))
    assert set(cookies) == {"__Host-tbblearn", "__Secure-tbblearn_browser", "lang"}
    for cookie in cookies.values():
        assert "Secure" in cookie
        assert "HttpOnly" in cookie
        assert "Domain" not in cookie
        assert "Path=/" in cookie
    assert answer.response.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert whose(reader.get("/mina-uppgifter")) == "Medarbetare 101"


def test_no_form_is_taken_without_a_token(app: Application, reader: Reader, county: County) -> None:
    """Checked in one place, before any view runs; the forms themselves check nothing."""
    reader.sign_in(county.persons["p101"])
    asked = 0
    for rule in app.url_map.iter_rules():
        if not {"POST", "PUT", "PATCH", "DELETE"} & (rule.methods or set()):
            continue
        numbers = [isinstance(converter, IntegerConverter) for converter in rule._converters.values()]
        arguments: dict[str, Any] = {
            name: 1 if number else "x" for name, number in zip(rule._converters, numbers, strict=True)
        }
        with app.test_request_context():
            path = url_for(rule.endpoint, **arguments)
        reader.post(path, {}, 422 if rule.endpoint == "access.sign_in_now" else 400, csrf=False)
        asked += 1
    assert asked >= 40
