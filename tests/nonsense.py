"""Nonsense input, sent as a browser or a program would: in place of one field of a filled-in form."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote_plus, urljoin

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tbblearn.web.application import UNREADABLE
from tests.reading import read_form

ALL_TEXT = frozenset({"text", "email", "date", "whole", "password", "textarea"})
CHOSEN = frozenset({"radio", "checkbox", "select"})
"""Kinds of fields. `whole` is a text for a whole number."""


@dataclass(frozen=True)
class Nonsense:
    """What is typed: `raw` as it is sent, `shown` as a page can show it. In fields of some kinds it can be meant."""

    raw: str
    shown: str
    meant_in: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return self.raw[:20]


def _typed(text: str) -> Nonsense:
    return Nonsense(quote_plus(text), text, ALL_TEXT - {"date", "whole"})


NONSENSE = (
    Nonsense("a%00b", f"a{UNREADABLE}b"),
    Nonsense("a%ED%A0%80b", f"a{UNREADABLE * 3}b"),
    Nonsense("a\xed\xa0\x80b", f"a{UNREADABLE * 3}b"),
    Nonsense("a\xe5b", f"a{UNREADABLE}b"),
    *(_typed(text) for text in ("20 maj", "2027-02-30", "tio", "10,5", "1_0", "٣", "-1", str(10**30))),
    *(_typed(text) for text in ("<b>&\"'", "\N{RIGHT-TO-LEFT OVERRIDE}\ufeff x", "å" * 3_000)),
)


FORGED = tuple(one for one in NONSENSE if one.raw in {"a%00b", "a%ED%A0%80b", "tio", str(10**30)})
"""What is tried where nothing can be typed, as some program would."""


@dataclass(frozen=True)
class Field:
    """A field that somebody can fill in, or that the page fills in (`hidden`)."""

    name: str
    kind: str


@dataclass(frozen=True)
class Filled:
    """A form of a page, filled in so that it might be taken."""

    page: str
    action: str
    method: str
    fields: tuple[Field, ...]
    values: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        return f"{self.method} {self.action} {sorted({field.name for field in self.fields})}"

    def others(self, name: str) -> list[tuple[str, str]]:
        """The values of all other fields."""
        return [(field, value) for field, value in self.values if field != name]

    def kind(self, name: str) -> str:
        return next((field.kind for field in self.fields if field.name == name), "hidden")


def forms_in(page: str, body: str) -> Iterator[Filled]:
    """The forms in <main> that something can be typed or chosen in, or that hold hidden fields."""
    at = body.find("<main")
    if at < 0 or "<form" not in body[at : body.find("</main>")]:
        return
    for tag in BeautifulSoup(body[at : body.find("</main>")], "html.parser").find_all("form"):
        form = read_form(tag, page)
        kinds: dict[str, str] = {}
        values = MultiDict(pair for pair in form.fields if pair[0] != "csrf_token")
        for control in tag.select("input[name], select[name], textarea[name]"):
            name, kind = str(control["name"]), _kind(control)
            if name == "csrf_token":
                continue
            kinds.setdefault(name, kind)
            if kind != "hidden" and not values.get(name):
                values.poplist(name)
                for value in _filling(control, kind, name):
                    values.add(name, value)
        fields = tuple(Field(name, kind) for name, kind in kinds.items())
        yield Filled(page, urljoin(page, form.action), form.method, fields, tuple(values.items(multi=True)))


def _kind(control: Tag) -> str:
    if control.name != "input":
        return str(control.name)
    if control.get("inputmode") == "numeric":
        return "whole"
    return str(control.get("type", "text"))


_FILLINGS = {
    "email": "medarbetare104@example.org",
    "password": "fyra ord som ingen annan har",
    "file": "",
    "whole": "10",
}


def _filling(control: Tag, kind: str, name: str) -> list[str]:
    """Something that might be taken."""
    if kind == "date":
        return ["2027-11-19" if name in {"until_on", "closes_on"} else "2026-11-20"]
    if kind == "select":
        return [str(control.select("option")[-1].get("value"))]
    if kind in {"radio", "checkbox"}:
        return [str(control.get("value", "on"))]
    return [_FILLINGS.get(kind, "Ord")]


def type_in(client: FlaskClient, form: Filled, name: str, nonsense: Nonsense) -> TestResponse:
    """Send the form with this in one field, as a browser writes it in one line."""
    pairs = [f"{quote_plus(field)}={quote_plus(value)}" for field, value in form.others(name)]
    line = "&".join([*pairs, f"{quote_plus(name)}={nonsense.raw}"]).encode("latin-1")
    if form.method == "get":
        return client.get(form.action.partition("#")[0] + "?" + line.decode("latin-1"))
    return client.post(form.action, data=line, content_type="application/x-www-form-urlencoded")


def send_twice(client: FlaskClient, form: Filled, name: str) -> TestResponse:
    """Send the form with two values for one field."""
    return client.post(form.action, data=MultiDict([*form.others(name), (name, "tio"), (name, "10")]))


def send_a_file(client: FlaskClient, form: Filled, name: str) -> TestResponse:
    """Send the form with a file for one field."""
    values = MultiDict(form.others(name))
    return client.post(form.action, data={**values.to_dict(flat=False), name: (io.BytesIO(b"tio"), "tio.txt")})
