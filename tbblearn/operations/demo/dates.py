"""The dates that each huvudman of the demo has chosen, so that it shows every status whatever day it is built."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tbblearn.db import STOCKHOLM
from tbblearn.operations.demo.catalogue import HUVUDMEN
from tbblearn.training.requirements.cycles import MonthDay, Terms, cycle_on

NOT_ADOPTED = "gnesta"
JUST_OPENED = "eskilstuna"
IN_GRACE = "katrineholm"
OVERDUE = "flen"
DUE_SOON = "oxelosund"
ADOPTED_LATELY = "vingaker"

TERMS = Terms()
"""As the process leaders propose: opens 1 January, last day 30 November."""

_LATELY_DAYS = 45
_OPENED_BEFORE_DAYS, _OPEN_DAYS = 45, 120
_DECIDED_BEFORE_DAYS = 21
_FILES_BEFORE_DAYS = 30
_LEAST_OPEN_DAYS = 60
_MIDSUMMER = MonthDay(7, 1)


@dataclass(frozen=True)
class Decision:
    """A huvudman's adoption of the yearly requirement, with its own dates if any."""

    slug: str
    adopted_on: date
    known_on: date
    terms: Terms
    opens: MonthDay | None = None
    due: MonthDay | None = None


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """This time of day in Stockholm."""
    return datetime.combine(day, time(hour, minute), STOCKHOLM)


def demo_now(today: date) -> datetime:
    """The moment at which the demo is frozen: just after midnight, whatever hour it is built."""
    return moment(today, 0, 30)


def decisions(today: date) -> list[Decision]:
    """Every huvudman's decision, as of this day; one has not adopted the requirement."""
    return [_decision(huvudman.slug, today) for huvudman in HUVUDMEN if huvudman.slug != NOT_ADOPTED]


def first_file_on(today: date) -> date:
    """The day on which the first staff files were imported, before any decision."""
    return min(decision.known_on for decision in decisions(today)) - timedelta(days=_FILES_BEFORE_DAYS)


def _decision(slug: str, today: date) -> Decision:
    opens, due = _own_dates(slug, today)
    terms = TERMS.with_own_dates(opens, due)
    if slug == ADOPTED_LATELY:
        adopted_on = today - timedelta(days=_LATELY_DAYS)
    else:
        adopted_on = terms.opens.on(cycle_on(terms, today).year - 1)
    return Decision(slug, adopted_on, adopted_on - timedelta(days=_DECIDED_BEFORE_DAYS), terms, opens, due)


def _own_dates(slug: str, today: date) -> tuple[MonthDay | None, MonthDay | None]:
    if slug == JUST_OPENED:
        opened_on = max(today.replace(month=1, day=1), today - timedelta(days=_OPENED_BEFORE_DAYS))
        return _month_day(opened_on), _month_day(opened_on + timedelta(days=_OPEN_DAYS))
    days_to_due = {IN_GRACE: -5, OVERDUE: -40, DUE_SOON: 14}
    if slug in days_to_due:
        return _ending(today + timedelta(days=days_to_due[slug]), today)
    return None, None


def _ending(due_on: date, today: date) -> tuple[MonthDay | None, MonthDay]:
    """Own dates with this last day: from New Year if that leaves enough time, else from midsummer."""
    from_new_year = due_on.year == today.year and (due_on - due_on.replace(month=1, day=1)).days >= _LEAST_OPEN_DAYS
    return None if from_new_year else _MIDSUMMER, _month_day(due_on)


def _month_day(day: date) -> MonthDay:
    return MonthDay(day.month, day.day)
