"""Who is signed in, looked up once at the start of each request."""

from contextlib import nullcontext
from datetime import datetime, timedelta

from flask import Flask, current_app, g, request, url_for
from flask_babel import gettext as _
from flask_login import LoginManager
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from tbblearn.access import actions, queries
from tbblearn.access.asking import ask_again, page_before, stale_sign_in_page
from tbblearn.access.rules import SessionTimes
from tbblearn.config import Settings
from tbblearn.databases import is_out_of_reach
from tbblearn.db import end_read, read_only, side_record, utc_now
from tbblearn.people.actions import choose_language
from tbblearn.people.guards import signed_in_person
from tbblearn.people.rules import Language, Principal
from tbblearn.sqlite import READ_WAIT_MS
from tbblearn.web.addresses import own_address
from tbblearn.web.application import SAFE_METHODS
from tbblearn.web.errors import ErrorWords, SignInNeeded, error_page
from tbblearn.web.requests.guard_check import guard_of
from tbblearn.web.views import language_chosen

WITHOUT_PERSON = frozenset({"web.healthz", "web.readyz"})
"""Endpoints that answer whatever the state of the database."""


def session_times(settings: Settings) -> SessionTimes:
    """How long a session lives, as the settings say."""
    return SessionTimes(timedelta(minutes=settings.idle_minutes), timedelta(hours=settings.session_hours))


def init_sessions(app: Flask, settings: Settings) -> None:
    """Let Flask-Login use our own session table, and answer requests that need signing in."""
    manager = LoginManager(app)
    manager.session_protection = None
    times = session_times(settings)

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(token: str) -> Principal | None:
        if request.endpoint in WITHOUT_PERSON or g.get("person_not_found_out"):
            return None
        # Until this has succeeded: the error page for a fault here must not look the person up, and fail, again.
        g.person_not_found_out = True
        now = utc_now()
        read_on = request.endpoint is not None and request.method in SAFE_METHODS
        with nullcontext() if read_on else read_only():  # a view that reads continues on the same connection
            live = queries.live_session(token, times, now, prolongs=not _quiet())
        if live is not None and times.needs_touch(live.seen_at, now) and not _quiet():
            end_read()  # hold no read open while waiting to write
            _touch(live.id, now)
        g.person_not_found_out = False
        return live.principal if live else None

    @app.before_request
    def find_person() -> Response | None:
        """Load the person before any view opens its transaction; keep a form whose session has ended."""
        if request.endpoint is None or request.endpoint in WITHOUT_PERSON:
            return None
        person = signed_in_person()
        if person is not None:
            g.language = person.language.value
        elif request.method not in SAFE_METHODS and guard_of(app, request.endpoint) != "public":
            return ask_again().render()
        return None

    @app.errorhandler(SignInNeeded)
    def ask(_error: SignInNeeded) -> Response:
        return app.redirect(url_for("access.sign_in", next=own_address()), 303)

    @app.errorhandler(CSRFError)
    def stale(_error: CSRFError) -> Response:
        """The form's page is older than the last sign-in or sign-out here: do nothing, and say so."""
        if request.endpoint == "access.sign_in_now":
            return stale_sign_in_page().render()
        return error_page(
            400,
            said=ErrorWords(
                _("Sidan hade stått öppen för länge"),
                _(
                    "Det du skickade nu är inte sparat. Det du har sparat tidigare finns kvar. "
                    "Öppna sidan igen och försök en gång till."
                ),
            ),
            actions=[(_("Öppna sidan igen"), page_before() or url_for("home.start"))],
        ).render()


@language_chosen.connect
def remember_language(_sender: object, language: str) -> None:
    """Keep the language that a signed-in person chooses in the header, for mail too."""
    person = signed_in_person()
    if person is not None:
        choose_language(person.person_id, Language(language))


def _touch(session_id: int, now: datetime) -> None:
    """Note that the session was used. A database out of reach for writing does not stop the page."""
    try:
        with side_record(READ_WAIT_MS) as records:
            actions.touch(records, session_id, now)
    except SQLAlchemyError as error:
        if not is_out_of_reach(error):
            raise


def _quiet() -> bool:
    """True on survey pages: they leave no trace of when anyone was there (docs/rules/surveys.md)."""
    return bool(getattr(current_app.blueprints.get(request.blueprint or ""), "quiet", False))
