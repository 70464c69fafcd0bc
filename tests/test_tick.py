"""The timer ends in the same state on any number of nodes and after any number of runs."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

from sqlalchemy import select

from tbblearn.access.rules import SET_PASSWORD_MAIL
from tbblearn.db import db, unit_of_work
from tbblearn.mail.actions import queue, queue_many
from tbblearn.mail.models import Message
from tbblearn.people.models import ExternalAccess
from tbblearn.surveys.waves import REMINDER_MAIL
from tbblearn.tick import tick
from tbblearn.training.models import Enrolment, EnrolmentEvent
from tbblearn.web.application import Application
from tests.factories import TODAY
from tests.training.conftest import Training, at, training

__all__ = ["training"]


def state() -> list[tuple[object, ...]]:
    rows = db.session.execute(
        select(Enrolment.person_id, Enrolment.occasion, Enrolment.opens_on, Enrolment.due_on).order_by(
            Enrolment.person_id, Enrolment.occasion
        )
    )
    return [tuple(row) for row in rows]


def test_it_answers_with_integers_that_are_zero_when_nothing_is_due(training: Training) -> None:
    tick(now=at(TODAY))
    assert not any(tick(now=at(TODAY)).values())


def test_two_nodes_at_once_give_everybody_one_task(training: Training, app: Application) -> None:
    db.session.rollback()

    def node(_: int) -> dict[str, int]:
        with app.app_context():
            return tick(now=at(TODAY))

    with ThreadPoolExecutor(max_workers=2) as nodes:
        done = list(nodes.map(node, range(2)))
    assert sorted(one["enrolled"] for one in done) == [0, 15]
    assert len(state()) == 15


def test_after_three_days_down_over_the_new_year_it_ends_in_the_same_state(training: Training) -> None:
    tick(now=at(date(2026, 6, 1)))
    for day in range(5):
        tick(now=at(date(2026, 12, 31) + timedelta(days=day)), dry_run=day < 4)
    assert len(state()) == 30
    assert {(occasion, opens_on) for _, occasion, opens_on, _ in state()} == {
        ("2026", date(2026, 1, 1)),
        ("2027", date(2027, 1, 1)),
    }
    assert {due_on for _, occasion, _, due_on in state() if occasion == "2027"} == {date(2027, 11, 30)}


def test_a_dry_run_counts_the_letters_that_are_due_and_those_that_it_would_queue(training: Training) -> None:
    """Both as if it were the day that is asked about."""
    with unit_of_work():
        queue(SET_PASSWORD_MAIL, training.county.persons["p101"], "a", now=at(TODAY))
        queue_many(REMINDER_MAIL, [1, 2, 3], "b", now=at(TODAY), due_at=at(TODAY + timedelta(days=2)))
        end = TODAY + timedelta(days=70)
        who = training.county.persons["admin"]
        db.session.add(ExternalAccess(person_id=who, from_on=TODAY, until_on=end, given_at=at(TODAY)))
    today = tick(now=at(TODAY), dry_run=True)
    assert (today["messages_sent"], today["quiet_messages_begun"]) == (1, 0)
    later = tick(now=at(end - timedelta(days=7)), dry_run=True)
    assert later["externals_told"] >= 1
    assert later["messages_sent"] == 1 + later["externals_told"]
    assert later["quiet_messages_begun"] == 3
    assert db.session.scalars(select(Message.kind)).all() == [SET_PASSWORD_MAIL, *[REMINDER_MAIL] * 3]
    db.session.rollback()


def test_a_dry_run_leaves_no_trace(training: Training) -> None:
    would = tick(now=at(TODAY), dry_run=True)
    assert would["enrolled"] == 15
    assert state() == []
    assert db.session.scalars(select(EnrolmentEvent)).all() == []
