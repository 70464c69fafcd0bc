"""How the questions of a course do at first try, counted in SQL. Whole county only: never by unit or person."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import String, and_, cast, func, or_, select

from tbblearn.courses.queries import VersionRow, content, versions
from tbblearn.courses.rules import Course, Question
from tbblearn.db import db
from tbblearn.training.editing.question_counts import LEAST_ANSWERS, QuestionCounts, Tally, count_question
from tbblearn.training.models import Answer, Attempt, Enrolment
from tbblearn.training.rules import NotFound

MOST_VERSIONS = 20
"""How many versions back answers are counted."""


@dataclass(frozen=True)
class QuestionRow:
    """A question of the newest version, unchanged `since` that version; `counts` is None if too few have answered."""

    number: int
    question: Question
    goal: str
    since: int
    counts: QuestionCounts | None


@dataclass(frozen=True)
class QuestionTable:
    """Every question of a course's quiz, as in its newest version."""

    course: Course
    version: int
    rows: tuple[QuestionRow, ...]

    @property
    def to_review(self) -> tuple[QuestionRow, ...]:
        """The suspicious ones."""
        return tuple(row for row in self.rows if row.counts is not None and row.counts.flags)


def question_table(slug: str) -> QuestionTable:
    """The newest version's questions with their first-try answers in all versions where they read the same.

    Raises NotFound. Two queries and the contents, however many answers there are.
    """
    published = versions(slug)[:MOST_VERSIONS]
    if not published:
        raise NotFound(slug=slug)
    newest = content(published[0].id)
    same = _same_question(published, newest)
    tallies = _tallies(published[0].course_id, same)
    number_of = {version.id: version.number for version in published}
    since = {
        question.id: min(number_of[version_id] for version_id, ids in same.items() if question.id in ids)
        for question in newest.questions
    }
    rows = [
        QuestionRow(
            number=number,
            question=question,
            goal=question.goal,
            since=since[question.id],
            counts=count_question(question, tallies[question.id]),
        )
        for number, question in enumerate(newest.questions, 1)
    ]
    return QuestionTable(newest, published[0].number, tuple(rows))


def _same_question(published: Sequence[VersionRow], newest: Course) -> Mapping[int, frozenset[str]]:
    """By version, the questions with the same hash as in the newest, which a new key does not change."""
    now = {(question.id, question.hash) for question in newest.questions}
    return {
        version.id: frozenset(
            question.id for question in content(version.id).questions if (question.id, question.hash) in now
        )
        for version in published
    }


def _tallies(course_id: int, same: Mapping[int, frozenset[str]]) -> defaultdict[str, list[Tally]]:
    """The answers of each person's first handed-in attempt, by question and what was chosen. One query.

    Counted in the order they were handed in, up to a multiple of LEAST_ANSWERS: a figure changes only when that many
    more have come.
    """
    tries = (
        select(
            Attempt.id,
            Attempt.course_version_id,
            Attempt.handed_in_at,
            func.row_number()
            .over(partition_by=Enrolment.person_id, order_by=(Attempt.handed_in_at, Attempt.id))
            .label("try"),
        )
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Enrolment.course_id == course_id, Attempt.handed_in_at.is_not(None))
        .cte("tries")
    )
    in_order = (
        select(
            Answer.question_id,
            cast(Answer.chosen, String).label("chosen"),
            func.row_number()
            .over(partition_by=Answer.question_id, order_by=(tries.c.handed_in_at, tries.c.id))
            .label("place"),
            func.count().over(partition_by=Answer.question_id).label("answers"),
        )
        .join(tries, tries.c.id == Answer.attempt_id)
        .where(
            tries.c["try"] == 1,
            or_(
                *(
                    and_(tries.c.course_version_id == version_id, Answer.question_id.in_(ids))
                    for version_id, ids in same.items()
                )
            ),
        )
        .cte("in_order")
    )
    rows = db.session.execute(
        select(in_order.c.question_id, in_order.c.chosen, func.count())
        .where(in_order.c.place <= in_order.c.answers - in_order.c.answers % LEAST_ANSWERS)
        .group_by(in_order.c.question_id, in_order.c.chosen)
    )
    found: defaultdict[str, list[Tally]] = defaultdict(list)
    for question_id, chosen, answers in rows:
        found[question_id].append(Tally(frozenset(json.loads(chosen)), answers))
    return found
