"""One person as their manager sees them: never a score, an attempt, or that something was failed."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from sqlalchemy import Exists, Row, select

from tbblearn.courses.rules import Text
from tbblearn.db import db
from tbblearn.people.models import OrgUnit, Person, Placement
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
    """What is asked of a person, what they have completed for it and what was decided; nothing they chose freely.

    Tasks and exemptions are those of the person's own history, so that both read the same.
    """

    tasks: tuple[HistoryTask, ...]
    completions: tuple[ManagedCompletion, ...]
    exemptions: tuple[HistoryExemption, ...]


@dataclass(frozen=True)
class ManagedPerson:
    """A person in their manager's eyes; the name is None where the identity is protected."""

    person_id: int
    name: str | None
    units: tuple[str, ...]
    professions: tuple[str, ...]
    history: ManagedHistory


def person_page(person_id: int, scope: Scope, today: date) -> ManagedPerson:
    """One person in the scope with their tasks, completions and exemptions. Raises NotFound."""
    row = db.session.execute(
        select(Person.given_name, Person.family_name, Person.protected_identity).where(
            Person.id == person_id, employed_within(person_id, scope, today)
        )
    ).one_or_none()
    if row is None:
        raise NotFound(person_id=person_id)
    units, professions = places([person_id], today, within(scope))[person_id]
    seen = history(person_id, today)
    return ManagedPerson(
        person_id=person_id,
        name=shown_name(row),
        units=units,
        professions=professions,
        history=ManagedHistory(
            tasks=tuple(
                replace(task, status=manager_view(task.status)) for task in seen.tasks if task.cycle is not None
            ),
            completions=tuple(_managed(one) for one in _asked_for(seen.completions)),
            exemptions=seen.exemptions,
        ),
    )


def employed_within(person_id: int, scope: Scope, today: date) -> Exists:
    """SQL condition: the person is employed in the scope today."""
    return (
        select(Placement.id)
        .join(OrgUnit, OrgUnit.id == Placement.unit_id)
        .where(Placement.person_id == person_id, Placement.held_on(today), within(scope))
        .exists()
    )


def shown_name(row: Row[*tuple[Any, ...]]) -> str | None:
    """A person's name as managers see it; None where the identity is protected."""
    return None if row.protected_identity else f"{row.given_name} {row.family_name}".strip()


def _managed(one: OwnCompletion) -> ManagedCompletion:
    return ManagedCompletion(**{field.name: getattr(one, field.name) for field in fields(ManagedCompletion)})


def _asked_for(newest_first: Sequence[OwnCompletion]) -> list[OwnCompletion]:
    """The completions without quizzes taken freely: those that complete no task that was not complete before.

    A withdrawn one is shown if it completed a task or was recorded by hand; it leaves the task undone.
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
