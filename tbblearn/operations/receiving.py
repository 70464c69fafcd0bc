"""How a worker receives requests: one loop reads them all, and a thread gets each when all of it has arrived.

A slow sender thus costs a connection and some memory, and nobody waits for it. waitress does that; this adds the limits
that it lacks, and an orderly end.
"""

import logging
import resource
import sys
import time
from collections.abc import Callable
from socket import socket
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.buffers import BytesIOBasedBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError, TransferEncodingNotImplemented
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import BadRequest, RequestEntityTooLarge

from tbblearn.web.application import MEGABYTE
from tbblearn.web.requests.limits import FILE_BYTES

HEAD_BYTES = 32 * 1024
IN_MEMORY_BYTES = 64 * 1024
"""Of each body; the rest of a larger one is in an unnamed file, deleted with the request."""
BODY_BYTES = FILE_BYTES + MEGABYTE
"""The largest file that a page accepts, and the form around it. Anything beyond is read and forgotten."""
READ_BYTES = 200 * MEGABYTE
"""Of one body at most, so that whoever sends a large file sees our error page and not the browser's."""
ALL_BODIES_BYTES = 1024 * MEGABYTE
"""Of all bodies that a worker is receiving, together."""
CONTROL_BYTES = 8 * 1024
"""Of a chunk's size line, and of what follows the last chunk."""

MOST_CONNECTIONS = 2000
HELD_FOR_EACH_TAKEN = 50
"""Connections are accepted one at a time, and one more for each so many held."""
FILES_A_CONNECTION = 4
"""Open files that a process must be allowed: itself, its body, its answer, and one for what pages open."""
IDLE_SECONDS = 75
"""Longer than a proxy in front keeps a connection (nginx: 60), so it never sends into one that we close."""
REQUEST_SECONDS = 30
SLOWEST_BYTES_A_SECOND = 10_000
"""A request may take REQUEST_SECONDS, plus its time at this speed. The same holds for reading an answer."""
UNREAD_BYTES = 64 * 1024
"""Of answers not read yet. Beyond it nothing more is answered on that connection."""
GRACE_SECONDS = 3.0
"""For requests that are being answered when the process is told to end."""
SENDING_SECONDS = 1.0
"""For those still arriving then."""


class Forgetting(BytesIOBasedBuffer):  # type: ignore[misc]
    """Receives a body that is too large, and keeps nothing of it."""

    def append(self, s: bytes) -> None:
        """Forget it."""


