"""What the timer does for one person and one requirement: enrol, cancel, reinstate, move a last day, credit.

`plan` is a pure function of what is known today, and idempotent: once carried out, it gives nothing more. Three days
late it gives the same enrolments, because dates come from what happened and when that became known, not from when the
timer ran (docs/rules/training.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tbblearn.people.rules import holds
from tbblearn.training.requirements.credits import BY_CYCLE, CompletionFact, Credit, EnrolmentState, credits
from tbblearn.training.requirements.cycles import (
    ONE_DAY,
    Absence,
    Deadlines,
    EmploymentSpan,
    Hire,
    Pause,
    Shift,
    Terms,
    cycle_on,
    deadlines,
    hired,
    makes_new_hire,
    moves,
    new_hire_due,
    own_due,
    pauses,
    returns,
)
from tbblearn.training.rules import EnrolmentReason, EventKind, EventReason, RequirementKind

NEW_ID = -1
"""Stands for the enrolment that a plan adds, until the database has given it an id."""

ONCE = "once"
"""The occasion of a course that is taken once."""


@dataclass(frozen=True, slots=True)
class Reach:
    """A requirement as it reaches a huvudman that has adopted it."""

    huvudman_id: int
    adopted_on: date
    known_on: date
    first_file_on: date
    terms: Terms


@dataclass(frozen=True, slots=True)
class EmploymentReach:
    """One employment of a person; `reach` is None when it is not in the audience today."""

    span: EmploymentSpan
    reach: Reach | None = None


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """Everything that decides what one person must do for one requirement."""

    terms: Terms
    employments: tuple[EmploymentReach, ...]
    absences: tuple[Absence, ...] = ()
    enrolments: tuple[EnrolmentState, ...] = ()
    completions: tuple[CompletionFact, ...] = ()


@dataclass(frozen=True, slots=True)
class NewEnrolment:
    """An enrolment to add."""

    occasion: str
    reason: EnrolmentReason
    cycle: int
    opens_on: date
    days: Deadlines


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event of an enrolment; `days` only with a changed last day."""

    enrolment_id: int
    kind: EventKind
    reason: EventReason
    on: date
    days: Deadlines | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write; empty when everything is in order."""

    enrol: NewEnrolment | None = None
    events: tuple[NewEvent, ...] = ()
    credits: frozenset[Credit] = frozenset()


def plan(facts: PersonFacts, today: date) -> Plan:
    """What is missing for this person today. Credits name NEW_ID where they are for the enrolment to be added."""
    reaches = [held.reach for held in facts.employments if held.reach is not None]
    if not reaches:
        return Plan(events=tuple(_cancel(facts, today)), credits=_credits(facts, facts.enrolments))
    known = _Known.of(facts, today)
    events: list[NewEvent] = []
    enrolments = list(facts.enrolments)
    new: NewEnrolment | None = None
    if not _has_open(facts, today):
        wanted = _wanted(facts, known, reaches, today)
        if wanted is not None:
            back = _cancelled_twin(facts, wanted)
            if back is None:
                new = wanted
                enrolments.append(_given(wanted))
            else:
                reason = known.back_reason()
                events.append(NewEvent(back.id, EventKind.REINSTATED, reason, today))
                days = wanted.days
                if back.due_on is not None and days.due_on > back.due_on:
                    events.append(NewEvent(back.id, EventKind.DUE_CHANGED, reason, today, days))
                    back = replace(back, due_on=days.due_on, open_until_on=days.open_until_on)
                enrolments = [replace(back, cancelled=False) if e.id == back.id else e for e in enrolments]
    counted = _credits(facts, enrolments)
    finished = {credit.enrolment_id for credit in counted}
    for enrolment in enrolments:
        if enrolment.id != NEW_ID and enrolment.id not in finished:
            events += _due_changed(enrolment, known, reaches, today)
    return Plan(new, tuple(events), counted)


@dataclass(frozen=True, slots=True)
class _Known:
    """What follows from a person's employments and leaves."""

    hire: Hire | None
    shifts: tuple[Shift, ...]
    away: tuple[Pause, ...]

    @classmethod
    def of(cls, facts: PersonFacts, today: date) -> "_Known":
        everywhere = [held.span for held in facts.employments]
        covered = [held.span for held in facts.employments if held.reach is not None]
        absences = [absence for absence in facts.absences if absence.span in covered]
        moved = [shift for shift in moves(everywhere) if any(shift.on == span.start_on for span in covered)]
        return cls(hired(everywhere, today), (*moved, *returns(covered, absences)), tuple(pauses(covered, absences)))

    def back_reason(self) -> EventReason:
        moved = any(shift.reason is EventReason.MOVED for shift in self.shifts)
        return EventReason.REHIRED if moved else EventReason.IN_AUDIENCE_AGAIN

    def shifts_for(self, reach: Reach) -> tuple[Shift, ...]:
        return (*self.shifts, Shift(reach.adopted_on, reach.known_on, EventReason.ADOPTED))


