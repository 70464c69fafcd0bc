"""A person's own attempt with its answers: what the quiz's pages show and an answer changes."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, select

from tbblearn.courses.queries import content
from tbblearn.courses.rules import Choice, Course, Question
from tbblearn.db import run
from tbblearn.training.models import Answer, Attempt, Enrolment
from tbblearn.training.rules import NotFound, Outcome


@dataclass(frozen=True)
class OwnAttempt:
    """An attempt with its content and answers."""

    id: int
    version_id: int
    enrolment_id: int
    course: Course
    order: tuple[str, ...]
    shown: dict[str, tuple[str, ...]]
    answers: dict[str, frozenset[str]]
    right_ids: frozenset[str] = frozenset()
    carried: bool = False
    carried_over: bool = False
    handed_in_at: datetime | None = None
    outcome: Outcome | None = None
    score: int | None = None

    def question(self, number: int) -> Question:
        """The question with this number, from 1."""
        return self.course.question(self.order[number - 1])

    def number(self, question_id: str) -> int:
        """The number of the question with this id, from 1."""
        return self.order.index(question_id) + 1

    @property
    def drawn(self) -> list[Question]:
        return [self.course.question(question_id) for question_id in self.order]

    def choices(self, question: Question) -> tuple[Choice, ...]:
        """The choices of a question in the order they are shown."""
        by_id = {choice.id: choice for choice in question.choices}
        return tuple(by_id[choice_id] for choice_id in self.shown[question.id])

    def of_case(self, question: Question) -> tuple[int, ...]:
        """The numbers of the questions about the same case; none where the question has no case."""
        if question.case is None:
            return ()
        return tuple(n for n, one in enumerate(self.drawn, 1) if one.case and one.case.id == question.case.id)

    @property
    def first_without_answer(self) -> int | None:
        """The number of the first question without an answer, where to continue; None where all have one."""
        return next((n for n, question_id in enumerate(self.order, 1) if question_id not in self.answers), None)

    def with_answer(self, question_id: str, chosen: frozenset[str]) -> "OwnAttempt":
        """The attempt after this answer."""
        return replace(self, answers=self.answers | {question_id: chosen})

    def next_without_answer(self, question_id: str) -> int | None:
        """The number of the next question without an answer; None where the review comes next."""
        after = self.number(question_id)
        return next((n for n, one in enumerate(self.order[after:], after + 1) if one not in self.answers), None)


def open_attempt_id(person_id: int, course_id: int) -> int | None:
    """The person's open attempt in this course, neither handed in nor carried over; None where there is none."""
    return run(_OPEN, {"person_id": person_id, "course_id": course_id}).scalar()


# Built once: they run at every question, and building a statement costs as much as running it.
_OWN_ATTEMPT = (
    select(
        Attempt.course_version_id,
        Attempt.questions,
        Attempt.handed_in_at,
        Attempt.outcome,
        Attempt.score,
        Attempt.right_ids,
        Attempt.enrolment_id,
        Attempt.carried_over_at,
        Attempt.carried_from_id,
    )
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .where(Attempt.id == bindparam("attempt_id"), Enrolment.person_id == bindparam("person_id"))
)
_OPEN = (
    select(Attempt.id)
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .where(
        Enrolment.person_id == bindparam("person_id"),
        Enrolment.course_id == bindparam("course_id"),
        Attempt.still_open(),
    )
    .order_by(Attempt.id.desc())
    .limit(1)
)
_LOCKED = _OWN_ATTEMPT.with_for_update(of=Attempt)
_ANSWERS = select(Answer.question_id, Answer.chosen).where(Answer.attempt_id == bindparam("attempt_id"))


def own_attempt(person_id: int, attempt_id: int, *, to_change: bool = False) -> OwnAttempt:
    """This person's attempt; raises NotFound where it is another's. Two queries.

    `to_change` locks it until the transaction ends.
    """
    asked = _LOCKED if to_change else _OWN_ATTEMPT
    row = run(asked, {"attempt_id": attempt_id, "person_id": person_id}).one_or_none()
    if row is None:
        raise NotFound(attempt_id=attempt_id)
    answers = run(_ANSWERS, {"attempt_id": attempt_id})
    return OwnAttempt(
        id=attempt_id,
        version_id=row.course_version_id,
        enrolment_id=row.enrolment_id,
        course=content(row.course_version_id),
        order=tuple(one["question"] for one in row.questions),
        shown={one["question"]: tuple(one["choices"]) for one in row.questions},
        answers={question_id: frozenset(chosen) for question_id, chosen in answers},
        right_ids=frozenset(row.right_ids or ()),
        carried=row.carried_from_id is not None,
        carried_over=row.carried_over_at is not None,
        handed_in_at=row.handed_in_at,
        outcome=row.outcome,
        score=row.score,
    )
