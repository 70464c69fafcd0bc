"""What is waiting, sent and failed, in numbers.

For the `quiet` kinds nothing depends on the outcome of a single letter: one that asks someone to answer a survey, say,
is not needed by those who have. They are counted by act, that is, by what was queued at once.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from tbblearn.db import db
from tbblearn.mail.models import Message
from tbblearn.mail.rules import LATE, LATE_ATTEMPTS, TOLD_FOR, MessageState

SENT, TRIED, FAILED, DROPPED = "messages_sent", "messages_tried_again", "messages_failed", "messages_not_needed"
QUIET_BEGUN = "quiet_messages_begun"
DONE = (SENT, TRIED, FAILED, DROPPED, QUIET_BEGUN)
"""What a run did."""
LATE_NOW, FAILED_NOW = "messages_late", "messages_not_arrived"
QUIET_LATE, QUIET_FAILED = "quiet_messages_late", "quiet_messages_not_arrived"
TROUBLE = (LATE_NOW, FAILED_NOW, QUIET_LATE, QUIET_FAILED)
"""What needs attention; all zero when mail arrives."""

Act = tuple[str, datetime]
"""Kind, and when it was queued."""
ON_ITS_WAY = Message.state.in_([MessageState.WAITING, MessageState.SENDING])
_UNTOUCHED = and_(Message.state == MessageState.WAITING, Message.attempts == 0)


def untouched(now: datetime, quiet: Collection[str]) -> Mapping[Act, int]:
    """The number of letters of each due act of the quiet kinds of which none has been tried."""
    if not quiet:
        return {}
    rows = (
        select(Message.kind, Message.created_at, func.count())
        .where(Message.kind.in_(quiet))
        .group_by(Message.kind, Message.created_at)
        .having(_number_of(~_UNTOUCHED) == 0, func.min(Message.due_at) <= now)
    )
    return {(kind, created_at): count for kind, created_at, count in db.session.execute(rows)}


def would_do(now: datetime, quiet: Collection[str]) -> dict[str, int]:
    """What a run now would do, counted as `deliver` does if every letter is taken."""
    waiting = select(func.count()).where(
        Message.state == MessageState.WAITING, Message.due_at <= now, Message.kind.not_in(quiet)
    )
    counts = dict.fromkeys(DONE, 0)
    counts[SENT] = db.session.scalars(waiting).one()
    counts[QUIET_BEGUN] = sum(untouched(now, quiet).values())
    return counts


def trouble(now: datetime, quiet: Collection[str]) -> dict[str, int]:
    """How many letters are more than a day late, and how many failed in the last week.

    For the quiet kinds only whether there are any: 1 or 0.
    """
    late = and_(ON_ITS_WAY, or_(Message.due_at <= now - LATE, Message.attempts >= LATE_ATTEMPTS))
    failed = and_(Message.state == MessageState.FAILED, Message.due_at > now - TOLD_FOR)

    def number(*conditions: ColumnElement[bool]) -> int:
        return db.session.scalars(select(func.count()).select_from(Message).where(*conditions)).one()

    hidden = Message.kind.in_(quiet)
    return {
        LATE_NOW: number(late, ~hidden),
        FAILED_NOW: number(failed, ~hidden),
        QUIET_LATE: int(number(late, hidden) > 0),
        QUIET_FAILED: int(number(failed, hidden) > 0),
    }


@dataclass(frozen=True)
class KindTotal:
    """How many letters of a kind are in which state. `next_at`: when the first waiting one is due."""

    kind: str
    waiting: int
    sent: int
    failed: int
    dropped: int
    next_at: datetime | None


def totals(quiet: Collection[str]) -> list[KindTotal]:
    """The outbox by kind, without the quiet kinds; those with failures first."""
    rows = (
        select(
            Message.kind,
            _number_of(ON_ITS_WAY).label("waiting"),
            _number_of(Message.state == MessageState.SENT).label("sent"),
            _number_of(Message.state == MessageState.FAILED).label("failed"),
            _number_of(Message.state == MessageState.DROPPED).label("dropped"),
            func.min(case((Message.state == MessageState.WAITING, Message.due_at))).label("next_at"),
        )
        .where(Message.kind.not_in(quiet))
        .group_by(Message.kind)
    )
    found = [KindTotal(**row._asdict()) for row in db.session.execute(rows)]
    return sorted(found, key=lambda one: (-one.failed, -one.waiting, one.kind))


@dataclass(frozen=True)
class QuietAct:
    """What was queued at once of a quiet kind. Nothing here depends on who needed a letter."""

    kind: str
    created_at: datetime
    letters: int
    due_at: datetime | None
    """When it begins; None once it has."""
    done: bool
    failed: bool
    """Some did not arrive."""


def quiet_acts(quiet: Collection[str]) -> list[QuietAct]:
    """The acts of the quiet kinds, the newest first."""
    rows = (
        select(
            Message.kind,
            Message.created_at,
            func.count().label("letters"),
            case((_number_of(~_UNTOUCHED) == 0, func.min(Message.due_at))).label("due_at"),
            (_number_of(ON_ITS_WAY) == 0).label("done"),
            (_number_of(Message.state == MessageState.FAILED) > 0).label("failed"),
        )
        .where(Message.kind.in_(quiet))
        .group_by(Message.kind, Message.created_at)
        .order_by(Message.created_at.desc(), Message.kind)
    )
    return [QuietAct(**row._asdict()) for row in db.session.execute(rows)]


def _number_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
