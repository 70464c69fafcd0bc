"""`tbblearn serve` as a separate process."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

from tests.pages.conftest import free_port

ENOUGH_SECONDS = 180
"""Longer than anything takes here, however busy the machine is."""


@dataclass
class Served:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def get(self, path: str) -> tuple[int, str]:
        """Status and text; OSError where nobody listens."""
        status, said, _headers = self.answer(path)
        return status, said

    def answer(self, path: str) -> tuple[int, str, Message]:
        """The same with its headers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ENOUGH_SECONDS)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers
        finally:
            connection.close()

    @property
    def workers(self) -> list[int]:
        """The processes that answer."""
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        return [int(one) for one in listed.stdout.split()]

    def wait_until(self, what: str, is_so: bool = True) -> None:
        """Wait until somebody listens, or nobody does."""
        last = time.monotonic() + ENOUGH_SECONDS
        while time.monotonic() < last:
            try:
                if (self.get("/healthz")[0] == 200) is is_so:
                    return
            except OSError:
                if not is_so:
                    return
            time.sleep(0.05)
        raise AssertionError(f"{what}: {self.log.read_text('utf-8')}")


@contextmanager
def serving(url: str, folder: Path, first: str = "", **settings: str) -> Iterator[Served]:
    """A server on a migrated database, which runs this code first."""
    environment = os.environ | {
        "TBBLEARN_DATABASE_URL": url,
        "TBBLEARN_INSTANCE": str(folder),
        "TBBLEARN_LOG_LEVEL": "ERROR",
        **settings,
    }
    port, log = free_port(), folder / "log"
    script = f"{first}\nfrom tbblearn.cli import main\nmain(['serve', '--port', '{port}'])"
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-c", script], env=environment, stderr=out)
    served = Served(process, port, log)
    try:
        served.wait_until("the server did not start")
        yield served
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(timeout=ENOUGH_SECONDS)
