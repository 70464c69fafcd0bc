"""Reads for signing in."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, or_, select

from tbblearn.access.models import Credential, OneTimeLink, SignInSession
from tbblearn.access.rules import LinkPurpose, SessionTimes, token_hash
from tbblearn.db import db, run, stockholm_date
from tbblearn.people.belonging import belongs, history_since, left_lately
from tbblearn.people.models import OrgUnit, Person, Placement
from tbblearn.people.queries import with_roles
from tbblearn.people.rules import HeldGrant, Principal, email_key


@dataclass(frozen=True)
class StoredCredential:
    """A person's password hash, for checking outside any transaction."""

    person_id: int
    password_hash: str


@dataclass(frozen=True)
class LiveSession:
    """A session that has not ended."""

    id: int
    principal: Principal
    seen_at: datetime


def _has_email(key: str | BindParameter[str]) -> ColumnElement[bool]:
    return and_(Person.email_key == key, Person.email_key != "")


# Built once: every sign-in or every request runs them, and building one takes longer than running it.
_CREDENTIAL = (
    select(Credential.person_id, Credential.password_hash)
    .join(Person, Person.id == Credential.person_id)
    .where(_has_email(bindparam("email_key")), belongs(Person.id, bindparam("today")))
    .order_by(Credential.person_id)
    .limit(1)
)
_LIVE = with_roles(
    select(
        SignInSession.id,
        SignInSession.created_at,
        SignInSession.seen_at,
        SignInSession.person_id,
        SignInSession.history_only,
        Person.given_name,
        Person.family_name,
        Person.language,
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
    """The password of an e-mail address; of two persons with one address, the first who has a password.

    None also when nobody with this address may sign in on this day.
    """
    row = run(_CREDENTIAL, {"email_key": email_key(email), "today": today}).one_or_none()
    return StoredCredential(**row._asdict()) if row else None


def person_with_email(email: str, today: date) -> int | None:
    """Id of the person who would sign in with this address, with or without a password; None when nobody may."""
    return db.session.scalar(
        select(Person.id)
        .outerjoin(Credential, Credential.person_id == Person.id)
        .where(_has_email(email_key(email)), belongs(Person.id, today))
        .order_by(Credential.person_id.is_(None), Person.id)
        .limit(1)
    )


def leaver_with_email(email: str, today: date) -> int | None:
    """Id of the person with this address who left recently enough to read their own history; else None.

    Ask first who may sign in with it: the address may have gone to someone new.
    """
    return db.session.scalar(
        select(Person.id)
        .where(_has_email(email_key(email)), left_lately(Person.id, today, history_since(today)))
        .order_by(Person.id.desc())
        .limit(1)
    )


def live_session(token: str, times: SessionTimes, now: datetime, *, prolongs: bool = True) -> LiveSession | None:
    """The session this token opens, with the person and today's roles; None when it has ended.

    None also while the person is neither employed nor external: refused, not ended. One opened with the link to the
    own history works for some days after the last employment, and has no role. `prolongs`: this request counts as use.
    """
    today = stockholm_date(now)
    values = {"token_hash": token_hash(token), "today": today, "history_since": history_since(today)}
    rows = run(_LIVE, values).all()
    if not rows:
        return None
    found = rows[0]
    ends_at = times.ends_at(found.created_at, found.seen_at)
    if ends_at <= now:
        return None
    if prolongs and times.needs_touch(found.seen_at, now):
        ends_at = times.ends_at(found.created_at, now)
    roles = [row for row in rows if row.role is not None and not found.history_only]
    principal = Principal(
        person_id=found.person_id,
        name=f"{found.given_name} {found.family_name}".strip(),
        given_name=found.given_name,
        language=found.language,
        session_token=token,
        ends_at=ends_at,
        grants=tuple(HeldGrant(role=row.role, unit_id=row.unit_id, unit_path=row.path) for row in roles),
        history_only=found.history_only,
    )
    return LiveSession(found.id, principal, found.seen_at)


def owner_of(token: str) -> int | None:
    """Whose session a token was, also after it ended: a lost form goes back to the same person only."""
    return db.session.scalar(select(SignInSession.person_id).where(SignInSession.token_hash == token_hash(token)))


def usable_link(token: str, purpose: LinkPurpose, now: datetime) -> ColumnElement[bool]:
    """SQL condition: the one-time link of this token, unused, in time, and for a person who may use it today."""
    today, person_id = stockholm_date(now), OneTimeLink.person_id
    sets_password = purpose is LinkPurpose.SET_PASSWORD
    return and_(
        OneTimeLink.token_hash == token_hash(token),
        OneTimeLink.purpose == purpose,
        OneTimeLink.used_at.is_(None),
        OneTimeLink.expires_at > now,
        belongs(person_id, today) if sets_password else left_lately(person_id, today, history_since(today)),
    )


def link_owner(token: str, purpose: LinkPurpose, now: datetime) -> int | None:
    """Whose one-time link this is; None when it cannot be used now."""
    return db.session.scalar(select(OneTimeLink.person_id).where(usable_link(token, purpose, now)))


def password_of(person_id: int) -> str | None:
    """A person's password hash, if any."""
    return db.session.scalar(select(Credential.password_hash).where(Credential.person_id == person_id))


def own_words(person_id: int) -> list[str]:
    """What others know of a person, and would try as a password: names, address, workplaces and professions."""
    named = db.session.execute(
        select(Person.given_name, Person.family_name, Person.email).where(Person.id == person_id)
    ).one_or_none()
    jobs = db.session.execute(
        select(OrgUnit.name, Placement.profession)
        .join(Placement, Placement.unit_id == OrgUnit.id)
        .where(Placement.person_id == person_id)
    )
    return [word for row in (named or (), *jobs) for word in row if word]


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
    """A person's e-mail address, for that person's own pages; may be empty."""
    return db.session.scalar(select(Person.email).where(Person.id == person_id)) or ""


def own_details(person_id: int, now: datetime) -> OwnDetails:
    """My e-mail address and my employments that have not ended."""
    today = stockholm_date(now)
    rows = db.session.execute(
        select(
            OrgUnit.name.label("unit"),
            Placement.profession,
            Placement.from_on.label("start_on"),
            Placement.until_on.label("end_on"),
        )
        .join(OrgUnit, OrgUnit.id == Placement.unit_id)
        .where(Placement.person_id == person_id, Placement.until_on.is_(None) | (Placement.until_on >= today))
        .order_by(Placement.from_on, Placement.id)
    ).all()
    return OwnDetails(email_of(person_id), tuple(OwnEmployment(**row._asdict()) for row in rows))
