"""What managers see of a unit: the same numbers on the page, in the list and in the file."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from tbblearn.courses.models import CourseRecord
from tbblearn.db import db, unit_of_work
from tbblearn.people.models import OrgUnit, Person
from tbblearn.people.rules import Scope
from tbblearn.training.managing.download_queries import completion_rows
from tbblearn.training.managing.list_queries import who_is_left
from tbblearn.training.managing.lists import Chosen, Group, SortBy
from tbblearn.training.managing.person_queries import person_page
from tbblearn.training.managing.summary_queries import unit_summary as summary
from tbblearn.training.requirements.actions import adopt
from tbblearn.training.requirements.cycles import MonthDay
from tbblearn.training.requirements.queries import required_courses
from tbblearn.training.rules import NotFound, Progress, Status, Urgency
from tbblearn.training.standing.counts import Counts, Coverage
from tbblearn.training.standing.population import over, population
from tests.factories import LONG_AGO, TODAY, employ, make_person, make_unit
from tests.training.conftest import Training
from tests.training.managing.at_once import everything_at_once

unit_summary = partial(summary, names=True)


def test_counts_with_their_denominator(training: Training) -> None:
    everything_at_once(training)
    seen = unit_summary(training.unit("region"), training.scope(), TODAY)
    assert (seen.slug, seen.cycle, seen.adopted) == ("base", 2026, True)
    counts = seen.counts
    assert (counts.head, counts.required, counts.not_covered) == (16, 15, 1)
    assert (counts.exempt, counts.on_leave, counts.base, counts.done, counts.left) == (1, 1, 13, 1, 12)
    assert counts.share == 8
    assert counts.by_status == {
        Status(Progress.COMPLETED): 1,
        Status(Progress.IN_PROGRESS, Urgency.DUE_SOON): 2,
        Status(Progress.NOT_STARTED, Urgency.DUE_SOON): 10,
        Status(Progress.ON_LEAVE): 1,
        Status(Progress.EXEMPT): 1,
        Status(Progress.NOT_REQUIRED): 1,
    }


def test_page_list_and_file_have_the_same_numbers(training: Training) -> None:
    everything_at_once(training)
    for day in (date(2026, 6, 1), TODAY, date(2026, 12, 10), date(2026, 12, 20)):
        for name in ("sormland", "region", "verksamhet-1", "enhet-1", "flen"):
            unit_id = training.unit(name)
            page = unit_summary(unit_id, training.scope(), day, cycle=2026)
            report = completion_rows(unit_id, training.scope(), day, cycle=2026)
            counts = page.counts or Counts({})
            assert Counter(row.status for row in report.rows) == dict(counts.by_status)
            listed = partial(who_is_left, unit_id, training.scope(), day, cycle=2026)
            for progress in Progress:
                some = listed(chosen=Chosen(progress))
                assert some.total == len(some.rows) == counts.of(progress)
                filed = completion_rows(unit_id, training.scope(), day, cycle=2026, chosen=Chosen(progress))
                assert {row.status.progress for row in filed.rows} <= {progress}
                assert len(filed.rows) == some.total
            assert sum(counts.of(progress) for progress in Progress) == counts.head == len(report.rows)
            for urgency in Urgency:
                some = listed(chosen=Chosen(urgency=urgency))
                assert some.total == len(some.rows) == counts.urgent(urgency)
            assert sum(counts.urgent(urgency) for urgency in Urgency) == counts.open
            assert listed().total == counts.left
            assert listed(chosen=Chosen(Group.DONE)).total == counts.done
            assert listed(chosen=Chosen(Group.ALL)).total == counts.head


def test_managers_never_see_that_somebody_failed(training: Training) -> None:
    training.tick(date(2026, 5, 1))
    spring = date(2026, 5, 2)
    person_id = training.person("p101")
    training.take(person_id, spring, right=1)
    unit_id, scope = training.unit("enhet-1"), training.scope("enhet-1")
    assert unit_summary(unit_id, scope, spring).counts.by_status == {
        Status(Progress.IN_PROGRESS): 1,
        Status(Progress.NOT_STARTED): 2,
    }
    assert who_is_left(unit_id, scope, spring, chosen=Chosen(Progress.FAILED_MAY_RETRY)).rows == ()
    (row,) = who_is_left(unit_id, scope, spring, chosen=Chosen(Progress.IN_PROGRESS)).rows
    assert row.person_id == person_id
    assert person_page(person_id, scope, spring).history.tasks[0].status == Status(Progress.IN_PROGRESS)


def test_a_person_with_two_jobs_counts_once_at_each_level(training: Training) -> None:
    with unit_of_work():
        employ(
            db.session.get_one(Person, training.person("p101")),
            db.session.get_one(OrgUnit, training.unit("enhet-2")),
            profession="kock",
        )
    training.tick()
    seen = unit_summary(training.unit("verksamhet-1"), training.scope(), TODAY)
    assert {line.unit.external_id: line.counts.head for line in seen.lines} == {"enhet-1": 3, "enhet-2": 10}
    assert seen.counts.head == 12
    report = completion_rows(training.unit("verksamhet-1"), training.scope(), TODAY)
    (row,) = [row for row in report.rows if len(row.units) > 1]
    units = [report.workplaces[unit_id] for unit_id in row.units]
    assert ([unit.name for unit in units], row.professions) == (["Enhet 1", "Enhet 2"], ("undersköterska", "kock"))
    assert [unit.way for unit in units] == [
        f"Region Sörmland / Verksamhet 1 / {unit}" for unit in ("Enhet 1", "Enhet 2")
    ]


def test_those_employed_in_the_unit_itself_have_a_line_of_their_own(training: Training) -> None:
    with unit_of_work():
        make_person(db.session.get_one(OrgUnit, training.unit("verksamhet-2")))
    training.tick()
    seen = unit_summary(training.unit("verksamhet-2"), training.scope(), TODAY)
    assert [(line.unit.external_id, line.direct, line.counts.head) for line in seen.lines] == [
        ("verksamhet-2", True, 1),
        ("enhet-3", False, 3),
    ]


def test_without_names_small_figures_are_withheld_on_every_page(training: Training) -> None:
    """enhet-1 has three, enhet-2 nine: either would tell the other with the twelve above."""
    training.take(training.person("p101"))
    training.tick()
    seen = summary(training.unit("verksamhet-1"), training.scope("verksamhet-1"), TODAY, names=False)
    assert seen.counts is not None
    assert (seen.counts.base, seen.counts.done, set(seen.counts.by_status)) == (
        12,
        1,
        {Status(Progress.COMPLETED), Status(Progress.NOT_STARTED)},
    )
    assert [(line.unit.external_id, line.counts) for line in seen.lines] == [("enhet-1", None), ("enhet-2", None)]
    for name in ("enhet-1", "enhet-2"):
        lower = summary(training.unit(name), training.scope("verksamhet-1"), TODAY, names=False)
        assert (lower.counts, lower.lines) == (None, ())
    alone = summary(training.unit("enhet-2"), training.scope("enhet-2"), TODAY, names=False)
    assert alone.counts is not None


def test_those_employed_in_the_unit_itself_have_no_line_without_names(training: Training) -> None:
    with unit_of_work():
        make_person(db.session.get_one(OrgUnit, training.unit("verksamhet-1")))
    training.tick()
    seen = summary(training.unit("verksamhet-1"), training.scope(), TODAY, names=False)
    assert not [line for line in seen.lines if line.direct]


def test_who_has_not_adopted_is_said_so_and_not_counted_as_left(training: Training) -> None:
    training.tick()
    seen = unit_summary(training.unit("sormland"), training.scope(), TODAY)
    assert {line.unit.external_id: line.adopted for line in seen.lines} == {"flen": False, "region": True}
    assert [line.counts for line in seen.lines if not line.adopted] == [None]
    flen = unit_summary(training.unit("flen"), training.scope(), TODAY)
    assert (flen.adopted, flen.counts, flen.lines) == (False, None, ())
    listed = who_is_left(training.unit("flen"), training.scope(), TODAY, chosen=Chosen(Progress.NOT_REQUIRED))
    assert (listed.adopted, listed.total) == (False, 0)
    assert completion_rows(training.unit("flen"), training.scope(), TODAY).rows == ()


def test_the_county_says_whom_its_figures_are_about(training: Training) -> None:
    """The eighteen of the county are the fifteen of the region and the three of Flen, which has not adopted."""
    training.tick()
    about = Coverage(1, 15, 18, ("Flens kommun",))
    for name in ("sormland", "region", "flen"):
        for read in (unit_summary, who_is_left, completion_rows):
            said = read(training.unit(name), training.scope(), TODAY).coverage
            assert said == (about if name == "sormland" else None)
    county = unit_summary(training.unit("sormland"), training.scope(), TODAY)
    assert (
        county.counts.head
        == about.staff
        == len(completion_rows(training.unit("sormland"), training.scope(), TODAY).rows)
    )


def test_who_works_for_two_huvudmen_counts_where_the_course_is_adopted(training: Training) -> None:
    """Once in the region and once in the county, and is on no list of Flen's."""
    with unit_of_work():
        skola = db.session.get_one(OrgUnit, training.unit("skola-1"))
        employ(db.session.get_one(Person, training.person("p101")), skola, profession="lärare")
        employ(
            db.session.get_one(Person, training.person("p110")), db.session.get_one(OrgUnit, training.unit("enhet-3"))
        )
    training.tick()
    heads = {
        name: len(completion_rows(training.unit(name), training.scope(), TODAY).rows)
        for name in ("sormland", "region", "enhet-1", "enhet-3", "flen", "skola-1")
    }
    assert heads == {"sormland": 16, "region": 16, "enhet-1": 3, "enhet-3": 4, "flen": 0, "skola-1": 0}
    assert unit_summary(training.unit("sormland"), training.scope(), TODAY).coverage == Coverage(
        1, 16, 18, ("Flens kommun",)
    )
    report = completion_rows(training.unit("sormland"), training.scope(), TODAY)
    (both,) = [row for row in report.rows if row.person_external_id == "p101"]
    assert both.units == (training.unit("enhet-1"),)
    assert both.professions == ("undersköterska",)


