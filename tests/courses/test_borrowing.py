"""Goals that a course borrows from another, and those that it teaches itself."""

from tbblearn.courses.rules import ScreenRef
from tests.courses.checks.spoilt import QUIZ, borrow, count_as_the_first
from tests.courses.example import Courses, edition_of


def test_borrowed_questions_are_copied_and_change_the_borrowers_hash(courses: Courses):
    borrow(courses, "1B")
    edition = edition_of(courses, "annat")
    borrowed = edition.course.question("exempel:q1b-fraga")
    own = edition_of(courses).course.question("q1b-fraga")
    assert (borrowed.goal, borrowed.hash) == ("exempel:1B", own.hash)
    goal = next(goal for goal in edition.course.goals if goal.id == "exempel:1B")
    assert (goal.module, goal.course) == ("forsta-steget", "exempel")
    alone = edition.course.question("exempel:q1b-buss")
    assert alone.case is not None
    assert alone.case.id == "exempel:fall-bussen", "half a borrowed case keeps its text"
    assert "exempel:q1a-buss" not in {question.id for question in edition.course.questions}
    match = edition.course.question("exempel:q1b-vem")
    assert (match.right, len(match.rows), len(match.options)) == (frozenset({"trott=vuxna", "ensam=barnet"}), 2, 2)
    assert {choice.read.course for choice in match.choices if choice.read} == {"exempel"}
    courses.change(QUIZ, "Stämmer det att du först", "Är det sant att du först")
    assert edition_of(courses, "annat").sha256 != edition.sha256


def test_a_borrowed_question_leads_to_where_its_borrower_teaches_the_goal(courses: Courses):
    borrow(courses, "1B")
    count_as_the_first(courses, "1A", "1B")
    course = edition_of(courses, "annat").course
    goal = next(goal for goal in course.goals if goal.id == "exempel:1B")
    assert (goal.module, goal.course) == ("forsta-steget", None)
    here = ScreenRef("forsta-steget", "du-ser-det")
    assert {choice.read for choice in course.question("exempel:q1b-vem").choices} == {here}
