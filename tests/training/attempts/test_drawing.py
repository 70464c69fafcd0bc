"""Drawing a quiz."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tbblearn.courses.rules import Case, Choice, Draw, Question, QuestionKind
from tbblearn.training.attempts.drawing import Miss, draw, resting_questions
from tests.factories import NOW


def question(name: str, *, goal: str = "1A", kind: QuestionKind = QuestionKind.SINGLE) -> Question:
    ids = ("yes", "no") if kind is QuestionKind.TRUE_FALSE else ("a", "b", "c")
    choices = tuple(Choice(one, one == ids[0], {}, {}, None) for one in ids)
    return Question(name, goal, kind, False, {}, choices, "hash")


SIX = [question(f"q{number}", goal="1A" if number < 3 else "1B") for number in range(6)]


@given(st.text(max_size=20))
def test_all_draws_every_question_once_in_an_order_that_the_seed_fixes(seed: str) -> None:
    drawn = draw(SIX, Draw.ALL, seed)
    assert sorted(one.question_id for one in drawn) == [one.id for one in SIX]
    assert drawn == draw(list(reversed(SIX)), Draw.ALL, seed)
    assert all(sorted(one.choice_ids) == ["a", "b", "c"] for one in drawn)


@given(st.text(max_size=20))
def test_one_per_goal_draws_one_question_of_every_goal(seed: str) -> None:
    goals = {one.id: one.goal for one in SIX}
    assert sorted(goals[one.question_id] for one in draw(SIX, Draw.ONE_PER_GOAL, seed)) == ["1A", "1B"]


def test_seeds_differ() -> None:
    orders = {tuple(one.question_id for one in draw(SIX, Draw.ALL, str(seed))) for seed in range(40)}
    firsts = {draw(SIX, Draw.ONE_PER_GOAL, str(seed))[0].question_id for seed in range(60)}
    assert len(orders) > 30
    assert firsts == {one.id for one in SIX}


def test_yes_and_no_keep_their_places() -> None:
    firm = question("q", kind=QuestionKind.TRUE_FALSE)
    assert {draw([firm], Draw.ALL, str(seed))[0].choice_ids for seed in range(20)} == {("yes", "no")}


CASE = Case("fall", {}, {})
OF_CASE = [replace(question(f"c{goal}", goal=goal), case=CASE) for goal in ("4A", "4B")]
WITH_CASE = [*(question(f"q{goal}{n}", goal=goal) for goal in ("1A", "4A", "4B") for n in range(2)), *OF_CASE]


@given(st.text(max_size=20))
def test_a_case_is_drawn_whole_or_not_at_all(seed: str) -> None:
    drawn = [one.question_id for one in draw(WITH_CASE, Draw.ONE_PER_GOAL, seed)]
    goals = {one.id: one.goal for one in WITH_CASE}
    assert sorted(goals[one] for one in drawn) == ["1A", "4A", "4B"]
    if "c4A" in drawn or "c4B" in drawn:
        assert drawn.index("c4B") == drawn.index("c4A") + 1, "together, in the author's order"


def test_a_case_comes_in_some_draws_and_not_in_others() -> None:
    seen = {
        len({"c4A", "c4B"} & {one.question_id for one in draw(WITH_CASE, Draw.ONE_PER_GOAL, str(n))}) for n in range(60)
    }
    assert seen == {0, 2}


@given(st.text(max_size=20))
def test_where_all_are_drawn_a_case_keeps_together(seed: str) -> None:
    drawn = [one.question_id for one in draw(WITH_CASE, Draw.ALL, seed)]
    assert len(drawn) == len(set(drawn)) == len(WITH_CASE)
    assert drawn.index("c4B") == drawn.index("c4A") + 1


def test_a_goal_that_only_a_case_asks_about_is_met_all_the_same() -> None:
    """As where another course borrows one of the case's goals, or the other goal was drawn first."""
    borrowed = [question("q1", goal="1A"), OF_CASE[1]]
    both = [question("q4A", goal="4A"), *OF_CASE]
    for number in range(30):
        assert {one.question_id for one in draw(borrowed, Draw.ONE_PER_GOAL, str(number))} == {"q1", "c4B"}
        assert "c4B" in {one.question_id for one in draw(both, Draw.ONE_PER_GOAL, str(number))}


