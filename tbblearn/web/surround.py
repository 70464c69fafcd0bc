"""The header and the footer of every page: drawn once for all whose are alike, and filled in for each page.

They took half the time that rendering a question took. From page to page only two things differ in them: the CSRF
token, and the address that a choice of language or look comes back to.
"""

from functools import lru_cache
from typing import Any

from flask import Flask, request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from tbblearn.web.menu import Item

MOST_KEPT = 4096
"""Headers and footers kept in one process; about 3 kB each."""
_HERE, _TOKEN = "\x00here\x00", "\x00token\x00"
"""Where the two are filled in. No name and no word holds the character NUL: it is refused everywhere."""


def init_surround(app: Flask) -> None:
    """Give templates `page_header(name, menu, language, here)` and `page_footer(theme, language, here)`."""

    @lru_cache(maxsize=MOST_KEPT)
    def header(name: str | None, menu: tuple[Item, ...], language: str, _mounted_at: str) -> str:
        return str(_module("header").header(name, menu, language, _HERE, _TOKEN))

    @lru_cache(maxsize=MOST_KEPT)
    def footer(theme: str, _language: str, _mounted_at: str) -> str:
        return str(_module("footer").footer(theme, _HERE, _TOKEN))

    def _module(component: str) -> Any:
        return app.jinja_env.get_template(f"web/components/{component}.html").module

    def page_header(name: str | None, menu: tuple[Item, ...], language: str, here: str) -> Markup:
        return _filled(header(name, menu, language, request.script_root), here)

    def page_footer(theme: str, language: str, here: str) -> Markup:
        return _filled(footer(theme, language, request.script_root), here)

    app.jinja_env.globals.update(page_header=page_header, page_footer=page_footer)


def _filled(drawn: str, here: str) -> Markup:
    return Markup(drawn.replace(_HERE, escape(here)).replace(_TOKEN, escape(generate_csrf())))  # noqa: S704 - ours
