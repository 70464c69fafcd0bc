"""The demo: the same county for the same key, every status on any day, and hands off what is no demo."""

import hashlib
import json
import os
import random
import socket
from collections import Counter
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, func, select, text

from tbblearn.access.passwords import matches
from tbblearn.access.queries import credential_for
from tbblearn.cli.demo import demo as demo_command
from tbblearn.courses.edition import Edition
from tbblearn.db import Base, db, read_only, unit_of_work
from tbblearn.operations.demo.accounts import SHOWN_ROLES
from tbblearn.operations.demo.build import Refused, build, editions_of_courses, open_demo
from tbblearn.operations.demo.catalogue import HUVUDMEN
from tbblearn.operations.demo.county import plan_county
from tbblearn.operations.demo.dates import DUE_SOON, IN_GRACE, JUST_OPENED, NOT_ADOPTED, OVERDUE, decisions, demo_now
from tbblearn.operations.demo.marker import Holds, Key, look, mark_begun
from tbblearn.people.models import Employment, Grant, Leave, OrgUnit, Person
from tbblearn.people.rules import Language, Role, Scope, UnitKind
from tbblearn.tick import tick
from tbblearn.training.cycles import ONE_DAY, cycle_on, deadlines
from tbblearn.training.learner_queries import my_courses
from tbblearn.training.manager_queries import required_courses, who_is_left
from tbblearn.training.models import Answer, Attempt, Completion, CompletionEmployment, Enrolment, Exemption, Revocation
from tbblearn.training.population import counted, over
from tbblearn.training.rules import Basis, ExemptionKind, Outcome, Status, manager_view
from tbblearn.training.standing import status_of
from tests.factories import NOW, County

STAFF = 200
TODAY = date(2026, 11, 20)

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

only_on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def editions() -> list[Edition]:
    return editions_of_courses()


def no_step(_share: float) -> None:
    """Nobody watches."""


def opened(key: Key, *, fresh: bool = False, exactly_today: bool = True):
    return open_demo(key, fresh=fresh, exactly_today=exactly_today, step=no_step)


def digest() -> str:
    """Of every row of every table, but for salted password hashes."""
    found = hashlib.sha256()
    with read_only():
        for table in Base.metadata.sorted_tables:
            columns = [column for column in table.columns if column.name != "password_hash"]
            rows = db.session.execute(select(*columns).order_by(*table.primary_key.columns))
            for row in rows:
                found.update(repr((table.name, tuple(row))).encode())
    return found.hexdigest()


