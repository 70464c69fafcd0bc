"""Reads an editor's own drafts, none older than a day, and what publishing them would change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select

from tbblearn.courses import queries
from tbblearn.courses.drafts.changes import Comparison, compare
from tbblearn.courses.drafts.checking import CheckedUpload, check_upload
from tbblearn.courses.edition import Edition
from tbblearn.courses.models import CourseDraft
from tbblearn.courses.rules import Course, NoSuchDraft
from tbblearn.db import db, read_only, stockholm_date

KEPT_HOURS = 24


@dataclass(frozen=True)
class DraftRow:
    """A draft without its files."""

    id: int
    file_name: str
    slugs: Sequence[str]
    uploaded_at: datetime

    @property
    def gone_at(self) -> datetime:
        """When the draft is deleted automatically."""
        return self.uploaded_at + timedelta(hours=KEPT_HOURS)


@dataclass(frozen=True)
class CheckedDraft:
    """An editor's draft with what the check found in it."""

    row: DraftRow
    checked: CheckedUpload

    def edition(self, slug: str) -> Edition:
        """One course of the draft. Raises NoSuchDraft where the draft has faults or no such course."""
        course = self.checked.courses.get(slug)
        if course is None or course.edition is None:
            raise NoSuchDraft(self.row.id)
        return course.edition


_ROWS = select(CourseDraft.id, CourseDraft.file_name, CourseDraft.slugs, CourseDraft.uploaded_at)


def oldest_kept(now: datetime) -> datetime:
    """Drafts uploaded by then are gone."""
    return now - timedelta(hours=KEPT_HOURS)


def _kept(person_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return CourseDraft.uploaded_by == person_id, CourseDraft.uploaded_at > oldest_kept(now)


def drafts(person_id: int, now: datetime) -> Sequence[DraftRow]:
    """The editor's drafts, the newest first."""
    rows = db.session.execute(
        _ROWS.where(*_kept(person_id, now)).order_by(CourseDraft.uploaded_at.desc(), CourseDraft.id.desc())
    )
    return [DraftRow(**row._mapping) for row in rows]


def packed_draft(draft_id: int, person_id: int, now: datetime) -> tuple[DraftRow, bytes]:
    """One of the editor's drafts, and its zip. Raises NoSuchDraft."""
    found = db.session.execute(
        _ROWS.add_columns(CourseDraft.packed).where(CourseDraft.id == draft_id, *_kept(person_id, now))
    ).first()
    if found is None:
        raise NoSuchDraft(draft_id)
    row = dict(found._mapping)
    packed: bytes = row.pop("packed")
    return DraftRow(**row), packed


def demand_draft(draft_id: int, person_id: int, now: datetime) -> None:
    """Raise NoSuchDraft where the editor has no such draft."""
    kept = select(CourseDraft.id).where(CourseDraft.id == draft_id, *_kept(person_id, now))
    if db.session.scalar(kept) is None:
        raise NoSuchDraft(draft_id)


def checked_draft(draft_id: int, person_id: int, now: datetime) -> CheckedDraft:
    """One of the editor's drafts, checked with no transaction open. Raises NoSuchDraft. Call it before other reads."""
    with read_only():
        row, packed = packed_draft(draft_id, person_id, now)
    return CheckedDraft(row, check_upload(packed, stockholm_date(now)))


def against_published(course: Course, sha256: str) -> Comparison:
    """What publishing this content would change against the newest version."""
    published = queries.versions(course.slug)
    same = next((version.number for version in published if version.sha256 == sha256), None)
    if not published:
        return compare(None, course, 0)
    return compare(queries.content(published[0].id), course, published[0].number, same)
