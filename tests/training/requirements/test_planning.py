"""What the timer does for one person: scenarios, and what holds whatever happens."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tbblearn.people.rules import holds
from tbblearn.training.requirements.credits import CompletionFact, Credit, EnrolmentState
from tbblearn.training.requirements.cycles import Absence, EmploymentSpan, MonthDay, Terms
from tbblearn.training.requirements.planning import (
    NEW_ID,
    ONCE,
    EmploymentReach,
    NewEvent,
    PersonFacts,
    Plan,
    Reach,
    plan,
)
from tbblearn.training.rules import EventKind, EventReason, RequirementKind

TERMS = Terms()


def day(text: str) -> date:
    return date.fromisoformat(text)


def reach(adopted: str = "2025-01-01", first_file: str = "2025-01-01", terms: Terms = TERMS, at: int = 1) -> Reach:
    return Reach(at, day(adopted), day(adopted), day(first_file), terms)


def span(start: str, end: str | None = None, *, unit: int = 1, known: str | None = None) -> EmploymentSpan:
    return EmploymentSpan(unit, day(start), day(end) if end else None, day(known or start))


@dataclass
class World:
    """Plays the database for one person: keeps what plans say and shows the next plan what is there."""

    spans: list[EmploymentSpan]
    where: Reach | None
    absences: tuple[Absence, ...] = ()
    enrolments: tuple[EnrolmentState, ...] = ()
    completions: tuple[CompletionFact, ...] = ()
    credits: frozenset[Credit] = frozenset()

    def facts(self, today: date) -> PersonFacts:
        known = [one for one in self.spans if one.known_on <= today]
        held = tuple(
            EmploymentReach(one, self.where if holds(one.start_on, one.end_on, today) else None) for one in known
        )
        learnt = tuple(one for one in self.absences if one.known_on <= today and one.span in known)
        done = tuple(one for one in self.completions if one.achieved_on <= today)
        return PersonFacts(TERMS if self.where is None else self.where.terms, held, learnt, self.enrolments, done)

    def tick(self, today: date) -> Plan:
        made = plan(self.facts(today), today)
        ids = {NEW_ID: len(self.enrolments) + 1}
        if made.enrol:
            new = made.enrol
            self.enrolments += (
                EnrolmentState(
                    ids[NEW_ID],
                    new.cycle,
                    new.reason,
                    new.occasion,
                    new.opens_on,
                    new.days.due_on,
                    new.days.open_until_on,
                ),
            )
        for event in made.events:
            self.enrolments = tuple(
                _after(enrolment, event) if enrolment.id == event.enrolment_id else enrolment
                for enrolment in self.enrolments
            )
        self.credits |= {Credit(one.completion_id, ids.get(one.enrolment_id, one.enrolment_id)) for one in made.credits}
        return made

    def days(self, first: str, last: str, step: int = 1) -> None:
        today = day(first)
        while today <= day(last):
            self.tick(today)
            today += timedelta(days=step)
        self.tick(day(last))

    def state(self) -> list[tuple[str, date | None, bool]]:
        return sorted((one.occasion, one.due_on, one.cancelled) for one in self.enrolments)


def _after(enrolment: EnrolmentState, event: NewEvent) -> EnrolmentState:
    if event.days is not None:
        return replace(enrolment, due_on=event.days.due_on, open_until_on=event.days.open_until_on)
    return replace(enrolment, cancelled=event.kind is EventKind.CANCELLED)


def occasions(world: World) -> list[str]:
    return [one.occasion for one in world.enrolments if not one.cancelled]


def test_everyone_in_the_audience_gets_the_present_cycle() -> None:
    world = World([span("2020-01-01")], reach())
    world.tick(day("2026-01-01"))
    assert world.state() == [("2026", day("2026-11-30"), False)]


def test_it_reaches_nobody_before_the_huvudman_has_adopted_it() -> None:
    world = World([span("2020-01-01")], None)
    assert world.tick(day("2026-01-01")) == Plan()


def test_at_most_one_open_enrolment_a_new_hires_replaces_the_yearly_one_of_its_cycle() -> None:
    world = World([span("2026-11-20")], reach())
    world.days("2026-11-20", "2027-01-03", 4)
    assert world.state() == [("new-hire:2026-11-20", day("2026-12-20"), False)]


def test_what_is_unfinished_at_closing_is_missed_and_only_the_next_cycles_task_follows() -> None:
    world = World([span("2026-11-20")], reach())
    world.days("2026-11-20", "2027-01-04")
    assert occasions(world) == ["new-hire:2026-11-20", "2027"]
    assert world.credits == frozenset()


def test_a_new_hires_completion_counts_for_the_next_cycle_too() -> None:
    world = World([span("2026-11-20")], reach(), completions=(CompletionFact(1, day("2026-12-01"), 1),))
    world.days("2026-11-20", "2027-01-01", 7)
    assert occasions(world) == ["new-hire:2026-11-20", "2027"]
    assert world.credits == {Credit(1, 1), Credit(1, 2)}


def test_a_start_before_adoption_gets_the_yearly_one() -> None:
    world = World([span("2026-03-01")], reach(adopted="2026-04-01"))
    world.tick(day("2026-04-01"))
    assert world.state() == [("2026", day("2026-11-30"), False)]


def test_a_start_before_the_first_file_gets_the_yearly_one_with_time_from_the_day_we_knew() -> None:
    world = World([span("2026-11-01", known="2026-11-15")], reach(first_file="2026-11-15"))
    world.tick(day("2026-11-15"))
    assert world.state() == [("2026", day("2026-12-15"), False)]


def test_adoption_late_in_a_cycle_gives_time_from_the_adoption() -> None:
    world = World([span("2020-01-01")], reach(adopted="2026-11-20"))
    world.tick(day("2026-11-20"))
    assert world.state() == [("2026", day("2026-12-20"), False)]


def test_nobody_is_overdue_on_the_day_they_first_appear_when_nothing_dated_tells_why() -> None:
    world = World([span("2020-01-01")], reach())
    world.tick(day("2026-12-20"))
    assert world.state() == [("2026", day("2027-01-19"), False)]


def test_who_leaves_is_cancelled_and_rehire_reinstates() -> None:
    world = World([span("2020-01-01", "2026-05-31"), span("2026-09-01", known="2026-08-20")], reach())
    world.tick(day("2026-01-01"))
    left = world.tick(day("2026-06-10")).events
    assert [(one.kind, one.reason, one.on) for one in left] == [
        (EventKind.CANCELLED, EventReason.EMPLOYMENT_ENDED, day("2026-06-01"))
    ]
    back = world.tick(day("2026-09-01")).events
    assert [(one.kind, one.reason) for one in back] == [(EventKind.REINSTATED, EventReason.REHIRED)]
    assert world.state() == [("2026", day("2026-11-30"), False)]


def test_rehire_late_in_the_cycle_is_reinstated_with_time_from_the_first_day() -> None:
    world = World([span("2020-01-01", "2026-08-31"), span("2026-12-10")], reach())
    world.days("2026-08-01", "2026-12-10", 30)
    assert world.state() == [("2026", day("2027-01-09"), False)]


def test_back_after_180_days_is_a_new_hire() -> None:
    world = World([span("2020-01-01", "2026-02-28"), span("2026-10-01")], reach())
    world.days("2026-01-01", "2026-10-01", 30)
    assert world.state() == [("2026", day("2026-11-30"), True), ("new-hire:2026-10-01", day("2026-10-31"), False)]


def test_what_was_completed_is_never_cancelled() -> None:
    world = World([span("2020-01-01", "2026-05-31")], reach(), completions=(CompletionFact(1, day("2026-03-01"), 1),))
    world.days("2026-01-01", "2026-07-01", 30)
    assert world.state() == [("2026", day("2026-11-30"), False)]
    assert world.credits == {Credit(1, 1)}


def test_two_huvudmen_make_one_enrolment_with_the_earlier_last_day() -> None:
    later = reach(terms=replace(TERMS, due=MonthDay(12, 15)), at=2)
    facts = PersonFacts(
        TERMS,
        (EmploymentReach(span("2020-01-01", unit=2), later), EmploymentReach(span("2020-01-01", unit=1), reach())),
    )
    made = plan(facts, day("2026-01-01"))
    assert made.enrol is not None
    assert made.enrol.days.due_on == day("2026-11-30")


def test_an_older_one_with_more_time_comes_before_the_next_cycles() -> None:
    world = World([span("2020-01-01", "2026-11-24"), span("2026-11-25", unit=2)], reach())
    world.days("2026-11-20", "2027-01-08", 1)
    assert world.state() == [("2026", day("2026-12-25"), False)]
    world.tick(day("2027-01-09"))
    assert occasions(world) == ["2026", "2027"]


def test_a_course_taken_once_is_asked_for_once() -> None:
    once = replace(TERMS, kind=RequirementKind.ONCE)
    world = World([span("2020-01-01")], reach(adopted="2026-03-01", terms=once))
    world.days("2026-03-01", "2029-03-01", 50)
    assert [(one.occasion, one.due_on, one.open_until_on) for one in world.enrolments] == [
        (ONCE, day("2026-03-31"), None)
    ]


# --- what holds whatever happens ----------------------------------------------------------------------------------

FIRST = date(2026, 1, 1)
dates = st.integers(0, 800).map(lambda days: FIRST + timedelta(days=days))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    spans = []
    for unit in range(draw(st.integers(1, 3))):
        start = draw(dates) - timedelta(days=draw(st.sampled_from([0, 400])))
        length = draw(st.none() | st.integers(0, 500))
        known = start + timedelta(days=draw(st.integers(-30, 60)))
        spans.append(EmploymentSpan(unit % 2, start, None if length is None else start + timedelta(days=length), known))
    absences = []
    for _ in range(draw(st.integers(0, 2))):
        of = draw(st.sampled_from(spans))
        from_on = of.start_on + timedelta(days=draw(st.integers(0, 300)))
        until_on = from_on + timedelta(days=draw(st.integers(0, 200)))
        absences.append(Absence(of, from_on, until_on, until_on - timedelta(days=draw(st.integers(-40, 40)))))
    done = tuple(CompletionFact(number, on) for number, on in enumerate(draw(st.lists(dates, max_size=3))))
    adopted = FIRST + timedelta(days=draw(st.integers(-300, 300)))
    terms = Terms(
        opens=MonthDay(draw(st.integers(1, 12)), draw(st.integers(1, 28))),
        due=MonthDay(draw(st.integers(1, 12)), draw(st.integers(1, 28))),
    )
    where = Reach(1, adopted, adopted, min(one.known_on for one in spans), terms)
    return World(spans, where, tuple(absences), completions=done)


def run(world: World, days: Iterable[date]) -> World:
    for today in days:
        if world.where is not None and world.where.adopted_on <= today:
            world.tick(today)
    return world


@settings(max_examples=150, deadline=None)
@given(worlds(), st.lists(dates, min_size=1, max_size=8).map(sorted))
def test_twice_in_a_row_gives_the_same(world: World, days: list[date]) -> None:
    for today in days:
        if world.where is not None and world.where.adopted_on <= today:
            # A new hire's task of the cycle gone by may be done the moment it is given; the new cycle's comes next run.
            world.tick(today)
            world.tick(today)
            before = (world.state(), world.credits)
            again = world.tick(today)
            assert again.enrol is None
            assert again.events == ()
            assert (world.state(), world.credits) == before


@settings(max_examples=150, deadline=None)
@given(worlds(), st.lists(dates, min_size=1, max_size=12).map(sorted))
def test_a_new_enrolment_is_never_due_before_it_opens_nor_overdue_on_its_first_day(
    world: World, days: list[date]
) -> None:
    for today in days:
        if world.where is None or world.where.adopted_on > today:
            continue
        made = world.tick(today)
        if made.enrol is not None:
            assert made.enrol.days.due_on >= made.enrol.opens_on
            away = any(holds(one.from_on, one.until_on, made.enrol.days.due_on) for one in world.absences)
            assert made.enrol.days.due_on >= today or away


@settings(max_examples=150, deadline=None)
@given(worlds(), st.lists(dates, min_size=1, max_size=12).map(sorted))
def test_last_days_never_move_back_and_credits_never_go(world: World, days: list[date]) -> None:
    due: dict[int, date] = {}
    for today in days:
        if world.where is None or world.where.adopted_on > today:
            continue
        credited = world.credits
        world.tick(today)
        assert credited <= world.credits
        for one in world.enrolments:
            assert one.due_on is not None
            assert one.due_on >= due.get(one.id, one.due_on)
            due[one.id] = one.due_on


@settings(max_examples=150, deadline=None)
@given(worlds(), st.lists(dates, min_size=1, max_size=12).map(sorted))
def test_at_most_one_is_open_and_none_is_given_twice(world: World, days: list[date]) -> None:
    for today in days:
        if world.where is None or world.where.adopted_on > today:
            continue
        world.tick(today)
        finished = {one.enrolment_id for one in world.credits}
        assert sum(one.is_open(today) and one.id not in finished for one in world.enrolments) <= 1
        names = [one.occasion for one in world.enrolments]
        assert len(names) == len(set(names))


@pytest.mark.parametrize("silent_from", ["2026-01-01", "2026-06-01", "2026-09-01", "2026-11-24", "2026-12-31"])
def test_after_three_days_of_silence_it_ends_in_the_same_state(silent_from: str) -> None:
    def world() -> World:
        return World([span("2020-01-01", "2026-06-01"), span("2026-09-02"), span("2026-11-25", unit=2)], reach())

    every_day = world()
    every_day.days("2025-12-01", "2027-03-01")
    silent = world()
    silent.days("2025-12-01", silent_from)
    silent.days(str(day(silent_from) + timedelta(days=4)), "2027-03-01")
    assert silent.state() == every_day.state()
