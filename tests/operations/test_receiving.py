"""How requests are received: nobody who is slow, silent or wrong keeps others waiting, or fills the memory."""

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from tbblearn.operations import receiving
from tbblearn.operations.receiving import BODY_BYTES, CONTROL_BYTES, HEAD_BYTES, Receiver
from tbblearn.web.requests.limits import FILE_BYTES

HEAD = b"POST /there HTTP/1.1\r\nHost: 127.0.0.1\r\n"
LARGE = 16 * 2**20
"""Bytes: more than lies in the buffers of a connection."""
GET_LARGE = b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n"
ENOUGH_SECONDS = 30
"""Longer than anything takes here, however busy the machine is."""


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Says how long the body is said to be, and how much of it there is; under /large at LARGE length."""
    body = environ["wsgi.input"].read()
    said = f"{environ.get('CONTENT_LENGTH', '')} {len(body)} {environ.get('HTTP_X_FORWARDED_FOR', '')}".encode()
    said = said.ljust(LARGE) if environ["PATH_INFO"] == "/large" else said
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(said)))])
    return [said]


class Wanted:
    yes = True

    def __call__(self) -> bool:
        return self.yes


@contextmanager
def received(wanted: Wanted | None = None) -> Iterator[Receiver]:
    """A worker's loop in this process, on a port of its own."""
    listening = socket.create_server(("127.0.0.1", 0))
    receiver = Receiver(application, listening, 1, wanted or Wanted())
    running = threading.Thread(target=receiver.run)
    running.start()
    try:
        yield receiver
    finally:
        receiver.end()
        running.join()
        receiver.task_dispatcher.shutdown()
        receiver.trigger.close()
        for channel in list(receiver.active_channels.values()):
            channel.handle_close()


def connect(receiver: Receiver, begin_with: bytes = b"") -> socket.socket:
    made = socket.create_connection(("127.0.0.1", int(receiver.effective_port)), timeout=ENOUGH_SECONDS)
    made.sendall(begin_with)
    return made


def answer_to(receiver: Receiver, *sent: bytes) -> bytes:
    """All that comes back until the connection is closed."""
    with connect(receiver) as one:
        for part in sent:
            one.sendall(part)
        one.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: one.recv(65536), b""))


def unread(receiver: Receiver, *sent: bytes) -> tuple[socket.socket, Any]:
    """Somebody who asks and takes nothing of the answers, once the threads have done what they do for them."""
    known = set(receiver.active_channels.values())
    one = connect(receiver, b"".join(sent))
    return one, until(
        lambda: next(
            (
                channel
                for channel in list(receiver.active_channels.values())
                if channel not in known and channel.total_outbufs_len and not channel.requests
            ),
            None,
        )
    )


def until(found: Callable[[], Any]) -> Any:
    """What is found, as soon as there is something."""
    last = time.monotonic() + ENOUGH_SECONDS
    while not (it := found()):
        assert time.monotonic() < last
        time.sleep(0.01)
    return it


def is_closed(one: socket.socket) -> bool:
    """True when the other end closes it; TimeoutError where that does not happen."""
    return one.recv(1) == b""


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with received() as made:
        yield made


CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
WRONG = {
    "a size that is none": CHUNKED + b"zz\r\nab\r\n0\r\n\r\n",
    "a size below zero": CHUNKED + b"-2\r\nab\r\n0\r\n\r\n",
    "a chunk longer than it says": CHUNKED + b"2\r\nabXX\r\n0\r\n\r\n",
    "an extension with a control character": CHUNKED + b"2;\x01\r\nab\r\n0\r\n\r\n",
    "a size without end": CHUNKED + b"1" * (CONTROL_BYTES + 1),
    "a trailer without end": CHUNKED + b"0\r\n" + b"a: b\r\n" * (CONTROL_BYTES // 6 + 1),
    "two ends": HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "two codings": HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "an unknown coding": HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a coding that looks like one": HEAD + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "a space before the colon": HEAD + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "chunks in HTTP/1.0": CHUNKED.replace(b"1.1", b"1.0") + b"0\r\n\r\n",
    "a length below zero": HEAD + b"Content-Length: -5\r\n\r\nabc",
    "a length in words": HEAD + b"Content-Length: five\r\n\r\nabc",
    "a length with a sign": HEAD + b"Content-Length: +3\r\n\r\nabc",
    "a length without end": HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nabc",
    "two lengths": HEAD + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "two hosts": HEAD + b"Host: other.example\r\n\r\n",
    "NUL in a value": HEAD + b"X: a\x00b\r\n\r\n",
    "NUL in a name": HEAD + b"X\x00: ab\r\n\r\n",
    "a line without colon": HEAD + b"X\r\n\r\n",
    "a lone line feed": b"GET / HTTP/1.1\nHost: a\n\n\r\n\r\n",
    "a lone carriage return": b"GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n",
    "half an address": b"GET http://[ HTTP/1.1\r\nHost: a\r\n\r\n",
    "an unknown version": b"GET / HTTP/x\r\nHost: a\r\n\r\n",
    "encryption": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x99" * 200 + b"\r\n\r\n",
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_read_is_the_clients_fault_and_is_not_logged(
    receiver: Receiver, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    came = answer_to(receiver, WRONG[what])
    assert came.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 ")), came
    assert came.count(b"HTTP/1.") == 1
    assert caplog.records == []


def test_a_head_that_is_too_large_is_told_so(receiver: Receiver) -> None:
    begun = b"GET / HTTP/1.1\r\nX: "
    assert b" 431 " in answer_to(receiver, begun + b"a" * (HEAD_BYTES - len(begun)))[:20]


def test_what_is_sent_well_is_answered(receiver: Receiver) -> None:
    assert answer_to(receiver, HEAD, b"Content-Length: 3\r\n\r\na", b"bc").endswith(b"\r\n\r\n3 3 ")
    assert answer_to(receiver, CHUNKED, b"2;x=1\r\nab\r\n", b"1\r\nc\r\n0\r\n\r\n").endswith(b"\r\n\r\n3 3 ")
    assert answer_to(receiver, (HEAD + b"\r\n") * 20).count(b"HTTP/1.1 200 ") == 20
    told = answer_to(receiver, HEAD, b"X-Forwarded-For: 192.0.2.1\r\nX_Forwarded_For: 192.0.2.2\r\n\r\n")
    assert told.endswith(b" 0 192.0.2.1")
    waiting = answer_to(receiver, HEAD, b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n", b"abc")
    assert waiting.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ")


def test_a_file_as_large_as_allowed_arrives_and_of_a_larger_one_only_its_length(receiver: Receiver) -> None:
    """So that a page says in words what is too large: a server's own answer would be in English, or not come at all."""
    for size, kept in ((FILE_BYTES, FILE_BYTES), (BODY_BYTES + 1, 0)):
        came = answer_to(receiver, HEAD, b"Content-Length: %d\r\n\r\n" % size, b"a" * size)
        assert came.endswith(b"\r\n\r\n%d %d " % (size, kept))


def test_a_body_of_unknown_length_ends_where_a_file_must(receiver: Receiver) -> None:
    chunk, sent = b"100000\r\n" + b"a" * 0x100000 + b"\r\n", 0
    with connect(receiver, CHUNKED) as one, suppress(OSError):
        while sent < 2 * BODY_BYTES:
            one.sendall(chunk)
            sent += len(chunk)
    assert sent < 2 * BODY_BYTES


def test_half_sent_requests_keep_nobody_waiting_and_end_with_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread answers; it waits for none of those who are still sending."""
    with received() as receiver:
        half = [connect(receiver, begun) for begun in (HEAD, HEAD + b"Content-Length: 9\r\n\r\na", CHUNKED + b"2\r\n")]
        silent = connect(receiver)
        assert answer_to(receiver, HEAD + b"\r\n").endswith(b" 0 ")
        monkeypatch.setattr(receiving, "REQUEST_SECONDS", 0)
        monkeypatch.setattr(receiving, "SLOWEST_BYTES_A_SECOND", 1000)
        assert all(is_closed(one) for one in half)
        monkeypatch.setattr(receiving, "IDLE_SECONDS", 0)
        assert is_closed(silent)
        for one in (*half, silent):
            one.close()


def test_where_there_are_too_many_the_one_that_was_silent_for_longest_goes() -> None:
    with received() as receiver:
        receiver.most_connections = 2
        first = connect(receiver)
        second, third = connect(receiver, HEAD), connect(receiver, HEAD)
        assert is_closed(first)
        third.sendall(b"\r\n")
        assert third.recv(15) == b"HTTP/1.1 200 OK"
        for one in (first, second, third):
            one.close()


def test_no_more_is_answered_where_nothing_is_taken() -> None:
    """One packet may ask a thousand times for a large page: 84 MB, on each connection."""
    with received() as receiver:
        one, _ = unread(receiver, GET_LARGE * 3)
        assert b"".join(iter(lambda: one.recv(2**20), b"")).count(b"HTTP/1.1 200 ") == 1
        one.close()


def test_an_answer_that_is_taken_too_slowly_ends_with_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with received() as receiver:
        slow, channel = unread(receiver, GET_LARGE)
        monkeypatch.setattr(receiving, "REQUEST_SECONDS", 0)
        until(lambda: not channel.connected)
        assert answer_to(receiver, HEAD + b"\r\n").endswith(b" 0 ")
        slow.close()


def test_who_takes_an_answer_slowly_gives_way_where_there_are_too_many() -> None:
    """But not before those who are silent."""
    with received() as receiver:
        receiver.most_connections = 2
        slow, channel = unread(receiver, GET_LARGE)
        silent = connect(receiver)
        other, _ = unread(receiver, GET_LARGE)
        assert is_closed(silent)
        assert answer_to(receiver, HEAD + b"\r\n").endswith(b" 0 ")
        assert not channel.connected
        for one in (slow, silent, other):
            one.close()


def test_bodies_that_are_too_large_together_end_with_the_largest(monkeypatch: pytest.MonkeyPatch) -> None:
    with received() as receiver:
        begun = HEAD + b"Content-Length: 9000\r\n\r\n"
        small, large = connect(receiver, begun + b"a" * 10), connect(receiver, begun + b"a" * 1000)
        monkeypatch.setattr(receiving, "ALL_BODIES_BYTES", 500)
        assert is_closed(large)
        small.sendall(b"a" * 8990)
        assert small.recv(15) == b"HTTP/1.1 200 OK"
        for one in (small, large):
            one.close()


def test_it_ends_by_itself_when_it_is_not_wanted_any_more() -> None:
    wanted = Wanted()
    with received(wanted) as receiver:
        idle = connect(receiver)
        wanted.yes = False
        assert is_closed(idle)
        idle.close()
        with pytest.raises(ConnectionRefusedError):
            connect(receiver)
