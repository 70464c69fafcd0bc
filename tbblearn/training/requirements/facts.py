"""Reads all that decides what persons have to do, for a batch of persons at a time; a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select

from tbblearn.courses.models import CourseVersion
from tbblearn.courses.queries import content, current_versions
from tbblearn.db import db
from tbblearn.people.models import Employment, Leave, OrgUnit
from tbblearn.people.rules import Level, UnitKind
from tbblearn.training.completion_models import Completion, CompletionCredit
from tbblearn.training.models import (
    AudienceMember,
    Enrolment,
    Requirement,
    RequirementAdoption,
    RequirementRule,
)
from tbblearn.training.requirements.audience import AudienceRule, EmploymentFacts, covers
from tbblearn.training.requirements.credits import CompletionFact, Credit, EnrolmentState
from tbblearn.training.requirements.cycles import Absence, EmploymentSpan, MonthDay, Terms
from tbblearn.training.requirements.planning import EmploymentReach, PersonFacts, Reach
from tbblearn.training.standing.facts import now_standing


@dataclass(frozen=True)
class UnitFacts:
    """A unit as audience rules see it, and the huvudman it belongs to (None: none, or above them)."""

    path: str
    level: Level | None
    service: str
    huvudman_id: int | None


@dataclass(frozen=True)
class RequirementFacts:
    """A requirement with its audience rules, and how it reaches each huvudman that has adopted it."""

    id: int
    course_id: int
    terms: Terms
    rules: tuple[AudienceRule, ...]
    reaches: dict[int, Reach]
    satisfied_by: frozenset[int]
    """Courses whose completion counts: its own, and those that satisfy it."""


@dataclass(frozen=True)
class Organisation:
    """What is the same for every person: the tree and the requirements."""

    units: dict[int, UnitFacts]
    requirements: tuple[RequirementFacts, ...]


@dataclass
class Batch:
    """What is known of some persons, by person id; enrolments, members and credits by (person, requirement)."""

    employments: dict[int, list[tuple[int, str, EmploymentSpan]]] = field(default_factory=lambda: defaultdict(list))
    absences: dict[int, list[Absence]] = field(default_factory=lambda: defaultdict(list))
    enrolments: dict[tuple[int, int], list[EnrolmentState]] = field(default_factory=lambda: defaultdict(list))
    completions: dict[int, list[tuple[int, CompletionFact]]] = field(default_factory=lambda: defaultdict(list))
    """(course, completion); the version is that course's."""
    credits: set[Credit] = field(default_factory=set)
    members: set[tuple[int, int, int]] = field(default_factory=set)
    """(requirement, employment, person)."""

    def facts(self, requirement: RequirementFacts, person_id: int, covered: dict[int, Reach]) -> PersonFacts:
        """All that decides what one person has to do for one requirement; `covered` are the employments it reaches."""
        reaches = sorted(covered.values(), key=lambda reach: (reach.terms.due, reach.huvudman_id))
        return PersonFacts(
            reaches[0].terms if reaches else requirement.terms,
            tuple(EmploymentReach(span, covered.get(number)) for number, _, span in self.employments[person_id]),
            tuple(self.absences.get(person_id, ())),
            tuple(self.enrolments.get((person_id, requirement.id), ())),
            tuple(
                done if course_id == requirement.course_id else replace(done, version=None)
                for course_id, done in self.completions.get(person_id, ())
                if course_id in requirement.satisfied_by
            ),
        )

    def covered(
        self, organisation: Organisation, requirement: RequirementFacts, person_id: int, today: date
    ) -> dict[int, Reach]:
        """The person's employments in the requirement's audience today, each with how it is reached."""
        found = {}
        for number, profession, span in self.employments.get(person_id, ()):
            unit = organisation.units[span.unit_id]
            reach = None if unit.huvudman_id is None else requirement.reaches.get(unit.huvudman_id)
            if reach is None:
                continue
            facts = EmploymentFacts(unit.path, unit.level, unit.service, profession, span.start_on, span.end_on)
            if covers(requirement.rules, facts, today):
                found[number] = reach
        return found


def organisation(today: date) -> Organisation:
    """The tree and every requirement, with the adoptions that hold today. Five queries and the courses' contents."""
    units = _units()
    first_files = _first_files(units)
    rules: dict[int, list[AudienceRule]] = defaultdict(list)
    for row in db.session.execute(select(RequirementRule).order_by(RequirementRule.id)).scalars():
        rules[row.requirement_id].append(
            AudienceRule(
                row.effect,
                None if row.unit_id is None else units[row.unit_id].path,
                row.level,
                row.service,
                row.profession,
                row.min_days,
                row.valid_from_on,
                row.valid_until_on,
            )
        )
    adoptions = db.session.execute(select(RequirementAdoption).where(RequirementAdoption.adopted_on <= today)).scalars()
    adopted: dict[int, list[RequirementAdoption]] = defaultdict(list)
    for adoption in adoptions:
        adopted[adoption.requirement_id].append(adoption)
    satisfying = satisfying_courses()
    requirements = []
    for requirement in db.session.execute(select(Requirement).order_by(Requirement.id)).scalars():
        terms = terms_of(requirement)
        requirements.append(
            RequirementFacts(
                requirement.id,
                requirement.course_id,
                terms,
                tuple(rules[requirement.id]),
                {
                    one.unit_id: Reach(
                        one.unit_id,
                        one.adopted_on,
                        one.known_on,
                        first_files.get(one.unit_id, today),
                        own_terms(terms, one.opens, one.due),
                    )
                    for one in adopted[requirement.id]
                },
                satisfying.get(requirement.course_id, frozenset({requirement.course_id})),
            )
        )
    return Organisation(units, tuple(requirements))


