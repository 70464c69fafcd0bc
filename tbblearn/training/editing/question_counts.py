"""How a question does at first try, in plain Python: answers by choice, and what makes it suspicious.

The figures are county-wide totals. A question with fewer than LEAST_ANSWERS first-try answers has none, and figures
change only with every LEAST_ANSWERS more (`question_queries`), so that two looks at the page never reveal an answer.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tbblearn.courses.rules import Choice, Question

LEAST_ANSWERS = 10
LEAST_RIGHT_PERCENT = 40
"""A question with a smaller share right at first try needs review (docs/authoring.md)."""


class Flag(StrEnum):
    """Why a question needs review."""

    WRONG_BEATS_KEY = "wrong_beats_key"
    FEW_RIGHT = "few_right"


@dataclass(frozen=True)
class Tally:
    """How many first-try answers chose exactly these."""

    chosen: frozenset[str]
    answers: int


@dataclass(frozen=True)
class ChoiceCount:
    """A choice and how many answers include it."""

    choice: Choice
    answers: int


@dataclass(frozen=True)
class QuestionCounts:
    """The figures of one question: `answers` first-try answers, `right` of them right."""

    answers: int
    right: int
    choices: tuple[ChoiceCount, ...]
    flags: tuple[Flag, ...]


def count_question(question: Question, tallies: Iterable[Tally]) -> QuestionCounts | None:
    """Count the first-try answers to a question by its present key; None if too few to be shown."""
    tallies = tuple(tallies)
    answers = sum(tally.answers for tally in tallies)
    if answers < LEAST_ANSWERS:
        return None
    right = sum(tally.answers for tally in tallies if question.is_right(tally.chosen))
    holding: Counter[str] = Counter()
    for tally in tallies:
        for choice_id in tally.chosen:
            holding[choice_id] += tally.answers
    choices = tuple(ChoiceCount(choice, holding[choice.id]) for choice in question.choices)
    return QuestionCounts(answers, right, choices, tuple(_flags(answers, right, choices)))


def _flags(answers: int, right: int, choices: tuple[ChoiceCount, ...]) -> Iterable[Flag]:
    """A wrong choice beats the key if more answers include it than the least chosen right one."""
    key = [one.answers for one in choices if one.choice.correct]
    wrong = [one.answers for one in choices if not one.choice.correct]
    if key and max(wrong, default=0) > min(key):
        yield Flag.WRONG_BEATS_KEY
    if right * 100 < LEAST_RIGHT_PERCENT * answers:
        yield Flag.FEW_RIGHT
