"""What the long proofs found, kept for the public page once every proof on a database has passed."""

import json
from collections.abc import Set
from datetime import date
from pathlib import Path

from tbblearn.surveys.proofs import PARTICIPATION

SOUND = "sound"
"""The proof of the product as it is; the others are of builds that break the promise."""


class Recording:
    """One run of the proofs. A run that was stopped, or in which one failed, leaves the file as it was."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._found: dict[str, dict[str, dict[str, float]]] = {}

    def passed(self, database: str, proof: str, *, weak: Set[str], on: date, version: str, **found: float) -> None:
        """A proof has passed on this database; the last of the sound one and the `weak` writes what all found.

        Shares are written in percent with one decimal; of the weak builds the least gain.
        """
        here = self._found.setdefault(database, {})
        here[proof] = {name: value if name == "answers" else round(100 * value, 1) for name, value in found.items()}
        if here.keys() != {SOUND} | weak:
            return
        weakest = min(here[build]["gain"] for build in weak)
        kept = json.loads(self.file.read_text(encoding="utf-8"))
        kept[database] = here[SOUND] | {"weakest": weakest, "on": on.isoformat(), "version": version}
        self.file.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def record_participation(file: Path, *, on: date, version: str, **found: float) -> None:
    """What the proofs of who took part found, beside what is kept of the others."""
    kept = json.loads(file.read_text(encoding="utf-8"))
    kept[PARTICIPATION] = found | {"on": on.isoformat(), "version": version}
    file.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", encoding="utf-8")
