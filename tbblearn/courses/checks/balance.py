"""Measures whether the length of its choices gives away the key of a quiz."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tbblearn.courses.files.folders import CourseFiles
from tbblearn.courses.files.reading import Entry
from tbblearn.courses.kinds import written_kind
from tbblearn.courses.rules import LANGUAGES, QuestionKind


@dataclass(frozen=True)
class Lengths:
    """Mean length in characters of right and wrong choices, and how often the right one is the longest.

    `longest` counts the single-choice questions, of `compared`, in which no wrong choice is longer than the key.
    """

    key: float
    wrong: float
    longest: int
    compared: int

    @property
    def difference(self) -> float:
        """How much longer keys are than wrong choices, as a share of the latter."""
        return self.key / self.wrong - 1 if self.wrong else 0.0


@dataclass(frozen=True)
class Balance:
    """Lengths by language, and the number of questions of each goal."""

    lengths: Mapping[str, Lengths]
    questions_per_goal: Mapping[str, int]
    practice_per_goal: Mapping[str, int]


def key_balance(course: CourseFiles) -> Balance:
    """The balance of the course's own quiz. Lengths cover the kinds whose key could stand out by length."""
    questions = list(course.questions())
    per_goal = Counter(question.text("goal") or "" for question in questions)
    practice = Counter(question.text("goal") or "" for question in course.practice())
    return Balance(
        lengths={language: _lengths(questions, language) for language in LANGUAGES},
        questions_per_goal={goal: per_goal[goal] for goal in course.goals()},
        practice_per_goal={goal: practice[goal] for goal in course.goals()},
    )


def _lengths(questions: list[Entry], language: str) -> Lengths:
    keys: list[int] = []
    wrongs: list[int] = []
    longest = compared = 0
    for question in questions:
        kind = written_kind(question)
        if kind is None or not kind.has_lengths:
            continue
        by_key: dict[bool, list[int]] = {True: [], False: []}
        for choice in question.entries("choices"):
            by_key[choice.flag("correct")].append(_length(choice.entry("text").text(language) or ""))
        keys += by_key[True]
        wrongs += by_key[False]
        if question.text("kind") == QuestionKind.SINGLE and by_key[True] and by_key[False]:
            compared += 1
            longest += max(by_key[True]) >= max(by_key[False])
    return Lengths(_mean(keys), _mean(wrongs), longest, compared)


def _length(text: str) -> int:
    return len(" ".join(text.replace("**", "").split()))


def _mean(values: list[int]) -> float:
    return sum(values) / len(values) if values else 0.0
