"""The completion report as a file. The same rows and counts as on the page, for they come from the same queries."""

import json
from datetime import date

from flask_babel import gettext as _

from tbblearn.training.manager_queries import CompletionReport, UnitLine, UnitSummary
from tbblearn.training.rules import Status
from tbblearn.training.status_words import status_words
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
        _("Sista dag"),
        _("Genomförd"),
    ]
    words = {status: status_words(status) for status in Status}
    rows = (
        [
            row.person_external_id,
            row.family_name,
            row.given_name,
            ", ".join(row.units),
            ", ".join(profession for profession in row.professions if profession),
            words[row.status],
            _date(row.due_on),
            _date(row.completed_on),
        ]
        for row in report.rows
    )
    return csv_file(header, rows)


def completion_json(summary: UnitSummary, as_of: date) -> bytes:
    """Counts of the unit and of those below it, without names, for other programs."""
    document = {
        "unit": _unit_key(summary.unit.source, summary.unit.external_id),
        "name": summary.unit.name,
        "course": summary.slug,
        "cycle": summary.cycle,
        "as_of": as_of.isoformat(),
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
        "by_status": {status.value: count for status, count in sorted(counts.by_status.items()) if count},
    }


def _unit_key(source: str, external_id: str) -> str:
    return f"{source}/{external_id}"


def _date(day: date | None) -> str:
    return day.isoformat() if day else ""
