"""The results, on a public page, of the last attempts to lead answers back to persons and to find out who took part.

`make proof` writes proofs.json: a part for each database on which all proofs have passed (tests/proof/test_disk.py
explains them), and the part `participation`.
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
    """How much more often than by chance guesses of who gave which answers were right, in percent of all answers."""

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
    """The least gain over builds that break the promise: what the same guesses find where there is something."""


@dataclass(frozen=True)
class Participation:
    """What everything published tells of who took part, in random counties."""

    counties: int
    decided_outsider: int
    """Groups of which an outsider, who knows only who was invited, could be sure that all or none took part."""
    decided_insider: int
    """The same for colleagues, who know whether they themselves took part."""
    flips: int
    """How often one or two more were made to take part."""
    flips_seen: int
    """In how many of these anything told of it."""
    leaves_shown_60: float
    """Percent of the smallest units that get a result of their own when 60 % answer."""
    weak_builds: int
    """Builds that break the promise on purpose, all found out."""
    full_units: int
    """Units in which all or all but one took part, to try what values tell beyond sizes."""
    two_fewer_possible: float
    """Percent of them in which two fewer could have given the same values."""


@cache
def last_proofs() -> tuple[Gain, ...]:
    """The results that this version was released with, for each database, SQLite first."""
    return tuple(
        Gain(database, **values | {"on": date.fromisoformat(values["on"])})
        for database, values in sorted(_kept().items(), reverse=True)
        if database != PARTICIPATION
    )


@cache
def participation_proof() -> Participation | None:
    """The results that this version was released with; None if there are none yet."""
    found = _kept().get(PARTICIPATION)
    return None if found is None else Participation(**{one.name: found[one.name] for one in fields(Participation)})


def _kept() -> dict[str, dict[str, Any]]:
    kept: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return kept
