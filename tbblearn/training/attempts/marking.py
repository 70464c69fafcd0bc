"""Marking a quiz: which answers are right, and whether that is a pass (docs/rules/courses.md)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tbblearn.courses.rules import Question


@dataclass(frozen=True)
class Marking:
    """The result of a quiz: the ids of the questions answered rightly, in their order, and whether that is a pass."""

    right_ids: list[str]
    passed: bool

    @property
    def right(self) -> int:
        return len(self.right_ids)


def needed(pass_mark: int, total: int) -> int:
    """The fewest right answers that pass: the pass mark in percent of the total, rounded up (80 % of 6 is 5)."""
    return -(-total * pass_mark // 100)


def mark(questions: Iterable[Question], answers: Mapping[str, frozenset[str]], pass_mark: int) -> Marking:
    """Mark the drawn questions; `answers` holds the chosen choice ids by question id, none where nothing was chosen."""
    drawn = list(questions)
    right_ids = [one.id for one in drawn if one.is_right(answers.get(one.id, frozenset()))]
    return Marking(right_ids, passes(drawn, right_ids, pass_mark))


def passes(drawn: Sequence[Question], right_ids: Collection[str], pass_mark: int) -> bool:
    """True when at least `needed` drawn questions are right, and every must-pass question among them."""
    right = sum(question.id in right_ids for question in drawn)
    must_pass_missed = any(question.must_pass and question.id not in right_ids for question in drawn)
    return bool(drawn) and right >= needed(pass_mark, len(drawn)) and not must_pass_missed
