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
"""Roles that are held on the county only: what they do touches every huvudman."""

RETURN_DAYS = 30
"""Somebody who is back within so many days has the roles they had; later only a new decision gives them."""

HISTORY_DAYS = 30
"""So many days after the last employment ended the own history can still be read, by a mailed link."""

TELL_DAYS = (60, 30, 7)
"""So many days before an external access ends, its person and its sponsor are told."""


class Language(StrEnum):
    """Languages of the interface."""

    SV = "sv"
    EN = "en"


class GrantSource(StrEnum):
    """Where a grant comes from: an import never touches what was given by hand."""

    HAND = "hand"
    HR = "hr"


class GrantEnd(StrEnum):
    """Why a grant ended."""

    DECIDED = "decided"
    NOT_EMPLOYED = "not_employed"
    """Its person had been without the employment that carries it for more than `RETURN_DAYS`."""


class LeaveSource(StrEnum):
    """Where a leave comes from."""

    HR = "hr"
    MANUAL = "manual"


@dataclass(frozen=True)
class Scope:
    """The part of the tree a person may see in one role: the subtrees below these paths. Empty sees nothing."""

    paths: tuple[str, ...] = ()

    @classmethod
    def over(cls, paths: Iterable[str]) -> "Scope":
        """A scope over these subtrees, without those that lie inside another."""
        shortest: list[str] = []
        for path in sorted(set(paths)):
            if not any(path.startswith(kept) for kept in shortest):
                shortest.append(path)
        return cls(tuple(shortest))

    def covers(self, path: str) -> bool:
        """True when the unit with this path lies in the scope."""
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
        """True where it is held on the county itself: the root, the only unit whose path names one."""
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
    """True for who has left, and came in by the link to the own history: no role, and only the pages of that."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What Flask-Login keeps in the browser's session: the token of the row in our own session table."""
        return self.session_token

    def has(self, role: Role) -> bool:
        """True when the person holds this role today, somewhere; one of the county's roles counts only there."""
        return any(grant.role is role for grant in self.grants if grant.on_county or role not in COUNTY_ROLES)

    def has_on_county(self, role: Role) -> bool:
        """True when the person holds this role on the county itself today."""
        return any(grant.role is role and grant.on_county for grant in self.grants)

    def scope(self, *roles: Role) -> Scope:
        """The units this person sees in these roles together."""
        return Scope.over(grant.unit_path for grant in self.grants if grant.role in roles)


class CountyRoleElsewhere(Exception):
    """A role of the county was to be given on a unit in it."""


Span = tuple[date, date | None]
"""First and last day, both included; None for no end."""


def holds(from_on: date, until_on: date | None, today: date) -> bool:
    """True when a period with both ends included holds today."""
    return from_on <= today and (until_on is None or today <= until_on)


def lapsed_on(from_on: date, carried: Iterable[Span], today: date) -> date | None:
    """The last day of a grant that its person has lost for good, or None while it holds or may hold again.

    `from_on`: the grant's first day. `carried`: the employments and external accesses that carry it, in any order. It
    is lost when more than RETURN_DAYS days pass after one of them without the next, also where somebody has come back
    since. The wait for the first one counts only where none has come at all.
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
    """Which of TELL_DAYS an access is to be told under today: the nearest one reached; None where none is.

    One that lies before the access began is not told: who has just got a month knows it.
    """
    left = (until_on - today).days
    reached = [days for days in TELL_DAYS if 0 <= left <= days and (until_on - from_on).days >= days]
    return min(reached, default=None)


# --- Swedish order and search -------------------------------------------------------------------------------------

_LAST_LETTERS = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}", "ü": "y", "ß": "ss", "đ": "d"})
_NUMBER = re.compile(r"\d+")


def sort_key(*parts: str) -> str:
    """A key that orders as a Swedish reader expects, compared byte by byte: å, ä, ö last, numbers by size.

    "Vårdcentral 5" comes before "Vårdcentral 12". The same on every database, which neither SQLite nor a bare
    PostgreSQL gives by itself.
    """
    return "  ".join(_NUMBER.sub(lambda m: m[0].zfill(8), _fold(part).translate(_LAST_LETTERS)) for part in parts)


def email_key(email: str) -> str:
    """What an e-mail address is recognised by, however it was typed: no spaces round it, case folded.

    Signing in, asking for a link and counting tries all go by this one key, so none of them can be got round by
    writing the same address in another way.
    """
    return unicodedata.normalize("NFC", email.strip()).casefold()


def search_key(*parts: str) -> str:
    """Text to search in: case and foreign accents folded, å, ä, ö kept as letters of their own."""
    return " ".join(folded for part in parts if (folded := _fold(part)))


def _fold(text: str) -> str:
    kept = []
    for letter in unicodedata.normalize("NFC", " ".join(text.split())).casefold():
        if letter in "åäöæø":
            kept.append(letter)
        else:
            kept.append("".join(c for c in unicodedata.normalize("NFD", letter) if not unicodedata.combining(c)))
    return "".join(kept)
