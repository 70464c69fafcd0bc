"""What another site sends in somebody's name is refused on every route, before anything is done."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tbblearn.web.application import SAFE_METHODS, Application
from tbblearn.web.requests.origins import is_own, origin_of
from tests.factories import County
from tests.reading import Reader

OWN = "https://utbildning.example.org"


@pytest.mark.parametrize(
    ("site", "origin", "host", "own"),
    [
        ("", "", "utbildning.example.org", True),
        ("same-origin", "", "utbildning.example.org", True),
        ("none", "", "utbildning.example.org", True),
        ("same-site", "", "utbildning.example.org", False),
        ("cross-site", "", "utbildning.example.org", False),
        ("made-up", "", "utbildning.example.org", False),
        ("", OWN, "utbildning.example.org", True),
        ("", "HTTPS://Utbildning.Example.org", "utbildning.example.org", True),
        ("", "http://utbildning.example.org", "utbildning.example.org", False),
        ("", "https://utbildning.example.org:8443", "utbildning.example.org", False),
        ("", "https://evil.example", "utbildning.example.org", False),
        ("", "https://utbildning.example.org.evil.example", "utbildning.example.org", False),
        ("", "null", "utbildning.example.org", False),
        ("", "nonsense", "utbildning.example.org", False),
        ("", "http://[x", "utbildning.example.org", False),
        ("cross-site", "https://evil.example", "utbildning.example.org", False),
        ("cross-site", "http://utbildning.example.org", "utbildning.example.org", False),
        # A proxy asks us by a name of its own: the address that people use is ours all the same.
        ("", OWN, "127.0.0.1:5000", True),
        ("same-origin", "https://alias.example.org", "127.0.0.1:5000", True),
        ("", "https://alias.example.org", "127.0.0.1:5000", False),
    ],
)
def test_where_a_form_may_come_from(site: str, origin: str, host: str, own: bool) -> None:
    assert is_own(site, origin, host, OWN + "/") is own


@given(origin=st.text(max_size=30))
def test_no_other_origin_is_ours(origin: str) -> None:
    ours = {"https://host"}
    assert not is_own("", origin, "host", "https://host") or not origin or origin.lower() in ours


def test_an_origin_is_written_without_the_usual_port() -> None:
    assert origin_of("https://Example.org:443/path?x") == "https://example.org"
    assert origin_of("http://127.0.0.1:5000") == "http://127.0.0.1:5000"


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_form_from_another_site_does_nothing_even_with_a_token(
    reader: Reader, county: County, headers: dict[str, str]
) -> None:
    reader.sign_in(county.persons["p101"])
    form = reader.get("/mina-uppgifter").form("/mina-uppgifter")
    page = reader.post(form.action, {**dict(form.fields), "language": "en"}, 403, csrf=False, headers=headers)
    assert page.h1 == "Det kom från en annan webbplats"
    assert page.language == "sv"
    assert reader.get("/mina-uppgifter").language == "sv"


@pytest.mark.parametrize("headers", [{"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}, {}])
def test_a_form_from_a_page_of_ours_is_taken(reader: Reader, county: County, headers: dict[str, str]) -> None:
    reader.sign_in(county.persons["p101"])
    form = reader.get("/mina-uppgifter").form("/mina-uppgifter")
    reader.post(form.action, {**dict(form.fields), "language": "en"}, csrf=False, headers=headers)
    assert reader.get("/mina-uppgifter").language == "en"


def test_a_page_may_be_opened_from_anywhere(reader: Reader) -> None:
    reader.get("/om", headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"})


def test_no_route_that_changes_something_is_left_out(app: Application, county: County) -> None:
    """Every rule of the map, with a person who may do everything, by every method that changes."""
    reader = Reader(app)
    reader.sign_in(county.persons["admin"])
    tried = 0
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - SAFE_METHODS:
            path = app.url_map.bind("localhost").build(rule.endpoint, dict.fromkeys(rule.arguments, 1), method=method)
            answer = reader._send(method, path, data={}, headers={"Origin": "https://evil.example"})
            assert answer.status_code == 403, path
            tried += 1
    assert tried > 30
