"""What the timer does about people: end the roles of those gone too long, and warn that external access soon ends."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from tbblearn.audit.actions import record
from tbblearn.audit.rules import Event
from tbblearn.db import db, stockholm_date
from tbblearn.mail.actions import NewMessage, queue_all
from tbblearn.people.models import ExternalAccess, Grant, OrgUnit, Placement, spans
from tbblearn.people.rules import TELL_DAYS, GrantEnd, GrantSource, Span, lapsed_on, telling

EXTERNAL_ENDS_MAIL = "external_ends"

Changes = dict[str, int]
Job = Callable[[datetime, date], Changes]

KINDS = ("roles_ended", "externals_told")
"""What the timer counts."""


def jobs() -> Iterable[Job]:
    """The timer's jobs; the caller runs each in its own transaction."""
    return (end_lapsed_roles, tell_of_ends)


def end_lapsed_roles(now: datetime, today: date) -> Changes:
    """End the roles that no employment or external access has carried for more than `RETURN_DAYS`, and log each.

    The role's last day becomes that of what carried it. Returning later takes a new decision; but until a run has seen
    the gap, a role works again for whoever returns, so the timer should run every day.
    """
    unit = aliased(OrgUnit)
    grants = db.session.execute(
        select(Grant, unit.source, unit.parent_id)
        .join(unit, unit.id == Grant.unit_id)
        .where(spans(Grant.from_on, Grant.until_on, today))
        .order_by(Grant.id)
    ).all()
    jobs_of, externals_of = _employments(), _externals()
    ended = 0
    for grant, source, parent_id in grants:
        by_hand = grant.source is GrantSource.HAND
        carried = [
            span
            for employer, span in jobs_of[grant.person_id]
            if not by_hand or parent_id is None or employer == source
        ]
        begun = max(grant.from_on, stockholm_date(grant.given_at))  # whoever gave it knew what came before
        last = lapsed_on(begun, carried + (externals_of[grant.person_id] if by_hand else []), today)
        if last is None:
            continue
        grant.until_on, grant.end_reason = last, GrantEnd.NOT_EMPLOYED
        record(
            Event.ROLE_ENDED,
            now=now,
            object_kind="person",
            object_id=grant.person_id,
            role=grant.role,
            unit_id=grant.unit_id,
            reason=GrantEnd.NOT_EMPLOYED,
        )
        ended += 1
    db.session.flush()
    return {"roles_ended": ended}


def _employments() -> dict[int, list[tuple[str, Span]]]:
    """Huvudman and span of the employments of everyone with a role, by person."""
    found: dict[int, list[tuple[str, Span]]] = defaultdict(list)
    for person_id, source, start_on, end_on in db.session.execute(
        select(Placement.person_id, OrgUnit.source, Placement.from_on, Placement.until_on)
        .join(OrgUnit, OrgUnit.id == Placement.unit_id)
        .where(Placement.person_id.in_(select(Grant.person_id)))
    ):
        found[person_id].append((source, (start_on, end_on)))
    return found


def _externals() -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = defaultdict(list)
    for person_id, from_on, until_on in db.session.execute(
        select(ExternalAccess.person_id, ExternalAccess.from_on, ExternalAccess.until_on)
    ):
        found[person_id].append((from_on, until_on))
    return found


def tell_of_ends(now: datetime, today: date) -> Changes:
    """Queue the letters that external access soon ends, to its person and sponsor, once for each of TELL_DAYS.

    None for access that has been renewed.
    """
    latest = (
        select(ExternalAccess.person_id, func.max(ExternalAccess.until_on).label("until_on"))
        .group_by(ExternalAccess.person_id)
        .subquery()
    )
    ending = db.session.scalars(
        select(ExternalAccess)
        .join(
            latest,
            (latest.c.person_id == ExternalAccess.person_id) & (latest.c.until_on == ExternalAccess.until_on),
        )
        .where(ExternalAccess.until_on.between(today, today + timedelta(days=max(TELL_DAYS))))
        .order_by(ExternalAccess.id)
    ).all()
    letters = []
    for access in ending:
        days = telling(access.from_on, access.until_on, today)
        if days is None:
            continue
        values: dict[str, str | int] = {"person": access.person_id, "until": access.until_on.isoformat()}
        for recipient in {access.person_id, access.sponsor_id or access.person_id}:
            key = f"{EXTERNAL_ENDS_MAIL}:{access.person_id}:{access.until_on}:{days}:{recipient}"
            letters.append(NewMessage(recipient, key, values))
    return {"externals_told": queue_all(EXTERNAL_ENDS_MAIL, letters, now=now)}
