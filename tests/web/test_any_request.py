"""Any request at all, by anybody: never an answer that says the fault is ours, but 503 with when to come back."""

import io
import traceback
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from wtforms.fields.core import UnboundField

from tbblearn.web.forms import PageForm
from tests.conftest import Backend
from tests.readiness.rounds import CODES
from tests.walking import NOBODY, PEOPLE, walking

WHOLE = 7_500
SHARE = 150

METHODS = [*["GET"] * 4, *["POST"] * 5, "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get"]
TEXTS = [
    *("", " ", "0", "-1", "1", "7", "tio", "10,5", "20 maj", "2027-02-30", "2026-11-20", "9" * 10, "9" * 5_000),
    *(str(2**31), str(2**63), str(10**30), "1e5", "NaN", "٣", "²", "1_0", "base", "exempel", "on", "y", "sv", "en"),
    *(
        "\x00",
        "a\x00b",
        "\ud800",
        "\ufeff",
        "\u202e",
        "\ufffd",
        "å" * 300,
        "x" * 20_000,
        "%",
        "%zz",
        "%s",
        "{0}",
        "{{7*7}}",
    ),
    *(
        "'",
        '"',
        "<b>",
        "' OR 1=1 --",
        "../../etc/passwd",
        "//evil.example/",
        "/\\evil",
        "http://[",
        "javascript:1",
        "\r\nA: b",
    ),
    *(
        "exempt",
        "overdue",
        "mended",
        "None",
        "null",
        "[]",
        "a=b",
        "a=b=c",
        "=",
        "&",
        ";",
        "\n",
        "\t",
        "😀",
        "e\u0301" * 50,
    ),
]
QUERIES = [
    *("kurs", "omgang", "status", "q", "efter", "fore", "sprak", "svara", "next", "ut", "sparat", "ersatter", "page"),
    *("sort", "a[]", "", "å", "\x00", "p1"),
]
HEADERS = {
    "Host": ["", "[", "a b", "localhost:99999", "localhost:abc", "evil.example", "[::1]:80", "x" * 300],
    "Origin": ["null", "", "http://localhost", "https://evil.example", "http://[", "http://localhost:99999999"],
    "Referer": ["", "http://localhost/", "http://localhost//[", "http://localhost/\xff", "ö", "http://["],
    "Sec-Fetch-Site": ["same-origin", "cross-site", "none", "?"],
    "Accept-Language": ["en", "sv;q=abc", "*", "," * 200, "x" * 9_000],
    "Cookie": ["lang=en", "lang=\xff; theme=;;=", "tbblearn=abc.def", "tbblearn=" + "x" * 5_000, "=;=", "theme=dark"],
    "Content-Type": [
        "",
        "text/plain",
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=å",
        "/;",
    ],
    "Content-Length": ["abc", "-1", "5", "99999999999999999999", ""],
    "Range": ["bytes=0-1", "bytes=-", "x"],
    "If-None-Match": ['"', "*", 'W/"x"'],
    "If-Modified-Since": ["Thu, 99 Foo 2026", "0"],
    "X-Forwarded-For": ["1.2.3.4", "å, b", "," * 50],
    "X-Forwarded-Proto": ["https", "ftp"],
    "X-CSRFToken": ["x", "\xff"],
    "Authorization": ["Basic ???", "Bearer", "\xff"],
    "User-Agent": ["", "x" * 9_000],
    "Transfer-Encoding": ["gzip"],
}
BODIES = [
    *(b"", b"\x00", b"\xff\xfe", b"{", b'{"a": 1}', b"&&&=&=&", b"a" * 3_000, b"%ED%A0%80=%00", b"a=\xed\xa0\x80"),
    *(b"--e\r\n\r\n", b"--e\r\nContent-Disposition: form-data\r\n\r\nx\r\n--e--\r\n", b"--e--\r\n"),
    b'--e\r\nContent-Disposition: form-data; name="\xff"; filename="\xff\x00"\r\n\r\nx\r\n--e--\r\n',
    b'--e\r\nContent-Disposition: form-data; name="email"\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n+2AA-\r\n'
    b"--e--\r\n",
]
KINDS = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=e", "application/json", "text/plain"]


