"""The house rules that every page must follow, and checking a page against them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from urllib.parse import urlsplit

import html5lib
from bs4 import BeautifulSoup, Tag
from bs4.builder._html5lib import HTML5TreeBuilder

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


def words(tag: Tag) -> str:
    """The text of a tag as it is read: single spaces, ordinary ones."""
    return " ".join(tag.get_text(" ").replace("\N{NO-BREAK SPACE}", " ").split()).replace(" .", ".").replace(" ,", ",")


@dataclass(frozen=True)
class Parsed:
    """A document as the HTML standard reads it."""

    soup: BeautifulSoup
    errors: list[str]
    """Where it breaks the standard, by line."""

    @cached_property
    def tags(self) -> list[Tag]:
        """Every tag in the order of the document: a CSS selector walks the whole page, a rule may walk this."""
        return [one for one in self.soup.descendants if isinstance(one, Tag)]

    def named(self, *names: str) -> list[Tag]:
        """The tags of these names."""
        return [tag for tag in self.tags if tag.name in names]

    def having(self, attribute: str) -> list[Tag]:
        """The tags with this attribute, empty or not."""
        return [tag for tag in self.tags if attribute in tag.attrs]

    @cached_property
    def is_signed_in(self) -> bool:
        """Whether the page's header says who is signed in."""
        return any("who" in tag["class"] and tag.find_parent("header") for tag in self.having("class"))


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


TOKEN = re.compile(r'(<input[^>]* name="csrf_token"[^>]* value=")([^"]+)')
"""Up to a form's CSRF token, and the token."""
_judged: dict[bytes, "Judged"] = {}


@dataclass(frozen=True)
class Judged:
    """What is wrong with a page, and whether it says who is signed in."""

    faults: tuple[str, ...]
    signed_in: bool


def judge(html: str, parsed: Callable[[], Parsed]) -> Judged:
    """The faults of a page. What differs in tokens only is judged once: each test reads it on two databases."""
    key = sha256(TOKEN.sub(r"\1token", html).encode()).digest()
    if key not in _judged:
        page = parsed()
        _judged[key] = Judged(tuple(faults(page)), page.is_signed_in)
    return _judged[key]


def faults(page: Parsed) -> list[str]:
    """Everything on a page that breaks a rule of the house, in words. Empty for a good page.

    Well-formed HTML; language; one h1 and headings in order; title; one main; ids once, and every reference to one
    leads somewhere; every control, group, link, button and picture has a name; forms that send carry a CSRF token;
    nothing inline that the CSP would stop; no value that leaked unfinished.
    """
    found = list(page.errors)
    for check in (_frame, _ids, _controls, _choices, _names, _forms, _inline, _leaks):
        found += check(page)
    return found


def _frame(page: Parsed) -> Iterator[str]:
    html, headings = page.soup.html, page.named("h1")
    if html is None or html.get("lang") not in {"sv", "en"}:
        yield "no lang on <html>"
    if len(headings) != 1:
        yield f"{len(headings)} h1"
    elif not words(headings[0]):
        yield "an empty h1"
    title = words(page.soup.title) if page.soup.title else ""
    if not re.fullmatch(r"\S.* – tbblearn", title):
        yield f"title {title!r}"
    if len(page.named("main")) != 1:
        yield f"{len(page.named('main'))} main"
    for name in ("header", "footer"):
        if not page.named(name):
            yield f"no {name}"
    level = 1
    for heading in page.named("h1", "h2", "h3", "h4", "h5", "h6"):
        if heading.find_parent("main") is None:
            continue
        here = int(heading.name[1])
        if here > level + 1:
            yield f"heading h{here} after h{level}: {words(heading)!r}"
        level = here


def _ids(page: Parsed) -> Iterator[str]:
    ids = Counter(str(tag["id"]) for tag in page.having("id"))
    yield from (f"id {name!r} {ids[name]} times" for name in sorted(ids) if ids[name] > 1)
    for attribute in ("for", "aria-describedby", "aria-labelledby", "aria-controls", "headers", "list"):
        for tag in page.having(attribute):
            value = tag[attribute]
            for name in value.split() if isinstance(value, str) else value:
                if name not in ids:
                    yield f"{attribute}={name!r} on <{tag.name}> leads nowhere"
    for link in page.named("a"):
        if str(link.get("href", "")).startswith("#") and str(link["href"])[1:] not in ids:
            yield f"link to {link['href']!r} leads nowhere"


