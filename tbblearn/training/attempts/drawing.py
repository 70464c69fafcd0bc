"""Drawing a quiz: its questions and their order; the same seed always gives the same draw (docs/rules/courses.md)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from operator import itemgetter

from tbblearn.courses.kinds import kind_of
from tbblearn.courses.rules import Draw, Question


@dataclass(frozen=True)
class DrawnQuestion:
    """A question of an attempt, with its choices in the order they are shown."""

    question_id: str
    choice_ids: tuple[str, ...]


@dataclass(frozen=True)
class Miss:
    """A question that was not right in a failed attempt, and when that attempt was handed in."""

    question_id: str
    at: datetime


def resting_questions(
    questions: Iterable[Question], misses: Iterable[Miss], read_at: Mapping[str, datetime]
) -> tuple[str, ...]:
    """The missed questions whose part has not been read since, the one missed longest ago first.

    `read_at` says by goal when the person last read the part that teaches it.
    """
    latest = {miss.question_id: miss.at for miss in sorted(misses, key=lambda miss: miss.at)}
    goals = {question.id: question.goal for question in questions}
    waiting = [
        (at, question_id)
        for question_id, at in latest.items()
        if question_id in goals and not (goals[question_id] in read_at and read_at[goals[question_id]] > at)
    ]
    return tuple(question_id for _, question_id in sorted(waiting))


def draw(
    questions: Iterable[Question],
    how: Draw,
    seed: str,
    huvudmen: Collection[str] = (),
    resting: Sequence[str] = (),
) -> tuple[DrawnQuestion, ...]:
    """The questions of an attempt in their order: all of them, or one for each learning goal.

    `huvudmen` are the ids of those that employ the person: a question that is for the staff of others is left out.

    The questions of a case follow one another in the author's order. Where one per goal is drawn, a case that comes
    first among the questions of all its goals is drawn whole and counts for those goals; any other is left out. A goal
    that only cases ask about gets its question alone, under the case's text.

    Where one per goal is drawn, a question in `resting` gives way to any other about its goal. Where all about a goal
    rest, the first of them in `resting` returns.

    Every order comes from a hash of the seed and an id, so it is the same on every machine and Python version. The
    kind of a question decides which of its choices are shuffled.
    """
    asked = [question for question in questions if question.is_for(huvudmen)]
    together = sorted(_together(asked, how), key=lambda group: _place(seed, _name(group)))
    if how is Draw.ONE_PER_GOAL:
        together = _one_per_goal(together, resting)
    return tuple(DrawnQuestion(question.id, _choice_order(question, seed)) for group in together for question in group)


def _together(questions: Iterable[Question], how: Draw) -> Iterator[tuple[Question, ...]]:
    """The questions, grouped by case; a case with two questions on one goal is split where one per goal is drawn."""
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
    """What a group's place in the order is hashed from."""
    [first, *others] = group
    return f"{first.case.id}/" if others and first.case else first.id


def _one_per_goal(together: Sequence[tuple[Question, ...]], resting: Sequence[str]) -> list[tuple[Question, ...]]:
    """The groups none of whose goals has a question yet, then single questions for what is left; the resting last."""
    turns = {question_id: turn for turn, question_id in enumerate(resting, 1)}
    offered = enumerate([*together, *((question,) for whole in together for question in whole)])
    reached: set[str] = set()
    chosen = []
    for place, group in sorted(offered, key=lambda one: max(turns.get(question.id, 0) for question in one[1])):
        goals = {question.goal for question in group}
        if not goals & reached:
            reached |= goals
            chosen.append((place, group))
    return [group for _, group in sorted(chosen, key=itemgetter(0))]


def _choice_order(question: Question, seed: str) -> tuple[str, ...]:
    return kind_of(question).order(question, lambda thing: _place(seed, f"{question.id}/{thing}"))


def _place(seed: str, thing: str) -> bytes:
    return sha256(f"{seed}\n{thing}".encode()).digest()
