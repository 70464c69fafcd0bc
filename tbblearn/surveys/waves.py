"""Survey waves as rules: states, dates, who is invited where, and what can go wrong (docs/rules/surveys.md)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

APART_DAYS: Final = 180
"""Two waves of one instrument and programme that invite a person in common lie so far apart, close to opening."""
INVITATION_DAYS: Final = 180
"""Who was invited, and where, is kept so long after a wave closed."""
MOST_REMINDERS: Final = 2

INVITATION_MAIL: Final = "survey_invitation"
REMINDER_MAIL: Final = "survey_reminder"
STAFF_RESULT_MAIL: Final = "survey_result_staff"
MANAGER_RESULT_MAIL: Final = "survey_result_manager"
"""Kinds of message; `letters` writes them."""
ASKING_MAIL: Final = frozenset({INVITATION_MAIL, REMINDER_MAIL})
"""Kinds that are not listed by recipient: who gets one, or no longer needs one, would tell who has answered."""


class WaveState(StrEnum):
    """Where a wave is: nothing is computed from answers before it is closed, nothing after it is published."""

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
    """An employment held on the day of opening. `on_leave`: its leave holds that day."""

    unit_id: int
    start_on: date
    on_leave: bool = False


def place(held: Sequence[Workplace], managed: Collection[int], parents: Mapping[int, int | None]) -> int | None:
    """The unit that a person is invited in, of those in `parents` (unit -> the one above); None: not invited.

    One place however many employments: the earliest start, then the lowest unit id, of those not on leave. A manager's
    is the unit above the highest unit that the person manages; at the root it is the root (docs/rules/surveys.md).
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
    """True where a wave may not open that day, because an earlier one with a person in common closed too lately."""
    return opens_on < earlier_closes_on + timedelta(days=APART_DAYS)


def taken_in(reached: Iterable[str], path: str) -> bool:
    """True where a unit lies in one of the huvudmän that a wave reaches, or above one."""
    return any(path.startswith(top) or top.startswith(path) for top in reached)


# --- errors -------------------------------------------------------------------------------------------------------


class WaveError(Exception):
    """Something that cannot be done with a wave; carries a code and the values that a sentence needs."""

    code = "wave_error"

    def __init__(self, **values: Any) -> None:
        super().__init__(f"{self.code} {values}" if values else self.code)
        self.values = values


class NoSuchWave(WaveError):
    """There is no such wave, or this person may not know that there is: 404."""

    code = "no_such_wave"


class WrongState(WaveError):
    """The wave is not in a state in which that can be done. Values: state, wanted."""

    code = "wrong_state"


class NotInvited(WaveError):
    """The person is not invited to this wave: 404."""

    code = "not_invited"


class NotOpen(WaveError):
    """The wave takes no answers: not open yet, or closed. Values: closes_on, state."""

    code = "not_open"


class UnknownAnswer(WaveError):
    """An answer that the statement does not have, or to a statement that is not there. Values: item."""

    code = "unknown_answer"


class BadLimits(WaveError):
    """Limits below the least, a distribution's below k, or lower than they were. Values: k, k_distribution."""

    code = "bad_limits"


class BadDates(WaveError):
    """A wave that closes before it opens. Values: opens_on, closes_on."""

    code = "bad_dates"


class NotAdopted(WaveError):
    """No huvudman has adopted the wave."""

    code = "not_adopted"


class NobodyInvited(WaveError):
    """Nobody works in the units that the wave reaches."""

    code = "nobody_invited"


class TooFewInvited(WaveError):
    """So few would be invited in all that nothing could be shown without telling who took part. Values: least."""

    code = "too_few_invited"


class AnswersLost(WaveError):
    """Fewer answers are stored than invitations are marked as answered, and not by the number that was said to be lost.

    So it is after a restored backup: backups leave out the answers of an open wave. Values: wave_id, lost.
    """

    code = "answers_lost"


class NothingLost(WaveError):
    """Answers were said to be lost, and none are. Values: wave_id."""

    code = "nothing_lost"


class StrayAnswers(WaveError):
    """More answers are stored than invitations are marked as answered: the database was changed. Values: wave_id."""

    code = "stray_answers"


class TooSoon(WaveError):
    """A wave of the same kind with some of the same people lies too near. Values: other, closes_on, from_on, shared."""

    code = "too_soon"


class CheckFirst(WaveError):
    """The opening check has lines that nobody has said to have seen. Values: lines."""

    code = "check_first"


class EnoughReminders(WaveError):
    """No more reminders: at most two, and not twice on the same day. Values: sent."""

    code = "enough_reminders"


class NotCleaned(WaveError):
    """What closing leaves to be wiped is not wiped yet; the timer does it."""

    code = "not_cleaned"


class AnswersGone(WaveError):
    """The answers had been kept long enough and are wiped: nothing can be checked any more. Values: disposed_on."""

    code = "answers_gone"


class LastDayGone(BadDates):
    """A wave whose last day has been cannot open. Values: opens_on, closes_on."""

    code = "last_day_gone"


class ChangedMeanwhile(WaveError):
    """Somebody else changed the wave while its page was open: 409, and what was typed is kept. Values: wave_id."""

    code = "changed_meanwhile"


class UnknownHuvudman(WaveError):
    """A huvudman that the county does not have. Values: unit_id."""

    code = "unknown_huvudman"
