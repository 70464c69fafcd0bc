"""A demo is built, served again as it is, or refused; its sign-ins work and its pages say what it is."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from tbblearn.access.choosing import password_fault
from tbblearn.access.passwords import matches
from tbblearn.access.queries import credential_for
from tbblearn.db import Base, db, read_only, unit_of_work, writing
from tbblearn.operations.demo.accounts import SHOWN_ROLES
from tbblearn.operations.demo.build import Refused, open_demo
from tbblearn.operations.demo.marker import Holds, Key, look, mark_begun
from tbblearn.people.models import Grant, OrgUnit, Person
from tbblearn.people.rules import Role, Scope
from tbblearn.training.learning.queries import my_courses
from tbblearn.training.managing.list_queries import who_is_left
from tbblearn.training.rules import Progress
from tbblearn.web.application import Application
from tests.factories import NOW, County
from tests.operations.demo import STAFF, TODAY, no_step, only_on_sqlite
from tests.page_rules import words
from tests.reading import Reader, ReadPage


def opened(key: Key, *, fresh: bool = False, exactly_today: bool = True):
    return open_demo(key, fresh=fresh, exactly_today=exactly_today, step=no_step)


RANDOM = {"credential.password_hash", "completion.number"}


def digest() -> str:
    """Of every row of every table, but for what is drawn at random: salted password hashes, certificates' numbers."""
    found = hashlib.sha256()
    with read_only():
        for table in Base.metadata.sorted_tables:
            columns = [column for column in table.columns if str(column) not in RANDOM]
            rows = db.session.execute(select(*columns).order_by(*table.primary_key.columns))
            for row in rows:
                found.update(repr((table.name, tuple(row))).encode())
    return found.hexdigest()


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
    with pytest.raises(Refused, match="not a demo"):
        opened(Key(1, STAFF, TODAY), fresh=fresh)
    assert digest() == rows


def test_a_database_with_a_table_that_is_not_ours_is_refused(session):
    with writing(), db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE payroll (id INTEGER)"))
    with pytest.raises(Refused, match="not a demo"):
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
