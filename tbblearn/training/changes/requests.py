"""Asking those who have completed a course to read what a newer version changed, or to take it again by a day."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from tbblearn.courses.queries import content, versions
from tbblearn.db import db, stockholm_date
from tbblearn.mail.actions import NewMessage, queue_all
from tbblearn.training.changes.effects import Renewal, asked_by, holders, renewal
from tbblearn.training.models import NO_REQUIREMENT, Enrolment, EnrolmentEvent, ReadingRequest
from tbblearn.training.requirements.completing import in_batches
from tbblearn.training.requirements.credits import renewal_occasion
from tbblearn.training.requirements.cycles import soon_from
from tbblearn.training.rules import COURSE_CHANGED_MAIL, RENEWAL_MAIL, EnrolmentReason, EventKind, EventReason
from tbblearn.training.standing.facts import now_standing


def ask_to_read(person_ids: Sequence[int], version_id: int, *, now: datetime) -> None:
    """Ask these persons, once each, to read what the version changed, and tell them by mail."""
    added = postgresql_insert if db.engine.dialect.name == "postgresql" else sqlite_insert
    for some in in_batches(person_ids):
        db.session.execute(
            added(ReadingRequest).on_conflict_do_nothing(),
            [{"person_id": one, "course_version_id": version_id, "asked_at": now} for one in some],
        )
    _tell(COURSE_CHANGED_MAIL, person_ids, version_id, now)


def ask_to_renew(renewals: Sequence[Renewal], course_id: int, version_id: int, number: int, *, now: datetime) -> None:
    """Assign each of these persons the course again, as a task with a last day, and tell them by mail.

    An unfinished renewal for an earlier version ends: one task, for the newest version. The persons must be locked.
    """
    by_person = {one.person_id: one for one in renewals}
    for some in in_batches(list(by_person)):
        _end_earlier(some, course_id, now)
        db.session.execute(insert(Enrolment), [_enrolment(by_person[one], course_id, number, now) for one in some])
    _tell(RENEWAL_MAIL, list(by_person), version_id, now)


def ask_who_passed_older(person_id: int, slug: str, version_id: int, *, now: datetime) -> None:
    """Ask of a person who has just passed an older version what later versions ask of its holders."""
    today = stockholm_date(now)
    rows = versions(slug)
    newest, number = rows[0], next(row.number for row in rows if row.id == version_id)
    later = {change_id for row in rows if row.number > number for change_id in row.changes}
    read, renew_by = asked_by([change for change in content(newest.id).changes if change.id in later], today)
    held = holders(newest.course_id, today, person_id) if read or renew_by else []
    if renew_by is not None:
        ask_to_renew([renewal(one, renew_by) for one in held], newest.course_id, newest.id, newest.number, now=now)
    elif read:
        ask_to_read([one.person_id for one in held], newest.id, now=now)


def _end_earlier(person_ids: Sequence[int], course_id: int, now: datetime) -> None:
    today = stockholm_date(now)
    standing = now_standing(
        Enrolment.person_id.in_(person_ids),
        Enrolment.course_id == course_id,
        Enrolment.reason == EnrolmentReason.RENEWAL,
    )
    ended = [
        {
            "enrolment_id": row.enrolment_id,
            "kind": EventKind.CANCELLED,
            "reason": EventReason.REQUIREMENT_CHANGED,
            "happened_on": today,
            "recorded_at": now,
        }
        for row in db.session.execute(select(standing))
        if not row.cancelled and row.achieved_on is None
    ]
    if ended:
        db.session.execute(insert(EnrolmentEvent), ended)


def _enrolment(one: Renewal, course_id: int, number: int, now: datetime) -> dict[str, object]:
    today = stockholm_date(now)
    return {
        "person_id": one.person_id,
        "course_id": course_id,
        "requirement_id": one.requirement_id,
        "requirement_key": NO_REQUIREMENT if one.requirement_id is None else str(one.requirement_id),
        "occasion": renewal_occasion(number),
        "reason": EnrolmentReason.RENEWAL,
        "cycle": one.cycle,
        "opens_on": today,
        "due_on": one.days.due_on,
        "grace_until_on": one.days.grace_until_on,
        "open_until_on": one.days.open_until_on,
        "soon_from_on": soon_from(one.days.due_on, today),
        "recorded_at": now,
    }


def _tell(kind: str, person_ids: Sequence[int], version_id: int, now: datetime) -> None:
    queue_all(
        kind,
        [NewMessage(one, f"{kind}:{version_id}:{one}", {"version": version_id}) for one in person_ids],
        now=now,
    )
