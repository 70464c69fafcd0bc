"""Exemptions and extensions: which of them holds on a day, and what ending one leaves. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tbblearn.people.rules import holds
from tbblearn.training.requirements.cycles import ONE_DAY
from tbblearn.training.rules import ExemptionEndReason, ExemptionKind, ExemptionReason

AT_LEAST_DAYS = 14
"""So many days a person has at least when a decision ends."""


@dataclass(frozen=True)
class Decision:
    """An exemption or an extension, with its end where it was taken back or shortened."""

    id: int
    kind: ExemptionKind
    from_on: date
    until_on: date | None
    reason: ExemptionReason
    enrolment_id: int | None
    """The task that got more time; None for an exemption."""
    ended_on: date | None = None
    """The first day on which it no longer holds; of several ends the earliest."""
    end_reason: ExemptionEndReason | None = None

    def covers(self, day: date) -> bool:
        """True on its first and last day and between, unless it has ended by then."""
        return holds(self.from_on, self.until_on, day) and (self.ended_on is None or day < self.ended_on)

    @property
    def last_on(self) -> date | None:
        """The last day on which it holds; before its first where it never was to hold. None: for good."""
        if self.ended_on is None:
            return self.until_on
        return min(self.ended_on - ONE_DAY, self.until_on or date.max)

    @property
    def never_held(self) -> bool:
        """True where it was taken back from its first day on."""
        return self.ended_on is not None and self.ended_on <= self.from_on

    def lasts(self, today: date) -> bool:
        """True until its last day is over, also where it has yet to begin."""
        return not self.never_held and (self.last_on is None or self.last_on >= today)

    def can_end(self, today: date, first_on: date) -> bool:
        """True where an end dated `first_on` or later would change something.

        An extension only while the longer time runs: after it the task stands as any other.
        """
        last_on = self.last_on
        if self.kind is ExemptionKind.EXTENSION and (self.ended_on is not None or (self.until_on or today) < today):
            return False
        return last_on is None or last_on >= max(first_on, self.from_on)


def deciding(decisions: Iterable[Decision], kind: ExemptionKind, day: date) -> Decision | None:
    """Of the decisions of a kind that cover a day and have not ended, the latest made: that one counts."""
    return max((one for one in decisions if one.kind is kind and one.covers(day)), key=lambda one: one.id, default=None)


def last_in_line(decisions: Sequence[Decision], kind: ExemptionKind, day: date) -> Decision | None:
    """Of the decisions that follow each other without a gap from a day on, the last; None where none covers the day."""
    found = None
    while one := deciding(decisions, kind, day):
        found = one
        if one.last_on is None:
            break
        day = one.last_on + ONE_DAY
    return found


def set_aside(one: Decision, decisions: Sequence[Decision]) -> bool:
    """True where a later decision of the same kind holds on a day that this one covers."""
    return not one.never_held and any(
        later.id > one.id
        and later.kind is one.kind
        and later.enrolment_id == one.enrolment_id
        and not later.never_held
        and later.from_on <= (one.last_on or date.max)
        and one.from_on <= (later.last_on or date.max)
        for later in decisions
    )


def counts_again(ended: Decision, decisions: Sequence[Decision], today: date) -> date | None:
    """The first day from today on which no exemption holds, where `ended` is one that ends. None: for good.

    It is among `decisions`, with its new end.
    """
    new_end = today if ended.never_held or ended.ended_on is None else max(today, ended.ended_on)
    follows = last_in_line(decisions, ExemptionKind.EXEMPT, new_end)
    if follows is None:
        return new_end
    return None if follows.last_on is None else follows.last_on + ONE_DAY


def due_without_exemption(due_on: date, counts_again_on: date) -> date:
    """The last day of a task when what freed from it ends: never earlier than 14 days after the end."""
    return max(due_on, counts_again_on + timedelta(days=AT_LEAST_DAYS))


def due_without_extension(due_on: date, beneath: date, today: date) -> date:
    """The last day when longer time is taken back or shortened: what lay beneath, but never earlier than in 14 days.

    Never later than it was with the longer time.
    """
    return min(due_on, max(beneath, today + timedelta(days=AT_LEAST_DAYS)))
