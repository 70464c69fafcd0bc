"""What a manager sees of one person: never a score, an attempt, or that something was failed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from tbblearn.courses.rules import Text
from tbblearn.db import db
from tbblearn.people.models import Employment, OrgUnit, Person
from tbblearn.people.queries import within
from tbblearn.people.rules import Scope
from tbblearn.training.record.queries import HistoryExemption, HistoryTask, OwnCompletion, history
from tbblearn.training.rules import Basis, NotFound, RevocationReason, manager_view
from tbblearn.training.standing.population import places


@dataclass(frozen=True)
class ManagedCompletion:
    """A completion as a manager sees it; one that was withdrawn stays, with the reason."""

    id: int
    title: Text
    achieved_on: date
    basis: Basis
    evidence: str
    cycles: tuple[int, ...]
    revoked_on: date | None
    revocation_reason: RevocationReason | None


@dataclass(frozen=True)
class ManagedHistory:
    """What is asked of somebody, with what they have done for it and what was decided; nothing they chose freely.

    Tasks and exemptions are those of the person's own history, so that both read the same.
    """

    tasks: tuple[HistoryTask, ...]
    completions: tuple[ManagedCompletion, ...]
    exemptions: tuple[HistoryExemption, ...]


@dataclass(frozen=True)
class ManagedPerson:
    """What a manager sees of one person: never a score, an attempt, or that something was failed."""

    person_id: int
    name: str | None
    units: tuple[str, ...]
    professions: tuple[str, ...]
    history: ManagedHistory


def person_page(person_id: int, scope: Scope, today: date) -> ManagedPerson:
    """One person in the scope with their tasks, completions and exemptions. Raises NotFound."""
    row = db.session.execute(
        select(Person.given_name, Person.family_name, Person.protected_identity)
        .where(Person.id == person_id)
        .where(
            select(Employment.id)
            .join(OrgUnit, OrgUnit.id == Employment.unit_id)
            .where(Employment.person_id == person_id, Employment.held_on(today), within(scope))
            .exists()
        )
    ).one_or_none()
    if row is None:
        raise NotFound(person_id=person_id)
    units, professions = places([person_id], today, within(scope))[person_id]
    seen = history(person_id, today)
    tasks = tuple(replace(task, status=manager_view(task.status)) for task in seen.tasks if task.cycle is not None)
    return ManagedPerson(
        person_id,
        None if row.protected_identity else f"{row.given_name} {row.family_name}".strip(),
        units,
        professions,
        ManagedHistory(
            tasks,
            tuple(
                ManagedCompletion(
                    one.id,
                    one.title,
                    one.achieved_on,
                    one.basis,
                    one.evidence,
                    one.cycles,
                    one.revoked_on,
                    one.revocation_reason,
                )
                for one in _asked_for(seen.completions)
            ),
            seen.exemptions,
        ),
    )


def _asked_for(newest_first: Sequence[OwnCompletion]) -> list[OwnCompletion]:
    """The completions without the quizzes taken freely: those that do no task that was not done before.

    One that was withdrawn is shown where it did a task, or was written down by somebody; it leaves the task undone.
    """
    done: set[tuple[str, int]] = set()
    found = []
    for one in reversed(newest_first):
        does = {(one.slug, cycle) for cycle in one.cycles} - done
        if does or one.basis is not Basis.PASSED:
            found.append(one)
            if one.revoked_on is None:
                done |= does
    return found[::-1]
