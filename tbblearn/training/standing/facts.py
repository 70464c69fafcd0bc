"""Where enrolments stand, in SQL: current dates, completion, and the facts of `rules.status` packed into one integer.

SQL computes and groups the facts; Python unpacks each group and calls `rules.status`, so counting ten thousand people
takes a few dozen calls (docs/rules/training.md).
"""

from datetime import date

from sqlalchemy import (
    CTE,
    BindParameter,
    Boolean,
    ColumnElement,
    Date,
    Integer,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from tbblearn.people.models import Leave, Placement, spans
from tbblearn.training.completion_models import Completion, CompletionCredit
from tbblearn.training.exemption_models import Exemption, ExemptionEnd
from tbblearn.training.models import Attempt, AudienceMember, Enrolment, EnrolmentEvent, ReadingPlace
from tbblearn.training.rules import (
    EnrolmentReason,
    EventKind,
    ExemptionKind,
    Outcome,
    Status,
    StatusFacts,
    Urgency,
    status,
)

_BITS = ("required", "completed", "late", "exempt", "on_leave", "opened", "closed", "failed", "started")
_DUE_SHIFT = len(_BITS)
_URGENCIES = tuple(Urgency)
_SAME = ("enrolment_id", "person_id", "course_id", "requirement_id", "cycle", "reason", "occasion", "opens_on")
_MOVABLE = ("due_on", "grace_until_on", "open_until_on", "soon_from_on")
"""Columns of an enrolment that never change, and those that its newest `due_changed` event overrides."""

TODAY: BindParameter[date] = bindparam("today", type_=Date)

NO_TASK = 0
"""The packed facts of a person without an enrolment."""


def unpack(code: int) -> StatusFacts:
    """The facts in a number from `coded`."""
    flags = {name: bool(code >> place & 1) for place, name in enumerate(_BITS)}
    return StatusFacts(**flags, due=_URGENCIES[code >> _DUE_SHIFT])


def status_of(code: int) -> Status:
    """The status of packed facts."""
    return status(unpack(code))


def _latest(chosen: CTE) -> Subquery:
    """The id of the last event of each kind, a column per kind, for the enrolments that have any.

    One pass over the events: with a subquery per enrolment, a planner may scan the whole table for each of them.
    """

    def last(kind: EventKind) -> ColumnElement[int]:
        return func.max(case((EnrolmentEvent.kind == kind, EnrolmentEvent.id))).label(kind.value)

    return (
        select(EnrolmentEvent.enrolment_id, *(last(kind) for kind in EventKind))
        .join(chosen, chosen.c.enrolment_id == EnrolmentEvent.enrolment_id)
        .group_by(EnrolmentEvent.enrolment_id)
        .subquery("latest")
    )


def _earned(chosen: CTE) -> Subquery:
    """The first day of a completion that counts for these enrolments and stands; one pass, like `_latest`."""
    return (
        select(CompletionCredit.enrolment_id, func.min(Completion.achieved_on).label("achieved_on"))
        .join(chosen, chosen.c.enrolment_id == CompletionCredit.enrolment_id)
        .join(Completion, Completion.id == CompletionCredit.completion_id)
        .where(Completion.stands())
        .group_by(CompletionCredit.enrolment_id)
        .subquery("earned")
    )


def now_standing(*conditions: ColumnElement[bool]) -> CTE:
    """Enrolments as they stand now; `conditions` on Enrolment choose which.

    Columns: those of an enrolment, with the dates that hold now; cancelled; achieved_on (the first completion that
    counts and stands); due_reason (why the last day was last moved).
    """
    # MATERIALIZED: each look-up is made once, however often its result is used.
    chosen = (
        select(
            Enrolment.id.label("enrolment_id"),
            *(getattr(Enrolment, name) for name in _SAME[1:]),
            *(getattr(Enrolment, name).label(f"first_{name}") for name in _MOVABLE),
        )
        .where(*conditions)
        .cte("chosen")
        .prefix_with("MATERIALIZED")
    )
    latest, earned = _latest(chosen), _earned(chosen)
    last = {kind: latest.c[kind.value] for kind in EventKind}
    cancelled = last[EventKind.CANCELLED] > func.coalesce(last[EventKind.REINSTATED], 0)
    looked_up = (
        select(
            chosen,
            last[EventKind.DUE_CHANGED].label("due_event"),
            func.coalesce(cancelled, literal(False)).label("cancelled"),
            earned.c.achieved_on,
        )
        .outerjoin(latest, latest.c.enrolment_id == chosen.c.enrolment_id)
        .outerjoin(earned, earned.c.enrolment_id == chosen.c.enrolment_id)
        .cte("looked_up")
        .prefix_with("MATERIALIZED")
    )
    moved = looked_up.c.due_event.is_not(None)
    changed = aliased(EnrolmentEvent)
    return (
        select(
            *(looked_up.c[name] for name in (*_SAME, "cancelled", "achieved_on")),
            case((moved, changed.reason), else_=None).label("due_reason"),
            *(
                case((moved, getattr(changed, name)), else_=looked_up.c[f"first_{name}"]).label(name)
                for name in _MOVABLE
            ),
        )
        .select_from(looked_up)
        .outerjoin(changed, changed.id == looked_up.c.due_event)
        .cte("now_standing")
    )


def one_task_each(standing: CTE) -> CTE:
    """Of each person's enrolments in force, the one that figures count: a completed one first, else the earliest due.

    A person has several in one course and cycle only where several requirements demand the course.
    """
    place = func.row_number().over(
        partition_by=standing.c.person_id,
        order_by=(
            case((standing.c.achieved_on.is_(None), 1), else_=0),
            func.coalesce(standing.c.due_on, literal(date.max, Date)),
            standing.c.enrolment_id,
        ),
    )
    ranked = select(standing, place.label("place")).where(_holds(standing)).cte("ranked")
    return select(ranked).where(ranked.c.place == 1).cte("one_task_each")


def coded(standing: CTE, *, own: bool) -> Select[tuple[object, ...]]:
    """The rows of `standing` with their packed facts as `code`. Parameter: `today`.

    `own`: the rows of one person. Those of many people, for lists and figures, do not reveal who has failed, and what
    few people have, such as a leave, is read once for all of them.

    An exemption that covers the last day exempts from the whole cycle; any other only on its own days, and not once
    the enrolment has closed: what was missed stays missed. Leave is then judged by the last open day.
    """
    c = standing.c
    day = TODAY
    closed = and_(c.open_until_on.is_not(None), c.open_until_on < day)
    at = case((closed, c.open_until_on), else_=day)
    due_reached = and_(c.due_on.is_not(None), c.due_on <= day)
    completed = c.achieved_on.is_not(None)
    # Looked up only for those it can matter to.
    unfinished = and_(not_(completed), _holds(standing))
    flags: dict[str, ColumnElement[bool]] = {
        "required": _holds(standing),
        "completed": completed,
        "late": and_(completed, c.due_on.is_not(None), c.achieved_on > c.due_on),
        "exempt": and_(
            unfinished,
            or_(
                and_(not_(closed), _exempt(standing, day, own=own)),
                # A leave on the last day exempts from the whole cycle, too.
                and_(due_reached, or_(_exempt(standing, c.due_on, own=own), _on_leave(standing, c.due_on, own=own))),
            ),
        ),
        "on_leave": and_(unfinished, _on_leave(standing, at, own=own)),
        "opened": c.opens_on <= day,
        "closed": closed,
        "started": and_(unfinished, or_(_attempted(standing), _read(standing))),
    }
    if own:
        flags["failed"] = _attempted(standing, Attempt.outcome == Outcome.FAILED)
    urgencies = {
        Urgency.NONE: c.due_on.is_(None),
        Urgency.OVERDUE: c.grace_until_on < day,
        Urgency.IN_GRACE: c.due_on < day,
        Urgency.DUE_SOON: c.soon_from_on <= day,
    }
    ordinal = case(*((true_now, _URGENCIES.index(one)) for one, true_now in urgencies.items()), else_=0)
    code: ColumnElement[int] = cast(ordinal, Integer) * (1 << _DUE_SHIFT)
    for place, name in enumerate(_BITS):
        if name in flags:
            code = code + case((flags[name], 1 << place), else_=0)
    return select(standing, code.label("code"))


def _holds(standing: CTE) -> ColumnElement[bool]:
    """Neither cancelled nor voluntary."""
    return and_(not_(cast(standing.c.cancelled, Boolean)), standing.c.reason != EnrolmentReason.VOLUNTARY)


def _exempt(standing: CTE, day: ColumnElement[date], *, own: bool) -> ColumnElement[bool]:
    """An exemption covers the day and has not been ended by then."""
    ended = exists().where(ExemptionEnd.exemption_id == Exemption.id, ExemptionEnd.ended_on <= day)
    covered = exists().where(
        Exemption.person_id == standing.c.person_id,
        Exemption.course_id == standing.c.course_id,
        Exemption.kind == ExemptionKind.EXEMPT,
        spans(Exemption.from_on, Exemption.until_on, day),
        not_(ended.correlate(Exemption, standing)),
    )
    return covered if own else and_(standing.c.person_id.in_(select(Exemption.person_id)), covered)


def _on_leave(standing: CTE, day: ColumnElement[date], *, own: bool) -> ColumnElement[bool]:
    """On leave that day from every employment held in the audience, of which there is at least one."""
    held = and_(
        AudienceMember.person_id == standing.c.person_id,
        AudienceMember.requirement_id == standing.c.requirement_id,
        Placement.id == AudienceMember.placement_id,
        Placement.held_on(day),
    )
    away = and_(Leave.employment_id == Placement.employment_id, Leave.holds_on(day))
    ever_away = select(Placement.person_id).join(Leave, Leave.employment_id == Placement.employment_id)
    return and_(
        true() if own else standing.c.person_id.in_(ever_away),
        exists(select(1).select_from(AudienceMember, Placement, Leave).where(held, away)),
        not_(
            exists(
                select(1)
                .select_from(AudienceMember, Placement)
                .where(held, not_(exists(select(1).select_from(Leave).where(away).correlate(Placement, standing))))
            )
        ),
    )


def _attempted(standing: CTE, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Attempt.enrolment_id == standing.c.enrolment_id, *conditions)


def _read(standing: CTE) -> ColumnElement[bool]:
    return exists().where(ReadingPlace.enrolment_id == standing.c.enrolment_id)
