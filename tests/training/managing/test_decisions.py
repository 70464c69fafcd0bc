"""Deciding about one person: once each, against what was seen, and what it leaves standing. On both databases."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from tbblearn.db import db, unit_of_work
from tbblearn.training.completion_models import Completion
from tbblearn.training.exemption_models import Exemption
from tbblearn.training.learning import actions
from tbblearn.training.managing import actions as manager_actions
from tbblearn.training.managing.decision_queries import before_deciding, completion_to_withdraw, decided_so_far
from tbblearn.training.managing.person_queries import person_page
from tbblearn.training.models import EnrolmentEvent
from tbblearn.training.record.queries import history
from tbblearn.training.rules import (
    AlreadyRevoked,
    Basis,
    DecidedMeanwhile,
    ExemptionReason,
    NotFound,
    Progress,
    RevocationReason,
    Status,
    manager_view,
)
from tests.factories import NOW, TODAY
from tests.training.conftest import Training

LATER = date(2026, 12, 27)
EARLIER = date(2026, 4, 1)


class Manager:
    """The manager of verksamhet-1, who decides about p101."""

    def __init__(self, training: Training) -> None:
        self.training = training
        self.person_id = training.person()
        self.first = 0
        """A completion that is there from the start."""
        self.by: dict[str, Any] = {
            "by": training.person("manager"),
            "scope": training.scope("verksamhet-1"),
            "now": NOW,
            "today": TODAY,
        }

    def exempt(self, until_on: date | None = LATER, **more: Any) -> int:
        with unit_of_work():
            return manager_actions.grant_exemption(
                self.person_id,
                "base",
                **{"from_on": TODAY, "until_on": until_on, "reason": ExemptionReason.OTHER_DUTIES, **self.by, **more},
            )

    def extend(self, until_on: date = LATER, **more: Any) -> int:
        with unit_of_work():
            return manager_actions.extend(
                self.person_id,
                "base",
                **{"until_on": until_on, "reason": ExemptionReason.TECHNICAL_FAULT, **self.by, **more},
            )

    def record(self, on: date = EARLIER, **more: Any) -> int:
        with unit_of_work():
            return manager_actions.record_completion(
                self.person_id,
                "base",
                **{"achieved_on": on, "basis": Basis.RECORDED, "evidence": "Intyg", **self.by, **more},
            )

    def withdraw(self, completion_id: int, **more: Any) -> None:
        with unit_of_work():
            manager_actions.revoke_completion(
                completion_id, **{"reason": RevocationReason.WRONG_DATE, **self.by, **more}
            )

    def status(self) -> Status:
        return history(self.person_id, TODAY).tasks[0].status


@pytest.fixture
def manager(training: Training) -> Manager:
    training.tick()
    return Manager(training)


def rows(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_each_decision_pressed_twice_is_one(manager: Manager) -> None:
    seen = decided_so_far(manager.person_id)
    assert manager.exempt(seen=seen) == manager.exempt(seen=seen)
    seen = decided_so_far(manager.person_id)
    assert manager.extend(seen=seen) == manager.extend(seen=seen)
    seen = decided_so_far(manager.person_id)
    completion_id = manager.record(seen=seen)
    assert manager.record(seen=seen) == completion_id
    assert (rows(Exemption), rows(Completion)) == (2, 1)
    assert db.session.scalar(select(func.count()).where(EnrolmentEvent.due_on == LATER)) == 1
    seen = decided_so_far(manager.person_id)
    manager.withdraw(completion_id, seen=seen)
    with pytest.raises(AlreadyRevoked) as told:
        manager.withdraw(completion_id, seen=seen)
    assert told.value.values["reason"] is RevocationReason.WRONG_DATE


CHANGES: dict[str, Callable[[Manager], object]] = {
    "exempt": lambda manager: manager.exempt(),
    "extend": lambda manager: manager.extend(),
    "record": lambda manager: manager.record(),
    "passed": lambda manager: manager.training.take(manager.person_id),
    "withdraw": lambda manager: manager.withdraw(manager.first),
}


@pytest.mark.parametrize("meanwhile", CHANGES)
def test_nothing_is_decided_against_what_has_changed(manager: Manager, meanwhile: str) -> None:
    manager.first = manager.record(date(2025, 3, 1))
    other = manager.record(date(2025, 3, 2))
    seen = decided_so_far(manager.person_id)
    CHANGES[meanwhile](manager)
    before = rows(Exemption), rows(Completion)
    for decide in (
        lambda: manager.exempt(None, seen=seen),
        lambda: manager.extend(date(2027, 1, 7), seen=seen),
        lambda: manager.record(date(2025, 4, 2), seen=seen),
        lambda: manager.withdraw(other, seen=seen),
    ):
        with pytest.raises(DecidedMeanwhile):
            decide()
    assert (rows(Exemption), rows(Completion)) == before
    manager.exempt(None, seen=decided_so_far(manager.person_id))


def test_reading_and_the_decisions_about_others_change_nothing(manager: Manager) -> None:
    seen = decided_so_far(manager.person_id)
    other = Manager(manager.training)
    other.person_id = manager.training.person("p102")
    other.exempt()
    other.record()
    with unit_of_work():
        actions.remember_section(manager.person_id, "base", "part-1", "s1", now=NOW, today=TODAY)
    assert decided_so_far(manager.person_id) == seen


def test_withdrawing_lets_the_next_completion_count(manager: Manager) -> None:
    first = manager.record(date(2026, 3, 1))
    manager.record(EARLIER)
    assert manager.status() == Status(Progress.COMPLETED)
    manager.withdraw(first)
    (task,) = history(manager.person_id, TODAY).tasks
    assert (task.status, task.achieved_on) == (Status(Progress.COMPLETED), EARLIER)


def test_what_can_be_decided_about(manager: Manager) -> None:
    before = before_deciding(manager.person_id, manager.by["scope"], TODAY)
    assert [(one.slug, one.due_on) for one in before.courses] == [("base", date(2026, 11, 30))]
    assert before.extendable == before.courses
    manager.training.take(manager.person_id)
    after = before_deciding(manager.person_id, manager.by["scope"], TODAY)
    assert ([one.slug for one in after.courses], after.extendable) == (["base"], ())
    with pytest.raises(NotFound):
        before_deciding(manager.training.person("p107"), manager.by["scope"], TODAY)


def test_only_what_the_manager_sees_can_be_withdrawn(manager: Manager) -> None:
    """A quiz taken freely, once more, is the person's own: the manager neither sees nor withdraws it."""
    manager.training.take(manager.person_id)
    manager.training.take(manager.person_id)
    asked, free = db.session.scalars(select(Completion.id).order_by(Completion.id)).all()
    before = before_deciding(manager.person_id, manager.by["scope"], TODAY)
    assert completion_to_withdraw(before, asked).id == asked
    for hidden in (free, free + 1):
        with pytest.raises(NotFound):
            completion_to_withdraw(before, hidden)


