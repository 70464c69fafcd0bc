"""Drawing and marking a quiz, on the server and always with the same result for the same seed (design.md 1 and 2)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from tbblearn.courses.rules import Draw, Question, QuestionKind


@dataclass(frozen=True)
class DrawnQuestion:
    """A question of an attempt with the order in which its choices are shown."""

    question_id: str
    choice_ids: tuple[str, ...]


@dataclass(frozen=True)
class MarkedQuestion:
    """How one question of a handed-in attempt was answered; nothing chosen counts as not right."""

    question_id: str
    goal: str
    chosen: frozenset[str]
    right: bool


@dataclass(frozen=True)
class GoalResult:
    """How the questions of one learning goal went."""

    goal: str
    right: int
    total: int

    @property
    def reached(self) -> bool:
        """True when every question of the goal was answered rightly."""
        return self.right == self.total


@dataclass(frozen=True)
class Marking:
    """The result of a quiz."""

    right: int
    total: int
    needed: int
    passed: bool
    questions: tuple[MarkedQuestion, ...]
    goals: tuple[GoalResult, ...]

    @property
    def right_ids(self) -> list[str]:
        """The ids of the questions answered rightly, in their order."""
        return [one.question_id for one in self.questions if one.right]


def draw(questions: Iterable[Question], how: Draw, seed: str) -> tuple[DrawnQuestion, ...]:
    """The questions of an attempt in their order: all of them, or one for each learning goal.

    Every order comes from a hash of the seed and an id, so it is the same on every machine and in every version of
    Python. Yes and no keep their places; other choices are shuffled.
    """
    drawn = sorted(questions, key=lambda question: _place(seed, question.id))
    if how is Draw.ONE_PER_GOAL:
        first_of_goal: dict[str, Question] = {}
        for question in drawn:
            first_of_goal.setdefault(question.goal, question)
        drawn = list(first_of_goal.values())
    return tuple(DrawnQuestion(question.id, _choice_order(question, seed)) for question in drawn)


def needed(pass_mark: int, total: int) -> int:
    """How many right answers pass: the pass mark in percent of the total, rounded up (80 % of 6 is 5)."""
    return -(-total * pass_mark // 100)


def mark(questions: Iterable[Question], answers: Mapping[str, frozenset[str]], pass_mark: int) -> Marking:
    """Mark the drawn questions; `answers` holds the chosen choice ids by question id.

    Passed means at least `needed` right answers, and every must-pass question among them.
    """
    marked = []
    of_goal: dict[str, list[bool]] = defaultdict(list)
    must_pass_missed = False
    for question in questions:
        chosen = answers.get(question.id, frozenset())
        right = question.is_right(chosen)
        marked.append(MarkedQuestion(question.id, question.goal, chosen, right))
        of_goal[question.goal].append(right)
        must_pass_missed = must_pass_missed or (question.must_pass and not right)
    score = sum(one.right for one in marked)
    at_least = needed(pass_mark, len(marked))
    return Marking(
        right=score,
        total=len(marked),
        needed=at_least,
        passed=bool(marked) and score >= at_least and not must_pass_missed,
        questions=tuple(marked),
        goals=tuple(GoalResult(goal, sum(results), len(results)) for goal, results in sorted(of_goal.items())),
    )


def _choice_order(question: Question, seed: str) -> tuple[str, ...]:
    ids = [choice.id for choice in question.choices]
    if question.kind is not QuestionKind.TRUE_FALSE:
        ids.sort(key=lambda choice_id: _place(seed, f"{question.id}/{choice_id}"))
    return tuple(ids)


def _place(seed: str, thing: str) -> bytes:
    return sha256(f"{seed}\n{thing}".encode()).digest()
