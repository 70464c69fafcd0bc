"""How a question does at first try: exact shares, what is suspicious, and nothing from too few."""

import pytest

from tbblearn.courses.rules import Choice, Question, QuestionKind
from tbblearn.training.editing.question_counts import Flag, QuestionCounts, Tally, count_question
from tests.training.conftest import both


def question(right: str, kind: QuestionKind = QuestionKind.SINGLE) -> Question:
    choices = tuple(Choice(one, one in right, both(one), both(one), None) for one in "abc")
    return Question("q1", "1A", kind, False, both("q"), choices, "h")


def counted(right: str, **tallies: int) -> QuestionCounts | None:
    """Tallies by what was chosen: `ab=3` is three answers that chose a and b."""
    kind = QuestionKind.MULTIPLE if len(right) > 1 else QuestionKind.SINGLE
    return count_question(question(right, kind), [Tally(frozenset(chosen), n) for chosen, n in tallies.items()])


@pytest.mark.parametrize("answers", [0, 1, 9])
def test_too_few_answers_show_nothing(answers: int) -> None:
    assert counted("a", a=answers) is None


def test_ten_answers_are_shown() -> None:
    found = counted("a", a=7, b=3)
    assert (found.answers, found.right) == (10, 7)
    assert [(one.choice.id, one.answers) for one in found.choices] == [("a", 7), ("b", 3), ("c", 0)]
    assert found.flags == ()


@pytest.mark.parametrize(
    ("tallies", "flags"),
    [
        ({"a": 5, "b": 5}, ()),
        ({"a": 9, "b": 10, "c": 1}, (Flag.WRONG_BEATS_KEY,)),
        ({"a": 8, "b": 6, "c": 6}, ()),
        ({"a": 399, "b": 301, "c": 300}, (Flag.FEW_RIGHT,)),
        ({"a": 400, "b": 300, "c": 300}, ()),
        ({"b": 10}, (Flag.WRONG_BEATS_KEY, Flag.FEW_RIGHT)),
    ],
)
def test_a_wrong_choice_above_the_key_and_few_right_are_flagged(
    tallies: dict[str, int], flags: tuple[Flag, ...]
) -> None:
    assert counted("a", **tallies).flags == flags


def test_several_right_count_as_a_set_and_the_least_chosen_of_them_is_compared() -> None:
    found = counted("ab", ab=12, a=4, ac=4)
    assert (found.answers, found.right) == (20, 12)
    assert [(one.choice.id, one.answers) for one in found.choices] == [("a", 20), ("b", 12), ("c", 4)]
    assert found.flags == ()
    assert counted("ab", ac=6, ab=5).flags == (Flag.WRONG_BEATS_KEY,)
