"""The server that the tests run on: one for all users, on any machine, and gone when they are."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import postgresql

BARE = {"PATH": "/usr/bin:/bin"}
ASK = """
import sys
from pathlib import Path
from tests.postgresql import running
with running(sys.argv[1], [Path(base) for base in sys.argv[2:]]) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def open_base() -> Iterator[Path]:
    """A folder as /tmp is, with a short name."""
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    folder.chmod(0o1777)
    yield folder
    shutil.rmtree(folder)


def ask(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", ASK, *arguments],
        env=BARE, umask=0o077, cwd=Path(__file__).parents[1], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_two_who_start_at_once_share_a_server_that_ends_when_both_are_killed(open_base: Path) -> None:
    closed = open_base / "closed"
    closed.mkdir(mode=0o700 if os.geteuid() == 0 else 0o500)
    above = [closed, *closed.parents, *Path(postgresql.__file__).parents, *Path(sys.executable).parents]
    modes = [folder.stat().st_mode for folder in above]
    users = [ask("together", str(closed), str(open_base)) for _ in range(2)]
    try:
        urls = [user.stdout.readline().strip() for user in users]
        assert urls[0].startswith("postgresql://postgres@/postgres?host=")
        assert urls[0] == urls[1]
        folder = open_base / "tbblearn-pg-together"
        with psycopg.connect(urls[0]) as connection:
            assert connection.execute("SHOW fsync").fetchone() == ("off",)
        assert [folder.stat().st_mode for folder in above] == modes, "somebody's folder was opened"
        users[0].send_signal(signal.SIGKILL)
        users[0].wait()
        with psycopg.connect(urls[0]) as connection:
            connection.execute("SELECT 1")
    finally:
        for user in users:
            user.kill()
            user.communicate()
    until = time.monotonic() + 20
    while folder.exists():
        assert time.monotonic() < until, "the server outlives the run"
        time.sleep(0.02)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(urls[0])


def test_it_says_what_is_wrong_where_it_cannot_start(open_base: Path) -> None:
    closed = open_base / "closed"
    closed.mkdir(mode=0o700 if os.geteuid() == 0 else 0o500)
    with pytest.raises(RuntimeError, match=f"finds no folder among {closed}"), postgresql.running("no", [closed]):
        pass
    (open_base / "tbblearn-pg-no" / "server").mkdir(parents=True)
    with pytest.raises(RuntimeError, match=r"did not start:(?s:.*)FileExistsError"):
        postgresql.running("no", [open_base]).__enter__()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_programs_in_a_folder_of_roots_own_are_copied_and_not_opened(
    open_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgresql._programs("here", {}) as install:
        pass
    package, private = install.parents[1], open_base / "private"
    for folder in (package.with_name(f"{package.name}.libs"), install.parent):
        shutil.copytree(folder, private / folder.relative_to(package.parent))
    (private / package.name / "__init__.py").touch()
    private.chmod(0o700)
    monkeypatch.syspath_prepend(private)
    how: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": [], "cwd": "/"}
    with postgresql._programs("copied", how) as programs:
        assert private not in programs.parents
        subprocess.run([programs / "initdb", "--version"], check=True, capture_output=True, **how)
    assert not programs.exists()
    assert private.stat().st_mode & 0o777 == 0o700
