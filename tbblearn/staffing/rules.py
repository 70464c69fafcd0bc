"""What the employers' files hold, and what a file may do by itself (docs/rules/staffing.md)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from tbblearn.people.rules import Language, Level, UnitKind


class FileKind(StrEnum):
    """The two files that an employer sends."""

    UNITS = "units"
    STAFF = "staff"


class Way(StrEnum):
    """How a file came in."""

    FOLDER = "folder"
    PAGE = "page"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file. `required`: the file must have it; `filled`: so must every row."""

    name: str
    longest: int = 80
    required: bool = True
    filled: bool = False


COLUMNS: Mapping[FileKind, tuple[Column, ...]] = {
    FileKind.UNITS: (
        Column("unit_id", filled=True),
        Column("parent_id"),
        Column("name", 160, filled=True),
        Column("kind", filled=True),
        Column("service"),
        Column("level"),
        Column("manager_person_id"),
    ),
    FileKind.STAFF: (
        Column("person_id", filled=True),
        Column("employment_id", required=False),
        Column("given_name", 120, filled=True),
        Column("family_name", 120, filled=True),
        Column("email", 254),
        Column("language", required=False),
        Column("unit_id", filled=True),
        Column("profession"),
        Column("start_on", filled=True),
        Column("end_on"),
        Column("leave_from"),
        Column("leave_to"),
        Column("protected", required=False),
    ),
}

DATES = ("start_on", "end_on", "leave_from", "leave_to")
SHOWN = frozenset({"unit_id", "parent_id", "kind", "level", "language", "protected", *DATES})
"""Columns whose value may be repeated in an error: units, codes and days. A name or an address could be protected."""

KINDS = {kind.value: kind for kind in UnitKind if kind is not UnitKind.COUNTY}
LEVELS = {
    **{level.value: level for level in Level},
    "grundnivå": Level.BASE,
    "mellannivå": Level.INTERMEDIATE,
    "fördjupad nivå": Level.IN_DEPTH,
}
LANGUAGES = {language.value: language for language in Language}
YES = frozenset({"yes", "ja", "1", "true", "sant"})
NO = frozenset({"", "no", "nej", "0", "false", "falskt"})


class Fault(StrEnum):
    """What can be wrong with a file or a row; `words` says it, and how to mend it."""

    # the whole file
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_A_TABLE = "not_a_table"
    PICTURE = "picture"
    OLD_WORKBOOK = "old_workbook"
    ENCRYPTED = "encrypted"
    MACROS = "macros"
    BOMB = "bomb"
    DAMAGED = "damaged"
    SEVERAL_SHEETS = "several_sheets"
    TOO_MANY_ROWS = "too_many_rows"
    QUOTES = "quotes"
    NO_HEADER = "no_header"
    COLUMN_MISSING = "column_missing"
    COLUMN_TWICE = "column_twice"
    NO_ROWS = "no_rows"
    WRONG_FILE = "wrong_file"
    ROW_COUNT = "row_count"
    CHECKSUM = "checksum"
    MARK_UNREADABLE = "mark_unreadable"
    TOO_MANY_FAULTY = "too_many_faulty"
    FUTURE = "future"
    OLDER = "older"
    LIMIT_ENDED = "limit_ended"
    LIMIT_MOVED = "limit_moved"
    LIMIT_LED = "limit_led"
    # a row
    CELLS = "cells"
    MERGED = "merged"
    HIDDEN = "hidden"
    FORMULA = "formula"
    MUST_BE_FILLED = "must_be_filled"
    TOO_LONG = "too_long"
    CONTROL = "control"
    UNREADABLE = "unreadable"
    PERSONNUMMER = "personnummer"
    NUMBER_SHORTENED = "number_shortened"
    NOT_A_WHOLE_NUMBER = "not_a_whole_number"
    NOT_A_DATE = "not_a_date"
    EXCEL_DAY = "excel_day"
    FAR_DATE = "far_date"
    END_BEFORE_START = "end_before_start"
    LEAVE_WITHOUT_START = "leave_without_start"
    LEAVE_OUTSIDE = "leave_outside"
    NO_AT = "no_at"
    UNKNOWN_WORD = "unknown_word"
    TWICE = "twice"
    PERSON_DIFFERS = "person_differs"
    UNKNOWN_UNIT = "unknown_unit"
    CLOSED_UNIT = "closed_unit"
    UNKNOWN_PARENT = "unknown_parent"
    OWN_PARENT = "own_parent"
    CYCLE = "cycle"
    BELOW_ENHET = "below_enhet"
    HUVUDMAN_ROW = "huvudman_row"
    CANNOT_TELL_APART = "cannot_tell_apart"


