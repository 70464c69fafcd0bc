"""The one status function and the manager's view of it."""

from itertools import product

import pytest

from tbblearn.training.rules import (
    DONE,
    LEFT,
    OUTSIDE_BASE,
    DueStage,
    Status,
    StatusFacts,
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
    due=DueStage.OVER,
    failed=True,
    started=True,
)
"""Every fact at once: what remains after taking one away is decided by precedence."""


def without(*names: str, due: DueStage = DueStage.OVER) -> StatusFacts:
    calm = {"completed": False, "exempt": False, "on_leave": False, "opened": True, "closed": False}
    calm |= {"failed": False, "started": False, "required": False}
    values = {field: getattr(EVERYTHING, field) for field in StatusFacts.__slots__}
    return StatusFacts(**(values | {name: calm[name] for name in names} | {"due": due}))


PRECEDENCE = [
    (without("required"), Status.NOT_REQUIRED),
    (EVERYTHING, Status.COMPLETED),
    (without("completed"), Status.EXEMPT),
    (without("completed", "exempt"), Status.ON_LEAVE),
    (without("completed", "exempt", "on_leave"), Status.NOT_YET_OPEN),
    (without("completed", "exempt", "on_leave", "opened"), Status.MISSED),
    (without("completed", "exempt", "on_leave", "opened", "closed"), Status.OVERDUE),
    (without("completed", "exempt", "on_leave", "opened", "closed", due=DueStage.GRACE), Status.IN_GRACE),
    (without("completed", "exempt", "on_leave", "opened", "closed", due=DueStage.SOON), Status.DUE_SOON),
    (
        without("completed", "exempt", "on_leave", "opened", "closed", due=DueStage.AHEAD),
        Status.FAILED_MAY_RETRY,
    ),
    (
        without("completed", "exempt", "on_leave", "opened", "closed", "failed", due=DueStage.AHEAD),
        Status.IN_PROGRESS,
    ),
    (StatusFacts(required=True), Status.NOT_STARTED),
]


@pytest.mark.parametrize(("facts", "expected"), PRECEDENCE, ids=[str(row[1]) for row in PRECEDENCE])
def test_precedence(facts: StatusFacts, expected: Status) -> None:
    assert status(facts) is expected


def test_a_completion_after_the_last_day_is_late() -> None:
    assert status(StatusFacts(required=True, completed=True, late=True)) is Status.COMPLETED_LATE


def test_the_table_above_reaches_every_status() -> None:
    assert {expected for _, expected in PRECEDENCE} | {Status.COMPLETED_LATE} == set(Status)


def test_managers_see_failed_as_in_progress_and_all_else_as_it_is() -> None:
    for one in Status:
        assert manager_view(one) is (Status.IN_PROGRESS if one is Status.FAILED_MAY_RETRY else one)


def test_a_manager_cannot_tell_that_an_attempt_failed() -> None:
    """Whatever else is true of somebody who has an attempt behind them, failing it changes nothing a manager sees."""
    flags = [False, True]
    for values in product(flags, flags, flags, flags, flags, flags, flags, DueStage):
        *booleans, due = values
        required, completed, late, exempt, on_leave, opened, closed = map(bool, booleans)
        facts = (required, completed, late, exempt, on_leave, opened, closed, DueStage(due))
        failed = manager_view(status(StatusFacts(*facts, failed=True, started=True)))
        assert failed is manager_view(status(StatusFacts(*facts, failed=False, started=True)))


def test_every_status_is_done_left_or_outside_the_denominator() -> None:
    assert set(Status) == DONE | LEFT | OUTSIDE_BASE
    assert len(DONE) + len(LEFT) + len(OUTSIDE_BASE) == len(Status)
