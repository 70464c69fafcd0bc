"""What the check of course files finds: faults, which stop publication, and notes, which do not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


class Phrase(str):
    """A message that keeps its template and values, so that a page can translate it. A value may be a phrase too."""

    template: str
    values: Mapping[str, object]


def phrase(template: str, **values: object) -> Phrase:
    """`template` with its values filled in."""
    sentence = Phrase(template.format(**values))
    sentence.template, sentence.values = template, values
    return sentence


@dataclass(frozen=True, order=True)
class Finding:
    """A message about one line (from 1) of one file."""

    path: Path
    line: int
    message: str
    is_note: bool = False

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {'note: ' if self.is_note else ''}{self.message}"


@dataclass
class Findings:
    """Collects findings, each once."""

    _found: set[Finding] = field(default_factory=set)

    def fault(self, path: Path, line: int, message: str, /, **values: object) -> None:
        """Record something to mend before publication. `message` is a template where there are `values`."""
        self._found.add(Finding(path, line, phrase(message, **values) if values else message))

    def note(self, path: Path, line: int, message: str, /, **values: object) -> None:
        """Record something that an author may want to look at; `message` and `values` as in `fault`."""
        self._found.add(Finding(path, line, phrase(message, **values) if values else message, is_note=True))

    def add(self, findings: Iterable[Finding]) -> None:
        """Add findings collected elsewhere."""
        self._found.update(findings)

    @property
    def faults(self) -> list[Finding]:
        """The faults, by file and line."""
        return sorted(finding for finding in self._found if not finding.is_note)

    @property
    def notes(self) -> list[Finding]:
        """The notes, by file and line."""
        return sorted(finding for finding in self._found if finding.is_note)
