"""Reads everything that decides what people must do, a batch of people at a time, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select

from tbblearn.courses.models import CourseVersion
from tbblearn.courses.queries import content, current_versions
from tbblearn.db import db
from tbblearn.people.models import Leave, OrgUnit, Placement
from tbblearn.people.rules import Level, Span, UnitKind
from tbblearn.training.completion_models import Completion, CompletionCredit
from tbblearn.training.models import AudienceMember, Enrolment, Requirement, RequirementAdoption, RequirementRule
from tbblearn.training.requirements.audience import CONDITIONS, AudienceRule, EmploymentFacts, covers, joined
from tbblearn.training.requirements.credits import CompletionFact, Credit, EnrolmentState
from tbblearn.training.requirements.cycles import Absence, EmploymentSpan, MonthDay, Terms
from tbblearn.training.requirements.planning import EmploymentReach, PersonFacts, Reach
from tbblearn.training.standing.facts import now_standing


@dataclass(frozen=True)
class UnitFacts:
    """A unit as audience rules see it, and its huvudman (None for units above them)."""

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
    """The courses whose completion counts: its own, and those that satisfy it."""


@dataclass(frozen=True)
class Organisation:
    """What everyone shares: the tree and the requirements."""

    units: dict[int, UnitFacts]
    requirements: tuple[RequirementFacts, ...]


@dataclass
class Batch:
    """What is known about a batch of people, by person id."""

    placements: dict[int, list[tuple[int, str, EmploymentSpan]]] = field(default_factory=lambda: defaultdict(list))
    """(placement, profession, span)."""
    absences: dict[int, list[Absence]] = field(default_factory=lambda: defaultdict(list))
    enrolments: dict[tuple[int, int], list[EnrolmentState]] = field(default_factory=lambda: defaultdict(list))
    """By (person, requirement)."""
    completions: dict[int, list[tuple[int, CompletionFact]]] = field(default_factory=lambda: defaultdict(list))
    """(course, completion), with the version of that course."""
    credits: set[Credit] = field(default_factory=set)
    members: set[tuple[int, int, int]] = field(default_factory=set)
    """(requirement, placement, person)."""

    def facts(self, requirement: RequirementFacts, person_id: int, covered: dict[int, Reach]) -> PersonFacts:
        """Everything that decides what one person must do for one requirement, which reaches `covered`."""
        reaches = sorted(covered.values(), key=lambda reach: (reach.terms.due, reach.huvudman_id))
        return PersonFacts(
            terms=reaches[0].terms if reaches else requirement.terms,
            employments=tuple(
                EmploymentReach(span, covered.get(place)) for place, _, span in self.placements[person_id]
            ),
            absences=tuple(self.absences.get(person_id, ())),
            enrolments=tuple(self.enrolments.get((person_id, requirement.id), ())),
            completions=tuple(
                done if course_id == requirement.course_id else replace(done, version=None)
                for course_id, done in self.completions.get(person_id, ())
                if course_id in requirement.satisfied_by
            ),
        )

    def covered(
        self, organisation: Organisation, requirement: RequirementFacts, person_id: int, today: date
    ) -> dict[int, Reach]:
        """The person's placements in the requirement's audience today, each with how the requirement reaches it."""
        found = {}
        for number, profession, span in self.placements.get(person_id, ()):
            unit = organisation.units[span.unit_id]
            reach = None if unit.huvudman_id is None else requirement.reaches.get(unit.huvudman_id)
            if reach is None:
                continue
            facts = EmploymentFacts(
                unit_path=unit.path,
                level=unit.level,
                service=unit.service,
                profession=profession,
                start_on=span.start_on,
                end_on=span.end_on,
                whole=self._whole(organisation, person_id, span),
            )
            if covers(requirement.rules, facts, today):
                found[number] = reach
        return found

    def _whole(self, organisation: Organisation, person_id: int, span: EmploymentSpan) -> Span:
        """The unbroken time with the same huvudman that the placement is part of."""
        huvudman_id = organisation.units[span.unit_id].huvudman_id
        with_it = [
            (one.start_on, one.end_on)
            for _, _, one in self.placements[person_id]
            if organisation.units[one.unit_id].huvudman_id == huvudman_id
        ]
        return joined(with_it, span.start_on)


def organisation(today: date) -> Organisation:
    """The tree and every requirement, with the adoptions in force today. Five queries and the courses' contents."""
    units = _units()
    first_files = _first_files(units)
    rules: dict[int, list[AudienceRule]] = defaultdict(list)
    for row in db.session.scalars(select(RequirementRule).order_by(RequirementRule.id)):
        rules[row.requirement_id].append(
            AudienceRule(
                unit_path=None if row.unit_id is None else units[row.unit_id].path,
                **{name: getattr(row, name) for name in CONDITIONS},
            )
        )
    adopted: dict[int, list[RequirementAdoption]] = defaultdict(list)
    for adoption in db.session.scalars(select(RequirementAdoption).where(RequirementAdoption.adopted_on <= today)):
        adopted[adoption.requirement_id].append(adoption)
    satisfying = satisfying_courses()
    requirements = []
    for requirement in db.session.scalars(select(Requirement).order_by(Requirement.id)):
        terms = terms_of(requirement)
        requirements.append(
            RequirementFacts(
                id=requirement.id,
                course_id=requirement.course_id,
                terms=terms,
                rules=tuple(rules[requirement.id]),
                reaches={
                    one.unit_id: Reach(
                        huvudman_id=one.unit_id,
                        adopted_on=one.adopted_on,
                        known_on=one.known_on,
                        first_file_on=first_files.get(one.unit_id, today),
                        terms=own_terms(terms, one.opens, one.due),
                    )
                    for one in adopted[requirement.id]
                },
                satisfied_by=satisfying.get(requirement.course_id, frozenset({requirement.course_id})),
            )
        )
    return Organisation(units, tuple(requirements))


