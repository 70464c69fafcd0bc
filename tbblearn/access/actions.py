"""Writes for signing in and out. Passwords come hashed: that takes too long for a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.orm import Session

from tbblearn.access.models import Credential, LoginAttempt, OneTimeLink, SignInSession
from tbblearn.access.queries import usable_link
from tbblearn.access.rules import (
    COUNTED,
    CROWDED_WINDOW,
    LINK_HOURS,
    OWN_WINDOW,
    PACE,
    LinkNotUsable,
    LinkPurpose,
    Pace,
    has_own_try,
    new_token,
    seconds_to_wait,
    token_hash,
)
from tbblearn.audit.actions import record
from tbblearn.audit.rules import Event
from tbblearn.db import db, run

_OPEN = insert(SignInSession)


def open_session(person_id: int, now: datetime, *, history_only: bool = False) -> str:
    """Sign a person in, a leaver to their own history only; returns the token for the browser."""
    token = new_token()
    values = {"token_hash": token_hash(token), "person_id": person_id, "history_only": history_only}
    run(_OPEN, {**values, "created_at": now, "seen_at": now})
    record(Event.SIGNED_IN, now=now, actor_id=person_id)
    return token


def end_session(token: str, now: datetime) -> None:
    """Sign this browser out."""
    for person_id in _end(SignInSession.token_hash == token_hash(token), now):
        record(Event.SIGNED_OUT, now=now, actor_id=person_id)


def end_all_sessions(person_id: int, now: datetime) -> None:
    """Sign a person out everywhere."""
    ended = _end(SignInSession.person_id == person_id, now)
    if ended:
        record(Event.SIGNED_OUT, now=now, actor_id=person_id, sessions=len(ended))


def _end(which: ColumnElement[bool], now: datetime) -> Sequence[int]:
    """End the sessions that have not ended; returns the person of each."""
    return db.session.scalars(
        update(SignInSession)
        .where(which, SignInSession.ended_at.is_(None))
        .values(ended_at=now)
        .returning(SignInSession.person_id)
    ).all()


def make_link(
    person_id: int,
    now: datetime,
    *,
    by: int | None = None,
    how: str = "mailed",
    purpose: LinkPurpose = LinkPurpose.SET_PASSWORD,
) -> str:
    """Make a one-time link; returns its token. Earlier unused links for the same purpose stop working.

    The event log says for whom, by whom (None: the timer or the command line), and `how` it was handed over.
    """
    _expire_links(person_id, now, purpose)
    token = new_token()
    db.session.add(
        OneTimeLink(
            token_hash=token_hash(token),
            person_id=person_id,
            purpose=purpose,
            created_at=now,
            expires_at=now + timedelta(hours=LINK_HOURS),
        )
    )
    record(Event.LINK_MADE, now=now, actor_id=by, object_kind="person", object_id=person_id, how=how)
    return token


def _expire_links(person_id: int, now: datetime, purpose: LinkPurpose = LinkPurpose.SET_PASSWORD) -> None:
    db.session.execute(
        update(OneTimeLink)
        .where(
            OneTimeLink.person_id == person_id,
            OneTimeLink.purpose == purpose,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
        )
        .values(expires_at=now)
    )


def set_password(token: str, password_hash: str, now: datetime) -> int:
    """Use a one-time link: keep the new password, end every session; returns the person's id. Raises LinkNotUsable."""
    person_id = use_link(token, LinkPurpose.SET_PASSWORD, now)
    keep_password(person_id, password_hash, now)
    end_all_sessions(person_id, now)
    record(Event.PASSWORD_SET, now=now, actor_id=person_id)
    return person_id


def use_link(token: str, purpose: LinkPurpose, now: datetime) -> int:
    """Use a link; returns whose it is. Raises LinkNotUsable, also for one of two at once: it is a single statement."""
    person_id: int | None = db.session.scalar(
        update(OneTimeLink).where(usable_link(token, purpose, now)).values(used_at=now).returning(OneTimeLink.person_id)
    )
    if person_id is None:
        raise LinkNotUsable
    return person_id


def keep_password(person_id: int, password_hash: str, now: datetime) -> None:
    """Store a person's password hash, in place of any before."""
    known = db.session.scalar(select(Credential).where(Credential.person_id == person_id))
    if known:
        known.password_hash, known.changed_at = password_hash, now
    else:
        db.session.add(Credential(person_id=person_id, password_hash=password_hash, changed_at=now))
    db.session.flush()


def change_password(person_id: int, password_hash: str, keep_token: str, now: datetime) -> None:
    """Keep a new password; every other session of the person ends, and links stop working."""
    keep_password(person_id, password_hash, now)
    _end((SignInSession.person_id == person_id) & (SignInSession.token_hash != token_hash(keep_token)), now)
    _expire_links(person_id, now)
    record(Event.PASSWORD_SET, now=now, actor_id=person_id)


@dataclass(frozen=True)
class Reserved:
    """An attempt that may be checked now; its row is stored, and deleted if the attempt succeeds.

    `beside` counts earlier failed attempts from the same IP address.
    """

    id: int
    beside: int


def reserve_try(
    session: Session, account_key: str, address_key: str, now: datetime, pace: Pace = PACE
) -> Reserved | int:
    """Side record: an attempt, counted before it is checked; or the seconds to wait, and nothing is written.

    Attempts on one account queue here, on both databases, so simultaneous ones get no extra chances. An empty
    `address_key` is counted with no other. Old rows are deleted at the same time.
    """
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer at a time
        number = int.from_bytes(bytes.fromhex(account_key[:16]), signed=True)  # a lock's number has 64 bits with a sign
        session.execute(select(func.pg_advisory_xact_lock(number)))
    own, last_at = session.execute(
        select(func.count(), func.max(LoginAttempt.at)).where(
            LoginAttempt.account_key == account_key, LoginAttempt.at > now - COUNTED
        )
    ).one()
    from_address = select(func.count()).where(LoginAttempt.address_key == address_key)
    beside = session.scalars(
        from_address.where(LoginAttempt.address_key != "", LoginAttempt.at > now - CROWDED_WINDOW)
    ).one()
    from_there = session.scalars(
        from_address.where(LoginAttempt.account_key == account_key, LoginAttempt.at > now - OWN_WINDOW)
    ).one()
    wait = seconds_to_wait(own, last_at, beside, now, pace)
    if wait and not (address_key and has_own_try(own, from_there, beside)):
        return wait
    forget_old_tries(session, now)
    row = LoginAttempt(account_key=account_key, address_key=address_key, at=now)
    session.add(row)
    session.flush()
    return Reserved(row.id, beside)


def forget_old_tries(session: Session, now: datetime) -> None:
    """Delete attempts that no longer count: with each new one, and by the timer."""
    session.execute(delete(LoginAttempt).where(LoginAttempt.at <= now - COUNTED))


def forget_try(reserved: Reserved) -> None:
    """Stop counting an attempt that succeeded."""
    db.session.execute(delete(LoginAttempt).where(LoginAttempt.id == reserved.id))


def touch(session: Session, session_id: int, now: datetime) -> None:
    """Side record: this session was used now."""
    session.execute(update(SignInSession).where(SignInSession.id == session_id).values(seen_at=now))
