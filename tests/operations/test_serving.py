"""`tbblearn serve` as it runs: its processes live and end as they should, whatever comes in from outside."""

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.crowd import Crowd
from tests.conftest import EMPTY, SQLite
from tests.pages.conftest import free_port
from tests.served import ENOUGH_SECONDS, Served, serving


@pytest.fixture
def served(sqlite_backend: SQLite, tmp_path: Path) -> Iterator[Served]:
    database = tmp_path / "served.sqlite"
    shutil.copy(sqlite_backend.templates[EMPTY].removeprefix("sqlite:///"), database)
    with serving(f"sqlite:///{database}", tmp_path) as made:
        yield made


def test_whoever_sends_nothing_or_half_keeps_nobody_waiting_and_it_ends_with_them(served: Served) -> None:
    """With a thread for each connection the first eight of them would stop the site, and hold it when it is to end."""
    with Crowd(served.port, 60, slow=20) as crowd:
        status, page = served.get("/logga-in")
        assert status == 200
        assert '<html lang="sv">' in page
        assert crowd.still_held() >= 20, "at least the silent ones were there meanwhile"
        somebody = http.client.HTTPConnection("127.0.0.1", served.port, timeout=ENOUGH_SECONDS)
        somebody.request("GET", "/healthz")
        somebody.getresponse().read()
        workers = served.workers
        assert workers
        somebody.request("GET", "/om")
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(timeout=ENOUGH_SECONDS) == 0
        assert "</html>" in somebody.getresponse().read().decode(), "it had been sent before"
        somebody.close()
    for worker in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)
    assert served.log.read_text("utf-8") == ""


def test_a_worker_that_is_killed_is_replaced_and_a_parent_that_is_killed_leaves_none(served: Served) -> None:
    (worker,) = served.workers
    os.kill(worker, signal.SIGKILL)
    assert served.get("/logga-in")[0] == 200, "the parent holds the port meanwhile"
    assert served.workers != [worker]
    with Crowd(served.port, 3, slow=1):
        served.process.kill()
        served.process.wait()
        served.wait_until("somebody still holds the port", is_so=False)


def test_a_fault_between_page_and_server_is_logged_without_page_and_person(
    sqlite_backend: SQLite, tmp_path: Path
) -> None:
    """What our own error pages do not catch is caught by waitress, whose words name the address that was asked for."""
    script = (
        "from tbblearn.operations.serving import listen, run_workers\n"
        "from tbblearn.web.requests.logs import init_logs\n"
        "from flask import Flask\n"
        "def make():\n"
        "    app = Flask('faulty')\n"
        "    init_logs(app, 'ERROR')\n"
        "    def fail(environ, start_response):\n"
        "        if environ['PATH_INFO'] == '/healthz':\n"
        "            start_response('200 OK', [])\n"
        "            return []\n"
        "        raise RuntimeError('found in the log')\n"
        "    app.wsgi_app = fail\n"
        "    return app\n"
        f"run_workers(listen('127.0.0.1', {(port := free_port())}), 2, 1, make)\n"
    )
    log = tmp_path / "log"
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-c", script], stderr=out)
    served = Served(process, port, log)
    try:
        served.wait_until("the server did not start")
        assert served.get("/secret-page?person=17")[0] == 500
    finally:
        process.terminate()
        process.wait(timeout=ENOUGH_SECONDS)
    (line,) = log.read_text("utf-8").splitlines()
    event = json.loads(line)
    assert event["event"] == "the server failed to answer"
    assert "RuntimeError: found in the log" in event["exception"]
    assert "secret-page" not in line
    assert "127.0.0.1" not in line


def test_workers_that_cannot_start_end_the_server(tmp_path: Path) -> None:
    script = (
        "from tbblearn.operations.serving import listen, run_workers\n"
        "run_workers(listen('127.0.0.1', 0), 2, 1, lambda: 1 / 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=ENOUGH_SECONDS
    )
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
