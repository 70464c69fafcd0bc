"""The Flask application: one transaction a request, closed before anything is rendered (docs/rules/transactions.md)."""

from typing import IO, Any
from urllib.parse import parse_qsl

from flask import Flask, Request, request
from flask import Response as FlaskResponse
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadHost, NotFound
from werkzeug.formparser import FormDataParser
from werkzeug.routing import MapAdapter
from werkzeug.utils import cached_property
from werkzeug.wrappers import Response

from tbblearn.db import read_only, unit_of_work
from tbblearn.postgresql import within
from tbblearn.web.addresses import RowNumber
from tbblearn.web.pages import Page
from tbblearn.web.templating import Templates

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

MEGABYTE = 1024 * 1024
FORM_BYTES = 1 * MEGABYTE
URLENCODED = "application/x-www-form-urlencoded"
STATEMENT_SECONDS = 30
"""Limit for a page's statement on PostgreSQL: twice as long as a change waits for a lock."""
UNREADABLE = "\N{REPLACEMENT CHARACTER}"
"""Replaces whatever was sent that is not a character."""

_Texts = MultiDict[str, str]


def _readable(text: str) -> str:
    """The text without NUL, which PostgreSQL cannot store and nobody types."""
    return text.replace("\x00", UNREADABLE)


def _read(sent: bytes) -> list[tuple[str, str]]:
    """The fields of a URL-encoded form or query."""
    pairs = parse_qsl(sent.decode(errors="replace"), keep_blank_values=True, errors="replace")
    return [(_readable(name), _readable(text)) for name, text in pairs]


class _ReadableForms(FormDataParser):
    """Werkzeug's form parser, which on its own drops the whole form for one undecodable byte."""

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> tuple[IO[bytes], _Texts, MultiDict[str, Any]]:
        if mimetype == URLENCODED:
            return stream, self.cls(_read(stream.read())), self.cls()
        stream, form, files = super().parse(stream, mimetype, content_length, options)
        return stream, self.cls((name, _readable(text)) for name, text in form.items(multi=True) if name), files


class ReadableRequest(Request):
    """A request whose query and fields can all be stored: `UNREADABLE` replaces what is not a character."""

    form_data_parser_class = _ReadableForms

    @cached_property
    def args(self) -> _Texts:
        """The query of the address."""
        return self.parameter_storage_class(_read(self.query_string))


class Application(Flask):
    """Flask, with a transaction around every view.

    A safe request reads and commits nothing. Any other runs in one unit of work, committed if the view answers below
    400 and rolled back otherwise. Pages are rendered afterwards.
    """

    jinja_environment = Templates
    request_class = ReadableRequest

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.url_map.converters["int"] = RowNumber

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Look addresses up under any host: routes do not depend on it, so an impossible host name is ignored."""
        try:
            return super().create_url_adapter(request)
        except BadHost:
            assert request is not None
            request.environ["HTTP_HOST"] = ""
            return super().create_url_adapter(request)

    def full_dispatch_request(self) -> FlaskResponse:
        """The answer, error pages included; no thread waits for the database without limit."""
        with within(STATEMENT_SECONDS):
            return super().full_dispatch_request()

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
        """Log that even the error page failed; Flask would log the requested address."""
        self.logger.error("unexpected", exc_info=exc_info)

    def _view_answers(self) -> ResponseReturnValue:
        if "\x00" in request.path:
            raise NotFound
        return super().dispatch_request()


def _status(answer: Any) -> int:
    if isinstance(answer, Response):
        return answer.status_code
    if isinstance(answer, tuple) and len(answer) > 1 and isinstance(answer[1], int):
        return answer[1]
    return 200
