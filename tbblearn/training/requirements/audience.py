"""Whom a requirement covers: rules over employments, as pure functions (docs/rules/training.md)."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta

from tbblearn.people.rules import Level, Span, holds
from tbblearn.training.rules import Effect

DEFAULT_MIN_DAYS = 90
"""Shorter employments are left out unless a rule says otherwise."""

GAP_DAYS = 14
"""Employments with at most so many days between them count as one, so that chained short contracts add up."""


@dataclass(frozen=True, slots=True)
class EmploymentFacts:
    """What an audience rule can look at: an employment in a unit.

    `whole` is the unbroken time with the huvudman that it is part of; None for its own days.
    """

    unit_path: str
    level: Level | None
    service: str
    profession: str
    start_on: date
    end_on: date | None
    whole: Span | None = None

    def lasts_at_least(self, days: int) -> bool:
        """True when the whole time is that long from first to last day; one without a last day always is."""
        first, last = self.whole or (self.start_on, self.end_on)
        return last is None or (last - first).days + 1 >= days


def joined(spans: Iterable[Span], day: date) -> Span:
    """The span around `day` when those with at most GAP_DAYS between them count as one; `day` is in one of them."""
    first: date | None = None
    last = date.min
    for start, end in sorted((start, end or date.max) for start, end in spans):
        if first is None or (start > last and start - last > timedelta(days=GAP_DAYS + 1)):
            if first is not None and first <= day <= last:
                break
            first = start
            last = end
        last = max(last, end)
    return first or day, None if last == date.max else last


@dataclass(frozen=True, slots=True)
class AudienceRule:
    """One rule: every condition that it names must hold; one left out (None) always does.

    `min_days` compares the whole time with the huvudman, first day to last, so that a short cover is left out from the
    start, a new hire need not wait, and a move changes nothing.
    """

    effect: Effect = Effect.INCLUDE
    unit_path: str | None = None
    level: Level | None = None
    service: str | None = None
    profession: str | None = None
    min_days: int | None = DEFAULT_MIN_DAYS
    valid_from_on: date | None = None
    valid_until_on: date | None = None

    def holds_for(self, employment: EmploymentFacts, today: date) -> bool:
        """True when the rule is valid today and every condition that it names holds for the employment."""
        return (
            holds(self.valid_from_on or date.min, self.valid_until_on, today)
            and (self.unit_path is None or employment.unit_path.startswith(self.unit_path))
            and (self.level is None or employment.level is self.level)
            and (self.service is None or employment.service.casefold() == self.service.casefold())
            and (self.profession is None or employment.profession.casefold() == self.profession.casefold())
            and (self.min_days is None or employment.lasts_at_least(self.min_days))
        )


CONDITIONS = tuple(field.name for field in fields(AudienceRule) if field.name != "unit_path")
"""The fields that a rule's row has under the same names."""


def covers(rules: Iterable[AudienceRule], employment: EmploymentFacts, today: date) -> bool:
    """True when the employment is held today, and some rule includes and none excludes it."""
    if not holds(employment.start_on, employment.end_on, today):
        return False
    included = False
    for rule in rules:
        if rule.holds_for(employment, today):
            if rule.effect is Effect.EXCLUDE:
                return False
            included = True
    return included
