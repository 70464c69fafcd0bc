"""What learners do, on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tbblearn.courses.rules import Reading
from tbblearn.db import db, unit_of_work
from tbblearn.training.attempts.own import own_attempt
from tbblearn.training.completion_models import Completion, CompletionEmployment
from tbblearn.training.learning import actions
from tbblearn.training.managing import actions as manager_actions
from tbblearn.training.models import Answer, Attempt, Enrolment
from tbblearn.training.record.tasks import places
from tbblearn.training.rules import (
    Basis,
    EnrolmentReason,
    HandedIn,
    NotFound,
    NothingChosen,
    NotOpenYet,
    OneChoiceOnly,
    Outcome,
    ReadingFirst,
    UnknownChoice,
    UnknownQuestion,
)
from tests.factories import NOW, TODAY
from tests.training.conftest import Training, at, course, publish_course, refused
from tests.training.own_statuses import status_of


def start(training: Training, name: str = "p101") -> tuple[int, int]:
    person_id = training.person(name)
    training.read_all(person_id)
    with unit_of_work():
        return person_id, actions.start_attempt(person_id, "base", now=NOW, today=TODAY).id


# --- reading ------------------------------------------------------------------------------------------------------


def test_a_section_is_remembered_and_the_part_marked_as_read(training: Training) -> None:
    training.tick()
    person_id = training.person()
    with unit_of_work():
        actions.remember_section(person_id, "base", "part-1", "s2", now=NOW, today=TODAY)
    (at,) = places(person_id)
    assert (at.module_id, at.screen_id, at.read) == ("part-1", "s2", False)
    with unit_of_work():
        actions.read_part(person_id, "base", "part-1", now=NOW, today=TODAY)
        actions.remember_section(person_id, "base", "part-1", "s1", now=NOW, today=TODAY)
    (at,) = places(person_id)
    assert (at.module_id, at.screen_id, at.read) == ("part-1", "s1", True)


def test_looking_at_a_section_makes_no_task(training: Training) -> None:
    person_id = training.person("p110")
    with unit_of_work():
        actions.remember_section(person_id, "base", "part-1", "s1", now=NOW, today=TODAY)
    assert status_of(person_id) == {}


def test_reading_without_a_task_makes_a_voluntary_one_and_only_one(training: Training) -> None:
    person_id = training.person("p110")
    training.read_all(person_id)
    assert status_of(person_id) == {"voluntary:1": "not_required"}


def test_reading_again_what_is_done_makes_no_new_task(training: Training) -> None:
    training.tick()
    person_id = training.person()
    training.take(person_id)
    training.read_all(person_id)
    assert status_of(person_id) == {"2026": "completed"}


def test_a_section_or_part_that_the_course_does_not_have(training: Training) -> None:
    with pytest.raises(NotFound), unit_of_work():
        actions.remember_section(training.person(), "base", "part-1", "s9", now=NOW, today=TODAY)
    with pytest.raises(NotFound), unit_of_work():
        actions.read_part(training.person(), "base", "part-9", now=NOW, today=TODAY)


# --- the quiz -----------------------------------------------------------------------------------------------------


def test_the_parts_come_before_the_quiz_the_first_time(training: Training) -> None:
    training.tick()
    with pytest.raises(ReadingFirst) as stopped, unit_of_work():
        actions.start_attempt(training.person(), "base", now=NOW, today=TODAY)
    assert stopped.value.values == {"module": "part-1"}


def test_a_returning_learner_may_go_straight_to_the_quiz(training: Training) -> None:
    training.tick(date(2025, 6, 1))
    person_id = training.person()
    training.take(person_id, date(2025, 6, 1))
    training.tick()
    with unit_of_work():
        assert actions.start_attempt(person_id, "base", now=NOW, today=TODAY).id


def test_a_course_that_is_always_to_be_read_is(training: Training) -> None:
    training.tick(date(2025, 6, 1))
    person_id = training.person()
    training.take(person_id, date(2025, 6, 1))
    with unit_of_work():
        publish_course(course(reading=Reading.ALWAYS))
    training.tick()
    with pytest.raises(ReadingFirst), unit_of_work():
        actions.start_attempt(person_id, "base", now=NOW, today=TODAY)


def test_starting_again_goes_on_with_the_open_attempt(training: Training) -> None:
    training.tick()
    person_id = training.person()
    training.read_all(person_id)
    with unit_of_work():
        started = actions.start_attempt(person_id, "base", now=NOW, today=TODAY)
    with unit_of_work():
        assert actions.start_attempt(person_id, "base", now=NOW, today=TODAY) == started
    assert own_attempt(person_id, started.id) == started


def test_two_open_attempts_on_one_task_are_refused_by_the_database(training: Training) -> None:
    training.tick()
    _, attempt_id = start(training)
    first = db.session.get_one(Attempt, attempt_id)
    second = Attempt(
        enrolment_id=first.enrolment_id,
        course_version_id=first.course_version_id,
        number=2,
        questions=first.questions,
        total=6,
        started_at=NOW,
    )
    refused(second)


def test_an_attempt_keeps_its_version(training: Training) -> None:
    training.tick()
    person_id, attempt_id = start(training)
    before = db.session.get_one(Attempt, attempt_id).course_version_id
    with unit_of_work():
        publish_course(course())
        for number in range(1, 7):
            actions.save_answer(person_id, attempt_id, f"q{number}", ["a"], now=NOW)
        assert actions.hand_in(person_id, attempt_id, now=NOW)
    assert db.session.scalars(select(Completion.course_version_id)).one() == before


def test_an_answer_is_saved_and_may_be_changed(training: Training) -> None:
    training.tick()
    person_id, attempt_id = start(training)
    order = [one["question"] for one in db.session.get_one(Attempt, attempt_id).questions]

    def following(question_id: str, chosen: str) -> int | None:
        own = actions.save_answer(person_id, attempt_id, question_id, [chosen], now=NOW)
        assert own.answers[question_id] == {chosen}
        return own.next_without_answer(question_id)

    with unit_of_work():
        assert following(order[0], "b") == 2
        assert following(order[0], "a") == 2
        assert following(order[5], "a") is None, "what was passed over is not asked again by itself"
        for question_id in order[1:4]:
            following(question_id, "a")
        assert following(order[4], "a") is None
    saved = db.session.scalars(select(Answer).where(Answer.question_id == order[0])).one()
    assert saved.chosen == ["a"]


def test_what_cannot_be_answered(training: Training) -> None:
    training.tick()
    person_id, attempt_id = start(training)
    cases: list[tuple[type[Exception], int, str, list[str]]] = [
        (UnknownQuestion, person_id, "q99", ["a"]),
        (UnknownChoice, person_id, "q1", ["z"]),
        (NothingChosen, person_id, "q1", []),
        (OneChoiceOnly, person_id, "q1", ["a", "b"]),
        (NotFound, training.person("p102"), "q1", ["a"]),
    ]
    for error, who, question_id, chosen in cases:
        with pytest.raises(error), unit_of_work():
            actions.save_answer(who, attempt_id, question_id, chosen, now=NOW)
    assert db.session.scalars(select(Answer)).all() == []


def test_a_pass_is_a_completion_with_the_employments_of_the_day(training: Training) -> None:
    training.tick()
    person_id = training.person()
    attempt_id = training.take(person_id, right=5)
    completion = db.session.scalars(select(Completion)).one()
    assert (completion.attempt_id, completion.basis, completion.achieved_on) == (attempt_id, Basis.PASSED, TODAY)
    held = db.session.execute(select(CompletionEmployment.unit_id, CompletionEmployment.profession)).all()
    assert [tuple(one) for one in held] == [(training.unit("enhet-1"), "undersköterska")]
    assert status_of(person_id) == {"2026": "completed"}


def test_four_of_six_do_not_pass_and_one_may_try_again(training: Training) -> None:
    training.tick(date(2026, 5, 1))
    person_id = training.person()
    spring = date(2026, 5, 2)
    attempt_id = training.take(person_id, spring, right=4)
    assert db.session.get_one(Attempt, attempt_id).outcome is Outcome.FAILED
    assert status_of(person_id, spring) == {"2026": "failed_may_retry"}
    training.take(person_id, spring, right=6)
    assert status_of(person_id, spring) == {"2026": "completed"}


def test_handing_in_twice_gives_one_completion_and_the_same_answer(training: Training) -> None:
    training.tick()
    person_id = training.person()
    attempt_id = training.take(person_id)
    with unit_of_work():
        assert actions.hand_in(person_id, attempt_id, now=NOW + timedelta(days=1))
    assert len(db.session.scalars(select(Completion)).all()) == 1


def test_nothing_is_saved_after_hand_in(training: Training) -> None:
    training.tick()
    person_id = training.person()
    attempt_id = training.take(person_id)
    with pytest.raises(HandedIn), unit_of_work():
        actions.save_answer(person_id, attempt_id, "q1", ["b"], now=NOW)


def test_the_date_of_a_completion_is_the_day_in_stockholm(training: Training) -> None:
    """At 23.30 UTC on 31 December it is already the new year in Sweden: the completion falls in the next cycle."""
    training.tick()
    person_id, attempt_id = start(training)
    eve = at(date(2026, 12, 31), 23)
    with unit_of_work():
        for number in range(1, 7):
            actions.save_answer(person_id, attempt_id, f"q{number}", ["a"], now=eve)
        actions.hand_in(person_id, attempt_id, now=eve)
    assert db.session.scalars(select(Completion.achieved_on)).one() == date(2027, 1, 1)
    training.tick(date(2027, 1, 1))
    assert status_of(person_id, date(2027, 1, 1)) == {"2026": "missed", "2027": "completed"}


def test_a_higher_course_does_the_lower_ones_task(training: Training) -> None:
    with unit_of_work():
        publish_course(course("intermediate", satisfies=("base",)))
    training.tick()
    person_id = training.person()
    training.take(person_id, slug="intermediate")
    assert status_of(person_id) == {"2026": "completed", "voluntary:1": "not_required"}


def test_a_task_that_opens_later_cannot_be_begun(training: Training) -> None:
    person_id = training.person("p110")
    opens = TODAY + timedelta(days=10)
    with unit_of_work():
        manager_actions.enrol_by_hand(
            person_id, "base", opens_on=opens, due_on=opens + timedelta(days=20), cycle=2026, now=NOW
        )
    assert status_of(person_id) == {"manual:1": "not_yet_open"}
    with pytest.raises(NotOpenYet) as stopped, unit_of_work():
        actions.start_attempt(person_id, "base", now=NOW, today=TODAY)
    assert stopped.value.values == {"opens_on": opens}


def test_every_task_keeps_its_days_in_order(training: Training) -> None:
    refused(
        Enrolment(
            person_id=training.person(),
            course_id=1,
            requirement_key="-",
            occasion="manual:1",
            reason=EnrolmentReason.MANUAL,
            cycle=2026,
            opens_on=TODAY,
            due_on=TODAY - timedelta(days=1),
            grace_until_on=TODAY,
            recorded_at=NOW,
        )
    )
