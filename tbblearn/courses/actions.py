"""Publishes courses. A version is written once and never changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from tbblearn.audit.actions import record
from tbblearn.audit.rules import Event
from tbblearn.courses.edition import Edition
from tbblearn.courses.models import CourseAsset, CourseRecord, CourseVersion
from tbblearn.courses.rules import ChangeClass, change_class, new_changes
from tbblearn.courses.storing import course_to_json
from tbblearn.db import db, run


@dataclass(frozen=True)
class Publication:
    """The outcome of publishing. `is_new` is False if this very content had been published before.

    `is_described` is False if the files list no change since the version before.
    """

    version_id: int
    course_id: int
    slug: str
    number: int
    sha256: str
    is_new: bool
    change_class: ChangeClass
    is_described: bool
    placeholders: int


def publish(edition: Edition, *, now: datetime, published_by: int | None = None) -> Publication:
    """Store the edition as the course's next version, unless this very content has been published before.

    The version is material if any newly listed change is; with none it counts as editorial. `published_by` is the id
    of a person, or None from the command line. What a new version means to those who have taken the course is up to
    `training.changes.publishing`, which calls this.
    """
    hold_for_publishing([edition.course.slug])
    course = db.session.scalar(select(CourseRecord).where(CourseRecord.slug == edition.course.slug))
    if course is None:
        course = CourseRecord(slug=edition.course.slug)
        db.session.add(course)
        db.session.flush()
    same = db.session.scalar(
        select(CourseVersion).where(CourseVersion.course_id == course.id, CourseVersion.sha256 == edition.sha256)
    )
    if same is not None:
        return _publication(same, edition.course.slug, is_new=False)
    newest = db.session.scalar(
        select(CourseVersion).where(CourseVersion.course_id == course.id).order_by(CourseVersion.number.desc()).limit(1)
    )
    listed = {change["id"] for change in newest.content["changes"]} if newest is not None else set()
    changes = new_changes(edition.course, listed)
    version = CourseVersion(
        course_id=course.id,
        number=newest.number + 1 if newest else 1,
        sha256=edition.sha256,
        content=course_to_json(edition.course),
        change_class=change_class(changes),
        changes=[change.id for change in changes],
        placeholders=edition.placeholders,
        published_at=now,
        published_by=published_by,
    )
    db.session.add(version)
    _keep_assets(edition)
    db.session.flush()
    record(
        Event.COURSE_PUBLISHED,
        now=now,
        actor_id=published_by,
        object_kind="course_version",
        object_id=version.id,
        course=edition.course.slug,
        number=version.number,
    )
    return _publication(version, edition.course.slug, is_new=True)


def hold_for_publishing(slugs: Iterable[str]) -> None:
    """Lock the courses for one publication at a time, during which no quiz of theirs is marked (see `hold_still`)."""
    db.session.execute(
        select(CourseRecord.id)
        .where(CourseRecord.slug.in_(list(slugs)))
        .order_by(CourseRecord.id)
        .with_for_update(key_share=True)
    )


_HOLD = select(CourseRecord.id).where(CourseRecord.id == bindparam("course_id")).with_for_update(read=True)


def hold_still(course_id: int) -> None:
    """Keep publications of the course waiting until the transaction ends.

    So every quiz is either marked with the newest keys or seen by the publication that corrects them. Lock the course
    before any person, as a publication does.
    """
    run(_HOLD, {"course_id": course_id})


def _publication(version: CourseVersion, slug: str, *, is_new: bool) -> Publication:
    return Publication(
        version_id=version.id,
        course_id=version.course_id,
        slug=slug,
        number=version.number,
        sha256=version.sha256,
        is_new=is_new,
        change_class=version.change_class,
        is_described=bool(version.changes),
        placeholders=version.placeholders,
    )


def _keep_assets(edition: Edition) -> None:
    wanted = {asset.sha256: asset for asset in edition.assets}
    kept = set(db.session.scalars(select(CourseAsset.sha256).where(CourseAsset.sha256.in_(wanted))))
    for sha256, asset in wanted.items():
        if sha256 not in kept:
            db.session.add(CourseAsset(sha256=sha256, media_type=asset.media_type, content=asset.content))
