"""Writes the demo's rows in bulk. Ids come from the database, so that its counters are right afterwards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, insert

from tbblearn.db import Model, db, stockholm_date
from tbblearn.operations.demo.history import Passed, Task
from tbblearn.operations.demo.learning import Try
from tbblearn.operations.demo.staff import Job, Member
from tbblearn.people.models import Employment, Leave, Person
from tbblearn.people.rules import LeaveSource, email_key, search_key, sort_key
from tbblearn.training.completion_models import Completion, CompletionCredit, CompletionEmployment
from tbblearn.training.models import Answer, Attempt, Enrolment, EnrolmentEvent, ReadingPlace
from tbblearn.training.requirements.cycles import soon_from
from tbblearn.training.rules import Basis, Outcome

Row = dict[str, Any]


def add_all(model: type[Model], rows: Iterable[Row]) -> None:
    """Insert rows that nothing refers to."""
    found = list(rows)
    if found:
        db.session.execute(cast(Table, model.__table__).insert(), found)


def add_all_with_ids(model: type[Any], things: Sequence[Any], rows: Iterable[Row]) -> None:
    """Insert one row a thing, and give each thing its row's id."""
    if not things:
        return
    ids = db.session.scalars(insert(model).returning(model.id, sort_by_parameter_order=True), list(rows))
    for thing, number in zip(things, ids, strict=True):
        thing.id = number


def add_staff(members: Sequence[Member]) -> None:
    """Persons, employments and leaves."""
    add_all_with_ids(Person, members, map(_person, members))
    held: list[tuple[Member, int, Job]] = [
        (member, number, job) for member in members for number, job in enumerate(member.jobs, 1)
    ]
    add_all_with_ids(Employment, [job for _, _, job in held], [_employment(*one) for one in held])
    add_all(
        Leave,
        [
            {
                "employment_id": job.id,
                "from_on": leave.from_on,
                "until_on": leave.until_on,
                "source": LeaveSource.HR,
                "known_on": leave.known_on,
            }
            for _, _, job in held
            for leave in job.leaves
        ],
    )


def _person(member: Member) -> Row:
    given, family = member.post, str(member.number)
    return {
        "source": member.unit.source,
        "external_id": _external_id(member),
        "given_name": given,
        "family_name": family,
        "name_sort": sort_key(family, given),
        "name_search": search_key(given, family),
        "email": member.email,
        "email_key": email_key(member.email),
        "language": member.language,
        "protected_identity": member.protected,
    }


def _external_id(member: Member) -> str:
    return f"{member.post.casefold()}-{member.number}"


def _employment(member: Member, number: int, job: Job) -> Row:
    return {
        "person_id": member.id,
        "unit_id": job.unit.id,
        "external_id": f"{_external_id(member)}-{number}",
        "profession": job.profession,
        "start_on": job.start_on,
        "end_on": job.end_on,
        "known_on": job.known_on,
    }


def add_history(tasks: Sequence[Task], passed: Sequence[Passed], course_id: int, version_id: int, key: int) -> None:
    """Enrolments of requirement `key` with their events, reading, attempts and answers; completions and credits."""
    add_all_with_ids(Enrolment, tasks, [_enrolment(task, course_id, key) for task in tasks])
    add_all(EnrolmentEvent, [row for task in tasks for row in _events(task)])
    add_all(ReadingPlace, [row for task in tasks for row in _places(task)])
    tries = [_NumberedTry(task, number, one) for task in tasks for number, one in enumerate(task.path.tries, 1)]
    add_all_with_ids(Attempt, tries, [_attempt(one, version_id) for one in tries])
    add_all(Answer, [row for one in tries for row in _answers(one)])
    attempt_ids = {one.task: one.id for one in tries if one.passed}
    add_all_with_ids(
        Completion, passed, [_completion(one, course_id, version_id, attempt_ids[one.task]) for one in passed]
    )
    add_all(
        CompletionEmployment,
        [
            {"completion_id": one.id, "unit_id": job.unit.id, "profession": job.profession}
            for one in passed
            for job in one.jobs
        ],
    )
    add_all(
        CompletionCredit,
        [
            {"enrolment_id": task.id, "completion_id": one.id, "recorded_at": max(at, one.achieved_at)}
            for one in passed
            for task, at in one.counts_for
        ],
    )


def _enrolment(task: Task, course_id: int, key: int) -> Row:
    new = task.new
    return {
        "person_id": task.member.id,
        "course_id": course_id,
        "requirement_id": key,
        "requirement_key": str(key),
        "occasion": new.occasion,
        "reason": new.reason,
        "cycle": new.cycle,
        "opens_on": new.opens_on,
        "due_on": new.days.due_on,
        "grace_until_on": new.days.grace_until_on,
        "open_until_on": new.days.open_until_on,
        "soon_from_on": soon_from(new.days.due_on, new.opens_on, stockholm_date(task.recorded_at)),
        "recorded_at": task.recorded_at,
    }


def _events(task: Task) -> list[Row]:
    return [
        {
            "enrolment_id": task.id,
            "kind": event.kind,
            "reason": event.reason,
            "happened_on": event.on,
            "due_on": event.days.due_on if event.days else None,
            "grace_until_on": event.days.grace_until_on if event.days else None,
            "open_until_on": event.days.open_until_on if event.days else None,
            "soon_from_on": soon_from(event.days.due_on, task.new.opens_on, event.on) if event.days else None,
            "recorded_at": at,
        }
        for event, at in task.events
    ]


def _places(task: Task) -> list[Row]:
    return [
        {
            "enrolment_id": task.id,
            "module_id": place.module_id,
            "screen_id": place.screen_id,
            "seen_at": place.seen_at,
            "read_at": place.read_at,
        }
        for place in task.path.places
    ]


@dataclass(eq=False)
class _NumberedTry:
    """A try at the quiz as a row."""

    task: Task
    number: int
    one: Try
    id: int = 0

    @property
    def passed(self) -> bool:
        return self.one.passed and not self.one.open


def _attempt(row: _NumberedTry, version_id: int) -> Row:
    one = row.one
    outcome = Outcome.PASSED if one.passed else Outcome.FAILED
    return {
        "enrolment_id": row.task.id,
        "course_version_id": version_id,
        "number": row.number,
        "questions": [{"question": drawn.question_id, "choices": list(drawn.choice_ids)} for drawn in one.drawn],
        "total": len(one.drawn),
        "started_at": one.started_at,
        "handed_in_at": None if one.open else one.handed_in_at,
        "score": None if one.open else len(one.right_ids),
        "outcome": None if one.open else outcome,
        "right_ids": None if one.open else one.right_ids,
    }


def _answers(row: _NumberedTry) -> list[Row]:
    return [
        {"attempt_id": row.id, "question_id": question_id, "chosen": chosen, "saved_at": at}
        for question_id, chosen, at in row.one.answers
    ]


def _completion(one: Passed, course_id: int, version_id: int, attempt_id: int) -> Row:
    return {
        "person_id": one.task.member.id,
        "course_id": course_id,
        "course_version_id": version_id,
        "enrolment_id": one.task.id,
        "attempt_id": attempt_id,
        "basis": Basis.PASSED,
        "achieved_at": one.achieved_at,
        "achieved_on": one.done.achieved_on,
        "recorded_at": one.achieved_at,
    }
