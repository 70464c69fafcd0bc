"""`make bench`: operations on the production server, on SQLite and PostgreSQL, with a floor beside them.

Each operation is run by closed-loop clients in a process of their own. CPU is what the web processes (and the
database's) used in that time; the password hash is measured alone and shown, since no design can go below it.
"""

import argparse
import contextlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.floor import run_floor
from benchmarks.preparation import ANSWERS_A_ROUND, Prepared, prepare
from benchmarks.processes import cpu_seconds, peak_megabytes
from benchmarks.servers import name_of, postgresql

CLIENTS = 8
WARMING_ROUNDS = 3
"""So many that each process meets both languages."""


@dataclass
class Row:
    """A line of the table."""

    database: str
    operation: str
    done: int
    failed: int
    elapsed: float
    requests: int
    seconds: list[float]
    web_cpu: float
    database_cpu: float

    def text(self) -> str:
        """The line, aligned."""
        times = sorted(self.seconds)
        p95 = times[min(len(times) - 1, int(len(times) * 0.95))]
        cpu = self.web_cpu + self.database_cpu
        return (
            f"{self.database:<11}{self.operation:<12}{self.done:>6}{self.failed:>7}{self.done / self.elapsed:>9.2f}"
            f"{self.requests / self.elapsed:>9.1f}{median(times) * 1000:>10.0f}{p95 * 1000:>9.0f}"
            f"{1000 * cpu / self.done:>11.1f}{1000 * self.web_cpu / self.done:>9.1f}"
            f"{1000 * self.database_cpu / self.done:>8.1f}{1000 * cpu / self.requests:>10.2f}"
        )


HEADING = (
    f"{'database':<11}{'operation':<12}{'done':>6}{'failed':>7}{'ops/s':>9}{'req/s':>9}{'median ms':>10}{'p95 ms':>9}"
    f"{'CPU-ms/op':>11}{'web':>9}{'db':>8}{'CPU-ms/rq':>10}"
)


@contextlib.contextmanager
def served(prepared: Prepared) -> Iterator[int]:
    """The production server; gives the id of its first process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tbblearn.cli", "serve", "--port", str(prepared.port)], env=prepared.environment
    )
    try:
        prepared.wait_until_ready()
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=10)


def run(prepared: Prepared, operation: str, web: int, database: int | None, *, clients: int, rounds: int) -> Row:
    """One operation by so many clients, so many rounds each."""
    job = {
        "operation": operation,
        "host": "127.0.0.1",
        "port": prepared.port,
        "clients": clients,
        "rounds": rounds,
        "accounts": prepared.accounts_for(operation, clients * rounds),
    }
    client = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.client"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert client.stdin
    assert client.stdout
    client.stdin.write(json.dumps(job) + "\n")
    client.stdin.flush()
    assert client.stdout.readline() == "ready\n"
    web_before, database_before = cpu_seconds(web), cpu_seconds(database) if database else 0.0
    client.stdin.write("go\n")
    client.stdin.flush()
    result = json.loads(client.stdout.read())
    client.wait(timeout=10)
    if result["faults"]:
        print(f"  {operation}: {result['failed']} failed, for example {result['faults'][0]}", file=sys.stderr)
    return Row(
        prepared.database,
        operation,
        clients * rounds - result["failed"],
        result["failed"],
        result["elapsed"],
        result["requests"],
        result["seconds"],
        cpu_seconds(web) - web_before,
        (cpu_seconds(database) - database_before) if database else 0.0,
    )


SHARES = {
    "flow": 1.0,
    "whole": 1.0,
    "survey": float(ANSWERS_A_ROUND),
    "my_courses": 4.0,
    "part": 4.0,
    "unit": 2.0,
    "csv": 0.25,
}
"""Operation -> how many times each client does it for every quiz."""


def measure(prepared: Prepared, database: int | None, rounds: int, operations: list[str]) -> None:
    """These operations on one database."""
    with served(prepared) as web:
        for operation in operations:  # the first of each in a process reads templates and catalogues, a language each
            run(prepared, operation, web, database, clients=CLIENTS, rounds=WARMING_ROUNDS)
        for operation in operations:
            each = max(1, int(rounds * SHARES[operation]))
            done = run(prepared, operation, web, database, clients=CLIENTS, rounds=each)
            print(done.text(), flush=True)
        if "csv" in operations:
            alone = run(prepared, "csv", web, database, clients=1, rounds=3)
            print(f"{'':11}one CSV alone: {median(alone.seconds):.2f} s", end="; ")
        print(f"peak memory: web {peak_megabytes(web):.0f} MB", end="")
        print(f", database {peak_megabytes(database):.0f} MB" if database else "", flush=True)


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--staff", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=12, help="quiz flows of each client")
    options.add_argument("--only", choices=["sqlite", "postgresql"])
    options.add_argument("--operation", action="append", choices=list(SHARES), help="only this one; may be repeated")
    given = options.parse_args()
    operations = given.operation or list(SHARES)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(
        f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}; {given.staff} staff, "
        f"{CLIENTS} clients\n{HEADING}"
    )
    with tempfile.TemporaryDirectory(prefix="tbblearn-bench-") as name:
        folder = Path(name)
        if given.only != "postgresql":
            prepared = prepare(
                "SQLite", f"sqlite:///{folder / 'bench.sqlite'}", folder, given.staff, given.rounds + WARMING_ROUNDS
            )
            measure(prepared, None, given.rounds, operations)
            run_floor("SQLite", f"sqlite:///{folder / 'floor.sqlite'}", None, CLIENTS, given.rounds)
        if given.only != "sqlite":
            with postgresql(folder) as (url, pid):
                print(name_of(url))
                prepared = prepare("PostgreSQL", url, folder, given.staff, given.rounds + WARMING_ROUNDS)
                measure(prepared, pid, given.rounds, operations)
                run_floor("PostgreSQL", url, pid, CLIENTS, given.rounds)
        print(f"password hash alone: {hash_milliseconds():.1f} CPU-ms (once a flow)")


def hash_milliseconds() -> float:
    """CPU of one password check."""
    from tbblearn.access.passwords import _hasher

    kept = _hasher.hash("a password to measure with")
    begun = time.process_time()
    for _ in range(10):
        _hasher.verify(kept, "a password to measure with")
    return (time.process_time() - begun) * 100


if __name__ == "__main__":
    main()
