"""What was found when it was last tried to lead answers back to persons; the public page tells it.

`make proof` writes proofs.json; tests/proof/test_disk.py says how it is found.
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
    answers: int
    """How many were guessed, over all rounds."""
    gain: float
    low: float
    high: float
    """The 95 % interval."""
    weakest: float
    """The least gain over a build that breaks the promise: what the same guesses find where there is something."""


@dataclass(frozen=True)
class Proofs:
    """One run of `make proof`."""

    on: date
    version: str
    gains: tuple[Gain, ...]


@cache
def last_proofs() -> Proofs:
    """The run that this version was released with."""
    found = json.loads(FILE.read_text(encoding="utf-8"))
    gains = tuple(Gain(database, **values) for database, values in sorted(found["gains"].items(), reverse=True))
    return Proofs(date.fromisoformat(found["on"]), found["version"], gains)
