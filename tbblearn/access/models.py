"""Tables: passwords, sessions, one-time links, and attempts for throttling."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tbblearn.access.rules import LinkPurpose
from tbblearn.db import Model, UtcDateTime, enum_type, retention


class Credential(Model):
    """A person's password, as an argon2id hash."""

    __tablename__ = "credential"
    __retention__ = retention(keep="with the person", why="signing in", erase="goes with the person's erasure")

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SignInSession(Model):
    """A signed-in browser, which alone has the token itself."""

    __tablename__ = "sign_in_session"
    __retention__ = retention(
        keep="7 days after its end", why="to sign out everywhere", erase="rows are deleted by age"
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    history_only: Mapped[bool] = mapped_column(default=False)
    """Opened with the link to the own history, and good for nothing else."""


class OneTimeLink(Model):
    """A link that sets a password, or opens a leaver's own history, once, within its hours."""

    __tablename__ = "one_time_link"
    __retention__ = retention(keep="30 days", why="to see that a link was used", erase="rows are deleted by age")

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[LinkPurpose] = mapped_column(enum_type(LinkPurpose))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LoginAttempt(Model):
    """A sign-in attempt that failed or is being checked, or a link requested; the keys are keyed hashes.

    An attempt in a browser known to the account has the browser's own key as account, and no address.
    """

    __tablename__ = "login_attempt"
    __table_args__ = (
        Index("ix_login_attempt_account", "account_key", "at"),
        Index("ix_login_attempt_address", "address_key", "at"),
        Index("ix_login_attempt_at", "at"),
    )
    __retention__ = retention(keep="24 hours", why="throttling", erase="rows are deleted by age")

    id: Mapped[int] = mapped_column(primary_key=True)
    account_key: Mapped[str] = mapped_column(String(64))
    address_key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
