"""A PostgreSQL server that falls silent is found out once, for all threads, so that none waits without limit (ADR 15).

A server whose processes are stopped, or whose disk hangs, looks healthy to the network: connections are accepted and
bytes acknowledged, so no network timeout fires and the driver waits for ever.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from math import inf
from time import monotonic
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.errors import ConnectionTimeout

CONNECTING: dict[str, Any] = {
    "connect_timeout": 3,
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""Seconds; `tcp_user_timeout` in milliseconds."""
ASKED_AFTER_SECONDS = 3
"""After this long without an answer a new connection is tried: is the statement slow, or the server silent?"""
SILENT_SECONDS = 5
"""How long a silent server is left alone. Then one thread tries it while the others are still refused at once."""

_limit: ContextVar[float] = ContextVar("tbblearn_limit", default=inf)
_silent_until: dict[object, float] = {}
_Result = TypeVar("_Result")


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Limit each statement inside to so many seconds, even on a server that answers others."""
    token = _limit.set(min(seconds, _limit.get()))
    try:
        yield
    finally:
        _limit.reset(token)


class Connection(psycopg.Connection[Any]):
    """Waits for an answer while its server answers anybody, up to the limit of `within`.

    Then it is closed and raises ConnectionTimeout. A commit under way may or may not have been kept.
    """

    ask: Callable[[], object] | None = None

    def wait(self, gen: PQGen[_Result], *arguments: Any, **named: Any) -> _Result:
        """The driver's own, with a limit."""
        try:
            return super().wait(self._watched(gen), *arguments, **named)
        except ConnectionTimeout:
            self.close()
            raise

    def _watched(self, gen: PQGen[_Result]) -> PQGen[_Result]:
        """The driver polls ten times a second while there is no answer; only then is the clock read."""
        begun, asked_after, limit = monotonic(), float(ASKED_AFTER_SECONDS), _limit.get()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and (waited := monotonic() - begun) > min(asked_after, limit):
                    if waited > limit:
                        raise ConnectionTimeout("the server did not answer in time")
                    self._ask()
                    asked_after *= 2
                wanted = gen.send(ready)
        except StopIteration as ended:
            found: _Result = ended.value
            return found

    def _ask(self) -> None:
        """ConnectionTimeout if the server answers nobody. Refusing one more connection is an answer."""
        try:
            if self.ask:
                self.ask()
        except ConnectionTimeout:
            raise
        except psycopg.Error:
            pass


def connect(_dialect: object, _record: object, arguments: list[Any], named: dict[str, Any]) -> Connection:
    """A connection for an engine's `do_connect` event. Raises psycopg.Error."""
    server = (*arguments, named.get("host"), named.get("port"))
    until = _silent_until.get(server)
    if until is not None:
        if monotonic() < until:
            raise ConnectionTimeout("the server has fallen silent")
        _silent_until[server] = monotonic() + SILENT_SECONDS
    try:
        made = Connection.connect(*arguments, **{**named, **CONNECTING})
    except ConnectionTimeout:
        _silent_until[server] = monotonic() + SILENT_SECONDS
        raise
    except psycopg.Error:
        _silent_until.pop(server, None)
        raise
    _silent_until.pop(server, None)
    made.ask = partial(_try, arguments, named)
    return made


def _try(arguments: list[Any], named: dict[str, Any]) -> None:
    connect(None, None, arguments, named).close()
