"""Reads of published courses. Versions are immutable, so their content is kept in the process once it has been read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

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
    """A version without its content. `placeholders` counts those that were open when it was published."""

    id: int
    course_id: int
    slug: str
    number: int
    sha256: str
    change_class: ChangeClass
    changes: tuple[str, ...]
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
    return None if row is None else CourseRow(row.id, row.slug)


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


# Made once, as those below: putting a statement together takes longer than running it.
_VERSIONS = (
    select(*_VERSION_COLUMNS)
    .join(CourseRecord, CourseRecord.id == CourseVersion.course_id)
    .where(CourseRecord.slug == bindparam("slug"))
    .order_by(CourseVersion.number.desc())
)
_CURRENT = _VERSIONS.limit(1)


def versions(slug: str) -> Sequence[VersionRow]:
    """Every version of the course, the newest first; empty where there is none."""
    return [_version_row(row) for row in run(_VERSIONS, {"slug": slug})]


def current_version(slug: str) -> VersionRow | None:
    """The newest version of the course, or None where it has not been published."""
    row = run(_CURRENT, {"slug": slug}).first()
    return None if row is None else _version_row(row)


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
    return tuple(_version_row(row) for row in run(_NEWEST))


def _version_row(row: Any) -> VersionRow:
    """The row that `_VERSION_COLUMNS` gives, which are in the order of the fields."""
    values = row._asdict()
    return VersionRow(**values | {"changes": tuple(values["changes"])})


_Address = tuple[str | None, int | None, str | None, frozenset[tuple[str, object]]]


def _address() -> _Address:
    """Which database this is. Its URL as a text takes longer to write than a content to find."""
    url = db.engine.url
    return url.host, url.port, url.database, frozenset(url.query.items())


class _ContentCache:
    """The contents last used, by database and version id. Safe for several threads."""

    def __init__(self) -> None:
        self._kept: dict[tuple[_Address, int], Course] = {}
        self._lock = Lock()

    def get(self, key: tuple[_Address, int]) -> Course | None:
        with self._lock:
            course = self._kept.pop(key, None)
            if course is not None:
                self._kept[key] = course
            return course

    def put(self, key: tuple[_Address, int], course: Course) -> None:
        with self._lock:
            self._kept[key] = course
            while len(self._kept) > MOST_KEPT:
                del self._kept[next(iter(self._kept))]

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


_contents = _ContentCache()


def content(version_id: int) -> Course:
    """The content of a version, kept in the process after the first read. Raises NoSuchVersion."""
    key = (_address(), version_id)
    kept = _contents.get(key)
    if kept is not None:
        return kept
    stored = db.session.scalar(select(CourseVersion.content).where(CourseVersion.id == version_id))
    if stored is None:
        raise NoSuchVersion(version_id)
    course = course_from_json(stored)
    _contents.put(key, course)
    return course


def contents(version_ids: Sequence[int]) -> dict[int, Course]:
    """The contents of several versions by id; those not kept yet are read in one query. Raises NoSuchVersion."""
    keys = {version_id: (_address(), version_id) for version_id in version_ids}
    found = {version_id: kept for version_id, key in keys.items() if (kept := _contents.get(key)) is not None}
    missing = keys.keys() - found.keys()
    if missing:
        for version_id, stored in db.session.execute(
            select(CourseVersion.id, CourseVersion.content).where(CourseVersion.id.in_(missing))
        ):
            found[version_id] = course_from_json(stored)
            _contents.put(keys[version_id], found[version_id])
    for version_id in version_ids:
        if version_id not in found:
            raise NoSuchVersion(version_id)
    return found


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
    """Forget every kept content: for a process that empties its own database and builds it anew."""
    _contents.clear()


def asset(sha256: str) -> Asset | None:
    """The picture with this SHA-256 (64 hexadecimal digits), or None."""
    row = db.session.execute(
        select(CourseAsset.media_type, CourseAsset.content).where(CourseAsset.sha256 == sha256)
    ).first()
    return None if row is None else Asset(row.media_type, row.content)
