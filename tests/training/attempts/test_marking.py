"""Marking a quiz."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tbblearn.courses.rules import Choice, Question, QuestionKind
from tbblearn.training.attempts.marking import mark, needed


def question(
    name: str, *, right: str = "a", kind: QuestionKind = QuestionKind.SINGLE, must_pass: bool = False
) -> Question:
    choices = tuple(Choice(one, one in right.split(","), {}, {}, None) for one in ("a", "b", "c"))
    return Question(name, "1A", kind, must_pass, {}, choices, "hash")


SIX = [question(f"q{number}") for number in range(6)]


@pytest.mark.parametrize(
    ("mark_in_percent", "total", "at_least"),
    [(80, 6, 5), (80, 10, 8), (80, 5, 4), (100, 6, 6), (1, 6, 1), (50, 3, 2), (70, 10, 7)],
)
def test_the_pass_mark_rounds_up(mark_in_percent: int, total: int, at_least: int) -> None:
    assert needed(mark_in_percent, total) == at_least


@given(st.integers(1, 100), st.integers(1, 60))
def test_needed_is_the_smallest_number_that_reaches_the_pass_mark(percent: int, total: int) -> None:
    least = needed(percent, total)
    assert least * 100 >= percent * total
    assert (least - 1) * 100 < percent * total


def answers(right: int) -> dict[str, frozenset[str]]:
    return {one.id: frozenset("a" if number < right else "b") for number, one in enumerate(SIX)}


@pytest.mark.parametrize(("right", "passed"), [(6, True), (5, True), (4, False), (0, False)])
def test_five_of_six_pass_at_eighty_percent(right: int, passed: bool) -> None:
    result = mark(SIX, answers(right), 80)
    assert (result.right, result.passed) == (right, passed)


def test_a_question_left_out_is_not_right() -> None:
    result = mark(SIX, {}, 80)
    assert (result.right, result.passed) == (0, False)


def test_several_choices_are_right_only_as_exactly_the_right_set() -> None:
    two = question("q", kind=QuestionKind.MULTIPLE, right="a,c")
    for chosen, right in [("ac", 1), ("a", 0), ("abc", 0), ("b", 0), ("", 0)]:
        assert mark([two], {"q": frozenset(chosen)}, 80).right == right


def test_a_must_pass_question_fails_the_whole() -> None:
    questions = [*SIX, question("vital", must_pass=True)]
    assert mark(questions, answers(6) | {"vital": frozenset("a")}, 80).passed
    result = mark(questions, answers(6) | {"vital": frozenset("b")}, 80)
    assert (result.right, result.passed) == (6, False)
