"""What was found when it was last tried to lead answers back to persons, and to find out who took part; a public page
tells it.

`make proof` writes proofs.json: a part for each database when all proofs on it have passed (tests/proof/test_disk.py
says how they are found), and the part `participation`.
"""

import json
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("proofs.json")
PARTICIPATION = "participation"


@dataclass(frozen=True)
class Gain:
    """How much oftener than by chance a guess of who gave which answers was right, in percent of all answers."""

    database: str
    on: date
    version: str
    answers: int
    """How many were guessed, over all rounds."""
    gain: float
    low: float
    high: float
    """The 95 % interval."""
    weakest: float
    """The least gain over a build that breaks the promise: what the same guesses find where there is something."""


@dataclass(frozen=True)
class Participation:
    """What can be worked out of who took part, from everything published, in random counties."""

    counties: int
    decided_outsider: int
    """Groups of which somebody who knows only who was invited could be sure of all or none."""
    decided_insider: int
    """The same for a colleague, who knows whether they took part themselves."""
    flips: int
    """How often one or two more were made to take part."""
    flips_seen: int
    """In how many of them anything told of it."""
    leaves_shown_60: float
    """Percent of the smallest units that get a result of their own when 60 % answer."""
    weak_builds: int
    """Builds that break the promise on purpose, all of them found out."""
    full_units: int
    """Units in which all, or all but one, took part, tried for what values tell beside sizes."""
    two_fewer_possible: float
    """Percent of them in which two fewer could have given the same values."""


@cache
def last_proofs() -> tuple[Gain, ...]:
    """What this version was released with, for each database: SQLite first."""
    return tuple(
        Gain(database, **values | {"on": date.fromisoformat(values["on"])})
        for database, values in sorted(_kept().items(), reverse=True)
        if database != PARTICIPATION
    )


@cache
def participation_proof() -> Participation | None:
    """What this version was released with; None where it has not been tried yet."""
    found = _kept().get(PARTICIPATION)
    return None if found is None else Participation(**{one.name: found[one.name] for one in fields(Participation)})


def _kept() -> dict[str, dict[str, Any]]:
    kept: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return kept
