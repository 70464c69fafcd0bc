"""Errors that become a page of their own, in words (words.md 8)."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response

from tbblearn.db import is_busy
from tbblearn.web.limits import FORM_BYTES, MEGABYTE
from tbblearn.web.pages import Page


class SignInNeeded(Exception):
    """The page needs somebody who is signed in."""


class NoAccess(Exception):
    """The person is signed in and may not open this page: 403."""


class NotFound(Exception):
    """It does not exist, or this person may not know that it does: 404 either way."""


class TooMany(Exception):
    """Too many tries: 429. Carries how many minutes to wait."""

    def __init__(self, minutes: int) -> None:
        super().__init__(f"wait {minutes} minutes")
        self.minutes = minutes


@dataclass(frozen=True)
class ErrorWords:
    """What an error page says: what happened, what is kept, what to do."""

    title: str
    text: str


def words(status: int, minutes: int = 1) -> ErrorWords:
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
    if status == 429:
        return ErrorWords(_("För många försök"), _("För många försök. Vänta %(min)s minuter.", min=minutes))
    if status == 503:
        return ErrorWords(
            _("Det är mycket att göra just nu"),
            _("Vi hinner inte riktigt med. Försök igen om en stund. Det du redan har sparat finns kvar."),
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
    minutes: int = 1,
    headers: dict[str, str] | None = None,
    said: ErrorWords | None = None,
    actions: Sequence[tuple[str, str]] = (),
) -> Page:
    """The page for an error status, in its own words unless others are `said`.

    `actions` are the ways on, (text, address), the first a button; without any it leads to the first page.
    """
    said = said or words(status, minutes)
    return Page(
        "web/error.html",
        status=status,
        headers=headers or {},
        title=said.title,
        text=said.text,
        code=status,
        home=url_for("home.start"),
        actions=actions,
    )


def register_errors(app: Flask) -> None:
    """Turn every error into a page in the reader's language; details go to the log only."""

    @app.errorhandler(NoAccess)
    def no_access(_error: NoAccess) -> Response:
        return error_page(403).render()

    @app.errorhandler(NotFound)
    def not_found(_error: NotFound) -> Response:
        return error_page(404).render()

    @app.errorhandler(TooMany)
    def too_many(error: TooMany) -> Response:
        return error_page(429, error.minutes, {"Retry-After": str(error.minutes * 60)}).render()

    @app.errorhandler(StaleDataError)
    def stale(_error: StaleDataError) -> Response:
        return error_page(409).render()

    @app.errorhandler(OperationalError)
    def busy(error: OperationalError) -> Response:
        if not is_busy(error):
            app.logger.exception("database", exc_info=error)
            return error_page(500).render()
        return error_page(503, headers={"Retry-After": "5"}).render()

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
