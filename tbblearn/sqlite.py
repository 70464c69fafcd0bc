"""SQLite upkeep: checkpoints that never run beside a commit, and a daily integrity check.

SQLite 3.7.0 to 3.51.2 can lose commits when one connection checkpoints the WAL while another commits (ADR 13). So
automatic checkpoints are off, and `checkpoint` alone does it, holding the lock that every commit needs.
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date
from pathlib import Path

import structlog

READ_WAIT_MS = 2_000
"""How long a read, or anything that must not keep others waiting, waits for a lock; on both databases."""
WRITE_WAIT_MS = 15_000
"""How long a change waits for a lock, on both databases."""

COMMITS_BETWEEN = 200
"""Changes of a process between checkpoints: about four megabytes."""
COMMITS_BETWEEN_LARGE = 20
"""The same while the WAL is large after a large change or a long read."""
LARGE_LOG = 16 * 2**20
"""Bytes. A larger WAL is truncated to this when it restarts."""
LEAST_FREE = 64 * 2**20
"""Bytes of free disk below which the database is not ready: a change may write both the WAL and the file."""

_log = structlog.get_logger("tbblearn.database")


def set_up(connection: sqlite3.Connection, wait_ms: int = READ_WAIT_MS) -> None:
    """Settings of every connection. A commit that returns survives a power cut."""
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {wait_ms}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "wal_autocheckpoint = 0",
        f"journal_size_limit = {LARGE_LOG}",
        "foreign_keys = ON",
        "secure_delete = ON",
        "temp_store = MEMORY",  # sorting leaves no file behind
    ):
        connection.execute(f"PRAGMA {pragma}")


def file_of(connection: sqlite3.Connection) -> str:
    """The path of a connection's database; '' for one in memory."""
    return str(connection.execute("PRAGMA database_list").fetchone()[2] or "")


@contextmanager
def _aside(file: str, wait_ms: int) -> Iterator[sqlite3.Connection]:
    """A connection outside the pool."""
    with closing(sqlite3.connect(file)) as connection:
        set_up(connection, wait_ms)
        yield connection


def checkpoint(file: str, wait_ms: int = READ_WAIT_MS) -> bool:
    """Copy the WAL back into the file. False if a reader of an older state held part of it up.

    A second connection holds SQLite's write lock meanwhile, so no process commits or checkpoints; the lock dies with
    the process. Raises sqlite3.OperationalError if it cannot be had in time.
    """
    with _aside(file, wait_ms) as holder, _aside(file, 0) as copier:
        holder.execute("BEGIN IMMEDIATE")
        # PASSIVE waits for no lock; the other modes may end up running beside a commit.
        busy, there, copied = copier.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        holder.execute("ROLLBACK")
    return not busy and there == copied


class Upkeep:
    """Checkpoints before a change when it is time."""

    def __init__(self) -> None:
        self._since = 0

    def before_a_change(self, file: str) -> None:
        """Call from one thread at a time, outside transactions. Errors are only logged."""
        self._since += 1
        if self._since < COMMITS_BETWEEN and (self._since < COMMITS_BETWEEN_LARGE or log_size(file) <= LARGE_LOG):
            return
        self._since = 0
        try:
            checkpoint(file)
        except sqlite3.Error as error:
            _log.warning("the log of changes could not be copied back", fault=str(error))


def log_size(file: str) -> int:
    """Size of the WAL file in bytes; 0 if there is none."""
    try:
        return Path(file + "-wal").stat().st_size
    except FileNotFoundError:
        return 0


def rebuild(file: str, wait_ms: int = READ_WAIT_MS) -> bool:
    """Rewrite the whole file, leaving nothing of what was deleted in it or in the WAL.

    False if a reader of an older state keeps the WAL. Raises sqlite3.OperationalError if a writer is in the way.
    """
    with _aside(file, wait_ms) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA journal_size_limit = 0")
        until = time.monotonic() + wait_ms / 1000
        while not (checkpoint(file, wait_ms) and _begin_log_anew(connection, file)):
            if time.monotonic() > until:
                return False
            time.sleep(0.02)
    return True


def _begin_log_anew(connection: sqlite3.Connection, file: str) -> bool:
    """The first change after all was copied back overwrites the log from its start and cuts off the rest.

    It writes the first page alone, which holds no rows but those of the schema. False where a reader was in the way.
    """
    version, page = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("user_version", "page_size"))
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.execute("COMMIT")
    return log_size(file) <= 32 + 24 + int(page)  # a header, and one page with its own


# --- looking after it ----------------------------------------------------------------------------------------------


def has_wal_fault(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """True for a SQLite where a checkpoint beside a commit can lose changes (3.7.0 to 3.51.2, two backports apart)."""
    mended = version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)
    return version >= (3, 7) and not mended


def version_note() -> str:
    """The SQLite version, and its known fault if any, in one line for operators."""
    said = f"SQLite {sqlite3.sqlite_version}"
    if not has_wal_fault():
        return said
    return f"{said} (has the WAL-reset fault, mended in 3.51.3, 3.50.7 and 3.44.6; tbblearn works round it)"


def check_once_a_day(file: str, today: date) -> int:
    """Run SQLite's quick_check once a day; return how many faults the latest found.

    The result is kept in a file beside the database, where web processes read it. Faults are logged at every call.
    """
    kept = _kept(file)
    with suppress(FileNotFoundError):
        day, *faults = kept.read_text(encoding="utf-8").splitlines() or [""]  # empty where the disk was full
        if day == today.isoformat():
            return _logged(faults)
    try:
        with _aside(file, READ_WAIT_MS) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(20)")]
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            raise
        found = [str(error)]
    faults = [line for fault in found if fault != "ok" for line in fault.splitlines()]
    with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write("\n".join([today.isoformat(), *faults]) + "\n")
    return _logged(faults)


def _logged(faults: list[str]) -> int:
    """Log that there are faults, and return how many."""
    if faults:
        _log.error("the database is damaged", faults=len(faults), first=faults[0])
    return len(faults)


def _kept(file: str) -> Path:
    return Path(file + "-checked")


def not_ready(file: str) -> str:
    """Why this database could not keep a change, in a few words; '' if it can."""
    folder = os.statvfs(Path(file).parent)
    if folder.f_flag & os.ST_RDONLY or not (os.access(file, os.W_OK) and os.access(Path(file).parent, os.W_OK)):
        return "database read-only"
    if folder.f_bavail * folder.f_frsize < LEAST_FREE:
        return "disk full"
    with suppress(OSError):
        if len(_kept(file).read_text(encoding="utf-8").splitlines()) > 1:
            return "database damaged"
    return ""
