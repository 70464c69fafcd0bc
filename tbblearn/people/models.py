"""Tables: programmes, the tree of units, persons, employments, leave and grants (docs/rules/people.md)."""

from datetime import date, datetime

from sqlalchemy import (
    BindParameter,
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    and_,
    literal,
    or_,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from tbblearn.db import Model, UtcDateTime, byte_ordered, enum_type, retention
from tbblearn.people.rules import GrantEnd, GrantSource, Language, LeaveSource, Level, Role, UnitKind

Day = date | BindParameter[date] | ColumnElement[date] | InstrumentedAttribute[date]
Path = str | InstrumentedAttribute[str]


def spans(
    first: InstrumentedAttribute[date], last: InstrumentedAttribute[date | None], day: Day
) -> ColumnElement[bool]:
    """`rules.holds` as an SQL condition: the day is in the period, both ends included."""
    return and_(first <= day, or_(last.is_(None), last >= day))


class Programme(Model):
    """A change that the county makes together; Tillsammans för barnens bästa is the first."""

    __tablename__ = "programme"
    __retention__ = retention(keep="for good", why="the county's own plans", erase="holds no personal data")

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))


class OrgUnit(Model):
    """A unit in the county's one tree. Never deleted: past figures keep their units."""

    __tablename__ = "org_unit"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        CheckConstraint("valid_until_on IS NULL OR valid_until_on >= valid_from_on", name="valid_span"),
        CheckConstraint("(parent_id IS NULL) = (kind = 'lan')", name="only_county_is_root"),
    )
    __retention__ = retention(keep="for good", why="figures of past years need their units", erase="no personal data")

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"), index=True)
    source: Mapped[str] = mapped_column(String(80))
    """External id of the huvudman whose files contain this unit; the root's own id for the root."""
    external_id: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(160))
    name_sort: Mapped[str] = mapped_column(byte_ordered(400))
    kind: Mapped[UnitKind] = mapped_column(enum_type(UnitKind))
    service: Mapped[str] = mapped_column(String(80), default="")
    own_level: Mapped[Level | None] = mapped_column(enum_type(Level, "own_level"))
    level: Mapped[Level | None] = mapped_column(enum_type(Level))
    """Effective level: its own, or that of the nearest ancestor with one; set by people.actions."""
    path: Mapped[str] = mapped_column(byte_ordered(400), index=True)
    """Ids from the root down to the unit itself: '/1/5/9/'. A subtree is a prefix."""
    depth: Mapped[int]
    manager_external_id: Mapped[str] = mapped_column(String(80), default="")
    """Person id from the unit file, until the staff file brings the person."""
    valid_from_on: Mapped[date] = mapped_column(Date)
    valid_until_on: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @classmethod
    def exists_on(cls, day: Day) -> ColumnElement[bool]:
        """SQL condition: the unit exists on the day."""
        return spans(cls.valid_from_on, cls.valid_until_on, day)

    @classmethod
    def inside(cls, path: Path) -> ColumnElement[bool]:
        """SQL condition: the unit with this path, or one below it."""
        return cls.path.like(path + "%")

    @classmethod
    def around(cls, path: str) -> ColumnElement[bool]:
        """SQL condition: the unit with this path, or one above it."""
        return literal(path).like(cls.path + "%")


class Person(Model):
    """One human, perhaps with several employments. Unique within a source (a huvudman's subtree)."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("source", "external_id"),)
    __retention__ = retention(
        keep="24 months after the last employment ended",
        why="a person who comes back keeps what they have done",
        erase="names, e-mail and external id are blanked; completions stay without a name",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(80))
    external_id: Mapped[str] = mapped_column(String(80))
    given_name: Mapped[str] = mapped_column(String(120))
    family_name: Mapped[str] = mapped_column(String(120))
    name_sort: Mapped[str] = mapped_column(byte_ordered(600), index=True)
    name_search: Mapped[str] = mapped_column(String(400))
    email: Mapped[str] = mapped_column(String(254), default="")
    email_key: Mapped[str] = mapped_column(String(254), default="", index=True)
    """The e-mail address casefolded, for signing in. Not unique: one human may be in two sources."""
    language: Mapped[Language] = mapped_column(enum_type(Language), default=Language.SV)
    protected_identity: Mapped[bool] = mapped_column(default=False)
    """Name and e-mail are withheld in every list, export, mail and log. Set by an administrator, never by a file."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class PersonKey(Model):
    """Another number by which a source's files know a person: one human may work for several huvudmän.

    It stands over a person's own number in that source.
    """

    __tablename__ = "person_key"
    __retention__ = retention(
        keep="with the person", why="files of several huvudmän are about one person", erase="goes with the person"
    )

    source: Mapped[str] = mapped_column(String(80), primary_key=True)
    external_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)


