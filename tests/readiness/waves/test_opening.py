"""A survey round opens, is answered, and has its limits raised, on both databases."""

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select

from tbblearn.db import STOCKHOLM, db, unit_of_work
from tbblearn.mail.models import Message
from tbblearn.people.rules import Role
from tbblearn.readiness.waves.actions import adopt_wave, raise_limits, remind
from tbblearn.readiness.waves.opening import open_wave
from tbblearn.surveys.actions import decline
from tbblearn.surveys.models import ResponseOpen, WaveUnit
from tbblearn.surveys.waves import (
    BadLimits,
    CheckFirst,
    EnoughReminders,
    LastDayGone,
    NotInvited,
    NotOpen,
    TooFewInvited,
    TooSoon,
    UnknownAnswer,
    WaveState,
    WrongState,
)
from tests.factories import NOW, TODAY
from tests.readiness.rounds import CODES, Round
from tests.readiness.waves.stored import ALL_THREES, on_sqlite, rows, state

pytestmark = pytest.mark.usefixtures("session")


def test_opening_freezes_the_tree_folds_small_units_and_invites_each_person_once(opened: Round) -> None:
    units = {unit.name: unit for unit in db.session.scalars(select(WaveUnit))}
    by_id = {unit.unit_id: unit for unit in units.values()}
    assert by_id[opened.units["barn-3"]].folded_into == opened.units["barn"]
    assert by_id[opened.units["skola-2"]].folded_into == opened.units["skola"]
    assert by_id[opened.units["barn-1"]].folded_into is None
    placed = dict(opened.invited())
    assert {placed[person] for person in opened.staff["barn-3"]} == {opened.units["barn"]}
    everyone = sum(len(people) for people in opened.staff.values()) + len(opened.holders)
    assert len(placed) == everyone == sum(unit.invited for unit in units.values())
    assert placed[opened.holders[Role.MANAGER]] == opened.units["region"], "a manager is invited one level up"
    assert rows(Message) == everyone


@pytest.mark.parametrize(("days", "near"), [(193, True), (194, False)])
def test_two_waves_that_share_a_person_lie_180_days_apart(opened: Round, days: int, *, near: bool) -> None:
    later = TODAY + timedelta(days=days)
    first = opened.wave_id
    opened.plan(today=later)
    with unit_of_work():
        if near:
            with pytest.raises(TooSoon):
                open_wave(opened.wave_id, by=None, now=NOW, today=later)
        else:
            open_wave(opened.wave_id, by=None, now=NOW, today=later)
    assert opened.wave_id != first
    assert state(opened) is (WaveState.PLANNED if near else WaveState.OPEN)


def test_an_unapproved_wave_does_not_open() -> None:
    made = Round.county()
    made.plan()
    leader = made.holders[Role.PROCESS_LEADER]
    with unit_of_work():
        adopt_wave(made.wave_id, made.units["flen"], adopted_on=TODAY, reference="§ 13", by=leader, now=NOW)
    with pytest.raises(CheckFirst), unit_of_work():
        open_wave(made.wave_id, by=None, now=NOW, today=TODAY)


def test_a_response_is_kept_once_and_without_anything_that_leads_to_the_person(opened: Round) -> None:
    person, unit = opened.invited()[0]
    db.session.rollback()
    assert opened.answer(person, ALL_THREES)
    assert not opened.answer(person, dict.fromkeys(CODES, "5"))
    kept = db.session.scalars(select(ResponseOpen)).one()
    assert (kept.unit_id, kept.answers, kept.complete) == (unit, ALL_THREES, True)
    assert {column.name for column in ResponseOpen.__table__.columns} == {
        *("id", "wave_id", "unit_id", "answers", "complete", "instrument_version")
    }


def test_what_cannot_be_answered(opened: Round) -> None:
    person, _unit = opened.invited()[0]
    db.session.rollback()
    with pytest.raises(UnknownAnswer):
        opened.answer(person, {"E1": "6"})
    with pytest.raises(UnknownAnswer):
        opened.answer(person, {"X9": "1"})
    with pytest.raises(NotInvited):
        opened.answer(999_999, ALL_THREES)
    with pytest.raises(NotOpen):
        opened.answer(person, ALL_THREES, today=TODAY + timedelta(days=15))
    assert rows(ResponseOpen) == 0


def test_who_declines_is_not_reminded_and_may_still_answer(opened: Round) -> None:
    (first, _), (second, _), *others = opened.invited()
    db.session.rollback()
    with unit_of_work():
        assert decline(opened.wave_id, first, today=TODAY)
    opened.answer(second, ALL_THREES)
    with unit_of_work():
        remind(opened.wave_id, by=None, now=NOW, today=TODAY)
    reminded = set(db.session.scalars(select(Message.recipient_id).where(Message.kind == "survey_reminder")))
    assert reminded == {first, second, *(person for person, _ in others)}, "who needs none is found when it is written"
    with pytest.raises(EnoughReminders), unit_of_work():
        remind(opened.wave_id, by=None, now=NOW, today=TODAY)
    assert opened.answer(first, ALL_THREES)


def test_a_limit_above_all_who_are_invited_is_refused(opened: Round) -> None:
    with pytest.raises(TooFewInvited), unit_of_work():
        raise_limits(opened.wave_id, k=len(opened.invited()) - 1, k_distribution=200, by=None, now=NOW)


@on_sqlite
def test_so_few_that_results_would_tell_who_took_part_are_not_asked() -> None:
    made = Round.county({"region": {"barn": (2,), "vuxen": (1,)}})
    made.plan(k=6)
    with pytest.raises(TooFewInvited) as refused, unit_of_work():
        open_wave(made.wave_id, by=None, now=NOW, today=TODAY)
    assert refused.value.values == {"least": 8}


@on_sqlite
@pytest.mark.parametrize(("hour", "due"), [(0, 6), (14, 14)])
def test_what_opens_in_the_night_invites_in_the_morning(hour: int, due: int) -> None:
    made = Round.county()
    made.open(now=datetime.combine(TODAY, time(hour), STOCKHOLM))
    leaves = set(db.session.scalars(select(Message.due_at)))
    assert leaves == {datetime.combine(TODAY, time(due), STOCKHOLM)}


@on_sqlite
def test_a_wave_whose_last_day_has_been_does_not_open() -> None:
    made = Round.county()
    made.plan(days=3)
    later = TODAY + timedelta(days=4)
    with pytest.raises(LastDayGone), unit_of_work():
        open_wave(made.wave_id, by=None, now=NOW, today=later)
    with unit_of_work():
        open_wave(made.wave_id, by=None, now=NOW, today=later - timedelta(days=1))


def test_limits_are_raised_and_never_lowered(opened: Round) -> None:
    with unit_of_work():
        raise_limits(opened.wave_id, k=6, k_distribution=12, by=None, now=NOW)
    with pytest.raises(BadLimits), unit_of_work():
        raise_limits(opened.wave_id, k=5, k_distribution=12, by=None, now=NOW)
    opened.close()
    with pytest.raises(WrongState), unit_of_work():
        raise_limits(opened.wave_id, k=7, k_distribution=12, by=None, now=NOW)
