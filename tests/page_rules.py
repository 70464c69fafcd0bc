"""The house rules that every page must follow, and checking a page against them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
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
    yield from (f"min or max of a text: {one}" for one in soup.select("input[type=text]:is([min], [max])"))
    for select in soup.select("select[required]:not([multiple])"):
        first = select.find("option")
        if first is not None and first.get("value") != "":
            yield f"required, with a choice that is made from the start: {select.get('name')}"
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
        if form.select("[autocomplete=new-password]") and not form.select("[autocomplete=username]:not([value=''])"):
            yield f"a password is chosen, and it is not said whose: {action or 'the page itself'}"
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
