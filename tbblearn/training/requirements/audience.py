"""Whom a requirement covers: rules over employments, as pure functions (docs/rules/training.md)."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

from tbblearn.people.rules import Level, holds
from tbblearn.training.rules import Effect

DEFAULT_MIN_DAYS = 90
"""Shorter employments are left out unless a rule says otherwise."""


@dataclass(frozen=True, slots=True)
class EmploymentFacts:
    """What an audience rule can look at: an employment and its unit."""

    unit_path: str
    level: Level | None
    service: str
    profession: str
    start_on: date
    end_on: date | None

    def lasts_at_least(self, days: int) -> bool:
        """True when the employment is that long from first to last day; one without a last day always is."""
        return self.end_on is None or (self.end_on - self.start_on).days + 1 >= days


@dataclass(frozen=True, slots=True)
class AudienceRule:
    """One rule: every condition that it names must hold; one left out (None) always does.

    `min_days` compares the employment's whole length, first day to last, so that a short cover is left out from the
    start and a new hire need not wait.
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
