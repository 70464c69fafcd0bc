"""Where enrolments stand, as SQL: current last days, completion, and the facts of `rules.status` packed in one number.

SQL makes and groups the facts; Python unpacks each group and gives it to the one status function. So ten thousand
persons are counted by mapping a few dozen numbers (docs/rules/training.md).
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

from tbblearn.people.models import Employment, Leave
from tbblearn.training.completion_models import Completion, CompletionCredit
from tbblearn.training.exemption_models import Exemption, ExemptionEnd
from tbblearn.training.models import Attempt, AudienceMember, Enrolment, EnrolmentEvent, ReadingPlace
from tbblearn.training.rules import (
    DueStage,
    EnrolmentReason,
    EventKind,
    ExemptionKind,
    Outcome,
    Status,
    StatusFacts,
    status,
)

_BITS = ("required", "completed", "late", "exempt", "on_leave", "opened", "closed", "failed", "started")
_DUE_SHIFT = len(_BITS)

TODAY: BindParameter[date] = bindparam("today", type_=Date)

NO_TASK = 0
"""The packed facts of somebody who has no enrolment."""


def unpack(code: int) -> StatusFacts:
    """The facts in a number that `coded` made."""
    flags = {name: bool(code >> place & 1) for place, name in enumerate(_BITS)}
    return StatusFacts(**flags, due=DueStage(code >> _DUE_SHIFT))


def status_of(code: int) -> Status:
    """The status of packed facts."""
    return status(unpack(code))


def _latest(chosen: CTE) -> Subquery:
    """The last event of each kind of these enrolments, of those that have any: a column for each kind.

    Gathered in one pass. To look for each enrolment's own is as quick on paper, but a planner may then read a table of
    a few pages from end to end for every one of ten thousand.
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
    """The first day of a completion that counts for these enrolments and is not revoked; gathered like `_latest`."""
    return (
        select(CompletionCredit.enrolment_id, func.min(Completion.achieved_on).label("achieved_on"))
        .join(chosen, chosen.c.enrolment_id == CompletionCredit.enrolment_id)
        .join(Completion, Completion.id == CompletionCredit.completion_id)
        .where(Completion.stands())
        .group_by(CompletionCredit.enrolment_id)
        .subquery("earned")
    )


def now_standing(*conditions: ColumnElement[bool]) -> CTE:
    """Enrolments as they stand now: `conditions` on Enrolment choose which.

    Columns: enrolment_id, person_id, course_id, requirement_id, cycle, reason, occasion, opens_on, cancelled,
    achieved_on (first completion that counts and is not revoked), due_reason, due_on, grace_until_on, open_until_on,
    soon_from_on.
    """
    # Both are kept as they are, so that each look-up is made once however often its answer is used.
    chosen = (
        select(
            Enrolment.id.label("enrolment_id"),
            Enrolment.person_id,
            Enrolment.course_id,
            Enrolment.requirement_id,
            Enrolment.cycle,
            Enrolment.reason,
            Enrolment.occasion,
            Enrolment.opens_on,
            Enrolment.due_on.label("first_due_on"),
            Enrolment.grace_until_on.label("first_grace_until_on"),
            Enrolment.open_until_on.label("first_open_until_on"),
            Enrolment.soon_from_on.label("first_soon_from_on"),
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
            looked_up.c.enrolment_id,
            looked_up.c.person_id,
            looked_up.c.course_id,
            looked_up.c.requirement_id,
            looked_up.c.cycle,
            looked_up.c.reason,
            looked_up.c.occasion,
            looked_up.c.opens_on,
            looked_up.c.cancelled,
            looked_up.c.achieved_on,
            case((moved, changed.reason), else_=None).label("due_reason"),
            case((moved, changed.due_on), else_=looked_up.c.first_due_on).label("due_on"),
            case((moved, changed.grace_until_on), else_=looked_up.c.first_grace_until_on).label("grace_until_on"),
            case((moved, changed.open_until_on), else_=looked_up.c.first_open_until_on).label("open_until_on"),
            case((moved, changed.soon_from_on), else_=looked_up.c.first_soon_from_on).label("soon_from_on"),
        )
        .select_from(looked_up)
        .outerjoin(changed, changed.id == looked_up.c.due_event)
        .cte("now_standing")
    )


