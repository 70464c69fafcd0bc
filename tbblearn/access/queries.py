"""Reads for signing in."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, bindparam, or_, select

from tbblearn.access.models import Credential, OneTimeLink, SignInSession
from tbblearn.access.rules import LinkPurpose, SessionTimes, token_hash
from tbblearn.db import db, run, stockholm_date
from tbblearn.people.belonging import belongs, history_since, left_lately
from tbblearn.people.models import Employment, OrgUnit, Person
from tbblearn.people.queries import with_roles
from tbblearn.people.rules import HeldGrant, Principal, email_key


@dataclass(frozen=True)
class StoredCredential:
    """A person's password hash, for checking outside any transaction."""

    person_id: int
    password_hash: str


@dataclass(frozen=True)
class LiveSession:
    """A session that has not ended, and whether its last-seen should be written again."""

    id: int
    principal: Principal
    seen_at: datetime


# Made once: every sign-in or every request runs them, and putting one together takes longer than running it.
_CREDENTIAL = (
    select(Credential.person_id, Credential.password_hash)
    .join(Person, Person.id == Credential.person_id)
    .where(Person.email_key == bindparam("email_key"), Person.email_key != "", belongs(Person.id, bindparam("today")))
    .order_by(Credential.person_id)
    .limit(1)
)
_LIVE = with_roles(
    select(
        SignInSession.id,
        SignInSession.created_at,
        SignInSession.seen_at,
        Person.id,
        Person.given_name,
        Person.family_name,
        Person.language,
        SignInSession.history_only,
    )
    .join(Person, Person.id == SignInSession.person_id)
    .where(
        SignInSession.token_hash == bindparam("token_hash"),
        SignInSession.ended_at.is_(None),
        or_(
            belongs(SignInSession.person_id, bindparam("today")),
            and_(
                SignInSession.history_only,
                left_lately(SignInSession.person_id, bindparam("today"), bindparam("history_since")),
            ),
        ),
    ),
    bindparam("today"),
)


def credential_for(email: str, today: date) -> StoredCredential | None:
    """The password kept for an e-mail address; of two persons with one address, the first who has a password.

    None also where nobody with this address may sign in on this day.
    """
    row = run(_CREDENTIAL, {"email_key": email_key(email), "today": today}).one_or_none()
    return StoredCredential(*row) if row else None


def person_with_email(email: str, today: date) -> int | None:
    """Id of the person who would sign in with this address, with or without a password; None where nobody may."""
    return db.session.scalar(
        select(Person.id)
        .outerjoin(Credential, Credential.person_id == Person.id)
        .where(Person.email_key == email_key(email), Person.email_key != "", belongs(Person.id, today))
        .order_by(Credential.person_id.is_(None), Person.id)
        .limit(1)
    )


def leaver_with_email(email: str, today: date) -> int | None:
    """Id of the person with this address who has left so lately that the own history can still be read; else None.

    Ask first who may sign in with it: an address may have gone to somebody new.
    """
    return db.session.scalar(
        select(Person.id)
        .where(
            Person.email_key == email_key(email),
            Person.email_key != "",
            left_lately(Person.id, today, history_since(today)),
        )
        .order_by(Person.id.desc())
        .limit(1)
    )


def live_session(token: str, times: SessionTimes, now: datetime, *, prolongs: bool = True) -> LiveSession | None:
    """The session this token opens, with the person and the roles that hold today; None when it has ended.

    None also while the person is neither employed nor external: it is refused, not ended. One that was opened with
    the link to the own history lives for some days after the last employment, and holds no role.
    `prolongs` says whether this request counts as use of the session; if not, it ends when it would have ended.
    """
    today = stockholm_date(now)
    values = {"token_hash": token_hash(token), "today": today, "history_since": history_since(today)}
    rows = run(_LIVE, values).all()
    if not rows:
        return None
    session_id, created_at, seen_at, person_id, given, family, language, history_only = rows[0][:8]
    ends_at = times.ends_at(created_at, seen_at)
    if ends_at <= now:
        return None
    if prolongs and times.needs_touch(seen_at, now):
        ends_at = times.ends_at(created_at, now)
    grants = tuple(HeldGrant(*row[8:]) for row in rows if row.role is not None and not history_only)
    name = f"{given} {family}".strip()
    principal = Principal(person_id, name, given, language, token, ends_at, grants, history_only)
    return LiveSession(session_id, principal, seen_at)


def owner_of(token: str) -> int | None:
    """Whose session a token was, also after it ended: to give back a lost form to the same person only."""
    return db.session.scalar(select(SignInSession.person_id).where(SignInSession.token_hash == token_hash(token)))


def link_owner(token: str, now: datetime) -> int | None:
    """Whose one-time link for a password this is, where it can still be used.

    None while its person may not sign in.
    """
    return db.session.scalar(
        select(OneTimeLink.person_id).where(
            OneTimeLink.token_hash == token_hash(token),
            OneTimeLink.purpose == LinkPurpose.SET_PASSWORD,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
            belongs(OneTimeLink.person_id, stockholm_date(now)),
        )
    )


def password_of(person_id: int) -> str | None:
    """The password hash of a person; None where there is none."""
    return db.session.scalar(select(Credential.password_hash).where(Credential.person_id == person_id))


def own_words(person_id: int) -> list[str]:
    """What others know of a person, and would try as a password: names, address, where they work and as what."""
    named = db.session.execute(
        select(Person.given_name, Person.family_name, Person.email).where(Person.id == person_id)
    ).one_or_none()
    held = db.session.execute(
        select(OrgUnit.name, Employment.profession)
        .join(Employment, Employment.unit_id == OrgUnit.id)
        .where(Employment.person_id == person_id)
    )
    return [word for row in (named or (), *held) for word in row if word]


def opens_history(token: str, now: datetime) -> bool:
    """True for a one-time link to the own history that can be used now."""
    today = stockholm_date(now)
    return (
        db.session.scalar(
            select(OneTimeLink.id).where(
                OneTimeLink.token_hash == token_hash(token),
                OneTimeLink.purpose == LinkPurpose.READ_HISTORY,
                OneTimeLink.used_at.is_(None),
                OneTimeLink.expires_at > now,
                left_lately(OneTimeLink.person_id, today, history_since(today)),
            )
        )
        is not None
    )


@dataclass(frozen=True)
class OwnEmployment:
    """One of my employments, as I see it."""

    unit: str
    profession: str
    start_on: date
    end_on: date | None


@dataclass(frozen=True)
class OwnDetails:
    """What the system knows of me."""

    email: str
    employments: tuple[OwnEmployment, ...]


def email_of(person_id: int) -> str:
    """A person's e-mail address, for nobody else's eyes; empty where there is none."""
    return db.session.scalar(select(Person.email).where(Person.id == person_id)) or ""


def own_details(person_id: int, now: datetime) -> OwnDetails:
    """My e-mail address and my employments that have not ended."""
    today = stockholm_date(now)
    rows = db.session.execute(
        select(OrgUnit.name, Employment.profession, Employment.start_on, Employment.end_on)
        .join(OrgUnit, OrgUnit.id == Employment.unit_id)
        .where(Employment.person_id == person_id, Employment.end_on.is_(None) | (Employment.end_on >= today))
        .order_by(Employment.start_on, Employment.id)
    ).all()
    return OwnDetails(email_of(person_id), tuple(OwnEmployment(*row) for row in rows))
