"""Exemptions and extensions: which of them applies on a day, and what remains when one ends. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tbblearn.people.rules import holds
from tbblearn.training.requirements.cycles import ONE_DAY
from tbblearn.training.rules import ExemptionEndReason, ExemptionKind, ExemptionReason

AT_LEAST_DAYS = 14
"""The least time a person is left with when a decision ends."""


@dataclass(frozen=True)
class Decision:
    """An exemption or an extension, with its end where it was withdrawn or shortened."""

    id: int
    kind: ExemptionKind
    from_on: date
    until_on: date | None
    reason: ExemptionReason
    enrolment_id: int | None
    """The task that got more time; None for an exemption."""
    ended_on: date | None = None
    """The first day on which it no longer applies; of several ends the earliest."""
    end_reason: ExemptionEndReason | None = None

    def covers(self, day: date) -> bool:
        """True from its first day to its last, unless it has ended by then."""
        return holds(self.from_on, self.until_on, day) and (self.ended_on is None or day < self.ended_on)

    @property
    def last_on(self) -> date | None:
        """The last day on which it applies, before its first where it never does. None: indefinitely."""
        if self.ended_on is None:
            return self.until_on
        return min(self.ended_on - ONE_DAY, self.until_on or date.max)

    @property
    def never_held(self) -> bool:
        """True where it was withdrawn from its first day on."""
        return self.ended_on is not None and self.ended_on <= self.from_on

    def lasts(self, today: date) -> bool:
        """True until its last day is over, even before it begins."""
        return not self.never_held and (self.last_on is None or self.last_on >= today)

    def can_end(self, today: date, first_on: date) -> bool:
        """True where an end on `first_on` or later would make a difference; an extension only until its last day."""
        last_on = self.last_on
        if self.kind is ExemptionKind.EXTENSION and (self.ended_on is not None or (self.until_on or today) < today):
            return False
        return last_on is None or last_on >= max(first_on, self.from_on)


def deciding(decisions: Iterable[Decision], kind: ExemptionKind, day: date) -> Decision | None:
    """The decision of a kind that applies on a day: of those that cover it, the one made last."""
    return max((one for one in decisions if one.kind is kind and one.covers(day)), key=lambda one: one.id, default=None)


def last_in_line(decisions: Sequence[Decision], kind: ExemptionKind, day: date) -> Decision | None:
    """The last of the decisions that follow one another without a gap from a day on; None where none covers it."""
    found = None
    while one := deciding(decisions, kind, day):
        found = one
        if one.last_on is None:
            break
        day = one.last_on + ONE_DAY
    return found


def set_aside(one: Decision, decisions: Sequence[Decision]) -> bool:
    """True where a later decision of the same kind applies on a day that this one covers."""
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
    """The first day from today on which no exemption applies, once `ended` does not. None: one always does.

    `decisions` include `ended`, with its new end.
    """
    new_end = today if ended.never_held or ended.ended_on is None else max(today, ended.ended_on)
    follows = last_in_line(decisions, ExemptionKind.EXEMPT, new_end)
    if follows is None:
        return new_end
    return None if follows.last_on is None else follows.last_on + ONE_DAY


def due_without_exemption(due_on: date, counts_again_on: date) -> date:
    """The last day of a task when the exemption from it ends: at least 14 days later."""
    return max(due_on, counts_again_on + timedelta(days=AT_LEAST_DAYS))


def due_without_extension(due_on: date, beneath: date, today: date) -> date:
    """The last day when an extension is withdrawn or shortened: `beneath`, but at least 14 days from today.

    Never later than it was with the extension.
    """
    return min(due_on, max(beneath, today + timedelta(days=AT_LEAST_DAYS)))