def count_of(model, *conditions) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def statuses(today: date) -> Counter[Status]:
    """How many persons hold each status by the facts that pages count, last round and this one.

    What only the learner is told is asked of those who have failed a quiz.
    """
    root = db.session.execute(select(OrgUnit.id, OrgUnit.path).where(OrgUnit.kind == UnitKind.COUNTY)).one()
    found: Counter[Status] = Counter()
    course_id = required_courses(today)[0].course_id
    for cycle in (today.year - 1, today.year):
        here: Counter[Status] = Counter()
        for line, code, persons in db.session.execute(counted(), over(root.id, root.path, course_id, cycle, today)):
            if line is None:
                here[manager_view(status_of(code))] += persons
        found |= here
    failed = select(Enrolment.person_id).join(Attempt, Attempt.enrolment_id == Enrolment.id)
    for person_id in db.session.scalars(failed.where(Attempt.outcome == Outcome.FAILED).distinct()).all():
        found[Status.FAILED_MAY_RETRY] += any(
            task.status is Status.FAILED_MAY_RETRY for task in my_courses(person_id, today).tasks
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
    few = {status: held[status] for status in Status if held[status] < 3}
    assert few == {}
    assert changes["audience"] > STAFF / 2
    assert {kind: n for kind, n in changes.items() if n and kind != "audience"} == {}, "the timer found more to do"
    assert not any(tick(now=demo_now(today)).values())
    last_year = cycle_on(decisions(today)[0].terms, today).year - 1
    before = count_of(Completion, Completion.achieved_on < date(last_year + 1, 1, 1))
    assert before > STAFF / 2


def test_it_holds_what_it_says(session, editions):
    build(Key(3, 300, TODAY), editions, no_step)
    held_today = (Employment.start_on <= TODAY, func.coalesce(Employment.end_on, TODAY) >= TODAY)

    # the county
    rows = db.session.execute(select(OrgUnit.external_id, OrgUnit.path).where(OrgUnit.kind == UnitKind.HUVUDMAN))
    huvudmen = {row.external_id: row.path for row in rows}
    assert set(huvudmen) == {huvudman.slug for huvudman in HUVUDMEN}
    for path in huvudmen.values():
        employed = select(func.count()).select_from(Employment).join(OrgUnit, OrgUnit.id == Employment.unit_id)
        assert (db.session.scalar(employed.where(OrgUnit.path.like(f"{path}%"), *held_today)) or 0) >= 12
    assert db.session.scalar(select(func.count(Employment.person_id.distinct())).where(*held_today)) == 300
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
    several = select(Employment.person_id).where(*held_today).group_by(Employment.person_id)
    assert len(db.session.scalars(several.having(func.count() > 1)).all()) >= 5
    assert count_of(Employment, Employment.end_on < TODAY) >= 4
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


def shares_right(editions: list[Edition]) -> dict[str, float]:
    """By question, the share of its answers that are right."""
    (course,) = [edition.course for edition in editions if edition.course.slug == "base"]
    given: dict[str, list[bool]] = {}
    for question_id, chosen in db.session.execute(select(Answer.question_id, Answer.chosen)):
        given.setdefault(question_id, []).append(course.question(question_id).is_right(frozenset(chosen)))
    return {question_id: sum(right) / len(right) for question_id, right in given.items()}


# --- built, served again, refused -----------------------------------------------------------------------------------


def test_the_same_key_gives_the_same_rows_and_is_served_as_it_is(session):
    key = Key(1, STAFF, TODAY)
    first = opened(key)
    rows = digest()
    assert first.built
    assert [account.role for account in first.accounts] == list(SHOWN_ROLES)

    again = opened(key)
    assert not again.built
    assert again.accounts == first.accounts
    assert digest() == rows

    later = opened(Key(1, STAFF, TODAY + timedelta(days=5)), exactly_today=False)
    assert not later.built
    assert later.key.today == TODAY

    with unit_of_work():
        db.session.execute(select(Person).limit(1)).scalar_one().given_name = "Någon"
    assert digest() != rows
    assert opened(key, fresh=True).built
    assert digest() == rows


@only_on_sqlite
def test_another_seed_gives_other_rows(session):
    opened(Key(1, STAFF, TODAY))
    rows = digest()
    with pytest.raises(Refused, match="--fresh"):
        opened(Key(2, STAFF, TODAY))
    assert digest() == rows
    opened(Key(2, STAFF, TODAY), fresh=True)
    assert digest() != rows


@pytest.mark.parametrize("fresh", [False, True])
def test_a_database_with_something_else_in_it_is_refused_and_left_alone(session, fresh):
    County.build()
    rows = digest()
    with pytest.raises(Refused, match="no demo"):
        opened(Key(1, STAFF, TODAY), fresh=fresh)
    assert digest() == rows


def test_a_database_with_a_table_that_is_not_ours_is_refused(session):
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE payroll (id INTEGER)"))
    with pytest.raises(Refused, match="no demo"):
        opened(Key(1, STAFF, TODAY), fresh=True)


@only_on_sqlite
def test_a_demo_that_was_cut_off_is_built_anew(session):
    with unit_of_work():
        mark_begun(NOW)
    assert look().holds is Holds.HALF_A_DEMO
    assert opened(Key(1, STAFF, TODAY)).built
    assert look().holds is Holds.DEMO


# --- the sign-ins ---------------------------------------------------------------------------------------------------


@only_on_sqlite
def test_each_sign_in_works_and_shows_what_its_role_is_for(session):
    made = opened(Key(1, STAFF, TODAY))
    with read_only():
        stored = {account.role: credential_for(account.email) for account in made.accounts}
    for account in made.accounts:
        found = stored[account.role]
        assert found is not None
        assert matches(account.password, found.password_hash)
    persons = {role: found.person_id for role, found in stored.items() if found is not None}

    (task,) = my_courses(persons["staff"], TODAY).tasks
    assert task.status is Status.IN_PROGRESS
    (task,) = my_courses(persons["new_hire"], TODAY).tasks
    assert task.cycle == 2026
    assert task.reason == "new_hire"
    assert task.parts_read == 0

    grants = {
        role: db.session.execute(
            select(Grant.role, OrgUnit.id, OrgUnit.path)
            .join(OrgUnit, OrgUnit.id == Grant.unit_id)
            .where(Grant.person_id == person_id)
        ).all()
        for role, person_id in persons.items()
    }
    assert grants["staff"] == []
    for role in Role:
        assert {grant.role for grant in grants[role.value]} == {role}
    ((_, unit_id, path),) = grants["manager"]
    ((_, _, larger),) = grants["senior_manager"]
    assert path.startswith(larger)
    assert path != larger
    left = {row.person_id for row in who_is_left(unit_id, Scope((path,)), TODAY).rows}
    assert {persons["staff"], persons["new_hire"]} <= left


# --- the command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def command(tmp_path, monkeypatch):
    """Run `tbblearn demo` on a database of its own."""
    url = f"sqlite:///{tmp_path / 'demo.sqlite'}"
    monkeypatch.setenv("TBBLEARN_DATABASE_URL", url)
    monkeypatch.setenv("TBBLEARN_INSTANCE", str(tmp_path))
    monkeypatch.setenv("TBBLEARN_LOG_LEVEL", "ERROR")
    monkeypatch.setenv("TBBLEARN_PUBLIC_URL", "")
    monkeypatch.setenv("TBBLEARN_DEMO", "")

    def run(*arguments: str):
        return CliRunner().invoke(demo_command, arguments)

    return run


def test_the_command_prints_one_sign_in_for_each_role(command):
    done = command("--no-serve", "--staff", "200", "--today", "2026-11-20", "--format", "json")
    assert done.exit_code == 0, done.output
    printed = json.loads(done.stdout)
    assert (printed["url"], printed["today"], printed["staff"], printed["seed"]) == (
        "http://127.0.0.1:5000",
        "2026-11-20",
        200,
        1,
    )
    assert [account["role"] for account in printed["accounts"]] == list(SHOWN_ROLES)
    assert all(set(account) == {"role", "email", "password", "name", "unit"} for account in printed["accounts"])

    table = command("--no-serve", "--staff", "200", "--today", "2026-11-20").stdout
    assert "Already there" in table
    assert "for the demo only" in table
    for account in printed["accounts"]:
        assert account["email"] in table

    other = command("--no-serve", "--staff", "201")
    assert other.exit_code == 1
    assert "--fresh" in other.output


def test_the_command_refuses_a_foreign_database_with_a_sentence(command):
    engine = create_engine(os.environ["TBBLEARN_DATABASE_URL"])
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE payroll (id INTEGER)"))
    engine.dispose()
    done = command("--no-serve", "--staff", "200")
    assert done.exit_code == 1
    assert "no demo" in done.output
    assert "Traceback" not in done.output


def test_a_taken_port_is_told_before_anything_is_built(command, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = command("--port", str(taken.getsockname()[1]))
    assert done.exit_code == 1
    assert "--port" in done.output
    assert not (tmp_path / "demo.sqlite").exists()
