"""Drawing and marking a quiz, on the server, always with the same result for the same seed (docs/rules/courses.md)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from tbblearn.courses.kinds import kind_of
from tbblearn.courses.rules import Draw, Question


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

    The questions of a case come one after the other, in the author's order. Where one per goal is drawn, a case that
    comes first among the questions of all its goals is drawn whole and counts for those goals; one that does not is
    left out. A goal that only cases ask about gets its question by itself, under the case's text.

    Every order comes from a hash of the seed and an id, so it is the same on every machine and in every version of
    Python. The kind of a question says which of its choices are shuffled.
    """
    together = sorted(_together(questions, how), key=lambda group: _place(seed, _name(group)))
    if how is Draw.ONE_PER_GOAL:
        together = list(_one_per_goal(together))
    return tuple(DrawnQuestion(question.id, _choice_order(question, seed)) for group in together for question in group)


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


def _together(questions: Iterable[Question], how: Draw) -> Iterator[tuple[Question, ...]]:
    """The questions, those of a case as one. A case that asks twice on a goal cannot be drawn whole for each."""
    cases: dict[str, list[Question]] = {}
    for question in questions:
        if question.case is None:
            yield (question,)
        else:
            cases.setdefault(question.case.id, []).append(question)
    for asked in cases.values():
        if how is Draw.ONE_PER_GOAL and len({question.goal for question in asked}) < len(asked):
            yield from ((question,) for question in asked)
        else:
            yield tuple(asked)


def _name(group: tuple[Question, ...]) -> str:
    """What a group's place in the order hangs on."""
    [first, *others] = group
    return f"{first.case.id}/" if others and first.case else first.id


def _one_per_goal(together: Iterable[tuple[Question, ...]]) -> Iterator[tuple[Question, ...]]:
    """The groups, in their order, whose goals are all without a question yet; then what is left of the goals."""
    known = list(together)
    reached: set[str] = set()
    for group in [*known, *((question,) for whole in known for question in whole)]:
        goals = {question.goal for question in group}
        if not goals & reached:
            reached |= goals
            yield group


def _choice_order(question: Question, seed: str) -> tuple[str, ...]:
    return kind_of(question).order(question, lambda thing: _place(seed, f"{question.id}/{thing}"))


def _place(seed: str, thing: str) -> bytes:
    return sha256(f"{seed}\n{thing}".encode()).digest()
