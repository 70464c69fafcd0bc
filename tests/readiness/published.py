"""A small county with a published wave, everything its roles can open, and builds of the product with a fault put in.

Units are of such sizes that answers join over unit borders: three of `barn-4` and four of `vuxen-3` are too few for a
piece of their own, for one in `barn` or for one in `vuxen`, and become the region's.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from types import MappingProxyType
from typing import Any

import time_machine
from sqlalchemy import create_engine, delete, func, select

from tbblearn.access.actions import open_session
from tbblearn.db import db, prepare_engine, read_only, unit_of_work, utc_now
from tbblearn.people.rules import Role
from tbblearn.readiness import closing, figures, result_queries
from tbblearn.readiness.absorption import Absorption, absorb
from tbblearn.readiness.audit import AuditReport
from tbblearn.readiness.checking import closed_wave, keep_check
from tbblearn.readiness.fall_back import AuditedPublication
from tbblearn.readiness.models import PublishedFigure, Response
from tbblearn.readiness.result_rules import OPERATOR, Shown, UnitResult, Who
from tbblearn.readiness.rules import Kind, PublishedRow, Tree
from tbblearn.readiness.trees import frozen_tree
from tbblearn.reports.readiness_file import unit_csv, unit_json
from tbblearn.surveys.models import WaveUnit
from tbblearn.web.application import Application
from tests import factories
from tests.conftest import Backend
from tests.factories import NOW
from tests.readiness.rounds import CODES, Round

SIZES: Mapping[str, Mapping[str, tuple[int, ...]]] = {
    "region": {"barn": (14, 11, 8, 6), "vuxen": (34, 12, 7, 9, 6)},
    "flen": {"skola": (13, 10, 7, 5), "omsorg": (12, 8)},
}
SILENT = {"barn-4": 3, "vuxen-3": 3, "skola-3": 4, "skola-4": 2, "vuxen-5": 1, "omsorg-2": 1}
"""How many of a unit do not answer."""
LATER = NOW + timedelta(days=8)
"""When everyone who was invited reads."""

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


def county() -> Round:
    """The county with every role; a second manager has the other huvudman."""
    made = Round.county(SIZES)
    with unit_of_work():
        first = made.holders[Role.MANAGER]
        for role, unit in ((Role.EDITOR, "sormland"), (Role.ADMIN, "sormland"), (Role.MANAGER, "flen")):
            made._hold(role, unit)
        made.staff["manager-of-flen"] = [made.holders[Role.MANAGER]]
        made.holders[Role.MANAGER] = first
    return made


def publish(made: Round, *, swap: bool = False, audited: bool = True) -> None:
    """A whole round. With `swap` whole answers change owners within the pieces that the product promises."""
    made.open()
    given = _given(made)
    with read_only():
        tree = frozen_tree(made.wave_id).tree
        places = dict(made.invited())
    if swap:
        given = _swapped(given, places, tree)
    db.session.rollback()
    for person_id, answers in given.items():
        assert made.answer(person_id, answers)
    made.close()
    if audited:
        assert made.audit()
    else:
        keep_unchecked(made)
    made.publish()


def keep_unchecked(made: Round) -> None:
    """Publish what the figures say without asking the audit, for builds that it would stop."""
    with read_only():
        closed = closed_wave(made.wave_id)
    rows = figures.publish(closed.scorer, closed.collected, closed.k, closed.k_distribution)
    passed = AuditedPublication(rows, AuditReport((), (), (), timed_out=False), {})
    with unit_of_work():
        assert keep_check(closed, passed, by=None, now=NOW)


def _given(made: Round) -> Answers:
    """Who answers what: each unit has a mood of its own, so that it matters who counts where."""
    rng = Random(11)
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


# --- everything that can be opened --------------------------------------------------------------------------------

Crawl = dict[tuple[str, str], tuple[int, str, str]]
"""(who, address) -> status, where it leads or what kind of file it is, body."""

_LINK = re.compile(r'<a [^>]*href="(/[^"#]*)')
_CHANGING = re.compile(r'(name="csrf_token"[^>]*value=|nonce=|data-visit=)"[^"]*"')


def people(made: Round) -> dict[str, int | None]:
    """One of each role, staff of a unit too small to be shown and of a large one, and nobody."""
    roles = {role.value: person for role, person in made.holders.items()}
    staff = {"small": made.staff["barn-4"][-1], "large": made.staff["vuxen-1"][0]}
    return {"anonymous": None, **staff, "second_manager": made.staff["manager-of-flen"][0], **roles}


def crawl(app: Application, made: Round, only: Collection[str] = ()) -> Crawl:
    """Every page and file that each of them (or `only` these) reaches by links, by the menu or by guessing an address;
    and the files that the command line writes.
    """
    with time_machine.travel(LATER, tick=False):
        found: Crawl = {}
        for who, person_id in people(made).items():
            if not only or who in only:
                _crawl_as(app, made, who, person_id, found)
        with app.app_context(), read_only():
            for unit_id in db.session.scalars(select(WaveUnit.unit_id).where(WaveUnit.wave_id == made.wave_id)).all():
                result = result_queries.unit_result(made.wave_id, unit_id, OPERATOR, LATER.date())
                found["operator", f"{unit_id}.csv"] = 200, "text/csv", unit_csv(result).decode()
                found["operator", f"{unit_id}.json"] = 200, "application/json", unit_json(result).decode()
    return found


def _crawl_as(app: Application, made: Round, who: str, person_id: int | None, found: Crawl) -> None:
    client = app.test_client()
    if person_id is not None:
        with app.app_context(), unit_of_work():
            token = open_session(person_id, utc_now())
        with client.session_transaction() as browser:
            browser["_user_id"] = token
    wave = f"/resultat/{made.wave_id}"
    waiting = ["/", "/resultat", wave, f"{wave}/lan", f"{wave}/lan.csv", f"{wave}/metod"]
    waiting += [f"{wave}/{unit_id}" for unit_id in made.units.values()]
    while waiting:
        path = waiting.pop()
        if (who, path) in found or path.startswith(("/static", "/logga-in?")):
            continue
        answer = client.get(path)
        text = _CHANGING.sub(r"\1", answer.get_data(as_text=True))
        leads = answer.headers.get("Location", "")
        found[who, path] = answer.status_code, leads or str(answer.mimetype), text
        waiting += [link.replace("&amp;", "&") for link in _LINK.findall(text)]
        if leads:
            waiting.append(leads.removeprefix("http://localhost"))


@dataclass(frozen=True)
class Published:
    """What is known of a published wave behind the pages: its rows, its pieces, its units by name."""

    rows: frozenset[tuple[str | None, ...]]
    audit_file: dict[str, Any]
    units: dict[str, str]
    """Name -> unit as the rows know it; of all units, folded ones too."""
    rates: dict[str, str | None]
    root: str


def behind(made: Round) -> Published:
    """Read it from the database, with the absorption of the build that is running."""
    with read_only():
        frozen = frozen_tree(made.wave_id)
        pieces = {
            str(piece): count
            for piece, count in db.session.execute(
                select(Response.piece_id, func.count())
                .where(Response.wave_id == made.wave_id)
                .group_by(Response.piece_id)
            )
        }
        rows = [
            PublishedRow(
                *(str(row.unit_id), row.family, row.measure, row.kind, row.value),
                *(row.scale, row.item, row.part, row.statistic),
            ).as_json()
            for row in db.session.scalars(select(PublishedFigure).where(PublishedFigure.wave_id == made.wave_id))
        ]
        joined = vars(figures)["absorb"](frozen.tree, pieces, 10).pieces
        file = {
            "instrument": "oric",
            "units": [{"unit": unit, "parent": frozen.tree.parent[unit]} for unit in frozen.tree.units],
            "k": 5,
            "k_distribution": 10,
            "pieces": [
                *({"unit": unit, "family": "means", "n": n} for unit, n in pieces.items()),
                *({"unit": unit, "family": "distributions", "n": n} for unit, n in joined.items()),
            ],
        }
        return Published(
            frozenset(tuple(row.values()) for row in rows),
            file,
            {unit.name: str(unit.id) for unit in frozen.units.values()},
            {str(unit.id): unit.rate_band for unit in frozen.units.values()},
            str(frozen.root.id),
        )


# --- builds with a fault ------------------------------------------------------------------------------------------


@contextmanager
def swapped(module: Any, name: str, build: Any) -> Iterator[None]:
    """A build of the product in which one function is another."""
    kept = getattr(module, name)
    setattr(module, name, build)
    try:
        yield
    finally:
        setattr(module, name, kept)


@contextmanager
def without_absorption() -> Iterator[None]:
    """A build that shows every unit with k answers all of its answers, as most survey tools do."""
    with swapped(closing, "absorb", sums_only), swapped(figures, "absorb", sums_only):
        yield


def sums_only(tree: Tree, answers: Mapping[str, int], k: int) -> Absorption:
    """Units with fewer than k answers are hidden and counted in the unit above; nothing waits for others to join it."""
    total = {unit: answers.get(unit, 0) for unit in tree.units}
    for unit in reversed(tree.top_down):
        above = tree.parent[unit]
        if above is not None:
            total[above] += total[unit]
    piece_of: dict[str, str | None] = {}
    pieces: dict[str, int] = {}
    for unit in tree.top_down:
        above = tree.parent[unit]
        piece_of[unit] = unit if total[unit] >= k else None if above is None else piece_of[above]
        holder = piece_of[unit]
        if holder is not None and answers.get(unit, 0):
            pieces[holder] = pieces.get(holder, 0) + answers[unit]
    return Absorption(
        k=k,
        pieces=MappingProxyType({unit: pieces[unit] for unit in tree.units if unit in pieces}),
        piece_of=MappingProxyType(piece_of),
        figures=MappingProxyType({unit: total[unit] if total[unit] >= k else 0 for unit in tree.units}),
        partial=frozenset(),
        single=frozenset(unit for unit in pieces if answers.get(unit, 0) == pieces[unit]),
        left_out=0,
    )


@contextmanager
def drawing_from_answers() -> Iterator[None]:
    """A build that draws means as they are in the answers, while there are any: finer than what is published."""
    kept = result_queries.unit_result

    def finer(wave_id: int, unit_id: int, who: Who, today: Any) -> UnitResult:
        result = kept(wave_id, unit_id, who, today)
        below = select(WaveUnit.unit_id).where(WaveUnit.wave_id == wave_id, WaveUnit.path.like(f"{result.place.path}%"))
        given = db.session.scalars(
            select(Response.answers).where(Response.wave_id == wave_id, Response.piece_id.in_(below))
        ).all()
        if not given or not result.figures.shown:
            return result
        means = {scale: Shown(Kind.ONE_DECIMAL, f"{_mean(given, scale):.3f}") for scale in result.figures.means}
        return _with_means(result, means)

    with swapped(result_queries, "unit_result", finer):
        yield


def _mean(given: Any, scale: str) -> float:
    codes = [code for code in CODES if code[0] == scale[0].upper()]
    return sum(int(answers[code]) for answers in given for code in codes) / len(given) / len(codes)


def _with_means(result: UnitResult, means: dict[str, Shown]) -> UnitResult:
    return replace(result, figures=replace(result.figures, means=means))


@dataclass(frozen=True)
class Built:
    """A county with a published wave, and where it is served."""

    app: Application
    round: Round


@contextmanager
def built(backend: Backend, *, swap: bool = False, audited: bool = True) -> Iterator[Built]:
    """Build it in a fresh database."""
    with database(backend) as app:
        with time_machine.travel(NOW, tick=False), app.app_context():
            made = county()
            publish(made, swap=swap, audited=audited)
            db.session.remove()
        yield Built(app, made)
