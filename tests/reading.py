"""A reader of pages for the tests: Flask's test client, with every answer read as a careful person would.

    reader = Reader(app)
    reader.sign_in(county.persons["p101"])
    page = reader.get("/mina-uppgifter")
    reader.submit(page.form("/mina-uppgifter"), language="en")         # as a browser would: with all its fields
    reader.post("/logga-ut", status=303)                               # or only what is named
    assert reader.follow().h1 == "Logga in"

Every answer that is HTML is parsed and held to the rules of the house: see `faults`. A page that breaks one fails the
test that read it, whatever the test was about. Undefined values in templates raise while a Reader is in use.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextvars import Context
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit

import html5lib
from bs4 import BeautifulSoup, Tag
from bs4.builder._html5lib import HTML5TreeBuilder
from jinja2 import StrictUndefined
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tbblearn.access.actions import open_session
from tbblearn.db import unit_of_work, utc_now
from tbblearn.web.application import Application

Values = Mapping[str, Any]

LEAKS = (
    re.compile(r"\bNone\b(?! of\b)"),
    re.compile(r"\{\{|\}\}|\{%|%\}"),
    re.compile(r"%\(\w*\)?"),
    re.compile(r"\bUndefined\b"),
    re.compile(r"<(function|bound method|class '|[\w.]+ object at)"),
    re.compile(r"\b[A-Z][a-z]\w+\.[A-Z][A-Z_]{2,}\b"),
    re.compile(r"&(amp|lt|gt|quot|#\d+);|</?(p|b|i|a|li|ul|h\d|span|div|strong|em|br)\b"),
    re.compile(r"datetime\.|\d{4}-\d\d-\d\d[T ]\d\d:\d\d"),
)
"""What shows that a value, a template or an escape has gone wrong, in text and in attributes that are read."""

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
    def parsed(self) -> "Parsed":
        """The page and what is wrong with its HTML."""
        return parse(self.response.get_data(as_text=True))

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
        return words(self.main) if self.is_html else self.response.get_data(as_text=True)

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
        tags = [*self.main.find_all("form"), *self.soup.find_all("form")]
        found = [read_form(tag, self.path) for tag in tags]
        for form in found:
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
        tag = page.soup.select_one("input[name=csrf_token]")
        assert tag is not None, f"{page.path} has no form with a CSRF token"
        return str(tag["value"])

    def _read(self, response: TestResponse, path: str, status: int | None) -> ReadPage:
        page = self.answer = ReadPage(response, path)
        if status is not None:
            assert page.status == status, f"{path}: {page.status}, expected {status}\n{_brief(page)}"
        found = header_faults(page)
        if page.is_html and response.data:
            found += faults(page.parsed)
            self.page = page
        assert not found, f"{path} ({page.status}):\n  " + "\n  ".join(found)
        return page


def words(tag: Tag) -> str:
    """The text of a tag as it is read: single spaces, ordinary ones."""
    return " ".join(tag.get_text(" ").replace("\N{NO-BREAK SPACE}", " ").split()).replace(" .", ".").replace(" ,", ",")


def read_form(tag: Tag, page_path: str) -> Form:
    """What a browser would send for this form, no button pressed."""
    fields: list[tuple[str, str]] = []
    names: set[str] = set()
    for control in tag.select("input[name], select[name], textarea[name], button[name]"):
        name, kind = str(control["name"]), str(control.get("type", ""))
        names.add(name)
        if control.name == "textarea":
            fields.append((name, control.get_text().removeprefix("\n")))
        elif control.name == "select":
            options = control.select("option")
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
    signed_in = page.is_html and page.response.data and page.soup.select_one("header .who")
    if signed_in and headers.get("Cache-Control") != "no-store":
        found.append(f"a signed-in page may be kept: Cache-Control {headers.get('Cache-Control')!r}")
    return found


@dataclass(frozen=True)
class Parsed:
    """A document as the HTML standard reads it."""

    soup: BeautifulSoup
    errors: list[str]
    """Where it breaks the standard, by line."""


class _Strict(HTML5TreeBuilder):
    """Beautiful Soup's own way with html5lib, which here tells what html5lib had to mend."""

    errors: list[str]

    def feed(self, markup: str | bytes) -> None:
        parser = html5lib.HTMLParser(tree=self.create_treebuilder)  # type: ignore[arg-type]
        assert self.underlying_builder is not None
        self.underlying_builder.parser = parser
        parser.parse(markup).original_encoding = None
        self.errors = [f"HTML, line {place[0]}: {code} {values or ''}".strip() for place, code, values in parser.errors]
        self.underlying_builder.parser = None


def parse(html: str) -> Parsed:
    """Read a document once, which costs more than anything else that is done with it."""
    builder = _Strict()
    soup = BeautifulSoup(html, builder=builder)
    return Parsed(soup, builder.errors)


def faults(page: Parsed) -> list[str]:
    """Everything on a page that breaks a rule of the house, in words. Empty for a good page.

    Well-formed HTML; language; one h1 and headings in order; title; one main; ids once, and every reference to one
    leads somewhere; every control, group, link, button and picture has a name; forms that send carry a CSRF token;
    nothing inline that the CSP would stop; no value that leaked unfinished.
    """
    found = list(page.errors)
    for check in (_frame, _ids, _controls, _names, _forms, _inline, _leaks):
        found += check(page.soup)
    return found


