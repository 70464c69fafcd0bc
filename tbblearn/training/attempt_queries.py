"""What the quiz's pages show: the question, the review, the result."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from tbblearn.courses.queries import content, course_by_slug
from tbblearn.courses.rules import Choice, Course, Goal, Question, Text
from tbblearn.db import db, stockholm_date
from tbblearn.training.marking import mark, needed
from tbblearn.training.models import Answer, Attempt, Completion, Enrolment
from tbblearn.training.record_queries import own_completions
from tbblearn.training.rules import HandedIn, NotFound, NotHandedIn, Outcome


@dataclass(frozen=True)
class OpenAttempt:
    """The attempt that a person is in. Numbers count from 1."""

    attempt_id: int
    slug: str
    total: int
    answered: int
    first_unanswered: int
    """The last question where all are answered."""


@dataclass(frozen=True)
class QuestionPage:
    """One question of an open attempt. `answered` holds the numbers of the questions that have an answer.

    `of_case` are the numbers of the questions that stand under the same case, this one among them.
    """

    attempt_id: int
    slug: str
    title: Text
    number: int
    total: int
    question: Question
    choices: tuple[Choice, ...]
    chosen: frozenset[str]
    answered: frozenset[int]
    of_case: tuple[int, ...]


@dataclass(frozen=True)
class ReviewRow:
    """A question with what was chosen; nothing where it has no answer."""

    number: int
    question: Question
    chosen: tuple[Choice, ...]


@dataclass(frozen=True)
class ReviewPage:
    """All answers before they are handed in. `missing` are the numbers of the questions without one."""

    attempt_id: int
    slug: str
    title: Text
    rows: tuple[ReviewRow, ...]
    missing: tuple[int, ...]
    needed: int


@dataclass(frozen=True)
class ResultQuestion:
    """A question as it was answered, with its choices in the order they were shown."""

    number: int
    question: Question
    choices: tuple[Choice, ...]
    chosen: frozenset[str]
    right: bool


@dataclass(frozen=True)
class ResultPage:
    """How a handed-in attempt went. `right` is the score as it was recorded at hand-in."""

    attempt_id: int
    course: Course
    passed: bool
    right: int
    total: int
    needed: int
    questions: tuple[ResultQuestion, ...]
    reached_goals: tuple[Goal, ...]
    missed_goals: tuple[Goal, ...]
    handed_in_on: date
    completion_id: int | None
    cycles: tuple[int, ...]


@dataclass(frozen=True)
class _Own:
    """An attempt of the person with its content and answers."""

    id: int
    handed_in_at: datetime | None
    outcome: Outcome | None
    score: int | None
    course: Course
    order: tuple[str, ...]
    shown: dict[str, tuple[str, ...]]
    answers: dict[str, frozenset[str]]

    def question(self, number: int) -> Question:
        return self.course.question(self.order[number - 1])

    def choices(self, question: Question) -> tuple[Choice, ...]:
        by_id = {choice.id: choice for choice in question.choices}
        return tuple(by_id[choice_id] for choice_id in self.shown[question.id])

    def of_case(self, question: Question) -> tuple[int, ...]:
        """The numbers of the questions under the same case; none where the question has no case."""
        if question.case is None:
            return ()
        cases = (self.question(number).case for number in range(1, len(self.order) + 1))
        return tuple(number for number, case in enumerate(cases, 1) if case is not None and case.id == question.case.id)


def open_attempt(person_id: int, slug: str) -> OpenAttempt | None:
    """The attempt in this course that is not handed in, or None."""
    course = course_by_slug(slug)
    if course is None:
        return None
    attempt_id = db.session.scalar(
        select(Attempt.id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Enrolment.person_id == person_id, Enrolment.course_id == course.id, Attempt.handed_in_at.is_(None))
        .order_by(Attempt.id.desc())
        .limit(1)
    )
    if attempt_id is None:
        return None
    own = _own(person_id, attempt_id)
    unanswered = [number for number, question_id in enumerate(own.order, 1) if question_id not in own.answers]
    return OpenAttempt(
        attempt_id, slug, len(own.order), len(own.order) - len(unanswered), min(unanswered, default=len(own.order))
    )


def question_page(person_id: int, attempt_id: int, number: int) -> QuestionPage:
    """Question `number` (from 1) of an open attempt. Raises NotFound, HandedIn."""
    own = _open(person_id, attempt_id)
    if not 1 <= number <= len(own.order):
        raise NotFound(attempt_id=attempt_id, number=number)
    question = own.question(number)
    return QuestionPage(
        attempt_id=attempt_id,
        slug=own.course.slug,
        title=own.course.title,
        number=number,
        total=len(own.order),
        question=question,
        choices=own.choices(question),
        chosen=own.answers.get(question.id, frozenset()),
        answered=frozenset(n for n, question_id in enumerate(own.order, 1) if question_id in own.answers),
        of_case=own.of_case(question),
    )


def review_page(person_id: int, attempt_id: int) -> ReviewPage:
    """All questions with their answers, before handing in. Raises NotFound, HandedIn."""
    own = _open(person_id, attempt_id)
    rows = []
    for number in range(1, len(own.order) + 1):
        question = own.question(number)
        chosen = own.answers.get(question.id, frozenset())
        rows.append(ReviewRow(number, question, tuple(one for one in own.choices(question) if one.id in chosen)))
    return ReviewPage(
        attempt_id=attempt_id,
        slug=own.course.slug,
        title=own.course.title,
        rows=tuple(rows),
        missing=tuple(row.number for row in rows if not row.chosen),
        needed=needed(own.course.pass_mark, len(rows)),
    )


def result_page(person_id: int, attempt_id: int) -> ResultPage:
    """The result with feedback. Raises NotFound, NotHandedIn."""
    own = _own(person_id, attempt_id)
    if own.handed_in_at is None or own.score is None:
        raise NotHandedIn(attempt_id=attempt_id)
    questions = [own.question(number) for number in range(1, len(own.order) + 1)]
    marking = mark(questions, own.answers, own.course.pass_mark)
    missed = {goal.goal for goal in marking.goals if not goal.reached}
    asked = {goal.goal for goal in marking.goals}
    completion_id = db.session.scalar(select(Completion.id).where(Completion.attempt_id == attempt_id))
    completion = next((one for one in own_completions(person_id) if one.id == completion_id), None)
    return ResultPage(
        attempt_id=attempt_id,
        course=own.course,
        passed=own.outcome is Outcome.PASSED,
        right=own.score,
        total=marking.total,
        needed=marking.needed,
        questions=tuple(
            ResultQuestion(number, question, own.choices(question), marked.chosen, marked.right)
            for number, (question, marked) in enumerate(zip(questions, marking.questions, strict=True), 1)
        ),
        reached_goals=tuple(goal for goal in own.course.goals if goal.id in asked - missed),
        missed_goals=tuple(goal for goal in own.course.goals if goal.id in missed),
        handed_in_on=stockholm_date(own.handed_in_at),
        completion_id=None if completion is None or completion.revoked_on else completion.id,
        cycles=() if completion is None else completion.cycles,
    )


def _open(person_id: int, attempt_id: int) -> _Own:
    own = _own(person_id, attempt_id)
    if own.handed_in_at is not None:
        raise HandedIn(attempt_id=attempt_id)
    return own


def _own(person_id: int, attempt_id: int) -> _Own:
    """An attempt of this person's; raises NotFound where it is somebody else's. Two queries."""
    row = db.session.execute(
        select(Attempt.course_version_id, Attempt.questions, Attempt.handed_in_at, Attempt.outcome, Attempt.score)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Attempt.id == attempt_id, Enrolment.person_id == person_id)
    ).one_or_none()
    if row is None:
        raise NotFound(attempt_id=attempt_id)
    answers = db.session.execute(select(Answer.question_id, Answer.chosen).where(Answer.attempt_id == attempt_id))
    return _Own(
        id=attempt_id,
        handed_in_at=row.handed_in_at,
        outcome=row.outcome,
        score=row.score,
        course=content(row.course_version_id),
        order=tuple(one["question"] for one in row.questions),
        shown={one["question"]: tuple(one["choices"]) for one in row.questions},
        answers={question_id: frozenset(chosen) for question_id, chosen in answers},
    )
