"""Statuses and the function that computes them, reason codes and errors (docs/rules/training.md)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Progress(StrEnum):
    """How far a person has come with a course, in the order of precedence."""

    NOT_REQUIRED = "not_required"
    COMPLETED = "completed"
    COMPLETED_LATE = "completed_late"
    EXEMPT = "exempt"
    ON_LEAVE = "on_leave"
    NOT_YET_OPEN = "not_yet_open"
    MISSED = "missed"
    FAILED_MAY_RETRY = "failed_may_retry"
    IN_PROGRESS = "in_progress"
    NOT_STARTED = "not_started"


class Urgency(StrEnum):
    """How near the last day of an open task is, in order: SQL packs it as the ordinal."""

    NONE = "none"
    DUE_SOON = "due_soon"
    IN_GRACE = "in_grace"
    OVERDUE = "overdue"


class Status(NamedTuple):
    """Where a person stands with a course. Only what is in `OPEN` is ever urgent."""

    progress: Progress
    urgency: Urgency = Urgency.NONE


DONE = frozenset({Progress.COMPLETED, Progress.COMPLETED_LATE})
"""Counts as completed."""

OUTSIDE_BASE = frozenset({Progress.NOT_REQUIRED, Progress.EXEMPT, Progress.ON_LEAVE})
"""Not in the denominator of a percentage."""

LEFT = frozenset(Progress) - DONE - OUTSIDE_BASE
"""In the denominator and not done."""

OPEN = frozenset({Progress.FAILED_MAY_RETRY, Progress.IN_PROGRESS, Progress.NOT_STARTED})
"""Can be done today and is not done."""

FREED = frozenset({Progress.EXEMPT, Progress.ON_LEAVE})
"""The last day does not apply, so none is shown."""

SHOWN_ORDER = (
    Progress.COMPLETED,
    Progress.COMPLETED_LATE,
    Progress.IN_PROGRESS,
    Progress.NOT_STARTED,
    Progress.NOT_YET_OPEN,
    Progress.MISSED,
    Progress.EXEMPT,
    Progress.ON_LEAVE,
    Progress.NOT_REQUIRED,
)
"""The order on managers' pages: done first, outside the denominator last."""

COURSE_CHANGED_MAIL = "course_changed"
RENEWAL_MAIL = "course_renewal"
CORRECTED_KEY_MAIL = "corrected_key"
"""Kinds of e-mail that training sends."""


class RequirementKind(StrEnum):
    """How often a requirement demands a course."""

    YEARLY = "yearly"
    ONCE = "once"


class EnrolmentReason(StrEnum):
    """Why a person has been given a course."""

    YEARLY = "yearly"
    NEW_HIRE = "new_hire"
    ONCE = "once"
    RENEWAL = "renewal"
    MANUAL = "manual"
    VOLUNTARY = "voluntary"


class EventKind(StrEnum):
    """What can happen to an enrolment, whose own row never changes."""

    CANCELLED = "cancelled"
    REINSTATED = "reinstated"
    DUE_CHANGED = "due_changed"


class EventReason(StrEnum):
    """Why an enrolment was cancelled, reinstated or rescheduled. A code: no health data, no free text."""

    EMPLOYMENT_ENDED = "employment_ended"
    NOT_IN_AUDIENCE = "not_in_audience"
    REHIRED = "rehired"
    IN_AUDIENCE_AGAIN = "in_audience_again"
    MOVED = "moved"
    RETURNED = "returned"
    ADOPTED = "adopted"
    EXTENDED = "extended"
    REQUIREMENT_CHANGED = "requirement_changed"
    BY_HAND = "by_hand"


class Basis(StrEnum):
    """What a completion is based on."""

    PASSED = "passed"
    EQUIVALENT = "equivalent"
    RECORDED = "recorded"
    IMPORTED = "imported"


class ExemptionKind(StrEnum):
    """Exempt from a course for a time, or given more time for it."""

    EXEMPT = "exempt"
    EXTENSION = "extension"


class ExemptionReason(StrEnum):
    """Why a person is exempt or got more time. A code: no health data, no free text (docs/rules/training.md)."""

    OTHER_DUTIES = "other_duties"
    LONG_ABSENCE = "long_absence"
    LEAVING_SOON = "leaving_soon"
    TECHNICAL_FAULT = "technical_fault"
    OTHER = "other"


EXTENSION_REASONS = tuple(reason for reason in ExemptionReason if reason is not ExemptionReason.LEAVING_SOON)
"""Reasons for more time, which is useless to a person who leaves soon."""


class ExemptionEndReason(StrEnum):
    """Why an exemption or an extension was withdrawn or shortened."""

    MISTAKE = "mistake"
    NO_LONGER_NEEDED = "no_longer_needed"
    OTHER = "other"