def test_a_case_that_asks_twice_on_a_goal_gives_one_question_for_it() -> None:
    twice = [replace(one, goal="4A") for one in OF_CASE]
    for number in range(30):
        assert len(draw(twice, Draw.ONE_PER_GOAL, str(number))) == 1


FOR_SOME = [
    question("everybody-a"),
    replace(question("flen-a"), huvudmen=("flen",)),
    replace(question("region-a"), huvudmen=("region", "trosa")),
    question("everybody-b", goal="1B"),
]


def asked_of(*huvudmen: str) -> set[str]:
    """Everything that staff of these huvudmän are asked in sixty quizzes, each of which has one question a goal."""
    goals = {one.id: one.goal for one in FOR_SOME}
    drawn = [[one.question_id for one in draw(FOR_SOME, Draw.ONE_PER_GOAL, str(n), huvudmen)] for n in range(60)]
    assert all(sorted(goals[name] for name in names) == ["1A", "1B"] for names in drawn)
    return {name for names in drawn for name in names}


def test_a_question_is_asked_of_the_staff_of_its_huvudmen_only() -> None:
    assert asked_of() == {"everybody-a", "everybody-b"}
    assert asked_of("eskilstuna") == {"everybody-a", "everybody-b"}
    assert asked_of("flen") == {"everybody-a", "flen-a", "everybody-b"}
    assert asked_of("trosa") == {"everybody-a", "region-a", "everybody-b"}
    assert asked_of("flen", "region") == {one.id for one in FOR_SOME}


# --- questions that rest -------------------------------------------------------------------------------------------

LATER = NOW + timedelta(hours=1)
GOALS = {one.id: one.goal for one in WITH_CASE}


@given(st.text(max_size=20), st.permutations([one.id for one in WITH_CASE]), st.integers(0, len(WITH_CASE)))
def test_a_resting_question_gives_way_to_any_other_about_its_goal(seed: str, order: list[str], some: int) -> None:
    resting = order[:some]
    other_order = [*OF_CASE, *WITH_CASE[:-2]]
    drawn = [one.question_id for one in draw(WITH_CASE, Draw.ONE_PER_GOAL, seed, resting=resting)]
    assert sorted(GOALS[one] for one in drawn) == ["1A", "4A", "4B"], "no goal goes without its question"
    for one in drawn:
        others = [question_id for question_id, goal in GOALS.items() if goal == GOALS[one] and question_id != one]
        assert one not in resting or set(others) <= set(resting)
    assert draw(WITH_CASE, Draw.ONE_PER_GOAL, seed, resting=resting) == draw(
        other_order, Draw.ONE_PER_GOAL, seed, resting=resting
    )


@given(st.text(max_size=20))
def test_where_nothing_but_resting_questions_is_left_the_one_missed_longest_ago_returns(seed: str) -> None:
    of_goal = [question(f"q{number}") for number in range(4)]
    [one] = draw(of_goal, Draw.ONE_PER_GOAL, seed, resting=["q2", "q0", "q3", "q1"])
    assert one.question_id == "q2"


@given(st.text(max_size=20))
def test_where_all_are_drawn_none_can_rest(seed: str) -> None:
    assert draw(SIX, Draw.ALL, seed, resting=["q1"]) == draw(SIX, Draw.ALL, seed)


def test_a_missed_question_rests_until_its_part_has_been_read_since() -> None:
    misses = [Miss("q1", LATER), Miss("q0", NOW), Miss("q4", NOW), Miss("gone", NOW)]
    assert resting_questions(SIX, misses, {}) == ("q0", "q4", "q1"), "the one missed longest ago first"
    assert resting_questions(SIX, misses, {"1A": NOW}) == ("q0", "q4", "q1"), "read before the hand-in is not since"
    assert resting_questions(SIX, misses, {"1A": LATER}) == ("q4", "q1"), "read between the two"
    assert resting_questions(SIX, misses, {"1A": LATER + timedelta(1), "1B": LATER}) == ()
    again = [*misses, Miss("q0", LATER)]
    assert resting_questions(SIX, again, {"1A": LATER}) == ("q4", "q0", "q1"), "missed again, it rests again"
