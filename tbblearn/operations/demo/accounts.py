"""Who may see what in the demo, and the sign-ins that it prints."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tbblearn.access.actions import keep_password
from tbblearn.db import stockholm_date
from tbblearn.operations.demo.casting import Cast
from tbblearn.operations.demo.county import PlannedUnit
from tbblearn.operations.demo.staff import FOLLOW_UP_PAIRS, Member, Staff
from tbblearn.operations.demo.storing import Row, add_all
from tbblearn.people.models import ExternalAccess, Grant
from tbblearn.people.rules import GrantSource, Role, UnitKind, a_year_after

SHOWN_ROLES = (
    "staff",
    "new_hire",
    "manager",
    "senior_manager",
    "pilot",
    "follow_up",
    "process_leader",
    "editor",
    "admin",
)

LETTERS = "abcdefghjkmnpqrstuvwxyz"
"""Those that are read off a screen without doubt."""

ROLE_OF_POST = {"Processledare": Role.PROCESS_LEADER, "Redaktör": Role.EDITOR, "Administratör": Role.ADMIN}


@dataclass(frozen=True)
class Account:
    """One sign-in of the demo; for the demo only, never for a system that holds real persons."""

    role: str
    email: str
    password: str
    name: str
    unit: str


def new_password() -> str:
    """A password for the printed accounts: drawn anew each time, from nothing that somebody else could know."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def add_grants(units: Sequence[PlannedUnit], staff: Staff, cast: Cast, now: datetime) -> None:
    """Managers from the unit files; pilots, follow-up leads and the county's posts by hand."""
    since = staff.first_file_on
    tops = {unit.external_id: unit for unit in units if unit.kind is UnitKind.HUVUDMAN}
    root = units[0]
    rows = [_grant(one, unit, Role.MANAGER, GrantSource.HR, since, now) for unit, one in staff.managers.items()]
    rows += [_grant(one, one.unit, Role.PILOT, GrantSource.HAND, since, now) for one in cast.pilots]
    for lead, pair in zip(cast.follow_ups, FOLLOW_UP_PAIRS, strict=True):
        rows += [_grant(lead, tops[source], Role.FOLLOW_UP, GrantSource.HAND, since, now) for source in pair]
    rows += [
        _grant(one, root, ROLE_OF_POST[one.post], GrantSource.HAND, since, now)
        for one in staff.members
        if one.post in ROLE_OF_POST
    ]
    add_all(Grant, rows)
    # Each of them is employed by one of two organisations, and follows the other one up without being employed there.
    add_all(ExternalAccess, [_access(lead, now) for lead in cast.follow_ups])


def _access(member: Member, now: datetime) -> Row:
    today = stockholm_date(now)
    return {
        "person_id": member.id,
        "from_on": today,
        "until_on": a_year_after(today),
        "sponsor_id": None,
        "given_at": now,
    }


def _grant(member: Member, unit: PlannedUnit, role: Role, source: GrantSource, since: date, now: datetime) -> Row:
    return {
        "person_id": member.id,
        "unit_id": unit.id,
        "role": role,
        "from_on": since,
        "until_on": None,
        "source": source,
        "given_by": None,
        "given_at": now,
    }


def set_passwords(persons: Mapping[str, int], password_hash: str, now: datetime) -> None:
    """Let the shown persons sign in, all with one password; it was hashed outside the transaction."""
    for role in SHOWN_ROLES:
        keep_password(persons[role], password_hash, now)
