"""The timer's action: enrol, cancel, reinstate, move last days, and count completions, for a batch of persons."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, insert

from tbblearn.db import db, stockholm_date
from tbblearn.training.models import AudienceMember, Enrolment, EnrolmentEvent
from tbblearn.training.requirements.completing import MOST_PERSONS, lock_persons, write_credits
from tbblearn.training.requirements.credits import Credit
from tbblearn.training.requirements.cycles import soon_from
from tbblearn.training.requirements.facts import (
    Batch,
    Organisation,
    RequirementFacts,
    batch,
    next_person_ids,
    organisation,
)
from tbblearn.training.requirements.planning import NEW_ID, NewEnrolment, NewEvent, plan
from tbblearn.training.rules import EventKind

KINDS = ("enrolled", "cancelled", "reinstated", "due_changed", "counted", "audience")
"""What the timer counts. `counted` are credits added, `audience` employments that came into an audience or left it."""


@dataclass(frozen=True)
class EnrolledBatch:
    """What one batch changed, by kind; `last_person_id` is where the next one goes on, None after the last."""

    changes: dict[str, int]
    last_person_id: int | None


def enrol_all(after_person_id: int, *, now: datetime, today: date, size: int = MOST_PERSONS) -> EnrolledBatch:
    """Bring the tasks of the next `size` persons (by id) into step with who is required to do what today.

    Twice in a row the second changes nothing. The caller gives each batch its own transaction. A fixed number of
    queries a batch, however many persons; writes are grouped by kind.
    """
    person_ids = next_person_ids(after_person_id, size)
    if not person_ids:
        return EnrolledBatch(dict.fromkeys(KINDS, 0), None)
    changes = bring_into_step(person_ids, now=now, today=today)
    return EnrolledBatch(changes, person_ids[-1] if len(person_ids) == size else None)


def bring_into_step(person_ids: list[int], *, now: datetime, today: date) -> dict[str, int]:
    """Do for these persons what `planning.plan` says; returns the number of changes by kind."""
    # What they hand in meanwhile waits, so that nobody's task is cancelled in the moment it is passed.
    lock_persons(person_ids)
    everywhere = organisation(today)
    known = batch(person_ids)
    writes = _Writes(now)
    for requirement in everywhere.requirements:
        for person_id in person_ids:
            _plan_one(everywhere, known, requirement, person_id, today, writes)
    return writes.write(known)


def _plan_one(
    everywhere: Organisation,
    known: Batch,
    requirement: RequirementFacts,
    person_id: int,
    today: date,
    writes: "_Writes",
) -> None:
    covered = known.covered(everywhere, requirement, person_id, today)
    writes.members |= {(requirement.id, employment_id, person_id) for employment_id in covered}
    if not covered and (person_id, requirement.id) not in known.enrolments:
        return
    made = plan(known.facts(requirement, person_id, covered), today)
    if made.enrol is not None:
        writes.enrol.append((person_id, requirement, made.enrol))
    writes.events += made.events
    for credit in made.credits - known.credits:
        writes.credits.append((person_id, requirement.id, credit))


class _Writes:
    """What a batch is going to write, so that each table is written once."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.enrol: list[tuple[int, RequirementFacts, NewEnrolment]] = []
        self.events: list[NewEvent] = []
        self.credits: list[tuple[int, int, Credit]] = []
        self.members: set[tuple[int, int, int]] = set()

    def write(self, known: Batch) -> dict[str, int]:
        """Write everything; returns the number of changes by kind."""
        new_ids = self._write_enrolments()
        self._write_events(known)
        self._write_credits(new_ids)
        kinds = Counter(event.kind for event in self.events)
        return {
            "enrolled": len(self.enrol),
            "cancelled": kinds[EventKind.CANCELLED],
            "reinstated": kinds[EventKind.REINSTATED],
            "due_changed": kinds[EventKind.DUE_CHANGED],
            "counted": len(self.credits),
            "audience": self._write_members(known.members),
        }

    def _write_enrolments(self) -> dict[tuple[int, int], int]:
        """Add the enrolments; returns their ids by (person, requirement)."""
        if not self.enrol:
            return {}
        today = stockholm_date(self.now)
        rows = [
            {
                "person_id": person_id,
                "course_id": requirement.course_id,
                "requirement_id": requirement.id,
                "requirement_key": str(requirement.id),
                "occasion": new.occasion,
                "reason": new.reason,
                "cycle": new.cycle,
                "opens_on": new.opens_on,
                "due_on": new.days.due_on,
                "grace_until_on": new.days.grace_until_on,
                "open_until_on": new.days.open_until_on,
                "soon_from_on": soon_from(new.days.due_on, new.opens_on, today),
                "recorded_at": self.now,
            }
            for person_id, requirement, new in self.enrol
        ]
        added = db.session.execute(
            insert(Enrolment).returning(Enrolment.person_id, Enrolment.requirement_id, Enrolment.id), rows
        )
        return {(row.person_id, row.requirement_id): row.id for row in added}

    def _write_events(self, known: Batch) -> None:
        opened = {one.id: one.opens_on for enrolments in known.enrolments.values() for one in enrolments}
        rows = [
            {
                "enrolment_id": event.enrolment_id,
                "kind": event.kind,
                "reason": event.reason,
                "happened_on": event.on,
                "due_on": event.days.due_on if event.days else None,
                "grace_until_on": event.days.grace_until_on if event.days else None,
                "open_until_on": event.days.open_until_on if event.days else None,
                "soon_from_on": soon_from(event.days.due_on, opened[event.enrolment_id], event.on)
                if event.days
                else None,
                "recorded_at": self.now,
            }
            for event in self.events
        ]
        if rows:
            db.session.execute(insert(EnrolmentEvent), rows)

    def _write_credits(self, new_ids: dict[tuple[int, int], int]) -> None:
        rows = [
            {
                "completion_id": credit.completion_id,
                "enrolment_id": new_ids[(person_id, requirement_id)]
                if credit.enrolment_id == NEW_ID
                else credit.enrolment_id,
                "recorded_at": self.now,
            }
            for person_id, requirement_id, credit in self.credits
        ]
        write_credits(rows)

    def _write_members(self, before: set[tuple[int, int, int]]) -> int:
        entered, left = self.members - before, before - self.members
        if entered:
            db.session.execute(
                insert(AudienceMember),
                [
                    {"requirement_id": requirement_id, "employment_id": employment_id, "person_id": person_id}
                    for requirement_id, employment_id, person_id in sorted(entered)
                ],
            )
        for requirement_id in {requirement_id for requirement_id, _, _ in left}:
            gone = [employment_id for one, employment_id, _ in left if one == requirement_id]
            db.session.execute(
                delete(AudienceMember).where(
                    AudienceMember.requirement_id == requirement_id, AudienceMember.employment_id.in_(gone)
                )
            )
        return len(entered) + len(left)
