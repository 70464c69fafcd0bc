"""Results of survey rounds as files, in the words of the page: both come from the same query."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from flask_babel import gettext as _

from tbblearn.readiness.places import Place
from tbblearn.readiness.results import words
from tbblearn.readiness.results.rules import CountyResult, Figures, Shown, UnitResult, WaveHead, reworded_since
from tbblearn.readiness.rules import Against, Part
from tbblearn.surveys.instruments import instrument
from tbblearn.surveys.rules import Instrument
from tbblearn.web.language import page_language
from tbblearn.web.spreadsheets import TextCell, csv_file

Line = tuple[Place, str, str, str, str, str]
"""Unit, measure, scale, statement, value in words, and as a number where it is one."""


def unit_csv(result: UnitResult) -> bytes:
    """One row a figure: the unit's own, then those it is compared with, then those of the units below."""
    return _file(result.wave, _unit_lines(result))


def county_csv(result: CountyResult) -> bytes:
    """One row a figure: the huvudmän in Swedish order, then the county."""
    return _file(result.wave, _county_lines(result))


def unit_json(result: UnitResult) -> bytes:
    """The same for other programs, with published values as they are stored (docs/readiness-method.md 5)."""
    asked = instrument(result.wave.instrument, result.wave.instrument_version)
    own = result.figures
    document = {
        "wave": result.wave.id,
        "wave_name": result.wave.name,
        "programme": result.wave.programme,
        "instrument": asked.code,
        "closed_on": result.wave.closed_on.isoformat(),
        **_brief(result.place, own, result.means_at),
        "nearest_shown": None if result.nearest is None else result.nearest.key,
        "agreement": {} if result.shares_at else {scale: word.value for scale, word in own.agreement.items()},
        "compared": [
            {
                "scale": word.scale,
                "against": word.against.value,
                "word": word.word.value,
                "since": None if word.since is None else word.since.isoformat(),
            }
            for word in result.words
        ],
        "distribution": _distribution(result, asked),
        "above": _brief(result.above, result.figures_above, result.above_at) if result.above else None,
        "county": _brief(result.county, result.figures_county, result.county_at) if result.above else None,
        "units": [_brief(place, figures, shown_at) for place, figures, shown_at in result.below],
        "note": " ".join(_notes(result)),
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _notes(result: UnitResult) -> Iterator[str]:
    since = reworded_since(result.words)
    if since is not None:
        yield words.reworded(since)
    yield words.always()


def _brief(place: Place, figures: Figures, shown_at: Place | None = None) -> dict[str, object]:
    """`n` is the least number of answers. Figures that another unit shows are left to it."""
    here = figures if shown_at is None else Figures()
    return {
        "unit": place.key,
        "name": place.name,
        "shown": here.shown,
        "shown_at": None if shown_at is None else shown_at.key,
        "n": here.means_of.n,
        "means": {scale: _value(mean) for scale, mean in here.means.items()},
    }


def _distribution(result: UnitResult, asked: Instrument) -> dict[str, object] | None:
    own = result.figures
    if own.shares_of.n is None:
        return None
    if result.shares_at is not None:
        return {"shown_at": result.shares_at.key}
    return {
        "n": own.shares_of.n,
        "items": {
            item.code: {part.value: _value(share) for part in Part if (share := own.shares.get((item.code, part)))}
            for item in asked.items
        },
    }


def _value(shown: Shown) -> dict[str, str]:
    return {"kind": shown.kind.value, "value": shown.value}


# --- rows of the CSV ----------------------------------------------------------------------------------------------


def _file(wave: WaveHead, lines: Iterator[Line]) -> bytes:
    header = [_("Mätning"), _("Enhets-id"), _("Enhet"), _("Mått"), _("Skala"), _("Påstående"), _("Värde"), _("Tal")]
    return csv_file(header, ([wave.name, TextCell(place.key), place.name, *line] for place, *line in lines))


def _figure(shown: Shown | None) -> str:
    """The published number with a decimal comma, for charts; empty for a span, a bound or nothing."""
    return shown.value.replace(".", ",") if shown and re.fullmatch(r"\d+(\.\d+)?", shown.value) else ""


def _unit_lines(result: UnitResult) -> Iterator[Line]:
    asked = instrument(result.wave.instrument, result.wave.instrument_version)
    own, here = result.figures, result.place
    yield from _means(here, own, asked, result.means_at)
    if result.nearest is not None:
        yield here, _("Närmaste enhet som visas"), "", "", result.nearest.name, ""
    for word in result.words:
        if word.against is Against.ABOVE and result.above is not None and result.above.is_county:
            continue
        above = result.above.name if result.above else ""
        said = words.difference_words(word.against, word.word, since=word.since, above=above)
        yield here, _("Jämförelse"), words.scale_words(asked, word.scale), "", said, ""
    if result.shares_at is None:
        yield from _agreement(here, own, asked)
    yield from _shares(result, asked)
    if own.shown and result.means_at is None and result.above is not None:
        if not result.above.is_county:
            yield from _compared(result.above, result.figures_above, asked)
        yield from _compared(result.county, result.figures_county, asked)
    for place, figures, shown_at in result.below:
        yield from _means(place, figures, asked, shown_at)
    for note in _notes(result):
        yield here, _("Anmärkning"), "", "", note, ""


def _compared(place: Place, figures: Figures, asked: Instrument) -> Iterator[Line]:
    """The means alone, as the drawing shows them beside the unit's own."""
    for scale, mean in figures.means.items():
        yield place, _("Medelvärde"), words.scale_words(asked, scale), "", words.mean_words(mean), _figure(mean)


def _county_lines(result: CountyResult) -> Iterator[Line]:
    asked = instrument(result.wave.instrument, result.wave.instrument_version)
    for place, figures in (*result.lines, (result.county, result.figures)):
        yield from _means(place, figures, asked)
        yield from _agreement(place, figures, asked)
    for name in result.not_adopted:
        other = replace(result.county, key="", name=name)
        yield other, _("Medelvärde"), "", "", _("Inte beslutat i %(huvudman)s.", huvudman=name), ""
    yield result.county, _("Anmärkning"), "", "", words.always(), ""


def _means(place: Place, figures: Figures, asked: Instrument, shown_at: Place | None = None) -> Iterator[Line]:
    if shown_at is not None:
        yield place, _("Medelvärde"), "", "", words.shown_at(shown_at.name), ""
        return
    if figures.means_of.n is None:
        yield place, _("Medelvärde"), "", "", words.not_shown(), ""
        return
    yield place, _("Svar"), "", "", words.answers_words(figures.means_of.n), ""
    yield from _compared(place, figures, asked)


def _agreement(place: Place, figures: Figures, asked: Instrument) -> Iterator[Line]:
    for scale, word in figures.agreement.items():
        yield place, _("Enighet"), words.scale_words(asked, scale), "", words.agreement_words(word), ""


def _shares(result: UnitResult, asked: Instrument) -> Iterator[Line]:
    own, place = result.figures, result.place
    if not own.shown or result.means_at is not None:
        return
    if result.shares_at is not None:
        yield place, _("Fördelning"), "", "", words.shown_at(result.shares_at.name), ""
        return
    if own.shares_of.n is None:
        yield place, _("Fördelning"), "", "", words.not_shown(), ""
        return
    yield place, _("Svar i fördelningen"), "", "", words.answers_words(own.shares_of.n), ""
    for scale in asked.scales:
        for item in asked.items:
            if item.code in scale.items:
                text = asked.item_text(item, page_language(), result.wave.programme)
                for part in Part:
                    measure = _("Andel: %(part)s", part=words.part_words(part))
                    share = own.shares.get((item.code, part))
                    said = words.share_words(share)
                    yield place, measure, words.scale_words(asked, scale.code), text, said, _figure(share)
