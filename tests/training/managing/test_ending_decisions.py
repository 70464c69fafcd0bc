"""Taking an exemption or an extension back, or shortening it: what holds then, day by day."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tbblearn.audit.models import AuditEvent
from tbblearn.audit.rules import Event
from tbblearn.db import db, unit_of_work
from tbblearn.training.exemption_models import ExemptionEnd
from tbblearn.training.learning.queries import my_courses
from tbblearn.training.managing import actions as manager_actions
from tbblearn.training.managing.decision_queries import before_deciding, decided_so_far, decision_to_end
from tbblearn.training.managing.ending_queries import moved_by_end
from tbblearn.training.managing.summary_queries import unit_summary
from tbblearn.training.models import EnrolmentEvent
from tbblearn.training.record.queries import own_exemptions
from tbblearn.training.record.tasks import OwnTask, own_tasks
from tbblearn.training.requirements.exemptions import Decision
from tbblearn.training.rules import (
    BadPeriod,
    DecidedMeanwhile,
    EnrolmentReason,
    ExemptionEndReason,
    ExemptionKind,
    ExemptionReason,
    NotFound,
    NothingToEnd,
    Progress,
    Status,
)
from tests.factories import TODAY
from tests.training.conftest import Training, at, said

DUE = date(2026, 11, 30)
FORTNIGHT = TODAY + timedelta(days=14)


class Manager:
    """The manager of verksamhet-1 decides about p101, whose course is due on 30 November."""

    def __init__(self, training: Training) -> None:
        self.training = training
        self.person_id = training.person()

    def by(self, day: date = TODAY) -> dict[str, Any]:
        scope = self.training.scope("verksamhet-1")
        return {"by": self.training.person("manager"), "scope": scope, "now": at(day), "today": day}

    def exempt(self, from_on: date, until_on: date | None, day: date = TODAY, **more: Any) -> int:
        days: dict[str, Any] = {"from_on": from_on, "until_on": until_on, "reason": ExemptionReason.OTHER_DUTIES}
        with unit_of_work():
            return manager_actions.grant_exemption(self.person_id, "base", **days, **self.by(day), **more)

    def extend(self, until_on: date, day: date = TODAY) -> int:
        reason = ExemptionReason.TECHNICAL_FAULT
        with unit_of_work():
            return manager_actions.extend(self.person_id, "base", until_on=until_on, reason=reason, **self.by(day))

    def end(self, exemption_id: int, last_on: date | None = None, day: date = TODAY, **more: Any) -> date | None:
        given = {"last_on": last_on, "reason": ExemptionEndReason.MISTAKE, **self.by(day), **more}
        with unit_of_work():
            return manager_actions.end_decision(exemption_id, **given)

    def task(self, day: date = TODAY) -> OwnTask:
        return own_tasks(self.person_id, day)[0]

    def stands(self, day: date = TODAY) -> str:
        return said(self.task(day).status)


@pytest.fixture
def manager(training: Training) -> Manager:
    training.tick()
    return Manager(training)


def test_an_exemption_given_by_mistake_is_taken_back_and_its_person_counts_again(manager: Manager) -> None:
    unit, scope = manager.training.unit("enhet-1"), manager.training.scope()
    made = manager.exempt(date(2026, 11, 1), None)
    assert manager.stands() == "exempt"
    assert unit_summary(unit, scope, TODAY, names=True).counts.base == 2
    assert manager.end(made) == FORTNIGHT
    assert manager.stands() == "not_started"
    assert (manager.task().due_on, manager.task().grace_until_on) == (FORTNIGHT, FORTNIGHT + timedelta(days=14))
    assert unit_summary(unit, scope, TODAY, names=True).counts.base == 3
    (event,) = db.session.scalars(select(AuditEvent).where(AuditEvent.event == Event.EXEMPTION_ENDED)).all()
    assert (event.object_id, event.details) == (str(made), {"ended": "exempt", "reason": "mistake"})


def test_the_same_exemption_is_given_again_after_it_was_taken_back(manager: Manager) -> None:
    days = date(2026, 11, 1), date(2026, 12, 31)
    made = manager.exempt(*days)
    assert manager.exempt(*days) == made, "pressed twice"
    manager.end(made)
    again = manager.exempt(*days)
    assert again != made
    assert manager.stands() == "exempt"
    assert manager.exempt(*days) == again


def test_an_end_after_the_last_day_gives_a_fortnight_and_makes_nobody_late_at_once(manager: Manager) -> None:
    day = date(2026, 12, 20)
    made = manager.exempt(date(2026, 11, 1), date(2026, 12, 31))
    assert manager.stands(day) == "exempt"
    assert manager.end(made, day=day) == day + timedelta(days=14)
    assert manager.stands(day) == "not_started"


def test_what_has_closed_is_not_opened_again(manager: Manager) -> None:
    """The year was freed and has closed: an end that comes later leaves it so."""
    day = date(2027, 2, 1)
    made = manager.exempt(date(2026, 11, 1), None)
    manager.training.tick(day)
    manager.end(made, day=day)
    (end,) = db.session.scalars(select(ExemptionEnd)).all()
    assert end.ended_on == date(2027, 1, 1)
    assert {task.occasion: said(task.status) for task in own_tasks(manager.person_id, day)} == {
        "2026": "exempt",
        "2027": "not_started",
    }
    with pytest.raises(BadPeriod):
        manager.end(manager.exempt(date(2026, 10, 1), None, day), date(2026, 12, 1), day)


def test_a_shorter_exemption_that_no_longer_covers_the_last_day_frees_only_its_days(manager: Manager) -> None:
    made = manager.exempt(TODAY, date(2026, 12, 31))
    manager.end(made, date(2026, 11, 25))
    assert manager.stands(date(2026, 11, 25)) == "exempt"
    assert manager.stands(date(2026, 11, 26)) == "not_started"
    assert manager.task().due_on == date(2026, 12, 10), "a fortnight after the new end"


WHOLE = (date(2026, 10, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("today", "due_on", "held", "ended_on", "expected"),
    [
        (TODAY, DUE, WHOLE, TODAY, FORTNIGHT),  # ended today, the last day ahead
        (TODAY, DUE, WHOLE, date(2026, 10, 10), FORTNIGHT),  # ended on a day that has been
        (TODAY, DUE, WHOLE, date(2026, 11, 28), date(2026, 12, 12)),  # its end ahead, before the last day
        (TODAY, DUE, WHOLE, DUE, date(2026, 12, 14)),  # the last day is the first that it does not free
        (TODAY, DUE, WHOLE, date(2026, 12, 1), None),  # it still frees from the last day, and so from the year
        (date(2026, 12, 15), DUE, WHOLE, date(2026, 11, 20), date(2026, 12, 29)),  # after the last day, ended before
        (date(2026, 12, 15), DUE, WHOLE, date(2026, 12, 20), None),  # after the last day, which it freed from
        (TODAY, date(2026, 9, 15), WHOLE, date(2026, 12, 10), date(2026, 12, 24)),  # late when it was given
        (TODAY, date(2027, 3, 1), (TODAY, None), date(2026, 12, 10), None),  # more than a fortnight anyway
        (TODAY, DUE, (date(2026, 11, 25), None), date(2026, 11, 25), FORTNIGHT),  # taken back before it began
        (TODAY, date(2027, 1, 10), (date(2027, 1, 1), None), date(2027, 1, 1), None),  # and with time enough
        (
            TODAY,
            DUE,
            (date(2026, 10, 1), TODAY - timedelta(days=1)),
            date(2026, 10, 1),
            None,
        ),  # over
    ],
)
def test_an_end_gives_a_fortnight_from_today_or_from_the_new_end_if_that_lies_ahead(
    today: date, due_on: date, held: tuple[date, date | None], ended_on: date, expected: date | None
) -> None:
    moved = moved_by_end(exemption(1, *held), ended_on, [exemption(1, *held)], [task_due(due_on)], today)
    assert [one.due_on for one in moved] == ([] if expected is None else [expected])


def test_a_fortnight_begins_when_no_other_exemption_holds_either() -> None:
    """Else the new last day could lie within the other, and free from the year."""
    late, first, second = task_due(date(2026, 9, 15)), exemption(1, *WHOLE), exemption(2, date(2026, 10, 1), None)
    (moved,) = moved_by_end(second, TODAY, [first, second], [late], TODAY)
    assert moved.due_on == date(2027, 1, 15)
    for_good = exemption(3, date(2026, 11, 1), None)
    assert moved_by_end(first, TODAY, [first, for_good], [late], TODAY) == []


def exemption(number: int, from_on: date, until_on: date | None) -> Decision:
    return Decision(number, ExemptionKind.EXEMPT, from_on, until_on, ExemptionReason.OTHER_DUTIES, None)


def task_due(due_on: date) -> OwnTask:
    """A task of 2026 with a last day and two weeks of extra time, which stays open."""
    return OwnTask(
        enrolment_id=1,
        course_id=1,
        requirement_id=1,
        cycle=2026,
        reason=EnrolmentReason.YEARLY,
        occasion="2026",
        opens_on=date(2026, 1, 1),
        due_on=due_on,
        grace_until_on=due_on + timedelta(days=14),
        open_until_on=None,
        due_reason=None,
        cancelled=False,
        achieved_on=None,
        failed=False,
        status=Status(Progress.NOT_STARTED),
    )


def test_an_exemption_in_february_only_frees_february_only(manager: Manager) -> None:
    manager.exempt(date(2026, 2, 1), date(2026, 2, 28), date(2026, 1, 15))
    assert manager.stands(date(2026, 2, 10)) == "exempt"
    assert manager.stands(date(2026, 3, 1)) == "not_started"
    assert manager.stands(date(2027, 1, 15)) == "missed"


def test_one_over_the_day_of_closing_alone_does_not_free_from_the_year(manager: Manager) -> None:
    manager.exempt(date(2026, 12, 20), date(2027, 1, 10))
    assert manager.stands(date(2026, 12, 31)) == "exempt"
    assert manager.stands(date(2027, 1, 5)) == "missed"


def test_exempt_goes_before_longer_time_and_the_own_last_day_decides(manager: Manager) -> None:
    manager.exempt(date(2026, 1, 1), date(2026, 12, 31))
    manager.extend(date(2026, 12, 15))
    assert manager.stands() == "exempt"
    assert manager.stands(date(2027, 1, 10)) == "exempt"


def test_ending_the_later_of_two_uncovers_the_earlier(manager: Manager) -> None:
    first = manager.exempt(date(2026, 11, 1), date(2026, 12, 31))
    second = manager.exempt(date(2026, 11, 10), date(2026, 12, 10))
    told = {one.decision.id: one.set_aside for one in own_exemptions(manager.person_id)}
    assert told == {first: True, second: False}
    before = before_deciding(manager.person_id, manager.training.scope(), TODAY)
    under = decision_to_end(before, second, TODAY).under
    assert under is not None
    assert under.id == first
    assert manager.end(second) is None
    assert manager.stands() == manager.stands(date(2027, 1, 5)) == "exempt"
    assert manager.end(first) == FORTNIGHT
    assert manager.stands() == "not_started"


def test_its_person_reads_how_long_the_decisions_free_together(manager: Manager) -> None:
    manager.exempt(date(2026, 11, 1), date(2026, 12, 31))
    manager.exempt(date(2026, 11, 10), date(2026, 12, 10))
    manager.exempt(date(2027, 1, 2), date(2027, 1, 31))
    (task,) = my_courses(manager.person_id, TODAY).tasks
    assert task.decided is not None
    assert task.decided.last_on == date(2026, 12, 31)


def test_longer_time_taken_back_leaves_a_fortnight_or_what_lay_beneath(manager: Manager) -> None:
    made = manager.extend(date(2026, 12, 27))
    assert manager.end(made) == FORTNIGHT
    task = manager.task()
    assert (task.due_on, task.grace_until_on, task.open_until_on) == (FORTNIGHT, date(2026, 12, 18), date(2026, 12, 31))
    early = date(2026, 10, 1)
    manager.person_id = manager.training.person("p102")
    made = manager.extend(date(2026, 12, 27), early)
    assert manager.end(made, day=early) == DUE


def test_longer_time_is_shortened_and_the_one_before_it_holds_again(manager: Manager) -> None:
    first = manager.extend(date(2026, 12, 10))
    second = manager.extend(date(2027, 1, 20))
    assert manager.end(second, date(2027, 1, 5)) == date(2027, 1, 5)
    manager.person_id = manager.training.person("p102")
    third = manager.extend(date(2026, 12, 10))
    fourth = manager.extend(date(2027, 1, 20))
    assert third > first
    assert manager.end(fourth) == date(2026, 12, 10)


def test_longer_time_that_was_shortened_still_holds_when_the_one_before_it_ends(manager: Manager) -> None:
    first = manager.extend(date(2026, 12, 10))
    second = manager.extend(date(2027, 1, 20))
    manager.end(second, date(2027, 1, 5))
    assert manager.end(first) is None
    assert manager.task().due_on == date(2027, 1, 5)


def test_the_timer_leaves_the_last_day_as_the_end_made_it(manager: Manager) -> None:
    manager.end(manager.extend(date(2026, 12, 27)))
    before = db.session.scalars(select(EnrolmentEvent.id)).all()
    assert not any(manager.training.tick().values())
    assert db.session.scalars(select(EnrolmentEvent.id)).all() == before


def test_ending_is_done_once_and_against_what_was_seen(manager: Manager) -> None:
    made = manager.exempt(date(2026, 11, 1), None)
    seen = decided_so_far(manager.person_id)
    assert manager.end(made, seen=seen) == FORTNIGHT
    assert manager.end(made, seen=seen) is None, "pressed twice"
    with pytest.raises(DecidedMeanwhile):
        manager.exempt(TODAY, DUE, seen=seen)
    with pytest.raises(NothingToEnd):
        manager.end(made, date(2026, 11, 10))
    assert len(db.session.scalars(select(ExemptionEnd)).all()) == 1


def test_an_end_only_shortens_and_only_for_the_own_staff(manager: Manager) -> None:
    made = manager.exempt(TODAY, date(2026, 12, 10))
    for last_on in (date(2026, 12, 10), date(2027, 1, 1), TODAY - timedelta(days=2)):
        with pytest.raises(BadPeriod):
            manager.end(made, last_on)
    with pytest.raises(NotFound):
        manager.end(made, scope=manager.training.scope("verksamhet-2"))
    with pytest.raises(NotFound):
        manager.end(made, by=manager.person_id)
    with pytest.raises(NotFound):
        manager.end(made + 1)
    late = manager.extend(date(2026, 12, 20))
    with pytest.raises(NothingToEnd):
        manager.end(late, day=date(2026, 12, 21))