class Employment(Model):
    """An employment as the employer counts it: the same one through moves. Where and when it is held: Placement."""

    __tablename__ = "employment"
    __table_args__ = (UniqueConstraint("id", "person_id", name="uq_employment_id_person"),)
    __retention__ = retention(
        keep="with the person", why="decides who takes which course", erase="goes with the person's erasure"
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    external_id: Mapped[str] = mapped_column(String(80), default="")
    """The employer's own number for it; empty where the files give none."""
    source: Mapped[str] = mapped_column(String(80), index=True)
    """External id of the huvudman whose files hold it."""
    missing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """What time the first of the files told of that lack it, though it has not ended; None while it is there."""
    withdrawn_on: Mapped[date | None] = mapped_column(Date)
    """The day that a start still to come went missing from the files; it then has no placement."""


class Placement(Model):
    """Where an employment is held: a unit and a profession, from date to date (both included).

    A move closes one and opens the next, so what was true last autumn stays true. Those of one employment follow on
    each other without a gap; together they are its span.
    """

    __tablename__ = "placement"
    __table_args__ = (
        ForeignKeyConstraint(["employment_id", "person_id"], ["employment.id", "employment.person_id"]),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="span"),
        Index("ix_placement_unit_span", "unit_id", "from_on", "until_on"),
    )
    __retention__ = retention(
        keep="with the person", why="decides who takes which course", erase="goes with the person's erasure"
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    employment_id: Mapped[int] = mapped_column(index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    """The employment's person, kept here so that a unit's people are found in one table."""
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    profession: Mapped[str] = mapped_column(String(80), default="")
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date | None] = mapped_column(Date)
    known_on: Mapped[date] = mapped_column(Date)
    """First day the system knew of this placement; a new hire's time runs from it (docs/rules/training.md)."""

    @classmethod
    def held_on(cls, day: Day) -> ColumnElement[bool]:
        """SQL condition: the employment is held here on the day."""
        return spans(cls.from_on, cls.until_on, day)


class Leave(Model):
    """A leave of an employment: dates only, never the reason."""

    __tablename__ = "leave"
    __table_args__ = (CheckConstraint("until_on IS NULL OR until_on >= from_on", name="span"),)
    __retention__ = retention(
        keep="24 months after it ended", why="explains a moved last day", erase="rows are deleted"
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    employment_id: Mapped[int] = mapped_column(ForeignKey("employment.id"), index=True)
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date | None] = mapped_column(Date)
    source: Mapped[LeaveSource] = mapped_column(enum_type(LeaveSource))
    known_on: Mapped[date] = mapped_column(Date)
    """First day the system knew when the leave ends: nobody is late because we learnt it late."""

    @classmethod
    def holds_on(cls, day: Day) -> ColumnElement[bool]:
        """SQL condition: the leave holds on the day."""
        return spans(cls.from_on, cls.until_on, day)


class Grant(Model):
    """A role on a unit and all below it, from date until date (both included).

    The dates alone do not decide whether it holds on a day: see `people.belonging`.
    """

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="span"),
        CheckConstraint("end_reason IS NULL OR until_on IS NOT NULL", name="reason_of_an_end"),
    )
    __retention__ = retention(keep="24 months after it ended", why="shows who could see what", erase="rows are deleted")

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    role: Mapped[Role] = mapped_column(enum_type(Role))
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date | None] = mapped_column(Date)
    source: Mapped[GrantSource] = mapped_column(enum_type(GrantSource))
    given_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    end_reason: Mapped[GrantEnd | None] = mapped_column(enum_type(GrantEnd))
    """Why it ended; None until someone or something has ended it."""


class ExternalAccess(Model):
    """Access for someone not employed (or not where the role is), until a day at most a year ahead.

    A renewal is a row of its own. Ending it early moves the last day, never forwards.
    """

    __tablename__ = "external_access"
    __table_args__ = (
        CheckConstraint("until_on >= from_on", name="span"),
        # One rule in two dialects, which count days differently. 366: a year may include 29 February.
        CheckConstraint("until_on <= date(from_on, '+366 days')", name="at_most_a_year").ddl_if(dialect="sqlite"),
        CheckConstraint("until_on <= from_on + 366", name="at_most_a_year").ddl_if(dialect="postgresql"),
    )
    __retention__ = retention(
        keep="24 months after it ended", why="shows who had access, and who answered for it", erase="rows are deleted"
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date] = mapped_column(Date)
    sponsor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who answers for the need of it; None for whoever runs the server."""
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
