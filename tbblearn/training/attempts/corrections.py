"""What a newer version of a course means to an attempt: corrected keys, answers carried over (docs/rules/courses.md).

A question is the same in two versions if its id and its hash are: it reads as before, and an answer to it stands.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from tbblearn.courses.drafts.changes import has_new_key
from tbblearn.courses.rules import Course, Draw, Question
from tbblearn.training.attempts.drawing import DrawnQuestion, draw


def same_question(course: Course, question: Question) -> Question | None:
    """The same question in another version; None where it is gone or reads differently."""
    found = next((one for one in course.questions if one.id == question.id), None)
    return found if found is not None and found.hash == question.hash else None


def with_newest_key(question: Question, later: Iterable[Course]) -> Question:
    """The question with the key and feedback of the newest version that has it; `later` is newest first.

    Its goal, and whether it must be right to pass, stay as they were when it was drawn.
    """
    for course in later:
        newest = same_question(course, question)
        if newest is not None:
            return replace(newest, goal=question.goal, must_pass=question.must_pass)
    return question


def corrected(new: Course, older: Sequence[Course]) -> tuple[Question, ...]:
    """The questions of `new` whose key differs from that in the newest of `older` (newest first) that has them."""
    found = []
    for question in new.questions:
        before = next((one for course in older if (one := same_question(course, question)) is not None), None)
        if before is not None and has_new_key(before, question):
            found.append(question)
    return tuple(found)


def carried(
    drawn: Sequence[DrawnQuestion],
    old: Course,
    new: Course,
    answered: Collection[str],
    seed: str,
    huvudmen: Collection[str] = (),
) -> tuple[DrawnQuestion, ...]:
    """The questions of an attempt of `new` that continues one of `old`: those that are the same first, as they were.

    What is gone or reads differently is drawn anew, for staff of `huvudmen`. Where `new` asks one question per goal and
    two now share a goal, the answered one stays.
    """
    kept = [one for one in drawn if same_question(new, old.question(one.question_id)) is not None]
    goals = {one.question_id: new.question(one.question_id).goal for one in kept}
    if new.draw is Draw.ONE_PER_GOAL:
        first: dict[str, str] = {}
        for one in sorted(kept, key=lambda one: one.question_id not in answered):
            first.setdefault(goals[one.question_id], one.question_id)
        kept = [one for one in kept if first[goals[one.question_id]] == one.question_id]
    there = {one.question_id for one in kept}
    taken = {goals[question_id] for question_id in there} if new.draw is Draw.ONE_PER_GOAL else set()
    rest = [question for question in new.questions if question.id not in there and question.goal not in taken]
    return (*kept, *draw(rest, new.draw, seed, huvudmen))


def unchanged(drawn: Iterable[DrawnQuestion], old: Course, new: Course) -> frozenset[str]:
    """Of the questions drawn from `new`, those that are the same in `old`: an answer to one answers both."""
    return frozenset(one.question_id for one in drawn if same_question(old, new.question(one.question_id)) is not None)
