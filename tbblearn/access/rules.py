"""Signing in: how long things last, how many tries, what a password must be."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LINK_HOURS = 72
TOUCH_EVERY = timedelta(minutes=5)
TRY_WINDOW = timedelta(minutes=15)
MAX_TRIES_PER_ACCOUNT = 6
MAX_TRIES_PER_ADDRESS = 300
"""A whole organisation may reach us from one network address, so this stops only a machine that tries many accounts."""
MIN_PASSWORD = 10
MAX_PASSWORD = 200


SET_PASSWORD_MAIL = "set_password"
OWN_HISTORY_MAIL = "own_history"
LINK_MAIL = frozenset({SET_PASSWORD_MAIL, OWN_HISTORY_MAIL})
"""Kinds of letter that hold a one-time link: whoever reads one is signed in as its reader. They are kept nowhere."""


class LinkPurpose(StrEnum):
    """What a one-time link is for."""

    SET_PASSWORD = "set_password"
    READ_HISTORY = "read_history"


class PasswordFault(StrEnum):
    """Why a password cannot be used."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOO_COMMON = "too_common"


class LinkNotUsable(Exception):
    """The one-time link is unknown, used or too old."""


_COMMON = frozenset(
    [
        "password",
        "passwort",
        "lösenord",
        "losenord",
        "losenord1",
        "lösenord1",
        "1234567890",
        "0123456789",
        "qwertyuiop",
        "qwerty1234",
        "iloveyou12",
        "sommar2026",
        "sommar2027",
        "vinter2026",
        "vinter2027",
        "hösten2026",
        "våren2027",
        "välkommen1",
        "valkommen1",
        "administrator",
        "sörmland123",
        "sormland123",
        "tbblearn123",
        "changeme123",
        "aaaaaaaaaa",
        "1111111111",
        "abcdefghij",
        "password123",
    ]
)


def password_fault(password: str, email: str) -> PasswordFault | None:
    """What is wrong with a chosen password: length and obvious choices only, no rules about signs (NIST 800-63B)."""
    if len(password) < MIN_PASSWORD:
        return PasswordFault.TOO_SHORT
    if len(password) > MAX_PASSWORD:
        return PasswordFault.TOO_LONG
    plain = password.casefold()
    if plain in _COMMON or len(set(plain)) < 4 or plain in {email.casefold(), email.casefold().split("@")[0]}:
        return PasswordFault.TOO_COMMON
    return None


def new_token() -> str:
    """A secret for a session or a link, 256 bits, only ever in the browser or the letter."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What the database keeps of a token: enough to recognise it, useless to use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def attempt_key(secret: str, kind: str, value: str) -> str:
    """An opaque key for counting tries of an account or a network address, not readable without the secret.

    `value` must be the one way of writing it that everything else goes by: see `people.rules.email_key`.
    """
    return hmac.new(secret.encode(), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()


def visit_key(secret: str, session_token: str) -> str:
    """An opaque name of one session, for pages to tell it from another; nobody gets from it to the token."""
    return attempt_key(secret, "visit", session_token)[:24]


@dataclass(frozen=True)
class SessionTimes:
    """The life of a session: it ends after `idle` without a page, and `absolute` after its start."""

    idle: timedelta
    absolute: timedelta

    def ends_at(self, created_at: datetime, seen_at: datetime) -> datetime:
        """When the session ends if no further page is opened.

        `seen_at` is written at most every five minutes, so a session lives at least `idle`, at most five minutes more.
        """
        return min(seen_at + self.idle + TOUCH_EVERY, created_at + self.absolute)

    def needs_touch(self, seen_at: datetime, now: datetime) -> bool:
        """True when last-seen is old enough to be written again."""
        return now - seen_at >= TOUCH_EVERY


def minutes_to_wait(failures: list[datetime], allowed: int, now: datetime) -> int:
    """Whole minutes until the next try is allowed; 0 when it is allowed now. Failures are within TRY_WINDOW."""
    if len(failures) < allowed:
        return 0
    free_at = sorted(failures)[-allowed] + TRY_WINDOW
    return max(1, -(-int((free_at - now).total_seconds()) // 60)) if free_at > now else 0
