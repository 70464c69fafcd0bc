"""What a manager does for a person in their own units: exempt, extend, end either, record, withdraw. One change each.

`seen` is what `decision_queries.decided_so_far` gave when the manager opened the page (None: no page was opened); if
anything has been decided or done since, the action raises DecidedMeanwhile and changes nothing. Repeating a decision
that has not ended returns that one, so that a button pressed twice decides once. Nobody decides about themselves.
"""

from dataclasses import asdict
from datetime import date, datetime, time, timedelta

from sqlalchemy import exists, select

from tbblearn.audit.actions import record
from tbblearn.audit.rules import Event
from tbblearn.courses.queries import course_by_slug
from tbblearn.db import STOCKHOLM, db
from tbblearn.people.models import Employment
from tbblearn.people.rules import Scope
from tbblearn.training.completion_models import Completion, Revocation
from tbblearn.training.exemption_models import Exemption, ExemptionEnd
from tbblearn.training.managing.decision_queries import decided_so_far
from tbblearn.training.managing.ending_queries import MovedDue, first_end, moved_by_end, moved_to
from tbblearn.training.managing.person_queries import employed_within
from tbblearn.training.models import EnrolmentEvent, Requirement
from tbblearn.training.record.queries import decisions
from tbblearn.training.record.tasks import own_tasks, working_task
from tbblearn.training.requirements.completing import (
    NewCompletion,
    add_free_enrolment,
    complete,
    count_for_tasks,
    lock_person,
)
from tbblearn.training.requirements.cycles import ONE_DAY, Terms, deadlines
from tbblearn.training.requirements.facts import terms_of
from tbblearn.training.rules import (
    AlreadyRevoked,
    BadPeriod,
    Basis,
    DecidedMeanwhile,
    EnrolmentReason,
    EventKind,
    EventReason,
    ExemptionEndReason,
    ExemptionKind,
    ExemptionReason,
    NotEmployedThen,
    NotFound,
    NothingToEnd,
    NothingToExtend,
    NotInFuture,
    RevocationReason,
)

MANUAL_TERMS = Terms()
"""Extra time and closing of what is given by hand are those of a requirement with ordinary dates."""


def grant_exemption(
    person_id: int,
    slug: str,
    *,
    from_on: date,
    until_on: date | None,
    reason: ExemptionReason,
    by: int,
    scope: Scope,
    now: datetime,
    today: date,
    seen: str | None = None,
) -> int:
    """Free a person from a course from one day until another (both included; None: for good). Returns its id.

    Raises NotFound, BadPeriod, DecidedMeanwhile.
    """
    course_id = _course_id(slug)
    _lock(person_id, scope, today, by)
    if until_on is not None and until_on < from_on:
        raise BadPeriod(from_on=from_on, until_on=until_on)
    same = db.session.scalar(
        select(Exemption.id).where(
            Exemption.person_id == person_id,
            Exemption.course_id == course_id,
            Exemption.kind == ExemptionKind.EXEMPT,
            Exemption.from_on == from_on,
            Exemption.until_on.is_(None) if until_on is None else Exemption.until_on == until_on,
            Exemption.reason == reason,
            ~exists().where(ExemptionEnd.exemption_id == Exemption.id),
        )
    )
    if same is not None:
        return same
    _demand_unchanged(person_id, seen)
    return _granted(
        Exemption(
            person_id=person_id,
            course_id=course_id,
            kind=ExemptionKind.EXEMPT,
            from_on=from_on,
            until_on=until_on,
            reason=reason,
            decided_at=now,
            decided_by=by,
        )
    )