def _cancel(facts: PersonFacts, today: date) -> list[NewEvent]:
    """Cancel what is open and unfinished: the person is no longer in the audience."""
    employed = [held.span for held in facts.employments if holds(held.span.start_on, held.span.end_on, today)]
    ends = [held.span.end_on for held in facts.employments if held.span.end_on and held.span.end_on < today]
    left_on = max(ends) + ONE_DAY if ends and not employed else today
    reason = EventReason.NOT_IN_AUDIENCE if employed else EventReason.EMPLOYMENT_ENDED
    finished = {credit.enrolment_id for credit in _credits(facts, facts.enrolments)}
    return [
        NewEvent(enrolment.id, EventKind.CANCELLED, reason, left_on)
        for enrolment in facts.enrolments
        if _ends_with_audience(enrolment) and enrolment.id not in finished and _still_open(enrolment, today)
    ]


def _wanted(facts: PersonFacts, known: _Known, reaches: Sequence[Reach], today: date) -> NewEnrolment | None:
    """The enrolment that this person lacks in the current cycle; None when it exists."""
    wanted = min((_for_reach(known, reach, facts, today) for reach in reaches), key=lambda new: new.days.due_on)
    if any(_same_task(enrolment, wanted) for enrolment in facts.enrolments if not enrolment.cancelled):
        return None
    return wanted


def _for_reach(known: _Known, reach: Reach, facts: PersonFacts, today: date) -> NewEnrolment:
    if reach.terms.kind is RequirementKind.ONCE:
        return _once(facts, reach, today)
    hire = known.hire
    if hire is not None and makes_new_hire(hire, adopted_on=reach.adopted_on, first_file_on=reach.first_file_on):
        new_hire = _new_hire(known, reach, hire, today)
        if new_hire is not None and not _had(facts, new_hire):
            return new_hire
    cycle = cycle_on(reach.terms, today)
    own = own_due(reach.terms, cycle.year, cycle.due_on, known.shifts_for(reach), known.away, today)
    return NewEnrolment(
        occasion=str(cycle.year),
        reason=EnrolmentReason.YEARLY,
        cycle=cycle.year,
        opens_on=cycle.opens_on,
        days=deadlines(reach.terms, cycle.year, _not_past(own.due_on, reach.terms, known, today)),
    )


def _new_hire(known: _Known, reach: Reach, hire: Hire, today: date) -> NewEnrolment | None:
    """The new hire's enrolment in the cycle of their first day; None once that has closed."""
    year = cycle_on(reach.terms, hire.start_on).year
    own = own_due(reach.terms, year, new_hire_due(hire, reach.terms), known.shifts, known.away, today)
    days = deadlines(reach.terms, year, own.due_on)
    if days.open_until_on is not None and days.open_until_on < today:
        return None
    days = deadlines(reach.terms, year, _not_past(own.due_on, reach.terms, known, today))
    return NewEnrolment(f"new-hire:{hire.start_on}", EnrolmentReason.NEW_HIRE, year, hire.start_on, days)


