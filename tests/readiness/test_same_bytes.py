"""The same county publishes the same rows, whatever the order of units and answers, their names, Python's hashes."""

import os
import subprocess
import sys

from tests.readiness.same_bytes import digest


def by_process(seed: int) -> str:
    """The digest as another process with this seed of hashes works it out."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.readiness.same_bytes", str(seed)],
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.strip()


def test_shuffled_rows_and_renamed_units_change_no_byte():
    assert len({digest(order) for order in range(6)}) == 1


def test_hashes_change_no_byte():
    assert {by_process(seed) for seed in (1, 99)} == {digest(0)}
