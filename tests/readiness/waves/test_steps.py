"""The next step of a wave, what of it may be taken, and what 60 % would show: rules without a database."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from tbblearn.readiness.rules import Tree
from tbblearn.readiness.waves.opening_lines import BLOCKING, Line, LineKind, estimate
from tbblearn.readiness.waves.steps import Next, Standing, Step
from tbblearn.surveys.waves import (
    AnswersGone,
    CheckFirst,
    EnoughReminders,
    LastDayGone,
    NotCleaned,
    NotOpen,
    WaveState,
    WrongState,
)
from tests.factories import TODAY

PLANNED = Standing(
    wave_id=1,
    state=WaveState.PLANNED,
    opens_on=TODAY,
    closes_on=TODAY + timedelta(days=14),
    adopted=2,
    approved=True,
    reminders=0,
    reminded_on=None,
    cleaned=True,
)
OPEN = replace(PLANNED, state=WaveState.OPEN)
CLOSED = replace(PLANNED, state=WaveState.CLOSED)
AUDITED = replace(PLANNED, state=WaveState.AUDITED)


@pytest.mark.parametrize(
    ("standing", "following"),
    [
        (PLANNED, Step.OPEN),
        (replace(PLANNED, opens_on=TODAY - timedelta(days=3)), Step.OPEN),
        (replace(PLANNED, opens_on=TODAY + timedelta(days=1)), Next.ITS_DAY),
        (replace(PLANNED, approved=False), Next.CHECK),
        (replace(PLANNED, approved=False, adopted=0), Next.ADOPTIONS),
        (replace(PLANNED, closes_on=TODAY - timedelta(days=1)), Next.DATES),
        (OPEN, Step.REMIND),
        (replace(OPEN, closes_on=TODAY), Step.REMIND),
        (replace(OPEN, reminders=1, reminded_on=TODAY - timedelta(days=1)), Step.REMIND),
        (replace(OPEN, reminders=1, reminded_on=TODAY), Next.ANSWERS),
        (replace(OPEN, reminders=2, reminded_on=TODAY - timedelta(days=4)), Next.ANSWERS),
        (replace(OPEN, closes_on=TODAY - timedelta(days=1)), Step.CLOSE),
        (CLOSED, Step.AUDIT),
        (replace(CLOSED, cleaned=False), Next.WIPING),
        (replace(CLOSED, disposed_on=TODAY), Next.ANSWERS_GONE),
        (AUDITED, Step.PUBLISH),
        (replace(AUDITED, disposed_on=TODAY), Step.PUBLISH),
        (replace(AUDITED, cleaned=False), Next.WIPING),
        (replace(PLANNED, state=WaveState.PUBLISHED), Next.NOTHING),
        (replace(PLANNED, state=WaveState.WITHDRAWN), Next.NOTHING),
    ],
)
def test_the_next_step_may_always_be_taken(standing: Standing, following: Step | Next) -> None:
    assert standing.next(TODAY) is following
    if isinstance(following, Step):
        standing.demand(following, TODAY)


@pytest.mark.parametrize(
    ("standing", "step", "error"),
    [
        (replace(PLANNED, approved=False), Step.OPEN, CheckFirst),
        (replace(PLANNED, closes_on=TODAY - timedelta(days=1)), Step.OPEN, LastDayGone),
        (OPEN, Step.OPEN, WrongState),
        (PLANNED, Step.REMIND, NotOpen),
        (replace(OPEN, closes_on=TODAY - timedelta(days=1)), Step.REMIND, NotOpen),
        (replace(OPEN, reminded_on=TODAY), Step.REMIND, EnoughReminders),
        (replace(OPEN, reminders=2), Step.REMIND, EnoughReminders),
        (CLOSED, Step.CLOSE, WrongState),
        (OPEN, Step.AUDIT, WrongState),
        (replace(CLOSED, cleaned=False), Step.AUDIT, NotCleaned),
        (replace(CLOSED, disposed_on=TODAY), Step.AUDIT, AnswersGone),
        (CLOSED, Step.PUBLISH, WrongState),
        (replace(AUDITED, cleaned=False), Step.PUBLISH, NotCleaned),
        (replace(PLANNED, state=WaveState.PUBLISHED), Step.AUDIT, WrongState),
        (replace(PLANNED, state=WaveState.WITHDRAWN), Step.WITHDRAW, WrongState),
    ],
)
def test_what_may_not_be_done_is_refused_as_the_action_would(
    standing: Standing, step: Step, error: type[Exception]
) -> None:
    with pytest.raises(error):
        standing.demand(step, TODAY)
    assert not standing.allows(step, TODAY)


def test_a_wave_that_is_not_wiped_yet_is_named() -> None:
    with pytest.raises(NotCleaned) as raised:
        replace(AUDITED, cleaned=False).demand(Step.PUBLISH, TODAY)
    assert raised.value.values == {"wave_id": AUDITED.wave_id}


# --- the estimate ---

TREE = Tree.build([("top", None), ("left", "top"), ("a", "left"), ("b", "left"), ("right", "top"), ("empty", "top")])


def test_an_estimate_by_hand() -> None:
    """a: 12 invited, 8 answers, shown. b's 4, left's 1 and right's 6 are too few, and count in the top with its 2."""
    found = estimate(TREE, {"top": 2, "left": 1, "a": 12, "b": 4, "right": 6}, k=5, margin=2)
    assert (found.leaves, found.leaves_shown) == (3, 1)
    assert (found.never, found.never_staff) == (2, 10)
    assert (found.staff, found.staff_shown) == (25, 2 + 1 + 12)


def test_a_unit_that_is_joined_with_those_below_is_not_among_those_never_shown() -> None:
    found = estimate(TREE, {"left": 2, "a": 4, "b": 4}, k=5, margin=2)
    assert (found.never, found.never_staff) == (2, 8)
    assert (found.leaves, found.leaves_shown, found.staff_shown) == (2, 0, 2)


def test_more_answers_never_show_less() -> None:
    rng = Random(5)
    for _ in range(200):
        invited = {unit: rng.randrange(0, 15) for unit in TREE.units}
        shown = [estimate(TREE, invited, 5, 2, percent).staff_shown for percent in (20, 60, 100)]
        assert shown == sorted(shown)


def test_a_line_whose_figures_change_is_another_line() -> None:
    one = Line(LineKind.ON_LEAVE, {"persons": 3})
    assert one.code == Line(LineKind.ON_LEAVE, {"persons": 3}).code
    assert one.code != Line(LineKind.ON_LEAVE, {"persons": 4}).code
    known = [
        Line(LineKind.STAFF_DATA, units=[("Flen", day)]).code for day in (date(2026, 1, 1), date(2026, 1, 2), None)
    ]
    assert len(set(known)) == 3
    assert {kind for kind in LineKind if Line(kind).blocking} == BLOCKING
