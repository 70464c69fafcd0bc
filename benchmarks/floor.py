"""The floor: bare Flask on the same server and database, with the same number of requests and inserts, and no pages.

What lies between the floor and tbblearn is what tbblearn does: templates, rules, guards, the ORM.
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from flask import Flask
from sqlalchemy import Engine, create_engine, text

from benchmarks.processes import cpu_seconds
from tbblearn.databases import prepare_engine, writing

REQUESTS = 27
"""Of a quiz flow with ten questions, redirects counted."""
INSERTS = 15
"""Session, event, attempt, ten answers, completion, employment."""


def application(url: str) -> Flask:
    """One route that inserts a row, one that answers with a short page."""
    app = Flask(__name__)
    engine = _engine(url)

    @app.post("/")
    def insert() -> tuple[str, int]:
        with writing(), engine.begin() as connection:
            connection.execute(text("INSERT INTO floor VALUES (:at, :chosen)"), {"at": time.time(), "chosen": "a"})
        return "saved", 200

    @app.get("/")
    def read() -> str:
        return "<!doctype html><title>floor</title><h1>floor</h1>"

    return app


def _engine(url: str) -> Engine:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    prepare_engine(engine)
    return engine


def serve() -> None:
    """Run the floor under the same server as tbblearn."""
    from tbblearn.operations.serving import listen, run_workers

    url, port, workers = sys.argv[1:4]
    run_workers(listen("127.0.0.1", int(port)), int(workers), 8, lambda: application(url))


def run_floor(database: str, url: str, database_pid: int | None, clients: int, rounds: int) -> None:
    """Print the floor's line."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    workers = "1" if url.startswith("sqlite") else "2"
    with writing(), _engine(url).begin() as connection:
        connection.execute(text("CREATE TABLE floor (at FLOAT, chosen TEXT)"))
    process = subprocess.Popen(
        [sys.executable, "-c", "from benchmarks.floor import serve; serve()", url, str(port), workers],
        env=os.environ | {"TBBLEARN_LOG_LEVEL": "ERROR"},
    )
    try:
        for _ in range(1800):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).close()
                break
            except (OSError, urllib.error.URLError):
                time.sleep(0.1)
        flows = clients * rounds
        web, base = cpu_seconds(process.pid), cpu_seconds(database_pid) if database_pid else 0.0
        begun = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.floor_client"],
            input=json.dumps(
                {"port": port, "clients": clients, "rounds": rounds, "gets": REQUESTS - INSERTS, "posts": INSERTS}
            ),
            text=True,
            check=True,
            capture_output=True,
        )
        elapsed = time.perf_counter() - begun
        web = cpu_seconds(process.pid) - web
        base = (cpu_seconds(database_pid) - base) if database_pid else 0.0
        print(
            f"{database:<11}{'floor':<12}{flows:>6}{done.stdout.strip():>7}{flows / elapsed:>9.2f}"
            f"{flows * REQUESTS / elapsed:>9.1f}{'':>19}{1000 * (web + base) / flows:>11.1f}{1000 * web / flows:>9.1f}"
            f"{1000 * base / flows:>8.1f}{1000 * (web + base) / flows / REQUESTS:>10.2f}",
            flush=True,
        )
    finally:
        process.terminate()
        process.wait(timeout=10)