def one_task_each(standing: CTE) -> CTE:
    """Of each person's enrolments that hold, the one that figures show: a completed one first, else the earliest due.

    A person has one task a course and cycle; more than one comes from several requirements for the same course.
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


def on_day(today: date) -> dict[str, date]:
    """The values that a statement made with `coded` is to be executed with."""
    return {"today": today}


def coded(standing: CTE, *, own: bool) -> Select[tuple[object, ...]]:
    """The rows of `standing` with their packed facts as `code`; executed with the values of `on_day`.

    `own`: they are one person's. Those of many, for lists and figures, do not tell who has failed; and what few people
    have, such as a leave, is read once for all rather than looked for at each.

    An exemption that covers the own last day frees from the cycle; another one only on its own days, and not once the
    enrolment has closed: what was missed stays missed. Leave, too, is then that of the last open day. The day is a
    parameter, so that the statement can be made once and kept.
    """
    c = standing.c
    day = TODAY
    closed = and_(c.open_until_on.is_not(None), c.open_until_on < day)
    at = case((closed, c.open_until_on), else_=day)
    due_reached = and_(c.due_on.is_not(None), c.due_on <= day)
    completed = c.achieved_on.is_not(None)
    # What only matters to the unfinished is looked up for them alone.
    unfinished = and_(not_(completed), _holds(standing))
    flags: dict[str, ColumnElement[bool]] = {
        "required": _holds(standing),
        "completed": completed,
        "late": and_(completed, c.due_on.is_not(None), c.achieved_on > c.due_on),
        "exempt": and_(
            unfinished,
            or_(
                and_(not_(closed), _exempt(standing, day, own=own)),
                and_(due_reached, _exempt(standing, c.due_on, own=own)),
            ),
        ),
        "on_leave": and_(unfinished, _on_leave(standing, at, own=own)),
        "opened": c.opens_on <= day,
        "closed": closed,
        "started": and_(unfinished, or_(_attempted(standing), _read(standing))),
    }
    if own:
        flags["failed"] = _attempted(standing, Attempt.outcome == Outcome.FAILED)
    # A leave over the last day exempts from the cycle, once that day has come.
    flags["exempt"] = or_(flags["exempt"], and_(unfinished, due_reached, _on_leave(standing, c.due_on, own=own)))
    stage = case(
        (c.due_on.is_(None), DueStage.AHEAD),
        (c.grace_until_on < day, DueStage.OVER),
        (c.due_on < day, DueStage.GRACE),
        (c.soon_from_on <= day, DueStage.SOON),
        else_=DueStage.AHEAD,
    )
    code: ColumnElement[int] = cast(stage, Integer) * (1 << _DUE_SHIFT)
    for place, name in enumerate(_BITS):
        if name in flags:
            code = code + case((flags[name], 1 << place), else_=0)
    return select(standing, code.label("code"))


def _holds(standing: CTE) -> ColumnElement[bool]:
    """Not cancelled, and not the person's own free choice."""
    return and_(not_(cast(standing.c.cancelled, Boolean)), standing.c.reason != EnrolmentReason.VOLUNTARY)


def _exempt(standing: CTE, day: ColumnElement[date], *, own: bool) -> ColumnElement[bool]:
    """A decision covers that day, and none has ended it by then."""
    ended = exists().where(ExemptionEnd.exemption_id == Exemption.id, ExemptionEnd.ended_on <= day)
    covered = exists().where(
        Exemption.person_id == standing.c.person_id,
        Exemption.course_id == standing.c.course_id,
        Exemption.kind == ExemptionKind.EXEMPT,
        Exemption.from_on <= day,
        or_(Exemption.until_on.is_(None), Exemption.until_on >= day),
        not_(ended.correlate(Exemption, standing)),
    )
    return covered if own else and_(standing.c.person_id.in_(select(Exemption.person_id)), covered)


def _on_leave(standing: CTE, day: ColumnElement[date], *, own: bool) -> ColumnElement[bool]:
    """On leave that day from every employment held in the audience, and at least one is held."""
    held = and_(
        AudienceMember.person_id == standing.c.person_id,
        AudienceMember.requirement_id == standing.c.requirement_id,
        Employment.id == AudienceMember.employment_id,
        Employment.held_on(day),
    )
    away = and_(
        Leave.employment_id == Employment.id,
        Leave.holds_on(day),
    )
    ever_away = select(Employment.person_id).join(Leave, Leave.employment_id == Employment.id)
    return and_(
        true() if own else standing.c.person_id.in_(ever_away),
        exists(select(1).select_from(AudienceMember, Employment, Leave).where(held, away)),
        not_(
            exists(
                select(1)
                .select_from(AudienceMember, Employment)
                .where(held, not_(exists(select(1).select_from(Leave).where(away).correlate(Employment, standing))))
            )
        ),
    )


def _attempted(standing: CTE, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Attempt.enrolment_id == standing.c.enrolment_id, *conditions)


def _read(standing: CTE) -> ColumnElement[bool]:
    return exists().where(ReadingPlace.enrolment_id == standing.c.enrolment_id)
