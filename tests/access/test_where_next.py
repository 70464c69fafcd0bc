"""After signing in we go on inside the site, never out of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.urls import iri_to_uri

from tbblearn.web.addresses import local_path
from tbblearn.web.application import Application
from tests.access.accounts import PASSWORD, give_password
from tests.factories import County
from tests.reading import Reader

ATTACKS = [
    "https://example.org/",
    "HTTPS://example.org",
    "//example.org",
    "///example.org",
    "////example.org/om",
    "/\\example.org",
    "\\\\example.org",
    "/om\\..\\example.org",
    "/\t/example.org",
    "/\n/example.org",
    "/\r\nLocation: https://example.org",
    " //example.org",
    "javascript:alert(1)",
    "data:text/html,hej",
    "om",
    "?next=//example.org",
    "@example.org",
    "http:example.org",
    "",
]
NOWHERE = ["/finns-inte", "/logga-ut", "/sprak", "/mina-uppgifter/nej"]
INSIDE = ["/mina-uppgifter", "/om?a=1&b=2", "/kontakt", "/valj-losenord/abc"]


@pytest.mark.parametrize("target", [*ATTACKS, *NOWHERE])
def test_what_leads_out_or_nowhere_leads_to_the_first_page(app: Application, county: County, target: str) -> None:
    email = give_password(app, county.persons["p101"])
    reader = Reader(app)
    reader.get("/logga-in", query_string={"next": target})
    answer = reader.post("/logga-in", {"email": email, "password": PASSWORD, "next": target})
    assert answer.response.headers["Location"] == "/mina-utbildningar"


@pytest.mark.parametrize("target", INSIDE)
def test_a_page_of_ours_is_come_back_to(app: Application, county: County, target: str) -> None:
    email = give_password(app, county.persons["p101"])
    reader = Reader(app)
    form = reader.get("/logga-in", query_string={"next": target}).form("/logga-in")
    assert form["next"] == target
    assert reader.submit(form, email=email, password=PASSWORD).response.headers["Location"] == target


@pytest.mark.parametrize("path", ["/sprak", "/utseende"])
@pytest.mark.parametrize("target", ["//example.org", "https://example.org", "/logga-ut"])
def test_switching_language_or_look_leads_nowhere_else_either(reader: Reader, path: str, target: str) -> None:
    assert reader.post(path, {"language": "en", "theme": "dark", "next": target}).location == "/"


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=30).map(lambda tail: "/" + tail))
def test_no_path_that_is_let_through_names_another_host(text: str) -> None:
    kept = local_path(text, "/")
    assert kept in {text, "/"}
    sent = iri_to_uri(kept)
    assert sent.startswith("/")
    assert not sent.startswith(("//", "/\\"))
    assert not any(ord(letter) < 32 for letter in sent)