@dataclass(frozen=True)
class Finding:
    """A fault in a file: the row as Excel counts (the header is 1; None for the whole file), the column and the value.

    `value` is empty where it may not be repeated (see SHOWN). `about` fills in the sentence.
    """

    fault: Fault
    row: int | None = None
    column: str = ""
    value: str = ""
    about: Mapping[str, str | int] = field(default_factory=dict, hash=False)


class FileRefused(Exception):
    """The file as a whole cannot be read. `finding` says why."""

    def __init__(self, fault: Fault, **about: str | int) -> None:
        super().__init__(fault)
        self.finding = Finding(fault, about=about)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A row of the unit file."""

    row: int
    unit_id: str
    parent_id: str
    name: str
    kind: UnitKind
    service: str
    level: Level | None
    manager_person_id: str


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A row of the staff file: one employment."""

    row: int
    person_id: str
    employment_id: str
    given_name: str
    family_name: str
    email: str
    language: Language | None
    unit_id: str
    profession: str
    start_on: date
    end_on: date | None
    leave_from: date | None
    leave_to: date | None
    protected: bool

    @property
    def person(self) -> tuple[object, ...]:
        """What must be the same in all rows of one person."""
        return self.given_name, self.family_name, self.email, self.language, self.protected


@dataclass(frozen=True, slots=True)
class Line:
    """A change as a person is shown it: what, to whom or what, from where to where, from when. Ids, never names."""

    what: str
    about: str
    before: str = ""
    after: str = ""
    on: date | None = None


# --- identity numbers ---------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"(?<!\d)(?:(?:19|20)\d{2}|\d{2})(\d{2})(\d{2})[-+ ]?(?:\d{4}|[A-Za-z]\d{3})(?!\d)")


def has_personnummer(text: str) -> bool:
    """True when the text contains what looks like a Swedish identity number: a date of birth and four signs.

    Coordination numbers (day + 60) count as well, and so do numbers with a letter in the last four. With ten or twelve
    bare digits the check digit must be right, since an employee number may happen to look like a date.
    """
    for found in _NUMBER.finditer(text):
        month, day = int(found[1]), int(found[2])
        if not (1 <= month <= 12 and (1 <= day <= 31 or 61 <= day <= 91)):
            continue
        digits = [sign for sign in found[0] if sign.isdigit()]
        if len(digits) == len(found[0]) and not _checked(digits[-10:]):
            continue
        return True
    return False


def _checked(digits: list[str]) -> bool:
    """The last digit is the Luhn sum of the nine before it."""
    total = 0
    for place, digit in enumerate(digits):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


# --- what a file may do by itself ---------------------------------------------------------------------------------

LIMIT_DAYS = 7
"""Changes are summed over so many days, so that many small files may not do what one large one may not."""


class Risk(StrEnum):
    """Changes that are dangerous in number, counted by file."""

    ENDED = "ended"
    """Employments ended or shortened."""
    MOVED = "moved"
    """Changed units, first days or e-mail addresses."""
    LED = "led"
    """Changed managers, parents or levels, and closed units."""


@dataclass(frozen=True)
class Limit:
    """At most this share of all, or this many where that is more."""

    percent: int
    at_least: int

    def most(self, total: int) -> int:
        """The greatest number that a source of this size may change within LIMIT_DAYS without a person."""
        return max(self.at_least, total * self.percent // 100)


LIMITS: Mapping[Risk, Limit] = {Risk.ENDED: Limit(2, 5), Risk.MOVED: Limit(5, 5), Risk.LED: Limit(2, 2)}

MISSING_HOURS = 48
"""An employment that two files at least so far apart lack has ended."""

FAULTY_PERCENT = 1
"""Where faulty rows are skipped, at most so many per cent of the rows."""

DRAFT_HOURS = 24
"""How long a preview can be confirmed."""

AWAITED_HOURS = 24
"""How long a staff file with unknown units waits for its unit file."""

EARLIEST, LATEST = date(1940, 1, 1), date(2199, 12, 31)


def beyond(risks: Mapping[Risk, int], earlier: Mapping[Risk, int], totals: Mapping[Risk, int]) -> list[Risk]:
    """The risks in which a file, with those taken in during the last LIMIT_DAYS, goes beyond what it may do by itself.

    `totals`: what each is a share of: employments for ENDED and MOVED, units for LED.
    """
    return [
        risk
        for risk, limit in LIMITS.items()
        if risks.get(risk, 0) and risks[risk] + earlier.get(risk, 0) > limit.most(totals[risk])
    ]


def most_faulty(rows: int) -> int:
    """How many faulty rows may be skipped in a file of so many rows; at least one."""
    return max(1, rows * FAULTY_PERCENT // 100)


def day_before(day: date) -> date:
    """The day before."""
    return day - timedelta(days=1)
