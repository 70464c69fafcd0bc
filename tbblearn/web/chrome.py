"""The header and footer of every page: rendered once for each distinct menu, then filled in for each page (ADR 8).

What is cached holds nothing personal: the name, the CSRF token and the address to return to after a choice of
language or theme are filled in for each page.
"""

from functools import lru_cache
from typing import Any

from flask import Flask
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from tbblearn.web.menu import Item

_NAME, _HERE, _TOKEN = "\x00name\x00", "\x00here\x00", "\x00token\x00"
"""Placeholders. No text holds NUL: every request has it replaced."""


def init_chrome(app: Flask) -> None:
    """Give templates `page_header(name, menu, language, here)` and `page_footer(theme, language, here)`."""

    @lru_cache(maxsize=1024)
    def header(menu: tuple[Item, ...], language: str, *, signed_in: bool) -> str:
        return str(_module("header").header(_NAME if signed_in else None, menu, language, _HERE, _TOKEN))

    @lru_cache(maxsize=16)
    def footer(theme: str, _language: str) -> str:
        return str(_module("footer").footer(theme, _HERE, _TOKEN))

    def _module(component: str) -> Any:
        return app.jinja_env.get_template(f"web/components/{component}.html").module

    def page_header(name: str | None, menu: tuple[Item, ...], language: str, here: str) -> Markup:
        return _filled(header(menu, language, signed_in=name is not None), here, name or "")

    def page_footer(theme: str, language: str, here: str) -> Markup:
        return _filled(footer(theme, language), here)

    app.jinja_env.globals.update(page_header=page_header, page_footer=page_footer)


def _filled(drawn: str, here: str, name: str = "") -> Markup:
    filled = drawn.replace(_TOKEN, escape(generate_csrf())).replace(_HERE, escape(here)).replace(_NAME, escape(name))
    return Markup(filled)  # noqa: S704 - from our own templates, filled in escaped