def _frame(soup: BeautifulSoup) -> Iterator[str]:
    html = soup.html
    if html is None or html.get("lang") not in {"sv", "en"}:
        yield "no lang on <html>"
    if len(soup.find_all("h1")) != 1:
        yield f"{len(soup.find_all('h1'))} h1"
    elif not words(soup.find_all("h1")[0]):
        yield "an empty h1"
    title = words(soup.title) if soup.title else ""
    if not re.fullmatch(r"\S.* – tbblearn", title):
        yield f"title {title!r}"
    if len(soup.find_all("main")) != 1:
        yield f"{len(soup.find_all('main'))} main"
    for name in ("header", "footer"):
        if soup.find(name) is None:
            yield f"no {name}"
    level = 1
    for heading in soup.select("main :is(h1, h2, h3, h4, h5, h6)"):
        here = int(heading.name[1])
        if here > level + 1:
            yield f"heading h{here} after h{level}: {words(heading)!r}"
        level = here


def _ids(soup: BeautifulSoup) -> Iterator[str]:
    ids = [str(tag["id"]) for tag in soup.select("[id]")]
    yield from (f"id {name!r} {ids.count(name)} times" for name in sorted(set(ids)) if ids.count(name) > 1)
    for attribute in ("for", "aria-describedby", "aria-labelledby", "aria-controls", "headers", "list"):
        for tag in soup.select(f"[{attribute}]"):
            value = tag[attribute]
            for name in value.split() if isinstance(value, str) else value:
                if name not in ids:
                    yield f"{attribute}={name!r} on <{tag.name}> leads nowhere"
    for link in soup.select("a[href^='#']"):
        if str(link["href"])[1:] not in ids:
            yield f"link to {link['href']!r} leads nowhere"


def _controls(soup: BeautifulSoup) -> Iterator[str]:
    labelled = {str(label["for"]) for label in soup.select("label[for]") if words(label)}
    for control in soup.select("input, select, textarea"):
        if control.get("type") in {"hidden", "submit", "button"}:
            continue
        named = (
            control.get("id") in labelled
            or control.get("aria-label")
            or control.get("aria-labelledby")
            or control.find_parent("label")
        )
        if not named:
            yield f"no label: {str(control)[:120]}"
        if control.get("type") in {"radio", "checkbox"} and control.find_parent("fieldset") is None:
            group = soup.select(f"input[name='{control.get('name')}']")
            if len(group) > 1:
                yield f"choices without a fieldset: {control.get('name')}"
    for group in soup.find_all("fieldset"):
        legend = group.find("legend")
        if legend is None or not words(legend):
            yield "a fieldset without a legend"


def _names(soup: BeautifulSoup) -> Iterator[str]:
    for tag in soup.select("a[href], button, summary, th, caption"):
        if tag.name == "th" and tag.find_parent("thead") is None and not tag.has_attr("scope"):
            yield f"th without scope: {words(tag)!r}"
        if not words(tag) and not tag.get("aria-label") and not tag.select("img[alt]:not([alt='']), svg[aria-label]"):
            yield f"no words: {str(tag)[:120]}"
    for picture in soup.find_all("img"):
        if not picture.has_attr("alt"):
            yield f"no alt: {picture.get('src')}"
    for drawing in soup.find_all("svg"):
        if drawing.get("aria-hidden") != "true" and not (drawing.get("role") == "img" and drawing.get("aria-label")):
            yield f"a drawing neither hidden nor named: {str(drawing)[:120]}"
    for table in soup.find_all("table"):
        if table.find("th") is None:
            yield "a table without headings"


def _forms(soup: BeautifulSoup) -> Iterator[str]:
    for form in soup.find_all("form"):
        action, method = str(form.get("action", "")), str(form.get("method", "get")).lower()
        token = form.select_one("input[name=csrf_token]")
        if urlsplit(action).netloc:
            yield f"a form leaves the site: {action}"
        if method == "post" and (token is None or not token.get("value")):
            yield f"no CSRF token in the form to {action or 'the page itself'}"
        if method == "get" and token is not None:
            yield f"a CSRF token would stand in the address: {action}"
        if not form.select("button, input[type=submit]"):
            yield f"no button in the form to {action or 'the page itself'}"
        if form.find_parent("form"):
            yield "a form in a form"


def _inline(soup: BeautifulSoup) -> Iterator[str]:
    if soup.find("style") is not None:
        yield "a <style>"
    for script in soup.find_all("script"):
        if not script.get("src") or script.get_text().strip():
            yield "an inline <script>"
    for tag in soup.find_all(True):
        for name, value in tag.attrs.items():
            if name == "style" or name.startswith("on"):
                yield f"{name}= on <{tag.name}>"
            if name in {"href", "src", "action", "formaction"} and str(value).strip().lower().startswith("javascript:"):
                yield f"script in {name} of <{tag.name}>"


def _leaks(soup: BeautifulSoup) -> Iterator[str]:
    pieces = [words(tag) for tag in soup.select("title, body")]
    for tag in soup.find_all(True):
        for name in ("value", "alt", "title", "placeholder", "aria-label", "href", "action", "content"):
            if tag.has_attr(name):
                pieces.append(str(tag[name]))
        pieces += [str(value) for name, value in tag.attrs.items() if name.startswith("data-")]
    for piece in pieces:
        for pattern in LEAKS:
            match = pattern.search(piece)
            if match:
                yield f"leaked {match[0]!r}: ...{piece[max(0, match.start() - 40) : match.end() + 40]}..."


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
