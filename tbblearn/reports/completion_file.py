"""The completion report as a file. The same rows and counts as on the page, for they come from the same queries."""

import json
from collections.abc import Iterable
from datetime import date
from itertools import chain

from flask_babel import gettext as _

from tbblearn.training.counts import Coverage
from tbblearn.training.manager_queries import CompletionReport, UnitLine, UnitSummary
from tbblearn.training.rules import Progress, Urgency
from tbblearn.training.status_words import coverage_words, progress_words, urgency_words
from tbblearn.web.spreadsheets import csv_file


def completion_csv(report: CompletionReport) -> bytes:
    """One row a person, for Excel as it is set up in Sweden."""
    header = [
        _("Anställningsnummer"),
        _("Efternamn"),
        _("Förnamn"),
        _("Enhet"),
        _("Yrke"),
        _("Status"),
        _("Tid kvar"),
        _("Sista dag"),
        _("Genomförd"),
    ]
    far = {progress: progress_words(progress) for progress in Progress}
    urgent = {urgency: urgency_words(urgency) for urgency in Urgency} | {Urgency.NONE: ""}
    rows: Iterable[list[str]] = (
        [
            row.person_external_id,
            row.family_name,
            row.given_name,
            ", ".join(row.units),
            ", ".join(profession for profession in row.professions if profession),
            far[row.status.progress],
            urgent[row.status.urgency],
            _date(row.due_on),
            _date(row.completed_on),
        ]
        for row in report.rows
    )
    if report.coverage is not None and report.coverage.missing:
        rows = chain(rows, [[coverage_words(report.coverage)]])
    return csv_file(header, rows)


def completion_json(summary: UnitSummary, as_of: date) -> bytes:
    """Counts of the unit and of those below it, without names, for other programs."""
    document = {
        "unit": _unit_key(summary.unit.source, summary.unit.external_id),
        "name": summary.unit.name,
        "course": summary.slug,
        "cycle": summary.cycle,
        "as_of": as_of.isoformat(),
        "adopted": summary.adopted,
        "coverage": _coverage(summary.coverage),
        **_figures(summary),
        "units": [
            {
                "unit": _unit_key(line.unit.source, line.unit.external_id),
                "name": line.unit.name,
                "adopted": line.adopted,
                "direct": line.direct,
                **_figures(line),
            }
            for line in summary.lines
        ],
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _figures(holder: UnitSummary | UnitLine) -> dict[str, object]:
    counts = holder.counts
    if counts is None:
        return {}
    return {
        "head_count": counts.head,
        "required": counts.required,
        "exempt": counts.exempt,
        "on_leave": counts.on_leave,
        "base": counts.base,
        "completed": counts.done,
        "left": counts.left,
        "by_progress": {progress.value: count for progress in Progress if (count := counts.of(progress))},
        "by_urgency": {urgency.value: count for urgency in Urgency if (count := counts.urgent(urgency))},
    }


def _coverage(coverage: Coverage | None) -> dict[str, object] | None:
    if coverage is None:
        return None
    return {
        "adopted": coverage.adopted,
        "huvudmen": coverage.huvudmen,
        "staff": coverage.staff,
        "of_staff": coverage.of_staff,
        "not_adopted": list(coverage.missing),
    }


def _unit_key(source: str, external_id: str) -> str:
    return f"{source}/{external_id}"


def _date(day: date | None) -> str:
    return day.isoformat() if day else ""