class RevocationReason(StrEnum):
    """Why a completion was revoked."""

    WRONG_PERSON = "wrong_person"
    WRONG_COURSE = "wrong_course"
    WRONG_DATE = "wrong_date"
    NOT_VALID = "not_valid"


class Outcome(StrEnum):
    """How a handed-in attempt ended."""

    PASSED = "passed"
    FAILED = "failed"


class Effect(StrEnum):
    """Whether an audience rule includes or excludes employments."""

    INCLUDE = "include"
    EXCLUDE = "exclude"


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """What a status depends on; computed and grouped in SQL."""

    required: bool
    """Has an enrolment that is neither cancelled nor voluntary."""
    completed: bool = False
    late: bool = False
    """Completed after the last day, even if within the grace period."""
    exempt: bool = False
    on_leave: bool = False
    opened: bool = True
    closed: bool = False
    due: Urgency = Urgency.NONE
    failed: bool = False
    """At least one attempt was handed in, and none has passed."""
    started: bool = False
    """Has read a part, or has an attempt open."""


def status(facts: StatusFacts) -> Status:
    """The only rule for where a person stands, used by every page, report, e-mail and export."""
    progress = _progress(facts)
    return Status(progress, facts.due) if progress in OPEN else Status(progress)


def _progress(facts: StatusFacts) -> Progress:
    """The order of the questions is the precedence."""
    if not facts.required:
        return Progress.NOT_REQUIRED
    if facts.completed:
        return Progress.COMPLETED_LATE if facts.late else Progress.COMPLETED
    if facts.exempt:
        return Progress.EXEMPT
    if facts.on_leave:
        return Progress.ON_LEAVE
    if not facts.opened:
        return Progress.NOT_YET_OPEN
    if facts.closed:
        return Progress.MISSED
    if facts.failed:
        return Progress.FAILED_MAY_RETRY
    return Progress.IN_PROGRESS if facts.started else Progress.NOT_STARTED


def manager_view(seen_by_learner: Status) -> Status:
    """What a manager sees: never that a person failed (docs/rules/training.md)."""
    if seen_by_learner.progress is Progress.FAILED_MAY_RETRY:
        return Status(Progress.IN_PROGRESS, seen_by_learner.urgency)
    return seen_by_learner


# --- errors -------------------------------------------------------------------------------------------------------


class TrainingError(Exception):
    """A request that cannot be carried out; `values` are what its message needs."""

    def __init__(self, **values: object) -> None:
        super().__init__(values)
        self.values = values


class NotFound(TrainingError):
    """It does not exist, or this person may not know that it does: 404."""


class NotOpenYet(TrainingError):
    """The task opens later. Values: opens_on."""


class ReadingFirst(TrainingError):
    """The course must be read before its quiz. Values: module, the id of the first unread part."""


class HandedIn(TrainingError):
    """The attempt has been handed in and can no longer change. Values: attempt_id."""


class CarriedOver(TrainingError):
    """The answers now belong to an attempt of a newer version. Values: attempt_id and total of that attempt."""


class UnknownQuestion(TrainingError):
    """The question was not drawn in this attempt. Values: question_id."""


class UnknownChoice(TrainingError):
    """The question has no such choice. Values: question_id."""


class NothingChosen(TrainingError):
    """An answer without a choice. Values: question_id."""


class OneChoiceOnly(TrainingError):
    """Several choices for a question that takes one. Values: question_id."""


class IncompleteAnswer(TrainingError):
    """A row without a choice, where every row needs one. Values: question_id."""


class SamePlaceTwice(TrainingError):
    """Two steps of a sequence in the same place. Values: question_id."""


class BadPeriod(TrainingError):
    """A period that ends before it begins, or a last day that is not later. Values: from_on, until_on, due_on."""


class NotInFuture(TrainingError):
    """A completion cannot be dated after today. Values: achieved_on."""


class NotEmployedThen(TrainingError):
    """The person held no employment on that day. Values: on."""


class AlreadyRevoked(TrainingError):
    """The completion is already revoked. Values: completion_id."""


class NotHandedIn(TrainingError):
    """The attempt has no result yet. Values: attempt_id."""


class NothingToExtend(TrainingError):
    """The person has no open enrolment in this course. Values: slug."""


class NothingToEnd(TrainingError):
    """The exemption or extension has already ended, or no longer matters. Values: exemption_id."""


class DecidedMeanwhile(TrainingError):
    """Something about the person changed after the page was opened: 409. Values: person_id."""


class NoPublishedCourse(TrainingError):
    """No course with this slug has been published. Values: slug."""
