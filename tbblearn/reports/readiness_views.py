"""Results of survey rounds as downloads; who may have them is decided where the pages are."""

from flask import Blueprint, Response, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from tbblearn.db import stockholm_date, utc_now
from tbblearn.people.guards import principal, signed_in
from tbblearn.readiness.results import queries as result_queries
from tbblearn.readiness.results.rules import NotYetReadable, ResultWithdrawn, Who
from tbblearn.reports.readiness_file import county_csv, unit_csv
from tbblearn.reports.rules import FileFormat, result_file_name
from tbblearn.surveys.waves import NoSuchWave
from tbblearn.web.errors import error_page

blueprint = Blueprint("readiness_files", __name__)


@blueprint.errorhandler(NoSuchWave)
def no_such_wave(_error: NoSuchWave) -> BaseResponse:
    """There is no such wave or unit, or this person may not know that there is."""
    return error_page(404).render()


@blueprint.get("/resultat/<int:wave_id>/<int:unit_id>/resultat.csv")
@signed_in
def unit(wave_id: int, unit_id: int) -> BaseResponse:
    """Download what the unit's page says. Where that page says when, or that the wave is withdrawn, it leads there."""
    person = principal()
    today = stockholm_date(utc_now())
    try:
        found = result_queries.unit_result(wave_id, unit_id, Who(person.person_id, person.grants), today)
    except (NotYetReadable, ResultWithdrawn):
        return redirect(url_for("readiness_results.unit", wave_id=wave_id, unit_id=unit_id), 303)
    return _csv(unit_csv(found), found.place.name, wave_id)


@blueprint.get("/resultat/<int:wave_id>/lan.csv")
@signed_in
def county(wave_id: int) -> BaseResponse:
    """Download the table of huvudmän."""
    person = principal()
    today = stockholm_date(utc_now())
    try:
        found = result_queries.county_result(wave_id, Who(person.person_id, person.grants), today)
    except ResultWithdrawn:
        return redirect(url_for("readiness_results.county", wave_id=wave_id), 303)
    return _csv(county_csv(found), found.county.name, wave_id)


def _csv(content: bytes, unit: str, wave_id: int) -> Response:
    answer = Response(content, mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=result_file_name(unit, wave_id, FileFormat.CSV))
    return answer
