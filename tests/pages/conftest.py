"""A real server on a small demo county, and a real browser."""

import fcntl
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.commands import run_command, start_command

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MOST_STARTS = 20
"""Of a server on a port that somebody else may hold for a moment."""
STAFF = 290
"""The smallest county in which a manager's list has a second page and a unit shows means without shares."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Site:
    """`tbblearn serve` on a database of its own; `accounts` has one sign-in for each role."""

    folder: Path
    database_url: str
    port: int = 0
    accounts: dict[str, dict[str, str]] = field(default_factory=dict)
    process: ForkServerProcess | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "TBBLEARN_DATABASE_URL": self.database_url,
            "TBBLEARN_INSTANCE": str(self.folder),
            "TBBLEARN_LOG_LEVEL": "ERROR",
            "TBBLEARN_PUBLIC_URL": self.url,
            "TBBLEARN_IDLE_MINUTES": "600",
        }

    def run(self, *arguments: str, status: int = 0) -> str:
        """Run a tbblearn command on this site's database; returns what it printed."""
        done = run_command(arguments, self.environment)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    def start(self) -> None:
        """Start the production server and wait until it is ready.

        The port of a server that was killed may be somebody else's for a moment, any client's on this machine: the
        server then ends, and is started again.
        """
        self.port = self.port or free_port()
        log = self.folder / "served.log"
        starts = 0
        for _ in range(1200):  # the machine may be busy
            if self.process is None or self.process.exitcode is not None:
                starts += 1
                assert starts <= MOST_STARTS, log.read_text()
                self.process = start_command(("serve", "--port", str(self.port)), self.environment, log, log)
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                    if answer.status == 200 and self.process.exitcode is None:
                        return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the server did not become ready")

    def stop(self) -> None:
        """End the server as an operator would, and see that it goes."""
        if self.process is not None:
            self.process.terminate()
            self.process.join(8)
            assert self.process.exitcode is not None, "the server did not end"
            self.process = None

    def kill(self) -> None:
        """Cut the server off in the middle of whatever it does."""
        assert self.process is not None
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=False
        ).stdout.split()
        self.process.kill()
        for child in children:
            os.kill(int(child), signal.SIGKILL)
        self.process.join(8)
        self.process = None


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A small demo county, built once a run by the product's own command; copied for each site."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo"
    folder.mkdir(exist_ok=True)
    site = Site(folder, f"sqlite:///{folder / 'demo.sqlite'}", port=1)
    printed = folder / "printed.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another process of this run may be making it
        if not printed.exists():
            printed.write_text(site.run("demo", "--no-serve", "--staff", str(STAFF), "--format", "json"))
    site.accounts = {account["role"]: account for account in json.loads(printed.read_text())["accounts"]}
    site.port = 0
    return site


@pytest.fixture
def site(demo_template: Site, tmp_path: Path) -> Iterator[Site]:
    """A served copy of the demo county that this test may change."""
    for file in demo_template.folder.iterdir():
        shutil.copy(file, tmp_path)
    made = Site(tmp_path, f"sqlite:///{tmp_path / 'demo.sqlite'}", accounts=demo_template.accounts)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def reading_site(demo_template: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A served copy of the demo county for tests that only read."""
    folder = tmp_path_factory.mktemp("reading")
    for file in demo_template.folder.iterdir():
        shutil.copy(file, folder)
    made = Site(folder, f"sqlite:///{folder / 'demo.sqlite'}", accounts=demo_template.accounts)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's chromium. Skipped loudly on a laptop without it; in CI its absence is a failure."""
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("chromium is missing; tests/pages/need-chromium.sh should have installed it")
        pytest.skip("chromium is not installed: sudo apt-get install chromium-headless-shell")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def slug(text: str) -> str:
    """A file name from a title."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
