"""Structured logs, one JSON line an event: no person, no address, nothing that was typed, no line for each request.

A line for each request would reveal by its order and time who had answered a survey and who had declined. So requests
are counted, all pages together, with one line for each finished hour. Errors are logged at once with the request's
id (docs/adr/0009-the-log-has-no-line-for-a-request.md).
"""

import logging
import re
import sys
import time
import traceback
import uuid
from datetime import datetime, timedelta
from threading import Lock
from types import TracebackType
from typing import Any

import structlog
from flask import Flask, g
from werkzeug.wrappers import Response

from tbblearn.db import utc_now

HEADER = "X-Request-Id"
SLOW_SECONDS = 1.0

_VALUES = re.compile(
    r"^(?:DETAIL|CONTEXT):.*?(?=^\[SQL: |^\(Background on |^\n(?:The above|During handling) |\Z)",
    re.MULTILINE | re.DOTALL,
)
"""What PostgreSQL adds to an error: the row or key itself, over as many lines as the values have."""


def without_values(trace: str) -> str:
    """A traceback without the values of rows that PostgreSQL writes into its errors."""
    return _VALUES.sub("", trace)


def _format_exception(exc_info: tuple[type[BaseException], BaseException, TracebackType | None]) -> str:
    return without_values("".join(traceback.format_exception(*exc_info)).rstrip("\n"))


class HourlyCounts:
    """Counts the requests this process has answered in each hour; it knows nothing of pages or people.

    `failed` had a status of 500 or more, `slow` took longer than SLOW_SECONDS.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._hour: datetime | None = None
        self._counts = self._none()

    @staticmethod
    def _none() -> dict[str, int]:
        return {"requests": 0, "failed": 0, "slow": 0}

    def count(self, status: int, seconds: float) -> None:
        """A request has been answered."""
        with self._lock:
            self._counts["requests"] += 1
            self._counts["failed"] += status >= 500
            self._counts["slow"] += seconds > SLOW_SECONDS

    def finished(self, now: datetime) -> dict[str, Any] | None:
        """The last hour with requests, returned once, when another hour has begun; else None."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        with self._lock:
            before, self._hour = self._hour, hour
            if before in {None, hour}:
                return None
            counts, self._counts = self._counts, self._none()
        assert before is not None
        return {"hour": before.isoformat(), "timestamp": (before + timedelta(hours=1)).isoformat(), **counts}


def init_logs(app: Flask, level: str) -> None:
    """Log as JSON to stderr, with one line for each hour that had requests."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.MaybeTimeStamper(fmt="iso", utc=True),
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
    log = structlog.get_logger("tbblearn.requests")
    counts = HourlyCounts()

    @app.before_request
    def begin() -> None:
        structlog.contextvars.clear_contextvars()
        if (told := counts.finished(utc_now())) is not None:
            log.info("requests", **told)
        g.request_id = uuid.uuid4().hex
        g.started = time.perf_counter()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers[HEADER] = g.get("request_id", "")
        counts.count(response.status_code, time.perf_counter() - g.get("started", time.perf_counter()))
        return response
