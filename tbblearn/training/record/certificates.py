"""A certificate as its owner reads it, and what anybody who types its number is told."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from tbblearn.courses.models import CourseRecord, CourseVersion
from tbblearn.courses.queries import content, current_versions
from tbblearn.courses.rules import Goal, Level, Text
from tbblearn.db import run, stockholm_date
from tbblearn.people.models import OrgUnit, Person
from tbblearn.people.queries import county_name
from tbblearn.people.rules import UnitKind, search_key
from tbblearn.training.completion_models import Completion, CompletionCredit, CompletionEmployment, Revocation
from tbblearn.training.models import Enrolment
from tbblearn.training.rules import Basis, EnrolmentReason, NotFound


@dataclass(frozen=True)
class Job:
    """An employment held on the day; without a huvudman for those employed by the county's own office."""

    huvudman: str | None
    unit: str
    profession: str


@dataclass(frozen=True)
class CountsFor:
    """A task that the completion did, perhaps one of another course."""

    slug: str
    title: Text
    reason: EnrolmentReason
    cycle: int | None


@dataclass(frozen=True)
class Held:
    """What a course held when it was completed."""

    version: int
    published_on: date
    minutes: int
    goals: tuple[Goal, ...]


@dataclass(frozen=True)
class Certificate:
    """A completion that stands, with all that its certificate shows."""

    completion_id: int
    number: str | None
    """None until the timer has given it one."""
    slug: str
    title: Text
    level: Level
    held: Held | None
    """None where no version is known: the course was not taken here."""
    achieved_on: date
    recorded_on: date
    basis: Basis
    evidence: str
    person_name: str
    jobs: tuple[Job, ...]
    counts_for: tuple[CountsFor, ...]
    county: str


@dataclass(frozen=True)
class Checked:
    """What the number of a certificate tells anybody: nothing about who holds it."""

    title: Text
    level: Level
    achieved_on: date
    basis: Basis
    version: int | None
    published_on: date | None
    revoked_on: date | None
    name_matches: bool | None
    """Whether the name that was typed is the holder's; None where none was typed, or where the name has been erased."""


# Statements built once: building one takes longer than running it.
_COMPLETION = (
    select(
        Completion.id,
        Completion.person_id,
        Completion.number,
        Completion.course_version_id,
        Completion.achieved_on,
        Completion.recorded_at,
        Completion.basis,
        Completion.evidence,
        CourseRecord.slug,
        CourseVersion.number.label("version"),
        CourseVersion.published_at,
        Revocation.revoked_at,
        Person.given_name,
        Person.family_name,
    )
    .join(Person, Person.id == Completion.person_id)
    .join(CourseRecord, CourseRecord.id == Completion.course_id)
    .outerjoin(CourseVersion, CourseVersion.id == Completion.course_version_id)
    .outerjoin(Revocation, Revocation.completion_id == Completion.id)
)
_OWN = _COMPLETION.where(
    Completion.id == bindparam("completion_id"),
    Completion.person_id == bindparam("person_id"),
    Revocation.completion_id.is_(None),
)
_NUMBERED = _COMPLETION.where(Completion.number == bindparam("number"))
_huvudman = aliased(OrgUnit)
_JOBS = (
    select(_huvudman.name, OrgUnit.name.label("unit"), CompletionEmployment.profession)
    .join(OrgUnit, OrgUnit.id == CompletionEmployment.unit_id)
    .outerjoin(_huvudman, OrgUnit.inside(_huvudman.path) & (_huvudman.kind == UnitKind.HUVUDMAN))
    .where(CompletionEmployment.completion_id == bindparam("completion_id"))
    .order_by(_huvudman.name_sort, OrgUnit.name_sort, CompletionEmployment.id)
)
_COUNTS_FOR = (
    select(CourseRecord.slug, Enrolment.reason, Enrolment.cycle)
    .join(CompletionCredit, CompletionCredit.enrolment_id == Enrolment.id)
    .join(CourseRecord, CourseRecord.id == Enrolment.course_id)
    .where(CompletionCredit.completion_id == bindparam("completion_id"))
    .order_by(Enrolment.cycle, Enrolment.opens_on, Enrolment.id)
)


def certificate(person_id: int, completion_id: int) -> Certificate:
    """A person's own certificate. Raises NotFound for another's, and for a revoked completion."""
    row = run(_OWN, {"person_id": person_id, "completion_id": completion_id}).one_or_none()
    if row is None:
        raise NotFound(completion_id=completion_id)
    newest = _newest()
    course = content(row.course_version_id or newest[row.slug])
    held = None
    if row.course_version_id is not None:
        held = Held(row.version, stockholm_date(row.published_at), course.minutes, course.goals)
    return Certificate(
        completion_id=row.id,
        number=row.number,
        slug=row.slug,
        title=course.title,
        level=course.level,
        held=held,
        achieved_on=row.achieved_on,
        recorded_on=stockholm_date(row.recorded_at),
        basis=row.basis,
        evidence=row.evidence,
        person_name=_name(row.given_name, row.family_name),
        jobs=tuple(dict.fromkeys(Job(*job) for job in run(_JOBS, {"completion_id": row.id}))),
        counts_for=tuple(
            CountsFor(slug, content(newest[slug]).title, reason, cycle)
            for slug, reason, cycle in run(_COUNTS_FOR, {"completion_id": row.id})
        ),
        county=county_name(),
    )


def check(number: str, name: str) -> Checked | None:
    """What is told about a number; None where there is no such. `name` is compared only where the completion stands."""
    row = run(_NUMBERED, {"number": number}).one_or_none()
    if row is None:
        return None
    course = content(row.course_version_id or _newest()[row.slug])
    holder, typed = search_key(_name(row.given_name, row.family_name)), search_key(name)
    return Checked(
        title=course.title,
        level=course.level,
        achieved_on=row.achieved_on,
        basis=row.basis,
        version=row.version,
        published_on=None if row.published_at is None else stockholm_date(row.published_at),
        revoked_on=None if row.revoked_at is None else stockholm_date(row.revoked_at),
        name_matches=typed == holder if typed and holder and row.revoked_at is None else None,
    )


def _newest() -> dict[str, int]:
    """The id of the newest version of every course, by slug."""
    return {version.slug: version.id for version in current_versions()}


def _name(given_name: str, family_name: str) -> str:
    return f"{given_name} {family_name}".strip()
