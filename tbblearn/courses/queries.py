"""Reads published courses. Versions are immutable, so their content is cached in the process."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import aliased

from tbblearn.courses.models import CourseAsset, CourseRecord, CourseVersion
from tbblearn.courses.rules import ChangeClass, Course, NoSuchVersion
from tbblearn.courses.storing import course_from_json
from tbblearn.db import db, run

MOST_KEPT = 32
"""Contents kept in one process; about 1 MB each."""


@dataclass(frozen=True)
class CourseRow:
    """A course as a list of courses shows it."""

    id: int
    slug: str


@dataclass(frozen=True)
class VersionRow:
    """A version without its content. `placeholders` counts those open at publication."""

    id: int
    course_id: int
    slug: str
    number: int
    sha256: str
    change_class: ChangeClass
    changes: Sequence[str]
    placeholders: int
    published_at: datetime
    published_by: int | None


@dataclass(frozen=True)
class Asset:
    """A picture as it is served."""

    media_type: str
    content: bytes


def course_by_slug(slug: str) -> CourseRow | None:
    """The course with this slug, or None."""
    row = db.session.execute(select(CourseRecord.id, CourseRecord.slug).where(CourseRecord.slug == slug)).first()
    return None if row is None else CourseRow(**row._mapping)


_VERSION_COLUMNS = (
    CourseVersion.id,
    CourseVersion.course_id,
    CourseRecord.slug,
    CourseVersion.number,
    CourseVersion.sha256,
    CourseVersion.change_class,
    CourseVersion.changes,
    CourseVersion.placeholders,
    CourseVersion.published_at,
    CourseVersion.published_by,
)


# Built once, as those below: building a statement takes longer than running it.
_VERSIONS = (
    select(*_VERSION_COLUMNS)
    .join(CourseRecord, CourseRecord.id == CourseVersion.course_id)
    .where(CourseRecord.slug == bindparam("slug"))
    .order_by(CourseVersion.number.desc())
)
_CURRENT = _VERSIONS.limit(1)


def versions(slug: str) -> Sequence[VersionRow]:
    """Every version of the course, the newest first; empty where there is none."""
    return [VersionRow(**row._mapping) for row in run(_VERSIONS, {"slug": slug})]


def current_version(slug: str) -> VersionRow | None:
    """The newest version of the course, or None where it has not been published."""
    row = run(_CURRENT, {"slug": slug}).first()
    return None if row is None else VersionRow(**row._mapping)


_LAST_NUMBER = (
    select(CourseVersion.course_id, func.max(CourseVersion.number).label("number"))
    .group_by(CourseVersion.course_id)
    .subquery()
)
_NEWEST = (
    select(*_VERSION_COLUMNS)
    .join(CourseRecord, CourseRecord.id == CourseVersion.course_id)
    .join(
        _LAST_NUMBER,
        (_LAST_NUMBER.c.course_id == CourseVersion.course_id) & (_LAST_NUMBER.c.number == CourseVersion.number),
    )
    .order_by(CourseRecord.slug)
)


def current_versions() -> tuple[VersionRow, ...]:
    """The newest version of every published course, by slug."""
    return tuple(VersionRow(**row._mapping) for row in run(_NEWEST))


_Address = tuple[str | None, int | None, str | None, frozenset[tuple[str, object]]]


def _address() -> _Address:
    """Identifies the database. Formatting its URL as text would take longer than the lookup."""
    url = db.engine.url
    return url.host, url.port, url.database, frozenset(url.query.items())


@lru_cache(MOST_KEPT)
def _place(_address: _Address, _version_id: int) -> list[Course]:
    """Where the content of a version is kept; empty until it has been read."""
    return []


def content(version_id: int) -> Course:
    """The content of a version, kept in the process after the first read. Raises NoSuchVersion."""
    kept = _place(_address(), version_id)
    return kept[0] if kept else contents([version_id])[version_id]


def contents(version_ids: Iterable[int]) -> dict[int, Course]:
    """The contents of several versions by id, as `content`; those not kept are read in one query."""
    address = _address()
    places = {version_id: _place(address, version_id) for version_id in version_ids}
    if unread := [version_id for version_id, kept in places.items() if not kept]:
        rows = db.session.execute(select(CourseVersion.id, CourseVersion.content).where(CourseVersion.id.in_(unread)))
        for version_id, stored in rows:
            places[version_id][:] = [course_from_json(stored)]
    for version_id, kept in places.items():
        if not kept:
            raise NoSuchVersion(version_id)
    return {version_id: kept[0] for version_id, kept in places.items()}


def version_changes(version_id: int) -> tuple[str, ...]:
    """The ids of the changes that were new in a version. Raises NoSuchVersion."""
    listed = db.session.scalar(select(CourseVersion.changes).where(CourseVersion.id == version_id))
    if listed is None:
        raise NoSuchVersion(version_id)
    return tuple(listed)


_own = aliased(CourseVersion)
_LATER = (
    select(CourseVersion.id)
    .join(_own, _own.course_id == CourseVersion.course_id)
    .where(_own.id == bindparam("version_id"), CourseVersion.number > _own.number)
    .order_by(CourseVersion.number.desc())
)


def later_versions(version_id: int) -> list[int]:
    """The ids of the versions of the same course that were published after this one, the newest first."""
    return list(run(_LATER, {"version_id": version_id}).scalars())


def forget_contents() -> None:
    """Empty the cache: for a process that wipes and rebuilds its own database."""
    _place.cache_clear()


def asset(sha256: str) -> Asset | None:
    """The picture with this SHA-256 (64 hexadecimal digits), or None."""
    row = db.session.execute(
        select(CourseAsset.media_type, CourseAsset.content).where(CourseAsset.sha256 == sha256)
    ).first()
    return None if row is None else Asset(**row._mapping)
