"""Who belongs here today, and which roles hold: the only place that decides it, as SQL conditions.

Signing in, sessions, one-time links, mail and every query about `Grant` take their conditions from here. Nothing is
erased when an employment ends: whoever comes back is let in again, until the timer ends the grant (`people.ending`).
"""

from datetime import date, timedelta

from sqlalchemy import BindParameter, ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from tbblearn.people.models import ExternalAccess, Grant, OrgUnit, Placement, spans
from tbblearn.people.rules import HISTORY_DAYS, GrantSource

Day = date | BindParameter[date]
PersonId = InstrumentedAttribute[int] | ColumnElement[int]

_job, _external = aliased(Placement), aliased(ExternalAccess)
_employer, _granted = aliased(OrgUnit), aliased(OrgUnit)


def employed(person_id: PersonId, today: Day) -> ColumnElement[bool]:
    """SQL condition: the person is employed on this day, by any huvudman."""
    return exists(_jobs(person_id, today))


def external(person_id: PersonId, today: Day) -> ColumnElement[bool]:
    """SQL condition: the person has external access on this day."""
    return exists(
        select(_external.id).where(
            _external.person_id == person_id, _external.from_on <= today, _external.until_on >= today
        )
    )


def belongs(person_id: PersonId, today: Day) -> ColumnElement[bool]:
    """SQL condition: the person is employed or external on this day. Nobody else signs in or gets mail."""
    return or_(employed(person_id, today), external(person_id, today))


def left_lately(person_id: PersonId, today: Day, since: Day) -> ColumnElement[bool]:
    """SQL condition: an employment of the person ended before this day, on `since` or later.

    With `history_since(today)` it selects who may still read their own history after leaving.
    """
    return exists(
        select(_job.id)
        .select_from(_job)
        .where(_job.person_id == person_id, _job.until_on >= since, _job.until_on < today)
    )


def history_since(today: date) -> date:
    """The earliest last day of employment after which the own history can still be read."""
    return today - timedelta(days=HISTORY_DAYS)


def grant_holds(today: Day) -> ColumnElement[bool]:
    """SQL condition on `Grant`: the role holds on this day.

    One from an HR file holds while its person is employed (checking that the unit file still names that person comes
    with the import of such files, not built yet). One given by hand holds while its person is external or employed by
    the unit's huvudman; on the county, by any huvudman.
    """
    with_its_huvudman = (
        _jobs(Grant.person_id, today)
        .join(_employer, _employer.id == _job.unit_id)
        .join(_granted, _granted.id == Grant.unit_id)
        # A unit's source is its huvudman; the county has no parent.
        .where(or_(_granted.parent_id.is_(None), _granted.source == _employer.source))
        .correlate(Grant)
    )
    return and_(
        spans(Grant.from_on, Grant.until_on, today),
        or_(
            and_(Grant.source == GrantSource.HR, employed(Grant.person_id, today)),
            and_(Grant.source == GrantSource.HAND, or_(exists(with_its_huvudman), external(Grant.person_id, today))),
        ),
    )


def _jobs(person_id: PersonId, today: Day) -> Select[int]:
    return select(_job.id).select_from(_job).where(_job.person_id == person_id, _job.held_on(today))
