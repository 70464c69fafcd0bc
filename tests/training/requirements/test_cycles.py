"""The cycle rule (docs/rules/training.md), piece by piece: each row's id says which piece of it is shown."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from tbblearn.training.requirements.credits import CompletionFact, Credit, EnrolmentState, credits
from tbblearn.training.requirements.cycles import (
    Absence,
    EmploymentSpan,
    Hire,
    MonthDay,
    Pause,
    Shift,
    Terms,
    cycle_of_year,
    cycle_on,
    deadlines,
    hired,
    makes_new_hire,
    moves,
    new_hire_due,
    own_due,
    pauses,
    returns,
    soon_from,
)
from tbblearn.training.rules import EnrolmentReason, EventReason

TERMS = Terms()
SCHOOL_YEAR = Terms(opens=MonthDay(9, 1), due=MonthDay(3, 31))


def day(text: str) -> date:
    return date.fromisoformat(text)


def span(start: str, end: str | None = None, *, unit: int = 1, known: str | None = None) -> EmploymentSpan:
    return EmploymentSpan(unit, day(start), day(end) if end else None, day(known or start))


def away(of: EmploymentSpan, start: str, end: str | None, known: str = "2026-01-01") -> Absence:
    return Absence(of, day(start), day(end) if end else None, day(known))


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
    "(a second job is no hire)": (
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


# --- leave, moves, extension --------------------------------------------------------------------------------------

ONE = span("2020-01-01")
TWO = span("2020-01-01", unit=2)

PAUSES: dict[str, tuple[list[EmploymentSpan], list[Absence], list[tuple[str, str | None]]]] = {
    "On leave only if every employment in the audience is: both": (
        [ONE, TWO],
        [away(ONE, "2026-03-01", "2026-06-30"), away(TWO, "2026-05-01", "2026-08-31")],
        [("2026-05-01", "2026-06-30")],
    ),
    "On leave only if every employment in the audience is: one of two": (
        [ONE, TWO],
        [away(ONE, "2026-03-01", "2026-06-30")],
        [],
    ),
    "(leaves that meet are one)": (
        [ONE],
        [away(ONE, "2026-03-01", "2026-06-30"), away(ONE, "2026-07-01", "2026-08-31")],
        [("2026-03-01", "2026-08-31")],
    ),
    "(a leave without end)": ([ONE], [away(ONE, "2026-03-01", None)], [("2026-03-01", None)]),
}


@pytest.mark.parametrize(("spans", "absences", "expected"), PAUSES.values(), ids=PAUSES.keys())
def test_on_leave(spans: list[EmploymentSpan], absences: list[Absence], expected: list[tuple[str, str | None]]) -> None:
    found = [(pause.from_on, pause.until_on) for pause in pauses(spans, absences)]
    assert found == [(day(start), day(end) if end else None) for start, end in expected]


def test_an_employment_that_ends_during_leave_has_no_return() -> None:
    ended = span("2020-01-01", "2026-05-31")
    assert returns([ended], [away(ended, "2026-03-01", "2026-08-31")]) == []


def test_going_on_in_the_same_unit_is_no_move() -> None:
    spans = [
        span("2026-01-01", "2026-05-31"),
        span("2026-06-01", "2026-12-31"),
        span("2026-07-01", unit=2),
    ]
    assert [shift.on for shift in moves(spans)] == [day("2026-01-01"), day("2026-07-01")]


@dataclass(frozen=True)
class DueRow:
    due: str
    today: str = "2026-12-31"
    moved: tuple[str, str] | None = None
    """Day of the change, day it was known."""
    leave: tuple[str, str, str] | None = None
    """From, until, known on."""


DUES = {
    "Return from leave: due = max(due, max(return, day we learnt of it) + new_hire_days): the return": DueRow(
        "2026-12-16", leave=("2026-03-01", "2026-11-15", "2026-01-01")
    ),
    "Return from leave: due = max(due, max(return, day we learnt of it) + new_hire_days): learnt late": DueRow(
        "2026-12-25", leave=("2026-03-01", "2026-11-15", "2026-11-25")
    ),
    "Return from leave: due = max(due, max(return, day we learnt of it) + new_hire_days): due": DueRow(
        "2026-11-30", leave=("2026-03-01", "2026-06-30", "2026-01-01")
    ),
    "leave over a cycle's due date exempts from that cycle (no new last day)": DueRow(
        "2026-11-30", leave=("2026-11-01", "2026-12-05", "2026-11-01")
    ),
    "Change of level or unit in mid-cycle: due = max(cycle due, change + new_hire_days): change": DueRow(
        "2026-12-20", moved=("2026-11-20", "2026-11-20")
    ),
    "Change of level or unit in mid-cycle: due = max(cycle due, change + new_hire_days): cycle due": DueRow(
        "2026-11-30", moved=("2026-05-20", "2026-05-20")
    ),
    "(a change after the last day, still in the cycle)": DueRow("2027-01-09", moved=("2026-12-10", "2026-12-10")),
    "(a change in the next cycle is not in mid-cycle)": DueRow(
        "2026-11-30", moved=("2027-01-05", "2027-01-05"), today="2027-01-05"
    ),
    "(a change of years ago, learnt of today, moves nothing)": DueRow("2026-11-30", moved=("2019-05-01", "2026-11-25")),
    "(a change that has not come yet moves nothing)": DueRow(
        "2026-11-30", moved=("2026-11-20", "2026-10-01"), today="2026-11-19"
    ),
}


@pytest.mark.parametrize("row", DUES.values(), ids=DUES.keys())
def test_own_last_day(row: DueRow) -> None:
    shifts: list[Shift] = []
    absent: list[Pause] = []
    if row.moved:
        shifts = [Shift(day(row.moved[0]), day(row.moved[1]), EventReason.MOVED)]
    if row.leave:
        leaves = [away(ONE, *row.leave)]
        shifts, absent = returns([ONE], leaves), pauses([ONE], leaves)
    own = own_due(TERMS, 2026, cycle_of_year(TERMS, 2026).due_on, shifts, absent, day(row.today))
    assert own.due_on == day(row.due)


def test_its_own_due_being_the_latest_after_new_hire_return_move_or_extension() -> None:
    new_hire = new_hire_due(Hire(day("2026-11-01"), day("2026-11-01")), TERMS)
    extended = max(new_hire, day("2026-12-15"))
    leaves = [away(ONE, "2026-11-10", "2026-11-20", "2026-11-10")]
    shifts = [*returns([ONE], leaves), Shift(day("2026-11-18"), day("2026-11-18"), EventReason.MOVED)]
    own = own_due(TERMS, 2026, extended, shifts, pauses([ONE], leaves), day("2026-12-01"))
    assert own.due_on == day("2026-11-21") + timedelta(days=30) == day("2026-12-21")
    assert own.reason is EventReason.RETURNED
    assert deadlines(TERMS, 2026, own.due_on).open_until_on == day("2027-01-04")


# --- what a completion counts for ---------------------------------------------------------------------------------


def yearly(year: int, *, last: str | None = None, cancelled: bool = False) -> EnrolmentState:
    cycle = cycle_of_year(TERMS, year)
    days = deadlines(TERMS, year, day(last) if last else cycle.due_on)
    return EnrolmentState(
        year,
        year,
        EnrolmentReason.YEARLY,
        str(year),
        cycle.opens_on,
        days.due_on,
        days.open_until_on,
        cancelled,
    )


def new_hire(start: str, number: int = 1) -> EnrolmentState:
    due = new_hire_due(Hire(day(start), day(start)), TERMS)
    year = cycle_on(TERMS, day(start)).year
    days = deadlines(TERMS, year, due)
    return EnrolmentState(
        number,
        year,
        EnrolmentReason.NEW_HIRE,
        f"new-hire:{start}",
        day(start),
        days.due_on,
        days.open_until_on,
    )


def asked(reason: EnrolmentReason, opens: str, until: str | None) -> EnrolmentState:
    return EnrolmentState(
        7,
        day(opens).year,
        reason,
        f"{reason}:1",
        day(opens),
        day(until) if until else None,
        day(until) if until else None,
    )


CREDITS: dict[str, tuple[list[str], list[EnrolmentState], set[tuple[int, int]]]] = {
    "A completion satisfies the cycle it falls in": (
        ["2026-05-01"],
        [yearly(2026), yearly(2027)],
        {(0, 2026)},
    ),
    "the local date of a completion decides its cycle: the last day": (
        ["2026-12-31"],
        [yearly(2026), yearly(2027)],
        {(0, 2026)},
    ),
    "the local date of a completion decides its cycle: the first day": (
        ["2027-01-01"],
        [yearly(2026), yearly(2027)],
        {(0, 2027)},
    ),
    "and the next one only if it was made on a new-hire enrolment: a yearly one is not": (
        ["2026-12-20"],
        [yearly(2026), yearly(2027)],
        {(0, 2026)},
    ),
    "within carry_over_days before that cycle opens: within": (
        ["2026-10-03"],
        [new_hire("2026-09-20"), yearly(2027)],
        {(0, 1), (0, 2027)},
    ),
    "within carry_over_days before that cycle opens: a day too early": (
        ["2026-10-02"],
        [new_hire("2026-09-20"), yearly(2027)],
        {(0, 1)},
    ),
    "Where two are open, a completion counts for the older one, as late": (
        ["2027-01-10"],
        [yearly(2026, last="2027-01-05"), yearly(2027)],
        {(0, 2026)},
    ),
    "a new hire's counts for both": (
        ["2027-01-10"],
        [new_hire("2026-12-20"), yearly(2027)],
        {(0, 1), (0, 2027)},
    ),
    "(the second completion counts for the newer one)": (
        ["2027-01-10", "2027-01-12"],
        [yearly(2026, last="2027-01-05"), yearly(2027)],
        {(0, 2026), (1, 2027)},
    ),
    "An attempt handed in after its enrolment closed counts for the cycle of its date": (
        ["2027-01-02"],
        [yearly(2026), yearly(2027)],
        {(0, 2027)},
    ),
    "What is unfinished at closing is missed for good": (["2027-06-01"], [yearly(2026)], set()),
    "(a completion of the year before an enrolment's first day, in its cycle)": (
        ["2026-02-01"],
        [new_hire("2026-09-20")],
        {(0, 1)},
    ),
    "(what was cancelled is not completed)": (["2026-05-01"], [yearly(2026, cancelled=True)], set()),
    "(once: any completion, whenever made)": (
        ["2019-05-01"],
        [asked(EnrolmentReason.ONCE, "2026-01-01", None)],
        {(0, 7)},
    ),
    "(asked for by hand: while it is open)": (
        ["2026-05-01", "2026-06-01"],
        [asked(EnrolmentReason.MANUAL, "2026-05-15", "2026-06-15")],
        {(1, 7)},
    ),
    "(taken freely: by its own completion only)": (
        ["2026-05-01"],
        [asked(EnrolmentReason.VOLUNTARY, "2026-05-01", None)],
        set(),
    ),
}


@pytest.mark.parametrize(("made_on", "enrolments", "expected"), CREDITS.values(), ids=CREDITS.keys())
def test_what_a_completion_counts_for(
    made_on: list[str], enrolments: list[EnrolmentState], expected: set[tuple[int, int]]
) -> None:
    made = [CompletionFact(number, day(on)) for number, on in enumerate(made_on)]
    assert credits(TERMS, made, enrolments) == {Credit(*pair) for pair in expected}


def test_what_was_taken_freely_is_done_by_the_completion_made_on_it() -> None:
    voluntary = asked(EnrolmentReason.VOLUNTARY, "2026-05-01", None)
    assert credits(TERMS, [CompletionFact(3, day("2026-05-02"), voluntary.id)], [voluntary]) == {Credit(3, 7)}


@pytest.mark.parametrize("bad", ["2-30", "13-01", "1130", "x-y"])
def test_a_day_that_no_year_has_is_refused(bad: str) -> None:
    read: Callable[[str], MonthDay] = MonthDay.parse
    with pytest.raises(ValueError):
        read(bad)