def extend(
    person_id: int,
    slug: str,
    *,
    until_on: date,
    reason: ExemptionReason,
    by: int,
    scope: Scope,
    now: datetime,
    today: date,
    seen: str | None = None,
) -> int:
    """Give a person more time for the task that is open: a later last day, with extra time and closing after it.

    Returns the id of the extension. Raises NotFound, NothingToExtend, DecidedMeanwhile, and BadPeriod unless the new
    last day is later than the present one and not in the past.
    """
    course_id = _course_id(slug)
    _lock(person_id, scope, today, by)
    task = working_task(own_tasks(person_id, today, course_id), today)
    if task is not None and task.due_on == until_on:
        same = db.session.scalar(
            select(Exemption.id).where(
                Exemption.enrolment_id == task.enrolment_id,
                Exemption.kind == ExemptionKind.EXTENSION,
                Exemption.until_on == until_on,
                Exemption.reason == reason,
            )
        )
        if same is not None:
            return same
    _demand_unchanged(person_id, seen)
    if task is None or task.due_on is None:
        raise NothingToExtend(slug=slug)
    if until_on <= task.due_on or until_on < today:
        raise BadPeriod(due_on=task.due_on, until_on=until_on)
    requirement = None if task.requirement_id is None else db.session.get(Requirement, task.requirement_id)
    terms = MANUAL_TERMS if requirement is None else terms_of(requirement)
    grace_until_on = until_on + timedelta(days=terms.grace_days)
    moved = moved_to(task, until_on, grace_until_on, task.open_until_on, today)
    db.session.add(_due_changed(moved, EventReason.EXTENDED, by, now, today))
    return _granted(
        Exemption(
            person_id=person_id,
            course_id=course_id,
            enrolment_id=task.enrolment_id,
            kind=ExemptionKind.EXTENSION,
            from_on=today,
            until_on=until_on,
            reason=reason,
            decided_at=now,
            decided_by=by,
        )
    )


def end_decision(
    exemption_id: int,
    *,
    last_on: date | None,
    reason: ExemptionEndReason,
    by: int,
    scope: Scope,
    now: datetime,
    today: date,
    seen: str | None = None,
) -> date | None:
    """Take an exemption or an extension back (last_on None), or let it hold to an earlier last day.

    What lay beneath holds again; nothing that has closed is opened, and no task gets a last day earlier than in 14
    days, or than 14 days after the new end of an exemption. Returns the new last day of a task that got one. Raises
    NotFound, NothingToEnd, DecidedMeanwhile, and BadPeriod unless the last day is earlier than the present one and not
    before the first that can be changed.
    """
    exemption = db.session.get(Exemption, exemption_id)
    if exemption is None:
        raise NotFound(exemption_id=exemption_id)
    person_id, course_id = exemption.person_id, exemption.course_id
    _lock(person_id, scope, today, by)
    made = decisions(person_id)[course_id]
    decision = next(one for one in made if one.id == exemption_id)
    tasks = own_tasks(person_id, today, course_id)
    first_on = first_end(decision, tasks, today)
    ended_on = first_on if last_on is None else last_on + ONE_DAY
    if decision.ended_on == ended_on and decision.end_reason is reason:
        return None
    _demand_unchanged(person_id, seen)
    if not decision.can_end(today, first_on):
        raise NothingToEnd(exemption_id=exemption_id)
    if ended_on < first_on or (decision.last_on is not None and ended_on > decision.last_on):
        raise BadPeriod(from_on=first_on, until_on=decision.last_on)
    moved = moved_by_end(decision, ended_on, made, tasks, today)
    db.session.add(
        ExemptionEnd(exemption_id=exemption_id, ended_on=ended_on, reason=reason, decided_at=now, decided_by=by)
    )
    db.session.add_all(_due_changed(one, EventReason.BY_HAND, by, now, today) for one in moved)
    db.session.flush()
    _log(Event.EXEMPTION_ENDED, exemption_id, "exemption", by, now, ended=decision.kind.value, reason=reason.value)
    return max((one.due_on for one in moved), default=None)


def record_completion(
    person_id: int,
    slug: str,
    *,
    achieved_on: date,
    basis: Basis,
    evidence: str,
    by: int,
    scope: Scope,
    now: datetime,
    today: date,
    seen: str | None = None,
) -> int:
    """Write down a course completed outside tbblearn, or an equivalent one. Returns the completion's id.

    Counts for the cycle of its date. Raises NotFound, NotInFuture, NotEmployedThen, DecidedMeanwhile.
    """
    if basis is Basis.PASSED:
        raise ValueError("only a quiz is passed; a recorded completion is recorded, equivalent or imported")
    course_id = _course_id(slug)
    _lock(person_id, scope, today, by)
    if achieved_on > today:
        raise NotInFuture(achieved_on=achieved_on)
    same = db.session.scalar(
        select(Completion.id).where(
            Completion.person_id == person_id,
            Completion.course_id == course_id,
            Completion.achieved_on == achieved_on,
            Completion.basis == basis,
            Completion.evidence == evidence,
            Completion.stands(),
        )
    )
    if same is not None:
        return same
    _demand_unchanged(person_id, seen)
    employed = select(Employment.id).where(Employment.person_id == person_id, Employment.held_on(achieved_on))
    if not db.session.scalar(select(employed.exists())):
        raise NotEmployedThen(on=achieved_on)
    noon = datetime.combine(achieved_on, time(12), tzinfo=STOCKHOLM)
    completion_id = complete(
        NewCompletion(
            person_id=person_id,
            course_id=course_id,
            achieved_at=min(noon, now),
            achieved_on=achieved_on,
            basis=basis,
            evidence=evidence,
            recorded_by=by,
        ),
        now=now,
    )
    _log(Event.COMPLETION_RECORDED, completion_id, "completion", by, now, basis=basis.value)
    return completion_id


