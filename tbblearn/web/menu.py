"""The menu. Each feature adds its items."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, request, url_for

from tbblearn.web.language import page_language

Visible = Callable[[Any], bool]


@dataclass(frozen=True)
class Item:
    """An item as the header shows it."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Entry:
    """A place in the menu. `label` is lazily translated; `visible` gets the principal."""

    order: int
    endpoint: str
    label: Any
    visible: Visible
    sections: frozenset[str]
    """Blueprints and single endpoints whose pages belong under this entry."""
    items: dict[tuple[str, bool], Item] = field(default_factory=dict)
    """Items made so far, by language and whether current."""

    def item(self, language: str, *, current: bool) -> Item:
        """The item to show, made once: every page shows it."""
        if (language, current) not in self.items:
            self.items[language, current] = Item(str(self.label), url_for(self.endpoint), current)
        return self.items[language, current]


def add_to_menu(
    app: Flask, order: int, endpoint: str, label: Any, visible: Visible, *, also: Iterable[str] = ()
) -> None:
    """Called by `create_app`; `endpoint` takes no arguments. The entry is current on pages of its blueprint and of
    those in `also`; if several match, the one that names the page itself, else the first.
    """
    entries: list[Entry] = app.extensions.setdefault("tbblearn_menu", [])
    entries.append(Entry(order, endpoint, label, visible, frozenset({endpoint.partition(".")[0], *also})))
    entries.sort(key=lambda entry: entry.order)


def first_page(app: Flask, principal: Any) -> str:
    """Where a person starts after signing in: the first item of their menu."""
    entries: list[Entry] = app.extensions["tbblearn_menu"]
    return url_for(next(entry.endpoint for entry in entries if entry.visible(principal)))


def menu_for(app: Flask, principal: Any) -> tuple[Item, ...]:
    """The items this person sees; empty if nobody is signed in."""
    if principal is None:
        return ()
    language = page_language()
    endpoint = request.endpoint or ""
    section = endpoint.partition(".")[0]
    shown: list[Entry] = [entry for entry in app.extensions.get("tbblearn_menu", []) if entry.visible(principal)]
    own = [entry for entry in shown if endpoint == entry.endpoint or endpoint in entry.sections]
    current = next(iter([*own, *(entry for entry in shown if section in entry.sections)]), None)
    return tuple(entry.item(language, current=entry is current) for entry in shown)
