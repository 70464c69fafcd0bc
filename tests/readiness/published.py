"""A small county with published waves, everything its roles can open, and builds of the product with a fault put in.

Units are of such sizes that answers join over unit borders: three of `barn-4` and four of `vuxen-3` are too few for a
piece of their own, for one in `barn` or for one in `vuxen`, and become the region's. Of `omsorg` one unit alone is
shown.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

import time_machine
from sqlalchemy import create_engine, delete, func, select

from tbblearn.databases import prepare_engine
from tbblearn.db import db, read_only, unit_of_work
from tbblearn.people.actions import give_access
from tbblearn.people.rules import Role
from tbblearn.readiness.audit.check import AuditReport
from tbblearn.readiness.figures import publish as figures
from tbblearn.readiness.figures.absorption import absorb
from tbblearn.readiness.figures.fall_back import AuditedPublication
from tbblearn.readiness.models import FigureComparison, PublishedFigure, Response
from tbblearn.readiness.rules import PublishedRow, Tree
from tbblearn.readiness.trees import frozen_tree
from tbblearn.readiness.waves.checking import closed_wave, keep_check
from tbblearn.surveys.models import Wave, WaveAdoption
from tbblearn.web.application import Application
from tests import factories
from tests.conftest import Backend
from tests.factories import NOW, TODAY
from tests.readiness.rounds import CODES, Round

SIZES: Mapping[str, Mapping[str, tuple[int, ...]]] = {
    "region": {"barn": (14, 11, 8, 7), "vuxen": (34, 12, 7, 9, 8)},
    "flen": {"skola": (13, 10, 7, 5), "omsorg": (12, 8)},
}
SILENT = {"barn-4": 4, "vuxen-3": 3, "skola-3": 4, "skola-4": 2, "vuxen-5": 1, "omsorg-2": 5}
"""How many of a unit do not answer."""
LATER = NOW + timedelta(days=8)
"""When everyone who was invited reads."""
EARLIER = timedelta(days=200)
"""How long before the wave another one was held."""
SEED, EARLIER_SEED = 11, 1201
"""What was answered. In the earlier wave the privacy check holds back a distribution."""

Answers = dict[int, dict[str, str]]


@contextmanager
def database(backend: Backend) -> Iterator[Application]:
    """The application on a fresh database, with the same ids as every other."""
    url = backend.copy()
    engine = create_engine(url)
    prepare_engine(engine)
    with backend.app.app_context():
        db.engines[None] = engine  # type: ignore[index]
    factories._people = iter(range(1, 1_000_000))
    try:
        yield backend.app
    finally:
        engine.dispose()
        backend.drop(url)


def county(sizes: Mapping[str, Mapping[str, tuple[int, ...]]] = SIZES) -> Round:
    """The county with every role; a second manager has the other huvudman."""
    made = Round.county(sizes)
    with unit_of_work():
        first = made.holders[Role.MANAGER]
        for role, unit in ((Role.EDITOR, "sormland"), (Role.ADMIN, "sormland"), (Role.MANAGER, "flen")):
            made._hold(role, unit)
        made.staff["manager-of-flen"] = [made.holders[Role.MANAGER]]
        # Employed in the region, like everybody here who holds a role.
        give_access(made.holders[Role.MANAGER], today=TODAY, now=NOW)
        made.holders[Role.MANAGER] = first
    return made


def publish(
    made: Round, *, swap: bool = False, audited: bool = True, ago: timedelta = timedelta(0), seed: int = SEED
) -> None:
    """A whole round. With `swap` whole answers change owners within the pieces that the product promises."""
    now, today = NOW - ago, TODAY - ago
    made.open(now=now, today=today)
    given = _given(made, seed)
    with read_only():
        tree = frozen_tree(made.wave_id).tree
        places = dict(made.invited())
    if swap:
        given = _swapped(given, places, tree)
    db.session.rollback()
    for person_id, answers in given.items():
        assert made.answer(person_id, answers, today=today)
    made.close(now=now)
    if audited:
        assert made.audit(now=now)
    else:
        keep_unchecked(made)
    made.publish(now=now, today=today)


def keep_unchecked(made: Round) -> None:
    """Publish what the figures say without asking the audit, for builds that it would stop."""
    with read_only():
        closed = closed_wave(made.wave_id)
    rows = figures.publish(closed.scorer, closed.collected, closed.k, closed.k_distribution)
    passed = AuditedPublication(rows, AuditReport((), (), (), timed_out=False), {})
    with unit_of_work():
        assert keep_check(closed, passed, by=None, now=NOW)


def _given(made: Round, seed: int) -> Answers:
    """Who answers what: each unit has a mood of its own, so that it matters who counts where."""
    rng = Random(seed)
    silent = {person for unit, number in SILENT.items() for person in made.staff[unit][:number]}
    mood = {unit_id: rng.choice((1.9, 2.6, 3.3, 4.1)) for unit_id in made.units.values()}
    given = {}
    for person_id, unit_id in made.invited():
        own = mood[unit_id] + rng.gauss(0, 0.8)
        answers = {code: str(min(5, max(1, round(own + rng.gauss(0, 0.9))))) for code in CODES}
        if person_id not in silent:
            given[person_id] = answers
    return given


def _swapped(given: Answers, places: Mapping[int, int], tree: Tree) -> Answers:
    counts: dict[str, int] = {}
    for person_id in given:
        unit = str(places[person_id])
        counts[unit] = counts.get(unit, 0) + 1
    piece_of = absorb(tree, counts, 5).piece_of
    owners: dict[str | None, list[int]] = {}
    for person_id in given:
        owners.setdefault(piece_of[str(places[person_id])], []).append(person_id)
    swapped: Answers = {}
    for people in owners.values():
        for person_id, other in zip(people, people[1:] + people[:1], strict=True):
            swapped[person_id] = given[other]
    assert any(swapped[person] != given[person] for person in given)
    return swapped


def forget_answers() -> None:
    """Empty the table of answers."""
    with unit_of_work():
        assert db.session.scalar(select(func.count()).select_from(Response))
        db.session.execute(delete(Response))


@dataclass(frozen=True)
class Published:
    """What is known of a published wave behind the pages: its rows, pieces, units by name, and its plan."""

    wave_id: int
    rows: frozenset[tuple[str | None, ...]]
    audit_file: dict[str, Any]
    units: dict[str, str]
    """Name -> unit as the rows know it; of all units, folded ones too."""
    root: str
    words: frozenset[tuple[str, str, str, str]]
    """Unit, scale, compared with what, and the word."""
    k: int
    k_distribution: int
    days: tuple[date, ...]
    """Of its plan, its closing and its publication."""
    invited: int
    huvudmen: int


def behind(made: Round, wave_id: int = 0) -> Published:
    """Read the newest wave, or another, from the database, with the absorption of the build that is running."""
    wave_id = wave_id or made.wave_id
    with read_only():
        frozen = frozen_tree(wave_id)
        pieces = {
            str(piece): count
            for piece, count in db.session.execute(
                select(Response.piece_id, func.count()).where(Response.wave_id == wave_id).group_by(Response.piece_id)
            )
        }
        rows = [
            PublishedRow(
                *(str(row.unit_id), row.family, row.measure, row.kind, row.value),
                *(row.scale, row.item, row.part, row.statistic),
            ).as_json()
            for row in db.session.scalars(select(PublishedFigure).where(PublishedFigure.wave_id == wave_id))
        ]
        build = vars(figures)
        printed = {unit: build["printed_size"](n, 5, frozen.invited[unit], 2) for unit, n in pieces.items()}
        second = build["absorb"](frozen.tree, printed, 10)
        joined = {
            unit: sum(n for piece, n in pieces.items() if second.piece_of[piece] == unit) for unit in second.pieces
        }
        file = {
            "margin": 2,
            "invited": frozen.invited,
            "rates": [],
            "instrument": "oric",
            "units": [{"unit": unit, "parent": frozen.tree.parent[unit]} for unit in frozen.tree.units],
            "k": 5,
            "k_distribution": 10,
            "pieces": [
                *({"unit": unit, "family": "means", "n": n} for unit, n in pieces.items()),
                *({"unit": unit, "family": "distributions", "n": n} for unit, n in joined.items()),
            ],
        }
        wave = db.session.get_one(Wave, wave_id)
        adopted = db.session.scalars(select(WaveAdoption.adopted_on).where(WaveAdoption.wave_id == wave_id)).all()
        assert wave.closed_at
        assert wave.staff_from_on
        words = db.session.execute(
            select(
                FigureComparison.unit_id, FigureComparison.scale, FigureComparison.against, FigureComparison.word
            ).where(FigureComparison.wave_id == wave_id)
        )
        return Published(
            wave_id,
            frozenset(tuple(row.values()) for row in rows),
            file,
            {unit.name: str(unit.id) for unit in frozen.units.values()},
            str(frozen.root.id),
            frozenset((str(unit), scale, against.value, word.value) for unit, scale, against, word in words),
            wave.k,
            wave.k_distribution,
            (wave.opens_on, wave.closes_on, wave.closed_at.date(), wave.staff_from_on, *adopted),
            wave.invited,
            len(adopted),
        )


@dataclass(frozen=True)
class Built:
    """A county with a published wave, and where it is served."""

    app: Application
    round: Round
    earlier: int = 0
    """The wave before it, where there is one."""


@contextmanager
def built(backend: Backend, *, swap: bool = False, audited: bool = True, twice: bool = False) -> Iterator[Built]:
    """Build it in a fresh database; `twice`: with a wave before the newest."""
    earlier = 0
    with database(backend) as app:
        with time_machine.travel(NOW, tick=False), app.app_context():
            made = county()
            if twice:
                publish(made, swap=swap, ago=EARLIER, seed=EARLIER_SEED)
                earlier = made.wave_id
            publish(made, swap=swap, audited=audited)
            db.session.remove()
        yield Built(app, made, earlier)
