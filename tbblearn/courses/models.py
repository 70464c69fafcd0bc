"""Published courses, and drafts of them.

Published courses are never changed or deleted: what a person was examined on can always be shown again.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tbblearn.courses.rules import ChangeClass
from tbblearn.db import Model, UtcDateTime, enum_type, retention

KEPT = "as long as a completion refers to it"
WHY = "a certificate must always be able to show what the course held"


class CourseRecord(Model):
    """A course that has been published at least once."""

    __tablename__ = "course"
    __retention__ = retention(keep=KEPT, why=WHY, erase="holds no personal data")

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)


class CourseVersion(Model):
    """One immutable version of a course: an `edition.Edition` as it was published.

    `content` is a `rules.Course` as JSON; `changes` are the ids of the entries that are new in this version.
    """

    __tablename__ = "course_version"
    __retention__ = retention(
        keep=KEPT, why=WHY, erase="published_by is set to null when that person is erased; the rest is not personal"
    )
    __table_args__ = (
        UniqueConstraint("course_id", "number"),
        UniqueConstraint("course_id", "sha256"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("length(sha256) = 64", name="sha256_in_hex"),
        CheckConstraint("placeholders >= 0", name="placeholders_counted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    number: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    change_class: Mapped[ChangeClass] = mapped_column(enum_type(ChangeClass))
    changes: Mapped[list[str]] = mapped_column(JSON)
    placeholders: Mapped[int]
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)


class CourseAsset(Model):
    """A picture, a film or captions, named by its content: the same bytes are kept once, at a lasting address."""

    __tablename__ = "course_asset"
    __retention__ = retention(keep=KEPT, why=WHY, erase="holds no personal data")
    __table_args__ = (CheckConstraint("length(sha256) = 64", name="sha256_in_hex"),)

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(40))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class CourseDraft(Model):
    """A zip of course files that an editor has uploaded and not yet published. `slugs` are the courses in it."""

    __tablename__ = "course_draft"
    __retention__ = retention(
        keep="24 hours, or until it is published or thrown away",
        why="an editor looks at faults, preview and changes before publishing",
        erase="rows are deleted with the person",
    )
    __table_args__ = (
        UniqueConstraint("uploaded_by", "sha256"),
        CheckConstraint("length(sha256) = 64", name="sha256_in_hex"),
        # A page opened for a deleted draft must never come to mean another one.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    file_name: Mapped[str] = mapped_column(String(120))
    slugs: Mapped[list[str]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))
    packed: Mapped[bytes] = mapped_column(LargeBinary)