def test_a_last_day_that_does_not_hold_is_not_shown(training: Training) -> None:
    everything_at_once(training)
    unit_id, scope = training.unit("enhet-2"), training.scope()
    freed = {"p103": training.unit("enhet-1"), "p104": unit_id}
    for name, unit in freed.items():
        rows = completion_rows(unit, scope, TODAY).rows
        assert [row.due_on for row in rows if row.person_external_id == name] == [None]
        assert person_page(training.person(name), scope, TODAY).history.tasks[0].due_on is None
    for progress, unit in ((Progress.ON_LEAVE, freed["p103"]), (Progress.EXEMPT, unit_id)):
        assert [row.due_on for row in who_is_left(unit, scope, TODAY, chosen=Chosen(progress)).rows] == [None]


def test_a_huvudman_with_dates_of_its_own_is_shown_its_own_running_cycle(training: Training) -> None:
    """Flen's year opens on 1 December: on 20 November it is still in the cycle that opened a year before."""
    flen = training.unit("flen")
    with unit_of_work():
        adopt(
            training.requirement_id,
            flen,
            adopted_on=LONG_AGO,
            reference="KS 2020:2",
            today=LONG_AGO,
            opens=MonthDay.parse("12-01"),
            due=MonthDay.parse("10-31"),
        )
    assert unit_summary(flen, training.scope(), TODAY).cycle == TODAY.year - 1
    assert unit_summary(training.unit("skola-1"), training.scope(), TODAY).cycle == TODAY.year - 1
    assert unit_summary(training.unit("sormland"), training.scope(), TODAY).cycle == TODAY.year


