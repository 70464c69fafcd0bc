"""A reader of pages for the tests: Flask's test client, with every response read as a careful person would.

    reader = Reader(app)
    reader.sign_in(county.persons["p101"])
    page = reader.get("/mina-uppgifter")
    reader.submit(page.form("/mina-uppgifter"), language="en")         # as a browser would: with all its fields
    reader.post("/logga-ut", status=303)                               # or only what is named
    assert reader.follow().h1 == "Logga in"

Every HTML response is parsed and checked against the house rules, tests/page_rules.py. A page that breaks one
fails the test that read it, whatever the test was about. Undefined values in templates raise while a Reader is in use.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from contextvars import Context
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from jinja2 import StrictUndefined
from python_calamine import CalamineWorkbook
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tbblearn.access.actions import open_session
from tbblearn.db import unit_of_work, utc_now
from tbblearn.web.application import Application
from tests.page_rules import TOKEN, Judged, Parsed, judge, parse, words

Values = Mapping[str, Any]

HEADERS = {
    "Content-Security-Policy": re.compile(r"default-src 'none'.*frame-ancestors 'none'"),
    "X-Content-Type-Options": re.compile(r"^nosniff$"),
    "Referrer-Policy": re.compile(r"."),
    "X-Request-Id": re.compile(r"^[0-9a-f]{32}$"),
}


@dataclass(frozen=True)
class Form:
    """A form on a page, as a browser would send it untouched."""

    action: str
    method: str
    fields: tuple[tuple[str, str], ...]
    names: frozenset[str]
    """All names it can send, buttons' and unticked boxes' too."""
    buttons: tuple[str, ...]

    def __getitem__(self, name: str) -> str:
        """The value the field has now; KeyError where nothing would be sent."""
        return dict(self.fields)[name]


@dataclass
class ReadPage:
    """An answer. HTML is parsed in `soup`; of anything else `text` is the body as it came."""

    response: TestResponse
    path: str

    @property
    def status(self) -> int:
        """The status code."""
        return self.response.status_code

    @property
    def is_html(self) -> bool:
        """True for a page, false for a file, a redirect without words or plain text."""
        return self.response.mimetype == "text/html" and not self.leads_on

    @property
    def leads_on(self) -> bool:
        """True for a redirect."""
        return "Location" in self.response.headers

    @cached_property
    def parsed(self) -> Parsed:
        """The page and what is wrong with its HTML."""
        return parse(self.response.get_data(as_text=True))

    @cached_property
    def judged(self) -> Judged | None:
        """What the rules of the house say of it; None for what is not a page."""
        text = self.response.get_data(as_text=True) if self.is_html else ""
        return judge(text, lambda: self.parsed) if text else None

    @property
    def soup(self) -> BeautifulSoup:
        """The parsed page, to search in with CSS selectors: `page.soup.select("main table tr")`."""
        return self.parsed.soup

    @cached_property
    def main(self) -> Tag:
        """What the page itself says, without header and footer."""
        found = self.soup.find("main")
        assert isinstance(found, Tag)
        return found

    @cached_property
    def text(self) -> str:
        """The words of <main> with single spaces (no-break ones too); for what is not HTML the body."""
        return words(self.main) if self.is_html else said(self.response)

    @cached_property
    def whole_text(self) -> str:
        """The words of the whole page, header and footer included."""
        body = self.soup.body
        return words(body) if body else ""

    @property
    def title(self) -> str:
        """What the browser's tab says."""
        return words(self.soup.title) if self.soup.title else ""

    @property
    def h1(self) -> str:
        """The heading."""
        return words(self.soup.h1) if self.soup.h1 else ""

    @property
    def language(self) -> str:
        """'sv' or 'en'."""
        html = self.soup.html
        return str(html.get("lang", "")) if html else ""

    @cached_property
    def links(self) -> dict[str, str]:
        """Text -> address of the links in <main>; of links with the same text, the first."""
        found: dict[str, str] = {}
        for link in self.main.select("a[href]"):
            found.setdefault(words(link), str(link["href"]))
        return found

    @cached_property
    def errors(self) -> list[str]:
        """What the error summary says, line by line."""
        return [words(line) for line in self.soup.select("[data-error-summary] li")]

    @property
    def location(self) -> str:
        """Where a redirect leads: path and query."""
        parts = urlsplit(self.response.headers["Location"])
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def forms(self) -> Iterator[Form]:
        """Every form of the page, header and footer included."""
        for tag in self.soup.find_all("form"):
            yield read_form(tag, self.path)

    def form(self, action: str | None = None, *, holding: str | None = None) -> Form:
        """The first form in <main> that goes to this path (default: any) and has a field of this name.

        Falls back to header and footer. AssertionError names the forms there are.
        """
        found = []
        for tag in [*self.main.find_all("form"), *self.soup.find_all("form")]:
            form = read_form(tag, self.path)
            found.append(form)
            if action in {None, form.action, urlsplit(form.action).path} and (holding is None or holding in form.names):
                return form
        raise AssertionError(f"no form to {action!r} with {holding!r} on {self.path}: {[f.action for f in found]}")


