"""Nobody can read off any page, file or letter whether one person took part: whole copies of a county, compared.

Everybody who answers says 3 throughout, so that no value changes with who answers: what differs then tells who took
part, and nothing may, to the byte. Rows whose values change are in `test_participation`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import time_machine
from sqlalchemy import select

from tbblearn.db import db, read_only, unit_of_work
from tbblearn.mail.models import Message
from tbblearn.people.rules import Role
from tbblearn.readiness.models import PublishedFigure
from tbblearn.surveys.actions import decline
from tests.conftest import Backend, SQLite
from tests.factories import NOW
from tests.readiness.crawling import Crawl, crawl
from tests.readiness.published import LATER, county, database
from tests.readiness.rounds import CODES, Round

SIZES: Mapping[str, Mapping[str, tuple[int, ...]]] = {
    "region": {"barn": (14, 9, 4, 3), "vuxen": (12,)},
    "flen": {"skola": (8, 7, 5, 4)},
}
"""The manager of `barn` is invited in `region`, with nobody beside: what version 0.1 told two copies apart by."""
READERS = ("small", "manager", "process_leader")
THREES = dict.fromkeys(CODES, "3")


@dataclass(frozen=True)
class Copy:
    """All that can be opened of a county, and the letters that were queued: key, recipient and words."""

    pages: Crawl
    letters: list[tuple[str, int, str]]
    rows: Sequence[tuple[str, ...]]


@contextmanager
def copied(backend: Backend, silent: Collection[int], declining: Collection[int] = ()) -> Iterator[Round]:
    """A county in which all but these have answered, closed, checked and published; some of them have declined."""
    with database(backend) as app, time_machine.travel(NOW, tick=False), app.app_context():
        made = county(SIZES)
        made.open()
        people = [person for person, _unit in made.invited()]
        db.session.rollback()
        for person in people:
            if person in declining:
                with unit_of_work():
                    decline(made.wave_id, person, today=NOW.date())
            elif person not in silent:
                assert made.answer(person, THREES)
        made.close()
        assert made.audit()
        made.publish()
        db.session.remove()
        yield made


def copy_of(
    backend: Backend,
    silent: Collection[int] = (),
    declining: Collection[int] = (),
    readers: Collection[str] = READERS,
) -> Copy:
    with copied(backend, silent, declining) as made:
        writers = backend.app.extensions["tbblearn_letters"]
        with read_only():
            letters = [
                (one.dedupe_key, one.recipient_id, repr(writers[one.kind](one.recipient_id, one.values, LATER)))
                for one in db.session.scalars(select(Message).order_by(Message.dedupe_key))
            ]
            rows = sorted(
                (str(row.unit_id), row.family, row.measure, row.kind, row.value, str(row.scale), str(row.item))
                for row in db.session.scalars(select(PublishedFigure))
            )
        db.session.remove()
        return Copy(crawl(backend.app, made, readers), letters, rows)


@pytest.fixture(scope="module")
def people(sqlite_backend: SQLite) -> dict[str, list[int]]:
    """Who is invited in each unit, by the unit's name."""
    with copied(sqlite_backend, ()) as made, read_only():
        names = {unit_id: name for name, unit_id in made.units.items()}
        found: dict[str, list[int]] = {}
        for person, unit_id in made.invited():
            found.setdefault(names[unit_id], []).append(person)
        found["manager"] = [made.holders[Role.MANAGER]]
        db.session.rollback()
        return found


@pytest.fixture(scope="module")
def everybody(sqlite_backend: SQLite) -> Copy:
    """The county in which all have answered."""
    return copy_of(sqlite_backend)


def test_two_copies_alike_but_that_one_manager_declines_differ_in_nothing(
    sqlite_backend: SQLite, people: dict[str, list[int]], everybody: Copy
):
    other = copy_of(sqlite_backend, declining=people["manager"])
    assert other == everybody
    assert ("manager", f"/resultat/1/{everybody.rows[0][0]}") in everybody.pages


@pytest.mark.parametrize("unit", ["barn", "skola-1", pytest.param("barn-1", marks=pytest.mark.full)])
def test_all_but_one_and_all_but_two_of_a_unit_make_no_difference(
    sqlite_backend: SQLite, people: dict[str, list[int]], everybody: Copy, unit: str
):
    assert len(people[unit]) >= 7
    assert copy_of(sqlite_backend, silent=people[unit][:2]) == everybody


def test_what_may_differ_is_a_printed_size_and_what_follows_from_it(
    sqlite_backend: SQLite, people: dict[str, list[int]], everybody: Copy
):
    """Six of the fourteen in barn-1 are silent: its piece falls from 10 to 5."""
    other = copy_of(sqlite_backend, silent=people["barn-1"][:6])
    differ = set(other.rows) ^ set(everybody.rows)
    assert {row[2] for row in differ} <= {"n", "mean", "share", "agreement", "same_as"}
    line = {row[0] for row in differ if row[2] == "n"}
    assert {row[0] for row in differ} == line, "only where the size itself differs"
    assert len(line) == 4, "the unit and those above it"
    assert everybody.letters == other.letters


def test_with_six_in_ten_answering_one_more_or_less_makes_no_difference(
    sqlite_backend: SQLite, people: dict[str, list[int]]
):
    silent = [person for persons in people.values() for person in persons[: len(persons) * 2 // 5]]
    before = copy_of(sqlite_backend, silent=silent)
    assert copy_of(sqlite_backend, silent=[*silent, people["barn-1"][-1]]) == before, "eight and nine are at least 5"
    assert copy_of(sqlite_backend, silent=[one for one in silent if one != people["skola-1"][0]]) == before


@pytest.mark.full
def test_no_single_person_makes_a_difference(sqlite_backend: SQLite, people: dict[str, list[int]]):
    """With every reader that there is."""
    everybody = copy_of(sqlite_backend, readers=())
    for unit, persons in people.items():
        for person in persons:
            assert copy_of(sqlite_backend, silent=[person], readers=()) == everybody, (unit, person)


def test_published_rows_are_the_same_on_both_databases(
    postgresql_backend: Backend, people: dict[str, list[int]], everybody: Copy
):
    del people
    with copied(postgresql_backend, ()), read_only():
        rows = sorted(
            (str(row.unit_id), row.family, row.measure, row.kind, row.value, str(row.scale), str(row.item))
            for row in db.session.scalars(select(PublishedFigure))
        )
        db.session.rollback()
    assert rows == everybody.rows
