"""Builds of the product that publish or draw what they must not, made by replacing one function each."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from tbblearn.db import db
from tbblearn.readiness.figures import publish as figures
from tbblearn.readiness.figures.absorption import Absorption
from tbblearn.readiness.models import Response
from tbblearn.readiness.results import queries as result_queries
from tbblearn.readiness.results.rules import Shown, UnitResult, Who
from tbblearn.readiness.rules import Kind, Tree
from tbblearn.readiness.waves import closing
from tbblearn.surveys.models import WaveUnit
from tests.readiness.rounds import CODES


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
    with (
        swapped(closing, "absorb", sums_only),
        swapped(figures, "absorb", sums_only),
        swapped(figures, "printed_size", lambda n, *_: n),
    ):
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
        pieces=MappingProxyType({unit: pieces[unit] for unit in tree.units if unit in pieces}),
        piece_of=MappingProxyType(piece_of),
        figures=MappingProxyType({unit: total[unit] if total[unit] >= k else 0 for unit in tree.units}),
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
