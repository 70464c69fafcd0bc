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
"""Versions that are looked back at; answers to older ones are not counted."""


@dataclass(frozen=True)
class QuestionRow:
    """A question of the newest version. `since` is the first version in which it looked as it does now.

    `counts` is None where nothing may be shown.
    """

    number: int
    question: Question
    goal: str
    since: int
    counts: QuestionCounts | None


@dataclass(frozen=True)
class QuestionTable:
    """Every question of a course's quiz, as its newest version has them."""

    course: Course
    version: int
    rows: tuple[QuestionRow, ...]

    @property
    def to_review(self) -> tuple[QuestionRow, ...]:
        """Those with something suspicious."""
        return tuple(row for row in self.rows if row.counts is not None and row.counts.flags)


def question_table(slug: str) -> QuestionTable:
    """The newest version's questions with their first-try answers in all versions where they looked the same.

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
    return QuestionTable(
        newest,
        published[0].number,
        tuple(
            QuestionRow(
                number, question, question.goal, since[question.id], count_question(question, tallies[question.id])
            )
            for number, question in enumerate(newest.questions, 1)
        ),
    )


def _same_question(published: Sequence[VersionRow], newest: Course) -> Mapping[int, frozenset[str]]:
    """By version the questions that look there as they do in the newest, as their hash says; a new key keeps it."""
    now = {(question.id, question.hash) for question in newest.questions}
    return {
        version.id: frozenset(
            question.id for question in content(version.id).questions if (question.id, question.hash) in now
        )
        for version in published
    }


def _tallies(course_id: int, same: Mapping[int, frozenset[str]]) -> defaultdict[str, list[Tally]]:
    """The answers of each person's first handed-in attempt, by question and what was chosen. One query.

    Only the first answers of each question are counted, up to a whole number of LEAST_ANSWERS, in the order in which
    they were handed in: a figure stays as it is until that many more have come.
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
