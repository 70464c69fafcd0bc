"""What happens to a person's last days when an exemption or an extension is taken back or shortened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from tbblearn.db import db
from tbblearn.training.models import Enrolment, EnrolmentEvent
from tbblearn.training.record.tasks import OwnTask
from tbblearn.training.requirements.cycles import ONE_DAY, soon_from
from tbblearn.training.requirements.exemptions import (
    Decision,
    counts_again,
    deciding,
    due_without_exemption,
    due_without_extension,
)
from tbblearn.training.rules import EnrolmentReason, EventKind, EventReason, ExemptionKind

_BY_DECISION = (EventReason.EXTENDED, EventReason.BY_HAND)


@dataclass(frozen=True)
class MovedDue:
    """A task gets another last day. Fields are named as the columns of EnrolmentEvent."""

    enrolment_id: int
    due_on: date
    grace_until_on: date
    open_until_on: date | None
    soon_from_on: date


def first_end(decision: Decision, tasks: Iterable[OwnTask], today: date) -> date:
    """The first day from which a decision can be taken back: nothing that has closed opens again."""
    if decision.kind is ExemptionKind.EXTENSION:
        return today
    closed = [task.open_until_on for task in tasks if task.open_until_on is not None and task.open_until_on < today]
    return max([decision.from_on, *(day + ONE_DAY for day in closed)])


def moved_by_end(
    decision: Decision, ended_on: date, decisions: Sequence[Decision], tasks: Iterable[OwnTask], today: date
) -> list[MovedDue]:
    """The last days that move when a decision about a course ends on a day. `decisions` and `tasks` are the course's.

    At most two queries.
    """
    ended = replace(decision, ended_on=ended_on)
    after = [ended if one.id == decision.id else one for one in decisions]
    open_tasks = [
        task
        for task in tasks
        if task.can_be_done(today) and task.due_on is not None and task.reason is not EnrolmentReason.VOLUNTARY
    ]
    if decision.kind is ExemptionKind.EXEMPT:
        counts_again_on = counts_again(ended, after, today)
        if counts_again_on is None:
            return []
        moved = (_without_exemption(task, decisions, after, counts_again_on, today) for task in open_tasks)
    else:
        extended = [task for task in open_tasks if task.enrolment_id == decision.enrolment_id]
        moved = (_without_extension(task, after, today) for task in extended)
    return [one for one in moved if one is not None]


def _without_exemption(
    task: OwnTask, before: Sequence[Decision], after: Sequence[Decision], counts_again_on: date, today: date
) -> MovedDue | None:
    assert task.due_on is not None
    was_free = _free(before, task.due_on) or _free(before, today)
    due_on = due_without_exemption(task.due_on, counts_again_on)
    moves = was_free and not _free(after, task.due_on) and due_on > task.due_on
    return _moved(task, due_on, task.open_until_on, today) if moves else None


def _without_extension(task: OwnTask, after: Sequence[Decision], today: date) -> MovedDue | None:
    """To the longest time still granted; an extension that was taken back grants none after the day before."""
    assert task.due_on is not None
    due_beneath, open_beneath = _beneath(task.enrolment_id)
    given = [one.last_on for one in after if one.enrolment_id == task.enrolment_id]
    beneath = max(day for day in (due_beneath, *given) if day)
    due_on = due_without_extension(task.due_on, beneath, today)
    return _moved(task, due_on, open_beneath, today) if due_on < task.due_on else None


def _free(decisions: Sequence[Decision], day: date) -> bool:
    return deciding(decisions, ExemptionKind.EXEMPT, day) is not None


def _moved(task: OwnTask, due_on: date, open_until_on: date | None, today: date) -> MovedDue:
    """With as many days of extra time as before; open at least until these end."""
    assert task.due_on is not None
    assert task.grace_until_on is not None
    return moved_to(task, due_on, due_on + (task.grace_until_on - task.due_on), open_until_on, today)


def moved_to(task: OwnTask, due_on: date, grace_until_on: date, open_until_on: date | None, today: date) -> MovedDue:
    """The task with these last days; it closes (None: never) no earlier than its extra time ends."""
    return MovedDue(
        enrolment_id=task.enrolment_id,
        due_on=due_on,
        grace_until_on=grace_until_on,
        open_until_on=None if open_until_on is None else max(open_until_on, grace_until_on),
        soon_from_on=soon_from(due_on, task.opens_on, today),
    )


def _beneath(enrolment_id: int) -> tuple[date | None, date | None]:
    """Last day and closing of a task, leaving managers' decisions aside."""
    moved = db.session.execute(
        select(EnrolmentEvent.due_on, EnrolmentEvent.open_until_on)
        .where(
            EnrolmentEvent.enrolment_id == enrolment_id,
            EnrolmentEvent.kind == EventKind.DUE_CHANGED,
            EnrolmentEvent.reason.not_in(_BY_DECISION),
        )
        .order_by(EnrolmentEvent.id.desc())
        .limit(1)
    ).one_or_none()
    if moved is not None:
        return moved.due_on, moved.open_until_on
    first = db.session.get_one(Enrolment, enrolment_id)
    return first.due_on, first.open_until_on