def revoke_completion(
    completion_id: int,
    *,
    reason: RevocationReason,
    by: int,
    scope: Scope,
    now: datetime,
    today: date,
    seen: str | None = None,
) -> None:
    """Withdraw a completion: it counts for nothing from now on and stays to be seen.

    What another completion of the person counts for instead is written down at once. Raises NotFound, AlreadyRevoked
    (with the reason it was withdrawn for) and DecidedMeanwhile.
    """
    person_id = db.session.scalar(select(Completion.person_id).where(Completion.id == completion_id))
    if person_id is None:
        raise NotFound(completion_id=completion_id)
    _lock(person_id, scope, today, by)
    before = db.session.get(Revocation, completion_id)
    if before is not None:
        raise AlreadyRevoked(completion_id=completion_id, reason=before.reason)
    _demand_unchanged(person_id, seen)
    db.session.add(Revocation(completion_id=completion_id, reason=reason, revoked_at=now, revoked_by=by))
    db.session.flush()
    count_for_tasks([person_id], now=now)
    _log(Event.COMPLETION_REVOKED, completion_id, "completion", by, now, reason=reason.value)


def enrol_by_hand(
    person_id: int, slug: str, *, opens_on: date, due_on: date, cycle: int, now: datetime, by: int | None = None
) -> int:
    """Give one person a course as a task outside any requirement; it counts in the figures of `cycle`. Returns its id.

    Raises NotFound, BadPeriod.
    """
    if due_on < opens_on:
        raise BadPeriod(from_on=opens_on, until_on=due_on)
    course_id = _course_id(slug)
    lock_person(person_id)
    days = deadlines(MANUAL_TERMS, cycle, due_on)
    closing = days.grace_until_on if days.open_until_on is None else days.open_until_on
    return add_free_enrolment(
        person_id,
        course_id,
        EnrolmentReason.MANUAL,
        opens_on=opens_on,
        now=now,
        cycle=cycle,
        days=(due_on, days.grace_until_on, closing),
        by=by,
    )


def _lock(person_id: int, scope: Scope, today: date, by: int) -> None:
    """Lock the person; raise NotFound unless it is somebody else, employed in the scope today."""
    if person_id == by or not db.session.scalar(select(employed_within(person_id, scope, today))):
        raise NotFound(person_id=person_id)
    lock_person(person_id)


def _demand_unchanged(person_id: int, seen: str | None) -> None:
    """Raise DecidedMeanwhile unless the person stands as when the manager looked. The person must be locked."""
    if seen is not None and decided_so_far(person_id) != seen:
        raise DecidedMeanwhile(person_id=person_id)


def _course_id(slug: str) -> int:
    course = course_by_slug(slug)
    if course is None:
        raise NotFound(slug=slug)
    return course.id


def _granted(exemption: Exemption) -> int:
    db.session.add(exemption)
    db.session.flush()
    given, at = exemption.kind.value, exemption.decided_at
    _log(Event.EXEMPTION_GRANTED, exemption.id, "exemption", exemption.decided_by, at, given=given)
    return exemption.id


def _due_changed(moved: MovedDue, reason: EventReason, by: int, now: datetime, today: date) -> EnrolmentEvent:
    return EnrolmentEvent(
        kind=EventKind.DUE_CHANGED,
        reason=reason,
        happened_on=today,
        recorded_at=now,
        recorded_by=by,
        **asdict(moved),
    )


def _log(event: Event, number: int, kind: str, by: int, now: datetime, **details: str) -> None:
    record(event, now=now, actor_id=by, object_kind=kind, object_id=number, **details)
