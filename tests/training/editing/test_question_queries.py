"""How questions do at first try, counted in the database. On both databases."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tbblearn.courses.rules import Choice, Course, Question
from tbblearn.db import db, unit_of_work
from tbblearn.people.models import OrgUnit
from tbblearn.training.editing.question_queries import QuestionRow, question_table
from tbblearn.training.learning import actions
from tbblearn.training.models import Attempt
from tbblearn.training.rules import NotFound
from tests.factories import NOW, TODAY, make_person
from tests.training.conftest import Training, both, course, publish_course, question


class Crowd:
    """Persons of enhet-1 who take the quiz one after the other, a minute apart."""

    def __init__(self, training: Training) -> None:
        self.training = training
        self.moment = NOW
        self.persons: list[int] = []

    def add(self, number: int) -> None:
        with unit_of_work():
            unit = db.session.get_one(OrgUnit, self.training.unit("enhet-1"))
            for _ in range(number):
                self.persons.append(make_person(unit, number=1000 + len(self.persons)).id)
        self.training.tick()

    def answer(self, person_id: int, chosen: Sequence[str], *, hand_in: bool = True) -> None:
        """Answer the first question with these and the rest rightly."""
        self.training.read_all(person_id)
        self.moment += timedelta(minutes=1)
        with unit_of_work():
            attempt_id = actions.start_attempt(person_id, "base", now=self.moment, today=TODAY).id
            actions.save_answer(person_id, attempt_id, "q1", chosen, now=self.moment)
            for number in range(2, 7):
                actions.save_answer(person_id, attempt_id, f"q{number}", ["a"], now=self.moment)
            if hand_in:
                actions.hand_in(person_id, attempt_id, now=self.moment)

    def first_tries(self, chosen: str) -> None:
        """One new person for each letter, who chooses it."""
        start = len(self.persons)
        self.add(len(chosen))
        for person_id, one in zip(self.persons[start:], chosen, strict=True):
            self.answer(person_id, [one])


@pytest.fixture
def crowd(training: Training) -> Crowd:
    return Crowd(training)


def first() -> QuestionRow:
    return question_table("base").rows[0]


def shown() -> tuple[int, int, dict[str, int]] | None:
    counts = first().counts
    if counts is None:
        return None
    return counts.answers, counts.right, {one.choice.id: one.answers for one in counts.choices}


def publish(questions: Sequence[Question]) -> None:
    made: Course = replace(course(), questions=(*questions, *course().questions[1:]))
    with unit_of_work():
        publish_course(made)


def test_a_question_shows_nothing_until_ten_have_answered_it(crowd: Crowd) -> None:
    crowd.first_tries("aaabbaaac")
    assert shown() is None
    crowd.first_tries("a")
    assert shown() == (10, 7, {"a": 7, "b": 2, "c": 1})


def test_no_single_answer_can_be_read_from_two_looks(crowd: Crowd) -> None:
    crowd.first_tries("aaabbaaaca")
    before = shown()
    for one in "bbbbbbbbb":
        crowd.first_tries(one)
        assert shown() == before
    crowd.first_tries("c")
    assert shown() == (20, 7, {"a": 7, "b": 11, "c": 2})


def test_only_the_first_attempt_handed_in_counts(crowd: Crowd) -> None:
    crowd.first_tries("bbbbbaaaaa")
    for person_id in crowd.persons[:10]:
        crowd.answer(person_id, ["c"])
    crowd.add(1)
    crowd.answer(crowd.persons[-1], ["c"], hand_in=False)
    assert shown() == (10, 5, {"a": 5, "b": 5, "c": 0})


def test_earlier_versions_count_where_the_question_looked_the_same(crowd: Crowd) -> None:
    crowd.first_tries("aaaaabbbbb")
    old = course().questions[0]
    mended = replace(
        old, choices=tuple(replace(one, correct=one.id == "b", feedback=both("ny")) for one in old.choices)
    )
    publish([mended])
    assert (first().since, shown()) == (1, (10, 5, {"a": 5, "b": 5, "c": 0}))
    assert first().counts.right == first().counts.choices[1].answers, "by the key that holds now"
    rewritten = replace(old, stem=both("an easier question"), hash="another")
    publish([rewritten])
    assert (first().since, shown()) == (3, None)
    publish([mended])
    assert (first().since, shown()) == (1, (10, 5, {"a": 5, "b": 5, "c": 0}))


def test_a_question_that_is_gone_is_not_listed_and_a_new_one_has_no_numbers(crowd: Crowd) -> None:
    crowd.first_tries("aaaaaaaaaa")
    publish([question(9, "1A")])
    rows = question_table("base").rows
    assert [(row.number, row.question.id) for row in rows][:2] == [(1, "q9"), (2, "q2")]
    assert [row.counts is None for row in rows] == [True, False, False, False, False, False]


def test_several_right_answers(crowd: Crowd) -> None:
    from tbblearn.courses.rules import QuestionKind

    choices = tuple(Choice(one, one in "ab", both(one), both(one), None) for one in "abc")
    publish([replace(course().questions[0], kind=QuestionKind.MULTIPLE, choices=choices, hash="several")])
    crowd.add(10)
    for number, person_id in enumerate(crowd.persons):
        crowd.answer(person_id, ["b", "a"] if number < 6 else ["a", "b"] if number < 8 else ["c"])
    assert shown() == (10, 8, {"a": 8, "b": 8, "c": 2})


def test_what_is_to_be_reviewed(crowd: Crowd) -> None:
    crowd.first_tries("bbbbbbbaaa")
    found = question_table("base")
    assert [row.question.id for row in found.to_review] == ["q1"]


def test_a_course_that_is_not_there(training: Training) -> None:
    with pytest.raises(NotFound):
        question_table("no-such-course")


def test_as_many_queries_for_three_persons_and_versions_as_for_one(
    crowd: Crowd, queries: Callable[[Callable[[], Any]], int]
) -> None:
    crowd.first_tries("a")
    one = queries(lambda: question_table("base"))
    crowd.first_tries("bc")
    for name in ("x", "y"):
        publish([replace(course().questions[0], hash=name)])
    assert queries(lambda: question_table("base")) == one == 2
    assert len(db.session.scalars(select(Attempt.id)).all()) == 3
