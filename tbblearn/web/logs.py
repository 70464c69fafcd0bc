"""Structured logs: one JSON line an event, with the request's id. No answers, no names, no addresses of people.

A blueprint may set `quiet = True`: its requests are logged without person and address (design.md 3, survey routes).
"""

import logging
import re
import sys
import time
import traceback
import uuid
from types import TracebackType
from typing import Any

import structlog
from flask import Flask, g, request
from flask_login import current_user
from werkzeug.wrappers import Response

HEADER = "X-Request-Id"

_VALUES = re.compile(
    r"^(?:DETAIL|CONTEXT):.*?(?=^\[SQL: |^\(Background on |^\n(?:The above|During handling) |\Z)",
    re.MULTILINE | re.DOTALL,
)
"""What PostgreSQL adds to an error: the row or the key itself, over as many lines as the values have."""


def without_values(trace: str) -> str:
    """A traceback without the values of rows that PostgreSQL writes into its errors."""
    return _VALUES.sub("", trace)


def _format_exception(exc_info: tuple[type[BaseException], BaseException, TracebackType | None]) -> str:
    return without_values("".join(traceback.format_exception(*exc_info)).rstrip("\n"))


def init_logs(app: Flask, level: str) -> None:
    """Write every log line of the process as JSON to stderr, and one line for each request."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_format_exception),
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger("tbblearn")
    root.handlers[:] = [handler]
    root.setLevel(level)
    root.propagate = False
    log = structlog.get_logger("tbblearn.request")

    @app.before_request
    def begin() -> None:
        g.request_id = uuid.uuid4().hex
        g.started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers[HEADER] = g.get("request_id", "")
        blueprint = app.blueprints.get(request.blueprint or "")
        values: dict[str, Any] = {
            "method": request.method,
            "endpoint": request.endpoint or "",
            "status": response.status_code,
        }
        if not getattr(blueprint, "quiet", False):
            values["ms"] = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1)
            if current_user and current_user.is_authenticated:
                values["person_id"] = current_user.person_id
        log.info("request", **values)
        return response
