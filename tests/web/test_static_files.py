"""Static files: kept for good by browsers, with the headers of every answer."""

import re

from tbblearn.web.application import Application
from tests.reading import HEADERS, Reader


def files(reader: Reader) -> list[str]:
    """The addresses of the static files that a page names."""
    page = reader.get("/om")
    named = [tag.get("href") or tag.get("src") for tag in page.soup.select("link[href], script[src]")]
    found = [str(address) for address in named if str(address).startswith("/static/")]
    assert {address.rpartition(".")[2] for address in found} == {"svg", "woff2", "css", "js"}
    return found


def test_a_static_file_has_the_headers_of_every_answer(app: Application) -> None:
    reader = Reader(app)
    for address in files(reader):
        headers = reader.client.get(address, buffered=True).headers
        for name, pattern in HEADERS.items():
            if name != "X-Request-Id":
                assert pattern.search(headers.get(name, "")), f"{address}: {name}: {headers.get(name)!r}"
        assert re.search(r"max-age=31536000.*immutable", headers["Cache-Control"])
        assert "Strict-Transport-Security" not in headers


def test_over_https_a_static_file_asks_for_https_from_then_on(secure_app: Application) -> None:
    reader = Reader(secure_app, "https://utbildning.example.org")
    for address in files(reader):
        headers = reader.client.get(address, base_url=reader.base_url, buffered=True).headers
        assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
