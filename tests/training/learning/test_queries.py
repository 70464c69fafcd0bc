"""What the learner's pages show, on both databases."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tbblearn.db import unit_of_work
from tbblearn.people.rules import Level
from tbblearn.training.attempts.queries import question_page, result_page, review_page
from tbblearn.training.learning import actions
from tbblearn.training.learning.queries import StepKind, course_page, my_courses, part_page
from tbblearn.training.managing import actions as manager_actions
from tbblearn.training.record.certificates import Job, certificate
from tbblearn.training.record.queries import history
from tbblearn.training.requirements.actions import add_requirement, adopt
from tbblearn.training.rules import (
    Basis,
    HandedIn,
    NotFound,
    NotHandedIn,
    Progress,
    RevocationReason,
    Status,
    Urgency,
)
from tests.factories import LONG_AGO, NOW, TODAY
from tests.training.conftest import Training, course, open_attempt, publish_course

YEAR_END = date(2027, 1, 1)


def see(person_id: int, part: str, section: str) -> None:
    with unit_of_work():
        actions.remember_section(person_id, "base", part, section, now=NOW, today=TODAY)


def read(person_id: int, part: str) -> None:
    with unit_of_work():
        actions.read_part(person_id, "base", part, now=NOW, today=TODAY)


def start(training: Training, person_id: int) -> int:
    training.read_all(person_id)
    with unit_of_work():
        return actions.start_attempt(person_id, "base", now=NOW, today=TODAY).id


def test_a_task_before_anything_is_done(training: Training) -> None:
    training.tick()
    seen = my_courses(training.person(), TODAY)
    (task,) = seen.tasks
    assert (task.slug, task.status, task.cycle, task.due_on) == (
        "base",
        Status(Progress.NOT_STARTED),
        2026,
        date(2026, 11, 30),
    )
    assert (task.minutes_left, task.parts, task.parts_read) == (15, 2, 0)
    assert (task.unit_name, task.level, task.returned) == ("Enhet 1", Level.BASE, False)
    assert (task.step.kind, task.step.module, task.step.screen) == (StepKind.BEGIN, "part-1", None)
    assert seen.done == ()
    assert seen.next_opens_on == YEAR_END


def test_a_new_task_is_not_due_soon_from_its_first_day(training: Training) -> None:
    """Given on 20 November with ten days to go: near from the 25th, and both words are told."""
    training.tick()
    person_id = training.person()
    training.take(person_id, right=1)
    for day, urgency in (
        (TODAY, Urgency.NONE),
        (date(2026, 11, 24), Urgency.NONE),
        (date(2026, 11, 25), Urgency.DUE_SOON),
    ):
        (task,) = my_courses(person_id, day).tasks
        assert task.status == Status(Progress.FAILED_MAY_RETRY, urgency)


def test_nothing_to_do_where_nothing_is_asked(training: Training) -> None:
    training.tick()
    seen = my_courses(training.person("p110"), TODAY)
    assert (seen.tasks, seen.done, seen.next_opens_on) == ((), (), None)


def test_the_button_goes_on_where_one_was(training: Training) -> None:
    training.tick()
    person_id = training.person()

    def step() -> tuple[object, ...]:
        one = my_courses(person_id, TODAY).tasks[0].step
        return (one.kind, one.module, one.screen, one.question)

    see(person_id, "part-1", "s2")
    assert step() == (StepKind.READ, "part-1", "s2", None)
    read(person_id, "part-1")
    assert step() == (StepKind.READ, "part-2", None, None)
    training.read_all(person_id)
    assert step() == (StepKind.QUIZ, None, None, None)
    attempt_id = start(training, person_id)
    assert step() == (StepKind.RESUME_QUIZ, None, None, 1)
    with unit_of_work():
        first = question_page(person_id, attempt_id, 1).question.id
        actions.save_answer(person_id, attempt_id, first, ["b"], now=NOW)
    assert step() == (StepKind.RESUME_QUIZ, None, None, 2)
    with unit_of_work():
        actions.hand_in(person_id, attempt_id, now=NOW)
    assert step() == (StepKind.RETRY, None, None, None)


def test_minutes_left_shrink_with_what_is_done(training: Training) -> None:
    training.tick()
    person_id = training.person()
    left = [my_courses(person_id, TODAY).tasks[0].minutes_left]
    see(person_id, "part-1", "s2")
    left.append(my_courses(person_id, TODAY).tasks[0].minutes_left)
    read(person_id, "part-1")
    left.append(my_courses(person_id, TODAY).tasks[0].minutes_left)
    attempt_id = start(training, person_id)
    with unit_of_work():
        for number in (1, 2, 3, 4):
            question = question_page(person_id, attempt_id, number).question
            actions.save_answer(person_id, attempt_id, question.id, ["a"], now=NOW)
    left.append(my_courses(person_id, TODAY).tasks[0].minutes_left)
    assert left == [15, 12, 9, 1]


def test_done_with_the_next_time(training: Training) -> None:
    training.tick()
    person_id = training.person()
    training.take(person_id)
    seen = my_courses(person_id, TODAY)
    assert seen.tasks == ()
    (done,) = seen.done
    assert (done.achieved_on, done.cycles, done.next_cycle, done.late, done.version) == (TODAY, (2026,), 2027, False, 1)
    training.tick(YEAR_END)
    later = my_courses(person_id, YEAR_END)
    assert [task.cycle for task in later.tasks] == [2027]
    assert later.done == ()


def test_a_task_whose_time_has_passed_is_not_shown_again(training: Training) -> None:
    training.tick()
    training.tick(YEAR_END)
    assert [task.cycle for task in my_courses(training.person(), YEAR_END).tasks] == [2027]


def test_the_course_page(training: Training) -> None:
    training.tick()
    person_id = training.person()
    page = course_page(person_id, "base", TODAY)
    assert (page.questions, page.needed, page.quiz_open, page.open_attempt_id) == (6, 5, False, None)
    assert page.parts_read == frozenset()
    training.read_all(person_id)
    page = course_page(person_id, "base", TODAY)
    assert (page.quiz_open, page.parts_read) == (True, frozenset({"part-1", "part-2"}))
    training.take(person_id, right=3)
    assert course_page(person_id, "base", TODAY).failed_before
    training.take(person_id)
    done = course_page(person_id, "base", TODAY)
    assert done.task is None
    assert done.done is not None
    with pytest.raises(NotFound):
        course_page(person_id, "none", TODAY)


def test_the_course_page_of_a_visitor(training: Training) -> None:
    page = course_page(training.person("p110"), "base", TODAY)
    assert (page.task, page.step.kind, page.step.module) == (None, StepKind.BEGIN, "part-1")


def test_a_part_knows_which_parts_are_read(training: Training) -> None:
    training.tick()
    person_id = training.person()
    assert part_page(person_id, "base", "part-1", TODAY).parts_read == frozenset()
    read(person_id, "part-1")
    page = part_page(person_id, "base", "part-2", TODAY)
    assert page.module.id == "part-2"
    assert page.parts_read == {"part-1"}
    with pytest.raises(NotFound):
        part_page(person_id, "base", "part-9", TODAY)


def test_the_quiz_resumes_with_all_answers(training: Training) -> None:
    training.tick()
    person_id = training.person()
    assert open_attempt(person_id, "base") is None
    attempt_id = start(training, person_id)
    order = [question_page(person_id, attempt_id, number).question.id for number in range(1, 7)]
    assert sorted(order) == [f"q{number}" for number in range(1, 7)]
    with unit_of_work():
        for question_id in order[:3]:
            actions.save_answer(person_id, attempt_id, question_id, ["c"], now=NOW)
    going_on = open_attempt(person_id, "base")
    assert going_on is not None
    assert (going_on.id, len(going_on.answers), going_on.first_without_answer) == (attempt_id, 3, 4)
    page = question_page(person_id, attempt_id, 2)
    assert (page.chosen, page.answered, page.number, page.total) == (frozenset("c"), frozenset({1, 2, 3}), 2, 6)
    assert sorted(choice.id for choice in page.choices) == ["a", "b", "c"]
    assert page.choices == question_page(person_id, attempt_id, 2).choices
    review = review_page(person_id, attempt_id)
    assert (review.missing, review.needed) == ((4, 5, 6), 5)
    assert [tuple(choice.id for choice in row.chosen) for row in review.rows] == [("c",)] * 3 + [()] * 3


def test_another_persons_attempt_does_not_exist(training: Training) -> None:
    training.tick()
    attempt_id = start(training, training.person())
    other = training.person("p102")
    for read_page in (review_page, result_page):
        with pytest.raises(NotFound):
            read_page(other, attempt_id)
    with pytest.raises(NotFound):
        question_page(other, attempt_id, 1)


def test_there_is_no_result_before_hand_in_and_no_question_after(training: Training) -> None:
    training.tick()
    person_id = training.person()
    attempt_id = start(training, person_id)
    with pytest.raises(NotHandedIn):
        result_page(person_id, attempt_id)
    for number in (0, 7):
        with pytest.raises(NotFound):
            question_page(person_id, attempt_id, number)
    with unit_of_work():
        actions.hand_in(person_id, attempt_id, now=NOW)
    with pytest.raises(HandedIn):
        question_page(person_id, attempt_id, 1)


def test_the_result_with_goals(training: Training) -> None:
    training.tick()
    person_id = training.person()
    missed = result_page(person_id, training.take(person_id, right=4))
    assert (missed.passed, missed.right, missed.total, missed.needed) == (False, 4, 6, 5)
    assert [goal.id for goal in missed.missed_goals] == ["1B"]
    assert [goal.id for goal in missed.reached_goals] == ["1A"]
    assert {one.question.id: one.right for one in missed.questions} == {f"q{n}": n <= 4 for n in range(1, 7)}
    assert (missed.completion_id, missed.cycles) == (None, ())
    passed = result_page(person_id, training.take(person_id, right=5))
    assert (passed.passed, passed.cycles, passed.handed_in_on) == (True, (2026,), TODAY)
    assert passed.completion_id is not None


def test_the_certificate_names_the_unit_of_the_day(training: Training) -> None:
    training.tick()
    person_id = training.person()
    completion_id = result_page(person_id, training.take(person_id)).completion_id
    assert completion_id is not None
    seen = certificate(person_id, completion_id)
    assert (seen.person_name, seen.jobs) == ("Medarbetare 101", (Job("Region Sörmland", "Enhet 1", "undersköterska"),))
    assert seen.held is not None
    assert (seen.held.version, [one.cycle for one in seen.counts_for]) == (1, [2026])
    with pytest.raises(NotFound):
        certificate(training.person("p102"), completion_id)
    with unit_of_work():
        manager_actions.revoke_completion(
            completion_id,
            reason=RevocationReason.NOT_VALID,
            by=training.person("manager"),
            scope=training.scope(),
            now=NOW,
            today=TODAY,
        )
    with pytest.raises(NotFound):
        certificate(person_id, completion_id)
    (kept,) = history(person_id, TODAY).completions
    assert (kept.revoked_on, kept.revocation_reason) == (TODAY, RevocationReason.NOT_VALID)


def test_history_keeps_every_cycle(training: Training) -> None:
    training.tick(date(2025, 3, 1))
    person_id = training.person()
    training.take(person_id, date(2025, 12, 5))
    training.tick()
    training.tick(YEAR_END)
    seen = history(person_id, YEAR_END)
    assert [(task.cycle, task.status) for task in seen.tasks] == [
        (2027, Status(Progress.NOT_STARTED)),
        (2026, Status(Progress.MISSED)),
        (2025, Status(Progress.COMPLETED_LATE)),
    ]
    assert [one.basis for one in seen.completions] == [Basis.PASSED]


def test_welcome_back(training: Training) -> None:
    training.tick(date(2026, 1, 1))
    training.leave(training.person(), date(2026, 3, 1), date(2026, 11, 14))
    training.tick()
    (task,) = my_courses(training.person(), TODAY).tasks
    assert (task.returned, task.due_on) == (True, date(2026, 12, 15))


def test_the_number_of_queries_does_not_grow_with_the_courses(
    training: Training, queries: Callable[[Callable[[], Any]], int]
) -> None:
    training.tick()
    person_id = training.person()
    pages: list[Callable[[], Any]] = [
        lambda: my_courses(person_id, TODAY),
        lambda: course_page(person_id, "base", TODAY),
        lambda: history(person_id, TODAY),
    ]
    training.read_all(person_id)
    training.take(person_id, slug="base")
    before = [queries(page) for page in pages]
    for slug in ("second", "third", "fourth"):
        with unit_of_work():
            publish_course(course(slug))
            adopt(
                add_requirement(training.programme_id, slug, now=NOW),
                training.unit("region"),
                adopted_on=LONG_AGO,
                reference="RS",
                today=LONG_AGO,
            )
    training.tick()
    training.take(person_id, slug="second")
    training.take(person_id, slug="base", right=1)
    assert [queries(page) for page in pages] == before
    assert len(my_courses(person_id, TODAY).tasks) == 2
