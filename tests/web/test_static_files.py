"""Static files: kept for good by browsers, compressed where that helps, with the headers of every answer."""

import gzip
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


def test_text_is_sent_compressed_to_who_takes_it(app: Application) -> None:
    reader = Reader(app)
    for address in files(reader):
        plain = reader.client.get(address)
        packed = reader.client.get(address, headers={"Accept-Encoding": "br, gzip;q=0.8"})
        refused = reader.client.get(address, headers={"Accept-Encoding": "gzip;q=0, identity"})
        assert "Content-Encoding" not in plain.headers
        assert refused.data == plain.data
        if address.endswith("woff2"):
            assert packed.data == plain.data, "it is compressed in itself"
            assert "Vary" not in packed.headers
            continue
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        assert len(packed.data) < 0.6 * len(plain.data)
        assert int(packed.headers["Content-Length"]) == len(packed.data)
        assert {one.headers["Vary"] for one in (plain, packed, refused)} == {"Accept-Encoding"}
        assert packed.headers["ETag"] != plain.headers["ETag"] == refused.headers["ETag"]


def test_who_has_a_file_already_is_told_so_and_who_wants_a_part_gets_it(app: Application) -> None:
    reader = Reader(app)
    address = next(one for one in files(reader) if one.endswith("css"))
    for coding in ("identity", "gzip"):
        accepting = {"Accept-Encoding": coding}
        whole = reader.client.get(address, headers=accepting)
        again = reader.client.get(address, headers={**accepting, "If-None-Match": whole.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == whole.headers["ETag"]
        assert again.headers["Cache-Control"] == whole.headers["Cache-Control"]
        part = reader.client.get(address, headers={**accepting, "Range": "bytes=10-19"})
        assert (part.status_code, part.data) == (206, whole.data[10:20])
        head = reader.client.head(address, headers=accepting)
        assert head.data == b""
        assert head.headers["Content-Length"] == str(len(whole.data))
    assert reader.client.get(address, headers={"Range": "bytes=99999999-"}).status_code == 416
    reader.get(address + ".map", 404)
    reader.get(re.sub("/static/.", "/static/x", address), 404)
