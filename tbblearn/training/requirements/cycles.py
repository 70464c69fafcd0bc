"""The cycle rule's dates: which cycle, which last day, when it closes, who is new or away (docs/rules/training.md).

Every function is pure and takes calendar days in Stockholm. Spans have both ends included; None means no end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tbblearn.people.rules import holds
from tbblearn.training.rules import EventReason, RequirementKind

NEW_AFTER_DAYS = 180
"""At least so many days without employment make the next first day a new hire's."""

SHORTEST_SOON, LONGEST_SOON = 5, 30
"""A last day is due soon at least and at most so many days before it."""

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True, slots=True)
class MonthDay:
    """A day that comes back every year, such as 30 November."""

    month: int
    day: int

    def __post_init__(self) -> None:
        date(2000, self.month, self.day)  # raises ValueError for a day that no year has

    @classmethod
    def parse(cls, text: str) -> "MonthDay":
        """Read '11-30'; raises ValueError for anything else."""
        month, day = text.split("-")
        return cls(int(month), int(day))

    def on(self, year: int) -> date:
        """This day in a year; 29 February counts as the 28th where there is none."""
        if (self.month, self.day) == (2, 29) and not _is_leap(year):
            return date(year, 2, 28)
        return date(year, self.month, self.day)

    def __str__(self) -> str:
        return f"{self.month:02d}-{self.day:02d}"


@dataclass(frozen=True, slots=True)
class Terms:
    """The dates and periods of a requirement, as they hold for one huvudman."""

    kind: RequirementKind = RequirementKind.YEARLY
    opens: MonthDay = MonthDay(1, 1)
    due: MonthDay = MonthDay(11, 30)
    grace_days: int = 14
    new_hire_days: int = 30
    carry_over_days: int = 90

    def with_own_dates(self, opens: MonthDay | None, due: MonthDay | None) -> "Terms":
        """The terms with a huvudman's own dates, where its adoption names any."""
        return replace(self, opens=opens or self.opens, due=due or self.due)


@dataclass(frozen=True, slots=True)
class Cycle:
    """One round of a yearly requirement, named by the year in which it opens."""

    year: int
    opens_on: date
    due_on: date
    next_opens_on: date

    def holds(self, day: date) -> bool:
        """True from the day the cycle opens until the day before the next one does."""
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
    """The last days of one enrolment. All three end at the end of the day."""

    due_on: date
    grace_until_on: date
    open_until_on: date | None
    """Last day on which it can be completed; what is unfinished then is missed. None: it stays open."""


def deadlines(terms: Terms, cycle_year: int | None, due_on: date) -> Deadlines:
    """Last day, end of the extra time, and closing = max(last day + grace, opening of the next cycle).

    The last day of grace is a whole day, and so is the opening of the next cycle: an enrolment is open until the end
    of the former or the eve of the latter. Without a cycle (a course taken once) nothing closes.
    """
    grace_until_on = due_on + timedelta(days=terms.grace_days)
    if cycle_year is None:
        return Deadlines(due_on, grace_until_on, None)
    eve_of_next = cycle_of_year(terms, cycle_year).next_opens_on - ONE_DAY
    return Deadlines(due_on, grace_until_on, max(grace_until_on, eve_of_next))


def soon_from(due_on: date, *given: date) -> date:
    """From which day a last day is due soon: the last third of the days that the person was given.

    `given`: the days from which it could be worked on; the latest counts. Rounded up, at least 5 days, at most 30.
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
    """The first day of a person's present stretch of employment, and when the system first knew of it."""

    start_on: date
    known_on: date


def hired(spans: Iterable[EmploymentSpan], today: date) -> Hire | None:
    """The first day after at least 180 days without employment, seen from today; None where nobody is employed today.

    A gap of 179 days joins two employments into one stretch; overlapping employments are one stretch.
    """
    first: EmploymentSpan | None = None
    covered_until: date | None = None
    for span in sorted(spans, key=lambda span: (span.start_on, span.known_on)):
        if span.start_on > today:
            break
        if first is None or (covered_until is not None and _days_between(covered_until, span) >= NEW_AFTER_DAYS):
            first, covered_until = span, span.end_on
        elif covered_until is not None:
            covered_until = max(covered_until, span.end_on) if span.end_on else None
    if first is None or not (covered_until is None or covered_until >= today):
        return None
    return Hire(first.start_on, first.known_on)


