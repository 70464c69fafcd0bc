"""What a person has on record: completions, exemptions, history."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select

from tbblearn.courses.models import CourseVersion
from tbblearn.courses.queries import content, current_versions
from tbblearn.courses.rules import Text
from tbblearn.db import run, stockholm_date
from tbblearn.training.completion_models import Completion, CompletionCredit, Revocation
from tbblearn.training.exemption_models import Exemption, ExemptionEnd
from tbblearn.training.models import Enrolment, Regrade
from tbblearn.training.record.tasks import own_tasks
from tbblearn.training.requirements.exemptions import Decision, set_aside
from tbblearn.training.rules import FREED, Basis, EnrolmentReason, Outcome, RevocationReason, Status


@dataclass(frozen=True)
class OwnCompletion:
    """A completion with the enrolments it counts for."""

    id: int
    course_id: int
    slug: str
    title: Text
    version: int | None
    achieved_on: date
    basis: Basis
    evidence: str
    enrolment_ids: frozenset[int]
    cycles: tuple[int, ...]
    revoked_on: date | None
    revocation_reason: RevocationReason | None
    corrected_on: date | None
    """The day a corrected key made it a pass. Only for the person."""


@dataclass(frozen=True)
class HistoryTask:
    """A present or past task; without a last day while the person is on leave or exempt."""

    slug: str
    title: Text
    reason: EnrolmentReason
    cycle: int | None
    opens_on: date
    due_on: date | None
    grace_until_on: date | None
    achieved_on: date | None
    status: Status


@dataclass(frozen=True)
class HistoryExemption:
    """An exemption or an extension from a course."""

    slug: str
    title: Text
    decision: Decision
    set_aside: bool
    """A later decision applies on days that it covers."""


@dataclass(frozen=True)
class History:
    """Everything on record about a person's courses, newest first."""

    tasks: tuple[HistoryTask, ...]
    completions: tuple[OwnCompletion, ...]
    exemptions: tuple[HistoryExemption, ...]


# Statements built once: building one takes longer than running it.
_COUNTED = (
    select(CompletionCredit.completion_id, CompletionCredit.enrolment_id, Enrolment.cycle)
    .join(Enrolment, Enrolment.id == CompletionCredit.enrolment_id)
    .where(Enrolment.person_id == bindparam("person_id"))
)
_passed_again = (
    select(Regrade.recorded_at)
    .where(
        Regrade.attempt_id == Completion.attempt_id,
        Regrade.outcome_before == Outcome.FAILED,
        Regrade.outcome == Outcome.PASSED,
    )
    .correlate(Completion)
    .scalar_subquery()
)
_COMPLETIONS = (
    select(
        Completion.id,
        Completion.course_id,
        Completion.course_version_id,
        CourseVersion.number,
        Completion.achieved_on,
        Completion.basis,
        Completion.evidence,
        Revocation.revoked_at,
        Revocation.reason,
        _passed_again.label("passed_again_at"),
    )
    .outerjoin(CourseVersion, CourseVersion.id == Completion.course_version_id)
    .outerjoin(Revocation, Revocation.completion_id == Completion.id)
    .where(Completion.person_id == bindparam("person_id"))
    .order_by(Completion.achieved_at.desc(), Completion.id.desc())
)
_DECISIONS = (
    select(
        Exemption.id,
        Exemption.course_id,
        Exemption.kind,
        Exemption.from_on,
        Exemption.until_on,
        Exemption.reason,
        Exemption.enrolment_id,
        ExemptionEnd.ended_on,
        ExemptionEnd.reason.label("end_reason"),
    )
    .outerjoin(ExemptionEnd, ExemptionEnd.exemption_id == Exemption.id)
    .where(Exemption.person_id == bindparam("person_id"))
    .order_by(Exemption.from_on.desc(), Exemption.id.desc(), ExemptionEnd.ended_on.desc(), ExemptionEnd.id.desc())
)


def own_completions(person_id: int) -> list[OwnCompletion]:
    """A person's completions, revoked ones included, newest first. At most three queries, and the courses' contents."""
    rows = run(_COMPLETIONS, {"person_id": person_id}).all()
    if not rows:
        return []
    named = _named()
    counted: dict[int, dict[int, int | None]] = defaultdict(dict)
    for completion_id, enrolment_id, cycle in run(_COUNTED, {"person_id": person_id}):
        counted[completion_id][enrolment_id] = cycle
    found = []
    for row in rows:
        slug, title = named[row.course_id]
        found.append(
            OwnCompletion(
                id=row.id,
                course_id=row.course_id,
                slug=slug,
                title=title if row.course_version_id is None else content(row.course_version_id).title,
                version=row.number,
                achieved_on=row.achieved_on,
                basis=row.basis,
                evidence=row.evidence,
                enrolment_ids=frozenset(counted[row.id]),
                cycles=tuple(sorted({cycle for cycle in counted[row.id].values() if cycle is not None})),
                revoked_on=None if row.revoked_at is None else stockholm_date(row.revoked_at),
                revocation_reason=row.reason,
                corrected_on=None if row.passed_again_at is None else stockholm_date(row.passed_again_at),
            )
        )
    return found


def history(person_id: int, today: date) -> History:
    """Every task not cancelled, every completion, every exemption: what 'Intyg och historik' shows."""
    named = _named()
    tasks = [task for task in own_tasks(person_id, today) if not task.cancelled]
    return History(
        tasks=tuple(
            HistoryTask(
                slug=slug,
                title=title,
                reason=task.reason,
                cycle=task.cycle,
                opens_on=task.opens_on,
                due_on=None if task.status.progress in FREED else task.due_on,
                grace_until_on=None if task.status.progress in FREED else task.grace_until_on,
                achieved_on=task.achieved_on,
                status=task.status,
            )
            for task in sorted(tasks, key=lambda task: (task.opens_on, task.enrolment_id), reverse=True)
            for slug, title in [named[task.course_id]]
        ),
        completions=tuple(own_completions(person_id)),
        exemptions=tuple(own_exemptions(person_id)),
    )


def decisions(person_id: int) -> dict[int, list[Decision]]:
    """A person's exemptions and extensions by course, latest first. One query."""
    # Of several ends the earliest holds: it comes last and replaces the others.
    rows = {row["id"]: dict(row) for row in run(_DECISIONS, {"person_id": person_id}).mappings()}
    found: dict[int, list[Decision]] = defaultdict(list)
    for row in rows.values():
        found[row.pop("course_id")].append(Decision(**row))
    return found


def own_exemptions(person_id: int) -> list[HistoryExemption]:
    """A person's exemptions and extensions, latest first. At most two queries."""
    by_course = decisions(person_id)
    named = _named() if by_course else {}
    found = [
        HistoryExemption(*named[course_id], one, set_aside(one, many))
        for course_id, many in by_course.items()
        for one in many
    ]
    return sorted(found, key=lambda one: (one.decision.from_on, one.decision.id), reverse=True)


def _named() -> dict[int, tuple[str, Text]]:
    """The slug and current title of every course, by id."""
    return {version.course_id: (version.slug, content(version.id).title) for version in current_versions()}
