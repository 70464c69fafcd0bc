"""Files that a person has uploaded and not yet confirmed: kept compressed for a day, seen by that person alone."""

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from tbblearn.db import db
from tbblearn.staffing.models import ImportDraft
from tbblearn.staffing.rules import DRAFT_HOURS, FileKind


class NoSuchDraft(Exception):
    """The draft is gone, or somebody else's."""


@dataclass(frozen=True)
class Draft:
    """An uploaded file. `content` is the file as it was sent."""

    id: int
    source: str
    kind: FileKind
    as_of: datetime
    file_name: str
    content: bytes
    gone_at: datetime


def keep_draft(
    source: str, kind: FileKind, file_name: str, content: bytes, *, as_of: datetime, person_id: int, now: datetime
) -> int:
    """Keep the file and return the draft's id. It replaces the person's other drafts of this source and kind."""
    throw_away_old(now=now)
    db.session.execute(
        delete(ImportDraft).where(
            ImportDraft.source == source, ImportDraft.kind == kind, ImportDraft.created_by == person_id
        )
    )
    row = ImportDraft(
        source=source,
        kind=kind,
        as_of=as_of,
        file_name=file_name,
        content=zlib.compress(content, 6),
        created_at=now,
        created_by=person_id,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def draft(draft_id: int, person_id: int, now: datetime) -> Draft:
    """One of the person's own drafts. Raises NoSuchDraft."""
    row = db.session.scalar(
        select(ImportDraft).where(
            ImportDraft.id == draft_id,
            ImportDraft.created_by == person_id,
            ImportDraft.created_at > now - timedelta(hours=DRAFT_HOURS),
        )
    )
    if row is None:
        raise NoSuchDraft
    return Draft(
        id=row.id,
        source=row.source,
        kind=row.kind,
        as_of=row.as_of,
        file_name=row.file_name,
        content=zlib.decompress(row.content),
        gone_at=row.created_at + timedelta(hours=DRAFT_HOURS),
    )


def throw_away(draft_id: int, person_id: int) -> None:
    """Delete one of the person's drafts, if there is one with this id."""
    db.session.execute(delete(ImportDraft).where(ImportDraft.id == draft_id, ImportDraft.created_by == person_id))


def throw_away_old(*, now: datetime) -> int:
    """Delete every draft older than a day; returns how many."""
    old = select(ImportDraft.id).where(ImportDraft.created_at <= now - timedelta(hours=DRAFT_HOURS))
    gone = list(db.session.scalars(old))
    db.session.execute(delete(ImportDraft).where(ImportDraft.id.in_(gone)))
    return len(gone)
