"""What waits, went out and did not arrive, in numbers.

Of the `quiet` kinds nothing is told that depends on what became of a single letter: a letter asks somebody to answer a
survey, say, and those who have answered need none. They are told of by act, that is, by what was queued at once.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from tbblearn.db import db
from tbblearn.mail.models import Message
from tbblearn.mail.rules import LATE, LATE_ATTEMPTS, TOLD_FOR, MessageState

SENT, TRIED, FAILED, DROPPED = "messages_sent", "messages_tried_again", "messages_failed", "messages_not_needed"
QUIET_BEGUN = "quiet_messages_begun"
DONE = (SENT, TRIED, FAILED, DROPPED, QUIET_BEGUN)
"""What a run has done."""
LATE_NOW, FAILED_NOW = "messages_late", "messages_not_arrived"
QUIET_LATE, QUIET_FAILED = "quiet_messages_late", "quiet_messages_not_arrived"
TROUBLE = (LATE_NOW, FAILED_NOW, QUIET_LATE, QUIET_FAILED)
"""What somebody has to look at; all zero where mail arrives."""

Act = tuple[str, datetime]
"""Kind, and when it was queued."""
ON_ITS_WAY = Message.state.in_([MessageState.WAITING, MessageState.SENDING])
_UNTOUCHED = and_(Message.state == MessageState.WAITING, Message.attempts == 0)


def untouched(now: datetime, quiet: Collection[str]) -> Mapping[Act, int]:
    """How many letters each act of the quiet kinds queued that is due and of which none has been tried."""
    if not quiet:
        return {}
    rows = (
        select(Message.kind, Message.created_at, func.count())
        .where(Message.kind.in_(quiet))
        .group_by(Message.kind, Message.created_at)
        .having(func.sum(case((_UNTOUCHED, 0), else_=1)) == 0, func.min(Message.due_at) <= now)
    )
    return {(kind, created_at): count for kind, created_at, count in db.session.execute(rows)}


def would_do(now: datetime, quiet: Collection[str]) -> dict[str, int]:
    """What a run at this time would try: as `deliver` counts it, were every letter taken."""
    waiting = select(func.count()).where(
        Message.state == MessageState.WAITING, Message.due_at <= now, Message.kind.not_in(quiet)
    )
    counts = dict.fromkeys(DONE, 0)
    counts[SENT] = db.session.scalars(waiting).one()
    counts[QUIET_BEGUN] = sum(untouched(now, quiet).values())
    return counts


def trouble(now: datetime, quiet: Collection[str]) -> dict[str, int]:
    """How many letters wait longer than a day past their time, and how many failed in the last week.

    Of the quiet kinds only whether there are any: 1 or 0.
    """
    late = and_(ON_ITS_WAY, or_(Message.due_at <= now - LATE, Message.attempts >= LATE_ATTEMPTS))
    failed = and_(Message.state == MessageState.FAILED, Message.due_at > now - TOLD_FOR)

    def number(condition: ColumnElement[bool]) -> Select[int]:
        return select(func.count()).select_from(Message).where(condition)

    hidden = Message.kind.in_(quiet)
    return {
        LATE_NOW: db.session.scalars(number(and_(late, ~hidden))).one(),
        FAILED_NOW: db.session.scalars(number(and_(failed, ~hidden))).one(),
        QUIET_LATE: int(db.session.scalars(number(and_(late, hidden))).one() > 0),
        QUIET_FAILED: int(db.session.scalars(number(and_(failed, hidden))).one() > 0),
    }


@dataclass(frozen=True)
class KindTotal:
    """How many letters of a kind are where. `next_at`: when the first of those that wait is to go."""

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
            *(
                func.coalesce(func.sum(case((states, 1), else_=0)), 0)
                for states in (
                    ON_ITS_WAY,
                    Message.state == MessageState.SENT,
                    Message.state == MessageState.FAILED,
                    Message.state == MessageState.DROPPED,
                )
            ),
            func.min(case((Message.state == MessageState.WAITING, Message.due_at))),
        )
        .where(Message.kind.not_in(quiet))
        .group_by(Message.kind)
    )
    found = [KindTotal(*row) for row in db.session.execute(rows)]
    return sorted(found, key=lambda one: (-one.failed, -one.waiting, one.kind))


@dataclass(frozen=True)
class QuietAct:
    """What was queued at once of a quiet kind. Nothing here depends on who needed a letter and who did not."""

    kind: str
    created_at: datetime
    letters: int
    due_at: datetime | None
    """When it is to begin; None once it has."""
    done: bool
    failed: bool
    """Some did not arrive."""


def quiet_acts(quiet: Collection[str]) -> list[QuietAct]:
    """The acts of the quiet kinds, the newest first."""
    rows = (
        select(
            Message.kind,
            Message.created_at,
            func.count(),
            func.min(Message.due_at),
            func.sum(case((_UNTOUCHED, 0), else_=1)),
            func.sum(case((ON_ITS_WAY, 1), else_=0)),
            func.sum(case((Message.state == MessageState.FAILED, 1), else_=0)),
        )
        .where(Message.kind.in_(quiet))
        .group_by(Message.kind, Message.created_at)
        .order_by(Message.created_at.desc(), Message.kind)
    )
    return [
        QuietAct(kind, created_at, letters, None if begun else due_at, not left, failed > 0)
        for kind, created_at, letters, due_at, begun, left, failed in db.session.execute(rows)
    ]
