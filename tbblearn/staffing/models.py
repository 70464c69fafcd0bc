"""Tables: sources of files, files taken in, and files looked at but not yet confirmed (docs/rules/staffing.md)."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tbblearn.db import Model, UtcDateTime, enum_type, retention
from tbblearn.staffing.rules import FileKind, Way


class StaffSource(Model):
    """A huvudman whose files tbblearn takes in. Made with its first file."""

    __tablename__ = "staff_source"
    __retention__ = retention(keep="for good", why="tells which files have been taken in", erase="no personal data")

    source: Mapped[str] = mapped_column(String(80), primary_key=True)
    revision: Mapped[int] = mapped_column(default=0)
    """Raised by every write to the source's people or units, so that what was computed before it is not confirmed."""
    go_live_on: Mapped[date | None] = mapped_column(Date)
    """The day from which a start makes a new hire; None until an administrator has set it."""


class StaffFile(Model):
    """A file taken in: what it told of, how it came and what it changed; nothing of what it held."""

    __tablename__ = "staff_file"
    __table_args__ = (
        UniqueConstraint("source", "kind", "as_of"),
        CheckConstraint("length(sha256) = 64", name="sha256_in_hex"),
    )
    __retention__ = retention(
        keep="24 months", why="shows what the employers' files changed, and when", erase="rows are deleted"
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(ForeignKey("staff_source.source"))
    kind: Mapped[FileKind] = mapped_column(enum_type(FileKind))
    as_of: Mapped[datetime] = mapped_column(UtcDateTime)
    """What time the file tells of."""
    sha256: Mapped[str] = mapped_column(String(64))
    way: Mapped[Way] = mapped_column(enum_type(Way))
    rows: Mapped[int]
    faulty: Mapped[int]
    counts: Mapped[dict[str, int]] = mapped_column(JSON)
    """How many rows or employments it created, changed, ended and so on."""
    risks: Mapped[dict[str, int]] = mapped_column(JSON)
    """How many changes of the dangerous kinds; those that a person confirmed count as well."""
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who confirmed it; None for the command line and the folder."""
    reason: Mapped[str] = mapped_column(String(200), default="")
    """Why a file older than the last one was taken in."""


class ImportDraft(Model):
    """A file that a person has looked at and not yet confirmed; any node can take it in."""

    __tablename__ = "import_draft"
    __retention__ = retention(
        keep="24 hours, or until it is taken in or thrown away",
        why="a person sees what a file would do before it does it",
        erase="rows are deleted",
    )
    # A page opened for a deleted draft must never come to mean another one.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(80))
    kind: Mapped[FileKind] = mapped_column(enum_type(FileKind))
    as_of: Mapped[datetime] = mapped_column(UtcDateTime)
    file_name: Mapped[str] = mapped_column(String(120))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    """The file, compressed. It holds names."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
