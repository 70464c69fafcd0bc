"""How long pages take while hundreds hold connections and say nothing: `python -m benchmarks.crowd [--only sqlite]`.

Of the crowd some are silent, some have sent half a head, some half a body, and some send a byte now and then. Pages
are read one after another before it comes and while it is there. All traffic goes to 127.0.0.1.
"""

import argparse
import contextlib
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Self

from benchmarks.__main__ import served
from benchmarks.client import Browser, sign_in
from benchmarks.preparation import Prepared, prepare
from benchmarks.processes import cpu_seconds, peak_megabytes
from benchmarks.servers import postgresql

HALF_A_HEAD = b"POST /logga-in HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Waiting: "
HALF_A_BODY = (
    b"POST /logga-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 100000\r\n\r\nemail="
)
BEGINNINGS = (b"", HALF_A_HEAD, HALF_A_BODY)


class Crowd:
    """So many connections that are never finished, `slow` of them with a byte every half second."""

    def __init__(self, port: int, connections: int, slow: int) -> None:
        self.port = port
        self.connections = connections
        self.slow = slow
        self.held: list[socket.socket] = []
        self.over = threading.Event()
        self.dripping = threading.Thread(target=self._drip)

    def __enter__(self) -> Self:
        for number in range(self.connections):
            one = socket.create_connection(("127.0.0.1", self.port), timeout=10)
            self.held.append(one)
            one.sendall(BEGINNINGS[number % len(BEGINNINGS)])
        self.dripping.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.over.set()
        self.dripping.join()
        for one in self.held:
            one.close()

    def _drip(self) -> None:
        begun = [one for number, one in enumerate(self.held) if number % len(BEGINNINGS)]
        while not self.over.wait(0.5):
            for one in begun[: self.slow]:
                with contextlib.suppress(OSError):
                    one.send(b"a")

    def still_held(self) -> int:
        """How many of them the server has not closed."""
        open_ones = 0
        for one in self.held:
            one.setblocking(False)
            try:
                open_ones += one.recv(1) != b""
            except BlockingIOError:
                open_ones += 1
            except OSError:
                continue
        return open_ones


def pages(prepared: Prepared) -> dict[str, tuple[Browser, str]]:
    """Pages to read, each with a browser that may."""
    nobody, learner = Browser("127.0.0.1", prepared.port), Browser("127.0.0.1", prepared.port)
    account = prepared.learners[0]
    sign_in(learner, account)
    return {
        "sign-in": (nobody, "/logga-in"),
        "my courses": (learner, "/mina-utbildningar"),
        "part": (learner, "/utbildning/{slug}/del/{module}".format(**account)),
    }


def measured(reading: dict[str, tuple[Browser, str]], rounds: int) -> Iterator[tuple[str, list[float]]]:
    """Page -> seconds of each reading; the pages by turns."""
    taken: dict[str, list[float]] = {name: [] for name in reading}
    for _ in range(rounds):
        for name, (browser, path) in reading.items():
            begun = time.perf_counter()
            browser.get(path)
            taken[name].append(time.perf_counter() - begun)
    yield from taken.items()


def report(prepared: Prepared, connections: int, slow: int, rounds: int) -> None:
    """Print the table for one database."""
    with served(prepared) as web:
        reading = pages(prepared)
        for _name, _seconds in measured(reading, 5):
            pass
        for crowd in (None, Crowd(prepared.port, connections, slow)):
            with crowd or contextlib.nullcontext():
                cpu = cpu_seconds(web)
                for name, seconds in measured(reading, rounds):
                    times = sorted(1000 * one for one in seconds)
                    print(
                        f"{prepared.database:<11}{connections if crowd else 0:>6}  {name:<12}{median(times):>8.1f}"
                        f"{times[int(len(times) * 0.95)]:>8.1f}{times[-1]:>8.1f}",
                        flush=True,
                    )
                each = 1000 * (cpu_seconds(web) - cpu) / (rounds * len(reading))
                held = f", {crowd.still_held()} still held" if crowd else ""
                print(f"{'':11}{each:.1f} CPU-ms a page, {peak_megabytes(web):.0f} MB at most{held}", flush=True)
                if crowd:
                    begun = time.perf_counter()
                    os.kill(web, signal.SIGTERM)
                    while Path(f"/proc/{web}/exe").exists():  # gone as soon as it is a zombie
                        time.sleep(0.01)
                    print(f"{'':11}{time.perf_counter() - begun:.1f} s from SIGTERM to the end")


def main() -> None:
    """Print how long pages took, without and with the crowd."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--connections", type=int, default=500)
    options.add_argument("--slow", type=int, default=50)
    options.add_argument("--rounds", type=int, default=100)
    options.add_argument("--staff", type=int, default=2000)
    options.add_argument("--only", choices=["sqlite", "postgresql"])
    given = options.parse_args()
    print(f"{'database':<11}{'crowd':>6}  {'page':<12}{'median':>8}{'p95':>8}{'max ms':>8}")
    with tempfile.TemporaryDirectory(prefix="tbblearn-crowd-") as name:
        folder = Path(name)
        if given.only != "postgresql":
            prepared = prepare("SQLite", f"sqlite:///{folder / 'crowd.sqlite'}", folder, given.staff, 2)
            report(prepared, given.connections, given.slow, given.rounds)
        if given.only != "sqlite":
            with postgresql(folder) as (url, _pid):
                prepared = prepare("PostgreSQL", url, folder, given.staff, 2)
                report(prepared, given.connections, given.slow, given.rounds)


if __name__ == "__main__":
    main()