class Parser(HTTPRequestParser):  # type: ignore[misc]
    """Reads a request. An unreadable or ambiguous one is answered with 400."""

    completed = False
    error: BadRequest | None = None
    path = ""
    """waitress reads it even when the head was unreadable."""

    def __init__(self, adj: Adjustments) -> None:
        super().__init__(adj)
        self.begun = time.monotonic()

    @property
    def bytes_received(self) -> int:
        """Of head and body so far."""
        return int(self.header_bytes_received + self.body_bytes_received)

    @property
    def bytes_kept(self) -> int:
        """Of the body so far."""
        return 0 if self.body_rcv is None else len(self.body_rcv)

    def received(self, data: bytes) -> int:
        """Receive data; returns how much of it belongs to this request."""
        taken: int = super().received(data)
        if self.chunked and not self.error and self.body_rcv is not None:
            if len(self.body_rcv) > BODY_BYTES:
                self.error = RequestEntityTooLarge("The body is too large.")
            elif max(len(self.body_rcv.control_line), len(self.body_rcv.trailer)) > CONTROL_BYTES:
                self.error = BadRequest("The body could not be read.")
            self.completed = self.completed or self.error is not None
        return taken

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head; ParsingError when it is unreadable, or its body could end in two places."""
        try:
            super().parse_header(header_plus)
        except (ParsingError, TransferEncodingNotImplemented, ValueError) as error:
            raise ParsingError("The request could not be read.") from error
        if "TRANSFER_ENCODING" in self.headers or (self.chunked and "CONTENT_LENGTH" in self.headers):
            raise ParsingError("It is not clear where the request ends.")
        if "," in self.headers.get("HOST", ""):
            raise ParsingError("It is not clear for whom the request is.")
        if self.content_length > BODY_BYTES:
            self.body_rcv.buf = Forgetting()


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection."""

    parser_class = Parser
    unread_since: float | None = None
    """When the present answer was first seen waiting to be read."""
    bytes_sent = 0
    """Since then."""

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Send as much as the connection takes."""
        sent: int = super().send(data, do_close)
        self.bytes_sent += sent
        return sent

    def drop_the_rest(self) -> None:
        """Answer no further requests, and close when the answers have been read (RFC 9112, 9.3.2)."""
        self.close_when_flushed = True
        for request in self.requests:
            request.close()
        self.requests.clear()

    @property
    def is_served(self) -> bool:
        """True while a request is being answered, or the answer sent."""
        return bool(self.requests or self.total_outbufs_len)

    @property
    def bytes_kept(self) -> int:
        """Of the bodies received, or being received, on this connection."""
        return sum(request.bytes_kept for request in [self.request, *self.requests] if request is not None)

    def is_too_slow(self, now: float) -> bool:
        """True when a request or an answer takes longer than even a bad line does. Called once a second."""
        if not self.total_outbufs_len:
            self.unread_since = None
        elif self.unread_since is None:
            self.unread_since, self.bytes_sent = now, 0
        request = self.request
        return (request is not None and _has_taken_too_long(now - request.begun, request.bytes_received)) or (
            self.unread_since is not None and _has_taken_too_long(now - self.unread_since, self.bytes_sent)
        )


def _has_taken_too_long(seconds: float, count: int) -> bool:
    return seconds > REQUEST_SECONDS + count / SLOWEST_BYTES_A_SECOND


class Receiver(TcpWSGIServer):  # type: ignore[misc]
    """The loop of a worker: takes connections from a listening socket that other workers share."""

    channel_class = Channel

    def __init__(self, application: Any, listening: socket, threads: int, is_wanted: Callable[[], bool]) -> None:
        """Ends by itself when `is_wanted`, asked about once a second, says no."""
        self.is_wanted = is_wanted
        self.ending = self.untidy = False
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        self.most_connections = min(MOST_CONNECTIONS, files // FILES_A_CONNECTION) if files > 0 else MOST_CONNECTIONS
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(threads)
        super().__init__(
            application,
            _sock=listening,
            dispatcher=dispatcher,
            adj=Adjustments(
                sockets=[listening],
                ident=None,
                clear_untrusted_proxy_headers=False,  # whom to believe is for web/requests/proxies.py to say
                backlog=2048,
                connection_limit=self.most_connections + 100,
                cleanup_interval=1,
                log_socket_errors=False,
                max_request_header_size=HEAD_BYTES,
                max_request_body_size=READ_BYTES,
                inbuf_overflow=IN_MEMORY_BYTES,
                outbuf_high_watermark=READ_BYTES,  # no thread waits for somebody who reads slowly
                recv_bytes=64 * 1024,
                asyncore_use_poll=True,
            ),
            sockinfo=(listening.family, listening.type, listening.proto, listening.getsockname()),
            bind_socket=False,
        )

    def run(self) -> None:
        """Serve until `end` is called, then finish what is being answered within GRACE_SECONDS."""
        while not self.ending:
            self._turn(1.0)
            if self.untidy:
                self._tidy()
        for _ in range(2):
            self._turn(0.0)  # what had arrived by then
        self.del_channel()
        self.socket.close()
        begun = time.monotonic()
        while self._close_idle(sending=time.monotonic() - begun < SENDING_SECONDS):
            self._turn(0.05)
            if time.monotonic() - begun > GRACE_SECONDS:
                break

    def _turn(self, seconds: float) -> None:
        wasyncore.loop(seconds, use_poll=True, map=self._map, count=1)

    def end(self) -> None:
        """Stop accepting connections. May be called from a signal handler."""
        self.ending = True
        self.pull_trigger()

    def _close_idle(self, *, sending: bool) -> bool:
        """Close idle connections; True while some are being answered, or, with `sending`, still arriving."""
        for channel in list(self.active_channels.values()):
            if not channel.is_served and not (sending and channel.request is not None):
                channel.handle_close()
        return bool(self.active_channels)

    def handle_accept(self) -> None:
        """Accept a connection; several when many are held, since each turn of the loop looks at all of them.

        When there are too many, one without a working thread is closed: the longest silent, before any that reads its
        answer slowly.
        """
        for _ in range(1 + len(self.active_channels) // HELD_FOR_EACH_TAKEN):
            held = len(self.active_channels)
            super().handle_accept()
            if len(self.active_channels) == held:
                break
            if held >= self.most_connections and (before := self._waiting()[:-1]):
                min(before, key=lambda channel: (channel.is_served, channel.last_activity)).handle_close()

    def add_task(self, channel: Channel) -> None:
        """Let a thread answer the connection's next request, unless too much is waiting to be read."""
        if channel.total_outbufs_len > UNREAD_BYTES:
            channel.drop_the_rest()
        else:
            super().add_task(channel)

    def maintenance(self, now: float) -> None:
        """Called once a second, in the middle of a turn, where closing a connection could hit a new one."""
        self.untidy = True

    def _tidy(self) -> None:
        """Close what is silent or too slow, and the largest bodies when all together are too large."""
        self.untidy = False
        if not self.is_wanted():
            self.end()
        silent_since, moment = time.time() - IDLE_SECONDS, time.monotonic()
        for channel in self._waiting():
            if channel.last_activity < silent_since or channel.is_too_slow(moment):
                channel.handle_close()
        kept = sum(channel.bytes_kept for channel in self.active_channels.values())
        for channel in sorted(self._waiting(), key=lambda channel: channel.bytes_kept, reverse=True):
            if kept <= ALL_BODIES_BYTES:
                break
            kept -= channel.bytes_kept
            channel.handle_close()

    def _waiting(self) -> list[Channel]:
        """Connections without a working thread."""
        return [channel for channel in self.active_channels.values() if not channel.requests]


class WithoutAddresses(logging.Filter):
    """waitress would log the page and the address; our log has neither (docs/adr/0009)."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep where the fault is, not what was asked."""
        record.msg, record.args = "the server failed to answer", ()
        record.exc_info = record.exc_info or (sys.exc_info() if sys.exc_info()[0] else None)
        return True


def log_with_ours() -> None:
    """Let waitress write its errors to our log, but not its frequent warnings about being busy."""
    log = logging.getLogger("waitress")
    log.handlers = logging.getLogger("tbblearn").handlers
    log.propagate = False
    log.setLevel(logging.ERROR)
    for logger in (log, logging.getLogger("waitress.queue")):
        logger.addFilter(WithoutAddresses())
