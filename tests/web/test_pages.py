"""The footer's pages, language and theme, health, and the headers of every answer."""

from dataclasses import replace

import pytest

from tbblearn.web.application import Application
from tests.factories import County
from tests.reading import Reader

FOOTER = {
    "/om": ("Om tbblearn", "About tbblearn"),
    "/sa-skyddar-vi-dina-uppgifter": ("Så skyddar vi dina uppgifter", "How we protect your data"),
    "/sa-skyddar-vi-dina-svar": ("Så skyddar vi dina svar", "How we protect your answers"),
    "/tillganglighet": ("Tillgänglighet", "Accessibility"),
    "/kontakt": ("Kontakt", "Contact"),
}


@pytest.mark.parametrize("path", FOOTER)
def test_the_footers_pages_say_something_to_everybody(reader: Reader, county: County, path: str) -> None:
    page = reader.get(path)
    assert page.h1 == FOOTER[path][0]
    assert page.title == f"{page.h1} – tbblearn"
    assert len(page.text.split()) > 40
    assert page.response.headers["Cache-Control"] == "private, no-cache"
    assert page.response.headers["Vary"] == "Cookie"
    reader.sign_in(county.persons["p101"])
    assert reader.get(path).response.headers["Cache-Control"] == "no-store"


def test_whoever_is_sent_to_kontakt_finds_somebody_to_ask(
    reader: Reader, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ("/tillganglighet", "/sa-skyddar-vi-dina-uppgifter"):
        assert reader.get(path).links["Kontakta oss"] == "/kontakt#kontakt"
    assert reader.get("/kontakt").main.find(id="kontakt") is not None
    settings = app.config["TBBLEARN"]
    for changed, address in (
        (replace(settings, demo=True), "stod@demo.example"),
        (replace(settings, contact="hjalp@example.org"), "hjalp@example.org"),
    ):
        monkeypatch.setitem(app.config, "TBBLEARN", changed)
        assert reader.get("/kontakt").links[address] == f"mailto:{address}"


def test_a_page_may_run_our_own_files_and_no_other_script(reader: Reader) -> None:
    policy = reader.get("/om").response.headers["Content-Security-Policy"]
    allowed = dict(one.split(" ", 1) for one in policy.split("; "))
    assert allowed.pop("default-src") == allowed.pop("base-uri") == allowed.pop("frame-ancestors") == "'none'"
    assert set(allowed.values()) == {"'self'"}


def test_what_is_kept_of_surveys_and_in_the_browser_is_told_beside_the_rest(reader: Reader) -> None:
    page = reader.get("/sa-skyddar-vi-dina-uppgifter")
    assert "Vi sparar att du är inbjuden" in page.text
    assert "Medan du fyller i en enkät finns det du har valt kvar i fliken" in page.text
    assert page.links["Läs mer: Så skyddar vi dina svar"] == "/sa-skyddar-vi-dina-svar"


def test_every_page_leads_to_the_footers_pages(reader: Reader) -> None:
    page = reader.get("/logga-in")
    assert [a["href"] for a in page.soup.select("footer a")] == list(FOOTER)