def batch(person_ids: Sequence[int]) -> Batch:
    """What is known about these people, at most 1,000 (docs/rules/training.md). Six queries."""
    found = Batch()
    spans: dict[int, EmploymentSpan] = {}
    for row in db.session.execute(
        select(
            Placement.id,
            Placement.person_id,
            Placement.unit_id,
            Placement.profession,
            Placement.from_on,
            Placement.until_on,
            Placement.known_on,
        )
        .where(Placement.person_id.in_(person_ids))
        .order_by(Placement.id)
    ):
        spans[row.id] = EmploymentSpan(row.unit_id, row.from_on, row.until_on, row.known_on)
        found.placements[row.person_id].append((row.id, row.profession, spans[row.id]))
    # A leave is of the whole employment, so of every place that it has had.
    for leave in db.session.execute(
        select(Placement.id, Leave.from_on, Leave.until_on, Leave.known_on, Placement.person_id)
        .join(Leave, Leave.employment_id == Placement.employment_id)
        .where(Placement.person_id.in_(person_ids))
    ):
        absence = Absence(spans[leave.id], leave.from_on, leave.until_on, leave.known_on)
        found.absences[leave.person_id].append(absence)
    standing = now_standing(Enrolment.person_id.in_(person_ids), Enrolment.requirement_id.is_not(None))
    for one in db.session.execute(select(standing).order_by(standing.c.enrolment_id)):
        found.enrolments[(one.person_id, one.requirement_id)].append(given(one))
    for person_id, course_id, done in completions_of(person_ids):
        found.completions[person_id].append((course_id, done))
    found.credits = credits_of(person_ids)
    found.members = set(
        db.session.execute(
            select(AudienceMember.requirement_id, AudienceMember.placement_id, AudienceMember.person_id).where(
                AudienceMember.person_id.in_(person_ids)
            )
        )
    )
    return found


def completions_of(person_ids: Sequence[int]) -> Iterator[tuple[int, int, CompletionFact]]:
    """(person, course, completion) of each completion that stands, with the version of that course."""
    for row in db.session.execute(
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
        done = CompletionFact(row.id, row.achieved_on, enrolment_id=row.enrolment_id, version=row.number)
        yield row.person_id, row.course_id, done


def credits_of(person_ids: Sequence[int]) -> set[Credit]:
    """The credits already recorded for their completions."""
    credited = (
        select(CompletionCredit.completion_id, CompletionCredit.enrolment_id)
        .join(Completion, Completion.id == CompletionCredit.completion_id)
        .where(Completion.person_id.in_(person_ids))
    )
    return {Credit(**row) for row in db.session.execute(credited).mappings()}


def next_person_ids(after: int, size: int) -> list[int]:
    """The next people with any employment, by id."""
    return list(
        db.session.scalars(
            select(Placement.person_id)
            .where(Placement.person_id > after)
            .distinct()
            .order_by(Placement.person_id)
            .limit(size)
        )
    )


def terms_of(row: Requirement | Row[*tuple[Any, ...]]) -> Terms:
    """A requirement's terms; `row` has its columns, maybe among others."""
    return Terms(
        kind=row.kind,
        opens=MonthDay.parse(row.opens),
        due=MonthDay.parse(row.due),
        grace_days=row.grace_days,
        new_hire_days=row.new_hire_days,
        carry_over_days=row.carry_over_days,
    )


def own_terms(terms: Terms, opens: str | None, due: str | None) -> Terms:
    """The terms with a huvudman's own dates, stored as '11-30' or null."""
    return terms.with_own_dates((opens and MonthDay.parse(opens)) or None, (due and MonthDay.parse(due)) or None)


def given(row: Row[*tuple[Any, ...]]) -> EnrolmentState:
    """A row of `standing.facts.now_standing` as a value."""
    return EnrolmentState(
        id=row.enrolment_id,
        cycle=row.cycle,
        reason=row.reason,
        occasion=row.occasion,
        opens_on=row.opens_on,
        due_on=row.due_on,
        open_until_on=row.open_until_on,
        cancelled=row.cancelled,
    )


def satisfying_courses() -> dict[int, frozenset[int]]:
    """By course id, the courses whose completion counts for it: its own, and those declared to satisfy it."""
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

    def huvudman(path: str) -> int | None:
        return next((number for number in map(int, path.strip("/").split("/")) if number in huvudmen), None)

    return {row.id: UnitFacts(row.path, row.level, row.service, huvudman(row.path)) for row in rows}


def _first_files(units: dict[int, UnitFacts]) -> dict[int, date]:
    """By huvudman, the day its first staff file was read: the earliest day any of its employments was known."""
    first: dict[int, date] = {}
    for unit_id, known_on in db.session.execute(
        select(Placement.unit_id, func.min(Placement.known_on)).group_by(Placement.unit_id)
    ):
        huvudman_id = units[unit_id].huvudman_id
        if huvudman_id is not None:
            first[huvudman_id] = min(known_on, first.get(huvudman_id, known_on))
    return first
