"""A served site whose PostgreSQL is stopped, started again, and falls silent: pages say so at once, and come back."""

import os
import pwd
import secrets
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests.conftest import EMPTY, PostgreSQL
from tests.postgresql import running
from tests.served import ENOUGH_SECONDS, Served, serving

PAGE = "/valj-losenord/nobody"
"""Looked up in the database; there is no such link."""
HURRY = """
from tbblearn import postgresql
postgresql.ASKED_AFTER_SECONDS, postgresql.SILENT_SECONDS = 0.5, 1
postgresql.CONNECTING["connect_timeout"] = 2
"""
AT_ONCE_SECONDS, SILENT_SECONDS = 2, 8
"""What is refused at once, and what is found silent, on a machine that has other things to do."""


@dataclass
class Cluster:
    """A PostgreSQL of our own, whose processes can be ended, started and stopped in their tracks."""

    url: str
    again: subprocess.Popen[bytes] | None = None

    @property
    def _home(self) -> Path:
        return Path(str(make_url(self.url).query["host"]))

    @property
    def _processes(self) -> list[int]:
        """The one that takes connections first: it makes the others."""
        parent = int((self._home / "data" / "postmaster.pid").read_text().split()[0])
        listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=True)
        return [parent, *(int(one) for one in listed.stdout.split())]

    def end(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it (fast); it is gone when this returns."""
        os.kill(self._processes[0], how)
        wait_until(lambda: not (self._home / "data" / "postmaster.pid").exists())

    def start(self) -> None:
        """Start it as it was started before."""
        data = self._home / "data"
        command = shlex.split((data / "postmaster.opts").read_text())
        owner = data.stat().st_uid
        who = {"user": owner, "group": pwd.getpwuid(owner).pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        self.again = subprocess.Popen(command, cwd=self._home, stderr=subprocess.DEVNULL, **who)  # type: ignore[call-overload]
        wait_until(self._answers)

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError), psycopg.connect(self.url):
            return True
        return False

    def tell_all(self, what: signal.Signals) -> None:
        """Every process of it gets this signal."""
        for process in self._processes:
            os.kill(process, what)


def wait_until(so: Callable[[], bool]) -> None:
    """Wait for it; an AssertionError where it does not come about."""
    last = time.monotonic() + ENOUGH_SECONDS
    while not so():
        assert time.monotonic() < last
        time.sleep(0.02)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with running(f"outage-{secrets.token_hex(8)}") as url:
        made = Cluster(url)
        try:
            yield made
        finally:
            if made.again:
                made.tell_all(signal.SIGCONT)
                made.end(signal.SIGQUIT)
                made.again.wait(ENOUGH_SECONDS)


@contextmanager
def served_on(cluster: Cluster, folder: Path) -> Iterator[Served]:
    backend = PostgreSQL(folder, cluster.url.replace("postgresql:", "postgresql+psycopg:"))
    url = backend.templates[EMPTY].replace("+psycopg", "")
    backend.server.dispose()
    settings = {"TBBLEARN_WORKERS": "1", "TBBLEARN_THREADS": "2", "TBBLEARN_SECRET_KEY": secrets.token_urlsafe(48)}
    with serving(url, folder, HURRY, **settings) as served:
        yield served


@pytest.mark.full
def test_pages_say_that_the_database_is_away_and_come_back_with_it(cluster: Cluster, tmp_path: Path) -> None:
    def refused(within: float) -> bool:
        begun = time.monotonic()
        status, said, headers = served.answer(PAGE)
        ready = served.get("/readyz")
        assert (status, headers["Retry-After"]) == (503, "5")
        assert "Det går inte just nu" in said
        assert ready == (503, "database not ready\n")
        return time.monotonic() - begun < within

    def well() -> bool:
        return served.get(PAGE)[0] == 410 and served.get("/readyz") == (200, "ready\n")

    with served_on(cluster, tmp_path) as served:
        wait_until(well)
        cluster.end()
        assert refused(AT_ONCE_SECONDS)
        cluster.start()
        wait_until(well)
        cluster.tell_all(signal.SIGSTOP)
        assert refused(SILENT_SECONDS)
        assert served.get("/om")[0] == 200, "what needs no database is shown"
        cluster.tell_all(signal.SIGCONT)
        wait_until(well)