class Reader:
    """A person at a browser. One Reader is one browser: its cookies stay, whoever signs in."""

    def __init__(self, app: Application, base_url: str = "http://localhost") -> None:
        """Read this application at `base_url` (https://... to try secure cookies)."""
        app.jinja_env.undefined = StrictUndefined
        self.app = app
        self.client = app.test_client()
        self.base_url = base_url
        self.page: ReadPage | None = None
        """The page read last: its CSRF token goes with the next post."""
        self.answer: ReadPage | None = None
        """The answer that came last, page or not."""

    # --- who -------------------------------------------------------------------------------------------------------

    def sign_in(self, person_id: int) -> str:
        """Open a real session for this person and give the browser its cookie; returns the session's token.

        For tests that are not about signing in; those post the sign-in form.
        """
        with self.app.app_context(), unit_of_work():
            token = open_session(person_id, utc_now())
        with self.client.session_transaction(base_url=self.base_url) as cookie:
            cookie.clear()
            cookie["_user_id"] = token
            cookie["_fresh"] = True
        self.page = None
        return token

    def forget(self) -> None:
        """Throw all cookies away."""
        self.client = self.app.test_client()
        self.page = None

    # --- reading and sending ---------------------------------------------------------------------------------------

    def get(self, path: str, status: int = 200, **options: Any) -> ReadPage:
        """Open a path and read the answer; AssertionError where the status is another."""
        return self._read(self._send("GET", path, **options), path, status)

    def head(self, path: str, status: int = 200) -> ReadPage:
        """Ask for the headers only."""
        return self._read(self._send("HEAD", path), path, status)

    def options(self, path: str, status: int = 200) -> ReadPage:
        """Ask which methods there are."""
        return self._read(self._send("OPTIONS", path), path, status)

    def post(
        self,
        path: str,
        data: Values | Iterable[tuple[str, Any]] = (),
        status: int = 303,
        *,
        follow: bool = False,
        csrf: bool = True,
        **options: Any,
    ) -> ReadPage:
        """Send a form with the CSRF token of the page read last, and read the answer.

        `data` values may be lists. With `follow` a redirect is opened, and that page (200) is returned. `csrf=False`
        leaves the token out.
        """
        pairs = list(_pairs(data))
        if csrf:
            pairs.append(("csrf_token", self._token()))
        grouped: dict[str, list[Any]] = {}
        for name, value in pairs:
            grouped.setdefault(name, []).append(value)
        answer = self._send("POST", path, data=grouped, **options)
        page = self._read(answer, path, status)
        return self.follow(page) if follow else page

    def submit(self, form: Form, status: int = 303, *, follow: bool = False, **values: Any) -> ReadPage:
        """Send a form of the page read last as a browser would: all its fields, changed by `values`.

        AssertionError where the form has no field or button of that name. None takes a field out.
        """
        for name in values:
            assert name in form.names, f"the form to {form.action} has no field {name!r}: {sorted(form.names)}"
        kept = [(name, value) for name, value in form.fields if name not in values]
        given = [(name, value) for name, value in _pairs(values) if value is not None]
        if form.method == "get":
            return self.get(form.action, status, query_string=MultiDict([*kept, *given]))
        return self.post(form.action, [*kept, *given], status, follow=follow, csrf=False)

    def follow(self, page: ReadPage | None = None, status: int = 200) -> ReadPage:
        """Open where the last answer (or this one) leads, and on from there; returns the page at the end."""
        at = page or self.answer
        assert at is not None, "nothing has been read yet"
        assert at.leads_on, f"{at.path} leads nowhere: {at.status}"
        for _ in range(5):
            path = at.location
            at = self._read(self._send("GET", path), path, None)
            if not at.leads_on:
                assert at.status == status, f"{path}: {at.status}, expected {status}\n{_brief(at)}"
                return at
        raise AssertionError(f"{at.path} leads round in circles")

    # --- inside ----------------------------------------------------------------------------------------------------

    def _send(self, method: str, path: str, **options: Any) -> TestResponse:
        """Send in a context of its own: in the test's, Flask would share `g`, hence who is signed in, and the session
        of the database between the test and all its requests.
        """
        return Context().run(self.client.open, path, method=method, base_url=self.base_url, **options)

    def _token(self) -> str:
        """The CSRF token of the page read last; of the page about tbblearn where none was read."""
        page = self.page if self.page is not None and self.page.is_html else self.get("/om")
        found = TOKEN.search(page.response.get_data(as_text=True))
        assert found is not None, f"{page.path} has no form with a CSRF token"
        return found[2]

    def _read(self, response: TestResponse, path: str, status: int | None) -> ReadPage:
        page = self.answer = ReadPage(response, path)
        if status is not None:
            assert page.status == status, f"{path}: {page.status}, expected {status}\n{_brief(page)}"
        found = header_faults(page)
        if page.judged:
            found += page.judged.faults
            self.page = page
        assert not found, f"{path} ({page.status}):\n  " + "\n  ".join(found)
        return page


