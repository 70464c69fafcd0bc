"""What moves a person's own last day, by docs/rules/training.md: each row's id quotes the sentence it shows."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from tbblearn.training.requirements.cycles import (
    Absence,
    EmploymentSpan,
    Hire,
    Pause,
    Shift,
    cycle_of_year,
    deadlines,
    moves,
    new_hire_due,
    own_due,
    pauses,
    returns,
)
from tbblearn.training.rules import EventReason
from tests.training.requirements.days import TERMS, away, day, span

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
