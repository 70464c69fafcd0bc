"""What a manager does for a person in their own units: exempt, extend, end either, record, withdraw. One change each.

`seen` is what `decision_queries.decided_so_far` gave when the manager opened the page (None: no page was opened); if
anything has been decided or done since, the action raises DecidedMeanwhile and changes nothing. Repeating a decision
that has not ended returns that one, so that a button pressed twice decides once. Nobody decides about themselves.
"""

from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any, NotRequired, TypedDict, Unpack

from sqlalchemy import exists, select

from tbblearn.audit.actions import record
from tbblearn.audit.rules import Event
from tbblearn.courses.queries import course_by_slug
from tbblearn.db import STOCKHOLM, db
from tbblearn.people.models import Placement
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
"""What is assigned by hand has the extra time and closing of a requirement with ordinary dates."""


class Decider(TypedDict):
    """Who decides, over which units, when, and the mark of what they saw."""

    by: int
    scope: Scope
    now: datetime
    today: date
    seen: NotRequired[str | None]


def grant_exemption(
    person_id: int,
    slug: str,
    *,
    from_on: date,
    until_on: date | None,
    reason: ExemptionReason,
    **decider: Unpack[Decider],
) -> int:
    """Exempt a person from a course from one day to another (both included; None: for good). Returns its id.

    Raises NotFound, BadPeriod, DecidedMeanwhile.
    """
    course_id = _course_id(slug)
    _lock(person_id, decider)
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
    _demand_unchanged(person_id, decider)
    return _granted(
        decider,
        person_id=person_id,
        course_id=course_id,
        kind=ExemptionKind.EXEMPT,
        from_on=from_on,
        until_on=until_on,
        reason=reason,
    )


def extend(person_id: int, slug: str, *, until_on: date, reason: ExemptionReason, **decider: Unpack[Decider]) -> int:
    """Give a person more time for the task that is open: a later last day, with extra time and closing after it.

    Returns the id of the extension. Raises NotFound, NothingToExtend, DecidedMeanwhile, and BadPeriod unless the new
    last day is later than the present one and not in the past.
    """
    course_id = _course_id(slug)
    _lock(person_id, decider)
    today = decider["today"]
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
    _demand_unchanged(person_id, decider)
    if task is None or task.due_on is None:
        raise NothingToExtend(slug=slug)
    if until_on <= task.due_on or until_on < today:
        raise BadPeriod(due_on=task.due_on, until_on=until_on)
    requirement = None if task.requirement_id is None else db.session.get(Requirement, task.requirement_id)
    terms = MANUAL_TERMS if requirement is None else terms_of(requirement)
    grace_until_on = until_on + timedelta(days=terms.grace_days)
    moved = moved_to(task, until_on, grace_until_on, task.open_until_on, today)
    db.session.add(_due_changed(moved, EventReason.EXTENDED, decider))
    return _granted(
        decider,
        person_id=person_id,
        course_id=course_id,
        enrolment_id=task.enrolment_id,
        kind=ExemptionKind.EXTENSION,
        from_on=today,
        until_on=until_on,
        reason=reason,
    )


def end_decision(
    exemption_id: int, *, last_on: date | None, reason: ExemptionEndReason, **decider: Unpack[Decider]
) -> date | None:
    """Take an exemption or an extension back (last_on None), or give it an earlier last day.

    What it overrode holds again; nothing that has closed reopens, and no task gets a last day less than 14 days ahead,
    or less than 14 days after the new end of an exemption. Returns the new last day of a task that got one. Raises
    NotFound, NothingToEnd, DecidedMeanwhile, and BadPeriod unless the last day is earlier than the present one and not
    before the first that can be changed.
    """
    exemption = db.session.get(Exemption, exemption_id)
    if exemption is None:
        raise NotFound(exemption_id=exemption_id)
    person_id, course_id = exemption.person_id, exemption.course_id
    _lock(person_id, decider)
    today, made = decider["today"], decisions(person_id)[course_id]
    decision = next(one for one in made if one.id == exemption_id)
    tasks = own_tasks(person_id, today, course_id)
    first_on = first_end(decision, tasks, today)
    ended_on = first_on if last_on is None else last_on + ONE_DAY
    if decision.ended_on == ended_on and decision.end_reason is reason:
        return None
    _demand_unchanged(person_id, decider)
    if not decision.can_end(today, first_on):
        raise NothingToEnd(exemption_id=exemption_id)
    if ended_on < first_on or (decision.last_on is not None and ended_on > decision.last_on):
        raise BadPeriod(from_on=first_on, until_on=decision.last_on)
    moved = moved_by_end(decision, ended_on, made, tasks, today)
    db.session.add(
        ExemptionEnd(
            exemption_id=exemption_id,
            ended_on=ended_on,
            reason=reason,
            decided_at=decider["now"],
            decided_by=decider["by"],
        )
    )
    db.session.add_all(_due_changed(one, EventReason.BY_HAND, decider) for one in moved)
    db.session.flush()
    _log(Event.EXEMPTION_ENDED, exemption_id, "exemption", decider, ended=decision.kind.value, reason=reason.value)
    return max((one.due_on for one in moved), default=None)


