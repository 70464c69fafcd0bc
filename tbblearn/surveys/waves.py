"""Survey waves as rules: states, dates, who is invited where, and what can go wrong (docs/rules/surveys.md)."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

APART_DAYS: Final = 180
"""From the close of a wave to the opening of the next of its instrument and programme that asks any person again."""
INVITATION_DAYS: Final = 180
"""How long after a wave closed it is known who was invited where."""
MOST_REMINDERS: Final = 2

INVITATION_MAIL: Final = "survey_invitation"
REMINDER_MAIL: Final = "survey_reminder"
STAFF_RESULT_MAIL: Final = "survey_result_staff"
MANAGER_RESULT_MAIL: Final = "survey_result_manager"
"""Kinds of message, written by `letters`."""
ASKING_MAIL: Final = frozenset({INVITATION_MAIL, REMINDER_MAIL})
"""Kinds never listed by recipient: who gets one, or no longer needs one, tells who has answered."""


class WaveState(StrEnum):
    """Where a wave is. Nothing is computed from answers before it is closed or after it is published."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    AUDITED = "audited"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


_MAY_BECOME: Mapping[WaveState, frozenset[WaveState]] = {
    WaveState.PLANNED: frozenset({WaveState.OPEN, WaveState.WITHDRAWN}),
    WaveState.OPEN: frozenset({WaveState.CLOSED, WaveState.WITHDRAWN}),
    WaveState.CLOSED: frozenset({WaveState.AUDITED, WaveState.WITHDRAWN}),
    WaveState.AUDITED: frozenset({WaveState.PUBLISHED, WaveState.WITHDRAWN}),
    WaveState.PUBLISHED: frozenset({WaveState.WITHDRAWN}),
    WaveState.WITHDRAWN: frozenset(),
}


def demand_step(state: WaveState, wanted: WaveState) -> None:
    """Raise WrongState unless a wave may go from one state to the other."""
    if wanted not in _MAY_BECOME[state]:
        raise WrongState(state=state, wanted=wanted)


# --- who is invited where -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Workplace:
    """An employment held on the day of opening."""

    unit_id: int
    start_on: date
    on_leave: bool = False


def place(held: Sequence[Workplace], managed: Collection[int], parents: Mapping[int, int | None]) -> int | None:
    """The unit in which a person is invited, of those in `parents` (unit -> the one above); None: not invited.

    One place however many employments: that with the earliest start, then the lowest unit id, of those not on leave. A
    manager's is the unit above the highest unit managed, or the root (docs/rules/surveys.md).
    """
    there = [one for one in held if one.unit_id in parents and not one.on_leave]
    if not there:
        return None
    tops = [unit for unit in managed if unit in parents]
    if tops:
        highest = min(tops, key=lambda unit: (_depth(unit, parents), unit))
        above = parents[highest]
        return highest if above is None else above
    return min(there, key=lambda one: (one.start_on, one.unit_id)).unit_id


def _depth(unit: int, parents: Mapping[int, int | None]) -> int:
    depth, step = 0, parents[unit]
    while step is not None:
        depth, step = depth + 1, parents[step]
    return depth


def too_near(opens_on: date, earlier_closes_on: date) -> bool:
    """True if a wave may not open that day, since an earlier one that asked the same person closed too recently."""
    return opens_on < earlier_closes_on + timedelta(days=APART_DAYS)


def taken_in(reached: Iterable[str], path: str) -> bool:
    """True if a unit is in, or above, one of the huvudmän that a wave reaches."""
    return any(path.startswith(top) or top.startswith(path) for top in reached)


# --- errors -------------------------------------------------------------------------------------------------------


class WaveError(Exception):
    """Something that cannot be done with a wave; carries the values that a sentence needs.

    `code` is the name of the class: NotOpen has not_open.
    """

    code = "wave_error"

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, **values: Any) -> None:
        super().__init__(f"{self.code} {values}" if values else self.code)
        self.values = values


class NoSuchWave(WaveError):
    """There is no such wave, or this person may not know of it: 404."""


class WrongState(WaveError):
    """The wave is not in a state in which that can be done. Values: state, wanted."""


class NotInvited(WaveError):
    """The person is not invited to this wave: 404."""


class NotOpen(WaveError):
    """The wave takes no answers: not open yet, or closed. Values: closes_on, state."""


class UnknownAnswer(WaveError):
    """An answer that the statement does not have, or to an unknown statement. Values: item."""


class BadLimits(WaveError):
    """Limits below the least, lower for distributions than for means, or lowered. Values: k, k_distribution."""


class BadDates(WaveError):
    """A wave that closes before it opens. Values: opens_on, closes_on."""


class NotAdopted(WaveError):
    """No huvudman has adopted the wave."""


class NobodyInvited(WaveError):
    """Nobody works in the units that the wave reaches."""


class TooFewInvited(WaveError):
    """Too few would be invited in all to show anything without telling who took part. Values: least."""


class AnswersLost(WaveError):
    """Fewer answers are stored than invitations are marked as answered, by another number than was given as lost.

    This happens after restoring a backup, which leaves out the answers of an open wave. Values: wave_id, lost.
    """


class NothingLost(WaveError):
    """Answers were given as lost, but none are. Values: wave_id."""


class StrayAnswers(WaveError):
    """More answers are stored than invitations are marked as answered: the database was changed. Values: wave_id."""


class TooSoon(WaveError):
    """A wave of the same kind asking some of the same people is too near. Values: other, closes_on, days, shared."""


class CheckFirst(WaveError):
    """The opening check has lines that nobody has ticked. Values: lines."""


class EnoughReminders(WaveError):
    """No more reminders: at most two, and one a day. Values: sent."""


class NotCleaned(WaveError):
    """What closing left on the disk is not wiped yet; the timer does it."""


class AnswersGone(WaveError):
    """The answers were kept long enough and are wiped: nothing can be checked any more. Values: disposed_on."""


class LastDayGone(BadDates):
    """A wave whose last day has passed cannot open. Values: opens_on, closes_on."""


class ChangedMeanwhile(WaveError):
    """Somebody else changed the wave while its page was open: 409, with what was typed. Values: wave_id."""


class UnknownHuvudman(WaveError):
    """A huvudman that the county does not have. Values: unit_id."""
