"""A form that came too late, in words: what was filled in is shown before it is sent after all.

Fields and choices are named by the labels of the form's class. A view with dynamic fields describes them itself
(`told_by`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from flask import Flask
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from wtforms import BooleanField, DateField, HiddenField, PasswordField
from wtforms.fields.core import UnboundField

from tbblearn.web.forms import PageForm
from tbblearn.web.language import day

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Told:
    """One field: its label, and what was filled in or chosen; no texts if it was left empty."""

    label: str
    texts: tuple[str, ...]


Teller = Callable[[Mapping[str, Any], "MultiDict[str, str]"], "list[Told] | None"]
"""Takes the address's values and the fields; returns None to leave it to the form's class."""


def told_by(teller: Teller) -> Callable[[View], View]:
    """Mark a view whose fields `teller` describes. Goes outermost, just under the route."""

    def mark(view: View) -> View:
        view.told_by = teller  # type: ignore[attr-defined]
        return view

    return mark


def in_words(app: Flask, path: str, fields: Sequence[tuple[str, str]]) -> list[Told]:
    """What was filled in, field by field as on the page; empty if no field is visible."""
    endpoint, values = _route(app, path)
    sent: MultiDict[str, str] = MultiDict(fields)
    teller: Teller | None = getattr(app.view_functions.get(endpoint), "told_by", None)
    found = teller(values, sent) if teller else None
    return found if found is not None else told(_form_of(app, endpoint, set(sent)), sent)


def may_be_kept(app: Flask, path: str, fields: Sequence[tuple[str, str]]) -> bool:
    """True if something visible was filled in, and no password."""
    endpoint, _values = _route(app, path)
    form = _form_of(app, endpoint, {name for name, _ in fields})
    known = _fields_of(form) if form else {}
    return not holds_a_password(app, path, fields) and any(not _is_hidden(known.get(name)) for name, _ in fields)


def holds_a_password(app: Flask, path: str, fields: Sequence[tuple[str, str]]) -> bool:
    """True if a field is for a password, by name or type: it must never appear on a page again."""
    endpoint, _values = _route(app, path)
    form = _form_of(app, endpoint, {name for name, _ in fields})
    known = _fields_of(form) if form else {}
    return any(
        "password" in name.lower() or (name in known and issubclass(known[name].field_class, PasswordField))
        for name, _ in fields
    )


def _route(app: Flask, path: str) -> tuple[str, Mapping[str, Any]]:
    try:
        endpoint, values = app.url_map.bind("").match(unquote(urlsplit(path).path), method="POST")
    except HTTPException:
        return "", {}
    return str(endpoint), values


def told(
    form: type[PageForm] | None, sent: "MultiDict[str, str]", chosen: Mapping[str, Mapping[str, str]] | None = None
) -> list[Told]:
    """The visible fields, by the form's labels; a field it does not know, by its submitted name.

    `chosen` holds labels of choices, by field, that the form lacks.
    """
    known = _fields_of(form) if form else {}
    words = chosen or {}
    found = []
    for name in [*(name for name in known if name in sent), *(name for name in sent if name not in known)]:
        field = known.get(name)
        if not _is_hidden(field):
            texts = tuple(
                words.get(name, {}).get(text) or _in_words(form, field, name, text)
                for text in sent.getlist(name)
                if text.strip()
            )
            found.append(Told(_label(field, name), texts))
    return found


def _form_of(app: Flask, endpoint: str, names: set[str]) -> type[PageForm] | None:
    """The form of the endpoint's own room that knows most of these fields, and fewest others; None where none does."""
    view = app.view_functions.get(endpoint)
    room = ".".join((getattr(view, "__module__", "") or "").split(".")[:2]) + "."

    def fit(form: type[PageForm]) -> tuple[int, int]:
        known = set(_fields_of(form))
        return len(known & names), -len(known - names)

    found = [form for form in _all_forms(PageForm) if form.__module__.startswith(room)]
    best = max(found, key=fit, default=None)
    return best if best is not None and fit(best)[0] else None


def _all_forms(form: type[PageForm]) -> Iterator[type[PageForm]]:
    for one in form.__subclasses__():
        yield one
        yield from _all_forms(one)


def _fields_of(form: type[PageForm]) -> dict[str, Any]:
    """The fields by name, in the order of the page."""
    found = {name: getattr(form, name) for name in dir(form) if not name.startswith("_")}
    fields = {name: field for name, field in found.items() if isinstance(field, UnboundField)}
    return dict(sorted(fields.items(), key=lambda one: one[1].creation_counter))


def _is_hidden(field: Any) -> bool:
    if field is None:
        return False
    widget = field.kwargs.get("widget")
    return issubclass(field.field_class, HiddenField) or getattr(widget, "input_type", "") == "hidden"


def _label(field: Any, name: str) -> str:
    label = None if field is None else field.kwargs.get("label", field.args[0] if field.args else None)
    return str(label) if label else name


def _in_words(form: type[PageForm] | None, field: Any, name: str, text: str) -> str:
    """A choice by its label, a date written out, anything else as it was typed."""
    if form is None or field is None:
        return text
    label = form.choice_words(name).get(text)
    if label is not None:
        return str(label)
    if issubclass(field.field_class, DateField):
        try:
            return day(date.fromisoformat(text))
        except ValueError:
            return text
    return _("Ja") if issubclass(field.field_class, BooleanField) else text
