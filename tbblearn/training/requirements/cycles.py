"""The cycle rule: which cycle, which last day, when it closes, who is new or away (docs/rules/training.md).

Pure functions of calendar days in Stockholm. Spans include both ends; None means no end.
"""

from calendar import isleap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tbblearn.people.rules import holds
from tbblearn.training.rules import EventReason, RequirementKind

NEW_AFTER_DAYS = 180
"""After at least this many days without employment a person is a new hire."""

SHORTEST_SOON, LONGEST_SOON = 5, 30
"""How many days before its last day a task is due soon, at least and at most."""

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True, slots=True)
class MonthDay:
    """A day of every year, such as 30 November."""

    month: int
    day: int

    def __post_init__(self) -> None:
        date(2000, self.month, self.day)  # raises ValueError for a day that does not exist

    @classmethod
    def parse(cls, text: str) -> "MonthDay":
        """Read '11-30'; raises ValueError for anything else."""
        month, day = text.split("-")
        return cls(int(month), int(day))

    def on(self, year: int) -> date:
        """This day in a year; 29 February becomes the 28th where there is none."""
        if (self.month, self.day) == (2, 29) and not isleap(year):
            return date(year, 2, 28)
        return date(year, self.month, self.day)

    def __str__(self) -> str:
        return f"{self.month:02d}-{self.day:02d}"


@dataclass(frozen=True, slots=True)
class Terms:
    """The dates and periods of a requirement, as they apply to one huvudman."""

    kind: RequirementKind = RequirementKind.YEARLY
    opens: MonthDay = MonthDay(1, 1)
    due: MonthDay = MonthDay(11, 30)
    grace_days: int = 14
    new_hire_days: int = 30
    carry_over_days: int = 90

    def with_own_dates(self, opens: MonthDay | None, due: MonthDay | None) -> "Terms":
        """The terms with a huvudman's own dates, where it has any."""
        return replace(self, opens=opens or self.opens, due=due or self.due)


@dataclass(frozen=True, slots=True)
class Cycle:
    """One round of a yearly requirement, named after the year in which it opens."""

    year: int
    opens_on: date
    due_on: date
    next_opens_on: date

    def holds(self, day: date) -> bool:
        """True from the day the cycle opens until the day before the next one opens."""
        return self.opens_on <= day < self.next_opens_on


def cycle_of_year(terms: Terms, year: int) -> Cycle:
    """The cycle that opens in this year; its last day is the first such day on or after the opening."""
    opens_on = terms.opens.on(year)
    due_on = terms.due.on(year)
    if due_on < opens_on:
        due_on = terms.due.on(year + 1)
    return Cycle(year, opens_on, due_on, terms.opens.on(year + 1))


def cycle_on(terms: Terms, day: date) -> Cycle:
    """The cycle that a day falls in."""
    opened_this_year = day >= terms.opens.on(day.year)
    return cycle_of_year(terms, day.year if opened_this_year else day.year - 1)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The last days of one enrolment, each included."""

    due_on: date
    grace_until_on: date
    open_until_on: date | None
    """The last day on which it can be completed; after that it is missed. None: it stays open."""


def deadlines(terms: Terms, cycle_year: int | None, due_on: date) -> Deadlines:
    """Last day, end of the grace period, and closing = max(last day + grace, opening of the next cycle).

    An enrolment is open through the last day of grace or the eve of the next opening. Without a cycle (a course taken
    once) it never closes.
    """
    grace_until_on = due_on + timedelta(days=terms.grace_days)
    if cycle_year is None:
        return Deadlines(due_on, grace_until_on, None)
    eve_of_next = cycle_of_year(terms, cycle_year).next_opens_on - ONE_DAY
    return Deadlines(due_on, grace_until_on, max(grace_until_on, eve_of_next))


def soon_from(due_on: date, *given: date) -> date:
    """The day from which a task is due soon: the last third of its time, rounded up, between 5 and 30 days.

    `given`: the days from which it could be worked on, of which the latest counts.
    """
    days = (due_on - max(given)).days
    return due_on - timedelta(days=min(LONGEST_SOON, max(SHORTEST_SOON, -(-days // 3))))


# --- employments --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EmploymentSpan:
    """One employment: its days, its unit and the first day the system knew of it."""

    unit_id: int
    start_on: date
    end_on: date | None
    known_on: date


@dataclass(frozen=True, slots=True)
class Hire:
    """The first day of a person's current stretch of employment, and when the system first knew of it."""

    start_on: date
    known_on: date


def hired(spans: Iterable[EmploymentSpan], today: date) -> Hire | None:
    """The first day of the stretch of employment that includes today; None where the person is not employed today.

    A gap of 179 days joins two employments into one stretch, as an overlap does; one of 180 days does not.
    """
    first: EmploymentSpan | None = None
    covered_until: date | None = None
    for span in sorted(spans, key=lambda span: (span.start_on, span.known_on)):
        if span.start_on > today:
            break
        if first is None or (covered_until is not None and (span.start_on - covered_until).days > NEW_AFTER_DAYS):
            first, covered_until = span, span.end_on
        elif covered_until is not None:
            covered_until = max(covered_until, span.end_on) if span.end_on else None
    if first is None or not (covered_until is None or covered_until >= today):
        return None
    return Hire(first.start_on, first.known_on)


def makes_new_hire(hire: Hire, *, adopted_on: date, first_file_on: date) -> bool:
    """False for a start before the huvudman adopted the requirement, or before its first staff file was read."""
    return hire.start_on >= adopted_on and hire.start_on >= first_file_on


