"""Who may see what, and Swedish order: decisions in plain Python (design.md 4)."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class UnitKind(StrEnum):
    """Kinds of unit in the county's one tree; the import files write these words (design.md 5)."""

    COUNTY = "lan"
    HUVUDMAN = "huvudman"
    FORVALTNING = "forvaltning"
    VERKSAMHET = "verksamhet"
    ENHET = "enhet"


class Level(StrEnum):
    """The region's three implementation levels: who takes what (domain.md 2)."""

    BASE = "base"
    INTERMEDIATE = "intermediate"
    IN_DEPTH = "in_depth"


class Role(StrEnum):
    """What a grant lets a person do; each covers the subtree of its unit (design.md 4)."""

    MANAGER = "manager"
    PILOT = "pilot"
    FOLLOW_UP = "follow_up"
    PROCESS_LEADER = "process_leader"
    EDITOR = "editor"
    ADMIN = "admin"


class Language(StrEnum):
    """Languages of the interface."""

    SV = "sv"
    EN = "en"


class GrantSource(StrEnum):
    """Where a grant comes from: an import never touches what was given by hand."""

    HAND = "hand"
    HR = "hr"


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

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What Flask-Login keeps in the browser's session: the token of the row in our own session table."""
        return self.session_token

    def has(self, role: Role) -> bool:
        """True when the person holds this role somewhere today."""
        return any(grant.role is role for grant in self.grants)

    def has_on_county(self, role: Role) -> bool:
        """True when the person holds this role on the county itself today."""
        return any(grant.role is role and grant.on_county for grant in self.grants)

    def scope(self, *roles: Role) -> Scope:
        """The units this person sees in these roles together."""
        return Scope.over(grant.unit_path for grant in self.grants if grant.role in roles)


def holds(from_on: date, until_on: date | None, today: date) -> bool:
    """True when a period with both ends included holds today."""
    return from_on <= today and (until_on is None or today <= until_on)


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
