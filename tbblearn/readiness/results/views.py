"""Results of survey rounds: what a unit answered, how to discuss it, and what the figures rest on."""

from typing import Any

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from tbblearn.db import stockholm_date, utc_now
from tbblearn.people.guards import principal, signed_in
from tbblearn.people.rules import Principal
from tbblearn.readiness.results import drawing as result_drawing
from tbblearn.readiness.results import queries as result_queries
from tbblearn.readiness.results import readers as result_readers
from tbblearn.readiness.results import words as result_words
from tbblearn.readiness.results.rules import (
    SEES_BELOW,
    NotYetReadable,
    ResultWithdrawn,
    WaveHead,
    Who,
    reworded_since,
)
from tbblearn.readiness.rules import Part
from tbblearn.surveys.instruments import instrument
from tbblearn.surveys.queries import next_wave
from tbblearn.surveys.statements import working_translation
from tbblearn.web.pages import Page

blueprint = Blueprint("readiness_results", __name__, template_folder="../templates")


def reads_a_part(person: Principal) -> bool:
    """True for those who follow a unit or a huvudman, who have this page in their menu."""
    return any(person.has(role) for role in SEES_BELOW)


@blueprint.errorhandler(NotYetReadable)
def not_yet(error: NotYetReadable) -> Response:
    """The results are published, and this person reads them from a later day."""
    return Page("readiness/not_yet.html", from_on=error.values["staff_from_on"]).render()


@blueprint.errorhandler(ResultWithdrawn)
def withdrawn(error: ResultWithdrawn) -> Response:
    """The wave was withdrawn."""
    return Page("readiness/withdrawn.html", name=error.values["name"], on=error.values["withdrawn_on"]).render()


@blueprint.get("/resultat")
@signed_in
def start() -> Page | Response:
    """The rounds that the person reads, or straight to the only one; without any, when to expect one."""
    today = stockholm_date(utc_now())
    programmes = result_readers.readable_rounds(Who.of(principal()), today)
    found = [one for _programme, rounds in programmes for one in rounds]
    if not found:
        person = principal()
        followed = [grant.unit_path for grant in person.grants]
        return Page("readiness/no_result.html", next_wave=next_wave(person.person_id, followed, today))
    if len(found) == 1 and len(found[0].homes) < 2:
        return redirect(url_for("readiness_results.own", wave_id=found[0].id), 303)
    return Page("readiness/results.html", programmes=programmes)


@blueprint.get("/resultat/<int:wave_id>")
@signed_in
def own(wave_id: int) -> Response:
    """Lead to the person's own unit, or to the county for those who follow all of it."""
    unit_id = result_queries.own_unit(wave_id, Who.of(principal()), stockholm_date(utc_now()))
    if unit_id is None:
        return redirect(url_for("readiness_results.county", wave_id=wave_id), 303)
    return redirect(url_for("readiness_results.unit", wave_id=wave_id, unit_id=unit_id), 303)


@blueprint.get("/resultat/<int:wave_id>/<int:unit_id>")
@signed_in
def unit(wave_id: int, unit_id: int) -> Page:
    """A unit's results: two means on their scales, the spread of the answers, and how alike they are."""
    found = result_queries.unit_result(wave_id, unit_id, Who.of(principal()), stockholm_date(utc_now()))
    return Page("readiness/unit.html", result=found, reworded_since=reworded_since(found.words), **_saying(found.wave))


@blueprint.get("/resultat/<int:wave_id>/<int:unit_id>/samtal")
@signed_in
def talk(wave_id: int, unit_id: int) -> Page:
    """A guide for discussing the statements at a staff meeting, without figures; nothing is collected."""
    head, place = result_queries.unit_place(wave_id, unit_id, Who.of(principal()), stockholm_date(utc_now()))
    since = result_queries.county_reworded_since(wave_id, place.line[0])
    return Page("readiness/talk.html", wave=head, place=place, reworded_since=since, **_saying(head))


@blueprint.get("/resultat/<int:wave_id>/lan")
@signed_in
def county(wave_id: int) -> Page:
    """The huvudmän beside each other, in a table and on the map of commitment by efficacy; no unit below them."""
    found = result_queries.county_result(wave_id, Who.of(principal()), stockholm_date(utc_now()))
    asked = instrument(found.wave.instrument, found.wave.instrument_version)
    across, up = [scale.code for scale in asked.scales][:2]
    return Page(
        "readiness/county.html",
        result=found,
        across=across,
        up=up,
        discs=result_drawing.discs(found.lines, across, up),
        **_saying(found.wave),
    )


@blueprint.get("/resultat/<int:wave_id>/metod")
@signed_in
def method(wave_id: int) -> Page:
    """What the figures rest on: reliability, agreement, the instrument and the rules of what is shown."""
    found = result_queries.method_report(wave_id, Who.of(principal()), stockholm_date(utc_now()))
    return Page("readiness/method.html", report=found, **_saying(found.wave))


def _saying(wave: WaveHead) -> dict[str, Any]:
    """The words and drawings that the templates use, and the wave's version of the instrument."""
    return {
        "instrument": instrument(wave.instrument, wave.instrument_version),
        "working_translation": working_translation(wave.instrument, wave.instrument_version),
        "words": result_words,
        "drawing": result_drawing,
        "parts": list(Part),
    }
