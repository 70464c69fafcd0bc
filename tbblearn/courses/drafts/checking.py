"""The result of checking an uploaded zip: its faults, or else what can be previewed and published.

Needs no database and must run with no transaction open: checking a course takes seconds.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from tbblearn.courses.checks.balance import Balance
from tbblearn.courses.checks.checking import WAITS, WAIVED, Report, check
from tbblearn.courses.checks.overview import Overview
from tbblearn.courses.edition import Edition, make_edition
from tbblearn.courses.files.findings import Finding, Phrase
from tbblearn.courses.files.folders import CourseFiles
from tbblearn.courses.files.format import PlaceholderShape
from tbblearn.courses.files.pictures import acts
from tbblearn.courses.files.uploads import Refusal, UploadRefused, unpacked
from tbblearn.courses.rules import LANGUAGES

MOST_KEPT = 4
"""Checked uploads kept in one process: an editor looks at the same draft on many pages."""


@dataclass(frozen=True)
class DraftPlaceholder:
    """A placeholder of a draft, with its place in the source language; `section` is the section's title."""

    path: Path
    line: int
    section: str
    shape: PlaceholderShape


@dataclass(frozen=True)
class DraftCourse:
    """One course of an upload. `edition` is None if the upload has faults."""

    slug: str
    edition: Edition | None
    balance: Balance
    overview: Overview
    placeholders: tuple[DraftPlaceholder, ...]


@dataclass(frozen=True)
class CheckedUpload:
    """An upload and what the check found; paths are relative to the folder of courses.

    `notes` leaves out the placeholders, which each course lists.
    """

    sha256: str
    faults: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    courses: Mapping[str, DraftCourse]

    def editions(self) -> list[Edition]:
        """What can be published; empty if there are faults."""
        return [course.edition for course in self.courses.values() if course.edition is not None]

    def placeholders(self) -> Iterator[DraftPlaceholder]:
        """All placeholders, by course."""
        for course in self.courses.values():
            yield from course.placeholders

    @property
    def has_open(self) -> bool:
        """Some placeholder is neither filled nor waived."""
        return any(placeholder.shape.is_open for placeholder in self.placeholders())

    @property
    def has_blocking(self) -> bool:
        """Some placeholder must be filled before anything is published."""
        return any(placeholder.shape.blocking for placeholder in self.placeholders())


@lru_cache(MOST_KEPT)
def _place(_sha256: str, _today: date) -> list[CheckedUpload]:
    """Where the result of a zip is kept, without the zip; empty until it has been checked."""
    return []


def check_upload(packed: bytes, today: date) -> CheckedUpload:
    """Unpack and check a zip, or return its result of this day. Raises UploadRefused for what must not even be kept."""
    sha256 = hashlib.sha256(packed).hexdigest()
    kept = _place(sha256, today)
    if not kept:
        with unpacked(packed) as root:
            _demand_drawings(root)
            kept[:] = [_as_draft(check(root, today=today), root, sha256)]
    return kept[0]


def _demand_drawings(root: Path) -> None:
    """Refuse an SVG that acts, even if no part uses it."""
    for path in sorted(root.rglob("*")):
        if path.suffix.lower() == ".svg" and path.is_file() and acts(path.read_bytes()):
            raise UploadRefused(Refusal.ACTIVE_PICTURE, path.relative_to(root).as_posix())


def _as_draft(report: Report, root: Path, sha256: str) -> CheckedUpload:
    def below(findings: list[Finding]) -> tuple[Finding, ...]:
        return tuple(replace(finding, path=finding.path.relative_to(root)) for finding in findings)

    return CheckedUpload(
        sha256=sha256,
        faults=below(report.faults),
        notes=below([note for note in report.notes if not _is_placeholder(note)]),
        courses={
            slug: DraftCourse(
                slug=slug,
                edition=None if report.faults else make_edition(files, report.courses),
                balance=report.balances[slug],
                overview=report.overviews[slug],
                placeholders=tuple(_placeholders(files, root)),
            )
            for slug, files in report.courses.items()
        },
    )


def _is_placeholder(note: Finding) -> bool:
    """Placeholders are listed separately, not among the notes on language."""
    return isinstance(note.message, Phrase) and note.message.template in (WAITS, WAIVED)


def _placeholders(files: CourseFiles, root: Path) -> Iterator[DraftPlaceholder]:
    for module in files.modules:
        if (part := module.parts.get(LANGUAGES[0])) is not None:
            path = part.path.relative_to(root)
            for screen in part.screens:
                for one in screen.placeholders:
                    yield DraftPlaceholder(path, one.line, screen.title, one.shape)
