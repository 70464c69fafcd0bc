"""Who may see what in the demo, and the sign-ins that it prints."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tbblearn.db import stockholm_date
from tbblearn.operations.demo.casting import Cast
from tbblearn.operations.demo.county import PlannedUnit
from tbblearn.operations.demo.staff import FOLLOW_UP_PAIRS, Staff
from tbblearn.operations.demo.storing import add_all
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
"""Letters that are read off a screen without doubt."""

ROLE_OF_POST = {"Processledare": Role.PROCESS_LEADER, "Redaktör": Role.EDITOR, "Administratör": Role.ADMIN}


@dataclass(frozen=True)
class Account:
    """One sign-in of the demo, never for a system with real persons."""

    role: str
    email: str
    password: str
    name: str
    unit: str


def new_password() -> str:
    """A password for the printed accounts, drawn anew each time."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def add_grants(units: Sequence[PlannedUnit], staff: Staff, cast: Cast, now: datetime) -> None:
    """Managers from the unit files; pilots, follow-up leads and the county's posts by hand."""
    tops = {unit.source: unit for unit in units if unit.kind is UnitKind.HUVUDMAN}
    given = [(one, unit, Role.MANAGER, GrantSource.HR) for unit, one in staff.managers.items()]
    given += [(one, one.unit, Role.PILOT, GrantSource.HAND) for one in cast.pilots]
    for lead, pair in zip(cast.follow_ups, FOLLOW_UP_PAIRS, strict=True):
        given += [(lead, tops[source], Role.FOLLOW_UP, GrantSource.HAND) for source in pair]
    posts = [one for one in staff.members if one.post in ROLE_OF_POST]
    given += [(one, units[0], ROLE_OF_POST[one.post], GrantSource.HAND) for one in posts]
    add_all(
        Grant,
        [
            {
                "person_id": one.id,
                "unit_id": unit.id,
                "role": role,
                "from_on": staff.first_file_on,
                "source": source,
                "given_at": now,
            }
            for one, unit, role, source in given
        ],
    )
    # Each lead is employed by one of two organisations, and follows up the other without being employed there.
    today = stockholm_date(now)
    access = {"from_on": today, "until_on": a_year_after(today), "given_at": now}
    add_all(ExternalAccess, [{"person_id": lead.id, **access} for lead in cast.follow_ups])
