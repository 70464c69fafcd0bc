"""What managers have decided and recorded by hand, through the same actions as their pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from tbblearn.operations.demo.dates import NOT_ADOPTED, TERMS
from tbblearn.operations.demo.history import Passed, Task
from tbblearn.operations.demo.staff import Member, Part, Staff
from tbblearn.people.rules import Scope, holds
from tbblearn.training.managing.actions import (
    enrol_by_hand,
    extend,
    grant_exemption,
    record_completion,
    revoke_completion,
)
from tbblearn.training.requirements.cycles import cycle_on
from tbblearn.training.rules import Basis, ExemptionReason, RevocationReason

EVIDENCE = "Gick utbildningen tillsammans på arbetsplatsträffen"
OPENS_IN_DAYS, DUE_IN_DAYS = 10, 60


def unfinished(tasks: Sequence[Task], passed: Sequence[Passed], today: date) -> list[Task]:
    """The open tasks of today that are not done, one per person."""
    done = {task for one in passed for task, _ in one.counts_for}
    return [task for task in tasks if task not in done and task.given.is_open(today)]


@dataclass
class Managers:
    """The managers' work; each action is by the manager of the person's unit."""

    staff: Staff
    slug: str
    now: datetime
    today: date

    def work(self, tasks: Sequence[Task], rng: Random) -> None:
        """Exempt, extend, record, revoke and enrol. `tasks` are the open ones of today that are not done."""
        for task in tasks:
            if task.member.part is Part.EXEMPT:
                grant_exemption(
                    task.member.id,
                    self.slug,
                    from_on=task.given.opens_on,
                    until_on=task.given.open_until_on,
                    reason=ExemptionReason.OTHER_DUTIES,
                    **self._decision(task.member),
                )
        others = [task for task in tasks if task.member.part is None and self._has_manager(task.member)]
        rng.shuffle(others)
        left = iter(others)
        few = max(3, len(self.staff.members) // 150)
        for task in islice(left, few):
            extend(
                task.member.id,
                self.slug,
                until_on=max(task.given.due_on or self.today, self.today) + timedelta(days=rng.randint(14, 40)),
                reason=rng.choice((ExemptionReason.OTHER_DUTIES, ExemptionReason.LONG_ABSENCE)),
                **self._decision(task.member),
            )
        for task in islice(left, few):
            self._record(task, days_ago=3)
        for task in islice(left, 1):  # recorded with the wrong date, revoked and recorded again
            wrong = self._record(task, days_ago=6)
            revoke_completion(wrong, reason=RevocationReason.WRONG_DATE, **self._decision(task.member))
            self._record(task, days_ago=4)
        for number, member in enumerate(self.staff.members):
            if member.part is Part.BY_HAND and member.unit.source == NOT_ADOPTED:
                self._enrol(member, number)

    def _has_manager(self, member: Member) -> bool:
        """True for someone employed today other than the unit's own manager."""
        employed = holds(member.jobs[0].start_on, member.jobs[0].end_on, self.today)
        return employed and self.staff.managers[member.unit] is not member

    def _decision(self, member: Member) -> dict[str, Any]:
        """By whom, for which units, and when."""
        by = self.staff.managers[member.unit].id
        return {"by": by, "scope": Scope((member.unit.path,)), "now": self.now, "today": self.today}

    def _record(self, task: Task, days_ago: int) -> int:
        earliest = max(task.given.opens_on, task.member.jobs[0].start_on)
        return record_completion(
            task.member.id,
            self.slug,
            achieved_on=max(earliest, self.today - timedelta(days=days_ago)),
            basis=Basis.RECORDED,
            evidence=EVIDENCE,
            **self._decision(task.member),
        )

    def _enrol(self, member: Member, number: int) -> None:
        """A huvudman that has not adopted the course lets some try it soon."""
        opens_on = self.today + timedelta(days=OPENS_IN_DAYS)
        enrol_by_hand(
            member.id,
            self.slug,
            opens_on=opens_on,
            due_on=opens_on + timedelta(days=DUE_IN_DAYS + number % 3),
            cycle=cycle_on(TERMS, self.today).year,
            now=self.now,
            by=self.staff.managers[member.unit].id,
        )
