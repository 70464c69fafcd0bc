"""The demo: the same county for the same key, every status on any day, and hands off what is no demo."""

import hashlib
import json
import os
import random
import socket
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, delete, func, select, text, update

from tbblearn.access.choosing import password_fault
from tbblearn.access.passwords import matches
from tbblearn.access.queries import credential_for
from tbblearn.cli import main
from tbblearn.cli.demo import demo as demo_command
from tbblearn.cli.serve import is_loopback
from tbblearn.courses.edition import Edition
from tbblearn.db import Base, db, read_only, stockholm_date, unit_of_work, writing
from tbblearn.mail.models import Message
from tbblearn.operations.demo.accounts import SHOWN_ROLES
from tbblearn.operations.demo.answering import GivenAnswers
from tbblearn.operations.demo.build import Refused, build, editions_of_courses, open_demo
from tbblearn.operations.demo.catalogue import HUVUDMEN
from tbblearn.operations.demo.county import plan_county
from tbblearn.operations.demo.dates import DUE_SOON, IN_GRACE, JUST_OPENED, NOT_ADOPTED, OVERDUE, decisions, demo_now
from tbblearn.operations.demo.marker import Holds, Key, look, mark_begun
from tbblearn.operations.demo.rounds import answer_all
from tbblearn.people.models import Employment, Grant, Leave, OrgUnit, Person, Programme
from tbblearn.people.rules import Language, Role, Scope, UnitKind
from tbblearn.readiness.models import FigureComparison, PublishedFigure, Response
from tbblearn.readiness.rules import Against, Measure
from tbblearn.surveys.actions import decline
from tbblearn.surveys.models import Invitation, ResponseOpen, Wave, WaveAdoption, WaveUnit
from tbblearn.tick import tick
from tbblearn.training.completion_models import Completion, CompletionEmployment, Revocation
from tbblearn.training.exemption_models import Exemption
from tbblearn.training.learning.queries import my_courses
from tbblearn.training.managing.list_queries import who_is_left
from tbblearn.training.models import Answer, Attempt, Enrolment
from tbblearn.training.requirements.cycles import ONE_DAY, cycle_on, deadlines
from tbblearn.training.requirements.queries import required_courses
from tbblearn.training.rules import OPEN, Basis, ExemptionKind, Outcome, Progress, Urgency, manager_view
from tbblearn.training.standing.facts import status_of
from tbblearn.training.standing.population import counted, over
from tbblearn.web.application import Application
from tests.factories import NOW, County
from tests.factories import TODAY as ROUND_DAY
from tests.page_rules import words
from tests.readiness.rounds import CODES, Round
from tests.reading import Reader, ReadPage

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