def makes_new_hire(hire: Hire, *, adopted_on: date, first_file_on: date) -> bool:
    """False for a start before the huvudman adopted the requirement, or before its first file was read in."""
    return hire.start_on >= adopted_on and hire.start_on >= first_file_on


def new_hire_due(hire: Hire, terms: Terms) -> date:
    """max(start, first day the system knew) + new_hire_days."""
    return max(hire.start_on, hire.known_on) + timedelta(days=terms.new_hire_days)


def moves(spans: Sequence[EmploymentSpan]) -> list["Shift"]:
    """Changes of unit (and so of level): employments that did not just go on in the same unit the day before."""
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
    """When the system knew how it ends."""

    def covers(self, day: date) -> bool:
        """True when the day lies in the pause."""
        return holds(self.from_on, self.until_on, day)


def pauses(spans: Sequence[EmploymentSpan], absences: Sequence[Absence]) -> list[Pause]:
    """When a person is on leave: only while every employment held in the audience is (and at least one is held).

    A pause that ends because the last employment ends has no return: the employment's end is its end.
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
    """Returns from leave: the day after each pause, where an employment in the audience goes on."""
    return [
        Shift(pause.until_on + ONE_DAY, pause.known_on, EventReason.RETURNED)
        for pause in pauses(spans, absences)
        if pause.until_on is not None and any(_held(span, pause.until_on + ONE_DAY) for span in spans)
    ]


# --- the own last day ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, order=True, slots=True)
class Shift:
    """Something that gives a person more time: a move, a return from leave, an adoption in mid-cycle."""

    on: date
    known_on: date
    reason: EventReason

    def due(self, terms: Terms) -> date:
        """max(the day, the day we learnt of it) + new_hire_days."""
        return max(self.on, self.known_on) + timedelta(days=terms.new_hire_days)


@dataclass(frozen=True, slots=True)
class OwnDue:
    """An enrolment's own last day, what last moved it (None: nothing did) and on which day that was known."""

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
    """The latest of a last day and what moves and returns make of it, up to today; never earlier than before.

    Moves and adoptions count in their own cycle only, returns until the enrolment closes. A leave over the last day
    exempts from the cycle, so what comes after it moves nothing. What happened so long before the cycle opened that it
    could not reach into it is left out, also when it is learnt of late.
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


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _days_between(covered_until: date, span: EmploymentSpan) -> int:
    return (span.start_on - covered_until).days - 1


def _held(span: EmploymentSpan, day: date) -> bool:
    return holds(span.start_on, span.end_on, day)


def _turning_days(spans: Sequence[EmploymentSpan], absences: Sequence[Absence]) -> list[date]:
    days = set()
    for first_last in (*((s.start_on, s.end_on) for s in spans), *((a.from_on, a.until_on) for a in absences)):
        days.add(first_last[0])
        if first_last[1] is not None:
            days.add(first_last[1] + ONE_DAY)
    return sorted(days)


def _all_away(spans: Sequence[EmploymentSpan], absences: Sequence[Absence], day: date) -> bool:
    held = [span for span in spans if _held(span, day)]
    return bool(held) and all(
        any(absence.span is span and holds(absence.from_on, absence.until_on, day) for absence in absences)
        for span in held
    )


def _learnt(spans: Sequence[EmploymentSpan], absences: Sequence[Absence], return_on: date) -> date:
    """When we knew that the pause ends this day: what ended or began just then."""
    known = [a.known_on for a in absences if a.until_on is not None and a.until_on + ONE_DAY == return_on]
    known += [span.known_on for span in spans if span.start_on == return_on]
    return max(known, default=return_on)