def new_hire_due(hire: Hire, terms: Terms) -> date:
    """max(start, first day the system knew) + new_hire_days."""
    return max(hire.start_on, hire.known_on) + timedelta(days=terms.new_hire_days)


def moves(spans: Sequence[EmploymentSpan]) -> list["Shift"]:
    """Changes of unit (and so of level): employments that do not simply continue one in the same unit."""
    return [
        Shift(span.start_on, span.known_on, EventReason.MOVED)
        for span in spans
        if not any(
            other is not span
            and other.unit_id == span.unit_id
            and other.start_on < span.start_on
            and holds(other.start_on, other.end_on, span.start_on - ONE_DAY)
            for other in spans
        )
    ]


# --- leave --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Absence:
    """A leave of one employment."""

    span: EmploymentSpan
    from_on: date
    until_on: date | None
    known_on: date


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which every employment in the audience is on leave."""

    from_on: date
    until_on: date | None
    known_on: date
    """When the system learnt how it ends."""

    def covers(self, day: date) -> bool:
        return holds(self.from_on, self.until_on, day)


def pauses(spans: Sequence[EmploymentSpan], absences: Sequence[Absence]) -> list[Pause]:
    """When a person is on leave: only while on leave from every employment held in the audience, at least one.

    A pause that ends because the last employment ends has no return.
    """
    if not absences:
        return []
    found: list[Pause] = []
    begun: date | None = None
    for day in _turning_days(spans, absences):
        away = _all_away(spans, absences, day)
        if away and begun is None:
            begun = day
        elif not away and begun is not None:
            found.append(Pause(begun, day - ONE_DAY, _learnt(spans, absences, day)))
            begun = None
    if begun is not None:
        found.append(Pause(begun, None, max(absence.known_on for absence in absences)))
    return found


def returns(spans: Sequence[EmploymentSpan], absences: Sequence[Absence]) -> list["Shift"]:
    """Returns from leave: the day after each pause, where an employment in the audience continues."""
    return [
        Shift(pause.until_on + ONE_DAY, pause.known_on, EventReason.RETURNED)
        for pause in pauses(spans, absences)
        if pause.until_on is not None and any(_held(span, pause.until_on + ONE_DAY) for span in spans)
    ]


# --- the person's own last day ------------------------------------------------------------------------------------


@dataclass(frozen=True, order=True, slots=True)
class Shift:
    """Something that gives a person more time: a move, a return from leave, an adoption during the cycle."""

    on: date
    known_on: date
    reason: EventReason

    def due(self, terms: Terms) -> date:
        """max(the day, the day it became known) + new_hire_days."""
        return max(self.on, self.known_on) + timedelta(days=terms.new_hire_days)


@dataclass(frozen=True, slots=True)
class OwnDue:
    """An enrolment's own last day, what last moved it (None: nothing did) and the day that was known."""

    due_on: date
    reason: EventReason | None = None
    on: date | None = None


def own_due(
    terms: Terms,
    cycle_year: int | None,
    due_on: date,
    shifts: Iterable[Shift],
    away: Sequence[Pause],
    today: date,
) -> OwnDue:
    """The last day as moved by the shifts so far; never earlier than `due_on`.

    Moves and adoptions count in their own cycle only, returns until the enrolment closes. A leave on the last day
    exempts from the cycle, so what follows moves nothing. A shift too long before the opening to reach into the cycle
    is ignored, even when it is learnt of late.
    """
    cycle = None if cycle_year is None else cycle_of_year(terms, cycle_year)
    own = OwnDue(due_on)
    for shift in sorted(shifts):
        if shift.on > today:
            break
        if cycle is not None:
            if shift.on < cycle.opens_on - timedelta(days=terms.new_hire_days):
                continue
            open_until_on = deadlines(terms, cycle_year, own.due_on).open_until_on
            last = open_until_on if shift.reason is EventReason.RETURNED else cycle.next_opens_on - ONE_DAY
            if last is not None and shift.on > last:
                continue
        if any(pause.covers(own.due_on) and pause.from_on <= shift.on for pause in away):
            break
        if shift.due(terms) > own.due_on:
            own = OwnDue(shift.due(terms), shift.reason, max(shift.on, shift.known_on))
    return own


def _held(span: EmploymentSpan, day: date) -> bool:
    return holds(span.start_on, span.end_on, day)


def _turning_days(spans: Sequence[EmploymentSpan], absences: Sequence[Absence]) -> list[date]:
    days = set()
    for first, last in (*((s.start_on, s.end_on) for s in spans), *((a.from_on, a.until_on) for a in absences)):
        days.add(first)
        if last is not None:
            days.add(last + ONE_DAY)
    return sorted(days)


def _all_away(spans: Sequence[EmploymentSpan], absences: Sequence[Absence], day: date) -> bool:
    held = [span for span in spans if _held(span, day)]
    return bool(held) and all(
        any(absence.span is span and holds(absence.from_on, absence.until_on, day) for absence in absences)
        for span in held
    )


def _learnt(spans: Sequence[EmploymentSpan], absences: Sequence[Absence], return_on: date) -> date:
    """When it became known that the pause ends this day, from what ended or began then."""
    known = [a.known_on for a in absences if a.until_on is not None and a.until_on + ONE_DAY == return_on]
    known += [span.known_on for span in spans if span.start_on == return_on]
    return max(known, default=return_on)
