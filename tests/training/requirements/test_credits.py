"""What a completion counts for, by docs/rules/training.md: each row's id quotes the sentence it shows."""

import pytest

from tbblearn.training.requirements.credits import CompletionFact, Credit, EnrolmentState, credits
from tbblearn.training.requirements.cycles import Hire, cycle_of_year, cycle_on, deadlines, new_hire_due
from tbblearn.training.rules import EnrolmentReason
from tests.training.requirements.days import TERMS, day


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
