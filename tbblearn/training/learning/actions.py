"""What a learner does: read on, start the quiz, answer, hand in. Each is one change; the caller commits."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import and_, bindparam, func, insert, select, update

from tbblearn.courses.actions import hold_still
from tbblearn.courses.files.question_kind import AnswerFault
from tbblearn.courses.kinds import kind_of
from tbblearn.courses.models import CourseVersion
from tbblearn.courses.queries import VersionRow, content, contents, later_versions
from tbblearn.courses.rules import Course, Module, NoSuchPart, Reading
from tbblearn.db import db, run, stockholm_date
from tbblearn.people.models import OrgUnit, Person, Placement
from tbblearn.training.attempts.corrections import same_question, with_newest_key
from tbblearn.training.attempts.drawing import draw
from tbblearn.training.attempts.earlier import at_rest
from tbblearn.training.attempts.marking import mark
from tbblearn.training.attempts.own import OwnAttempt, open_attempt_id, own_attempt
from tbblearn.training.changes.requests import ask_who_passed_older
from tbblearn.training.models import Answer, Attempt, Enrolment, ReadingPlace, ReadingRequest
from tbblearn.training.record.tasks import (
    completed_courses,
    first_unread,
    own_tasks,
    parts_read,
    places,
    published,
    working_task,
)
from tbblearn.training.requirements.completing import NewCompletion, add_free_enrolment, complete, lock_person
from tbblearn.training.rules import (
    Basis,
    CarriedOver,
    EnrolmentReason,
    HandedIn,
    IncompleteAnswer,
    NotFound,
    NothingChosen,
    NotOpenYet,
    OneChoiceOnly,
    Outcome,
    ReadingFirst,
    SamePlaceTwice,
    TrainingError,
    UnknownChoice,
    UnknownQuestion,
)

_REFUSED: Mapping[AnswerFault, type[TrainingError]] = {
    AnswerFault.NOTHING: NothingChosen,
    AnswerFault.UNKNOWN: UnknownChoice,
    AnswerFault.ONE_ONLY: OneChoiceOnly,
    AnswerFault.INCOMPLETE: IncompleteAnswer,
    AnswerFault.SAME_PLACE: SamePlaceTwice,
}


def read_part(person_id: int, slug: str, module_id: str, *, now: datetime, today: date) -> None:
    """The person has read this part, for the first time or again. Without a task, reading makes a voluntary one.

    Raises NotFound for a part that the course lacks, NotOpenYet before the task opens.
    """
    version, module = _part(slug, module_id)
    lock_person(person_id)
    enrolment_id = _task_to_work_on(person_id, version.course_id, now=now, today=today, for_quiz=False)
    place = _place(enrolment_id, module.id)
    place.screen_id, place.seen_at, place.read_at = module.screens[-1].id, now, now
    db.session.flush()


def remember_section(person_id: int, slug: str, module_id: str, screen_id: str, *, now: datetime, today: date) -> None:
    """The person is at this section of a part. Nothing is kept without a task that is open: looking is not enrolling.

    Raises NotFound for a section that the course lacks.
    """
    version, module = _part(slug, module_id)
    if screen_id not in {screen.id for screen in module.screens}:
        raise NotFound(screen=f"{module_id}/{screen_id}")
    lock_person(person_id)
    task = working_task(own_tasks(person_id, today, version.course_id), today)
    if task is None or task.opens_on > today:
        return
    place = _place(task.enrolment_id, module.id)
    place.screen_id, place.seen_at = screen_id, now
    db.session.flush()


def _part(slug: str, module_id: str) -> tuple[VersionRow, Module]:
    version, course = published(slug)
    try:
        return version, course.module(module_id)
    except NoSuchPart as error:
        raise NotFound(part=module_id) from error


def _place(enrolment_id: int, module_id: str) -> ReadingPlace:
    place = db.session.get(ReadingPlace, (enrolment_id, module_id))
    if place is None:
        place = ReadingPlace(enrolment_id=enrolment_id, module_id=module_id)
        db.session.add(place)
    return place


# Statements are made once: putting one together takes longer than running it.
_EARLIER = select(func.count()).select_from(Attempt).where(Attempt.enrolment_id == bindparam("enrolment_id"))
_BEFORE = (
    select(_EARLIER.scalar_subquery().label("attempts"), OrgUnit.source)
    .select_from(Person)
    .outerjoin(Placement, and_(Placement.person_id == Person.id, Placement.held_on(bindparam("today"))))
    .outerjoin(OrgUnit, OrgUnit.id == Placement.unit_id)
    .where(Person.id == bindparam("person_id"))
)
_START = insert(Attempt).returning(Attempt.id)


def start_attempt(person_id: int, slug: str, *, now: datetime, today: date) -> OwnAttempt:
    """Start the quiz, or go on with the open attempt; returns the attempt.

    The questions, of those that staff of the person's huvudmän are asked, and every order are drawn here and fixed.
    Raises NotOpenYet, NotFound, and ReadingFirst if parts must be read first.
    """
    version, course = published(slug)
    lock_person(person_id)
    going_on = open_attempt_id(person_id, version.course_id)
    if going_on is not None:
        return own_attempt(person_id, going_on)
    enrolment_id = _task_to_work_on(person_id, version.course_id, now=now, today=today, for_quiz=True)
    _demand_reading(course, person_id, version.course_id, enrolment_id)
    before = run(_BEFORE, {"enrolment_id": enrolment_id, "person_id": person_id, "today": today}).all()
    number = before[0].attempts + 1
    huvudmen = {row.source for row in before if row.source is not None}
    resting = at_rest(person_id, enrolment_id, course) if number > 1 else ()
    drawn = draw(course.questions, course.draw, f"{enrolment_id}/{number}", huvudmen, resting)
    started = run(
        _START,
        {
            "enrolment_id": enrolment_id,
            "course_version_id": version.id,
            "number": number,
            "questions": [{"question": one.question_id, "choices": list(one.choice_ids)} for one in drawn],
            "total": len(drawn),
            "started_at": now,
        },
    )
    return OwnAttempt(
        id=started.scalar_one(),
        version_id=version.id,
        enrolment_id=enrolment_id,
        course=course,
        order=tuple(one.question_id for one in drawn),
        shown={one.question_id: one.choice_ids for one in drawn},
        answers={},
    )


_CHANGE_ANSWER = (
    update(Answer)
    .where(Answer.attempt_id == bindparam("attempt"), Answer.question_id == bindparam("question"))
    .values(chosen=bindparam("chosen"), saved_at=bindparam("saved_at"))
)
_ADD_ANSWER = insert(Answer).values(
    attempt_id=bindparam("attempt"),
    question_id=bindparam("question"),
    chosen=bindparam("chosen"),
    saved_at=bindparam("saved_at"),
)


def save_answer(
    person_id: int, attempt_id: int, question_id: str, chosen: Collection[str], *, now: datetime
) -> OwnAttempt:
    """Save an answer, replacing an earlier one to the same question; returns the attempt with it.

    An answer to a carried-over attempt is saved in the one that continues it, if that asks the same question. Raises
    NotFound, HandedIn, CarriedOver, UnknownQuestion, NothingChosen, OneChoiceOnly, UnknownChoice, IncompleteAnswer,
    SamePlaceTwice.
    """
    own = own_attempt(person_id, attempt_id, to_change=True)
    if own.carried_over:
        own = own_attempt(person_id, _going_on_from(attempt_id, question_id), to_change=True)
    if own.handed_in_at is not None:
        raise HandedIn(attempt_id=own.id)
    if question_id not in own.order:
        raise UnknownQuestion(question_id=question_id)
    question = own.course.question(question_id)
    picked = frozenset(chosen)
    fault = kind_of(question).fault(question, picked)
    if fault is not None:
        raise _REFUSED[fault](question_id=question_id)
    run(
        _CHANGE_ANSWER if question_id in own.answers else _ADD_ANSWER,
        {"attempt": own.id, "question": question_id, "chosen": sorted(picked), "saved_at": now},
    )
    return own.with_answer(question_id, picked)


_HAND_IN = (
    update(Attempt)
    .where(Attempt.id == bindparam("attempt"))
    .values(
        handed_in_at=bindparam("handed_in_at"),
        score=bindparam("score"),
        right_ids=bindparam("right_ids"),
        outcome=bindparam("outcome"),
    )
)


def hand_in(person_id: int, attempt_id: int, *, now: datetime) -> bool:
    """Hand in and mark an attempt; a pass is a completion of that moment. Returns whether it passed.

    It is marked by the newest key of each question, and passes by the rules of its own version. Passing an older
    version asks the person to read, or to renew, like those who had passed it when the newer one was published. Handing
    in again changes nothing and returns the same. Raises NotFound, CarriedOver.
    """
    course_id = run(_COURSE_OF, {"attempt_id": attempt_id, "person_id": person_id}).scalar()
    if course_id is None:
        raise NotFound(attempt_id=attempt_id)
    hold_still(course_id)
    lock_person(person_id)
    own = own_attempt(person_id, attempt_id, to_change=True)
    if own.handed_in_at is not None:
        return own.outcome is Outcome.PASSED
    if own.carried_over:
        raise _carried_over_to(_latest_after(db.session.get_one(Attempt, attempt_id)))
    newer = later_versions(own.version_id)
    later = contents(newer)
    marking = mark(
        [with_newest_key(question, (later[number] for number in newer)) for question in own.drawn],
        own.answers,
        own.course.pass_mark,
    )
    run(
        _HAND_IN,
        {
            "attempt": attempt_id,
            "handed_in_at": now,
            "score": marking.right,
            "right_ids": marking.right_ids,
            "outcome": Outcome.PASSED if marking.passed else Outcome.FAILED,
        },
    )
    if marking.passed:
        complete(
            NewCompletion(
                person_id=person_id,
                course_id=course_id,
                achieved_at=now,
                achieved_on=stockholm_date(now),
                basis=Basis.PASSED,
                course_version_id=own.version_id,
                enrolment_id=own.enrolment_id,
                attempt_id=attempt_id,
            ),
            now=now,
        )
        if newer:
            ask_who_passed_older(person_id, own.course.slug, own.version_id, now=now)
    return marking.passed


def mark_read(person_id: int, slug: str, number: int, *, now: datetime) -> None:
    """Note that the person has read what is new in a course, up to its version `number`. Raises NotFound."""
    version, _course = published(slug)
    db.session.execute(
        update(ReadingRequest)
        .where(
            ReadingRequest.person_id == person_id,
            ReadingRequest.read_at.is_(None),
            ReadingRequest.course_version_id.in_(
                select(CourseVersion.id).where(
                    CourseVersion.course_id == version.course_id, CourseVersion.number <= number
                )
            ),
        )
        .values(read_at=now)
    )


def _task_to_work_on(person_id: int, course_id: int, *, now: datetime, today: date, for_quiz: bool) -> int:
    """The enrolment that reading or a quiz belongs to; a new voluntary one if there is no task.

    Rereading a completed course stays with its enrolment: only a new quiz is a new task.
    """
    tasks = own_tasks(person_id, today, course_id)
    task = working_task(tasks, today)
    if task is None and not for_quiz:
        task = next((one for one in reversed(tasks) if one.achieved_on is not None and not one.cancelled), None)
    if task is None:
        return add_free_enrolment(person_id, course_id, EnrolmentReason.VOLUNTARY, opens_on=today, now=now)
    if task.opens_on > today:
        raise NotOpenYet(opens_on=task.opens_on)
    return task.enrolment_id


def _demand_reading(course: Course, person_id: int, course_id: int, enrolment_id: int) -> None:
    known = places(person_id, course_id)
    on = {enrolment_id} if course.reading is Reading.ALWAYS else {place.enrolment_id for place in known}
    completed_before = course_id in completed_courses(person_id)
    unread = first_unread(course, parts_read(known, on), completed_before=completed_before)
    if unread is not None:
        raise ReadingFirst(module=unread)


_COURSE_OF = (
    select(Enrolment.course_id)
    .join(Attempt, Attempt.enrolment_id == Enrolment.id)
    .where(Attempt.id == bindparam("attempt_id"), Enrolment.person_id == bindparam("person_id"))
)


def _going_on_from(attempt_id: int, question_id: str) -> int:
    """The attempt that took over this one's answers; raises CarriedOver unless it asks this question."""
    attempt = db.session.get_one(Attempt, attempt_id)
    latest = _latest_after(attempt)
    in_both = all(question_id in {one["question"] for one in each.questions} for each in (attempt, latest))
    if in_both:
        question = content(attempt.course_version_id).question(question_id)
        if same_question(content(latest.course_version_id), question) is not None:
            return latest.id
    raise _carried_over_to(latest)


def _latest_after(attempt: Attempt) -> Attempt:
    while attempt.carried_over_at is not None:
        attempt = db.session.scalars(
            select(Attempt)
            .where(Attempt.carried_from_id == attempt.id)
            .with_for_update(of=Attempt)
            .execution_options(populate_existing=True)
        ).one()
    return attempt


def _carried_over_to(latest: Attempt) -> CarriedOver:
    return CarriedOver(attempt_id=latest.id, total=latest.total)
