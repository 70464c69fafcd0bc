"""The demo's survey rounds, made by the product's own actions on the days on which they would have been done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from uuid import UUID

from babel.dates import format_date
from sqlalchemy import select, update

from tbblearn.db import db, read_only, unit_of_work
from tbblearn.mail.actions import take_back
from tbblearn.operations.demo.answering import Asked, GivenAnswers, answers_of
from tbblearn.operations.demo.casting import Cast
from tbblearn.operations.demo.catalogue import HUVUDMEN
from tbblearn.operations.demo.county import PlannedUnit
from tbblearn.operations.demo.dates import demo_now, moment
from tbblearn.operations.demo.storing import add_all
from tbblearn.people.models import Programme
from tbblearn.people.rules import UnitKind
from tbblearn.readiness.waves.actions import NewWave, adopt_wave, approve, plan_wave
from tbblearn.readiness.waves.checking import check, closed_wave, keep_check
from tbblearn.readiness.waves.closing import close_wave, mark_clean, mark_unclean, renew_rates, unclean_waves
from tbblearn.readiness.waves.disposing import (
    dispose_of_answers,
    forget_invitations,
    waves_to_dispose_of,
    waves_to_forget,
)
from tbblearn.readiness.waves.opening import open_wave
from tbblearn.readiness.waves.publishing import publish_wave
from tbblearn.readiness.waves.timing import clean
from tbblearn.surveys.instruments import instrument
from tbblearn.surveys.models import Invitation, ResponseOpen, Wave

OPEN_DAYS = 14
PUBLISHED_AFTER_DAYS = 8
MANAGERS_FIRST_DAYS = 7
RESPONSE_DAYS = 90
LIMITS = (5, 10)

ADOPTED = frozenset(huvudman.slug for huvudman in HUVUDMEN) - {"gnesta", "vingaker"}
"""Huvudmän that have adopted the surveys of Tillsammans för barnens bästa."""


@dataclass(frozen=True)
class _Round:
    """A round that opened so many days ago (negative: will open), and how people feel about the change then."""

    programme: str
    opened_days_ago: int
    level: float
    adopted: frozenset[str] = ADOPTED
    version: str | None = None
    """Of the instrument, where there is a newer one today."""


ROUNDS = (
    _Round("tbb", 425, 3.15, version="1"),
    _Round("tbb", 224, 3.4),
    _Round("tuv", 134, 3.0, frozenset({"region", "eskilstuna", "nykoping"})),
    _Round("tbb", 7, 3.5),
    _Round("tuv", -75, 3.0, frozenset({"region", "eskilstuna", "strangnas", "trosa"})),
)
"""In the order in which they opened. Two rounds of one programme lie more than 180 days apart."""


class Rounds:
    """Plans, opens, answers, closes, checks and publishes rounds as their leader would have, on the right days."""

    def __init__(self, units: Sequence[PlannedUnit], cast: Cast, today: date, seed: int) -> None:
        self.units = {unit.id: unit for unit in units}
        self.cast = cast
        self.leader = cast.roles["process_leader"].id
        self.today = today
        self.rng = Random(f"rounds {seed}")  # noqa: S311  (nothing secret is drawn)

    def hold(self, one: _Round) -> None:
        """One round, as far as it has come today."""
        opens_on = self.today - timedelta(days=one.opened_days_ago)
        closes_on = opens_on + timedelta(days=OPEN_DAYS)
        wave_id = self._plan(one, opens_on, closes_on)
        if opens_on > self.today:
            return
        with unit_of_work():
            approve(wave_id, lines=(), seen=(), by=self.leader, now=moment(opens_on - timedelta(days=3), 14))
            open_wave(wave_id, by=None, now=moment(opens_on, 3), today=opens_on)
            over = closes_on < self.today
            answer_all(wave_id, self._given(wave_id, one.level, over=over), self.rng)
        if over:
            self._finish(wave_id, closes_on + timedelta(days=1))
        else:
            with unit_of_work():
                renew_rates(wave_id, today=self.today, draw=lambda: 0)
                mark_unclean(wave_id, today=self.today)

    def _plan(self, one: _Round, opens_on: date, closes_on: date) -> int:
        planned_on = min(self.today, opens_on) - timedelta(days=30)
        name = f"Mätning {format_date(opens_on, 'MMMM y', 'sv')}"
        tops = [unit for unit in self.units.values() if unit.kind is UnitKind.HUVUDMAN]
        with unit_of_work():
            programme_id = db.session.scalars(select(Programme.id).where(Programme.slug == one.programme)).one()
            new = NewWave(programme_id, name, opens_on, closes_on, *LIMITS)
            wave_id = plan_wave(new, by=self.leader, now=moment(planned_on, 9))
            if one.version is not None:
                db.session.execute(update(Wave).where(Wave.id == wave_id).values(instrument_version=one.version))
            for number, unit in enumerate(tops, 1):
                if unit.source in one.adopted:
                    on = planned_on + timedelta(days=number % 7)
                    reference = f"Demobeslut {wave_id}-{number}"
                    adopt_wave(wave_id, unit.id, adopted_on=on, reference=reference, by=self.leader, now=moment(on, 11))
        return wave_id

    def _given(self, wave_id: int, level: float, *, over: bool) -> GivenAnswers:
        rows = db.session.execute(
            select(Invitation.person_id, Invitation.unit_id)
            .where(Invitation.wave_id == wave_id)
            .order_by(Invitation.unit_id, Invitation.person_id)
        )
        asked = [Asked(person_id, unit_id, self.units[unit_id].source) for person_id, unit_id in rows]
        silent = frozenset() if over else frozenset(member.id for member in self.cast.roles.values())
        return answers_of(asked, self.rng, level=level, silent=silent, keen=self.cast.unit.id)

    def _finish(self, wave_id: int, closed_on: date) -> None:
        """Close, check and publish. The disk is wiped once, when all is built: nobody is real."""
        with unit_of_work():
            close_wave(wave_id, by=None, now=moment(closed_on, 3))
            mark_clean(unclean_waves())
        with read_only():
            closed = closed_wave(wave_id)
        checked = check(closed)
        published_on = closed_on + timedelta(days=PUBLISHED_AFTER_DAYS)
        with unit_of_work():
            if not keep_check(closed, checked, by=self.leader, now=moment(closed_on, 10)):
                raise RuntimeError(f"the demo's round {wave_id} did not pass the privacy check")
            publish_wave(
                wave_id,
                by=self.leader,
                now=moment(published_on, 9),
                today=published_on,
                managers_first_days=MANAGERS_FIRST_DAYS,
            )
            mark_clean(unclean_waves())

    def tidy(self) -> None:
        """Do what the timer has done since, and drop all letters: their addresses reach nobody."""
        now = demo_now(self.today)
        with unit_of_work():
            for wave_id in waves_to_dispose_of(now - timedelta(days=RESPONSE_DAYS)):
                published_at = db.session.scalars(select(Wave.published_at).where(Wave.id == wave_id)).one()
                assert published_at is not None
                at = published_at + timedelta(days=RESPONSE_DAYS)
                dispose_of_answers(wave_id, decision=f"Demobeslut {wave_id}-G", now=at)
            for wave_id in waves_to_forget(now):
                forget_invitations(wave_id)
            take_back("survey_")
        clean()


def answer_all(wave_id: int, given: GivenAnswers, rng: Random) -> None:
    """Store many people's answers at once: the rows are those that `surveys.actions.submit` and `decline` make."""
    invited = select(Invitation.person_id, Invitation.unit_id).where(Invitation.wave_id == wave_id)
    unit_of = {row.person_id: row.unit_id for row in db.session.execute(invited)}
    wave = db.session.get_one(Wave, wave_id)
    questionnaire = instrument(wave.instrument, wave.instrument_version)
    for column, persons in (("answered", list(given.answers)), ("declined", list(given.declined))):
        db.session.execute(
            update(Invitation)
            .where(Invitation.wave_id == wave_id, Invitation.person_id.in_(persons))
            .values({column: True})
            .execution_options(synchronize_session=False)
        )
    add_all(
        ResponseOpen,
        [
            {
                "id": UUID(int=rng.getrandbits(128), version=4),
                "wave_id": wave_id,
                "unit_id": unit_of[person_id],
                "answers": dict(answers),
                "complete": len(answers) == len(questionnaire.items),
                "instrument_version": questionnaire.version,
            }
            for person_id, answers in given.answers.items()
        ],
    )