# --- its survey rounds ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("staff", [STAFF, pytest.param(2000, marks=pytest.mark.full)])
def test_it_has_rounds_in_every_state_that_pages_show(session, editions, staff):
    build(Key(1, staff, TODAY), editions, no_step)
    shown = look().persons
    assert shown is not None
    rounds = db.session.execute(
        select(Wave, Programme.slug).join(Programme, Programme.id == Wave.programme_id).order_by(Wave.id)
    ).all()
    assert [(slug, wave.state.value) for wave, slug in rounds] == [
        ("tbb", "published"),
        ("tbb", "published"),
        ("tuv", "published"),
        ("tbb", "open"),
        ("tuv", "planned"),
    ]
    older, last, tuv, running, planned = (wave for wave, _ in rounds)
    assert all(wave.cleaned for wave, _ in rounds)
    assert TODAY - timedelta(days=10) < running.opens_on < TODAY < running.closes_on < TODAY + timedelta(days=10)
    assert planned.opens_on > TODAY
    for before, after in ((older, last), (last, running), (tuv, planned)):
        assert before.closed_at is not None
        assert (after.opens_on - stockholm_date(before.closed_at)).days >= 180
    adopted = select(func.count()).select_from(WaveAdoption)
    assert db.session.scalar(adopted.where(WaveAdoption.wave_id == running.id)) == len(HUVUDMEN) - 2

    # what the timer would have deleted is gone; what people may still read is there
    assert {wave_id for (wave_id,) in db.session.execute(select(Invitation.wave_id).distinct())} == {tuv.id, running.id}
    assert count_of(Response) == 0
    assert count_of(Message) == 0
    assert not any(tick(now=demo_now(TODAY)).values())

    # the persons with a sign-in
    mine = db.session.get_one(Invitation, (running.id, shown["staff"]))
    assert (mine.answered, mine.declined) == (False, False)
    assert db.session.get(Invitation, (tuv.id, shown["staff"])) is not None
    unit_id = db.session.scalars(select(Employment.unit_id).where(Employment.person_id == shown["staff"])).first()
    for wave in (older, last, tuv):
        means = (PublishedFigure.wave_id == wave.id, PublishedFigure.unit_id == unit_id)
        assert count_of(PublishedFigure, *means, PublishedFigure.measure == Measure.MEAN) == 2, wave.name

    # answers look like people's
    given = db.session.scalars(select(ResponseOpen).where(ResponseOpen.wave_id == running.id)).all()
    assert count_of(Invitation, Invitation.wave_id == running.id, Invitation.answered) == len(given)
    assert 0.35 < len(given) / running.invited < 0.8
    whole = [[int(value) for value in one.answers.values()] for one in given if one.complete]
    straight = sum(len(set(answers)) == 1 for answers in whole) / len(whole)
    assert 0.01 < straight < 0.35
    means_of_persons = [sum(answers) / len(answers) for answers in whole]
    assert max(means_of_persons) - min(means_of_persons) > 1.5
    assert {value for answers in whole for value in answers} == {1, 2, 3, 4, 5}
    if staff == 2000:
        since = (FigureComparison.wave_id == last.id, FigureComparison.against == Against.BEFORE)
        assert count_of(FigureComparison, *since) > 20
        rates = response_rates(running.id)
        assert all(0.4 <= rate <= 0.75 for rate in rates.values()), rates
        assert max(rates.values()) - min(rates.values()) > 0.12


def response_rates(wave_id: int) -> dict[str, float]:
    """By huvudman."""
    asked: Counter[str] = Counter()
    answered: Counter[str] = Counter()
    for key, done in db.session.execute(
        select(WaveUnit.key, Invitation.answered)
        .join(WaveUnit, (WaveUnit.wave_id == Invitation.wave_id) & (WaveUnit.unit_id == Invitation.unit_id))
        .where(Invitation.wave_id == wave_id, WaveUnit.parent_id.is_not(None))
    ):
        asked[key.split("/")[0]] += 1
        answered[key.split("/")[0]] += done
    return {source: answered[source] / asked[source] for source in asked}


def test_answers_kept_in_bulk_are_those_that_people_send(session):
    county = Round.county()
    county.open()
    whole, broken_off, silent, *_ = (person_id for person_id, _ in county.invited())
    forms = {whole: dict.fromkeys(CODES, "4"), broken_off: dict.fromkeys(CODES[:5], "2")}
    db.session.rollback()
    for person_id, answers in forms.items():
        county.answer(person_id, answers)
    with unit_of_work():
        decline(county.wave_id, silent, today=ROUND_DAY)
    sent = kept_rows()
    with unit_of_work():
        db.session.execute(update(Invitation).values(answered=False, declined=False))
        db.session.execute(delete(ResponseOpen))
        answer_all(county.wave_id, GivenAnswers(forms, [silent]), random.Random(1))
    assert kept_rows() == sent
    assert len(sent[0]) == 2


