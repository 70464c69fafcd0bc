"""The completion report as a file, with the rows and counts of the page: both come from the same queries."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from itertools import chain

from flask_babel import gettext as _

from tbblearn.people.rules import UnitKind
from tbblearn.training.managing.download_queries import CompletionReport, Workplace
from tbblearn.training.managing.summary_queries import UnitLine, UnitSummary
from tbblearn.training.rules import OPEN, Progress, Status, Urgency
from tbblearn.training.standing.counts import Coverage
from tbblearn.training.standing.words import coverage_words, progress_words, urgency_words
from tbblearn.web.language import page_language
from tbblearn.web.spreadsheets import BETWEEN, TextCell, cells, csv_file, csv_of_lines


def completion_csv(report: CompletionReport) -> bytes:
    """One row a person, for Excel with Swedish settings. Several units share one cell, in the same order."""
    header = [
        _("Anställningsnummer"),
        _("Källa"),
        _("Efternamn"),
        _("Förnamn"),
        _("E-post"),
        _("Enhets-id"),
        _("Enhet"),
        _("Väg till enheten"),
        _("Huvudman"),
        _("Yrke"),
        *_about_header(),
        _("Statuskod"),
        _("Status"),
        _("Kod för tid kvar"),
        _("Tid kvar"),
        _("Sista dag"),
        _("Genomförd"),
    ]
    about = cells(_about(report, report.as_of))
    # Cells that many rows share are made once.
    source = cache(lambda name: cells((TextCell(name),)))
    placed = cache(lambda units: cells(_placed([report.workplaces[one] for one in units])))
    standing = cache(lambda status: cells(_standing(status)))
    working_as = cache(lambda professions: cells((", ".join(professions),)))
    days = cache(lambda due_on, completed_on: cells((_date(due_on), _date(completed_on))))
    lines: Iterable[str] = (
        BETWEEN.join(
            (
                cells((TextCell(row.person_external_id),)),
                source(row.source),
                cells((row.family_name, row.given_name, row.email)),
                placed(row.units),
                working_as(row.professions),
                about,
                standing(row.status),
                days(row.due_on, row.completed_on),
            )
        )
        for row in report.rows
    )
    if report.coverage is not None and report.coverage.missing:
        lines = chain(lines, [cells([coverage_words(report.coverage)])])
    return csv_of_lines(header, lines)


def _standing(status: Status) -> tuple[str, str, str, str]:
    """Progress and urgency, each as a code and in words."""
    return (
        status.progress.value,
        progress_words(status.progress),
        status.urgency.value if status.progress in OPEN else "",
        "" if status.urgency is Urgency.NONE else urgency_words(status.urgency),
    )


def counts_csv(summary: UnitSummary, huvudman: str | None, as_of: date, *, names: bool) -> bytes:
    """One row a unit, first the unit itself, then those right below it, with the figures of the page.

    `names`: the reader may see names, and so figures from which they could be told, as on the page. Where the page
    shows no figure, the row says why.
    """
    header = [
        _("Enhets-id"),
        _("Enhet"),
        _("Huvudman"),
        *_about_header(),
        _("Omfattar"),
        *(_("Anställda"), _("Krävs inte"), _("Undantagen"), _("Pausad")),
        *(_("Ska gå"), _("Genomförd"), _("Kvar"), _("Andel genomförd, procent")),
        *(urgency_words(urgency) for urgency in _TOLD),
        _("Anmärkning"),
    ]
    about = _about(summary, as_of)
    lines = [_counts_row(summary, huvudman or "", about, _("Hela enheten"), names=names)]
    for line in summary.lines:
        whose = line.unit.name if line.unit.kind is UnitKind.HUVUDMAN else huvudman or ""
        reach = _("Direkt i enheten") if line.direct else _("Hela enheten")
        lines.append(_counts_row(line, whose, about, reach, names=names))
    if summary.coverage is not None:
        lines.append([coverage_words(summary.coverage)])
    return csv_file(header, lines)


_TOLD = (Urgency.DUE_SOON, Urgency.IN_GRACE, Urgency.OVERDUE)


def _counts_row(
    holder: UnitSummary | UnitLine, huvudman: str, about: Sequence[str], reach: str, *, names: bool
) -> list[str]:
    counts, unit = holder.counts, holder.unit
    figures = [""] * (8 + len(_TOLD))
    note = ""
    if not holder.adopted:
        note = _("Inte beslutat i %(huvudman)s.", huvudman=huvudman or unit.name)
    elif counts is None:
        note = _("Visas inte")
    else:
        whose = (counts.head, counts.not_covered, counts.exempt, counts.on_leave) if names else ("",) * 4
        urgent = [counts.urgent(urgency) for urgency in _TOLD] if names else [""] * len(_TOLD)
        share = "" if counts.share is None else counts.share
        figures = [str(figure) for figure in (*whose, counts.base, counts.done, counts.left, share, *urgent)]
    return [TextCell(f"{unit.source}/{unit.external_id}"), unit.name, huvudman, *about, reach, *figures, note]


def _about_header() -> list[str]:
    return [_("Kurs"), _("Utbildning"), _("Omgång"), _("Läget den")]


def _about(report: CompletionReport | UnitSummary, as_of: date) -> list[str]:
    return [TextCell(report.slug), report.title[page_language()], str(report.cycle), _date(as_of)]


def _placed(units: Sequence[Workplace]) -> tuple[str, str, str, str]:
    """Ids, names and paths of a person's units in the same order, and their huvudmän, each once."""
    return (
        TextCell(" | ".join(unit.key for unit in units)),
        " | ".join(unit.name for unit in units),
        " | ".join(unit.way for unit in units),
        " | ".join(dict.fromkeys(unit.huvudman for unit in units)),
    )


def completion_json(summary: UnitSummary, as_of: date) -> bytes:
    """Counts of the unit and of those below it, without names, for other programs."""
    document = {
        "unit": f"{summary.unit.source}/{summary.unit.external_id}",
        "name": summary.unit.name,
        "course": summary.slug,
        "cycle": summary.cycle,
        "as_of": as_of.isoformat(),
        "adopted": summary.adopted,
        "coverage": _coverage(summary.coverage),
        **_figures(summary),
        "units": [
            {
                "unit": f"{line.unit.source}/{line.unit.external_id}",
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


def _date(day: date | None) -> str:
    return day.isoformat() if day else ""
