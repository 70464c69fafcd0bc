"""The page's language, and how it writes dates and numbers.

The language is the signed-in person's; before signing in, the cookie's; else Swedish. Words live in `translations/`,
keyed by the Swedish sentence; teaching texts live in `courses/`. A date is "31 mars 2027", a time "kl. 14.30", a
number "1 234", a share "91 %", with non-breaking spaces.
"""

from datetime import date, datetime
from functools import cache

from babel import Locale
from babel.dates import format_date
from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from tbblearn.db import STOCKHOLM, stockholm_date

LANGUAGES = {"sv": "Svenska", "en": "English"}
DEFAULT = "sv"
COOKIE = "lang"
NBSP = "\N{NO-BREAK SPACE}"

_LOCALES = {language: Locale(language) for language in LANGUAGES}


def page_language() -> str:
    """'sv' or 'en'."""
    locale = get_locale()
    return str(locale.language) if locale else DEFAULT


@cache
def _words(app: Flask, language: str) -> NullTranslations:
    """The catalogue, read once."""
    return Translations.load(app.config["BABEL_TRANSLATION_DIRECTORIES"], [language])


def _choose() -> Locale:
    chosen = g.get("language") or (request.cookies.get(COOKIE, "") if has_request_context() else "")
    return _LOCALES[chosen if chosen in LANGUAGES else DEFAULT]


def day(value: date | datetime | None) -> str:
    """31 mars 2027 or 31 March 2027; empty for None."""
    if value is None:
        return ""
    on = stockholm_date(value) if isinstance(value, datetime) else value
    return format_date(on, f"d{NBSP}MMMM{NBSP}y", _LOCALES[page_language()])


def month(value: date) -> str:
    """March 2027, or mars 2027."""
    return format_date(value, f"MMMM{NBSP}y", _LOCALES[page_language()])


def clock(value: datetime) -> str:
    """Kl. 14.30, or 14:30."""
    local = value.astimezone(STOCKHOLM)
    if page_language() == "en":
        return f"{local:%H:%M}"
    return f"kl.{NBSP}{local:%H.%M}"


def number(value: int | float, decimals: int = 0) -> str:
    """1 234 or 3,8 in Swedish; 1,234 or 3.8 in English."""
    text = f"{value:,.{decimals}f}"
    if page_language() == "en":
        return text
    return text.replace(",", NBSP).replace(".", ",")


def percent(part: int, whole: int) -> str:
    """91 % (Swedish) or 91% (English), rounded half up; a page never shows it without its denominator."""
    if whole <= 0:
        return ""
    share = (200 * part + whole) // (2 * whole)
    return f"{share}%" if page_language() == "en" else f"{share}{NBSP}%"


def of_whole(part: int, whole: int) -> str:
    """29 av 31 (94 %): every percentage with its denominator."""
    if whole <= 0:
        return _("%(part)s av %(whole)s", part=number(part), whole=number(whole))
    return _("%(part)s av %(whole)s (%(pct)s)", part=number(part), whole=number(whole), pct=percent(part, whole))


def init_language(app: Flask) -> None:
    """Set up Flask-Babel and the filters."""
    # A Locale saves parsing its name on every page.
    Babel(app, locale_selector=_choose, default_timezone="Europe/Stockholm")  # type: ignore[arg-type]

    def say(text: str, **values: object) -> Markup:
        """An interface sentence in the page's language; values are escaped."""
        said = Markup(_words(app, page_language()).ugettext(text))  # noqa: S704 - the catalogue is ours
        return said % values

    def say_many(one: str, many: str, num: int, **values: object) -> Markup:
        said = Markup(_words(app, page_language()).ungettext(one, many, num))  # noqa: S704 - the catalogue is ours
        return said % ({"num": number(num)} | values)

    app.jinja_env.globals.update(_=say, gettext=say, ngettext=say_many)
    app.jinja_env.filters.update(day=day, month=month, clock=clock, number=number)
    app.jinja_env.globals.update(percent=percent, of_whole=of_whole)
