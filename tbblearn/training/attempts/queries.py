"""What the quiz's pages show: the question, the review, the result."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select

from tbblearn.courses.drafts.changes import has_new_key
from tbblearn.courses.queries import contents, later_versions
from tbblearn.courses.rules import Choice, Course, Goal, Question, Text
from tbblearn.db import db, run, stockholm_date
from tbblearn.training.attempts.corrections import with_newest_key
from tbblearn.training.attempts.marking import needed
from tbblearn.training.attempts.own import OwnAttempt, own_attempt
from tbblearn.training.completion_models import Completion
from tbblearn.training.models import Attempt, Regrade
from tbblearn.training.record.queries import OwnCompletion, own_completions
from tbblearn.training.rules import CarriedOver, HandedIn, NotFound, NotHandedIn, Outcome


@dataclass(frozen=True)
class QuestionPage:
    """One question of an open attempt."""

    attempt_id: int
    slug: str
    title: Text
    number: int
    total: int
    question: Question
    choices: tuple[Choice, ...]
    chosen: frozenset[str]
    answered: frozenset[int]
    """The numbers of the questions that have an answer."""
    carried: bool
    """Its answers come from an attempt of an older version."""
    of_case: tuple[int, ...]
    """The numbers of the questions about the same case, this one included."""


@dataclass(frozen=True)
class ReviewRow:
    """A question with the choices made; none where it has no answer."""

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
    """A question as it was answered, its choices in the order they were shown."""

    number: int
    question: Question
    choices: tuple[Choice, ...]
    chosen: frozenset[str]
    right: bool
    corrected: bool
    """The key was corrected after the attempt began; `question` has the new one."""


@dataclass(frozen=True)
class MarkedAgain:
    """A corrected key raised the score: when, from what, and whether that made it a pass."""

    on: date
    right_before: int
    passed_by_it: bool


@dataclass(frozen=True)
class ResultPage:
    """The result of a handed-in attempt. `right` includes what a corrected key has raised since."""

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
    marked_again: MarkedAgain | None


def question_page(person_id: int, attempt_id: int, number: int) -> QuestionPage:
    """Question `number` (from 1) of an open attempt. Raises NotFound, HandedIn, CarriedOver."""
    own = _open(person_id, attempt_id)
    if not 1 <= number <= len(own.order):
        raise NotFound(attempt_id=attempt_id, number=number)
    return question_of(own, number)


def question_of(own: OwnAttempt, number: int) -> QuestionPage:
    """Question `number` of an attempt already read."""
    question = own.question(number)
    return QuestionPage(
        attempt_id=own.id,
        slug=own.course.slug,
        title=own.course.title,
        number=number,
        total=len(own.order),
        question=question,
        choices=own.choices(question),
        chosen=own.answers.get(question.id, frozenset()),
        answered=frozenset(n for n, question_id in enumerate(own.order, 1) if question_id in own.answers),
        carried=own.carried,
        of_case=own.of_case(question),
    )


def review_page(person_id: int, attempt_id: int) -> ReviewPage:
    """All questions with their answers, before handing in. Raises NotFound, HandedIn, CarriedOver."""
    return review_of(_open(person_id, attempt_id))


def review_of(own: OwnAttempt) -> ReviewPage:
    """The review of an attempt already read."""
    rows = []
    for number, question in enumerate(own.drawn, 1):
        chosen = own.answers.get(question.id, frozenset())
        rows.append(ReviewRow(number, question, tuple(one for one in own.choices(question) if one.id in chosen)))
    return ReviewPage(
        attempt_id=own.id,
        slug=own.course.slug,
        title=own.course.title,
        rows=tuple(rows),
        missing=tuple(row.number for row in rows if not row.chosen),
        needed=needed(own.course.pass_mark, len(rows)),
    )


def result_page(person_id: int, attempt_id: int) -> ResultPage:
    """The result with feedback. Raises NotFound, NotHandedIn."""
    own = own_attempt(person_id, attempt_id)
    if own.handed_in_at is None or own.score is None:
        raise NotHandedIn(attempt_id=attempt_id)
    drawn = own.drawn
    newer = later_versions(own.version_id)
    later = contents(newer)
    questions = [with_newest_key(question, (later[number] for number in newer)) for question in drawn]
    missed = {question.goal for question in drawn if question.id not in own.right_ids}
    asked = {question.goal for question in drawn}
    completion = _completion(person_id, attempt_id) if own.outcome is Outcome.PASSED else None
    return ResultPage(
        attempt_id=attempt_id,
        course=own.course,
        passed=own.outcome is Outcome.PASSED,
        right=own.score,
        total=len(drawn),
        needed=needed(own.course.pass_mark, len(drawn)),
        questions=tuple(
            ResultQuestion(
                number=number,
                question=question,
                choices=own.choices(question),
                chosen=own.answers.get(question.id, frozenset()),
                right=question.id in own.right_ids,
                corrected=has_new_key(before, question),
            )
            for number, (before, question) in enumerate(zip(drawn, questions, strict=True), 1)
        ),
        reached_goals=tuple(goal for goal in own.course.goals if goal.id in asked - missed),
        missed_goals=tuple(goal for goal in own.course.goals if goal.id in missed),
        handed_in_on=stockholm_date(own.handed_in_at),
        completion_id=None if completion is None or completion.revoked_on else completion.id,
        cycles=() if completion is None else completion.cycles,
        marked_again=_marked_again(attempt_id),
    )


def _completion(person_id: int, attempt_id: int) -> OwnCompletion | None:
    completion_id = db.session.scalar(select(Completion.id).where(Completion.attempt_id == attempt_id))
    return next((one for one in own_completions(person_id) if one.id == completion_id), None)


_REGRADES = (
    select(Regrade.recorded_at, Regrade.score_before, Regrade.outcome_before, Regrade.outcome)
    .where(Regrade.attempt_id == bindparam("attempt_id"))
    .order_by(Regrade.score)
)


def _marked_again(attempt_id: int) -> MarkedAgain | None:
    rows = run(_REGRADES, {"attempt_id": attempt_id}).all()
    if not rows:
        return None
    first, last = rows[0], rows[-1]
    return MarkedAgain(stockholm_date(last.recorded_at), first.score_before, first.outcome_before is not last.outcome)


def _open(person_id: int, attempt_id: int) -> OwnAttempt:
    own = own_attempt(person_id, attempt_id)
    if own.handed_in_at is not None:
        raise HandedIn(attempt_id=attempt_id)
    if own.carried_over:
        # Its answers are in the last attempt of the task that was carried over to.
        latest = db.session.execute(
            select(Attempt.id, Attempt.total)
            .where(
                Attempt.enrolment_id == own.enrolment_id,
                Attempt.carried_from_id.is_not(None),
                Attempt.carried_over_at.is_(None),
            )
            .order_by(Attempt.number.desc())
            .limit(1)
        ).one()
        raise CarriedOver(attempt_id=latest.id, total=latest.total)
    return own
