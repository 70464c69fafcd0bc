"""A survey round from plan to publication and back, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from tbblearn.audit.models import AuditEvent
from tbblearn.audit.rules import Event
from tbblearn.db import db, read_only, unit_of_work
from tbblearn.mail.models import Message
from tbblearn.people.rules import UnitKind
from tbblearn.readiness.audit.check import AuditReport
from tbblearn.readiness.figures.publish import Coarseness
from tbblearn.readiness.figures.statistics import Difference
from tbblearn.readiness.models import FigureComparison, PublishedFigure, Response
from tbblearn.readiness.rules import Against, Family
from tbblearn.readiness.waves import wiping
from tbblearn.readiness.waves.actions import remind
from tbblearn.readiness.waves.checking import check, closed_wave, keep_check
from tbblearn.readiness.waves.closing import close_wave
from tbblearn.readiness.waves.disposing import (
    dispose_of_answers,
    forget_invitations,
    waves_to_dispose_of,
    waves_to_forget,
)
from tbblearn.readiness.waves.publishing import publish_wave, withdraw_wave
from tbblearn.surveys.models import Invitation, ResponseOpen, Wave, WaveUnit
from tbblearn.surveys.waves import WaveState, WrongState
from tests.factories import NOW, TODAY
from tests.readiness.rounds import Round
from tests.readiness.waves.stored import rows, state

pytestmark = pytest.mark.usefixtures("session")


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
