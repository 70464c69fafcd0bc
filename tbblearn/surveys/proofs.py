"""What was found when it was last tried to lead answers back to persons; the public page tells it.

`make proof` writes proofs.json, each database when all proofs on it have passed; tests/proof/test_disk.py says how it
is found.
"""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("proofs.json")


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


@cache
def last_proofs() -> tuple[Gain, ...]:
    """What this version was released with, for each database: SQLite first."""
    found = json.loads(FILE.read_text(encoding="utf-8"))
    return tuple(
        Gain(database, **values | {"on": date.fromisoformat(values["on"])})
        for database, values in sorted(found.items(), reverse=True)
    )
