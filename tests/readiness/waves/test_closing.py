"""A survey round closes with every answer that was given, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, text, update

from tbblearn.db import db, read_only, unit_of_work
from tbblearn.readiness.models import Response
from tbblearn.readiness.trees import frozen_tree
from tbblearn.readiness.waves.actions import raise_limits
from tbblearn.readiness.waves.closing import close_wave
from tbblearn.surveys.models import Invitation, ResponseOpen, Wave, WaveUnit
from tbblearn.surveys.waves import AnswersLost, NothingLost, NotOpen, StrayAnswers, WaveState
from tbblearn.tick import tick
from tests.factories import NOW
from tests.readiness.rounds import Round
from tests.readiness.waves.stored import ALL_THREES, rows, state

pytestmark = pytest.mark.usefixtures("session")


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
