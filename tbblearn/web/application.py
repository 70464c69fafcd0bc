"""The Flask application class: one transaction a request, closed before anything is rendered (design.md 6)."""

from typing import Any

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from itsdangerous import URLSafeTimedSerializer
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from tbblearn.db import read_only, unit_of_work
from tbblearn.web.addresses import RowNumber
from tbblearn.web.pages import Page
from tbblearn.web.templating import Templates

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class SessionCookie(SecureCookieSessionInterface):
    """Flask's signed cookie. What signs it is made once, not for every request."""

    signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """What signs the cookie of this application."""
        if self.signer is None:
            self.signer = super().get_signing_serializer(app)
        return self.signer


class Application(Flask):
    """Flask, with the house's rule for transactions around every view.

    A safe request reads and commits nothing. Any other runs in one unit of work, committed when the view answers
    below 400 and rolled back otherwise. Pages are rendered afterwards.
    """

    jinja_environment = Templates

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.session_interface: SessionCookie = SessionCookie()
        self.url_map.converters["int"] = RowNumber

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view in its transaction, then render its page."""
        if request.method in SAFE_METHODS:
            with read_only():
                answer = self._view_answers()
        else:
            with unit_of_work() as work:
                answer = self._view_answers()
                if _status(answer) >= 400:
                    work.refuse()
        return answer.render() if isinstance(answer, Page) else answer

    def log_exception(self, exc_info: Any) -> None:
        """Note that even the page of an error failed; Flask would write down the address that was asked for."""
        self.logger.error("unexpected", exc_info=exc_info)

    def _view_answers(self) -> ResponseReturnValue:
        """The character NUL is refused everywhere: PostgreSQL cannot keep it, and nobody types it."""
        given = (request.args,) if request.method in SAFE_METHODS else (request.args, request.form)
        if "\x00" in request.path or any(
            "\x00" in text for one in given for texts in one.listvalues() for text in texts
        ):
            raise BadRequest
        return super().dispatch_request()


def _status(answer: Any) -> int:
    if isinstance(answer, Response):
        return answer.status_code
    if isinstance(answer, tuple) and len(answer) > 1 and isinstance(answer[1], int):
        return answer[1]
    return 200
