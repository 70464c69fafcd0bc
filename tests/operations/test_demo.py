"""The demo is the same county for the same key, with every status on any day."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from tbblearn.courses.edition import Edition
from tbblearn.courses.queries import content, versions
from tbblearn.db import db, stockholm_date
from tbblearn.operations.demo.build import build
from tbblearn.operations.demo.catalogue import HUVUDMEN
from tbblearn.operations.demo.county import plan_county
from tbblearn.operations.demo.dates import DUE_SOON, IN_GRACE, JUST_OPENED, NOT_ADOPTED, OVERDUE, decisions, demo_now
from tbblearn.operations.demo.marker import Key
from tbblearn.people.models import Grant, Leave, OrgUnit, Person, Placement
from tbblearn.people.rules import Language, Role, UnitKind
from tbblearn.tick import tick
from tbblearn.training.completion_models import Completion, CompletionEmployment, Revocation
from tbblearn.training.exemption_models import Exemption
from tbblearn.training.learning.queries import my_courses
from tbblearn.training.models import Answer, Attempt, Enrolment
from tbblearn.training.requirements.cycles import ONE_DAY, cycle_on, deadlines
from tbblearn.training.requirements.queries import required_courses
from tbblearn.training.rules import OPEN, Basis, ExemptionKind, Outcome, Progress, Urgency, manager_view
from tbblearn.training.standing.facts import status_of
from tbblearn.training.standing.population import counted, over
from tests.operations.demo import STAFF, TODAY, count_of, no_step, only_on_sqlite

DAYS = (
    date(2026, 1, 1),
    date(2026, 1, 31),
    date(2028, 2, 29),
    date(2026, 3, 8),
    date(2026, 4, 11),
    date(2026, 7, 1),
    date(2026, 9, 15),
    date(2026, 11, 30),
    date(2026, 12, 14),
    date(2026, 12, 31),
)


def statuses(today: date) -> Counter[Progress | Urgency]:
    """How many persons are how far and how near their last day, by the facts that pages count, last round and this one.

    What managers are not told is asked of those who have failed a quiz, and of those who were given it for later.
    """
    root = db.session.execute(select(OrgUnit.id, OrgUnit.path).where(OrgUnit.kind == UnitKind.COUNTY)).one()
    found: Counter[Progress | Urgency] = Counter()
    course_id = required_courses(today)[0].course_id
    for cycle in (today.year - 1, today.year):
        here: Counter[Progress | Urgency] = Counter()
        for line, code, persons in db.session.execute(counted(), over(root.id, root.path, course_id, cycle, today)):
            if line is None:
                seen = manager_view(status_of(code))
                here[seen.progress] += persons
                if seen.progress in OPEN:
                    here[seen.urgency] += persons
        found |= here
    failed = select(Enrolment.person_id).join(Attempt, Attempt.enrolment_id == Enrolment.id)
    for person_id in db.session.scalars(failed.where(Attempt.outcome == Outcome.FAILED).distinct()).all():
        found[Progress.FAILED_MAY_RETRY] += any(
            task.status.progress is Progress.FAILED_MAY_RETRY for task in my_courses(person_id, today).tasks
        )
    for person_id in db.session.scalars(select(Enrolment.person_id).where(Enrolment.opens_on > today).distinct()).all():
        found[Progress.NOT_YET_OPEN] += any(
            task.status.progress is Progress.NOT_YET_OPEN for task in my_courses(person_id, today).tasks
        )
    return found


# --- plans, without a database --------------------------------------------------------------------------------------


@pytest.mark.parametrize("staff", [200, 201, 260, 2000, 8000])
def test_every_huvudman_has_twelve_and_every_unit_three_to_seventy(staff):
    units = plan_county(staff, random.Random(7))
    of_huvudman: Counter[str] = Counter()
    for unit in units:
        of_huvudman[unit.source] += unit.size
    leaves = [unit.size for unit in units if unit.kind is UnitKind.ENHET]
    assert sum(of_huvudman.values()) == staff
    assert all(of_huvudman[huvudman.slug] >= 12 for huvudman in HUVUDMEN)
    assert max(of_huvudman, key=of_huvudman.__getitem__) == "region"
    assert min(leaves) >= 3
    assert max(leaves) <= 70
    assert len({(unit.source, unit.external_id) for unit in units}) == len(units)


def test_two_thousand_staff_work_in_about_150_units():
    units = plan_county(2000, random.Random(1))
    assert 135 <= sum(unit.kind is UnitKind.ENHET for unit in units) <= 165


def test_own_dates_are_where_they_should_be_on_every_day_of_four_years():
    day = date(2026, 1, 1)
    while day <= date(2029, 12, 31):
        by_slug = {decision.slug: decision for decision in decisions(day)}
        assert NOT_ADOPTED not in by_slug
        assert len(by_slug) == len(HUVUDMEN) - 1
        days = {}
        for slug in (IN_GRACE, OVERDUE, DUE_SOON, JUST_OPENED):
            terms = by_slug[slug].terms
            cycle = cycle_on(terms, day)
            days[slug] = deadlines(terms, cycle.year, cycle.due_on)
        assert days[IN_GRACE].due_on < day <= days[IN_GRACE].grace_until_on
        assert days[OVERDUE].grace_until_on < day <= (days[OVERDUE].open_until_on or day)
        assert day <= days[DUE_SOON].due_on <= day + timedelta(days=30)
        assert day + timedelta(days=30) < days[JUST_OPENED].due_on
        day += ONE_DAY


# --- what is in it --------------------------------------------------------------------------------------------------


@only_on_sqlite
@pytest.mark.parametrize("today", DAYS, ids=str)
def test_every_status_is_held_by_several_on_any_day(session, editions, today):
    changes = build(Key(1, STAFF, today), editions, no_step)
    held = statuses(today)
    few = {one: held[one] for one in (*Progress, *Urgency) if held[one] < 3}
    assert few == {}
    assert changes["audience"] > STAFF / 2
    assert {kind: n for kind, n in changes.items() if n and kind != "audience"} == {}, "the timer found more to do"
    assert not any(tick(now=demo_now(today)).values())
    last_year = cycle_on(decisions(today)[0].terms, today).year - 1
    before = count_of(Completion, Completion.achieved_on < date(last_year + 1, 1, 1))
    assert before > STAFF / 2


def test_it_holds_what_it_says(session, editions):
    build(Key(3, 300, TODAY), editions, no_step)
    held_today = (Placement.from_on <= TODAY, func.coalesce(Placement.until_on, TODAY) >= TODAY)

    # the county
    rows = db.session.execute(select(OrgUnit.external_id, OrgUnit.path).where(OrgUnit.kind == UnitKind.HUVUDMAN))
    huvudmen = {row.external_id: row.path for row in rows}
    assert set(huvudmen) == {huvudman.slug for huvudman in HUVUDMEN}
    for path in huvudmen.values():
        employed = select(func.count()).select_from(Placement).join(OrgUnit, OrgUnit.id == Placement.unit_id)
        assert (db.session.scalar(employed.where(OrgUnit.path.like(f"{path}%"), *held_today)) or 0) >= 12
    assert db.session.scalar(select(func.count(Placement.person_id.distinct())).where(*held_today)) == 300
    unmanaged = select(OrgUnit.id).where(
        OrgUnit.kind == UnitKind.ENHET,
        ~select(Grant.id).where(Grant.unit_id == OrgUnit.id, Grant.role == Role.MANAGER).exists(),
    )
    assert db.session.scalars(unmanaged).all() == []

    # its people: a role and a number, addresses that reach nobody
    people = db.session.execute(select(Person.given_name, Person.family_name, Person.email)).all()
    assert {given for given, _, _ in people} == {
        "Medarbetare",
        "Chef",
        "Uppföljningsansvarig",
        "Processledare",
        "Redaktör",
        "Administratör",
    }
    assert all(family.isdecimal() for _, family, _ in people)
    assert all(email.endswith("@demo.example") for _, _, email in people if email)
    assert any(not email for _, _, email in people)
    assert count_of(Person, Person.protected_identity) >= 2
    assert count_of(Person, Person.language == Language.EN) >= 3
    assert count_of(Leave, Leave.until_on < TODAY) >= 3
    assert count_of(Leave, Leave.from_on > TODAY) >= 2
    several = select(Placement.person_id).where(*held_today).group_by(Placement.person_id)
    assert len(db.session.scalars(several.having(func.count() > 1)).all()) >= 5
    assert count_of(Placement, Placement.until_on < TODAY) >= 4
    assert {role: count_of(Grant, Grant.role == role) for role in Role if role is not Role.MANAGER} == {
        Role.PILOT: count_of(Grant, Grant.role == Role.PILOT),
        Role.FOLLOW_UP: 10,
        Role.PROCESS_LEADER: 2,
        Role.EDITOR: 1,
        Role.ADMIN: 1,
    }
    assert count_of(Grant, Grant.role == Role.PILOT) >= 5

    # what they have done
    assert count_of(Attempt, Attempt.outcome == Outcome.FAILED) >= 10
    assert count_of(Completion, Completion.basis == Basis.RECORDED) >= 3
    assert count_of(Revocation) == 1
    assert count_of(Exemption, Exemption.kind == ExemptionKind.EXTENSION) >= 3
    assert count_of(Exemption, Exemption.kind == ExemptionKind.EXEMPT) >= 3
    unplaced = select(Completion.id).where(
        ~select(CompletionEmployment.id).where(CompletionEmployment.completion_id == Completion.id).exists()
    )
    assert db.session.scalars(unplaced).all() == []
    shares = shares_right(editions)
    assert max(shares.values()) - min(shares.values()) > 0.15, "all questions are as hard"
    assert min(shares.values()) > 0.4


@only_on_sqlite
def test_a_course_is_published_on_the_day_it_tells_and_taken_in_the_version_of_the_day(session, editions):
    today = date(2027, 1, 20)
    build(Key(1, STAFF, today), editions, no_step)
    sourced = (one.course for one in editions if one.course.sources)
    read_on = {course.slug: max(source.read_on for source in course.sources) for course in sourced}
    for slug, day in read_on.items():
        assert stockholm_date(versions(slug)[0].published_at) == day, slug
    newest, first = versions("base")
    assert [change.id for change in content(first.id).changes] == [content(newest.id).changes[-1].id]
    passed = select(Completion.course_version_id, Attempt.started_at).join(Attempt, Attempt.id == Completion.attempt_id)
    for statement in (select(Attempt.course_version_id, Attempt.started_at), passed):
        made = db.session.execute(statement).all()
        assert {version_id for version_id, _ in made} == {newest.id, first.id}
        assert all((at >= newest.published_at) == (version_id == newest.id) for version_id, at in made)


def shares_right(editions: list[Edition]) -> dict[str, float]:
    """By question, the share of its answers that are right."""
    (course,) = [edition.course for edition in editions if edition.course.slug == "base"]
    given: dict[str, list[bool]] = {}
    for question_id, chosen in db.session.execute(select(Answer.question_id, Answer.chosen)):
        given.setdefault(question_id, []).append(course.question(question_id).is_right(frozenset(chosen)))
    return {question_id: sum(right) / len(right) for question_id, right in given.items()}
