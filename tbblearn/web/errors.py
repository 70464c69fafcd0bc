"""Errors that become a page of their own, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

import structlog
from flask import Flask, current_app, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import validate_csrf
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response
from wtforms import ValidationError

from tbblearn.databases import is_out_of_reach, kind_of
from tbblearn.web.addresses import own_address, page_path
from tbblearn.web.application import SAFE_METHODS
from tbblearn.web.kept import holds_a_password
from tbblearn.web.pages import Page
from tbblearn.web.requests.limits import FORM_BYTES, MEGABYTE

CSRF_FIELD = "csrf_token"
TOLD_EVERY_SECONDS = 60
"""How often a process says that the database is out of reach, of each kind of fault."""


class SignInNeeded(Exception):
    """The page needs somebody who is signed in."""


class NoAccess(Exception):
    """The person is signed in and may not open this page: 403."""


class NotFound(Exception):
    """It does not exist, or this person may not know that it does: 404 either way."""


@dataclass(frozen=True)
class ErrorWords:
    """What an error page says: what happened, what is kept, what to do."""

    title: str
    text: str


def words(status: int) -> ErrorWords:
    """Words for a status; an unknown one below 500 reads as 400, above as 500."""
    if status == 400:
        return ErrorWords(
            _("Vi kunde inte läsa det"),
            _("Något i adressen eller formuläret gick inte att läsa. Gå tillbaka och försök igen."),
        )
    if status == 403:
        return ErrorWords(_("Du har inte tillgång"), _("Du har inte tillgång till den här sidan."))
    if status == 404:
        return ErrorWords(_("Vi hittar inte sidan"), _("Sidan finns inte, eller så får du inte se den."))
    if status == 405:
        return ErrorWords(
            _("Sidan går inte att öppna så"),
            _("Sidan går inte att öppna på det sättet. Börja om från startsidan."),
        )
    if status == 409:
        return ErrorWords(
            _("Någon hann före"),
            _("Någon hann före. Det du skickade nu är inte sparat. Öppna sidan igen och se hur det ser ut nu."),
        )
    if status == 413:
        return _too_large()
    if status == 503:
        return ErrorWords(
            _("Det går inte just nu"),
            _("Vi kan inte visa sidan just nu. Försök igen om en stund. Det du redan har sparat finns kvar."),
        )
    if status >= 500:
        return ErrorWords(
            _("Något gick fel hos oss"),
            _("Något gick fel hos oss. Det du redan har sparat finns kvar. Försök igen om en stund."),
        )
    return words(400)


def _too_large() -> ErrorWords:
    """What is too large is a file only where files are taken."""
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
    """The page for an error status, in its own words unless others are `said`.

    `actions` are the ways on, (text, address), the first a button; without any it leads to the first page. `again` are
    the fields of a form that can be sent to the same address once more.
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
    """The database is away, full, read-only or held by others: try again, with all that was typed.

    Passwords and files cannot be given back, nor what came without the token of one of our own pages.
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
    """Says in the log that the database is out of reach, once a minute for each kind of fault and not at each page."""

    def __init__(self) -> None:
        self._said: dict[str, float] = {}

    def tell(self, error: SQLAlchemyError) -> None:
        kind, now = kind_of(error), monotonic()
        if now - self._said.get(kind, -TOLD_EVERY_SECONDS) >= TOLD_EVERY_SECONDS:
            self._said[kind] = now
            structlog.get_logger("tbblearn.database").error("the database is out of reach", kind=kind)


def register_errors(app: Flask) -> None:
    """Turn every error into a page in the reader's language; details go to the log only."""

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
