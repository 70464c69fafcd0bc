"""Which enrolments a completion counts for, as one pure function (docs/rules/training.md).

Its result is recorded when a completion or an enrolment is added. Credits are only ever added, so that no later change
voids a completion.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tbblearn.people.rules import holds
from tbblearn.training.requirements.cycles import Terms, cycle_of_year, cycle_on
from tbblearn.training.rules import EnrolmentReason

BY_CYCLE = frozenset({EnrolmentReason.YEARLY, EnrolmentReason.NEW_HIRE})
"""Enrolments that a completion satisfies by its cycle."""


@dataclass(frozen=True, slots=True)
class EnrolmentState:
    """An enrolment as it stands today, with the last day and closing that now apply."""

    id: int
    cycle: int | None
    reason: EnrolmentReason
    occasion: str
    opens_on: date
    due_on: date | None
    open_until_on: date | None
    cancelled: bool = False

    def is_open(self, day: date) -> bool:
        """True when it can be completed on this day."""
        return not self.cancelled and holds(self.opens_on, self.open_until_on, day)


@dataclass(frozen=True, slots=True)
class CompletionFact:
    """A completion that stands; `enrolment_id` is that of its attempt."""

    id: int
    achieved_on: date
    enrolment_id: int | None = None
    version: int | None = None
    """The number of its version, where it is of the enrolments' own course."""


@dataclass(frozen=True, order=True, slots=True)
class Credit:
    """A completion counts for an enrolment."""

    completion_id: int
    enrolment_id: int


def credits(
    terms: Terms, completions: Iterable[CompletionFact], enrolments: Sequence[EnrolmentState]
) -> frozenset[Credit]:
    """What one person's completions count for among their enrolments in one course by one requirement (or by none).

    - A completion counts for the cycle of its date.
    - Where two cycles are open it counts for the older only (as late); a new hire's counts for both.
    - A new hire's counts for the next cycle too, if made within carry_over_days before that opens.
    - A course taken once is satisfied by any completion, whenever made.
    - An enrolment by hand or for a renewal is satisfied by a completion while it is open, a renewal never by one of an
      older version; a voluntary one by the completion made on it.
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
    """The occasion of the renewal that this version of a course demands."""
    return f"{EnrolmentReason.RENEWAL.value}:{version}"


def renewed_version(occasion: str) -> int:
    """The version that a renewal's occasion names."""
    return int(occasion.partition(":")[2])


def _satisfied_cycles(terms: Terms, done: CompletionFact, unfinished: Sequence[EnrolmentState]) -> frozenset[int]:
    own = cycle_on(terms, done.achieved_on).year
    older = next((e for e in unfinished if e.is_open(done.achieved_on)), None)
    if older is None or older.cycle is None:
        return frozenset({own})
    if older.reason is not EnrolmentReason.NEW_HIRE:
        return frozenset({older.cycle})
    satisfied = {older.cycle, own}
    if done.achieved_on >= cycle_of_year(terms, own + 1).opens_on - timedelta(days=terms.carry_over_days):
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
