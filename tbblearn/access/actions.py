"""Writes for signing in and out. Hashing happens before, outside the transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.orm import Session

from tbblearn.access.models import Credential, LoginAttempt, OneTimeLink, SignInSession
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
from tbblearn.db import db, run, stockholm_date
from tbblearn.people.belonging import belongs, history_since, left_lately

_OPEN = insert(SignInSession)


def open_session(person_id: int, now: datetime, *, history_only: bool = False) -> str:
    """Sign a person in, or let who has left in to the own history only; returns the token for the browser."""
    token = new_token()
    values = {"token_hash": token_hash(token), "person_id": person_id, "history_only": history_only}
    run(_OPEN, {**values, "created_at": now, "seen_at": now})
    record(Event.SIGNED_IN, now=now, actor_id=person_id)
    return token


def end_session(token: str, now: datetime) -> None:
    """Sign this browser out."""
    ended = db.session.scalar(
        update(SignInSession)
        .where(SignInSession.token_hash == token_hash(token), SignInSession.ended_at.is_(None))
        .values(ended_at=now)
        .returning(SignInSession.person_id)
    )
    if ended is not None:
        record(Event.SIGNED_OUT, now=now, actor_id=ended)


def end_all_sessions(person_id: int, now: datetime) -> None:
    """Sign a person out everywhere."""
    ended = db.session.scalars(
        update(SignInSession)
        .where(SignInSession.person_id == person_id, SignInSession.ended_at.is_(None))
        .values(ended_at=now)
        .returning(SignInSession.id)
    ).all()
    if ended:
        record(Event.SIGNED_OUT, now=now, actor_id=person_id, sessions=len(ended))


def make_link(
    person_id: int,
    now: datetime,
    *,
    by: int | None = None,
    how: str = "mailed",
    purpose: LinkPurpose = LinkPurpose.SET_PASSWORD,
) -> str:
    """Make a one-time link, for setting a password if nothing else is said; returns its token.

    Earlier unused links for the same purpose stop working.

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
    """Use a one-time link: keep the new password, end every session; returns the person's id.

    Raises LinkNotUsable when the link is unknown, used or too old, also when two use it at once, and while its person
    may not sign in.
    """
    person_id = _use_link(token, LinkPurpose.SET_PASSWORD, belongs(OneTimeLink.person_id, stockholm_date(now)), now)
    keep_password(person_id, password_hash, now)
    end_all_sessions(person_id, now)
    record(Event.PASSWORD_SET, now=now, actor_id=person_id)
    return person_id


def use_history_link(token: str, now: datetime) -> int:
    """Use a one-time link to the own history; returns the person's id.

    Raises LinkNotUsable when the link is unknown, used or too old, also when two use it at once, and when its person
    left too long ago.
    """
    today = stockholm_date(now)
    return _use_link(
        token, LinkPurpose.READ_HISTORY, left_lately(OneTimeLink.person_id, today, history_since(today)), now
    )


def _use_link(token: str, purpose: LinkPurpose, may_use: ColumnElement[bool], now: datetime) -> int:
    """Use a link in one statement, so that of two at once one is refused; returns whose it is."""
    person_id: int | None = db.session.scalar(
        update(OneTimeLink)
        .where(
            OneTimeLink.token_hash == token_hash(token),
            OneTimeLink.purpose == purpose,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
            may_use,
        )
        .values(used_at=now)
        .returning(OneTimeLink.person_id)
    )
    if person_id is None:
        raise LinkNotUsable
    return person_id


def keep_password(person_id: int, password_hash: str, now: datetime) -> None:
    """Store a password hash for a person, in place of the one before."""
    known = db.session.scalar(select(Credential).where(Credential.person_id == person_id))
    if known:
        known.password_hash, known.changed_at = password_hash, now
    else:
        db.session.add(Credential(person_id=person_id, password_hash=password_hash, changed_at=now))
    db.session.flush()


def change_password(person_id: int, password_hash: str, keep_token: str, now: datetime) -> None:
    """Keep a new password in place of the old one; every other session of the person ends, and links stop working."""
    keep_password(person_id, password_hash, now)
    db.session.execute(
        update(SignInSession)
        .where(
            SignInSession.person_id == person_id,
            SignInSession.ended_at.is_(None),
            SignInSession.token_hash != token_hash(keep_token),
        )
        .values(ended_at=now)
    )
    _expire_links(person_id, now)
    record(Event.PASSWORD_SET, now=now, actor_id=person_id)


@dataclass(frozen=True)
class Reserved:
    """A try that may be checked now; its row stands already, and stays unless the try was right. `beside` are the wrong
    tries of the same network address before it.
    """

    id: int
    beside: int


def reserve_try(
    session: Session, account_key: str, address_key: str, now: datetime, pace: Pace = PACE
) -> Reserved | int:
    """Side record: a try, counted before it is checked; or the seconds to wait, and nothing is written.

    Of many at once only as many are let through as may be: the tries of one account stand in line here, on both
    databases. An empty `address_key` is counted with no other. Old rows go at the same time.
    """
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer at a time
        session.execute(select(func.pg_advisory_xact_lock(_lock_number(account_key))))
    own, last_at = session.execute(
        select(func.count(), func.max(LoginAttempt.at)).where(
            LoginAttempt.account_key == account_key, LoginAttempt.at > now - COUNTED
        )
    ).one()
    beside = session.scalar(
        select(func.count()).where(
            LoginAttempt.address_key == address_key,
            LoginAttempt.address_key != "",
            LoginAttempt.at > now - CROWDED_WINDOW,
        )
    )
    from_there = session.scalar(
        select(func.count()).where(
            LoginAttempt.account_key == account_key,
            LoginAttempt.address_key == address_key,
            LoginAttempt.at > now - OWN_WINDOW,
        )
    )
    wait = seconds_to_wait(own, last_at, beside or 0, now, pace)
    if wait and not (address_key and has_own_try(own, from_there or 0, beside or 0)):
        return wait
    forget_old_tries(session, now)
    row = LoginAttempt(account_key=account_key, address_key=address_key, at=now)
    session.add(row)
    session.flush()
    return Reserved(row.id, beside or 0)


def forget_old_tries(session: Session, now: datetime) -> None:
    """Tries that count no more go: with each new one, and by the timer where there is none."""
    session.execute(delete(LoginAttempt).where(LoginAttempt.at <= now - COUNTED))


def _lock_number(key: str) -> int:
    """A number for PostgreSQL's lock by number, which has 64 bits with a sign."""
    return int.from_bytes(bytes.fromhex(key[:16]), signed=True)


def forget_try(reserved: Reserved) -> None:
    """It was right: it counts no more."""
    db.session.execute(delete(LoginAttempt).where(LoginAttempt.id == reserved.id))


def touch(session: Session, session_id: int, now: datetime) -> None:
    """Side record: this session was used now."""
    session.execute(update(SignInSession).where(SignInSession.id == session_id).values(seen_at=now))
