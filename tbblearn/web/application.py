"""The Flask application class: one transaction a request, closed before anything is rendered (design.md 6)."""

from collections.abc import MutableMapping
from typing import Any

from flask import Flask, request
from flask.templating import Environment
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from tbblearn.db import read_only, unit_of_work
from tbblearn.web.addresses import RowNumber
from tbblearn.web.pages import Page

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Templates(Environment):
    """Jinja as Flask sets it up. No template of ours has globals of its own."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """A plain mapping, not a chain of two: every import in every page compares them."""
        return {**self.globals, **(d or {})}


class Application(Flask):
    """Flask, with the house's rule for transactions around every view.

    A safe request reads and commits nothing. Any other runs in one unit of work, committed when the view answers
    below 400 and rolled back otherwise. Pages are rendered afterwards.
    """

    jinja_environment = Templates

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.jinja_options = {"cache_size": -1}  # every template stays: a page opens some thirty
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

    def _view_answers(self) -> ResponseReturnValue:
        """The character NUL is refused everywhere: PostgreSQL cannot keep it, and nobody types it."""
        if any("\x00" in text for text in (request.path, *(value for _, value in request.values.items(multi=True)))):
            raise BadRequest
        return super().dispatch_request()


def _status(answer: Any) -> int:
    if isinstance(answer, Response):
        return answer.status_code
    if isinstance(answer, tuple) and len(answer) > 1 and isinstance(answer[1], int):
        return answer[1]
    return 200
