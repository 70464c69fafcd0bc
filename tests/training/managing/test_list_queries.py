"""The list of who is left: everybody once, by name and by column, protected identities withheld."""

from datetime import date
from itertools import product
from typing import Any

from tbblearn.db import db, unit_of_work
from tbblearn.people.models import OrgUnit, Person
from tbblearn.people.rules import sort_key
from tbblearn.training.managing.download_queries import completion_rows
from tbblearn.training.managing.list_queries import who_is_left
from tbblearn.training.managing.lists import Chosen, Group, SortBy
from tbblearn.training.managing.person_queries import person_page
from tbblearn.training.rules import SHOWN_ORDER, Progress
from tests.factories import TODAY
from tests.training.conftest import Training
from tests.training.managing.at_once import everything_at_once


def test_pages_of_a_list_hold_everybody_once_in_swedish_order(training: Training) -> None:
    training.tick()
    unit_id, scope = training.unit("region"), training.scope()
    names: list[str | None] = []
    for number, first, rows in ((1, 1, 4), (2, 5, 4), (3, 9, 4), (4, 13, 3)):
        page = who_is_left(unit_id, scope, TODAY, page=number, limit=4)
        assert (page.total, page.number, page.pages, page.first, len(page.rows)) == (15, number, 4, first, rows)
        names += [row.name for row in page.rows]
    assert who_is_left(unit_id, scope, TODAY, page=99, limit=4) == page, "after the last page comes the last page"
    assert who_is_left(unit_id, scope, TODAY, page=0, limit=15).first == 1
    assert names == [f"Medarbetare {number}" for number in sorted(int(str(name).split()[1]) for name in names)]
    assert len(set(names)) == 15


def test_searching_by_name(training: Training) -> None:
    training.tick()
    unit_id, scope = training.unit("region"), training.scope()
    assert [row.name for row in who_is_left(unit_id, scope, TODAY, chosen=Chosen(text="MEDARB 103")).rows] == [
        "Medarbetare 103"
    ]
    assert who_is_left(unit_id, scope, TODAY, chosen=Chosen(text="100%")).total == 0
    assert who_is_left(unit_id, scope, TODAY, chosen=Chosen(text="ingen")).rows == ()


def test_a_protected_identity_is_withheld_and_not_found_by_name(training: Training) -> None:
    training.tick()
    person_id = training.person("p101")
    with unit_of_work():
        db.session.get_one(Person, person_id).protected_identity = True
    unit_id, scope = training.unit("enhet-1"), training.scope("enhet-1")
    rows = who_is_left(unit_id, scope, TODAY).rows
    assert [(row.person_id, row.name) for row in rows][-1] == (person_id, None)
    assert who_is_left(unit_id, scope, TODAY, chosen=Chosen(text="101")).total == 0
    (hidden,) = [row for row in completion_rows(unit_id, scope, TODAY).rows if not row.family_name]
    assert (hidden.given_name, hidden.family_name, hidden.person_external_id) == ("", "", "p101")
    assert person_page(person_id, scope, TODAY).name is None


def test_who_is_protected_comes_last_however_names_are_sorted(training: Training) -> None:
    training.tick()
    with unit_of_work():
        for name in ("p101", "p102"):
            db.session.get_one(Person, training.person(name)).protected_identity = True
    for downward in (False, True):
        chosen = Chosen(downward=downward)
        seen = [
            row.person_id
            for number in (1, 2, 3)
            for row in who_is_left(
                training.unit("enhet-1"), training.scope(), TODAY, chosen=chosen, page=number, limit=1
            ).rows
        ]
        assert seen == [training.person("p103"), training.person("p101"), training.person("p102")]


def test_a_list_is_sorted_by_each_column_both_ways_on_the_page_and_in_the_file(training: Training) -> None:
    everything_at_once(training)
    training.leave(training.person("p108"), TODAY, None)
    with unit_of_work():
        first = db.session.get_one(OrgUnit, training.unit("enhet-1"))
        first.name, first.name_sort = "Ömsen", sort_key("Ömsen")
    unit_id, scope = training.unit("region"), training.scope()
    statuses: tuple[Group | Progress, ...] = (Group.ALL, Group.DONE, Progress.NOT_STARTED)
    for status, column, downward in product(statuses, SortBy, (False, True)):
        chosen = Chosen(status, sort=column, downward=downward)
        rows = who_is_left(unit_id, scope, TODAY, chosen=chosen).rows
        by_column: dict[SortBy, list[Any]] = {
            SortBy.NAME: [sort_key(row.name or "") for row in rows],
            SortBy.UNIT: [sort_key(row.units[0]) for row in rows],
            SortBy.STATUS: [SHOWN_ORDER.index(row.status.progress) for row in rows],
            SortBy.DAY: [(row.completed_on if chosen.by_completion else row.due_on) or date.min for row in rows],
        }
        keys = by_column[column]
        told = [key for key in keys if key != date.min]
        assert told == sorted(told, reverse=downward), chosen
        assert keys == told + [date.min] * (len(keys) - len(told)), "who has no day comes last"
        filed = completion_rows(unit_id, scope, TODAY, chosen=chosen).rows
        assert [f"{row.given_name} {row.family_name}" for row in filed] == [row.name for row in rows]
