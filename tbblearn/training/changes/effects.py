"""Whom publishing a version affects, and how: what the editor sees first is what is done (docs/rules/courses.md).

A fixed number of queries, however many have answered.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import aliased

from tbblearn.courses.queries import VersionRow, contents, versions
from tbblearn.courses.rules import Change, Counts, Course, Question
from tbblearn.db import db
from tbblearn.people.models import OrgUnit, Placement
from tbblearn.training.attempts.corrections import corrected, same_question
from tbblearn.training.attempts.marking import passes
from tbblearn.training.completion_models import Completion, CompletionCredit
from tbblearn.training.models import Answer, Attempt, AudienceMember, Enrolment, Requirement, RequirementAdoption
from tbblearn.training.requirements.cycles import Deadlines, Terms, cycle_on, deadlines
from tbblearn.training.requirements.facts import own_terms, terms_of
from tbblearn.training.rules import EnrolmentReason, Outcome, RequirementKind
from tbblearn.training.standing.facts import now_standing

RENEWAL_NOTICE = timedelta(days=14)
"""Nobody has to renew sooner than this (docs/rules/courses.md)."""


@dataclass(frozen=True)
class Raised:
    """A handed-in attempt that a corrected key raises. `right_ids` are those that count as right from now on."""

    attempt_id: int
    enrolment_id: int
    person_id: int
    version_id: int
    handed_in_at: datetime
    right_ids: tuple[str, ...]
    new_ids: tuple[str, ...]
    outcome_before: Outcome
    outcome: Outcome
    passed_before_at: datetime | None
    """When the quiz of this task was first passed, if it was."""

    @property
    def passes_now(self) -> bool:
        """True when a failed attempt becomes a pass."""
        return self.outcome_before is Outcome.FAILED and self.outcome is Outcome.PASSED


@dataclass(frozen=True)
class CorrectedKey:
    """A question with a new key; how many answers become right, and how many open attempts include it."""

    question: Question
    answers: int
    open_attempts: int


@dataclass(frozen=True)
class Renewal:
    """A person who has to take the course again."""

    person_id: int
    requirement_id: int | None
    cycle: int
    days: Deadlines


@dataclass(frozen=True)
class Effects:
    """Whom a version affects. `open_attempts` counts those open on older versions, which they keep."""

    changes: tuple[Change, ...] = ()
    keys: tuple[CorrectedKey, ...] = ()
    raised: tuple[Raised, ...] = ()
    completing: tuple[Raised, ...] = ()
    """Those of the raised that make a completion: the first pass of each task."""
    open_attempts: int = 0
    to_read: tuple[int, ...] = ()
    to_renew: tuple[Renewal, ...] = ()
    renew_by: date | None = None

    @property
    def answers(self) -> int:
        """How many answers become right."""
        return sum(len(one.new_ids) for one in self.raised)

    @property
    def persons_passing(self) -> int:
        """How many persons get a completion."""
        return len({one.person_id for one in self.completing})


@dataclass(frozen=True)
class Holder:
    """A person who has completed the course for the present cycle, and the terms under which it was required."""

    person_id: int
    requirement_id: int | None
    terms: Terms
    cycle: int


def effects(course: Course, number: int, changes: Sequence[Change], today: date) -> Effects:
    """What publishing `course` as version `number`, with these new `changes`, means to those who took earlier ones."""
    older = [row for row in versions(course.slug) if row.number < number]
    if not older:
        return Effects(tuple(changes))
    found = contents([row.id for row in older])
    keys = corrected(course, [found[row.id] for row in older])
    raised = _raised(keys, found) if keys else []
    open_attempts, holding = _open_attempts(older, keys, found)
    answers = Counter(question_id for one in raised for question_id in one.new_ids)
    read, renew_by = asked_by(changes, today)
    held = holders(older[0].course_id, today) if read or renew_by else []
    return Effects(
        changes=tuple(changes),
        keys=tuple(CorrectedKey(key, answers[key.id], holding[key.id]) for key in keys),
        raised=tuple(raised),
        completing=tuple(_completing(raised)),
        open_attempts=open_attempts,
        to_read=tuple(holder.person_id for holder in held) if read else (),
        to_renew=tuple(renewal(holder, renew_by) for holder in held) if renew_by else (),
        renew_by=renew_by,
    )


def asked_by(changes: Iterable[Change], today: date) -> tuple[bool, date | None]:
    """Whether these changes ask holders to read, or by when to renew; never both."""
    asking = {change.counts for change in changes}
    if Counts.RENEW in asking:
        days = [one.renew_by for one in changes if one.counts is Counts.RENEW and one.renew_by is not None]
        earliest = today + RENEWAL_NOTICE
        return False, max(min(days, default=earliest), earliest)
    return Counts.READ in asking, None


def renewal(holder: Holder, due_on: date) -> Renewal:
    """The task that a holder gets; a course taken once stays open until done."""
    cycle = None if holder.terms.kind is RequirementKind.ONCE else holder.cycle
    return Renewal(
        person_id=holder.person_id,
        requirement_id=holder.requirement_id,
        cycle=holder.cycle,
        days=deadlines(holder.terms, cycle, due_on),
    )


# --- corrected keys -----------------------------------------------------------------------------------------------


def _raised(keys: Sequence[Question], found: Mapping[int, Course]) -> list[Raised]:
    """The attempts with a wrongly marked answer, the earliest hand-in first. One query."""
    by_id = {key.id: key for key in keys}
    holding = {
        (version_id, key.id)
        for version_id, course in found.items()
        for key in keys
        if same_question(course, key) is not None
    }
    other = aliased(Attempt)
    passed_at = (
        select(func.min(other.handed_in_at))
        .where(other.enrolment_id == Attempt.enrolment_id, other.outcome == Outcome.PASSED)
        .correlate(Attempt)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(
            Attempt.id,
            Attempt.enrolment_id,
            Enrolment.person_id,
            Attempt.course_version_id,
            Attempt.handed_in_at,
            Attempt.questions,
            Attempt.right_ids,
            Attempt.outcome,
            Answer.question_id,
            Answer.chosen,
            passed_at.label("passed_at"),
        )
        .join(Answer, Answer.attempt_id == Attempt.id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(
            Attempt.handed_in_at.is_not(None),
            Attempt.course_version_id.in_({version_id for version_id, _ in holding}),
            Answer.question_id.in_(by_id),
        )
        .order_by(Attempt.handed_in_at, Attempt.id)
    )
    attempts: dict[int, Row[tuple[object, ...]]] = {}
    new: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        wrong = (row.course_version_id, row.question_id) in holding and row.question_id not in row.right_ids
        if wrong and by_id[row.question_id].is_right(frozenset(row.chosen)):
            attempts[row.id] = row
            new[row.id].append(row.question_id)
    return [_raise(row, sorted(new[row.id]), found[row.course_version_id]) for row in attempts.values()]


def _raise(row: Row[tuple[object, ...]], new_ids: Sequence[str], course: Course) -> Raised:
    drawn = [course.question(one["question"]) for one in row.questions]
    right = {*row.right_ids, *new_ids}
    passed = row.outcome is Outcome.PASSED or passes(drawn, right, course.pass_mark)
    return Raised(
        attempt_id=row.id,
        enrolment_id=row.enrolment_id,
        person_id=row.person_id,
        version_id=row.course_version_id,
        handed_in_at=row.handed_in_at,
        right_ids=tuple(question.id for question in drawn if question.id in right),
        new_ids=tuple(new_ids),
        outcome_before=row.outcome,
        outcome=Outcome.PASSED if passed else Outcome.FAILED,
        passed_before_at=row.passed_at,
    )


def _completing(raised: Iterable[Raised]) -> list[Raised]:
    """The first pass of each task, if earlier than the one on record.

    At most one more completion per task, since completions must not reveal how many tries there were.
    """
    first: dict[int, Raised] = {}
    for one in raised:
        if one.passes_now and (one.passed_before_at is None or one.handed_in_at < one.passed_before_at):
            first.setdefault(one.enrolment_id, one)
    return list(first.values())


def _open_attempts(
    older: Sequence[VersionRow], keys: Sequence[Question], found: Mapping[int, Course]
) -> tuple[int, Counter[str]]:
    """How many attempts are open on these versions, and how many of them include each question. One query."""
    rows = db.session.execute(
        select(Attempt.course_version_id, Attempt.questions).where(
            Attempt.still_open(), Attempt.course_version_id.in_([row.id for row in older])
        )
    ).all()
    holding: Counter[str] = Counter()
    for version_id, questions in rows:
        drawn = {one["question"] for one in questions}
        holding.update(key.id for key in keys if key.id in drawn and same_question(found[version_id], key) is not None)
    return len(rows), holding


# --- holders ------------------------------------------------------------------------------------------------------


def holders(course_id: int, today: date, person_id: int | None = None) -> list[Holder]:
    """Who has completed this very course for the present cycle of what requires it, by person. Three queries.

    They are in the audience today, or, if the course was assigned by hand, employed today. A person reached in several
    ways is listed once, by the earliest last day. With `person_id` only that person.
    """
    found: dict[int, Holder] = {}
    for holder in [*_asked_for(course_id, today, person_id), *_by_hand(course_id, today, person_id)]:
        known = found.get(holder.person_id)
        if known is None or holder.terms.due < known.terms.due:
            found[holder.person_id] = holder
    return [found[number] for number in sorted(found)]


def _asked_for(course_id: int, today: date, person_id: int | None) -> Iterable[Holder]:
    terms = {
        row.id: terms_of(row)
        for row in db.session.scalars(select(Requirement).where(Requirement.course_id == course_id))
    }
    standing = now_standing(
        *_completed(course_id, person_id),
        Enrolment.requirement_id.is_not(None),
        Enrolment.reason != EnrolmentReason.RENEWAL,
    )
    huvudman = aliased(OrgUnit)
    rows = db.session.execute(
        select(
            standing.c.person_id,
            standing.c.requirement_id,
            standing.c.cycle,
            standing.c.cancelled,
            RequirementAdoption.opens,
            RequirementAdoption.due,
        )
        .distinct()
        .join(
            AudienceMember,
            (AudienceMember.person_id == standing.c.person_id)
            & (AudienceMember.requirement_id == standing.c.requirement_id),
        )
        .join(Placement, Placement.id == AudienceMember.placement_id)
        .join(OrgUnit, OrgUnit.id == Placement.unit_id)
        .join(huvudman, OrgUnit.inside(huvudman.path))
        .join(
            RequirementAdoption,
            (RequirementAdoption.unit_id == huvudman.id)
            & (RequirementAdoption.requirement_id == standing.c.requirement_id),
        )
        .where(Placement.held_on(today))
    )
    for row in rows:
        own = own_terms(terms[row.requirement_id], row.opens, row.due)
        year = cycle_on(own, today).year
        once = own.kind is RequirementKind.ONCE
        if not row.cancelled and (once or row.cycle == year):
            cycle = today.year if once else year
            yield Holder(person_id=row.person_id, requirement_id=row.requirement_id, terms=own, cycle=cycle)


def _by_hand(course_id: int, today: date, person_id: int | None) -> Iterable[Holder]:
    """Who had the course assigned by hand, under ordinary terms."""
    terms = Terms()
    year = cycle_on(terms, today).year
    by_hand = [Enrolment.requirement_id.is_(None), Enrolment.reason == EnrolmentReason.MANUAL, Enrolment.cycle == year]
    standing = now_standing(*_completed(course_id, person_id), *by_hand)
    rows = db.session.execute(
        select(standing.c.person_id, standing.c.cancelled)
        .distinct()
        .join(Placement, Placement.person_id == standing.c.person_id)
        .where(Placement.held_on(today))
    )
    for row in rows:
        if not row.cancelled:
            yield Holder(person_id=row.person_id, requirement_id=None, terms=terms, cycle=year)


def _completed(course_id: int, person_id: int | None) -> list[ColumnElement[bool]]:
    """SQL conditions: an enrolment for the course that a completion of that very course counts for."""
    completed = (
        select(CompletionCredit.enrolment_id)
        .join(Completion, Completion.id == CompletionCredit.completion_id)
        .where(CompletionCredit.enrolment_id == Enrolment.id, Completion.course_id == course_id, Completion.stands())
        .exists()
    )
    of_person = [] if person_id is None else [Enrolment.person_id == person_id]
    return [Enrolment.course_id == course_id, completed, *of_person]
