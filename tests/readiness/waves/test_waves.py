"""A survey round from plan to publication and back, on both databases."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import delete, func, select, text, update

from tbblearn.audit.models import AuditEvent
from tbblearn.audit.rules import Event
from tbblearn.db import STOCKHOLM, db, read_only, unit_of_work
from tbblearn.mail.models import Message
from tbblearn.people.rules import Role, UnitKind
from tbblearn.readiness.audit.check import AuditReport
from tbblearn.readiness.figures.publish import Coarseness
from tbblearn.readiness.figures.statistics import Difference
from tbblearn.readiness.models import FigureComparison, PublishedFigure, Response
from tbblearn.readiness.rules import Against, Family
from tbblearn.readiness.trees import frozen_tree
from tbblearn.readiness.waves import wiping
from tbblearn.readiness.waves.actions import adopt_wave, raise_limits, remind
from tbblearn.readiness.waves.checking import check, closed_wave, keep_check
from tbblearn.readiness.waves.closing import close_wave
from tbblearn.readiness.waves.disposing import (
    dispose_of_answers,
    forget_invitations,
    waves_to_dispose_of,
    waves_to_forget,
)
from tbblearn.readiness.waves.opening import open_wave
from tbblearn.readiness.waves.publishing import publish_wave, withdraw_wave
from tbblearn.surveys.actions import decline
from tbblearn.surveys.models import Invitation, ResponseOpen, Wave, WaveUnit
from tbblearn.surveys.waves import (
    AnswersLost,
    BadLimits,
    CheckFirst,
    EnoughReminders,
    LastDayGone,
    NothingLost,
    NotInvited,
    NotOpen,
    StrayAnswers,
    TooFewInvited,
    TooSoon,
    UnknownAnswer,
    WaveState,
    WrongState,
)
from tbblearn.tick import tick
from tests.factories import NOW, TODAY
from tests.readiness.rounds import CODES, Round

pytestmark = pytest.mark.usefixtures("session")
on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
ALL_THREES = dict.fromkeys(CODES, "3")


def rows(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def state(round_: Round) -> WaveState:
    return db.session.scalars(select(Wave.state).where(Wave.id == round_.wave_id)).one()


@pytest.fixture
def opened() -> Round:
    made = Round.county()
    made.open()
    return made


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


def test_closing_puts_answers_in_pieces_and_empties_the_open_table(opened: Round) -> None:
    given = opened.answer_all(share=0.8)
    skipped, silent, *_ = (person for person, _ in opened.invited() if person not in given)
    db.session.rollback()
    opened.answer(skipped, {"E1": "3"})
    opened.close()
    assert rows(ResponseOpen) == 0
    sizes = [count for (count,) in db.session.execute(select(func.count(Response.id)).group_by(Response.piece_id))]
    assert min(sizes) >= 5
    assert sum(sizes) <= len(given)
    with pytest.raises(NotOpen):
        opened.answer(silent, ALL_THREES)


def test_closing_counts_and_refuses_where_answers_are_missing(opened: Round) -> None:
    """As after a backup was restored, which holds no answers of an open wave: exactly what is lost has to be said."""
    given = opened.answer_all()
    with unit_of_work():
        gone = list(db.session.scalars(select(ResponseOpen.id).limit(7)))
        db.session.execute(delete(ResponseOpen).where(ResponseOpen.id.in_(gone)))
    for lost in (0, 6, 8):
        with pytest.raises(AnswersLost) as refused, unit_of_work():
            close_wave(opened.wave_id, by=None, now=NOW, lost=lost)
        assert refused.value.values["lost"] == 7
    assert state(opened) is WaveState.OPEN
    assert rows(ResponseOpen) == len(given) - 7
    db.session.rollback()
    with unit_of_work():
        close_wave(opened.wave_id, by=None, now=NOW, lost=7)
    assert db.session.scalars(select(Wave.answers_lost)).one()


def test_the_timer_leaves_a_wave_with_missing_answers_open(opened: Round) -> None:
    opened.answer_all()
    with unit_of_work():
        db.session.execute(delete(ResponseOpen))
    assert tick(now=NOW + timedelta(days=20))["waves_closed"] == 0
    assert state(opened) is WaveState.OPEN


def test_a_limit_raised_while_it_is_open_folds_again_at_closing(opened: Round) -> None:
    """Nine were asked in barn-2: enough for five and a margin of two, not for eight."""
    assert dict(db.session.execute(select(WaveUnit.name, WaveUnit.folded_into)).all())["Barn 2"] is None
    db.session.rollback()
    with unit_of_work():
        raise_limits(opened.wave_id, k=8, k_distribution=12, by=None, now=NOW)
    opened.answer_all()
    opened.close()
    units = {unit.unit_id: unit for unit in db.session.scalars(select(WaveUnit))}
    small = units[opened.units["barn-2"]]
    assert small.folded_into == opened.units["barn"]
    assert small.invited == 0
    assert {there for _person, there in opened.invited()}.isdisjoint({small.unit_id})
    assert all(unit.invited == 0 or unit.invited >= 10 for unit in units.values())
    assert sum(unit.invited for unit in units.values()) == len(opened.invited())
    db.session.rollback()
    assert opened.audit()


@pytest.mark.parametrize("k", [6, 9, 12, 18])
def test_a_raised_limit_never_counts_answers_where_they_are_not_expected(k: int) -> None:
    """A county whose own are few: at the top they count in the largest unit, until the limit makes others join them."""
    made = Round.county({"region": {"barn": (20, 4), "vuxen": (9,)}, "flen": {"skola": (8,)}})
    made.open()
    with unit_of_work():
        raise_limits(made.wave_id, k=k, k_distribution=20, by=None, now=NOW)
    made.answer_all()
    with read_only():
        before = dict(
            db.session.execute(select(ResponseOpen.unit_id, func.count()).group_by(ResponseOpen.unit_id)).all()
        )
    db.session.rollback()
    made.close()
    with read_only():
        known = frozen_tree(made.wave_id)
    counted: dict[int, int] = {}
    for unit_id, count in before.items():
        there = known.counted_in(unit_id)
        counted[there] = counted.get(there, 0) + count
    expected = {unit.id: unit.invited for unit in known.units.values() if unit.invited}
    assert counted == expected, "all have answered"
    assert all(count >= k + 2 for count in expected.values())
    db.session.rollback()
    assert made.audit()


def test_a_limit_above_all_who_are_invited_is_refused(opened: Round) -> None:
    with pytest.raises(TooFewInvited), unit_of_work():
        raise_limits(opened.wave_id, k=len(opened.invited()) - 1, k_distribution=200, by=None, now=NOW)


def test_closing_a_wave_in_order_tells_no_number(opened: Round) -> None:
    opened.answer_all(share=0.5)
    with pytest.raises(NothingLost) as refused, unit_of_work():
        close_wave(opened.wave_id, by=None, now=NOW, lost=1)
    assert refused.value.values == {"wave_id": opened.wave_id}
    with unit_of_work():
        db.session.execute(update(Invitation).values(answered=False))
    with pytest.raises(StrayAnswers) as stray, unit_of_work():
        close_wave(opened.wave_id, by=None, now=NOW)
    assert stray.value.values == {"wave_id": opened.wave_id}


@on_sqlite
def test_so_few_that_results_would_tell_who_took_part_are_not_asked() -> None:
    made = Round.county({"region": {"barn": (2,), "vuxen": (1,)}})
    made.plan(k=6)
    with pytest.raises(TooFewInvited) as refused, unit_of_work():
        open_wave(made.wave_id, by=None, now=NOW, today=TODAY)
    assert refused.value.values == {"least": 8}


def test_another_open_wave_keeps_its_answers_when_one_closes(opened: Round) -> None:
    opened.answer_all(share=0.3)
    first = opened.wave_id
    with unit_of_work():
        db.session.execute(
            text("INSERT INTO programme (id, slug, name) VALUES (77, 'tuv', 'Tillsammans för unga vuxna')")
        )
    opened.programme_id = 77
    opened.open()
    opened.answer_all(seed=2, share=0.5)
    before = set(db.session.scalars(select(ResponseOpen.id).where(ResponseOpen.wave_id == opened.wave_id)))
    db.session.rollback()
    with unit_of_work():
        close_wave(first, by=None, now=NOW)
    assert set(db.session.scalars(select(ResponseOpen.id))) == before


def test_a_round_from_plan_to_publication_forgets_who_answered(opened: Round) -> None:
    opened.answer_all()
    with unit_of_work():
        remind(opened.wave_id, by=None, now=NOW, today=TODAY)
    opened.close()
    assert opened.audit()
    opened.publish()
    assert state(opened) is WaveState.PUBLISHED
    assert rows(PublishedFigure) > 50
    assert not list(db.session.scalars(select(Invitation.person_id).where(Invitation.answered | Invitation.declined)))
    assert not list(db.session.scalars(select(Message.id).where(Message.kind == "survey_reminder")))
    kinds = set(db.session.scalars(select(Message.kind)))
    assert {"survey_result_staff", "survey_result_manager"} <= kinds
    with pytest.raises(WrongState), unit_of_work():
        publish_wave(opened.wave_id, by=None, now=NOW, today=TODAY, managers_first_days=7)


def test_withdrawing_leaves_neither_answers_nor_figures_and_is_for_good(opened: Round) -> None:
    opened.answer_all()
    opened.close()
    opened.audit()
    opened.publish()
    with unit_of_work():
        withdraw_wave(opened.wave_id, by=None, now=NOW)
    assert (rows(PublishedFigure), rows(Response), rows(ResponseOpen)) == (0, 0, 0)
    assert set(db.session.execute(select(WaveUnit.rate_band, WaveUnit.piece_id)).all()) == {(None, None)}
    assert db.session.scalars(select(Wave.audit_report)).all() == [None]
    for step in (
        lambda: close_wave(opened.wave_id, by=None, now=NOW),
        lambda: publish_wave(opened.wave_id, by=None, now=NOW, today=TODAY, managers_first_days=7),
    ):
        with pytest.raises(WrongState), unit_of_work():
            step()


def test_withdrawing_takes_words_that_later_waves_say_of_it(opened: Round) -> None:
    first, unit = opened.wave_id, opened.units["sormland"]
    opened.close()
    opened.plan(today=TODAY + timedelta(days=200))
    with unit_of_work():
        db.session.add(
            WaveUnit(
                wave_id=opened.wave_id, unit_id=unit, position=0, key="k", name="n", kind=UnitKind.COUNTY, path="/1/"
            )
        )
        db.session.flush()
        for against, earlier in ((Against.BEFORE, first), (Against.ABOVE, None)):
            db.session.add(
                FigureComparison(
                    wave_id=opened.wave_id,
                    unit_id=unit,
                    scale="commitment",
                    against=against,
                    word=Difference.HIGHER,
                    earlier_id=earlier,
                )
            )
    with unit_of_work():
        withdraw_wave(first, by=None, now=NOW)
    assert db.session.scalars(select(FigureComparison.against)).all() == [Against.ABOVE]


def test_of_the_check_is_kept_that_it_was_not_passed_and_not_what_it_quotes(opened: Round) -> None:
    opened.answer_all()
    opened.close()
    with read_only():
        closed = closed_wave(opened.wave_id)
    unit = str(opened.units["barn-1"])
    entry = {"unit": unit, "family": "distributions", "check": "part", "item": "E1", "n": 13}
    checked = check(closed)
    coarser = {(one, Family.DISTRIBUTIONS): Coarseness.WITHHELD for one in (unit, "7")}
    checked = replace(checked, report=AuditReport((), (entry,), (), False), fallen_back=coarser)
    with unit_of_work():
        assert not keep_check(closed, checked, by=None, now=NOW)
    assert db.session.scalars(select(Wave.audit_report)).one() == {
        "passed": False,
        "timed_out": False,
        "fallen_back": [{"family": "distributions", "to": "withheld"}],
    }
    logged = db.session.scalars(select(AuditEvent).where(AuditEvent.event == Event.WAVE_AUDITED)).one()
    assert logged.details == {"passed": 0}


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


def test_answers_and_invitations_go_when_their_time_is_out(opened: Round) -> None:
    opened.answer_all()
    opened.close()
    opened.audit()
    opened.publish()
    assert waves_to_dispose_of(NOW - timedelta(days=1)) == []
    assert waves_to_dispose_of(NOW) == [opened.wave_id]
    assert waves_to_forget(NOW + timedelta(days=179)) == []
    assert waves_to_forget(NOW + timedelta(days=181)) == [opened.wave_id]
    db.session.rollback()
    with unit_of_work():
        dispose_of_answers(opened.wave_id, decision="2026/17", now=NOW)
        forget_invitations(opened.wave_id)
    assert (rows(Response), rows(Invitation)) == (0, 0)
    assert rows(PublishedFigure) > 50
    assert waves_to_dispose_of(NOW) == []


def test_only_tables_of_answers_are_emptied() -> None:
    with pytest.raises(ValueError, match="person"):
        wiping.empty("person", 1)
