"""Who may see what, and Swedish order: decisions in plain Python (docs/rules/people.md)."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class UnitKind(StrEnum):
    """Kinds of unit in the county's one tree, in the words that the database keeps (docs/rules/people.md)."""

    COUNTY = "lan"
    HUVUDMAN = "huvudman"
    FORVALTNING = "forvaltning"
    VERKSAMHET = "verksamhet"
    ENHET = "enhet"


class Level(StrEnum):
    """The region's three implementation levels: who takes what."""

    BASE = "base"
    INTERMEDIATE = "intermediate"
    IN_DEPTH = "in_depth"


class Role(StrEnum):
    """What a grant lets a person do; each covers the subtree of its unit (docs/rules/people.md)."""

    MANAGER = "manager"
    PILOT = "pilot"
    FOLLOW_UP = "follow_up"
    PROCESS_LEADER = "process_leader"
    EDITOR = "editor"
    ADMIN = "admin"


COUNTY_ROLES = frozenset({Role.EDITOR, Role.ADMIN})
"""Roles on the county only: what they do affects every huvudman."""

RETURN_DAYS = 30
"""Whoever returns within so many days has their roles back; later it takes a new decision."""

HISTORY_DAYS = 30
"""Days after the last employment in which the own history can still be read, by a mailed link."""

TELL_DAYS = (60, 30, 7)
"""Days before external access ends on which its person and sponsor are told."""


class Language(StrEnum):
    """Languages of the interface."""

    SV = "sv"
    EN = "en"


class GrantSource(StrEnum):
    """Where a grant comes from; an import never touches those given by hand."""

    HAND = "hand"
    HR = "hr"


class GrantEnd(StrEnum):
    """Why a grant ended."""

    DECIDED = "decided"
    NOT_EMPLOYED = "not_employed"
    """No employment or external access had carried it for more than `RETURN_DAYS`."""


class LeaveSource(StrEnum):
    """Where a leave comes from."""

    HR = "hr"
    MANUAL = "manual"


@dataclass(frozen=True)
class Scope:
    """The part of the tree that a person may see in some role: these subtrees. Empty sees nothing."""

    paths: tuple[str, ...] = ()

    @classmethod
    def over(cls, paths: Iterable[str]) -> "Scope":
        """A scope over these subtrees, without those inside another."""
        shortest: list[str] = []
        for path in sorted(set(paths)):
            if not any(path.startswith(kept) for kept in shortest):
                shortest.append(path)
        return cls(tuple(shortest))

    def covers(self, path: str) -> bool:
        """True when the unit with this path is in the scope."""
        return any(path.startswith(top) for top in self.paths)

    def __bool__(self) -> bool:
        return bool(self.paths)


@dataclass(frozen=True)
class HeldGrant:
    """A role that holds today."""

    role: Role
    unit_id: int
    unit_path: str

    @property
    def on_county(self) -> bool:
        """True for a role on the county itself: the root, the only unit whose path names one."""
        return self.unit_path.count("/") == 2


@dataclass(frozen=True)
class Principal:
    """The person who is signed in, with the roles that hold today. Flask-Login's current user."""

    person_id: int
    name: str
    given_name: str
    language: Language
    session_token: str
    ends_at: datetime
    grants: tuple[HeldGrant, ...] = ()
    history_only: bool = False
    """True for a leaver with the link to the own history: no role, and only those pages."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What Flask-Login stores in the cookie: the token of the row in our own session table."""
        return self.session_token

    def has(self, role: Role) -> bool:
        """True when the person has this role somewhere today; the county's roles count only there."""
        return any(grant.role is role for grant in self.grants if grant.on_county or role not in COUNTY_ROLES)

    def has_on_county(self, role: Role) -> bool:
        """True when the person has this role on the county itself today."""
        return any(grant.role is role and grant.on_county for grant in self.grants)

    def scope(self, *roles: Role) -> Scope:
        """The units this person sees in these roles together."""
        return Scope.over(grant.unit_path for grant in self.grants if grant.role in roles)


class CountyRoleElsewhere(Exception):
    """A role of the county's was to be given on a unit."""


Span = tuple[date, date | None]
"""First and last day, both included; None for no end."""


def holds(from_on: date, until_on: date | None, today: date) -> bool:
    """True when today is in the period, both ends included."""
    return from_on <= today and (until_on is None or today <= until_on)


def lapsed_on(from_on: date, carried: Iterable[Span], today: date) -> date | None:
    """The last day of a grant that is lost for good, or None while it holds or may hold again.

    `from_on`: the grant's first day. `carried`: the employments and external accesses that carry it, in any order. It
    is lost when more than RETURN_DAYS pass after one of them without the next, even if the person has returned since.
    The wait for the first one counts only while none has come at all.
    """
    last: date | None = None
    for start, end in sorted((start, end or date.max) for start, end in carried if start <= today):
        if end < from_on:
            continue
        if last is not None and (start - last).days - 1 > RETURN_DAYS:
            return last
        last = end if last is None else max(last, end)
    since = last if last is not None else from_on
    return since if (today - since).days > RETURN_DAYS else None


def a_year_after(day: date) -> date:
    """The same day of the next year; after 29 February the 28th."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def telling(from_on: date, until_on: date, today: date) -> int | None:
    """The nearest of TELL_DAYS that has been reached before an access ends; None when none has.

    Those before the access began do not count: whoever was just given a month knows it.
    """
    left = (until_on - today).days
    reached = [days for days in TELL_DAYS if 0 <= left <= days and (until_on - from_on).days >= days]
    return min(reached, default=None)


# --- Swedish order and search -------------------------------------------------------------------------------------

_LAST_LETTERS = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}", "ü": "y", "ß": "ss", "đ": "d"})
_NUMBER = re.compile(r"\d+")


def sort_key(*parts: str) -> str:
    """A key that sorts byte by byte as a Swedish reader expects: å, ä, ö last, "Vårdcentral 5" before "Vårdcentral 12".

    It gives every database the same order, which neither SQLite nor a bare PostgreSQL has.
    """
    return "  ".join(_NUMBER.sub(lambda m: m[0].zfill(8), _fold(part).translate(_LAST_LETTERS)) for part in parts)


def email_key(email: str) -> str:
    """The canonical form of an e-mail address, however it was typed: stripped and case folded.

    Signing in, asking for a link and counting tries all use it, so another spelling gets round none of them.
    """
    return unicodedata.normalize("NFC", email.strip()).casefold()


def search_key(*parts: str) -> str:
    """Text to search in: case and foreign accents folded, å, ä, ö kept."""
    return " ".join(folded for part in parts if (folded := _fold(part)))


def _fold(text: str) -> str:
    letters = unicodedata.normalize("NFC", " ".join(text.split())).casefold()
    parts = "".join(letter if letter in "åäöæø" else unicodedata.normalize("NFD", letter) for letter in letters)
    return "".join(part for part in parts if not unicodedata.combining(part))
