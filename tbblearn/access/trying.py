"""Every password attempt, every number of a certificate and every email requested is counted before it is handled.

An attempt from a browser known to the account counts against that browser only; any other, against the account and the
IP address. Anyone who must wait is told how long; no server thread is held up.
"""

from datetime import datetime

import structlog
from flask import current_app, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from tbblearn.access.actions import Reserved, reserve_try
from tbblearn.access.known_browsers import KNOWN_DAYS, Mark, cookie_with, mark_of, marks_in
from tbblearn.access.rules import CROWDED, KNOWN_PACE, attempt_key
from tbblearn.config import Settings
from tbblearn.db import side_record
from tbblearn.people.rules import email_key

COOKIE = "tbblearn_browser"
PATH = "/"
"""Sent to every page, since one cookie on a shared PC holds several people's marks."""

_log = structlog.get_logger("tbblearn.access")


def _settings() -> Settings:
    settings: Settings = current_app.config["TBBLEARN"]
    return settings


def _cookie_name() -> str:
    return f"__Secure-{COOKIE}" if _settings().secure else COOKIE


def reserve_sign_in(email: str, person_id: int | None, now: datetime) -> Reserved | int:
    """Reserve a sign-in attempt, or return the seconds to wait; `person_id` is the address's owner, if any."""
    secret = _settings().secret_key
    mark = mark_of(_marks(now), person_id, secret) if person_id is not None else None
    if mark is not None:
        own = attempt_key(secret, "known browser", f"{person_id}:{mark.name}")
        with side_record() as records:
            reserved = reserve_try(records, own, "", now, KNOWN_PACE)
        if isinstance(reserved, Reserved):
            return reserved
    return _reserve("account", email_key(email), "address", now)


def reserve_link(email: str, now: datetime) -> Reserved | int:
    """Reserve a link request, or return the seconds to wait. Counted apart from signing in: on its first day a whole
    unit may request links from one IP address.
    """
    return _reserve("link", email_key(email), "link address", now)


def reserve_change(person_id: int, now: datetime) -> Reserved | int:
    """Reserve a signed-in person's attempt at their current password, or return the seconds to wait."""
    return _reserve("change", str(person_id), "", now)


def reserve_check(number: str, now: datetime) -> tuple[Reserved, Reserved] | int:
    """A try at the number of a certificate, or the seconds to wait. It counts for the network address, whatever number
    is tried, and for the number, from wherever a name is tried with it.
    """
    secret, address = _settings().secret_key, request.remote_addr or ""
    with side_record() as records:
        anywhere = reserve_try(records, attempt_key(secret, "certificates", address), "", now)
        if isinstance(anywhere, int):
            return anywhere
        beside = attempt_key(secret, "certificate address", address)
        own = reserve_try(records, attempt_key(secret, "certificate", number), beside, now)
    return own if isinstance(own, int) else (anywhere, own)


def _reserve(kind: str, value: str, address_kind: str, now: datetime) -> Reserved | int:
    secret = _settings().secret_key
    account = attempt_key(secret, kind, value)
    address = attempt_key(secret, address_kind, request.remote_addr or "") if address_kind else ""
    with side_record() as records:
        reserved = reserve_try(records, account, address, now)
    if isinstance(reserved, Reserved) and reserved.beside == CROWDED:
        _log.warning("many attempts from one IP address; now throttled", counted=kind)
    return reserved


def _marks(now: datetime) -> tuple[Mark, ...]:
    return marks_in(request.cookies.get(_cookie_name(), ""), _settings().secret_key, now)


def remember_browser(response: Response, person_id: int, now: datetime) -> None:
    """Mark the browser as known to this person's account: the right password was given here."""
    settings = _settings()
    response.set_cookie(
        _cookie_name(),
        cookie_with(_marks(now), person_id, settings.secret_key, now),
        max_age=KNOWN_DAYS * 24 * 3600,
        path=PATH,
        secure=settings.secure,
        httponly=True,
        samesite="Lax",
    )


def wait_words(seconds: int) -> str:
    """How long to wait, in words."""
    if seconds <= 90:
        return ngettext(
            "För många försök. Vänta %(num)s sekund och försök igen.",
            "För många försök. Vänta %(num)s sekunder och försök igen.",
            seconds,
        )
    return _("För många försök. Vänta %(min)s minuter och försök igen.", min=-(-seconds // 60))


def retry_after(seconds: int) -> dict[str, str]:
    """How long to wait, as a header."""
    return {"Retry-After": str(seconds)}
