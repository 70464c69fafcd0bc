"""Keeps drafts and throws them away. Publishing one is an action of `training`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select

from tbblearn.courses.actions import hold_for_publishing
from tbblearn.courses.drafts.queries import demand_draft, oldest_kept
from tbblearn.courses.models import CourseDraft, CourseRecord, CourseVersion
from tbblearn.courses.rules import PublishedMeanwhile
from tbblearn.db import db


@dataclass(frozen=True)
class NewDraft:
    """A checked upload. `file_name` is its name on the editor's computer."""

    file_name: str
    slugs: tuple[str, ...]
    sha256: str
    packed: bytes


def keep_draft(draft: NewDraft, *, person_id: int, now: datetime, replaces: int | None = None) -> int:
    """Keep the upload as the editor's draft and return its id; the same zip again renews the same draft.

    `replaces` is the id of another draft of the editor, to be deleted. Expired drafts are deleted too.
    """
    throw_away_old(now=now)
    if replaces is not None:
        throw_away(replaces, person_id=person_id)
    same = db.session.scalar(
        select(CourseDraft).where(CourseDraft.uploaded_by == person_id, CourseDraft.sha256 == draft.sha256)
    )
    if same is not None:
        same.uploaded_at, same.file_name = now, draft.file_name
        return same.id
    row = CourseDraft(
        uploaded_by=person_id,
        uploaded_at=now,
        file_name=draft.file_name,
        slugs=list(draft.slugs),
        sha256=draft.sha256,
        packed=draft.packed,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def throw_away(draft_id: int, *, person_id: int) -> None:
    """Delete one of the editor's drafts, if there is one with this id."""
    db.session.execute(delete(CourseDraft).where(CourseDraft.id == draft_id, CourseDraft.uploaded_by == person_id))


def throw_away_old(*, now: datetime) -> int:
    """Delete every draft older than a day; returns how many."""
    gone = list(db.session.scalars(select(CourseDraft.id).where(CourseDraft.uploaded_at <= oldest_kept(now))))
    db.session.execute(delete(CourseDraft).where(CourseDraft.id.in_(gone)))
    return len(gone)


def demand_publishable(draft_id: int, seen: Mapping[str, int], *, person_id: int, now: datetime) -> None:
    """Raise NoSuchDraft where the editor's draft is gone, PublishedMeanwhile where a course has a newer version.

    `seen` is the number of the newest version of each course in the draft, 0 where there was none, when the editor
    read what would change. From here on nobody else can publish these courses until the transaction ends.
    """
    demand_draft(draft_id, person_id, now)
    hold_for_publishing(seen)
    rows = db.session.execute(
        select(CourseRecord.slug, func.max(CourseVersion.number).label("number"))
        .join(CourseVersion, CourseVersion.course_id == CourseRecord.id)
        .where(CourseRecord.slug.in_(seen))
        .group_by(CourseRecord.slug)
    )
    newest = {row.slug: row.number for row in rows}
    if any(newest.get(slug, 0) != number for slug, number in seen.items()):
        raise PublishedMeanwhile