def _controls(page: Parsed) -> Iterator[str]:
    labelled = {str(label["for"]) for label in page.named("label") if label.has_attr("for") and words(label)}
    for control in page.named("input", "select", "textarea"):
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
            group = [one for one in page.named("input") if one.get("name") == control.get("name")]
            if len(group) > 1:
                yield f"choices without a fieldset: {control.get('name')}"


def _choices(page: Parsed) -> Iterator[str]:
    for one in page.named("input"):
        if one.get("type") == "text" and (one.has_attr("min") or one.has_attr("max")):
            yield f"min or max of a text: {one}"
    for select in page.named("select"):
        if not select.has_attr("required") or select.has_attr("multiple"):
            continue
        first = select.find("option")
        if first is not None and first.get("value") != "":
            yield f"required, with a choice that is made from the start: {select.get('name')}"
    for group in page.named("fieldset"):
        legend = group.legend
        if legend is None or not words(legend):
            yield "a fieldset without a legend"


def _names(page: Parsed) -> Iterator[str]:
    for tag in page.named("a", "button", "summary", "th", "caption"):
        if tag.name == "a" and not tag.has_attr("href"):
            continue
        if tag.name == "th" and tag.find_parent("thead") is None and not tag.has_attr("scope"):
            yield f"th without scope: {words(tag)!r}"
        if not words(tag) and not tag.get("aria-label") and not tag.select("img[alt]:not([alt='']), svg[aria-label]"):
            yield f"no words: {str(tag)[:120]}"
    for picture in page.named("img"):
        if not picture.has_attr("alt"):
            yield f"no alt: {picture.get('src')}"
    for drawing in page.named("svg"):
        if drawing.get("aria-hidden") != "true" and not (drawing.get("role") == "img" and drawing.get("aria-label")):
            yield f"a drawing neither hidden nor named: {str(drawing)[:120]}"
    for table in page.named("table"):
        if table.find("th") is None:
            yield "a table without headings"


def _forms(page: Parsed) -> Iterator[str]:
    for form in page.named("form"):
        action, method = str(form.get("action", "")), str(form.get("method", "get")).lower()
        token = form.select_one("input[name=csrf_token]")
        if urlsplit(action).netloc:
            yield f"a form leaves the site: {action}"
        if method == "post" and (token is None or not token.get("value")):
            yield f"no CSRF token in the form to {action or 'the page itself'}"
        if method == "get" and token is not None:
            yield f"a CSRF token would stand in the address: {action}"
        if form.select("[autocomplete=new-password]") and not form.select("[autocomplete=username]:not([value=''])"):
            yield f"a password is chosen, and it is not said whose: {action or 'the page itself'}"
        if not form.select("button, input[type=submit]"):
            yield f"no button in the form to {action or 'the page itself'}"
        if form.find_parent("form"):
            yield "a form in a form"


def _inline(page: Parsed) -> Iterator[str]:
    if page.named("style"):
        yield "a <style>"
    for script in page.named("script"):
        if not script.get("src") or script.get_text().strip():
            yield "an inline <script>"
    for tag in page.tags:
        for name, value in tag.attrs.items():
            if name == "style" or name.startswith("on"):
                yield f"{name}= on <{tag.name}>"
            if name in {"href", "src", "action", "formaction"} and str(value).strip().lower().startswith("javascript:"):
                yield f"script in {name} of <{tag.name}>"


def _leaks(page: Parsed) -> Iterator[str]:
    pieces = [words(tag) for tag in page.named("title", "body")]
    for tag in page.tags:
        for name in ("value", "alt", "title", "placeholder", "aria-label", "href", "action", "content"):
            if tag.has_attr(name):
                pieces.append(str(tag[name]))
        pieces += [str(value) for name, value in tag.attrs.items() if name.startswith("data-")]
    for piece in pieces:
        for pattern in LEAKS:
            match = pattern.search(piece)
            if match:
                yield f"leaked {match[0]!r}: ...{piece[max(0, match.start() - 40) : match.end() + 40]}..."
