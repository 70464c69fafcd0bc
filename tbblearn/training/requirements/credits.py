"""Which enrolments a completion counts for (docs/rules/training.md), as one pure function.

What it answers is written down as credits when a completion is made and when an enrolment is added; it only ever
adds, so that no completion is voided by a later change.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tbblearn.people.rules import holds
from tbblearn.training.requirements.cycles import Terms, cycle_of_year, cycle_on
from tbblearn.training.rules import EnrolmentReason

BY_CYCLE = frozenset({EnrolmentReason.YEARLY, EnrolmentReason.NEW_HIRE})
"""Enrolments that a completion satisfies by the cycle it falls in."""


@dataclass(frozen=True, slots=True)
class EnrolmentState:
    """An enrolment as it stands today: its own last day and closing after all that moved them."""

    id: int
    cycle: int | None
    reason: EnrolmentReason
    occasion: str
    opens_on: date
    due_on: date | None
    open_until_on: date | None
    cancelled: bool = False

    def is_open(self, day: date) -> bool:
        """True when it is not cancelled and can be completed on this day."""
        return not self.cancelled and holds(self.opens_on, self.open_until_on, day)


@dataclass(frozen=True, slots=True)
class CompletionFact:
    """A completion that has not been revoked; `enrolment_id` is the one that its attempt was made on."""

    id: int
    achieved_on: date
    enrolment_id: int | None = None
    version: int | None = None
    """The number of the version of the enrolments' own course that it was made in; None where it was in none."""


@dataclass(frozen=True, order=True, slots=True)
class Credit:
    """A completion counts for an enrolment."""

    completion_id: int
    enrolment_id: int


def credits(
    terms: Terms, completions: Iterable[CompletionFact], enrolments: Sequence[EnrolmentState]
) -> frozenset[Credit]:
    """All that one person's completions of a course count for among the enrolments of one requirement (or of none).

    - A completion counts for the cycle its date falls in.
    - Where two are open it counts for the older one only (as late); a new hire's counts for both.
    - One that counts for a new-hire enrolment counts also for the next cycle when it was made within carry_over_days
      before that cycle opens.
    - A course taken once is satisfied by any completion, whenever made.
    - What a manager or a renewal asked for is satisfied by a completion while it is open, a renewal by none of an
      older version; what a person took freely, by the completion made on it.
    """
    live = [enrolment for enrolment in enrolments if not enrolment.cancelled]
    yearly = sorted((e for e in live if e.reason in BY_CYCLE), key=_age)
    counted: set[Credit] = set()
    credited: set[int] = set()
    for done in sorted(completions, key=lambda completion: (completion.achieved_on, completion.id)):
        cycles = _satisfied_cycles(terms, done, [e for e in yearly if e.id not in credited])
        for enrolment in live:
            if _counts(done, enrolment, cycles):
                counted.add(Credit(done.id, enrolment.id))
                credited.add(enrolment.id)
    return frozenset(counted)


def renewal_occasion(version: int) -> str:
    """The occasion of a renewal that this version of a course asks for."""
    return f"{EnrolmentReason.RENEWAL.value}:{version}"


def renewed_version(occasion: str) -> int:
    """The version that a renewal's occasion names."""
    return int(occasion.partition(":")[2])


def carry_over_from(terms: Terms, year: int) -> date:
    """The first day on which a new hire's completion counts also for the cycle that opens in this year."""
    return cycle_of_year(terms, year).opens_on - timedelta(days=terms.carry_over_days)


def _satisfied_cycles(terms: Terms, done: CompletionFact, unfinished: Sequence[EnrolmentState]) -> frozenset[int]:
    own = cycle_on(terms, done.achieved_on).year
    older = next((e for e in unfinished if e.is_open(done.achieved_on)), None)
    if older is None or older.cycle is None:
        return frozenset({own})
    if older.reason is not EnrolmentReason.NEW_HIRE:
        return frozenset({older.cycle})
    satisfied = {older.cycle, own}
    if done.achieved_on >= carry_over_from(terms, own + 1):
        satisfied.add(own + 1)
    return frozenset(satisfied)


def _counts(done: CompletionFact, enrolment: EnrolmentState, cycles: frozenset[int]) -> bool:
    match enrolment.reason:
        case EnrolmentReason.YEARLY | EnrolmentReason.NEW_HIRE:
            return enrolment.cycle in cycles
        case EnrolmentReason.ONCE:
            return True
        case EnrolmentReason.MANUAL:
            return enrolment.is_open(done.achieved_on)
        case EnrolmentReason.RENEWAL:
            older = done.version is not None and done.version < renewed_version(enrolment.occasion)
            return enrolment.is_open(done.achieved_on) and not older
        case EnrolmentReason.VOLUNTARY:
            return done.enrolment_id == enrolment.id


def _age(enrolment: EnrolmentState) -> tuple[int, date, int]:
    return (enrolment.cycle or 0, enrolment.opens_on, enrolment.id)
