"""The timer's action: enrol, cancel, reinstate, move last days and count completions, a batch of people at a time."""

from collections import Counter
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from sqlalchemy import delete, insert

from tbblearn.db import db, stockholm_date
from tbblearn.training.models import AudienceMember, Enrolment, EnrolmentEvent
from tbblearn.training.requirements.completing import MOST_PERSONS, lock_persons, write_credits
from tbblearn.training.requirements.credits import Credit
from tbblearn.training.requirements.cycles import Deadlines, soon_from
from tbblearn.training.requirements.facts import Batch, RequirementFacts, batch, next_person_ids, organisation
from tbblearn.training.requirements.planning import NEW_ID, NewEnrolment, NewEvent, plan
from tbblearn.training.rules import EventKind

KINDS = ("enrolled", "cancelled", "reinstated", "due_changed", "counted", "audience")
"""What the timer counts. `counted` are credits added, `audience` employments that entered or left an audience."""


@dataclass(frozen=True)
class EnrolledBatch:
    """How much a batch changed, by kind; the next one continues from `last_person_id`, None after the last."""

    changes: dict[str, int]
    last_person_id: int | None


def enrol_all(after_person_id: int, *, now: datetime, today: date, size: int = MOST_PERSONS) -> EnrolledBatch:
    """Do what `planning.plan` says for the next `size` people (by id). Idempotent.

    The caller gives each batch its own transaction. A fixed number of queries per batch; writes are grouped by kind.
    """
    person_ids = next_person_ids(after_person_id, size)
    if not person_ids:
        return EnrolledBatch(dict.fromkeys(KINDS, 0), None)
    # What they hand in meanwhile waits, so that no task is cancelled at the moment it is passed.
    lock_persons(person_ids)
    everywhere = organisation(today)
    known = batch(person_ids)
    writes = _Writes(now)
    for requirement in everywhere.requirements:
        for person_id in person_ids:
            covered = known.covered(everywhere, requirement, person_id, today)
            writes.members |= {(requirement.id, placement_id, person_id) for placement_id in covered}
            if covered or (person_id, requirement.id) in known.enrolments:
                made = plan(known.facts(requirement, person_id, covered), today)
                if made.enrol is not None:
                    writes.enrol.append((person_id, requirement, made.enrol))
                writes.events += made.events
                writes.credits += ((person_id, requirement.id, credit) for credit in made.credits - known.credits)
    return EnrolledBatch(writes.write(known), person_ids[-1] if len(person_ids) == size else None)


class _Writes:
    """What a batch will write, gathered so that each table is written once."""

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
        write_credits(
            (
                replace(credit, enrolment_id=new_ids[(person_id, requirement_id)])
                if credit.enrolment_id == NEW_ID
                else credit
                for person_id, requirement_id, credit in self.credits
            ),
            now=self.now,
        )
        events = Counter(event.kind for event in self.events)
        return {
            "enrolled": len(self.enrol),
            **{kind.value: events[kind] for kind in EventKind},
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
                "recorded_at": self.now,
                **_dates(new.days, new.opens_on, today),
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
                "recorded_at": self.now,
                **_dates(event.days, opened[event.enrolment_id], event.on),
            }
            for event in self.events
        ]
        if rows:
            db.session.execute(insert(EnrolmentEvent), rows)

    def _write_members(self, before: set[tuple[int, int, int]]) -> int:
        """Returns how many employments entered or left an audience."""
        entered, left = self.members - before, before - self.members
        if entered:
            db.session.execute(
                insert(AudienceMember),
                [
                    {"requirement_id": requirement_id, "placement_id": placement_id, "person_id": person_id}
                    for requirement_id, placement_id, person_id in sorted(entered)
                ],
            )
        for requirement_id in {requirement_id for requirement_id, _, _ in left}:
            gone = [placement_id for one, placement_id, _ in left if one == requirement_id]
            db.session.execute(
                delete(AudienceMember).where(
                    AudienceMember.requirement_id == requirement_id, AudienceMember.placement_id.in_(gone)
                )
            )
        return len(entered) + len(left)


def _dates(days: Deadlines | None, opens_on: date, known_on: date) -> dict[str, date | None]:
    """The columns of a last day, all null without one."""
    if days is None:
        return dict.fromkeys(("due_on", "grace_until_on", "open_until_on", "soon_from_on"))
    return {**asdict(days), "soon_from_on": soon_from(days.due_on, opens_on, known_on)}