def said(answer: TestResponse) -> str:
    """The body as text; of a workbook the cells, row by row."""
    if "spreadsheetml" not in str(answer.mimetype):
        return answer.get_data(as_text=True)
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.get_data()))
    rows = [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]
    return "\n".join(";".join(str(cell) for cell in row) for row in rows)


def read_form(tag: Tag, page_path: str) -> Form:
    """What a browser would send for this form, no button pressed."""
    fields: list[tuple[str, str]] = []
    names: set[str] = set()
    for control in tag.find_all(["input", "select", "textarea", "button"], attrs={"name": True}):
        name, kind = str(control["name"]), str(control.get("type", ""))
        names.add(name)
        if control.has_attr("disabled"):
            continue
        if control.name == "textarea":
            fields.append((name, control.get_text().removeprefix("\n")))
        elif control.name == "select":
            options = control.find_all("option")
            chosen = [o for o in options if o.has_attr("selected")] or options[:1]
            fields += [(name, str(option.get("value", option.get_text()))) for option in chosen]
        elif control.name == "button" or kind in {"submit", "image", "button", "file"}:
            continue
        elif kind not in {"radio", "checkbox"} or control.has_attr("checked"):
            fields.append((name, str(control.get("value", "on"))))
    action = urljoin(page_path, str(tag.get("action") or page_path))
    buttons = tuple(words(button) for button in tag.find_all("button"))
    return Form(action, str(tag.get("method", "get")).lower(), tuple(fields), frozenset(names), buttons)


def header_faults(page: ReadPage) -> list[str]:
    """What is wrong with the headers of an answer: every answer has the security ones, signed-in pages no-store."""
    headers = page.response.headers
    found = [
        f"header {name}: {headers.get(name)!r}"
        for name, pattern in HEADERS.items()
        if not pattern.search(headers.get(name, ""))
    ]
    if page.judged and page.judged.signed_in and headers.get("Cache-Control") != "no-store":
        found.append(f"a signed-in page may be kept: Cache-Control {headers.get('Cache-Control')!r}")
    return found


def _pairs(data: Values | Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    for name, value in data.items() if isinstance(data, Mapping) else data:
        if isinstance(value, (list, tuple)) and not hasattr(value, "read"):
            # A list is a field with several values; (stream, file name) is one file.
            if isinstance(value, tuple):
                yield name, value
            else:
                yield from ((name, one) for one in value)
        else:
            yield name, value


def _brief(page: ReadPage) -> str:
    if page.is_html and page.response.data and page.soup.find("main"):
        return page.text[:600]
    return page.response.get_data(as_text=True)[:600]
