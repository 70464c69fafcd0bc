"""Results of survey rounds as downloads, for those who read the pages."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from tbblearn.db import stockholm_date, utc_now
from tbblearn.people.guards import principal, signed_in
from tbblearn.readiness.results import queries as result_queries
from tbblearn.readiness.results.rules import NotYetReadable, ResultWithdrawn, Who
from tbblearn.reports.readiness_file import county_csv, unit_csv
from tbblearn.reports.rules import FileFormat, result_file_name
from tbblearn.web.pages import download

blueprint = Blueprint("readiness_files", __name__)


@blueprint.get("/resultat/<int:wave_id>/<int:unit_id>/resultat.csv")
@signed_in
def unit(wave_id: int, unit_id: int) -> Response:
    """Download the unit's page; leads to the page where it is not readable yet, or withdrawn."""
    try:
        found = result_queries.unit_result(wave_id, unit_id, Who.of(principal()), stockholm_date(utc_now()))
    except (NotYetReadable, ResultWithdrawn):
        return redirect(url_for("readiness_results.unit", wave_id=wave_id, unit_id=unit_id), 303)
    return download(unit_csv(found), result_file_name(found.place.name, wave_id, FileFormat.CSV))


@blueprint.get("/resultat/<int:wave_id>/lan.csv")
@signed_in
def county(wave_id: int) -> Response:
    """Download the table of huvudmän."""
    try:
        found = result_queries.county_result(wave_id, Who.of(principal()), stockholm_date(utc_now()))
    except ResultWithdrawn:
        return redirect(url_for("readiness_results.county", wave_id=wave_id), 303)
    return download(county_csv(found), result_file_name(found.county.name, wave_id, FileFormat.CSV))
