"""What stands where, in plain Python: statuses, their one function, codes and errors (docs/rules/training.md)."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
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
    """How near the last day of something open is."""

    NONE = "none"
    DUE_SOON = "due_soon"
    IN_GRACE = "in_grace"
    OVERDUE = "overdue"


class Status(NamedTuple):
    """Where a person stands with a course, in two words: how far, and how urgent.

    Only what is open is urgent: what has begun, was failed, or is still to begin.
    """

    progress: Progress
    urgency: Urgency = Urgency.NONE


DONE = frozenset({Progress.COMPLETED, Progress.COMPLETED_LATE})
"""Counted as having completed the course."""

OUTSIDE_BASE = frozenset({Progress.NOT_REQUIRED, Progress.EXEMPT, Progress.ON_LEAVE})
"""Not part of a percentage's denominator: required - exempt - on leave."""

LEFT = frozenset(Progress) - DONE - OUTSIDE_BASE
"""Who is left: in the denominator and not done."""

OPEN = frozenset({Progress.FAILED_MAY_RETRY, Progress.IN_PROGRESS, Progress.NOT_STARTED})
"""Can be done today, and is not done; only these are urgent."""

FREED = frozenset({Progress.EXEMPT, Progress.ON_LEAVE})
"""The last day does not hold for these, so none is shown."""

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
"""The order in which a manager reads how far people have come: done first, outside the base last."""


COURSE_CHANGED_MAIL = "course_changed"
RENEWAL_MAIL = "course_renewal"
CORRECTED_KEY_MAIL = "corrected_key"
"""Kinds of messages that training writes."""


class RequirementKind(StrEnum):
    """How often a requirement asks for a course."""

    YEARLY = "yearly"
    ONCE = "once"


class EnrolmentReason(StrEnum):
    """Why a person has the course as a task."""

    YEARLY = "yearly"
    NEW_HIRE = "new_hire"
    ONCE = "once"
    RENEWAL = "renewal"
    MANUAL = "manual"
    VOLUNTARY = "voluntary"


class EventKind(StrEnum):
    """What may happen to an enrolment; the enrolment itself never changes."""

    CANCELLED = "cancelled"
    REINSTATED = "reinstated"
    DUE_CHANGED = "due_changed"


class EventReason(StrEnum):
    """Why an enrolment was cancelled, came back or got another last day. Codes only: no health data, no free text."""

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
    """What a completion rests on."""

    PASSED = "passed"
    EQUIVALENT = "equivalent"
    RECORDED = "recorded"
    IMPORTED = "imported"


class ExemptionKind(StrEnum):
    """Freed from a course for a time, or given more time for it."""

    EXEMPT = "exempt"
    EXTENSION = "extension"


class ExemptionReason(StrEnum):
    """Why somebody is exempt or got more time: a code, never free text, never health (docs/rules/training.md)."""

    OTHER_DUTIES = "other_duties"
    LONG_ABSENCE = "long_absence"
    LEAVING_SOON = "leaving_soon"
    TECHNICAL_FAULT = "technical_fault"
    OTHER = "other"


EXTENSION_REASONS = tuple(reason for reason in ExemptionReason if reason is not ExemptionReason.LEAVING_SOON)
"""Why somebody may get more time: who leaves soon has no use for it."""


class ExemptionEndReason(StrEnum):
    """Why an exemption or an extension was taken back or shortened."""

    MISTAKE = "mistake"
    NO_LONGER_NEEDED = "no_longer_needed"
    OTHER = "other"


class RevocationReason(StrEnum):
    """Why a completion was withdrawn."""

    WRONG_PERSON = "wrong_person"
    WRONG_COURSE = "wrong_course"
    WRONG_DATE = "wrong_date"
    NOT_VALID = "not_valid"


class Outcome(StrEnum):
    """How a handed-in attempt ended."""

    PASSED = "passed"
    FAILED = "failed"


class Effect(StrEnum):
    """Whether an audience rule takes employments in or leaves them out."""

    INCLUDE = "include"
    EXCLUDE = "exclude"


