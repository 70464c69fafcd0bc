"""Questions for the staff of some huvudmän: who is asked, and that nothing already answered is touched."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from tbblearn.courses.rules import Course, Draw
from tbblearn.db import db, unit_of_work
from tbblearn.people.models import Placement
from tbblearn.training.learning import actions
from tbblearn.training.models import Attempt
from tbblearn.training.rules import Outcome
from tests.factories import TODAY
from tests.training.changes.test_publishing import answer, answers, publish, stored, with_key
from tests.training.conftest import Training, at, course, open_attempt, question

IN_FLEN, IN_REGION = "p110", "p101"


def for_some(*, others: bool = True) -> Course:
    """One question of each goal. On 1A, q1 is for everybody, q2 for Flen's staff, q3 for the region's."""
    made = course()
    named = {"q2": ("flen",), "q3": ("region",)} if others else {}
    return replace(
        made,
        draw=Draw.ONE_PER_GOAL,
        pass_mark=50,
        questions=tuple(replace(one, huvudmen=named.get(one.id, ())) for one in made.questions),
    )


def asked(training: Training, name: str, days: int = 20) -> set[str]:
    """All that a person is asked in many attempts, each of two questions."""
    person_id, found = training.person(name), set()
    for day in range(days):
        with unit_of_work():
            own = actions.start_attempt(
                person_id, "base", now=at(TODAY + timedelta(days=day)), today=TODAY + timedelta(days=day)
            )
            assert len(own.order) == 2
            found |= set(own.order)
            actions.hand_in(person_id, own.id, now=at(TODAY + timedelta(days=day)))
    return found


def test_each_is_asked_what_is_for_everybody_and_for_the_staff_of_their_huvudman(training: Training) -> None:
    publish(for_some())
    for name in (IN_FLEN, IN_REGION):
        training.read_all(training.person(name))
    assert asked(training, IN_FLEN) & {"q1", "q2", "q3"} == {"q1", "q2"}
    assert asked(training, IN_REGION) & {"q1", "q2", "q3"} == {"q1", "q3"}


def test_only_todays_employments_count(training: Training) -> None:
    publish(for_some())
    person_id = training.person(IN_FLEN)
    training.read_all(person_id)
    with unit_of_work():
        ended = update(Placement).where(Placement.person_id == person_id)
        db.session.execute(ended.values(until_on=TODAY - timedelta(days=1)))
    assert asked(training, IN_FLEN) & {"q1", "q2", "q3"} == {"q1"}


def test_starting_a_quiz_asks_the_database_no_more_often_for_it(
    training: Training, queries: Callable[[Callable[[], Any]], int]
) -> None:
    for name in (IN_FLEN, IN_REGION, "p102", "p103"):
        training.read_all(training.person(name))

    def start(name: str) -> Callable[[], None]:
        def started() -> None:
            with unit_of_work() as work:
                work.refuse()
                actions.start_attempt(training.person(name), "base", now=at(TODAY), today=TODAY)

        return started

    publish(for_some(others=False))
    before = queries(start(IN_REGION))
    publish(for_some())
    assert queries(start(IN_REGION)) == before


def test_what_an_older_attempt_was_asked_stays_as_it_was_and_the_rest_is_for_its_staff(training: Training) -> None:
    """An idle attempt goes on with its unchanged questions, even one that is now for others; new ones are for Flen."""
    everything = replace(for_some(others=False), draw=Draw.ALL)
    publish(everything)
    old = answer(training, IN_FLEN, "bba", hand_in=False)
    questions = list(for_some().questions)
    added = [replace(question(7, "1B"), huvudmen=("region",)), replace(question(8, "1B"), huvudmen=("flen",))]
    publish(replace(everything, questions=(*questions[:5], *added)))
    training.tick(TODAY + timedelta(days=20))
    going_on = open_attempt(training.person(IN_FLEN), "base")
    assert going_on is not None
    assert going_on.id != old
    assert answers(going_on.id) == answers(old) == {"q1": ["b"], "q2": ["b"], "q3": ["a"]}
    assert set(going_on.order) == {"q1", "q2", "q3", "q4", "q5", "q8"}


def test_a_corrected_key_raises_whoever_a_question_is_for_now(training: Training) -> None:
    publish(replace(for_some(others=False), draw=Draw.ALL, pass_mark=80))
    attempt_id = answer(training, IN_FLEN, "aabaab")
    assert stored(attempt_id) == (4, Outcome.FAILED)
    publish(with_key(replace(for_some(), draw=Draw.ALL, pass_mark=80), q3="b"))
    assert stored(attempt_id) == (5, Outcome.PASSED)
    assert len(db.session.get_one(Attempt, attempt_id).questions) == 6
