"""What managers have decided and written down by hand, through the same actions as their pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

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
    """The tasks that run today and are not done, one a person."""
    done = {task for one in passed for task, _ in one.counts_for}
    return [
        task
        for task in tasks
        if task not in done and not task.given.cancelled and holds(task.given.opens_on, task.given.open_until_on, today)
    ]


@dataclass
class Managers:
    """Managers at work: each call is one action of the manager of the person's unit."""

    staff: Staff
    slug: str
    now: datetime
    today: date

    def work(self, tasks: Sequence[Task], rng: Random) -> None:
        """Exempt, extend, record, withdraw and enrol. `tasks` are those that run today and are not done."""
        for task in tasks:
            if task.member.part is Part.EXEMPT:
                self._exempt(task)
        others = [task for task in tasks if task.member.part is None and self._manager(task.member) is not None]
        rng.shuffle(others)
        left = iter(others)
        few = max(3, len(self.staff.members) // 150)
        for task in _next(left, few):
            self._extend(task, rng)
        for task in _next(left, few):
            self._record(task)
        for task in _next(left, 1):
            self._record_anew(task)
        for number, member in enumerate(self.staff.members):
            if member.part is Part.BY_HAND and member.unit.source == NOT_ADOPTED:
                self._enrol(member, number)

    def _manager(self, member: Member) -> Member | None:
        """The manager of the person's unit, who works there today as the person does."""
        head = self.staff.managers[member.unit]
        employed = holds(member.jobs[0].start_on, member.jobs[0].end_on, self.today)
        return head if employed and head is not member else None

    def _by(self, member: Member) -> int:
        return self.staff.managers[member.unit].id

    def _scope(self, member: Member) -> Scope:
        return Scope((member.unit.path,))

    def _exempt(self, task: Task) -> None:
        member = task.member
        grant_exemption(
            member.id,
            self.slug,
            from_on=task.given.opens_on,
            until_on=task.given.open_until_on,
            reason=ExemptionReason.OTHER_DUTIES,
            by=self._by(member),
            scope=self._scope(member),
            now=self.now,
            today=self.today,
        )

    def _extend(self, task: Task, rng: Random) -> None:
        member = task.member
        extend(
            member.id,
            self.slug,
            until_on=max(task.given.due_on or self.today, self.today) + timedelta(days=rng.randint(14, 40)),
            reason=rng.choice((ExemptionReason.OTHER_DUTIES, ExemptionReason.LONG_ABSENCE)),
            by=self._by(member),
            scope=self._scope(member),
            now=self.now,
            today=self.today,
        )

    def _record(self, task: Task, days_ago: int = 3) -> int:
        member = task.member
        return record_completion(
            member.id,
            self.slug,
            achieved_on=max(task.given.opens_on, member.jobs[0].start_on, self.today - timedelta(days=days_ago)),
            basis=Basis.RECORDED,
            evidence=EVIDENCE,
            by=self._by(member),
            scope=self._scope(member),
            now=self.now,
            today=self.today,
        )

    def _record_anew(self, task: Task) -> None:
        """A completion with the wrong date, withdrawn and recorded again."""
        wrong = self._record(task, days_ago=6)
        revoke_completion(
            wrong,
            reason=RevocationReason.WRONG_DATE,
            by=self._by(task.member),
            scope=self._scope(task.member),
            now=self.now,
            today=self.today,
        )
        self._record(task, days_ago=4)

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
            by=self._by(member),
        )


def _next(tasks: Iterator[Task], number: int) -> Iterator[Task]:
    for _, task in zip(range(number), tasks, strict=False):
        yield task
