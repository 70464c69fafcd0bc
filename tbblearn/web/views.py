"""Pages that belong to no feature: language and theme, the footer's links, health."""

from blinker import Namespace
from flask import Blueprint, Flask, Response, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from tbblearn.db import db
from tbblearn.sqlite import version_note
from tbblearn.web.addresses import page_path
from tbblearn.web.language import COOKIE, LANGUAGES
from tbblearn.web.pages import Page
from tbblearn.web.requests.guard_check import public
from tbblearn.web.requests.health import why_not_ready

blueprint = Blueprint("web", __name__, template_folder="templates")
THEMES = ("", "light", "dark")
THEME_COOKIE = "theme"
YEAR_SECONDS = 365 * 24 * 3600

language_chosen = Namespace().signal("language-chosen")
"""Sent with `language=` when a visitor switches language; `access` remembers it for the person."""


def _back() -> BaseResponse:
    return redirect(page_path(request.form.get("next"), url_for("home.start")), 303)


def remember(response: BaseResponse, cookie: str, value: str) -> BaseResponse:
    """Set a cookie with a choice of appearance, nothing personal, for a year."""
    response.set_cookie(
        cookie,
        value,
        max_age=YEAR_SECONDS,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


@blueprint.post("/sprak")
@public
def language() -> BaseResponse:
    """Switch language and return to the same page."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        return _back()
    language_chosen.send(language=chosen)
    return remember(_back(), COOKIE, chosen)


@blueprint.post("/utseende")
@public
def theme() -> BaseResponse:
    """Light, dark, or whatever the device prefers (empty)."""
    chosen = request.form.get("theme", "")
    return remember(_back(), THEME_COOKIE, chosen if chosen in THEMES else "")


@blueprint.get("/om")
@public
def about() -> Page:
    """What tbblearn is."""
    return Page("web/about.html")


@blueprint.get("/sa-skyddar-vi-dina-uppgifter")
@public
def privacy() -> Page:
    """What is kept about whom, and who sees it."""
    return Page("web/privacy.html")


@blueprint.get("/tillganglighet")
@public
def accessibility() -> Page:
    """How accessible the site is, and whom to tell when it is not."""
    return Page("web/accessibility.html")


@blueprint.get("/kontakt")
@public
def contact() -> Page:
    """Whom to ask."""
    return Page("web/contact.html", contact=current_app.config["TBBLEARN"].contact)


@blueprint.get("/favicon.ico")
@public
def favicon() -> BaseResponse:
    """Browsers ask for it on their own."""
    return redirect(current_app.jinja_env.globals["static_url"]("favicon.svg"), 301)  # type: ignore[operator]


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@public
def readyz() -> Response:
    """Ready when the database answers, has a schema this code works with, and takes changes; names the SQLite."""
    why = why_not_ready()
    note = f"{version_note()}\n" if db.engine.dialect.name == "sqlite" and not why else ""
    return Response(f"{why or 'ready'}\n{note}", 503 if why else 200, mimetype="text/plain")


def init_appearance(app: Flask) -> None:
    """Read the theme cookie once a request."""

    @app.before_request
    def read() -> None:
        chosen = request.cookies.get(THEME_COOKIE, "")
        g.theme = chosen if chosen in THEMES else ""
