"""What can be done with a wave now, and which step comes next: decisions in plain Python."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tbblearn.surveys.waves import (
    MOST_REMINDERS,
    AnswersGone,
    CheckFirst,
    EnoughReminders,
    LastDayGone,
    NotCleaned,
    NotOpen,
    WaveError,
    WaveState,
    WrongState,
    demand_step,
)


class Step(StrEnum):
    """A step with a page that explains it; the value ends the page's address."""

    OPEN = "oppna"
    REMIND = "paminn"
    CLOSE = "stang"
    AUDIT = "skyddskontroll"
    PUBLISH = "publicera"
    WITHDRAW = "dra-tillbaka"


class Next(StrEnum):
    """What a wave waits for, other than a step."""

    ADOPTIONS = "adoptions"
    CHECK = "check"
    ITS_DAY = "its_day"
    DATES = "dates"
    ANSWERS = "answers"
    WIPING = "wiping"
    ANSWERS_GONE = "answers_gone"
    NOTHING = "nothing"


_BECOMES = {
    Step.OPEN: WaveState.OPEN,
    Step.CLOSE: WaveState.CLOSED,
    Step.PUBLISH: WaveState.PUBLISHED,
    Step.WITHDRAW: WaveState.WITHDRAWN,
}


@dataclass(frozen=True)
class Standing:
    """How far a wave has come."""

    wave_id: int
    state: WaveState
    opens_on: date
    closes_on: date
    adopted: int
    """Huvudmän that have adopted it."""
    approved: bool
    reminders: int
    reminded_on: date | None
    cleaned: bool
    disposed_on: date | None = None
    """The day on which its answers were wiped."""

    def demand(self, step: Step, today: date) -> None:
        """Do nothing if the step can be taken today.

        Else raises WrongState, CheckFirst, LastDayGone, NotOpen, EnoughReminders, NotCleaned or AnswersGone.
        """
        if step is Step.REMIND:
            self._demand_reminder(today)
        elif step is Step.AUDIT:
            if self.state not in (WaveState.CLOSED, WaveState.AUDITED):
                raise WrongState(state=self.state, wanted=WaveState.AUDITED)
        else:
            demand_step(self.state, _BECOMES[step])
        if step is Step.OPEN and not self.approved:
            raise CheckFirst(lines=[])
        if step is Step.OPEN and self.closes_on < today:
            raise LastDayGone(opens_on=self.opens_on, closes_on=self.closes_on)
        if step in (Step.AUDIT, Step.PUBLISH) and not self.cleaned:
            raise NotCleaned(wave_id=self.wave_id)
        if step is Step.AUDIT and self.disposed_on is not None:
            raise AnswersGone(disposed_on=self.disposed_on)

    def _demand_reminder(self, today: date) -> None:
        if self.state is not WaveState.OPEN or today > self.closes_on:
            raise NotOpen(closes_on=self.closes_on, state=self.state)
        if self.reminders >= MOST_REMINDERS or self.reminded_on == today:
            raise EnoughReminders(sent=self.reminders)

    def allows(self, step: Step, today: date) -> bool:
        """True if the step can be taken today."""
        try:
            self.demand(step, today)
        except WaveError:
            return False
        return True

    def next(self, today: date) -> Step | Next:
        """The wave's next step, or what it waits for."""
        if self.state is WaveState.PLANNED:
            return self._before_opening(today)
        if self.state is WaveState.OPEN:
            if today > self.closes_on:
                return Step.CLOSE
            return Step.REMIND if self.allows(Step.REMIND, today) else Next.ANSWERS
        if self.state in (WaveState.CLOSED, WaveState.AUDITED):
            if not self.cleaned:
                return Next.WIPING
            if self.state is WaveState.AUDITED:
                return Step.PUBLISH
            return Step.AUDIT if self.disposed_on is None else Next.ANSWERS_GONE
        return Next.NOTHING

    def _before_opening(self, today: date) -> Step | Next:
        if self.closes_on < today:
            return Next.DATES
        if not self.adopted:
            return Next.ADOPTIONS
        if not self.approved:
            return Next.CHECK
        return Step.OPEN if self.opens_on <= today else Next.ITS_DAY
