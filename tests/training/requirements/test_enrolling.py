"""The timer on a real database: who is enrolled, what a second run changes, how many queries it takes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from tbblearn.db import db, unit_of_work
from tbblearn.people.models import OrgUnit, Person, Placement
from tbblearn.tick import KINDS, tick
from tbblearn.training.completion_models import CompletionCredit
from tbblearn.training.learning import actions
from tbblearn.training.models import AudienceMember, Enrolment, EnrolmentEvent
from tbblearn.training.record.tasks import own_tasks
from tbblearn.training.requirements.completing import write_credits
from tbblearn.training.requirements.credits import Credit
from tbblearn.training.requirements.enrolling import enrol_all
from tbblearn.training.rules import EnrolmentReason
from tbblearn.web.application import Application
from tests.factories import TODAY, employ, make_person
from tests.training.conftest import Training, at, refused, said

NOTHING = dict.fromkeys(KINDS, 0)


def enrolled() -> list[tuple[int, str]]:
    rows = db.session.execute(
        select(Enrolment.person_id, Enrolment.occasion).order_by(Enrolment.person_id, Enrolment.id)
    )
    return [(person_id, occasion) for person_id, occasion in rows]


def test_everybody_in_the_huvudman_that_adopted_is_enrolled_and_nobody_else(training: Training) -> None:
    done = training.tick()
    assert done == NOTHING | {"enrolled": 15, "audience": 15}
    assert {occasion for _, occasion in enrolled()} == {"2026"}
    flen = {training.person(name) for name in ("p110", "p111", "p112")}
    assert not flen & {person_id for person_id, _ in enrolled()}


def test_twice_in_a_row_changes_nothing(training: Training) -> None:
    training.tick()
    assert training.tick() == NOTHING
    assert training.tick(TODAY + timedelta(days=3)) == NOTHING


def test_a_dry_run_tells_the_same_and_changes_nothing(training: Training) -> None:
    would = tick(now=at(TODAY), dry_run=True)
    assert enrolled() == []
    done = training.tick()
    assert {name: would[name] for name in done} == done


def test_a_dry_run_may_ask_about_another_day(training: Training) -> None:
    training.tick()
    would = tick(now=at(date(2027, 1, 1)), dry_run=True)
    assert {name: would[name] for name in NOTHING} == NOTHING | {"enrolled": 15}


def test_small_batches_end_in_the_same_state(training: Training) -> None:
    last: int | None = 0
    while last is not None:
        with unit_of_work():
            made = enrol_all(last, now=at(TODAY), today=TODAY, size=4)
        last = made.last_person_id
    assert len(enrolled()) == 15
    assert training.tick() == NOTHING


def test_a_new_hire_then_the_next_cycle(training: Training) -> None:
    training.tick()
    with unit_of_work():
        unit = db.session.get_one(OrgUnit, training.unit("enhet-1"))
        person_id = make_person(unit, start_on=TODAY).id
    assert training.tick() == NOTHING | {"enrolled": 1, "audience": 1}
    new = db.session.scalars(select(Enrolment).where(Enrolment.person_id == person_id)).one()
    assert (new.occasion, new.reason) == (f"new-hire:{TODAY}", EnrolmentReason.NEW_HIRE)
    assert (new.due_on, new.grace_until_on, new.open_until_on) == (
        date(2026, 12, 20),
        date(2027, 1, 3),
        date(2027, 1, 3),
    )
    training.take(person_id, date(2026, 12, 1))
    training.tick(date(2027, 1, 1))
    assert [one for one in enrolled() if one[0] == person_id] == [
        (person_id, "new-hire:2026-11-20"),
        (person_id, "2027"),
    ]
    standing = statuses(person_id, date(2027, 1, 2))
    assert standing == {"new-hire:2026-11-20": "completed", "2027": "completed"}


def statuses(person_id: int, today: date) -> dict[str, str]:
    return {task.occasion: said(task.status) for task in own_tasks(person_id, today)}


def test_who_leaves_is_cancelled_and_comes_back_reinstated(training: Training) -> None:
    training.tick()
    person_id = training.person()
    with unit_of_work():
        db.session.execute(
            update(Placement).where(Placement.person_id == person_id).values(until_on=TODAY - timedelta(days=1))
        )
    assert training.tick() == NOTHING | {"cancelled": 1, "audience": 1}
    assert statuses(person_id, TODAY) == {"2026": "not_required"}
    with unit_of_work():
        db.session.execute(update(Placement).where(Placement.person_id == person_id).values(until_on=None))
    assert training.tick() == NOTHING | {"reinstated": 1, "audience": 1}
    assert statuses(person_id, TODAY) == {"2026": "not_started"}


def test_a_move_gives_time(training: Training) -> None:
    training.tick()
    person_id = training.person()
    with unit_of_work():
        db.session.execute(
            update(Placement).where(Placement.person_id == person_id).values(until_on=TODAY - timedelta(days=1))
        )
        unit = db.session.get_one(OrgUnit, training.unit("enhet-3"))
        employ(db.session.get_one(Person, person_id), unit, start_on=TODAY)
    assert training.tick() == NOTHING | {"due_changed": 1, "audience": 2}
    assert db.session.scalars(select(EnrolmentEvent.due_on)).all() == [date(2026, 12, 20)]
    assert training.tick() == NOTHING


def test_a_return_from_leave_gives_time_from_the_return(training: Training) -> None:
    training.tick(date(2026, 1, 1))
    person_id = training.person()
    training.leave(person_id, date(2026, 3, 1), date(2026, 11, 14))
    training.tick(date(2026, 11, 18))
    event = db.session.scalars(select(EnrolmentEvent)).one()
    assert (event.happened_on, event.due_on) == (date(2026, 11, 15), date(2026, 12, 15))


def test_an_employment_leaves_the_audience_when_it_becomes_too_short(training: Training) -> None:
    with unit_of_work():
        unit = db.session.get_one(OrgUnit, training.unit("enhet-1"))
        person_id = make_person(unit, start_on=TODAY).id
    training.tick()
    with unit_of_work():
        db.session.execute(
            update(Placement).where(Placement.person_id == person_id).values(until_on=TODAY + timedelta(days=88))
        )
    assert training.tick() == NOTHING | {"cancelled": 1, "audience": 1}
    assert db.session.scalar(select(func.count()).select_from(AudienceMember)) == 15


def test_a_task_cannot_be_given_twice(training: Training) -> None:
    """The unique constraint holds with and without a requirement, on both databases."""
    for number, requirement_id in enumerate((training.requirement_id, None)):
        rows = [
            Enrolment(
                person_id=training.person(),
                course_id=1,
                requirement_id=requirement_id,
                requirement_key="-" if requirement_id is None else str(requirement_id),
                occasion=f"twice-{number}",
                reason=EnrolmentReason.VOLUNTARY,
                opens_on=TODAY,
                recorded_at=at(TODAY),
            )
            for _ in range(2)
        ]
        refused(*rows)


def test_the_number_of_queries_does_not_grow_with_the_persons(
    training: Training, queries: Callable[[Callable[[], Any]], int]
) -> None:
    training.tick()

    def batch_of(size: int) -> Callable[[], Any]:
        def enrol() -> None:
            with unit_of_work():
                enrol_all(0, now=at(TODAY), today=TODAY, size=size)

        return enrol

    assert queries(batch_of(1)) == queries(batch_of(3)) == queries(batch_of(15))


def test_the_timer_waits_for_who_is_handing_in(training: Training, app: Application) -> None:
    """Somebody passes in the moment they leave: the task is done and counted once, and the timer comes after."""
    training.tick()
    person_id = training.person()
    with unit_of_work():
        db.session.execute(update(Placement).where(Placement.person_id == person_id).values(until_on=TODAY))
    training.read_all(person_id)
    tomorrow = TODAY + timedelta(days=1)
    with unit_of_work():
        attempt_id = actions.start_attempt(person_id, "base", now=at(TODAY), today=TODAY).id
        for number in range(1, 7):
            actions.save_answer(person_id, attempt_id, f"q{number}", ["a"], now=at(TODAY))

    def timer() -> dict[str, int]:
        with app.app_context():
            return tick(now=at(tomorrow))

    with ThreadPoolExecutor(max_workers=1) as other:
        with unit_of_work():
            actions.hand_in(person_id, attempt_id, now=at(TODAY))
            running = other.submit(timer)
            with pytest.raises(TimeoutError):
                running.result(timeout=1.5)
        done = running.result(timeout=30)
    assert (done["cancelled"], done["counted"]) == (0, 0)
    assert statuses(person_id, tomorrow) == {"2026": "completed"}


def test_a_credit_that_is_there_already_is_no_fault(training: Training) -> None:
    training.tick()
    training.take(training.person())
    row = db.session.execute(select(CompletionCredit.completion_id, CompletionCredit.enrolment_id)).one()
    with unit_of_work():
        write_credits([Credit(row.completion_id, row.enrolment_id)], now=at(TODAY))
    assert db.session.scalar(select(func.count()).select_from(CompletionCredit)) == 1
