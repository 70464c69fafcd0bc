"""How large a request may be: forms are small; only pages that take files allow more."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, request

from tbblearn.web.application import FORM_BYTES, MEGABYTE

View = TypeVar("View", bound=Callable[..., Any])

FILE_BYTES = 20 * MEGABYTE


def takes_files(view: View) -> View:
    """Mark a view that accepts files. Goes outermost, just under the route."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def init_limits(app: Flask) -> None:
    """Refuse oversized requests before anything reads them. Call before whatever reads forms (sessions, CSRF)."""
    app.config.update(MAX_CONTENT_LENGTH=FORM_BYTES, MAX_FORM_MEMORY_SIZE=FORM_BYTES)

    @app.before_request
    def allow_files() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if getattr(view, "takes_files", False):
            request.max_content_length = FILE_BYTES
