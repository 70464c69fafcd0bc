"""What each kind of question is as choices: how it is written, drawn, answered and marked."""

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tbblearn.courses.checks.checking import check
from tbblearn.courses.edition import make_edition, question_hash
from tbblearn.courses.files.format import PracticeShape
from tbblearn.courses.files.question_kind import JOIN, AnswerFault, pair, split
from tbblearn.courses.kinds import KINDS, kind_of
from tbblearn.courses.rules import Case, Choice, Course, Item, Question, QuestionKind, ScreenRef, Text
from tbblearn.training.attempts.marking import mark
from tests.courses.example import Courses

BOTH = {"sv": "x", "en": "x"}
LETTERS = "abcdef"


def both(text: str) -> Text:
    return {"sv": text, "en": text}


def chosen_kind(kind: QuestionKind, ids: list[str], right: set[str]) -> Question:
    choices = tuple(Choice(one, one in right, BOTH, BOTH, None) for one in ids)
    return Question("q", "1A", kind, False, BOTH, choices, "hash")


def row_kind(kind: QuestionKind, rows: list[str], options: list[str], key: dict[str, str]) -> Question:
    choices = tuple(
        Choice(pair(row, option), key[row] == option, BOTH, BOTH, None) for row in rows for option in options
    )
    return Question(
        *("q", "1A", kind, False, BOTH, choices, "hash"),
        rows=tuple(Item(row, both(row)) for row in rows),
        options=tuple(Item(option, both(option)) for option in options),
    )


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Any question of any kind that the check would let through."""
    kind = draw(st.sampled_from(QuestionKind))
    letters = list(LETTERS[: draw(st.integers(3, 6))])
    if kind is QuestionKind.TRUE_FALSE:
        return chosen_kind(kind, ["yes", "no"], {draw(st.sampled_from(["yes", "no"]))})
    if kind is QuestionKind.SINGLE:
        return chosen_kind(kind, letters, {draw(st.sampled_from(letters))})
    if kind is QuestionKind.MULTIPLE:
        return chosen_kind(kind, letters, set(draw(st.permutations(letters))[: draw(st.integers(2, len(letters) - 1))]))
    if kind is QuestionKind.MATCHING:
        options = ["a", "x", "y"][: draw(st.integers(2, 3))]
        return row_kind(kind, letters, options, {row: draw(st.sampled_from(options)) for row in letters})
    places = [str(number + 1) for number in range(len(letters))]
    return row_kind(kind, letters, places, dict(zip(letters, places, strict=True)))


def shuffled(seed: str):
    return lambda thing: sha256(f"{seed}{thing}".encode()).digest()


@given(questions())
def test_the_key_of_any_kind_is_an_answer_and_right(question: Question):
    assert kind_of(question).fault(question, question.right) is None
    assert question.is_right(question.right)


@given(questions(), st.integers(0, 9))
def test_an_answer_that_is_almost_right_is_an_answer_and_not_right(question: Question, which: int):
    almost = kind_of(question).almost(question, which)
    assert kind_of(question).fault(question, almost) is None
    assert not question.is_right(almost)


@given(questions(), st.text(max_size=9))
def test_an_order_holds_every_choice_once_and_the_seed_fixes_it(question: Question, seed: str):
    kind = kind_of(question)
    order = kind.order(question, shuffled(seed))
    assert sorted(order) == sorted(choice.id for choice in question.choices)
    assert order == kind.order(question, shuffled(seed))
    assert sorted(one.id for one in kind.practised(question)) == sorted(order)


@given(questions(), st.text(max_size=9))
def test_the_rows_of_an_order_are_the_questions_own(question: Question, seed: str):
    kind = kind_of(question)
    by_id = {choice.id: choice for choice in question.choices}
    rows = kind.asked_rows(question, [by_id[one] for one in kind.order(question, shuffled(seed))])
    assert sorted(asked.row.id for asked in rows) == sorted(row.id for row in question.rows)
    for asked in rows:
        assert [split(value) for value, _ in asked.options] == [(asked.row.id, item.id) for _, item in asked.options]
        assert [item.id for _, item in asked.options] == [item.id for _, item in rows[0].options], "one order for all"


@given(st.text(max_size=9), st.integers(3, 6))
def test_steps_never_come_in_their_right_order(seed: str, count: int):
    rows = list(LETTERS[:count])
    places = [str(number + 1) for number in range(count)]
    question = row_kind(QuestionKind.ORDERING, rows, places, dict(zip(rows, places, strict=True)))
    order = KINDS[QuestionKind.ORDERING].order(question, shuffled(seed))
    assert list(dict.fromkeys(split(one)[0] for one in order)) != rows
    assert [split(one)[1] for one in order[:count]] == places, "the places of a list count upwards"


@given(questions(), st.data())
def test_only_a_whole_answer_is_taken(question: Question, data: st.DataObject):
    """Anything that is sent is either an answer of the kind, or refused with the rows that are the reason."""
    sent = frozenset(data.draw(st.lists(st.sampled_from([choice.id for choice in question.choices]), max_size=8)))
    kind = kind_of(question)
    fault = kind.fault(question, sent)
    if fault is None and question.rows:
        assert sorted(split(one)[0] for one in sent) == sorted(row.id for row in question.rows)
    if fault in {AnswerFault.INCOMPLETE, AnswerFault.SAME_PLACE}:
        assert kind.faulty_rows(question, sent)
    if fault is None:
        assert kind.faulty_rows(question, sent) == frozenset()


@given(
    st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True), st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True)
)
def test_a_pair_is_taken_apart_as_it_was_put_together(row: str, option: str):
    assert split(pair(row, option)) == (row, option)
    assert JOIN not in row + option


MATCH = row_kind(QuestionKind.MATCHING, ["a", "b"], ["x", "y"], {"a": "x", "b": "x"})
ORDER = row_kind(QuestionKind.ORDERING, ["a", "b", "c"], ["1", "2", "3"], {"a": "1", "b": "2", "c": "3"})
SINGLE = chosen_kind(QuestionKind.SINGLE, ["a", "b"], {"a"})


@pytest.mark.parametrize(
    ("question", "sent", "fault"),
    [
        (SINGLE, "", AnswerFault.NOTHING),
        (SINGLE, "z", AnswerFault.UNKNOWN),
        (SINGLE, "a b", AnswerFault.ONE_ONLY),
        (MATCH, "", AnswerFault.NOTHING),
        (MATCH, "a=z", AnswerFault.UNKNOWN),
        (MATCH, "a", AnswerFault.UNKNOWN),
        (MATCH, "a=x", AnswerFault.INCOMPLETE),
        (MATCH, "a=x a=y", AnswerFault.ONE_ONLY),
        (MATCH, "a=y b=y", None),
        (ORDER, "a=1 b=2", AnswerFault.INCOMPLETE),
        (ORDER, "a=1 b=1 c=2", AnswerFault.SAME_PLACE),
        (ORDER, "a=3 b=2 c=1", None),
    ],
)
def test_what_may_be_sent(question: Question, sent: str, fault: AnswerFault | None):
    assert kind_of(question).fault(question, frozenset(sent.split())) is fault


def test_steps_that_share_a_place_are_the_reason():
    assert kind_of(ORDER).faulty_rows(ORDER, frozenset({"a=1", "b=1", "c=2"})) == {"a", "b"}
    assert kind_of(ORDER).faulty_rows(ORDER, frozenset({"a=1"})) == {"b", "c"}


@given(questions(), st.integers(0, 9))
def test_any_kind_may_have_to_be_right(question: Question, which: int):
    """Whatever the pass mark: one that must be right fails the whole, and at 100 % any one does."""
    vital = replace(question, must_pass=True)
    almost = kind_of(question).almost(question, which)
    assert mark([vital], {"q": question.right}, 100).passed
    assert not mark([vital, replace(SINGLE, id="r")], {"q": almost, "r": SINGLE.right}, 1).passed
    assert mark([question, replace(SINGLE, id="r")], {"q": almost, "r": SINGLE.right}, 50).passed
    assert not mark([question, replace(SINGLE, id="r")], {"q": almost, "r": SINGLE.right}, 100).passed


# --- as the example is written ---


def example(courses: Courses) -> Course:
    report = check(courses.root)
    assert [str(fault) for fault in report.faults] == []
    return make_edition(report.courses["exempel"], report.courses).course


def test_a_pair_has_what_is_said_about_it(courses: Courses):
    question = example(courses).question("q1b-vem")
    assert question.right == {"trott=vuxna", "ensam=barnet"}
    right, wrong = (next(one for one in question.choices if one.id == choice_id) for choice_id in _TROTT)
    assert right.feedback["sv"].startswith("Det stämmer. Någon annan gissar")
    assert wrong.feedback["sv"].startswith("Inte riktigt. Läs raden igen.")
    assert wrong.text["sv"] == "”Han är nog bara trött.” – Barnets egna"
    assert wrong.read == right.read == ScreenRef("forsta-steget", "ett-steg")
    assert [one.id for one in kind_of(question).explained(question)] == [*_TROTT, "ensam=barnet", "ensam=vuxna"]


_TROTT = ("trott=vuxna", "trott=barnet")


def test_the_order_of_the_steps_is_the_key(courses: Courses):
    question = example(courses).question("q1a-ordning")
    assert question.right == {"fraga=1", "kollega=2", "bestam=3"}
    assert (
        next(one for one in question.choices if one.id == "bestam=1").text["en"] == "1. Decide which of you does what"
    )


def test_questions_of_a_case_carry_its_text(courses: Courses):
    course = example(courses)
    case = course.question("q1a-buss").case
    assert isinstance(case, Case)
    assert course.question("q1b-buss").case == case
    assert case.text["sv"].startswith("Du kör skolbussen.")
    assert course.question("q1a-tyst").case is None


def shape(courses: Courses, question_id: str) -> PracticeShape:
    files = check(courses.root).courses["exempel"].modules[0].shape
    assert files is not None
    return next(one for one in files.questions if one.id == question_id)


def test_a_new_order_of_the_steps_is_a_new_key_and_the_same_question(courses: Courses):
    """An answer given before the key was mended still stands."""
    before = shape(courses, "q1a-ordning")
    after = before.model_copy(update={"steps": [before.steps[2], *before.steps[:2]]})
    assert question_hash(after) == question_hash(before)
    other = before.steps[0].model_copy(update={"text": before.steps[1].text})
    assert question_hash(before.model_copy(update={"steps": [other, *before.steps[1:]]})) != question_hash(before)


def test_another_right_option_is_a_new_key_and_the_same_question(courses: Courses):
    before = shape(courses, "q1b-vem")
    mended = before.rows[0].model_copy(update={"option": "barnet"})
    assert question_hash(before.model_copy(update={"rows": [mended, before.rows[1]]})) == question_hash(before)
    assert question_hash(before.model_copy(update={"rows": before.rows[:1]})) != question_hash(before)


def test_another_text_of_a_case_is_another_question(courses: Courses):
    before = example(courses)
    courses.change("exempel/01-forsta-steget/quiz.yaml", "Du kör skolbussen.", "Du kör taxi.")
    after = example(courses)
    assert after.question("q1a-buss").hash != before.question("q1a-buss").hash
    assert after.question("q1a-tyst").hash == before.question("q1a-tyst").hash
