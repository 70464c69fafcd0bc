"""Checks questions for the staff of some huvudmän only: everybody is left as many, and a choice of them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from tbblearn.courses.checks.names import demand_known
from tbblearn.courses.files.findings import Findings, phrase
from tbblearn.courses.files.folders import CourseFiles
from tbblearn.courses.files.reading import Entry
from tbblearn.courses.rules import Draw
from tbblearn.courses.vocabulary import HUVUDMEN

ENOUGH = 3
"""Questions on a goal that each person may be asked, so that two attempts differ."""


def check_audience(course: CourseFiles, courses: Mapping[str, CourseFiles], findings: Findings) -> None:
    """Find unknown huvudmän, and goals on which somebody would be asked nothing, or nearly always the same."""
    questions = list(course.questions())
    for question in questions:
        for name, line in question.texts("huvudmen"):
            message = "there is no huvudman {huvudman}; {mend}"
            demand_known(name, HUVUDMEN, (question.document.path, line), message, findings, huvudman=name)
    quiz = course.document.top.entry("quiz")
    if quiz.text("draw") == Draw.ALL and any(one.has("huvudmen") for one in [*questions, *_borrowed(quiz, courses)]):
        message = "huvudmen needs draw: one_per_goal; with all, some would get a shorter quiz than others"
        findings.fault(*quiz.at("draw"), message)
    for name, goal in course.goals().items():
        for left, groups in _left([one for one in questions if one.text("goal") == name]).items():
            who = ", ".join(groups) or phrase("everybody else")
            if left == 0:
                message = "the goal {goal} has no question for {who}; write one without huvudmen"
                findings.fault(*goal.at("id"), message, goal=name, who=who)
            elif left < ENOUGH:
                message = "the goal {goal} has {left} questions for {who}; {enough} make two quizzes differ"
                findings.note(*goal.at("id"), message, goal=name, left=left, who=who, enough=ENOUGH)


def _left(questions: Sequence[Entry]) -> Mapping[int, list[str]]:
    """How many of the questions on a goal are left for whom; no name stands for those whom no question names.

    Empty where every question is for everybody.
    """
    named = [{name for name, _line in question.texts("huvudmen")} for question in questions]
    everybody = sum(not names for names in named)
    if everybody == len(questions):
        return {}
    found: dict[int, list[str]] = defaultdict(list)
    for huvudman in HUVUDMEN:
        if any(huvudman in names for names in named):
            found[everybody + sum(huvudman in names for names in named)].append(huvudman)
    return {**found, everybody: []}


def _borrowed(quiz: Entry, courses: Mapping[str, CourseFiles]) -> Iterator[Entry]:
    """The questions that another course lends to this quiz."""
    for loan in quiz.entries("include"):
        lender = courses.get(loan.text("course") or "")
        goals = {goal for goal, _line in loan.texts("goals")}
        if lender is not None:
            yield from (question for question in lender.questions() if question.text("goal") in goals)
