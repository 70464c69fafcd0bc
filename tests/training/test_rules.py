"""The one status function and the manager's view of it."""

from itertools import product

import pytest

from tbblearn.training.rules import (
    DONE,
    LEFT,
    OPEN,
    OUTSIDE_BASE,
    Progress,
    Status,
    StatusFacts,
    Urgency,
    manager_view,
    status,
)

EVERYTHING = StatusFacts(
    required=True,
    completed=True,
    late=False,
    exempt=True,
    on_leave=True,
    opened=False,
    closed=True,
    due=Urgency.OVERDUE,
    failed=True,
    started=True,
)
"""Every fact at once: what remains after taking one away is decided by precedence."""


def without(*names: str, due: Urgency = Urgency.OVERDUE) -> StatusFacts:
    calm = {"completed": False, "exempt": False, "on_leave": False, "opened": True, "closed": False}
    calm |= {"failed": False, "started": False, "required": False}
    values = {field: getattr(EVERYTHING, field) for field in StatusFacts.__slots__}
    return StatusFacts(**(values | {name: calm[name] for name in names} | {"due": due}))


AHEAD = ("completed", "exempt", "on_leave", "opened", "closed")
PRECEDENCE = [
    (without("required"), Progress.NOT_REQUIRED),
    (EVERYTHING, Progress.COMPLETED),
    (without("completed"), Progress.EXEMPT),
    (without("completed", "exempt"), Progress.ON_LEAVE),
    (without("completed", "exempt", "on_leave"), Progress.NOT_YET_OPEN),
    (without("completed", "exempt", "on_leave", "opened"), Progress.MISSED),
    (without(*AHEAD), Progress.FAILED_MAY_RETRY),
    (without(*AHEAD, "failed"), Progress.IN_PROGRESS),
    (StatusFacts(required=True), Progress.NOT_STARTED),
]


@pytest.mark.parametrize(("facts", "expected"), PRECEDENCE, ids=[str(row[1]) for row in PRECEDENCE])
def test_precedence(facts: StatusFacts, expected: Progress) -> None:
    assert status(facts).progress is expected


def test_only_what_is_open_is_urgent() -> None:
    """All facts at once say that the extra time has ended; how far somebody is decides whether that matters."""
    urgent = {expected: status(facts).urgency for facts, expected in PRECEDENCE if facts.due is Urgency.OVERDUE}
    assert {progress for progress, urgency in urgent.items() if urgency is Urgency.OVERDUE} == {
        Progress.FAILED_MAY_RETRY,
        Progress.IN_PROGRESS,
    }
    assert all(urgent[progress] is Urgency.NONE for progress in urgent if progress not in OPEN)


def test_how_far_is_told_however_urgent_it_is() -> None:
    """Whoever has begun is seen to have begun, also in the last days, in the extra time and after it."""
    seen = {status(without(*AHEAD, "failed", due=due)) for due in Urgency}
    assert seen == {Status(Progress.IN_PROGRESS, urgency) for urgency in Urgency}


def test_a_completion_after_the_last_day_is_late() -> None:
    assert status(StatusFacts(required=True, completed=True, late=True)) == Status(Progress.COMPLETED_LATE)


def test_the_table_above_reaches_every_status() -> None:
    assert {expected for _, expected in PRECEDENCE} | {Progress.COMPLETED_LATE} == set(Progress)


def test_managers_see_failed_as_in_progress_and_all_else_as_it_is() -> None:
    for one in (Status(progress, urgency) for progress in Progress for urgency in Urgency):
        failed = one.progress is Progress.FAILED_MAY_RETRY
        assert manager_view(one) == (Status(Progress.IN_PROGRESS, one.urgency) if failed else one)


def test_a_manager_cannot_tell_that_an_attempt_failed() -> None:
    """Whatever else is true of somebody who has an attempt behind them, failing it changes nothing a manager sees."""
    flags = [False, True]
    for values in product(flags, flags, flags, flags, flags, flags, flags, Urgency):
        *booleans, due = values
        required, completed, late, exempt, on_leave, opened, closed = map(bool, booleans)
        facts = (required, completed, late, exempt, on_leave, opened, closed, due)
        failed = manager_view(status(StatusFacts(*facts, failed=True, started=True)))
        assert failed == manager_view(status(StatusFacts(*facts, failed=False, started=True)))


def test_every_status_is_done_left_or_outside_the_denominator() -> None:
    assert set(Progress) == DONE | LEFT | OUTSIDE_BASE
    assert len(DONE) + len(LEFT) + len(OUTSIDE_BASE) == len(Progress)
    assert OPEN < LEFT
