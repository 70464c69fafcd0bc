"""`tbblearn ...` in a process of its own, as an operator runs it, without paying for its imports each time.

The process is forked from a clean one that has the package imported and nothing else: no open database, no threads.
"""

import multiprocessing
import os
import pkgutil
import subprocess
import sys
import tempfile
from pathlib import Path

import tbblearn

SECONDS = 300
_modules = [
    found.name for found in pkgutil.walk_packages(tbblearn.__path__, "tbblearn.") if "__main__" not in found.name
]
_clean = multiprocessing.get_context("forkserver")
_clean.set_forkserver_preload([name for name in _modules if not name.endswith("__main__")])


def run_command(arguments: tuple[str, ...], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run it to its end; gives its exit code and what it wrote. TimeoutExpired after five minutes."""
    with tempfile.TemporaryDirectory(prefix="tbblearn-command-") as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        out.touch()
        err.touch()
        process = _clean.Process(target=_be_the_command, args=(arguments, environment, out, err))
        process.start()
        process.join(SECONDS)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(arguments, SECONDS)
        done = subprocess.CompletedProcess(arguments, process.exitcode, out.read_text("utf-8"), err.read_text("utf-8"))
        process.close()
        return done


def _be_the_command(arguments: tuple[str, ...], environment: dict[str, str], out: Path, err: Path) -> None:
    """In the forked process: what a shell does before it hands over."""
    for number, file in ((1, out), (2, err)):
        os.dup2(os.open(file, os.O_WRONLY), number)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["tbblearn", *arguments]
    from tbblearn.cli import main

    main(prog_name="tbblearn")
