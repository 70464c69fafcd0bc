"""The demo's survey rounds, made by the product's own actions on the days on which they would have been done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import select, update

from tbblearn.db import STOCKHOLM, db, read_only, unit_of_work
from tbblearn.mail.actions import take_back
from tbblearn.operations.demo.answering import Asked, GivenAnswers, answers_of
from tbblearn.operations.demo.casting import Cast
from tbblearn.operations.demo.county import PlannedUnit
from tbblearn.operations.demo.dates import demo_now
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

NOT_ADOPTED = ("gnesta", "vingaker")
"""Huvudmän that have not adopted the survey of Tillsammans för barnens bästa."""
ASKED_BY_TUV = ("region", "eskilstuna", "nykoping")
"""Huvudmän that took part in the survey of Tillsammans för unga vuxna."""
TO_BE_ASKED = ("region", "eskilstuna", "strangnas", "trosa")
"""Huvudmän that have adopted its next one."""

MONTHS = (
    *("januari", "februari", "mars", "april", "maj", "juni"),
    *("juli", "augusti", "september", "oktober", "november", "december"),
)


@dataclass(frozen=True)
class _Round:
    """A round that opened so many days ago (less than 0: will open), and how people feel about the change then."""

    programme: str
    opened_days_ago: int
    level: float
    without: tuple[str, ...] = ()
    only: tuple[str, ...] = ()


ROUNDS = (
    _Round("tbb", 425, 3.15, NOT_ADOPTED),
    _Round("tbb", 224, 3.4, NOT_ADOPTED),
    _Round("tuv", 134, 3.0, only=ASKED_BY_TUV),
    _Round("tbb", 7, 3.5, NOT_ADOPTED),
    _Round("tuv", -75, 3.0, only=TO_BE_ASKED),
)
"""In the order in which they opened. Two rounds of one programme lie more than 180 days apart."""


def add_rounds(
    units: Sequence[PlannedUnit], cast: Cast, today: date, seed: int, told: Callable[[float], None] = lambda _: None
) -> None:
    """Plan, open, answer, close, check and publish each round, and forget what the timer would have forgotten."""
    rng = Random(f"rounds {seed}")  # noqa: S311  (nothing secret is drawn)
    county = _County(units, cast, today)
    for one in ROUNDS:
        county.hold(one, rng)
        told(1 / len(ROUNDS))
    county.tidy()


class _County:
    """What every round needs to know of the county."""

    def __init__(self, units: Sequence[PlannedUnit], cast: Cast, today: date) -> None:
        self.units = {unit.id: unit for unit in units}
        self.tops = {unit.external_id: unit.id for unit in units if unit.kind is UnitKind.HUVUDMAN}
        self.cast = cast
        self.leader = cast.roles["process_leader"].id
        self.today = today
        with read_only():
            self.programmes = {row.slug: row.id for row in db.session.execute(select(Programme.slug, Programme.id))}

    def hold(self, one: _Round, rng: Random) -> None:
        """One round, as far as it has come today."""
        opens_on = self.today - timedelta(days=one.opened_days_ago)
        closes_on = opens_on + timedelta(days=OPEN_DAYS)
        wave_id = self._plan(one, opens_on, closes_on)
        if opens_on > self.today:
            return
        with unit_of_work():
            approve(wave_id, lines=(), seen=(), by=self.leader, now=_at(opens_on - timedelta(days=3), 14))
            open_wave(wave_id, by=None, now=_at(opens_on, 3), today=opens_on)
            over = closes_on < self.today
            answer_all(wave_id, self._given(wave_id, one, rng, over=over), rng)
        if over:
            self._finish(wave_id, closes_on + timedelta(days=1))
        else:
            with unit_of_work():
                renew_rates(wave_id, today=self.today, draw=lambda: 0)
                mark_unclean(wave_id, today=self.today)

    def _plan(self, one: _Round, opens_on: date, closes_on: date) -> int:
        planned_on = min(self.today, opens_on) - timedelta(days=30)
        new = NewWave(
            self.programmes[one.programme],
            f"Mätning {MONTHS[opens_on.month - 1]} {opens_on.year}",
            opens_on,
            closes_on,
            *LIMITS,
        )
        with unit_of_work():
            wave_id = plan_wave(new, by=self.leader, now=_at(planned_on, 9))
            for number, (slug, unit_id) in enumerate(self.tops.items(), 1):
                if slug not in one.without and (not one.only or slug in one.only):
                    on = planned_on + timedelta(days=number % 7)
                    reference = f"Demobeslut {wave_id}-{number}"
                    adopt_wave(wave_id, unit_id, adopted_on=on, reference=reference, by=self.leader, now=_at(on, 11))
        return wave_id

    def _given(self, wave_id: int, one: _Round, rng: Random, *, over: bool) -> GivenAnswers:
        rows = db.session.execute(
            select(Invitation.person_id, Invitation.unit_id)
            .where(Invitation.wave_id == wave_id)
            .order_by(Invitation.unit_id, Invitation.person_id)
        )
        asked = [Asked(person_id, unit_id, self.units[unit_id].source) for person_id, unit_id in rows]
        shown = frozenset() if over else frozenset(member.id for member in self.cast.roles.values())
        return answers_of(asked, rng, level=one.level, silent=shown, keen=frozenset({self.cast.unit.id}))

    def _finish(self, wave_id: int, closed_on: date) -> None:
        """Close, check and publish. What is on the disk is wiped once, when all is built: nobody is real."""
        with unit_of_work():
            close_wave(wave_id, by=None, now=_at(closed_on, 3))
            mark_clean(unclean_waves())
        with read_only():
            closed = closed_wave(wave_id)
        checked = check(closed)
        published_on = closed_on + timedelta(days=PUBLISHED_AFTER_DAYS)
        with unit_of_work():
            if not keep_check(closed, checked, by=self.leader, now=_at(closed_on, 10)):
                raise RuntimeError(f"the demo's round {wave_id} did not pass the privacy check")
            publish_wave(
                wave_id,
                by=self.leader,
                now=_at(published_on, 9),
                today=published_on,
                managers_first_days=MANAGERS_FIRST_DAYS,
            )
            mark_clean(unclean_waves())

    def tidy(self) -> None:
        """What the timer has done since; and no mail waits for addresses that reach nobody."""
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
    """Keep many people's answers at once: the rows are those that `surveys.actions.submit` and `decline` make."""
    invited = select(Invitation.person_id, Invitation.unit_id).where(Invitation.wave_id == wave_id)
    unit_of = {row.person_id: row.unit_id for row in db.session.execute(invited)}
    questionnaire = instrument(db.session.scalars(select(Wave.instrument).where(Wave.id == wave_id)).one())
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


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), STOCKHOLM)