@pytest.mark.parametrize("scope", [Scope(), None])
def test_outside_the_scope_nothing_exists(training: Training, scope: Scope | None) -> None:
    training.tick()
    mine = training.scope("verksamhet-2") if scope is None else scope
    for read in (unit_summary, who_is_left, completion_rows):
        with pytest.raises(NotFound):
            read(training.unit("enhet-1"), mine, TODAY)
    with pytest.raises(NotFound):
        person_page(training.person("p101"), mine, TODAY)


def test_a_course_that_nobody_asks_for_has_no_figures(training: Training) -> None:
    assert [one.slug for one in required_courses(TODAY)] == ["base"]
    with pytest.raises(NotFound):
        unit_summary(training.unit("region"), training.scope(), TODAY, slug="other")


def test_only_the_running_round_has_figures(training: Training) -> None:
    """Of a closed round only a snapshot could tell who was employed; of others there is nothing to tell."""
    training.tick()
    spring = date(2027, 2, 1)
    training.tick(spring)
    unit_id, scope = training.unit("enhet-1"), training.scope()
    assert unit_summary(unit_id, scope, spring, cycle=2027).counts.by_status == {Status(Progress.NOT_STARTED): 3}
    for cycle in (2026, 2028, 0, -5):
        for read in (unit_summary, who_is_left, completion_rows):
            with pytest.raises(NotFound):
                read(unit_id, scope, spring, cycle=cycle)


def test_the_number_of_queries_does_not_grow(training: Training, queries: Callable[[Callable[[], Any]], int]) -> None:
    """One person against three, one sub-unit against three."""
    training.tick()
    scope = training.scope()

    each: tuple[tuple[Callable[..., Any], dict[str, Any]], ...] = (
        (unit_summary, {}),
        (who_is_left, {}),
        (completion_rows, {}),
        (who_is_left, {"chosen": Chosen(sort=SortBy.UNIT, text="med")}),
        (completion_rows, {"chosen": Chosen(sort=SortBy.STATUS)}),
    )

    def reads(unit: str) -> list[Callable[[], Any]]:
        return [partial(read, training.unit(unit), scope, TODAY, **values) for read, values in each]

    before = [queries(read) for read in reads("verksamhet-2")]
    with unit_of_work():
        top = db.session.get_one(OrgUnit, training.unit("verksamhet-2"))
        for name in ("enhet-8", "enhet-9"):
            unit = make_unit(top, name)
            for _ in range(3):
                make_person(unit)
    training.tick()
    assert [queries(read) for read in reads("verksamhet-2")] == before


def test_the_facts_of_a_unit_do_not_tell_who_has_failed(training: Training) -> None:
    training.tick()
    failed, reading = training.person("p101"), training.person("p102")
    training.take(failed, right=1)
    training.read_all(reading)
    unit = db.session.get_one(OrgUnit, training.unit("enhet-1"))
    facts = population()
    values = over(unit.id, unit.path, db.session.scalars(select(CourseRecord.id)).one(), 2026, TODAY)
    found = {row.person_id: row.code for row in db.session.execute(select(facts), values)}
    assert found[failed] == found[reading] != found[training.person("p103")]
