"""Publishing a version of a course, with all it means to those who have taken it: one action (docs/rules/courses.md).

Both the editor's page and the command line publish through here. It does exactly what `effects` says, which the
editor's page shows beforehand.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from tbblearn.audit.actions import record
from tbblearn.audit.rules import Event
from tbblearn.courses.actions import Publication, publish
from tbblearn.courses.drafts.actions import demand_publishable, throw_away
from tbblearn.courses.edition import Edition
from tbblearn.courses.queries import version_changes
from tbblearn.courses.rules import PublishedMeanwhile
from tbblearn.db import db, stockholm_date
from tbblearn.mail.actions import NewMessage, queue_all
from tbblearn.training.changes.effects import Effects, Raised, effects
from tbblearn.training.changes.requests import ask_to_read, ask_to_renew
from tbblearn.training.models import Attempt, Regrade
from tbblearn.training.requirements.completing import NewCompletion, complete_all, in_batches, lock_persons
from tbblearn.training.rules import CORRECTED_KEY_MAIL, Basis


@dataclass(frozen=True)
class Published:
    """A publication and whom it affected; nobody if the content had been published before."""

    publication: Publication
    effects: Effects


def publish_edition(edition: Edition, *, now: datetime, published_by: int | None = None) -> Published:
    """Publish a course, mark again what a corrected key raises, and ask holders to read or to renew.

    Marking again only raises: no score falls, no pass is taken away. A new pass dates from the original hand-in, in the
    version of that attempt. `published_by` is the id of a person, or None from the command line.
    """
    publication = publish(edition, now=now, published_by=published_by)
    if not publication.is_new:
        return Published(publication, Effects())
    new = set(version_changes(publication.version_id))
    changes = [change for change in edition.course.changes if change.id in new]
    found = effects(edition.course, publication.number, changes, stockholm_date(now))
    touched = {one.person_id for one in found.completing} | {one.person_id for one in found.to_renew}
    for some in in_batches(sorted(touched)):
        lock_persons(some)
    _mark_again(found.raised, publication, now)
    _complete(found.completing, publication, now, published_by)
    if found.to_read:
        ask_to_read(found.to_read, publication.version_id, now=now)
    if found.to_renew:
        ask_to_renew(found.to_renew, publication.course_id, publication.version_id, publication.number, now=now)
    return Published(publication, found)


def publish_draft(
    draft_id: int, editions: Iterable[Edition], seen: Mapping[str, int], *, person_id: int, now: datetime
) -> list[Published]:
    """Publish every course of the editor's draft and delete it, all or nothing.

    `seen` is the number of each course's newest version, 0 if none, when the editor read what would change. Raises
    PublishedMeanwhile if any has another by now, NoSuchDraft if the draft is gone.
    """
    editions = list(editions)
    compared = {edition.course.slug: seen.get(edition.course.slug, -1) for edition in editions}
    demand_publishable(draft_id, compared, person_id=person_id, now=now)
    try:
        published = [publish_edition(edition, now=now, published_by=person_id) for edition in editions]
    except IntegrityError as error:
        # Two editors at the same moment, both with a course that had no version yet.
        raise PublishedMeanwhile from error
    throw_away(draft_id, person_id=person_id)
    return published


def _mark_again(raised: Sequence[Raised], publication: Publication, now: datetime) -> None:
    """Raise the attempts, and record what they were."""
    if not raised:
        return
    db.session.execute(
        insert(Regrade),
        [
            {
                "attempt_id": one.attempt_id,
                "course_version_id": publication.version_id,
                "score_before": len(one.right_ids) - len(one.new_ids),
                "score": len(one.right_ids),
                "outcome_before": one.outcome_before,
                "outcome": one.outcome,
                "recorded_at": now,
            }
            for one in raised
        ],
    )
    db.session.execute(
        update(Attempt),
        [
            {
                "id": one.attempt_id,
                "score": len(one.right_ids),
                "right_ids": list(one.right_ids),
                "outcome": one.outcome,
            }
            for one in raised
        ],
    )


def _complete(completing: Sequence[Raised], publication: Publication, now: datetime, by: int | None) -> None:
    """Record the completions, log them, and write to each person once, about the earliest."""
    completion_ids = complete_all(
        [
            NewCompletion(
                person_id=one.person_id,
                course_id=publication.course_id,
                achieved_at=one.handed_in_at,
                achieved_on=stockholm_date(one.handed_in_at),
                basis=Basis.PASSED,
                course_version_id=one.version_id,
                enrolment_id=one.enrolment_id,
                attempt_id=one.attempt_id,
            )
            for one in completing
        ],
        now=now,
    )
    first: dict[int, int] = {}
    for one, completion_id in zip(completing, completion_ids, strict=True):
        first.setdefault(one.person_id, completion_id)
        record(
            Event.COMPLETION_RECORDED,
            now=now,
            actor_id=by,
            object_kind="completion",
            object_id=completion_id,
            basis=Basis.PASSED.value,
            corrected_in=publication.version_id,
        )
    queue_all(
        CORRECTED_KEY_MAIL,
        [
            NewMessage(
                person_id, f"{CORRECTED_KEY_MAIL}:{publication.version_id}:{person_id}", {"completion": completion_id}
            )
            for person_id, completion_id in first.items()
        ],
        now=now,
    )
