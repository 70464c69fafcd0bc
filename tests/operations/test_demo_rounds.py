"""The demo has survey rounds in every state that pages show."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from tbblearn.db import db, read_only, stockholm_date, unit_of_work
from tbblearn.mail.models import Message
from tbblearn.operations.demo.answering import GivenAnswers
from tbblearn.operations.demo.build import build
from tbblearn.operations.demo.catalogue import HUVUDMEN
from tbblearn.operations.demo.dates import demo_now
from tbblearn.operations.demo.marker import Key, look
from tbblearn.operations.demo.rounds import answer_all
from tbblearn.people.models import Placement, Programme
from tbblearn.readiness.models import FigureComparison, PublishedFigure, Response
from tbblearn.readiness.rules import Against, Measure
from tbblearn.surveys.actions import decline
from tbblearn.surveys.models import Invitation, ResponseOpen, Wave, WaveAdoption, WaveUnit
from tbblearn.tick import tick
from tests.factories import TODAY as ROUND_DAY
from tests.operations.demo import STAFF, TODAY, count_of, no_step
from tests.readiness.rounds import CODES, Round


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
    assert [wave.instrument_version for wave, _ in rounds] == ["1", "2", "2", "2", "2"]
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
    unit_id = db.session.scalars(select(Placement.unit_id).where(Placement.person_id == shown["staff"])).first()
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
