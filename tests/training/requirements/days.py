"""Days and employments as short as the rows of a table need them."""

from datetime import date

from tbblearn.training.requirements.cycles import Absence, EmploymentSpan, MonthDay, Terms

TERMS = Terms()
SCHOOL_YEAR = Terms(opens=MonthDay(9, 1), due=MonthDay(3, 31))


def day(text: str) -> date:
    return date.fromisoformat(text)


def span(start: str, end: str | None = None, *, unit: int = 1, known: str | None = None) -> EmploymentSpan:
    return EmploymentSpan(unit, day(start), day(end) if end else None, day(known or start))


def away(of: EmploymentSpan, start: str, end: str | None, known: str = "2026-01-01") -> Absence:
    return Absence(of, day(start), day(end) if end else None, day(known))
