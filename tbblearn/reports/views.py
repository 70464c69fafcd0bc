"""Min enhet: how far a unit and those below it have come, and downloads."""

from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from tbblearn.audit.actions import note_seen
from tbblearn.audit.rules import Seen
from tbblearn.db import stockholm_date, utc_now
from tbblearn.people import queries
from tbblearn.people.guards import principal, requires
from tbblearn.people.queries import Unit
from tbblearn.people.rules import Role, Scope, UnitKind
from tbblearn.reports.completion_file import completion_csv, counts_csv
from tbblearn.reports.rules import SUMMARY_ROLES, FileFormat, bar_parts, file_name, sees, sorted_lines
from tbblearn.training.managing import download_queries, summary_queries
from tbblearn.training.managing.lists import Chosen, Group
from tbblearn.training.requirements import queries as choice_queries
from tbblearn.training.rules import SHOWN_ORDER, Urgency
from tbblearn.training.standing.words import coverage_words, progress_words, urgency_words
from tbblearn.web.addresses import whole_number
from tbblearn.web.errors import NotFound
from tbblearn.web.language import page_language
from tbblearn.web.pages import Page, download

blueprint = Blueprint("reports", __name__, template_folder="templates")


@dataclass(frozen=True)
class Choice:
    """The course and round that the address asks for; None for the usual one."""

    slug: str | None
    cycle: int | None

    @classmethod
    def from_address(cls) -> "Choice":
        """Read ?kurs= and ?omgang=."""
        return cls(request.args.get("kurs") or None, whole_number("omgang"))


@blueprint.get("/min-enhet")
@requires(*SUMMARY_ROLES)
def start() -> Page | BaseResponse:
    """The topmost unit that the person sees, or a choice of several."""
    found = queries.tops(sees(principal()))
    if len(found) == 1:
        return redirect(url_for("reports.unit", unit_id=found[0].id), 303)
    return Page("reports/choose_unit.html", units=found)


@blueprint.get("/min-enhet/<int:unit_id>")
@requires(*SUMMARY_ROLES)
def unit(unit_id: int) -> Page:
    """Counts per status with their denominator, for the unit and each below it."""
    shown, scope, names = _asked_for(unit_id)
    today = stockholm_date(utc_now())
    choice = Choice.from_address()
    heading = _heading(shown, names=names)
    courses = choice_queries.required_courses(today)
    if not courses:
        return Page("reports/no_requirement.html", heading=heading)
    summary = summary_queries.unit_summary(unit_id, scope, today, names=names, slug=choice.slug, cycle=choice.cycle)
    counts = summary.counts
    order = request.args.get("ordning", "")

    def sorting(column: str) -> tuple[str, str]:
        """The address behind a column's heading, and how the table is sorted by it now."""
        turned = f"-{column}" if order == column else column
        url = url_for("reports.unit", unit_id=unit_id, kurs=summary.slug, ordning=turned, _anchor="units")
        return url, {column: "ascending", f"-{column}": "descending"}.get(order, "")

    return Page(
        "reports/unit.html",
        summary=summary,
        lines=sorted_lines(summary.lines, order),
        sorting=sorting,
        huvudman=queries.huvudman_name(summary.unit.path),
        heading=heading,
        names=names,
        above=[
            (above.name, url_for("reports.unit", unit_id=above.id))
            for above in queries.ancestors(summary.unit.path, scope)
        ],
        courses=[(course.slug, course.title[page_language()]) for course in courses],
        statuses=[
            (progress, progress_words(progress), counts.of(progress))
            for progress in SHOWN_ORDER
            if counts is not None and counts.of(progress)
        ],
        urgencies=[(urgency, urgency_words(urgency), counts.urgent(urgency)) for urgency in Urgency if counts],
        bar_parts=bar_parts,
        coverage_words=coverage_words,
        today=today,
    )


def _asked_for(unit_id: int) -> tuple[Unit, Scope, bool]:
    """The unit, what its reader sees, and whether with names. Raises NotFound for a unit they may not see."""
    person = principal()
    scope = sees(person)
    shown = queries.unit(unit_id, scope)
    if shown is None:
        raise NotFound
    return shown, scope, person.scope(Role.MANAGER).covers(shown.path)


def _heading(unit: Unit, *, names: bool) -> str:
    if unit.kind is UnitKind.COUNTY:
        return _("Läget i länet")
    if names:
        return _("Min enhet: %(unit)s", unit=unit.name)
    return _("%(unit)s (utan namn)", unit=unit.name)


@blueprint.get("/min-enhet/<int:unit_id>/enheter.csv")
@requires(*SUMMARY_ROLES)
def units(unit_id: int) -> Response:
    """Download the figures of the page, the unit's own and those of each right below it, without names."""
    shown, scope, names = _asked_for(unit_id)
    today = stockholm_date(utc_now())
    choice = Choice.from_address()
    summary = summary_queries.unit_summary(unit_id, scope, today, names=names, slug=choice.slug, cycle=choice.cycle)
    content = counts_csv(summary, queries.huvudman_name(shown.path), today, names=names)
    return download(content, file_name(shown.name, summary.cycle, today, FileFormat.CSV, "enheter"))


@blueprint.get("/min-enhet/<int:unit_id>/utbildning.csv")
@requires(Role.MANAGER)
def completion(unit_id: int) -> Response:
    """Download everyone in the unit, or those that the list's filter selects, with their status.

    The numbers are those of the page and the list. Noted in the access log.
    """
    person = principal()
    now = utc_now()
    today = stockholm_date(now)
    choice = Choice.from_address()
    report = download_queries.completion_rows(
        unit_id,
        person.scope(Role.MANAGER),
        today,
        slug=choice.slug,
        cycle=choice.cycle,
        chosen=Chosen.read(request.args, otherwise=Group.ALL),
    )
    note_seen(
        Seen.LIST_DOWNLOADED,
        now=now,
        actor_id=person.person_id,
        object_kind="org_unit",
        object_id=unit_id,
        rows=len(report.rows),
    )
    return download(completion_csv(report), file_name(report.unit.name, report.cycle, today, FileFormat.CSV))
