"""What each setting must look like. A reader raises ValueError: what is wrong, and how to write it."""

import os
import re
from collections.abc import Callable, Mapping
from email.utils import parseaddr
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from tbblearn.config.secret_key import MAKE_A_KEY, weakness

SQLITE = "sqlite:///"
_SPECIAL = "in user names and passwords write %40 for @, %2F for /, %3A for :, %23 for # and %25 for %"


def _whole_number(text: str, *, least: int, most: int) -> int:
    if re.fullmatch(r"[0-9]{1,9}", text) and least <= int(text) <= most:
        return int(text)
    raise ValueError(f"must be a whole number from {least} to {most}, not {_short(text)}")


def _yes_or_no(text: str) -> bool:
    if text not in {"0", "1"}:
        raise ValueError(f"must be 1 (yes) or 0 (no), not {_short(text)}")
    return text == "1"


def _log_level(text: str) -> str:
    levels = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
    if text.upper() not in levels:
        raise ValueError(f"must be one of {', '.join(levels)}, not {_short(text)}")
    return text.upper()


def _database_url(text: str) -> str:
    """Errors do not quote it: it contains a password."""
    if text.startswith(SQLITE):
        path = text.removeprefix(SQLITE)
        if not path or path.startswith((":", "file:")) or "?" in path:
            raise ValueError("must name a file: sqlite:////var/lib/tbblearn/tbblearn.sqlite, with nothing after it")
        return text
    url = re.sub(r"^postgresql://", "postgresql+psycopg://", text)
    if not url.startswith("postgresql+psycopg://"):
        scheme = re.match(r"[a-z0-9+]+:", text)
        raise ValueError(f"must begin with sqlite:/// or postgresql://{f', not {scheme[0]}' if scheme else ''}")
    from sqlalchemy import make_url  # late: --help does not need it
    from sqlalchemy.exc import ArgumentError

    try:
        parts = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise ValueError(f"must look like postgresql://user:password@host:5432/name; {_SPECIAL}") from error
    if not parts.database or not 0 < (parts.port or 1) < 65536:
        raise ValueError("must end with the name of the database: postgresql://user:password@host:5432/name")
    return url


def _public_url(text: str) -> str:
    parts = _address(text)
    if parts is None or parts.scheme not in {"http", "https"} or "@" in parts.netloc:
        raise ValueError("must be a full address such as https://utbildning.example.se")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("must be a full address with nothing after the host, such as https://utbildning.example.se")
    return f"{parts.scheme}://{parts.netloc}"


def _smtp_url(text: str) -> str:
    """Errors do not quote it: it contains a password."""
    parts = _address(text)
    if parts is None or parts.scheme not in {"smtp", "smtps"} or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f"must look like smtp://user:password@host:587, smtp://host or smtps://host:465; {_SPECIAL}")
    if bool(parts.username) != bool(parts.password):
        raise ValueError("must have both a user and a password, or neither: smtp://user:password@host:587")
    return text


def _address(text: str) -> SplitResult | None:
    """Its parts; None without a host, or with a bad port."""
    try:
        parts = urlsplit(text)
        return parts if parts.hostname and parts.port != 0 and not re.search(r"\s", text) else None
    except ValueError:
        return None


def _mail_sender(text: str) -> str:
    if not re.fullmatch(r"[!-?A-~]+@[A-Za-z0-9.-]*[A-Za-z0-9]", parseaddr(text)[1]):
        raise ValueError(f"must be an e-mail address such as utbildning@example.se, not {_short(text)}")
    return text


def _read_folder(text: str) -> Path:
    folder = Path(text).absolute()
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.X_OK):
        raise ValueError(f"must name a folder that can be read: {folder} is none")
    return folder


def _folder(text: str) -> Path:
    folder = Path(text).absolute()
    there = next(one for one in (folder, *folder.parents) if one.exists())
    if not there.is_dir():
        raise ValueError(f"must name a folder: {there} is a file")
    if not os.access(there, os.W_OK | os.X_OK):
        raise ValueError(
            f"names a folder that cannot be used: whoever runs tbblearn may not write in {there}. Make {folder} and "
            f"give it to that user: install -d -m 700 -o USER {folder}"
        )
    return folder


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}...")


def _secret_key(text: str) -> str:
    fault = weakness(text)
    if fault:
        raise ValueError(f"{fault}, so set it to what this prints: {MAKE_A_KEY}")
    return text


READERS: Mapping[str, Callable[[str], Any]] = {
    "database_url": _database_url,
    "secret_key": _secret_key,
    "instance": _folder,
    "public_url": _public_url,
    "contact": str,
    "intranet": str,
    "issuer": str,
    "demo": _yes_or_no,
    "mail_sender": _mail_sender,
    "smtp_url": _smtp_url,
    "smtp_plain": _yes_or_no,
    "idle_minutes": partial(_whole_number, least=1, most=1440),
    "session_hours": partial(_whole_number, least=1, most=744),
    "managers_first_days": partial(_whole_number, least=0, most=365),
    "response_days": partial(_whole_number, least=1, most=3650),
    "disposal_decision": str,
    "staffing_folder": _read_folder,
    "survey_margin": partial(_whole_number, least=2, most=4),
    "watching_forbidden": _yes_or_no,
    "trusted_proxies": partial(_whole_number, least=0, most=9),
    "workers": partial(_whole_number, least=1, most=64),
    "threads": partial(_whole_number, least=1, most=256),
    "log_level": _log_level,
}
"""The reader of each field of Settings, which also gives the name in the environment."""