class Anybody:
    """Makes requests from what the pages hold: their addresses, their fields, and what belongs in neither."""

    def __init__(self, seed: int, addresses: list[str], fields: list[str]) -> None:
        self.rng = Random(seed)
        self.addresses = addresses
        self.fields = fields

    def text(self) -> str:
        return self.rng.choice(TEXTS)

    def line(self, names: list[str]) -> bytes:
        """Some fields as a browser writes them, now and then spoilt."""
        pairs = [(self.rng.choice(names), self.text()) for _ in range(self.rng.randint(0, 6))]
        line = b"&".join(f"{_quoted(name)}={_quoted(text)}".encode() for name, text in pairs)
        return line if self.rng.random() < 0.8 else line + self.rng.choice([b"&\xed\xa0\x80=\xff", b"&q=%00", b"%"])

    def path(self) -> str:
        address = self.rng.choice(self.addresses)
        if self.rng.random() < 0.7:
            return address
        parts = address.split("/")
        parts[self.rng.randrange(len(parts))] = quote(self.text()[:500].encode("utf-8", "surrogatepass"), safe="")
        return "/" + "/".join(parts).lstrip("/")

    def body(self) -> dict[str, Any]:
        """A form as it should be sent, one that holds files, or anything."""
        kind = self.rng.random()
        if kind < 0.5:
            return {"data": self.line(self.fields), "content_type": KINDS[0]}
        if kind < 0.75:
            values: dict[str, Any] = {}
            for _ in range(self.rng.randint(0, 5)):
                text = self.text().encode("utf-8", "surrogatepass")
                file = (io.BytesIO(text), self.rng.choice(["kurs.zip", "å\x00", "", "../x", "x" * 400]))
                values[self.rng.choice(self.fields)] = (
                    file if self.rng.random() < 0.5 else self.rng.choice(["x", "tio", "10"])
                )
            return {"data": values, "content_type": "multipart/form-data"}
        return {"data": self.rng.choice(BODIES), "content_type": self.rng.choice(KINDS)}

    def request(self) -> dict[str, Any]:
        """What Flask's test client is to send."""
        made: dict[str, Any] = {"path": self.path(), "method": self.rng.choice(METHODS), "headers": []}
        if self.rng.random() < 0.5:
            made["query_string"] = self.line(QUERIES).decode("latin-1")
        if made["method"] not in {"GET", "HEAD"} or self.rng.random() < 0.1:
            made |= self.body()
        for name in self.rng.sample(sorted(HEADERS), self.rng.choice([0, 0, 0, 1, 2, 4])):
            made["headers"].append((name, self.rng.choice(HEADERS[name])))
        return made


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def faults_of_ours(backend: Backend, number: int, seed: int) -> list[str]:
    """What was answered with 5xx, but for 503 that says when to come back; so many requests, spread over everybody."""
    found: list[str] = []
    with walking(backend) as (app, walk):
        names = sorted({*field_names(), *QUERIES, "outcome", "theme", "declines", "csrf_token", *CODES})
        for at, role in enumerate(PEOPLE):
            addresses = [*walk.addresses(app, role), *walk.addresses(app, role, "POST") * 2]
            anybody = Anybody(seed + at, addresses, names)
            for turn in range(number // len(PEOPLE)):
                if turn % 20 == 0:
                    client = walk.browser(app, role)
                request = anybody.request()
                said = (
                    f"{backend.__class__.__name__} seed {seed + at} turn {turn} {role or 'nobody'} {str(request)[:600]}"
                )
                try:
                    answer = client.open(**request)
                except Exception:
                    found.append(f"{said}\n{traceback.format_exc(limit=-4)}")
                    continue
                if answer.status_code >= 500 and not (answer.status_code == 503 and "Retry-After" in answer.headers):
                    found.append(f"{said}: {answer.status_code}")
    return found


def field_names(form: type[PageForm] = PageForm) -> set[str]:
    """The names of the fields of this form and of all that extend it."""
    own = {name for name in dir(form) if isinstance(getattr(form, name), UnboundField)}
    return own.union(*(field_names(one) for one in form.__subclasses__()))


def test_any_request_is_answered(backend: Backend) -> None:
    assert not faults_of_ours(backend, SHARE, seed=1)


@pytest.mark.full
def test_7500_requests_are_answered(backend: Backend) -> None:
    assert len(PEOPLE) == 10
    assert PEOPLE[0] == NOBODY
    assert not faults_of_ours(backend, WHOLE, seed=2027)
