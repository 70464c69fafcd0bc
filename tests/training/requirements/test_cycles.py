"""The cycle rule (docs/rules/training.md), piece by piece: each row's id says which piece of it is shown."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tbblearn.training.requirements.cycles import (
    EmploymentSpan,
    Hire,
    MonthDay,
    Terms,
    cycle_on,
    deadlines,
    hired,
    makes_new_hire,
    new_hire_due,
    soon_from,
)
from tests.training.requirements.days import SCHOOL_YEAR, TERMS, day, span

# --- when a last day is near ---------------------------------------------------------------------------------------

NEAR = {
    "a year given: at most 30 days": ("2026-11-30", ["2026-01-01"], "2026-10-31"),
    "a new hire's 30 days: a third": ("2026-12-20", ["2026-11-20"], "2026-12-10"),
    "started 1 October, known 20 November": ("2026-12-20", ["2026-10-01", "2026-11-20"], "2026-12-10"),
    "a third is rounded up": ("2026-12-20", ["2026-11-19"], "2026-12-09"),
    "ten days given: at least 5": ("2026-12-20", ["2026-12-10"], "2026-12-15"),
    "nothing given": ("2026-12-20", ["2026-12-20"], "2026-12-15"),
    "ninety days are the first that give thirty": ("2026-12-20", ["2026-09-21"], "2026-11-20"),
}


@pytest.mark.parametrize(("due", "given", "soon"), NEAR.values(), ids=NEAR)
def test_from_when_a_last_day_is_near(due: str, given: list[str], soon: str) -> None:
    assert soon_from(day(due), *map(day, given)) == day(soon)


# --- which cycle, and when it ends --------------------------------------------------------------------------------


@dataclass(frozen=True)
class CycleRow:
    terms: Terms
    on: str
    year: int
    opens: str
    due: str
    next_opens: str


CYCLES = {
    "Cycle c runs from opens(c)": CycleRow(TERMS, "2026-01-01", 2026, "2026-01-01", "2026-11-30", "2027-01-01"),
    "to opens(c+1)": CycleRow(TERMS, "2026-12-31", 2026, "2026-01-01", "2026-11-30", "2027-01-01"),
    "and is named by the year in which it opens": CycleRow(
        SCHOOL_YEAR, "2027-02-15", 2026, "2026-09-01", "2027-03-31", "2027-09-01"
    ),
    "own dates if any": CycleRow(
        TERMS.with_own_dates(MonthDay(2, 1), MonthDay(10, 31)),
        "2026-01-31",
        2025,
        "2025-02-01",
        "2025-10-31",
        "2026-02-01",
    ),
    "29 February counts as 28 where there is none": CycleRow(
        Terms(opens=MonthDay(2, 29), due=MonthDay(12, 1)),
        "2027-02-28",
        2027,
        "2027-02-28",
        "2027-12-01",
        "2028-02-29",
    ),
    "29 February is itself where there is one": CycleRow(
        Terms(opens=MonthDay(3, 1), due=MonthDay(2, 29)),
        "2027-06-01",
        2027,
        "2027-03-01",
        "2028-02-29",
        "2028-03-01",
    ),
}


@pytest.mark.parametrize("row", CYCLES.values(), ids=CYCLES.keys())
def test_the_cycle_of_a_day(row: CycleRow) -> None:
    cycle = cycle_on(row.terms, day(row.on))
    assert (cycle.year, cycle.opens_on, cycle.due_on, cycle.next_opens_on) == (
        row.year,
        day(row.opens),
        day(row.due),
        day(row.next_opens),
    )
    assert cycle.holds(day(row.on))


CLOSINGS = {
    "An enrolment closes at max(its own due + grace, opens(c+1)): the opening": ("2026-11-30", "2026-12-31"),
    "An enrolment closes at max(its own due + grace, opens(c+1)): due + grace": ("2026-12-20", "2027-01-03"),
}


@pytest.mark.parametrize(("due", "last"), CLOSINGS.values(), ids=CLOSINGS.keys())
def test_closing(due: str, last: str) -> None:
    assert deadlines(TERMS, 2026, day(due)).open_until_on == day(last)


def test_grace_is_counted_in_whole_days_after_the_last_day() -> None:
    assert deadlines(TERMS, 2026, day("2026-11-30")).grace_until_on == day("2026-12-14")


def test_a_course_taken_once_never_closes() -> None:
    assert deadlines(TERMS, None, day("2026-11-30")).open_until_on is None


# --- new hires ----------------------------------------------------------------------------------------------------

HIRES: dict[str, tuple[list[EmploymentSpan], str, str | None]] = {
    "New hire = first day": ([span("2026-11-20")], "2026-11-21", "2026-11-20"),
    "after at least 180 days without employment": (
        [span("2020-01-01", "2026-04-30"), span("2026-10-28")],
        "2026-11-21",
        "2026-10-28",
    ),
    "(179 days are not 180)": (
        [span("2020-01-01", "2026-04-30"), span("2026-10-27")],
        "2026-11-21",
        "2020-01-01",
    ),
    "(a second job is not a hire)": (
        [span("2020-01-01"), span("2026-11-01", unit=2)],
        "2026-11-21",
        "2020-01-01",
    ),
    "(a short job inside a long one hides no gap)": (
        [span("2020-01-01", "2026-10-30"), span("2021-01-01", "2021-02-01"), span("2026-11-01")],
        "2026-11-21",
        "2020-01-01",
    ),
    "(not before the first day)": ([span("2026-12-01")], "2026-11-21", None),
    "(not after the last day)": ([span("2026-01-01", "2026-11-20")], "2026-11-21", None),
}


@pytest.mark.parametrize(("spans", "today", "first_day"), HIRES.values(), ids=HIRES.keys())
def test_first_day(spans: list[EmploymentSpan], today: str, first_day: str | None) -> None:
    hire = hired(spans, day(today))
    assert (hire.start_on if hire else None) == (day(first_day) if first_day else None)


NOT_NEW = {
    "a start before the huvudman adopted the requirement makes no new-hire enrolment": (
        "2026-03-01",
        "2026-03-02",
        "2026-01-01",
        False,
    ),
    "a start before its first file was read in makes no new-hire enrolment": (
        "2026-03-01",
        "2026-01-01",
        "2026-03-02",
        False,
    ),
    "a start on either day is a new hire's": ("2026-03-01", "2026-03-01", "2026-03-01", True),
}


@pytest.mark.parametrize(("start", "adopted", "first_file", "new"), NOT_NEW.values(), ids=NOT_NEW.keys())
def test_who_is_a_new_hire(start: str, adopted: str, first_file: str, new: bool) -> None:
    hire = Hire(day(start), day(start))
    assert makes_new_hire(hire, adopted_on=day(adopted), first_file_on=day(first_file)) is new


NEW_HIRE_DUES = {
    "due = max(start, first day the system knew) + new_hire_days: start": (
        "2026-11-20",
        "2026-10-01",
        "2026-12-20",
    ),
    "due = max(start, first day the system knew) + new_hire_days: known": (
        "2026-11-01",
        "2026-11-20",
        "2026-12-20",
    ),
}


@pytest.mark.parametrize(("start", "known", "due"), NEW_HIRE_DUES.values(), ids=NEW_HIRE_DUES.keys())
def test_a_new_hires_last_day(start: str, known: str, due: str) -> None:
    assert new_hire_due(Hire(day(start), day(known)), TERMS) == day(due)


@pytest.mark.parametrize("bad", ["2-30", "13-01", "1130", "x-y"])
def test_a_day_that_no_year_has_is_refused(bad: str) -> None:
    read: Callable[[str], MonthDay] = MonthDay.parse
    with pytest.raises(ValueError):
        read(bad)
