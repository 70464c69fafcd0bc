"""What the timer does with waves: on any day, any number of times, after any silence. On both databases."""

import sqlite3
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from tbblearn.audit.models import AuditEvent
from tbblearn.db import db, unit_of_work
from tbblearn.mail.models import Message
from tbblearn.readiness.models import Response
from tbblearn.readiness.waves import timing, wiping
from tbblearn.readiness.waves.actions import remind
from tbblearn.readiness.waves.checking import closed_wave
from tbblearn.surveys.models import Invitation, ResponseOpen, Wave, WaveUnit
from tbblearn.surveys.waves import ASKING_MAIL, AnswersGone, WaveState
from tbblearn.tick import tick
from tests.factories import NOW, TODAY
from tests.others import in_a_transaction
from tests.readiness.rounds import Round

pytestmark = pytest.mark.usefixtures("session")


def at(days: int) -> datetime:
    return NOW + timedelta(days=days)


def on(days: int) -> date:
    return TODAY + timedelta(days=days)


def run(days: int, *, dry_run: bool = False) -> dict[str, int]:
    """The timer's changes to waves that are not nothing."""
    db.session.rollback()
    counts = tick(now=at(days), dry_run=dry_run, disposal_decision="2026/17")
    return {kind: counts[kind] for kind in timing.KINDS if counts[kind]}


def wave(round_: Round) -> Wave:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(Wave).where(Wave.id == round_.wave_id)).one()


def everything() -> list[object]:
    """How many rows there are of each kind, and every wave as it stands."""
    db.session.rollback()
    tables = (Invitation, Message, ResponseOpen, Response, WaveUnit, AuditEvent)
    counts = [db.session.scalar(select(func.count()).select_from(table)) for table in tables]
    waves = db.session.execute(select(Wave.id, Wave.version, Wave.state, Wave.cleaned, Wave.rated_on)).all()
    return [*counts, *(tuple(row) for row in waves)]


@pytest.fixture
def planned() -> Round:
    made = Round.county()
    made.plan(today=on(3))
    return made


def test_it_opens_renews_and_closes_on_its_days_and_twice_changes_nothing(planned: Round) -> None:
    for days, changes in (
        (0, {}),
        (2, {}),
        (3, {"waves_opened": 1, "waves_cleaned": 1}),
        (4, {"waves_cleaned": 1}),
        (10, {"rates_renewed": 1, "waves_cleaned": 1}),
        (17, {"rates_renewed": 1, "waves_cleaned": 1}),
        (18, {"waves_closed": 1, "waves_cleaned": 1}),
        (19, {}),
    ):
        assert run(days) == changes, days
        before = everything()
        assert run(days) == {}, f"day {days}, once more"
        assert everything() == before
    closed = wave(planned)
    assert (closed.state, closed.opens_on, closed.closes_on) == (WaveState.CLOSED, on(3), on(17))


def test_a_dry_run_tells_and_changes_nothing(planned: Round) -> None:
    before = everything()
    assert run(3, dry_run=True) == {"waves_opened": 1}
    assert everything() == before
    assert run(3)["waves_opened"] == 1
    before = everything()
    assert run(18, dry_run=True) == {"waves_closed": 1}
    assert everything() == before


@pytest.mark.parametrize("silent", [1, 3])
def test_after_days_of_silence_it_ends_in_the_same_state(planned: Round, silent: int) -> None:
    run(3 + silent)
    opened = wave(planned)
    assert (opened.state, opened.opens_on) == (WaveState.OPEN, on(3 + silent))
    assert run(17 + 1 + silent) == {"waves_closed": 1, "waves_cleaned": 1}
    assert wave(planned).state is WaveState.CLOSED


def test_a_wave_whose_days_have_gone_by_stays_planned(planned: Round) -> None:
    assert run(18) == {}
    assert wave(planned).state is WaveState.PLANNED


def test_what_is_not_approved_stays_planned(planned: Round) -> None:
    with unit_of_work():
        db.session.execute(update(Wave).values(approved_at=None, approved_by=None))
    assert run(3) == {}
    assert wave(planned).state is WaveState.PLANNED


def test_one_wave_that_cannot_open_is_in_nobodys_way(planned: Round) -> None:
    """Two waves of one programme on one day: the first opens, the other lies too near and stays planned."""
    first = planned.wave_id
    planned.plan(today=on(3), days=15)
    assert run(3)["waves_opened"] == 1
    assert run(4) == {"waves_cleaned": 1}
    states = dict(db.session.execute(select(Wave.id, Wave.state)).all())
    assert states == {first: WaveState.OPEN, planned.wave_id: WaveState.PLANNED}