def _once(facts: PersonFacts, reach: Reach, today: date) -> NewEnrolment:
    """Due new_hire_days after the first day on which the demand could be known."""
    spans = [held.span for held in facts.employments if held.reach is not None]
    opens_on = max(reach.adopted_on, min(span.start_on for span in spans))
    known_on = max(reach.known_on, min(max(span.start_on, span.known_on) for span in spans), opens_on)
    due_on = known_on + timedelta(days=reach.terms.new_hire_days)
    if due_on < today:
        due_on = today + timedelta(days=reach.terms.new_hire_days)
    return NewEnrolment(ONCE, EnrolmentReason.ONCE, opens_on.year, opens_on, deadlines(reach.terms, None, due_on))


def _not_past(due_on: date, terms: Terms, known: _Known, today: date) -> date:
    """Nobody is overdue on the day they first appear, even where no dated fact explains why they appear now."""
    if due_on >= today or any(pause.covers(due_on) for pause in known.away):
        return due_on
    return today + timedelta(days=terms.new_hire_days)


def _has_open(facts: PersonFacts, today: date) -> bool:
    """True while an enrolment is open and unfinished: at most one ever is (docs/rules/training.md)."""
    finished = {credit.enrolment_id for credit in _credits(facts, facts.enrolments)}
    return any(
        _of_the_timer(enrolment) and enrolment.id not in finished and _still_open(enrolment, today)
        for enrolment in facts.enrolments
    )


def _had(facts: PersonFacts, new_hire: NewEnrolment) -> bool:
    """True when this new-hire enrolment already exists, done or not."""
    return any(e.occasion == new_hire.occasion and not e.cancelled for e in facts.enrolments)


def _cancelled_twin(facts: PersonFacts, wanted: NewEnrolment) -> EnrolmentState | None:
    """The cancelled enrolment to reinstate instead of adding a second one for the same task."""
    twins = [e for e in facts.enrolments if e.cancelled and _of_the_timer(e) and _same_task(e, wanted)]
    if wanted.reason is EnrolmentReason.NEW_HIRE:
        twins = [e for e in twins if e.occasion == wanted.occasion]
    return max(twins, key=lambda e: e.id, default=None)


def _due_changed(enrolment: EnrolmentState, known: _Known, reaches: Sequence[Reach], today: date) -> list[NewEvent]:
    """A later last day after a move or a return; the timer never moves one earlier."""
    if enrolment.reason not in BY_CYCLE or enrolment.due_on is None or not _still_open(enrolment, today):
        return []
    terms = min(reaches, key=lambda reach: (reach.terms.due, reach.huvudman_id)).terms
    own = own_due(terms, enrolment.cycle, enrolment.due_on, known.shifts, known.away, today)
    if own.reason is None or own.on is None:
        return []
    days = deadlines(terms, enrolment.cycle, own.due_on)
    return [NewEvent(enrolment.id, EventKind.DUE_CHANGED, own.reason, own.on, days)]


def _credits(facts: PersonFacts, enrolments: Sequence[EnrolmentState]) -> frozenset[Credit]:
    return credits(facts.terms, facts.completions, enrolments)


def _of_the_timer(enrolment: EnrolmentState) -> bool:
    return enrolment.reason in BY_CYCLE or enrolment.reason is EnrolmentReason.ONCE


def _ends_with_audience(enrolment: EnrolmentState) -> bool:
    """Renewals too: a person who comes back takes the newest version anyway."""
    return _of_the_timer(enrolment) or enrolment.reason is EnrolmentReason.RENEWAL


def _still_open(enrolment: EnrolmentState, today: date) -> bool:
    return not enrolment.cancelled and (enrolment.open_until_on is None or today <= enrolment.open_until_on)


def _same_task(enrolment: EnrolmentState, wanted: NewEnrolment) -> bool:
    if wanted.reason is EnrolmentReason.ONCE:
        return enrolment.reason is EnrolmentReason.ONCE
    return enrolment.reason in BY_CYCLE and enrolment.cycle == wanted.cycle


def _given(wanted: NewEnrolment) -> EnrolmentState:
    return EnrolmentState(
        id=NEW_ID,
        cycle=wanted.cycle,
        reason=wanted.reason,
        occasion=wanted.occasion,
        opens_on=wanted.opens_on,
        due_on=wanted.days.due_on,
        open_until_on=wanted.days.open_until_on,
    )
