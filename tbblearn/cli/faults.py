"""Faults that an operator can mend, as a sentence in place of a traceback."""

from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from tbblearn.config import look

NOT_READY = "The database is not ready. Run `tbblearn db upgrade` first."
_NO_TABLE_OR_COLUMN = {"42P01", "42703", "3F000"}


def sentence_for(error: Exception) -> str | None:
    """What to do about a database error; None for a fault of our own."""
    if not isinstance(error, DBAPIError):
        return None
    said = str(error.orig).strip()
    state = getattr(error.orig, "sqlstate", None) or ""
    url = next(one.value for one in look() if one.name == "TBBLEARN_DATABASE_URL") or ""
    if url.startswith("sqlite"):
        return _about_sqlite(said, url.removeprefix("sqlite:///"))
    where = make_url(url or "postgresql://")
    if error.statement is None:
        return _about_connecting(said, where.username or "", where.host or "this machine", where.database or "")
    if error.connection_invalidated or state.startswith("57P"):
        return "The connection to PostgreSQL was cut. Is it being restarted? Nothing half done is kept: run it again."
    if state in _NO_TABLE_OR_COLUMN:
        return NOT_READY
    if state == "42501":
        return (
            f"PostgreSQL does not let {where.username} do this in the database {where.database}. As its administrator: "
            f"ALTER DATABASE {where.database} OWNER TO {where.username}"
        )
    if state in {"53100", "25006", "55P03"}:
        return f"PostgreSQL cannot write: {said.splitlines()[0]}"
    return None


def _about_sqlite(said: str, file: str) -> str | None:
    if "no such table" in said or "no such column" in said:
        return NOT_READY
    for words, sentence in (
        ("is locked", f"Somebody else has been writing to {file} for a long time. Nothing is changed: run it again."),
        ("not a database", f"{file} is not a SQLite database. Name another file in TBBLEARN_DATABASE_URL."),
        ("disk is full", f"The disk of {file} is full. Nothing is changed."),
        ("readonly", f"{file} cannot be written. Whoever runs tbblearn must own it, and its folder."),
        ("unable to open", f"{file} cannot be opened. Whoever runs tbblearn must own it, and its folder."),
        ("malformed", f"{file} is damaged. Take the last good copy, and see what befell the disk."),
    ):
        if words in said:
            return sentence
    return None


def _about_connecting(said: str, user: str, host: str, database: str) -> str:
    """PostgreSQL may speak another language, so an unknown fault is quoted; it contains no password."""
    if "password" in said or "28P01" in said:
        return f"PostgreSQL on {host} does not take the password of {user or 'nobody'} in TBBLEARN_DATABASE_URL."
    if f'"{database}" does not exist' in said:
        return (
            f"PostgreSQL on {host} has no database {database}. As its administrator: "
            f"CREATE DATABASE {database} OWNER {user}"
        )
    if f'"{user}" does not exist' in said:
        return f"PostgreSQL on {host} has no role {user}. As its administrator: CREATE ROLE {user} LOGIN PASSWORD '...'"
    detail = said.splitlines()[-1].strip() if said else "no reason was given"
    return (
        f"PostgreSQL on {host} cannot be reached. Is it running, and is TBBLEARN_DATABASE_URL right? It says: {detail}"
    )