def kept_rows() -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Answers but for their ids, and invitations."""
    with read_only():
        return (
            sorted(
                (
                    tuple(row)
                    for row in db.session.execute(
                        select(*(column for column in ResponseOpen.__table__.columns if column.name != "id"))
                    )
                ),
                key=str,
            ),
            sorted(tuple(row) for row in db.session.execute(select(*Invitation.__table__.columns))),
        )


# --- built, served again, refused -----------------------------------------------------------------------------------


def test_the_same_key_gives_the_same_rows_and_is_served_as_it_is(session):
    key = Key(1, STAFF, TODAY)
    first = opened(key)
    rows = digest()
    assert first.built
    assert [account.role for account in first.accounts] == list(SHOWN_ROLES)

    again = opened(key)
    assert not again.built
    assert [replace(one, password="") for one in again.accounts] == [
        replace(one, password="") for one in first.accounts
    ]
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
    with writing(), db.engine.begin() as connection:
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
        stored = {account.role: credential_for(account.email, TODAY) for account in made.accounts}
    for account in made.accounts:
        found = stored[account.role]
        assert found is not None
        assert matches(account.password, found.password_hash)
    persons = {role: found.person_id for role, found in stored.items() if found is not None}

    (task,) = my_courses(persons["staff"], TODAY).tasks
    assert task.status.progress is Progress.IN_PROGRESS
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


@only_on_sqlite
def test_the_password_is_new_each_time_and_opens_what_was_printed_last(session):
    printed = [opened(Key(1, STAFF, TODAY), fresh=fresh).accounts[0] for fresh in (False, False, True)]
    assert len({account.password for account in printed}) == 3
    assert all(password_fault(account.password) is None for account in printed)
    with read_only():
        found = credential_for(printed[-1].email, TODAY)
    assert found is not None
    assert [matches(account.password, found.password_hash) for account in printed] == [False, False, True]


# --- every page says so ---------------------------------------------------------------------------------------------

BANNER = "Demo: påhittade personer och siffror. Skriv inga riktiga uppgifter här."


def banner(page: ReadPage) -> str:
    line = page.soup.select_one("aside.demo")
    return words(line) if line else ""


@only_on_sqlite
def test_every_page_of_a_demo_says_so_also_when_it_is_served_as_a_site_is(app: Application):
    reader = Reader(app)
    assert banner(reader.get("/om")) == "", "a database may be empty before it is a demo"
    with app.app_context():
        made = opened(Key(1, STAFF, TODAY))
        db.session.remove()
    assert not app.config["TBBLEARN"].demo
    for path, status in (("/", 200), ("/logga-in", 200), ("/om", 200), ("/finns-inte", 404)):
        assert banner(reader.get(path, status)) == BANNER
    form = reader.get("/logga-in").form("/logga-in")
    reader.submit(form, email=made.accounts[0].email, password=made.accounts[0].password)
    assert banner(reader.get("/mina-utbildningar")) == BANNER
    reader.post("/sprak", {"language": "en"})
    assert banner(reader.get("/mina-uppgifter")).startswith("Demo: invented people")


def test_no_page_of_another_database_says_so(app: Application, county: County):
    assert banner(Reader(app).get("/logga-in")) == ""


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
    assert printed["accounts"][0]["password"] not in table
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


def test_a_demo_is_served_on_this_machine_only(command):
    assert command("--no-serve", "--staff", "200", "--today", "2026-11-20").exit_code == 0
    for host in ("0.0.0.0", "192.0.2.1", "::", "example.org"):
        done = CliRunner().invoke(main, ["serve", "--host", host])
        assert done.exit_code == 2
        assert f"served on this machine only, not on {host}" in done.output
        assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("localhost", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("::", False),
        ("", False),
        ("127.0.0.1.example.org", False),
    ],
)
def test_what_only_this_machine_reaches(host, own):
    assert is_loopback(host) is own


def test_a_taken_port_is_told_before_anything_is_built(command, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = command("--port", str(taken.getsockname()[1]))
    assert done.exit_code == 1
    assert "--port" in done.output
    assert not (tmp_path / "demo.sqlite").exists()
