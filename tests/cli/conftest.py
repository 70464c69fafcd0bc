"""A database on disk for commands, which run in processes of their own as they do for an operator."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands import run_command

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return os.environ | {
        "TBBLEARN_DATABASE_URL": f"sqlite:///{tmp_path / 'tbblearn.sqlite'}",
        "TBBLEARN_INSTANCE": str(tmp_path),
        "TBBLEARN_LOG_LEVEL": "ERROR",
    }


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    """Run `tbblearn ...`; `status` is the exit code expected."""

    def call(*arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        done = run_command(arguments, environment)
        assert done.returncode == status, done.stdout + done.stderr
        return done

    return call
