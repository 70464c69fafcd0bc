"""Writes the demo's rows in bulk. The database hands out the ids, so its counters are right afterwards."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, cast

from sqlalchemy import Table, insert

from tbblearn.courses.queries import VersionRow
from tbblearn.db import Model, db, stockholm_date
from tbblearn.operations.demo.history import Passed, Task
from tbblearn.operations.demo.learning import Try
from tbblearn.operations.demo.staff import Member
from tbblearn.people.actions import name_person
from tbblearn.people.models import Employment, Leave, Person, PersonKey, Placement
from tbblearn.people.rules import LeaveSource
from tbblearn.training.completion_models import Completion, CompletionCredit, CompletionEmployment
from tbblearn.training.models import Answer, Attempt, Enrolment, EnrolmentEvent, ReadingPlace
from tbblearn.training.requirements.cycles import Deadlines, soon_from
from tbblearn.training.rules import Basis, Outcome

Row = dict[str, Any]


def add_all(model: type[Model], rows: Iterable[Row]) -> None:
    """Insert rows that nothing refers to."""
    found = list(rows)
    if found:
        db.session.execute(cast(Table, model.__table__).insert(), found)


def _add_with_ids(model: type[Any], things: Sequence[Any], rows: Iterable[Row]) -> None:
    """Insert one row per thing, and give each thing its row's id."""
    if not things:
        return
    ids = db.session.scalars(insert(model).returning(model.id, sort_by_parameter_order=True), list(rows))
    for thing, number in zip(things, ids, strict=True):
        thing.id = number


def _copied(thing: object, *names: str) -> Row:
    """The columns named like fields of the thing."""
    return {name: getattr(thing, name) for name in names}


def add_staff(members: Sequence[Member]) -> None:
    """Persons, employments and leaves."""
    persons = [_person(member) for member in members]
    db.session.add_all(persons)
    db.session.flush()
    for member, person in zip(members, persons, strict=True):
        member.id = person.id
    jobs = [(member, number, job) for member in members for number, job in enumerate(member.jobs, 1)]
    _add_with_ids(
        Employment,
        [job for _, _, job in jobs],
        [
            {"person_id": member.id, "source": job.unit.source, "external_id": f"{_external_id(member)}-{number}"}
            for member, number, job in jobs
        ],
    )
    elsewhere = {
        (job.unit.source, member.id): member for member, _, job in jobs if job.unit.source != member.unit.source
    }
    add_all(
        PersonKey,
        [
            {"source": source, "external_id": _external_id(member), "person_id": person_id}
            for (source, person_id), member in sorted(elsewhere.items(), key=lambda one: one[0])
        ],
    )
    add_all(
        Placement,
        [
            {
                "employment_id": job.id,
                "person_id": member.id,
                "unit_id": job.unit.id,
                "from_on": job.start_on,
                "until_on": job.end_on,
                **_copied(job, "profession", "known_on"),
            }
            for member, _, job in jobs
        ],
    )
    add_all(
        Leave,
        [
            {"employment_id": job.id, "source": LeaveSource.HR, **vars(leave)}
            for _, _, job in jobs
            for leave in job.leaves
        ],
    )


def _person(member: Member) -> Person:
    person = Person(
        source=member.unit.source,
        external_id=_external_id(member),
        language=member.language,
        protected_identity=member.protected,
    )
    name_person(person, member.post, str(member.number), member.email)
    return person


def _external_id(member: Member) -> str:
    return f"{member.post.casefold()}-{member.number}"


def add_history(tasks: Sequence[Task], passed: Sequence[Passed], versions: Sequence[VersionRow], key: int) -> None:
    """Enrolments of requirement `key` with their events, reading, attempts and answers; completions and credits.

    `versions` are the course's, the newest first: an attempt is made on the newest that there was.
    """
    course_id = versions[0].course_id

    def version_of(one: Try) -> int:
        return next(version.id for version in versions if version.published_at <= one.started_at)

    _add_with_ids(Enrolment, tasks, [_enrolment(task, course_id, key) for task in tasks])
    add_all(EnrolmentEvent, [row for task in tasks for row in _events(task)])
    add_all(ReadingPlace, [{"enrolment_id": task.id, **vars(place)} for task in tasks for place in task.path.places])
    tries = [(task, number, one) for task in tasks for number, one in enumerate(task.path.tries, 1)]
    _add_with_ids(Attempt, [one for _, _, one in tries], [_attempt(*one, version_of(one[2])) for one in tries])
    add_all(
        Answer,
        [
            {"attempt_id": one.id, "question_id": question_id, "chosen": chosen, "saved_at": at}
            for _, _, one in tries
            for question_id, chosen, at in one.answers
        ],
    )
    _add_with_ids(Completion, passed, [_completion(one, course_id, version_of(one.attempt)) for one in passed])
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
        **_copied(new, "occasion", "reason", "cycle", "opens_on"),
        **_days(new.days, new.opens_on, stockholm_date(task.recorded_at)),
        "recorded_at": task.recorded_at,
    }


def _events(task: Task) -> list[Row]:
    return [
        {
            "enrolment_id": task.id,
            "kind": event.kind,
            "reason": event.reason,
            "happened_on": event.on,
            **_days(event.days, task.new.opens_on, event.on),
            "recorded_at": at,
        }
        for event, at in task.events
    ]


def _days(days: Deadlines | None, opens_on: date, known_on: date) -> Row:
    if days is None:
        return dict.fromkeys(("due_on", "grace_until_on", "open_until_on", "soon_from_on"))
    return asdict(days) | {"soon_from_on": soon_from(days.due_on, opens_on, known_on)}


def _attempt(task: Task, number: int, one: Try, version_id: int) -> Row:
    outcome = Outcome.PASSED if one.passed else Outcome.FAILED
    return {
        "enrolment_id": task.id,
        "course_version_id": version_id,
        "number": number,
        "questions": [{"question": drawn.question_id, "choices": list(drawn.choice_ids)} for drawn in one.drawn],
        "total": len(one.drawn),
        "started_at": one.started_at,
        "handed_in_at": None if one.open else one.handed_in_at,
        "score": None if one.open else len(one.right_ids),
        "outcome": None if one.open else outcome,
        "right_ids": None if one.open else one.right_ids,
    }


def _completion(one: Passed, course_id: int, version_id: int) -> Row:
    return {
        "person_id": one.task.member.id,
        "course_id": course_id,
        "course_version_id": version_id,
        "enrolment_id": one.task.id,
        "attempt_id": one.attempt.id,
        "basis": Basis.PASSED,
        "achieved_at": one.achieved_at,
        "achieved_on": one.done.achieved_on,
        "recorded_at": one.achieved_at,
    }
