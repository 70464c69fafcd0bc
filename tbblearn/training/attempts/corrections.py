"""What a newer version of a course means to an attempt: new keys and answers carried over (docs/rules/courses.md).

A question is the same in two versions when its id and its hash are: then it reads as before, and an answer stands.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from tbblearn.courses.drafts.changes import has_new_key
from tbblearn.courses.rules import Course, Draw, Question
from tbblearn.training.attempts.marking import DrawnQuestion, draw, needed


def same_question(course: Course, question: Question) -> Question | None:
    """The question as it stands in another version; None where it is gone or reads otherwise."""
    found = next((one for one in course.questions if one.id == question.id), None)
    return found if found is not None and found.hash == question.hash else None


def with_newest_key(question: Question, later: Iterable[Course]) -> Question:
    """The question with the key and the feedback of the newest version that has it; `later` is newest first.

    What a pass asks for stays as it was when the question was drawn: its goal, and whether it must be right.
    """
    for course in later:
        newest = same_question(course, question)
        if newest is not None:
            return replace(newest, goal=question.goal, must_pass=question.must_pass)
    return question


def corrected(new: Course, older: Sequence[Course]) -> tuple[Question, ...]:
    """The questions of `new` that have another key than the newest of `older` (newest first) in which they stand."""
    found = []
    for question in new.questions:
        before = next((one for course in older if (one := same_question(course, question)) is not None), None)
        if before is not None and has_new_key(before, question):
            found.append(question)
    return tuple(found)


def passes(questions: Iterable[Question], right_ids: Collection[str], pass_mark: int) -> bool:
    """True when so many drawn questions are right as the pass mark asks for, and every must-pass one among them."""
    drawn = list(questions)
    right = [question for question in drawn if question.id in right_ids]
    must_pass_missed = any(question.must_pass and question.id not in right_ids for question in drawn)
    return bool(drawn) and len(right) >= needed(pass_mark, len(drawn)) and not must_pass_missed


def carried(
    drawn: Sequence[DrawnQuestion], old: Course, new: Course, answered: Collection[str], seed: str
) -> tuple[DrawnQuestion, ...]:
    """The questions of an attempt of `new` that goes on from one of `old`: first those that are the same, as they were.

    What is gone, or reads otherwise, is drawn anew. Where `new` asks one question for each goal and two have come to
    the same goal, the answered one stays.
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
    return (*kept, *draw(rest, new.draw, seed))


def unchanged(drawn: Iterable[DrawnQuestion], old: Course, new: Course) -> frozenset[str]:
    """Of the questions drawn from `new`, those that stood in `old` just so: an answer to one is an answer to both."""
    return frozenset(one.question_id for one in drawn if same_question(old, new.question(one.question_id)) is not None)
