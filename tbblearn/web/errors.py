"""Error pages, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import structlog
from flask import Flask, current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import validate_csrf
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response
from wtforms import ValidationError

from tbblearn.databases import is_out_of_reach, kind_of
from tbblearn.web.addresses import own_address, page_path
from tbblearn.web.application import FORM_BYTES, MEGABYTE, SAFE_METHODS
from tbblearn.web.kept import holds_a_password
from tbblearn.web.pages import Page

CSRF_FIELD = "csrf_token"
TOLD_EVERY_SECONDS = 60
"""How often a process logs that the database is out of reach, for each kind of fault."""


class SignInNeeded(Exception):
    """The page requires signing in."""


class NoAccess(Exception):
    """The person is signed in but may not open this page: 403."""


class NotFound(Exception):
    """It does not exist, or this person may not know that it does: 404."""


@dataclass(frozen=True)
class ErrorWords:
    """What happened, what is kept, what to do."""

    title: Any
    text: Any


_WORDS = {
    400: ErrorWords(
        _l("Vi kunde inte läsa det"),
        _l("Något i adressen eller formuläret gick inte att läsa. Gå tillbaka och försök igen."),
    ),
    403: ErrorWords(_l("Du har inte tillgång"), _l("Du har inte tillgång till den här sidan.")),
    404: ErrorWords(_l("Vi hittar inte sidan"), _l("Sidan finns inte, eller så får du inte se den.")),
    405: ErrorWords(
        _l("Sidan går inte att öppna på det sättet"),
        _l("Börja om från startsidan."),
    ),
    409: ErrorWords(
        _l("Någon hann före"),
        _l("Någon hann före. Det du skickade nu är inte sparat. Öppna sidan igen och se hur det ser ut nu."),
    ),
    500: ErrorWords(
        _l("Något gick fel hos oss"),
        _l("Något gick fel hos oss. Det du redan har sparat finns kvar. Försök igen om en stund."),
    ),
    503: ErrorWords(
        _l("Det går inte just nu"),
        _l("Vi kan inte visa sidan just nu. Försök igen om en stund. Det du redan har sparat finns kvar."),
    ),
}


def words(status: int) -> ErrorWords:
    """Words for a status; an unknown one reads as 400 below 500, else as 500."""
    return _too_large() if status == 413 else _WORDS.get(status) or _WORDS[500 if status >= 500 else 400]


def _too_large() -> ErrorWords:
    """Only a page that takes files calls it a file."""
    allowed = request.max_content_length or 0
    mb = allowed // MEGABYTE
    if allowed > FORM_BYTES:
        return ErrorWords(_("Filen är för stor"), _("Filen är för stor. Störst tillåtna storlek är %(mb)s MB.", mb=mb))
    return ErrorWords(
        _("Det du skickade är för stort"),
        _("Det du skickade är för stort och är inte sparat. Störst tillåtna storlek är %(mb)s MB.", mb=mb),
    )


def error_page(
    status: int,
    headers: dict[str, str] | None = None,
    said: ErrorWords | None = None,
    actions: Sequence[tuple[str, str]] = (),
    again: Sequence[tuple[str, str]] | None = None,
) -> Page:
    """The page for an error status, in the words of `said` or else its own.

    `actions` are the ways on, (text, address), the first as a button; without any, the first page. `again` holds the
    fields of a form to be sent to the same address once more.
    """
    said = said or words(status)
    return Page(
        "web/error.html",
        status=status,
        headers=headers or {},
        title=said.title,
        text=said.text,
        code=status,
        home=url_for("home.start"),
        actions=actions,
        again=again,
        own_address=own_address(),
    )


def out_of_reach() -> Page:
    """The database is away, full, read-only or locked: try again, with everything that was typed.

    Passwords and files are not given back, nor anything sent without a valid CSRF token.
    """
    headers = {"Retry-After": "5"}
    if request.method in SAFE_METHODS:
        return error_page(503, headers=headers, actions=[(_("Försök igen"), own_address())])
    title, again = words(503).title, _typed()
    if again is not None:
        text = _(
            "Vi kan inte spara just nu. Vänta en stund och skicka igen: det du skrev finns kvar här. "
            "Det du redan har sparat är inte borta."
        )
        return error_page(503, headers=headers, said=ErrorWords(title, text), again=again)
    text = _(
        "Vi kan inte ta emot det du skickade just nu. Öppna sidan igen om en stund och försök en gång till. "
        "Det du redan har sparat finns kvar."
    )
    page = page_path(request.path, url_for("home.start"))
    return error_page(503, headers=headers, said=ErrorWords(title, text), actions=[(_("Öppna sidan igen"), page)])


def _typed() -> list[tuple[str, str]] | None:
    try:
        fields = [(name, text) for name, text in request.form.items(multi=True) if name != CSRF_FIELD]
        validate_csrf(request.form.get(CSRF_FIELD))
    except (HTTPException, ValidationError):
        return None
    return None if request.files or holds_a_password(current_app, request.path, fields) else fields


class _Teller:
    """Logs that the database is out of reach, once a minute for each kind of fault instead of once a page."""

    def __init__(self) -> None:
        self._said: dict[str, float] = {}

    def tell(self, error: SQLAlchemyError) -> None:
        kind, now = kind_of(error), monotonic()
        if now - self._said.get(kind, -TOLD_EVERY_SECONDS) >= TOLD_EVERY_SECONDS:
            self._said[kind] = now
            structlog.get_logger("tbblearn.database").error("the database is out of reach", kind=kind)


def register_errors(app: Flask) -> None:
    """Turn every error into a page in the reader's language; the details go only to the log."""

    @app.errorhandler(NoAccess)
    def no_access(_error: NoAccess) -> Response:
        return error_page(403).render()

    @app.errorhandler(NotFound)
    def not_found(_error: NotFound) -> Response:
        return error_page(404).render()

    @app.errorhandler(StaleDataError)
    def stale(_error: StaleDataError) -> Response:
        return error_page(409).render()

    teller = _Teller()

    @app.errorhandler(SQLAlchemyError)
    def database(error: SQLAlchemyError) -> Response:
        if not is_out_of_reach(error):
            return unexpected(error)
        teller.tell(error)
        return out_of_reach().render()

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        if error.code is not None and error.code < 400:
            return error.get_response(request.environ)
        headers = {}
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return error_page(error.code or 500, headers=headers).render()

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        app.logger.exception("unexpected", exc_info=error)
        if app.testing or app.debug:
            raise error
        return error_page(500).render()