class DueStage(IntEnum):
    """How near the last day is: an ordinal, so that SQL can compute and group it."""

    AHEAD = 0
    SOON = 1
    GRACE = 2
    OVER = 3


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """What a status is made of: booleans and one ordinal, computed and grouped in SQL."""

    required: bool
    """Has an enrolment that is not cancelled and was not the person's own free choice."""
    completed: bool = False
    late: bool = False
    """The completion came after the enrolment's own last day, also within its extra time."""
    exempt: bool = False
    on_leave: bool = False
    opened: bool = True
    closed: bool = False
    due: DueStage = DueStage.AHEAD
    failed: bool = False
    """At least one attempt was handed in and none has passed."""
    started: bool = False
    """Has read a part, or has an attempt open."""


def status(facts: StatusFacts) -> Status:
    """The one rule for where a person stands; page, report, mail and export all use it."""
    progress = _progress(facts)
    return Status(progress, _BY_DUE_STAGE[facts.due]) if progress in OPEN else Status(progress)


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


_BY_DUE_STAGE = {
    DueStage.AHEAD: Urgency.NONE,
    DueStage.SOON: Urgency.DUE_SOON,
    DueStage.GRACE: Urgency.IN_GRACE,
    DueStage.OVER: Urgency.OVERDUE,
}


def manager_view(seen_by_learner: Status) -> Status:
    """What a manager sees: never that somebody failed (docs/rules/training.md)."""
    if seen_by_learner.progress is Progress.FAILED_MAY_RETRY:
        return Status(Progress.IN_PROGRESS, seen_by_learner.urgency)
    return seen_by_learner


# --- errors -------------------------------------------------------------------------------------------------------


class TrainingError(Exception):
    """Something a person asked for that cannot be done; carries a code and the values a sentence needs."""

    code = "training_error"

    def __init__(self, **values: object) -> None:
        super().__init__(f"{self.code} {values}" if values else self.code)
        self.values = values


class NotFound(TrainingError):
    """It does not exist, or the person may not know that it does: 404."""

    code = "not_found"


class NotOpenYet(TrainingError):
    """The task opens later. Values: opens_on."""

    code = "not_open_yet"


class ReadingFirst(TrainingError):
    """The course is to be read before its quiz. Values: module, the id of the first part not read."""

    code = "reading_first"


class HandedIn(TrainingError):
    """The attempt was handed in already: nothing more can be saved in it. Values: attempt_id."""

    code = "handed_in"


class CarriedOver(TrainingError):
    """The attempt's answers have gone on to one of a newer version. Values: attempt_id and total of that one."""

    code = "carried_over"


class UnknownQuestion(TrainingError):
    """The question was not drawn in this attempt. Values: question_id."""

    code = "unknown_question"


class UnknownChoice(TrainingError):
    """An answer names a choice that the question does not have. Values: question_id."""

    code = "unknown_choice"


class NothingChosen(TrainingError):
    """An answer without a choice. Values: question_id."""

    code = "nothing_chosen"


class OneChoiceOnly(TrainingError):
    """More than one choice where the question takes one. Values: question_id."""

    code = "one_choice_only"


class IncompleteAnswer(TrainingError):
    """A row without a choice where every row needs one. Values: question_id."""

    code = "incomplete_answer"


class SamePlaceTwice(TrainingError):
    """Two steps in one place of an order. Values: question_id."""

    code = "same_place_twice"


class BadPeriod(TrainingError):
    """A period that ends before it begins, or a last day that is not later. Values: from_on and until_on, or due_on."""

    code = "bad_period"


class NotInFuture(TrainingError):
    """A completion cannot be dated after today. Values: achieved_on."""

    code = "not_in_future"


class NotEmployedThen(TrainingError):
    """The person held no employment on that day. Values: on."""

    code = "not_employed_then"


class AlreadyRevoked(TrainingError):
    """The completion was withdrawn before. Values: completion_id."""

    code = "already_revoked"


class NotHandedIn(TrainingError):
    """The attempt has no result yet. Values: attempt_id."""

    code = "not_handed_in"


class NothingToExtend(TrainingError):
    """The person has no open task of this course. Values: slug."""

    code = "nothing_to_extend"


class NothingToEnd(TrainingError):
    """The exemption or extension has ended already, or no longer changes anything. Values: exemption_id."""

    code = "nothing_to_end"


class DecidedMeanwhile(TrainingError):
    """Something was decided or done about the person after the page was opened: 409. Values: person_id."""

    code = "decided_meanwhile"


class NoPublishedCourse(TrainingError):
    """No course with this slug has been published. Values: slug."""

    code = "no_published_course"
