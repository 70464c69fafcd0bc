"""`tbblearn ...` in a process of its own, as an operator runs it, without paying for its imports each time.

The process is forked from a clean one that has the package imported and nothing else: no open database, no threads.
"""

import multiprocessing
import os
import pkgutil
import subprocess
import sys
import tempfile
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import flask.cli

import tbblearn

SECONDS = 300
_modules = [
    found.name for found in pkgutil.walk_packages(tbblearn.__path__, "tbblearn.") if "__main__" not in found.name
]
_clean = multiprocessing.get_context("forkserver")
_clean.set_forkserver_preload([name for name in _modules if not name.endswith("__main__")])


def run_command(
    arguments: tuple[str, ...], environment: dict[str, str], program: str = "tbblearn"
) -> subprocess.CompletedProcess[str]:
    """Run it (or `flask --app tbblearn`) to its end; gives its exit code and what it wrote.

    TimeoutExpired after five minutes.
    """
    with tempfile.TemporaryDirectory(prefix="tbblearn-command-") as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        process = start_command(arguments, environment, out, err, program)
        process.join(SECONDS)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(arguments, SECONDS)
        done = subprocess.CompletedProcess(arguments, process.exitcode, out.read_text("utf-8"), err.read_text("utf-8"))
        process.close()
        return done


def start_command(
    arguments: tuple[str, ...], environment: dict[str, str], out: Path, err: Path, program: str = "tbblearn"
) -> ForkServerProcess:
    """Let it run, and write to these files; it does not outlive us."""
    out.touch()
    err.touch()
    process = _clean.Process(target=_be_the_command, args=(program, arguments, environment, out, err), daemon=True)
    process.start()
    return process


def _be_the_command(
    program: str, arguments: tuple[str, ...], environment: dict[str, str], out: Path, err: Path
) -> None:
    """In the forked process: what a shell does before it hands over."""
    for number, file in ((1, out), (2, err)):
        os.dup2(os.open(file, os.O_WRONLY), number)
    os.environ.clear()
    os.environ.update(environment)
    if program == "flask":
        sys.argv = [program, "--app", "tbblearn", *arguments]
        flask.cli.main()
    sys.argv = ["tbblearn", *arguments]
    from tbblearn.cli import main

    main(prog_name="tbblearn")
