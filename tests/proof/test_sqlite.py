"""`make proof`: nothing that SQLite has acknowledged is lost, however its processes end, and its file stays whole."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tbblearn import sqlite

pytestmark = pytest.mark.proof
ROUNDS = int(os.environ.get("ROUNDS", "20"))
COMMITS = int(os.environ.get("COMMITS", "10000"))
KILLS = 4
"""In each round."""


def start(*arguments: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.proof.committing", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_what_was_acknowledged_is_there_after_kill_9_and_the_file_is_whole(
    tmp_path_factory: pytest.TempPathFactory, number: int
) -> None:
    """10,000 commits by eight threads while a second process copies the log back, both killed again and again."""
    random.seed(number)
    file = str(tmp_path_factory.mktemp("kept") / "kept.sqlite")
    acknowledged: set[int] = set()
    next_number, largest, begun = 0, 0, time.monotonic()
    for part in range(KILLS + 1):
        writer = start("commit", file, next_number, COMMITS)
        copier = start("copy", file)
        goal = COMMITS if part == KILLS else next_number + random.randint(COMMITS // 20, COMMITS // KILLS)
        assert writer.stdout
        for line in writer.stdout:
            acknowledged.add(int(line))
            if len(acknowledged) % 100 == 0:
                largest = max(largest, sqlite.log_size(file))
            if len(acknowledged) >= goal and part < KILLS:
                break
        for process in random.sample([writer, copier], 2):
            process.send_signal(signal.SIGKILL)
        acknowledged |= {int(line) for line in writer.stdout if line.endswith(b"\n")}
        for process in (writer, copier):
            process.communicate()
        with closing(sqlite3.connect(file)) as after:
            kept = {row[0] for row in after.execute("SELECT number FROM kept")}
            assert after.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert not acknowledged - kept, "acknowledged, and lost"
        assert len(kept - acknowledged) <= 8 * (part + 1), "kept, and nobody was told: at most one a thread and kill"
        next_number = max(kept) + 1
    seconds = time.monotonic() - begun
    print(f"\nround {number}: {len(acknowledged)} acknowledged, {len(kept)} kept, {KILLS} kills, {seconds:.0f} s, ")
    print(f"  log at most {largest / 2**20:.1f} MB, file {Path(file).stat().st_size / 2**20:.1f} MB")
    assert max(kept) == COMMITS - 1
    assert largest < 2 * sqlite.LARGE_LOG