def batch(person_ids: Sequence[int]) -> Batch:
    """What is known of these persons: seven queries however many they are (at most 1,000, docs/rules/training.md)."""
    found = Batch()
    spans: dict[int, EmploymentSpan] = {}
    for row in db.session.execute(
        select(
            Employment.id,
            Employment.person_id,
            Employment.unit_id,
            Employment.profession,
            Employment.start_on,
            Employment.end_on,
            Employment.known_on,
        )
        .where(Employment.person_id.in_(person_ids))
        .order_by(Employment.id)
    ):
        spans[row.id] = EmploymentSpan(row.unit_id, row.start_on, row.end_on, row.known_on)
        found.employments[row.person_id].append((row.id, row.profession, spans[row.id]))
    for leave in db.session.execute(
        select(Leave.employment_id, Leave.from_on, Leave.until_on, Leave.known_on, Employment.person_id)
        .join(Employment, Employment.id == Leave.employment_id)
        .where(Employment.person_id.in_(person_ids))
    ):
        absence = Absence(spans[leave.employment_id], leave.from_on, leave.until_on, leave.known_on)
        found.absences[leave.person_id].append(absence)
    standing = now_standing(Enrolment.person_id.in_(person_ids), Enrolment.requirement_id.is_not(None))
    for one in db.session.execute(select(standing).order_by(standing.c.enrolment_id)):
        found.enrolments[(one.person_id, one.requirement_id)].append(given(one))
    for completion_id, person_id, course_id, achieved_on, enrolment_id, version in db.session.execute(
        select(
            Completion.id,
            Completion.person_id,
            Completion.course_id,
            Completion.achieved_on,
            Completion.enrolment_id,
            CourseVersion.number,
        )
        .outerjoin(CourseVersion, CourseVersion.id == Completion.course_version_id)
        .where(Completion.person_id.in_(person_ids), Completion.stands())
        .order_by(Completion.id)
    ):
        found.completions[person_id].append(
            (course_id, CompletionFact(completion_id, achieved_on, enrolment_id, version))
        )
    for completion_id, enrolment_id in db.session.execute(
        select(CompletionCredit.completion_id, CompletionCredit.enrolment_id)
        .join(Completion, Completion.id == CompletionCredit.completion_id)
        .where(Completion.person_id.in_(person_ids))
    ):
        found.credits.add(Credit(completion_id, enrolment_id))
    found.members = set(
        db.session.execute(
            select(AudienceMember.requirement_id, AudienceMember.employment_id, AudienceMember.person_id).where(
                AudienceMember.person_id.in_(person_ids)
            )
        )
    )
    return found


def next_person_ids(after: int, size: int) -> list[int]:
    """The next persons with any employment, by id."""
    return list(
        db.session.scalars(
            select(Employment.person_id)
            .where(Employment.person_id > after)
            .distinct()
            .order_by(Employment.person_id)
            .limit(size)
        )
    )


def terms_of(row: Requirement | Row[*tuple[Any, ...]]) -> Terms:
    """A requirement's terms as a value; `row` may hold its columns among others."""
    return Terms(
        row.kind,
        MonthDay.parse(row.opens),
        MonthDay.parse(row.due),
        row.grace_days,
        row.new_hire_days,
        row.carry_over_days,
    )


def own_terms(terms: Terms, opens: str | None, due: str | None) -> Terms:
    """The terms with a huvudman's own dates, stored as '11-30' or null."""
    return terms.with_own_dates((opens and MonthDay.parse(opens)) or None, (due and MonthDay.parse(due)) or None)


def given(row: object) -> EnrolmentState:
    """A row of `standing.now_standing` as a value."""
    return EnrolmentState(
        row.enrolment_id,  # type: ignore[attr-defined]
        row.cycle,  # type: ignore[attr-defined]
        row.reason,  # type: ignore[attr-defined]
        row.occasion,  # type: ignore[attr-defined]
        row.opens_on,  # type: ignore[attr-defined]
        row.due_on,  # type: ignore[attr-defined]
        row.open_until_on,  # type: ignore[attr-defined]
        bool(row.cancelled),  # type: ignore[attr-defined]
    )


def satisfying_courses() -> dict[int, frozenset[int]]:
    """By course id, the courses whose completion counts for it: its own, and those that say they satisfy it."""
    newest = current_versions()
    ids = {version.slug: version.course_id for version in newest}
    counting: dict[int, set[int]] = {course_id: {course_id} for course_id in ids.values()}
    for version in newest:
        for slug in content(version.id).satisfies:
            if slug in ids:
                counting[ids[slug]].add(version.course_id)
    return {course_id: frozenset(found) for course_id, found in counting.items()}


def _units() -> dict[int, UnitFacts]:
    rows = db.session.execute(select(OrgUnit.id, OrgUnit.path, OrgUnit.level, OrgUnit.service, OrgUnit.kind)).all()
    huvudmen = {row.id for row in rows if row.kind is UnitKind.HUVUDMAN}
    return {row.id: UnitFacts(row.path, row.level, row.service, _first_in(huvudmen, row.path)) for row in rows}


def _first_in(huvudmen: set[int], path: str) -> int | None:
    above: Iterable[int] = (int(number) for number in path.strip("/").split("/"))
    return next((number for number in above if number in huvudmen), None)


def _first_files(units: dict[int, UnitFacts]) -> dict[int, date]:
    """By huvudman, the day its first file was read in: the earliest on which any of its employments was known."""
    first: dict[int, date] = {}
    for unit_id, known_on in db.session.execute(
        select(Employment.unit_id, func.min(Employment.known_on)).group_by(Employment.unit_id)
    ):
        huvudman_id = units[unit_id].huvudman_id
        if huvudman_id is not None:
            first[huvudman_id] = min(known_on, first.get(huvudman_id, known_on))
    return first