def test_both_pages_have_the_same_facts(manager: Manager) -> None:
    """Status, days and reasons: whatever was decided, the manager and the person read the same."""
    for step in (
        lambda: None,
        manager.extend,
        lambda: manager.training.take(manager.person_id, right=1),
        manager.exempt,
        manager.record,
        lambda: manager.withdraw(db.session.scalars(select(Completion.id)).one()),
    ):
        step()
        for day in (TODAY, date(2026, 12, 28), date(2027, 2, 1)):
            own = history(manager.person_id, day)
            seen = person_page(manager.person_id, manager.by["scope"], day).history
            assert [(task.status, task.due_on) for task in seen.tasks] == [
                (manager_view(task.status), task.due_on) for task in own.tasks
            ]
            assert seen.exemptions == own.exemptions
            assert [
                (one.id, one.achieved_on, one.basis, one.evidence, one.cycles, one.revoked_on, one.revocation_reason)
                for one in seen.completions
            ] == [
                (one.id, one.achieved_on, one.basis, one.evidence, one.cycles, one.revoked_on, one.revocation_reason)
                for one in own.completions
            ]


def test_as_many_queries_for_three_courses_and_decisions_as_for_one(
    manager: Manager, queries: Callable[[Callable[[], Any]], int]
) -> None:
    def look() -> object:
        return before_deciding(manager.person_id, manager.by["scope"], TODAY)

    manager.record(EARLIER)
    manager.exempt()
    one = queries(look)
    for month in (5, 6):
        manager.record(date(2026, month, 1))
        manager.exempt(date(2026, 12, 20 + month))
    assert queries(look) == one
