"""After a failed attempt a missed question returns only to those who have read about it since."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tbblearn.courses.rules import Draw, Goal
from tbblearn.db import unit_of_work
from tbblearn.training.attempts.earlier import at_rest
from tbblearn.training.learning import actions
from tbblearn.training.record.tasks import own_tasks, published
from tests.factories import NOW, TODAY
from tests.training.conftest import Training, both, course, publish_course

STEP = timedelta(minutes=5)
OF_1A, OF_1B = {"q1", "q2", "q3"}, {"q4", "q5", "q6"}


@pytest.fixture
def one_per_goal(training: Training) -> Training:
    """Two goals of three questions each; both must be right. Everybody has read both parts before the first try."""
    with unit_of_work():
        publish_course(replace(course(), draw=Draw.ONE_PER_GOAL, pass_mark=100))
    training.tick()
    for name in ("p101", "p102"):
        training.read_all(training.person(name))
    return training


def attempt(training: Training, now: datetime, right: str = "", name: str = "p101") -> set[str]:
    """Take the quiz, with the right answer only to the question about the goal `right`; returns what was asked."""
    person_id = training.person(name)
    with unit_of_work():
        started = actions.start_attempt(person_id, "base", now=now, today=TODAY)
        for question in started.drawn:
            actions.save_answer(person_id, started.id, question.id, ["a" if question.goal == right else "b"], now=now)
        actions.hand_in(person_id, started.id, now=now)
    return set(started.order)


def reread(training: Training, part: str, now: datetime, slug: str = "base") -> None:
    with unit_of_work():
        actions.read_part(training.person(), slug, part, now=now, today=TODAY)


def resting(training: Training) -> list[str]:
    """What rests in the next attempt."""
    version, made = published("base")
    [task] = own_tasks(training.person(), TODAY, version.course_id)
    return list(at_rest(training.person(), task.enrolment_id, made))


def test_without_reading_every_other_question_comes_before_one_returns(one_per_goal: Training) -> None:
    tries = [attempt(one_per_goal, NOW + n * STEP) for n in range(6)]
    assert set.union(*tries[:3]) == OF_1A | OF_1B, "three tries, six questions, none of them twice"
    assert tries[3:] == tries[:3], "then the one missed longest ago returns"


def test_only_the_part_that_teaches_it_lets_a_question_return(one_per_goal: Training) -> None:
    assert resting(one_per_goal) == []
    first = attempt(one_per_goal, NOW)
    assert set(resting(one_per_goal)) == first
    with unit_of_work():
        for part in ("part-1", "part-2"):
            actions.remember_section(one_per_goal.person(), "base", part, "s2", now=NOW + STEP, today=TODAY)
    assert set(resting(one_per_goal)) == first, "opening a part is not reading it"
    reread(one_per_goal, "part-1", NOW + STEP)
    assert set(resting(one_per_goal)) == first & OF_1B
    second = attempt(one_per_goal, NOW + 2 * STEP)
    assert not second & first & OF_1B
    assert set(resting(one_per_goal)) == first & OF_1B | second, "missed after the reading, it rests again"
    reread(one_per_goal, "part-1", NOW + 3 * STEP)
    reread(one_per_goal, "part-2", NOW + 3 * STEP)
    assert resting(one_per_goal) == []


def test_a_question_that_was_right_never_rests(one_per_goal: Training) -> None:
    asked = attempt(one_per_goal, NOW, "1A")
    assert set(resting(one_per_goal)) == asked & OF_1B
    assert len(asked & OF_1A) == 1


def test_another_persons_mistakes_mean_nothing(one_per_goal: Training) -> None:
    attempt(one_per_goal, NOW, name="p102")
    assert resting(one_per_goal) == []


def test_a_borrowed_question_waits_for_the_part_of_the_course_that_teaches_it(one_per_goal: Training) -> None:
    lent, made = Goal("second:1A", "part-1", both("see"), "second"), course()
    borrowed = tuple(replace(one, id=f"second:{one.id}", goal=lent.id) for one in made.questions[:2])
    goals, questions = (lent, made.goals[1]), (*borrowed, *made.questions[3:])
    with unit_of_work():
        publish_course(course("second"))
        publish_course(replace(made, draw=Draw.ONE_PER_GOAL, goals=goals, questions=questions))
    missed = attempt(one_per_goal, NOW, "1B") - OF_1B
    reread(one_per_goal, "part-1", NOW + STEP)
    assert set(resting(one_per_goal)) == missed
    assert not attempt(one_per_goal, NOW + 2 * STEP, "1B") & missed
    reread(one_per_goal, "part-1", NOW + 3 * STEP, "second")
    assert resting(one_per_goal) == []
