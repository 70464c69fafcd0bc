"""Reads of drafts: always one editor's own, and never older than a day; and what they would change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from tbblearn.courses import queries
from tbblearn.courses.drafts.changes import Comparison, compare
from tbblearn.courses.models import CourseDraft
from tbblearn.courses.rules import Course, NoSuchDraft
from tbblearn.db import db

KEPT_HOURS = 24


@dataclass(frozen=True)
class DraftRow:
    """A draft without its files."""

    id: int
    file_name: str
    slugs: tuple[str, ...]
    uploaded_at: datetime

    @property
    def gone_at(self) -> datetime:
        """When the draft is thrown away by itself."""
        return self.uploaded_at + timedelta(hours=KEPT_HOURS)


@dataclass(frozen=True)
class PackedDraft:
    """A draft with its zip."""

    row: DraftRow
    packed: bytes


_COLUMNS = (CourseDraft.id, CourseDraft.file_name, CourseDraft.slugs, CourseDraft.uploaded_at)


def oldest_kept(now: datetime) -> datetime:
    """Drafts uploaded before this moment are gone."""
    return now - timedelta(hours=KEPT_HOURS)


def drafts(person_id: int, now: datetime) -> Sequence[DraftRow]:
    """The editor's drafts, the newest first."""
    rows = db.session.execute(
        select(*_COLUMNS)
        .where(CourseDraft.uploaded_by == person_id, CourseDraft.uploaded_at > oldest_kept(now))
        .order_by(CourseDraft.uploaded_at.desc(), CourseDraft.id.desc())
    )
    return [DraftRow(row.id, row.file_name, tuple(row.slugs), row.uploaded_at) for row in rows]


def packed_draft(draft_id: int, person_id: int, now: datetime) -> PackedDraft:
    """One of the editor's drafts with its zip. Raises NoSuchDraft."""
    row = db.session.execute(
        select(*_COLUMNS, CourseDraft.packed).where(
            CourseDraft.id == draft_id, CourseDraft.uploaded_by == person_id, CourseDraft.uploaded_at > oldest_kept(now)
        )
    ).first()
    if row is None:
        raise NoSuchDraft(draft_id)
    return PackedDraft(DraftRow(row.id, row.file_name, tuple(row.slugs), row.uploaded_at), row.packed)


def against_published(course: Course, sha256: str) -> Comparison:
    """What publishing this content would change against the newest version."""
    published = queries.versions(course.slug)
    same = next((version.number for version in published if version.sha256 == sha256), None)
    if not published:
        return compare(None, course, 0)
    return compare(queries.content(published[0].id), course, published[0].number, same)
