"""Signing in: how long things last, how many attempts, what a password must be."""

import hashlib
import hmac
import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LINK_HOURS = 72
TOUCH_EVERY = timedelta(minutes=5)
COUNTED = timedelta(hours=24)
"""How long an attempt counts, and how long it is kept."""
Pace = tuple[tuple[int, timedelta], ...]
PACE: Pace = (
    (6, timedelta(seconds=30)),
    (10, timedelta(minutes=1)),
    (20, timedelta(minutes=5)),
    (40, timedelta(minutes=15)),
)
"""After this many attempts on one account within a day, this much time must pass since the last. No account is ever
locked; at full speed this allows about 130 attempts a day."""
CROWDED_WINDOW = timedelta(minutes=15)
CROWDED = 100
"""Failed attempts from one IP address within the window that make it crowded: one machine tries many accounts, or a
whole organisation behind it has a bad morning."""
HEAD_START = 4
"""From a crowded address the second failed attempt on an account counts as its sixth. First attempts are unaffected: no
number of attempts on other accounts makes anyone wait."""
OWN_TRIES, OWN_WINDOW, OWN_UNTIL = 2, timedelta(hours=1), 300
"""Attempts per account that each IP address has of its own in such a window, whatever others do, until the account has
had the last number within a day."""
KNOWN_PACE: Pace = ((10, COUNTED),)
"""Failed attempts a day in a browser known to the account, whatever others do elsewhere. After that it is a browser
like any other."""
MIN_PASSWORD = 10
MAX_PASSWORD = 200


SET_PASSWORD_MAIL = "set_password"
OWN_HISTORY_MAIL = "own_history"
LINK_MAIL = frozenset({SET_PASSWORD_MAIL, OWN_HISTORY_MAIL})
"""Kinds of email with a one-time link: anyone who reads one can sign in as its recipient. They are stored nowhere."""


class LinkPurpose(StrEnum):
    """What a one-time link is for."""

    SET_PASSWORD = "set_password"
    READ_HISTORY = "read_history"


class PasswordFault(StrEnum):
    """Why a password cannot be used."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    OWN_WORDS = "own_words"
    TOO_COMMON = "too_common"


class LinkNotUsable(Exception):
    """The one-time link is unknown, used or too old, or its person may not use it today."""


def new_token() -> str:
    """A secret for a session or a link, 256 bits, stored nowhere but in the browser or the email."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What the database stores of a token: enough to recognise it, not to use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def attempt_key(secret: str, kind: str, value: str) -> str:
    """An opaque key for counting attempts on an account or from an IP address, unreadable without the secret.

    `value` must be in canonical form: see `people.rules.email_key`.
    """
    return hmac.new(secret.encode(), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()


def visit_key(secret: str, session_token: str) -> str:
    """An opaque name by which pages tell sessions apart; it does not give away the token."""
    return attempt_key(secret, "visit", session_token)[:24]


@dataclass(frozen=True)
class SessionTimes:
    """How long a session lives: `idle` after the last page, and at most `absolute` after its start."""

    idle: timedelta
    absolute: timedelta

    def ends_at(self, created_at: datetime, seen_at: datetime) -> datetime:
        """When the session ends if no further page is opened: `idle` to five minutes more, since `seen_at` is written
        at most every five minutes.
        """
        return min(seen_at + self.idle + TOUCH_EVERY, created_at + self.absolute)

    def needs_touch(self, seen_at: datetime, now: datetime) -> bool:
        """True when last-seen is old enough to be written again."""
        return now - seen_at >= TOUCH_EVERY


def has_own_try(tries: int, from_there: int, beside: int) -> bool:
    """True when an attempt is allowed although the account must wait: the first from an IP address always are, or an
    attacker elsewhere could keep the owner out.

    `tries` counts the account's within COUNTED, `from_there` those from this address within OWN_WINDOW, `beside` all
    from the address within CROWDED_WINDOW.
    """
    return from_there < OWN_TRIES and tries < OWN_UNTIL and beside < CROWDED


def seconds_to_wait(tries: int, last_at: datetime | None, beside: int, now: datetime, pace: Pace = PACE) -> int:
    """Whole seconds until the next attempt on an account is allowed; 0 when it is allowed now.

    `tries` counts the account's within COUNTED, the last at `last_at`; `beside` those from the same IP address within
    CROWDED_WINDOW, on any account. Attempts still being checked count as failed.
    """
    counted = tries + (HEAD_START if beside >= CROWDED else 0)
    pause = max((pause for least, pause in pace if counted >= least), default=timedelta(0))
    if last_at is None or not pause:
        return 0
    return max(0, math.ceil((last_at + pause - now).total_seconds()))
