"""SQLite's file: whether it can be used, and that only its owner can read it."""

import os
from pathlib import Path


def fault_of_file(file: Path, *, made: Path) -> str:
    """Why SQLite's file cannot be used; empty when it can. The folder `made` may be missing."""
    try:
        return _fault(file, made)
    except PermissionError as error:
        return f"names a file that whoever runs tbblearn cannot reach: {error.filename}"


def _fault(file: Path, made: Path) -> str:
    folder = file.parent
    if not folder.is_dir():
        return "" if folder == made else f"names a file in {folder}, and there is no such folder. Make it"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"names a file in {folder}, where whoever runs tbblearn may not write"
    if file.is_dir():
        return f"must name a file: {file} is a folder"
    for part in _files(file):
        if not os.access(part, os.R_OK | os.W_OK):
            return (
                f"names a file that whoever runs tbblearn may not write: {part}. Run all commands as one user, and "
                f"give the file to that user: chown USER {part}"
            )
    return ""


def keep_private(file: Path) -> None:
    """Make SQLite's file for its owner alone; what SQLite puts beside it then follows.

    Files made before become so too, and their folder if there is nothing else in it.
    """
    folder = file.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    for one in _files(file):
        _close(one, 0o600)
    if all(one.name.startswith((file.name, "secret_key", ".secret_key.")) for one in folder.iterdir()):
        _close(folder, 0o700)


def _files(file: Path) -> list[Path]:
    """SQLite's file and those beside it that exist."""
    return [one for end in ("", "-wal", "-shm") if (one := file.with_name(file.name + end)).exists()]


def _close(path: Path, mode: int) -> None:
    status = path.stat()
    if status.st_mode & 0o077 and os.geteuid() in {0, status.st_uid}:
        path.chmod(mode)
