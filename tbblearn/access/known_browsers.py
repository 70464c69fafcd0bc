"""Browsers that have signed in to an account before, recognised by a cookie of their own ("device cookies", OWASP).

Failed attempts elsewhere then delay nobody at their own computer. The cookie outlives the session, proves only that the
right password was given here once, and names nobody: for each account it has a keyed hash, and a random name of this
browser. One browser may be known to many accounts, such as a ward's shared PC.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from itsdangerous import BadSignature, Signer

from tbblearn.access.rules import attempt_key

KNOWN_DAYS = 365
MOST_ACCOUNTS = 40
"""Those who signed in last; more would not fit in a cookie."""
_FIRST_DAY = date(2020, 1, 1)


@dataclass(frozen=True)
class Mark:
    """An account that knows this browser, under which name, since which day (counted from the first of 2020)."""

    account: str
    name: str
    since: int


def marks_in(cookie: str, secret: str, now: datetime) -> tuple[Mark, ...]:
    """The marks in a cookie, newest first; none when it is not ours, was changed, or is too old."""
    try:
        text = _signer(secret).unsign(cookie.encode()).decode()
    except (BadSignature, UnicodeError):
        return ()
    marks = (Mark(account, name, int(since)) for account, name, since in (one.split(".") for one in text.split("~")))
    return tuple(mark for mark in marks if 0 <= _day(now) - mark.since <= KNOWN_DAYS)


def mark_of(marks: Sequence[Mark], person_id: int, secret: str) -> Mark | None:
    """The mark of this person's account; None when it does not know the browser."""
    account = _account(person_id, secret)
    return next((mark for mark in marks if mark.account == account), None)


def cookie_with(marks: Sequence[Mark], person_id: int, secret: str, now: datetime) -> str:
    """The cookie once this person has signed in; a new name for the browser clears its earlier failed attempts."""
    account = _account(person_id, secret)
    newest = Mark(account, secrets.token_urlsafe(9), _day(now))
    kept = [newest, *(mark for mark in marks if mark.account != account)][:MOST_ACCOUNTS]
    return _signer(secret).sign("~".join(f"{one.account}.{one.name}.{one.since}" for one in kept)).decode()


def _account(person_id: int, secret: str) -> str:
    return attempt_key(secret, "known browser", str(person_id))[:24]


def _day(now: datetime) -> int:
    return (now.date() - _FIRST_DAY).days


def _signer(secret: str) -> Signer:
    return Signer(secret, salt=b"tbblearn known browser", sep=":", digest_method=hashlib.sha256)
