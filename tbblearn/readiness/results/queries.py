"""What one page of results needs: published rows and the frozen tree, never an answer (docs/rules/disclosure.md).

The number of queries is the same however many units there are, and no query here names the table of answers.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy import and_, false, func, or_, select
from sqlalchemy.orm import aliased

from tbblearn.db import db
from tbblearn.people.models import OrgUnit
from tbblearn.people.rules import UnitKind
from tbblearn.readiness.models import FIGURE, FigureComparison, PublishedFigure
from tbblearn.readiness.places import Place
from tbblearn.readiness.results.readers import other_waves, places_of, reader_of_unit, reader_of_wave
from tbblearn.readiness.results.rules import (
    CountyResult,
    Figures,
    MethodReport,
    NotYetReadable,
    UnitResult,
    WaveHead,
    Who,
    Word,
    figures_of,
    nearest_shown,
    reworded_since,
)
from tbblearn.readiness.rules import ONE_DECIMAL_FROM, TENS_FROM, Family, Kind, Measure, PublishedRow
from tbblearn.surveys.models import Wave, WaveUnit
from tbblearn.surveys.queries import last_day
from tbblearn.surveys.waves import NoSuchWave, WaveState


def unit_result(wave_id: int, unit_id: int, who: Who, today: date) -> UnitResult:
    """The results of one unit. Raises NoSuchWave (also where this person may not read them), NotYetReadable,
    ResultWithdrawn.
    """
    head, place, places, reader = reader_of_unit(wave_id, unit_id, who, today)
    line = [places[step] for step in place.line[:-1]]
    children = [one for one in places.values() if one.parent_id == place.id]
    below = [one for one in children if reader.reads_as_part(one)]
    figures = _figures(wave_id, place.id, [one.id for one in (*line, *below)])
    own = figures[place.id]
    county, above = (line[0], line[-1]) if line else (place, None)
    groups = [group for found in figures.values() for group in (found.means_of, found.shares_of)]
    same = {group.same_as for group in groups if group.same_as is not None}
    shown_at = {one.id: one for one in places_of(wave_id, same).values() if reader.reads(one)} if same else {}

    def means_at(unit: Place) -> Place | None:
        return shown_at.get(figures[unit.id].means_of.same_as or 0)

    return UnitResult(
        wave=head,
        place=place,
        figures=own,
        above=above,
        county=county,
        line=tuple(one for one in line if reader.reads(one)),
        figures_above=_beside(figures[above.id]) if above else Figures(),
        figures_county=_beside(figures[county.id]),
        above_at=means_at(above or place),
        county_at=means_at(county),
        nearest=None if own.shown else nearest_shown(line, figures, Family.MEANS),
        nearest_shares=None if own.shares_of.n else nearest_shown(line, figures, Family.DISTRIBUTIONS),
        means_at=means_at(place),
        shares_at=shown_at.get(own.shares_of.same_as or 0),
        below=tuple((one, figures[one.id], means_at(one)) for one in below),
        words=_words(wave_id, place.id),
        others=other_waves(head, place.id, who, today),
        own=tuple(places[home] for home in reader.homes),
        county_table=reader.reads_county_table(place.line[0]),
    )


def _beside(figures: Figures) -> Figures:
    """What a unit is compared with: no figures where a unit below shows them; statistics always."""
    return figures if figures.means_of.same_as is None else Figures(statistics=figures.statistics)


def unit_place(wave_id: int, unit_id: int, who: Who, today: date) -> tuple[WaveHead, Place]:
    """A unit whose results the person may read, shown or not. Raises as `unit_result` does."""
    head, place, _, _ = reader_of_unit(wave_id, unit_id, who, today)
    return head, place


def county_reworded_since(wave_id: int, county_id: int) -> date | None:
    """When the wave closed that the county's figures are compared with, if its statements were worded otherwise.

    The same for every unit, shown or not.
    """
    return reworded_since(_words(wave_id, county_id))


def own_unit(wave_id: int, who: Who, today: date) -> int | None:
    """The unit in which the person begins; None for those who begin with the huvudmän. Raises as `unit_result` does."""
    return reader_of_wave(wave_id, who, today)[3].begins_in


def county_result(wave_id: int, who: Who, today: date) -> CountyResult:
    """The huvudmän beside each other, for those who follow the whole county. Raises NoSuchWave, ResultWithdrawn."""
    try:
        head, root, places, reader = reader_of_wave(wave_id, who, today, huvudmen=True)
    except NotYetReadable as error:
        raise NoSuchWave(wave_id=wave_id) from error  # an invitation never opens the table
    if not reader.reads_county_table(root.id):
        raise NoSuchWave(wave_id=wave_id)
    lines = [place for place in places.values() if place.kind is UnitKind.HUVUDMAN]
    figures = _figures(wave_id, root.id, [place.id for place in lines], agreement=True)
    return CountyResult(
        wave=head,
        county=root,
        figures=figures[root.id],
        lines=tuple((place, figures[place.id]) for place in lines),
        not_adopted=_not_adopted(wave_id, head.opens_on),
        others=other_waves(head, root.id, who, today),
        own=tuple(places[home] for home in reader.homes),
    )


def method_report(wave_id: int, who: Who, today: date) -> MethodReport:
    """What the figures of a wave rest on, for everyone who reads some of them. Raises as `unit_result` does."""
    head, root, _, _ = reader_of_wave(wave_id, who, today)
    figures = _figures(wave_id, root.id, [])
    units = db.session.scalar(select(func.count()).select_from(WaveUnit).where(WaveUnit.wave_id == wave_id)) or 0
    kinds = _kinds(wave_id)
    means = {unit: found for (unit, family), found in kinds.items() if family is Family.MEANS}
    shares = [found for (unit, family), found in kinds.items() if family is Family.DISTRIBUTIONS and unit in means]
    return MethodReport(
        wave=head,
        county=root,
        figures=figures[root.id],
        units=units,
        with_means=len(means),
        with_shares=len(shares),
        coarser_means=sum(n >= ONE_DECIMAL_FROM and Kind.HALF in found for n, found in means.values()),
        coarser_shares=sum(n >= TENS_FROM and Kind.BAND in found for n, found in shares),
    )


def _not_adopted(wave_id: int, day: date) -> tuple[str, ...]:
    """The huvudmän that existed when the wave opened but had not decided to take part."""
    return tuple(
        db.session.scalars(
            select(OrgUnit.name)
            .outerjoin(WaveUnit, and_(WaveUnit.unit_id == OrgUnit.id, WaveUnit.wave_id == wave_id))
            .where(OrgUnit.kind == UnitKind.HUVUDMAN, WaveUnit.unit_id.is_(None), OrgUnit.exists_on(day))
            .order_by(OrgUnit.name_sort)
        )
    )


# --- published rows -----------------------------------------------------------------------------------------------


def _figures(
    wave_id: int, whole: int, others: Collection[int], *, agreement: bool = False
) -> defaultdict[int, Figures]:
    """All rows of the unit `whole`; of the others their means, and whether they have a distribution.

    With `agreement`, their words of agreement too. A unit whose figures are those of one below gets them from there.
    """
    links = {unit_id: set[int]() for unit_id in (whole, *others)}
    for unit_id, other in db.session.execute(
        select(PublishedFigure.unit_id, PublishedFigure.value).where(
            PublishedFigure.wave_id == wave_id,
            PublishedFigure.unit_id.in_(links),
            PublishedFigure.measure == Measure.SAME_AS,
        )
    ):
        links[unit_id].add(int(other))
    wholes, briefs = {whole, *links[whole]}, {*others, *(other for found in links.values() for other in found)}
    brief = or_(
        PublishedFigure.family == Family.MEANS,
        PublishedFigure.measure.in_((Measure.N, Measure.SAME_AS, Measure.STATISTIC)),
        PublishedFigure.measure == Measure.AGREEMENT if agreement else false(),
    )
    rows = db.session.execute(
        select(PublishedFigure)
        .where(
            PublishedFigure.wave_id == wave_id,
            or_(PublishedFigure.unit_id.in_(wholes), and_(PublishedFigure.unit_id.in_(briefs), brief)),
        )
        .order_by(PublishedFigure.position)
    ).scalars()
    found = figures_of(PublishedRow(str(row.unit_id), **{name: getattr(row, name) for name in FIGURE}) for row in rows)
    return defaultdict(Figures, found)


def _kinds(wave_id: int) -> dict[tuple[int, Family], tuple[int, set[Kind]]]:
    """The printed size of each shown figure, and how coarse its values are."""
    sizes: dict[tuple[int, Family], int] = {}
    kinds: dict[tuple[int, Family], set[Kind]] = {}
    for unit_id, family, kind, value in db.session.execute(
        select(PublishedFigure.unit_id, PublishedFigure.family, PublishedFigure.kind, func.max(PublishedFigure.value))
        .where(
            PublishedFigure.wave_id == wave_id, PublishedFigure.measure.in_((Measure.N, Measure.MEAN, Measure.SHARE))
        )
        .group_by(PublishedFigure.unit_id, PublishedFigure.family, PublishedFigure.kind)
    ):
        kinds.setdefault((unit_id, family), set()).add(kind)
        if kind is Kind.AT_LEAST:
            sizes[unit_id, family] = int(value)
    return {figure: (sizes[figure], found) for figure, found in kinds.items()}


def _words(wave_id: int, unit_id: int) -> tuple[Word, ...]:
    """Words of comparison, but none with a wave withdrawn since."""
    earlier = aliased(Wave)
    rows = db.session.execute(
        select(
            FigureComparison.scale,
            FigureComparison.against,
            FigureComparison.word,
            earlier.closes_on,
            earlier.closed_at,
            (earlier.instrument_version != Wave.instrument_version).label("reworded"),
        )
        .join(Wave, Wave.id == FigureComparison.wave_id)
        .outerjoin(earlier, earlier.id == FigureComparison.earlier_id)
        .where(
            FigureComparison.wave_id == wave_id,
            FigureComparison.unit_id == unit_id,
            or_(FigureComparison.earlier_id.is_(None), earlier.state == WaveState.PUBLISHED),
        )
        .order_by(FigureComparison.scale, FigureComparison.against)
    )
    return tuple(
        Word(scale, against, word, closes_on and last_day(closes_on, closed_at), bool(reworded))
        for scale, against, word, closes_on, closed_at, reworded in rows
    )