def record_completion(
    person_id: int,
    slug: str,
    *,
    achieved_on: date,
    basis: Basis,
    evidence: str,
    **decider: Unpack[Decider],
) -> int:
    """Record a course completed outside tbblearn, or an equivalent one. Returns the completion's id.

    Counts for the cycle of its date. Raises NotFound, NotInFuture, NotEmployedThen, DecidedMeanwhile.
    """
    if basis is Basis.PASSED:
        raise ValueError("only a quiz is passed; a recorded completion is recorded, equivalent or imported")
    course_id = _course_id(slug)
    _lock(person_id, decider)
    if achieved_on > decider["today"]:
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
    _demand_unchanged(person_id, decider)
    employed = select(Placement.id).where(Placement.person_id == person_id, Placement.held_on(achieved_on))
    if not db.session.scalar(select(employed.exists())):
        raise NotEmployedThen(on=achieved_on)
    noon = datetime.combine(achieved_on, time(12), tzinfo=STOCKHOLM)
    completion_id = complete(
        NewCompletion(
            person_id=person_id,
            course_id=course_id,
            achieved_at=min(noon, decider["now"]),
            achieved_on=achieved_on,
            basis=basis,
            evidence=evidence,
            recorded_by=decider["by"],
        ),
        now=decider["now"],
    )
    _log(Event.COMPLETION_RECORDED, completion_id, "completion", decider, basis=basis.value)
    return completion_id


def revoke_completion(completion_id: int, *, reason: RevocationReason, **decider: Unpack[Decider]) -> None:
    """Withdraw a completion: it counts for nothing from now on but stays visible.

    What another completion of the person counts for instead is recorded at once. Raises NotFound, AlreadyRevoked (with
    the reason given then) and DecidedMeanwhile.
    """
    person_id = db.session.scalar(select(Completion.person_id).where(Completion.id == completion_id))
    if person_id is None:
        raise NotFound(completion_id=completion_id)
    _lock(person_id, decider)
    before = db.session.get(Revocation, completion_id)
    if before is not None:
        raise AlreadyRevoked(completion_id=completion_id, reason=before.reason)
    _demand_unchanged(person_id, decider)
    db.session.add(
        Revocation(completion_id=completion_id, reason=reason, revoked_at=decider["now"], revoked_by=decider["by"])
    )
    db.session.flush()
    count_for_tasks([person_id], now=decider["now"])
    _log(Event.COMPLETION_REVOKED, completion_id, "completion", decider, reason=reason.value)


def enrol_by_hand(
    person_id: int, slug: str, *, opens_on: date, due_on: date, cycle: int, now: datetime, by: int | None = None
) -> int:
    """Assign a course to one person outside any requirement, counted in the figures of `cycle`. Returns the task's id.

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


def _lock(person_id: int, decider: Decider) -> None:
    """Lock the person; raise NotFound unless it is somebody else, employed in the scope today."""
    within = employed_within(person_id, decider["scope"], decider["today"])
    if person_id == decider["by"] or not db.session.scalar(select(within)):
        raise NotFound(person_id=person_id)
    lock_person(person_id)


def _demand_unchanged(person_id: int, decider: Decider) -> None:
    """Raise DecidedMeanwhile unless all is as when the manager looked. The person must be locked."""
    seen = decider.get("seen")
    if seen is not None and decided_so_far(person_id) != seen:
        raise DecidedMeanwhile(person_id=person_id)


def _course_id(slug: str) -> int:
    course = course_by_slug(slug)
    if course is None:
        raise NotFound(slug=slug)
    return course.id


def _granted(decider: Decider, **columns: Any) -> int:
    exemption = Exemption(decided_at=decider["now"], decided_by=decider["by"], **columns)
    db.session.add(exemption)
    db.session.flush()
    _log(Event.EXEMPTION_GRANTED, exemption.id, "exemption", decider, given=exemption.kind.value)
    return exemption.id


def _due_changed(moved: MovedDue, reason: EventReason, decider: Decider) -> EnrolmentEvent:
    return EnrolmentEvent(
        kind=EventKind.DUE_CHANGED,
        reason=reason,
        happened_on=decider["today"],
        recorded_at=decider["now"],
        recorded_by=decider["by"],
        **asdict(moved),
    )


def _log(event: Event, number: int, kind: str, decider: Decider, **details: str) -> None:
    record(event, now=decider["now"], actor_id=decider["by"], object_kind=kind, object_id=number, **details)