def test_bands_are_renewed_once_a_week_and_go_when_it_closes() -> None:
    planned = Round.county({"region": {"barn": (60, 50), "vuxen": (40,)}, "flen": {"skola": (20,)}})
    planned.plan(today=on(3))
    run(3)
    units = select(WaveUnit.name, WaveUnit.rate_band).where(WaveUnit.wave_id == planned.wave_id)

    def bands() -> dict[str, str]:
        db.session.rollback()
        return {name: band for name, band in db.session.execute(units) if band is not None}

    planned.answer_all(today=on(3))
    for day in range(3, 10):
        assert "rates_renewed" not in run(day)
    assert bands() == {}, "for the first time a week after opening"
    assert run(10)["rates_renewed"] == 1
    assert bands() == {"Sörmland": "80-100", "Region": "80-100"}, (
        "the county and huvudmän of at least 100, nothing else"
    )
    with unit_of_work():
        db.session.execute(update(Invitation).values(answered=False))
    assert "rates_renewed" not in run(16)
    assert run(17)["rates_renewed"] == 1
    assert bands() == {"Sörmland": "80-100", "Region": "80-100"}, "never lower than shown before"
    with unit_of_work():
        db.session.execute(update(Invitation).values(answered=True))
    planned.close(now=at(17))
    assert bands() == {}


def test_answers_and_invitations_go_when_their_time_is_out(planned: Round) -> None:
    run(3)
    planned.answer_all(today=on(3))
    run(18)
    assert planned.audit(now=at(18))
    planned.publish(now=at(18), today=on(18))
    assert run(18 + 89) == {}
    assert run(18 + 90) == {"answers_disposed": 1, "waves_cleaned": 1}
    assert run(18 + 179) == {}
    assert run(18 + 180) == {"invitations_forgotten": 1, "waves_cleaned": 1}
    assert run(18 + 181) == {}
    assert db.session.scalars(select(Response.id)).all() == []


def test_what_is_never_published_goes_as_well(planned: Round) -> None:
    """Answers and who gave them, so long after closing; then nothing can be checked any more."""
    run(3)
    planned.answer_all(today=on(3), share=0.8)
    with unit_of_work():
        remind(planned.wave_id, by=None, now=at(4), today=on(4))
    run(18)
    assert run(18 + 89) == {}
    assert run(18 + 90) == {"answers_disposed": 1, "waves_cleaned": 1}
    assert run(18 + 91) == {}
    kept = wave(planned)
    assert (kept.state, kept.disposed_at) == (WaveState.CLOSED, at(18 + 90))
    assert db.session.scalars(select(Response.id)).all() == []
    told = select(Invitation.person_id).where(Invitation.answered | Invitation.declined)
    assert db.session.scalars(told).all() == []
    assert db.session.scalars(select(Message.id).where(Message.kind.in_(ASKING_MAIL))).all() == []
    with pytest.raises(AnswersGone):
        closed_wave(planned.wave_id)


@pytest.mark.parametrize(
    "doing", ["SELECT count(*) FROM response_open", "SET application_name = 'pg_dump'"], ids=["reads", "has just begun"]
)
@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_dump_at_closing_time_is_not_waited_for_and_the_next_run_closes(
    planned: Round, monkeypatch: pytest.MonkeyPatch, doing: str
) -> None:
    """Whoever answers waits behind closing: without a limit nobody could, as long as the dump lasts.

    A dump that has just begun is in nobody's way yet, but would find the tables empty when it comes to them.
    """
    monkeypatch.setattr(wiping, "PATIENCE_MS", 100)
    run(3)
    given = planned.answer_all(today=on(3))
    with in_a_transaction(db.engine) as dump:
        dump.execute(text(doing))
        assert run(18) == {}
        assert wave(planned).state is WaveState.OPEN
        assert db.session.scalar(select(func.count()).select_from(ResponseOpen)) == len(given)
    assert run(18) == {"waves_closed": 1, "waves_cleaned": 1}


def test_a_lock_at_the_very_end_of_wiping_makes_the_timer_come_back(
    planned: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked_out(_waves: object) -> None:
        raise OperationalError("UPDATE wave", {}, Exception("database is locked"))

    run(3)
    with monkeypatch.context() as busy:
        busy.setattr(timing, "mark_clean", locked_out)
        assert run(18) == {"waves_closed": 1}
    assert run(18) == {"waves_cleaned": 1}


def test_wiping_that_was_cut_off_is_done_the_next_time(planned: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    run(3)
    planned.answer_all(today=on(3))
    with monkeypatch.context() as cut:
        cut.setattr(timing, "wipe", lambda: False)
        assert run(18) == {"waves_closed": 1}
    assert not wave(planned).cleaned
    assert run(18) == {"waves_cleaned": 1}
    assert wave(planned).cleaned


def test_who_is_in_the_way_of_wiping_is_told_and_not_waited_for_without_end(
    planned: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite: another process is writing. The wave stays unclean, and nothing fails."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL waits for a lock, at most as long as the engine's limit")
    monkeypatch.setattr(wiping, "PATIENCE_MS", 50)
    file = make_url(str(db.engine.url)).database
    db.session.remove()
    db.engine.dispose()
    other = sqlite3.connect(str(file), isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        assert not wiping.wipe()
        other.execute("ROLLBACK")
    finally:
        other.close()
    assert wiping.wipe()
