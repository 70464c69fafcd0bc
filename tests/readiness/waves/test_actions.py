"""What a process leader does before and while a wave is open, on both databases."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tbblearn.audit.models import AuditEvent
from tbblearn.audit.rules import Event
from tbblearn.db import db, read_only, unit_of_work
from tbblearn.mail.models import Message
from tbblearn.people.rules import Role
from tbblearn.readiness.waves.actions import (
    NewWave,
    adopt_wave,
    approve,
    change_plan,
    plan_wave,
    raise_limits,
    remind,
    take_adoption_back,
)
from tbblearn.readiness.waves.checking import closed_wave
from tbblearn.readiness.waves.closing import close_wave
from tbblearn.readiness.waves.opening import open_wave
from tbblearn.readiness.waves.publishing import withdraw_wave
from tbblearn.surveys.instruments import versions
from tbblearn.surveys.models import Invitation, Wave, WaveAdoption
from tbblearn.surveys.waves import (
    BadDates,
    BadLimits,
    ChangedMeanwhile,
    CheckFirst,
    EnoughReminders,
    NoSuchWave,
    NotAdopted,
    NotOpen,
    UnknownHuvudman,
    WaveState,
    WrongState,
)
from tests.factories import NOW, TODAY
from tests.readiness.rounds import CODES, Round

pytestmark = pytest.mark.usefixtures("session")
LATER = TODAY + timedelta(days=30)


@pytest.fixture
def planned() -> Round:
    made = Round.county()
    made.plan()
    return made


def test_a_new_wave_gets_the_newest_version_and_an_old_one_keeps_its_own(planned: Round):
    assert wave(planned).instrument_version == versions("oric")[-1] == "2"
    with unit_of_work():
        wave(planned).instrument_version = "1"
    with unit_of_work():
        open_wave(planned.wave_id, by=None, now=NOW, today=TODAY)
    planned.answer_all()
    planned.close()
    with read_only():
        assert closed_wave(planned.wave_id).scorer.instrument.version == "1"
    assert planned.audit()
    planned.publish()
    assert wave(planned).instrument_version == "1"


def wave(round_: Round) -> Wave:
    db.session.rollback()
    return db.session.scalars(select(Wave).where(Wave.id == round_.wave_id)).one()


def events(event: Event) -> int:
    return db.session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.event == event)) or 0


def do(action: Callable[..., Any], *arguments: Any, **values: Any) -> None:
    db.session.rollback()
    with unit_of_work():
        action(*arguments, by=None, now=NOW, **values)


def test_a_plan_needs_days_in_order_and_limits_of_five_or_more(planned: Round) -> None:
    for opens_on, closes_on, k, k_distribution, error in (
        (LATER, TODAY, 5, 10, BadDates),
        (TODAY, LATER, 4, 10, BadLimits),
        (TODAY, LATER, 6, 5, BadLimits),
    ):
        with pytest.raises(error):
            do(plan_wave, NewWave(planned.programme_id, "x", opens_on, closes_on, k, k_distribution))
    assert events(Event.WAVE_PLANNED) == 1


def test_the_same_plan_again_is_the_same_wave_whatever_the_setting(planned: Round) -> None:
    new = NewWave(planned.programme_id, "Igen", TODAY, LATER, 6, 10)
    ids = []
    for again in (new, new, replace(new, margin=3), replace(new, k=7)):
        with unit_of_work():
            ids.append(plan_wave(again, by=planned.holders[Role.PROCESS_LEADER], now=NOW))
    assert len(set(ids[:3])) == 1
    assert ids[3] != ids[0]
    db.session.rollback()
    assert db.session.get_one(Wave, ids[0]).margin == new.margin


def test_changing_the_plan_must_be_seen_anew_and_lets_nobody_be_overwritten(planned: Round) -> None:
    before = wave(planned)
    assert before.approved_at is not None
    seen = before.version
    with pytest.raises(BadDates):
        do(change_plan, planned.wave_id, name="Ny", opens_on=LATER, closes_on=TODAY, version=seen)
    assert wave(planned).approved_at is not None
    do(change_plan, planned.wave_id, name="Ny", opens_on=LATER, closes_on=LATER, version=seen)
    after = wave(planned)
    assert (after.name, after.opens_on, after.closes_on) == ("Ny", LATER, LATER)
    assert (after.approved_at, after.approved_by) == (None, None)
    with pytest.raises(ChangedMeanwhile):
        do(change_plan, planned.wave_id, name="Sen", opens_on=LATER, closes_on=LATER, version=seen)
    assert wave(planned).name == "Ny"


def test_while_it_is_open_only_name_and_last_day_change(planned: Round) -> None:
    do(open_wave, planned.wave_id, today=TODAY)
    version = wave(planned).version
    do(change_plan, planned.wave_id, name="Öppen", opens_on=LATER, closes_on=LATER, version=version)
    assert (wave(planned).opens_on, wave(planned).closes_on) == (TODAY, LATER)
    do(close_wave, planned.wave_id)
    with pytest.raises(WrongState):
        do(change_plan, planned.wave_id, name="x", opens_on=TODAY, closes_on=LATER, version=wave(planned).version)


def test_adopting_twice_changes_date_and_reference_and_taking_back_calls_for_a_new_check(planned: Round) -> None:
    flen = planned.units["flen"]
    leader = planned.holders[Role.PROCESS_LEADER]
    do(adopt_wave, planned.wave_id, flen, adopted_on=LATER, reference="§ 99")
    adoption = db.session.get_one(WaveAdoption, (planned.wave_id, flen))
    assert (adoption.adopted_on, adoption.reference) == (LATER, "§ 99")
    assert wave(planned).approved_at is None
    with unit_of_work():
        approve(planned.wave_id, lines=["a"], seen=["a", "b"], by=leader, now=NOW)
    do(take_adoption_back, planned.wave_id, flen)
    assert wave(planned).approved_at is None
    with unit_of_work():
        approve(planned.wave_id, lines=["a"], seen=["a"], by=leader, now=NOW)
    do(take_adoption_back, planned.wave_id, flen)
    assert wave(planned).approved_at is not None, "nothing was taken back, so what was seen stands"
    with pytest.raises(UnknownHuvudman):
        do(adopt_wave, planned.wave_id, planned.units["barn"], adopted_on=TODAY, reference="§ 1")


def test_without_a_huvudman_a_wave_does_not_open(planned: Round) -> None:
    for name in ("region", "flen"):
        do(take_adoption_back, planned.wave_id, planned.units[name])
    with unit_of_work():
        approve(planned.wave_id, lines=[], seen=[], by=planned.holders[Role.PROCESS_LEADER], now=NOW)
    with pytest.raises(NotAdopted):
        do(open_wave, planned.wave_id, today=TODAY)


def test_approving_needs_every_line_as_it_stands_now(planned: Round) -> None:
    leader = planned.holders[Role.PROCESS_LEADER]
    do(adopt_wave, planned.wave_id, planned.units["flen"], adopted_on=TODAY, reference="§ 2")
    with pytest.raises(CheckFirst) as refused, unit_of_work():
        approve(planned.wave_id, lines=["a:1", "b:2"], seen=["a:1", "b:1"], by=leader, now=NOW)
    assert refused.value.values == {"lines": ["b:2"]}
    assert wave(planned).approved_at is None
    with unit_of_work():
        approve(planned.wave_id, lines=["a:1"], seen=["a:1"], by=leader, now=NOW)
    assert (wave(planned).approved_by, events(Event.WAVE_APPROVED)) == (leader, 2)
    do(open_wave, planned.wave_id, today=TODAY)
    with pytest.raises(WrongState), unit_of_work():
        approve(planned.wave_id, lines=[], seen=[], by=leader, now=NOW)


def test_two_reminders_on_two_days(planned: Round) -> None:
    with pytest.raises(NotOpen):
        do(remind, planned.wave_id, today=TODAY)
    do(open_wave, planned.wave_id, today=TODAY)
    people = [person for person, _unit in planned.invited()]
    do(remind, planned.wave_id, today=TODAY)
    with pytest.raises(EnoughReminders):
        do(remind, planned.wave_id, today=TODAY)
    planned.answer(people[0], dict.fromkeys(CODES, "3"))
    do(remind, planned.wave_id, today=TODAY + timedelta(days=3))
    with pytest.raises(EnoughReminders):
        do(remind, planned.wave_id, today=TODAY + timedelta(days=6))
    with pytest.raises(NotOpen):
        do(remind, planned.wave_id, today=TODAY + timedelta(days=15))
    sent = Counter(db.session.scalars(select(Message.recipient_id).where(Message.kind == "survey_reminder")))
    assert sent == dict.fromkeys(people, 2), "queued for all, and written for who has not answered"
    record = db.session.scalars(select(AuditEvent).where(AuditEvent.event == Event.WAVE_REMINDED)).first()
    assert not record.details, "the log tells neither who was reminded nor how many"


def test_raising_limits_before_opening_decides_what_is_folded(planned: Round) -> None:
    do(raise_limits, planned.wave_id, k=10, k_distribution=10)
    with pytest.raises(CheckFirst):
        do(open_wave, planned.wave_id, today=TODAY)
    with unit_of_work():
        approve(planned.wave_id, lines=[], seen=[], by=planned.holders[Role.PROCESS_LEADER], now=NOW)
    do(open_wave, planned.wave_id, today=TODAY)
    placed = dict(planned.invited())
    assert {placed[person] for person in planned.staff["barn-2"]} == {planned.units["barn"]}, "nine are fewer than ten"
    assert {placed[person] for person in planned.staff["barn-1"]} == {planned.units["barn-1"]}
    for k, k_distribution in ((9, 10), (10, 9), (12, 11)):
        with pytest.raises(BadLimits):
            do(raise_limits, planned.wave_id, k=k, k_distribution=k_distribution)
    do(raise_limits, planned.wave_id, k=11, k_distribution=20)
    assert (wave(planned).k, wave(planned).k_distribution) == (11, 20)


def test_a_plan_that_is_withdrawn_asked_nobody_and_needs_no_wiping(planned: Round) -> None:
    do(withdraw_wave, planned.wave_id)
    gone = wave(planned)
    assert (gone.state, gone.cleaned, gone.opened_at) == (WaveState.WITHDRAWN, True, None)
    assert db.session.scalars(select(Invitation.person_id)).all() == []


def test_a_wave_that_is_not_there(planned: Round) -> None:
    for action, values in (
        (remind, {"today": TODAY}),
        (raise_limits, {"k": 5, "k_distribution": 10}),
        (change_plan, {"name": "x", "opens_on": TODAY, "closes_on": TODAY, "version": 1}),
        (open_wave, {"today": TODAY}),
        (close_wave, {}),
        (withdraw_wave, {}),
    ):
        with pytest.raises(NoSuchWave):
            do(action, 4711, **values)
