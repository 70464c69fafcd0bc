"""`tbblearn report`: summaries as files."""

import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from tbblearn import create_app
from tbblearn.audit.actions import note_seen
from tbblearn.audit.rules import Seen
from tbblearn.db import read_only, stockholm_date, utc_now
from tbblearn.people.queries import Unit, unit_by_name
from tbblearn.people.rules import Scope
from tbblearn.readiness.results.queries import unit_result
from tbblearn.readiness.results.rules import OPERATOR, ResultWithdrawn
from tbblearn.reports.completion_file import completion_csv, completion_json
from tbblearn.reports.readiness_file import unit_csv, unit_json
from tbblearn.reports.rules import FileFormat
from tbblearn.surveys.waves import NoSuchWave
from tbblearn.training.managing import download_queries, summary_queries
from tbblearn.training.rules import NotFound

UNIT = click.option(
    "--unit", "unit_name", required=True, metavar="ID", help="source/id, or id alone where one source has it."
)
OUTPUT = click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="File to write, or - for the screen.",
)


def format_option(kinds: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option --format, with what each kind holds."""
    return click.option("--format", "kind", type=click.Choice(list(map(str, FileFormat))), required=True, help=kinds)


@click.group()
def report() -> None:
    """Write summaries to files."""


@report.command()
@UNIT
@click.option(
    "--cycle", type=click.IntRange(2000, 2999), required=True, help="The round now running, by the year it opens in."
)
@click.option("--course", "slug", metavar="SLUG", help="The course; left out: the one that is required.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Only today so far, as when left out.")
@format_option("csv: one row a person, with names. json: counts.")
@OUTPUT
def completion(unit_name: str, cycle: int, slug: str | None, as_of: datetime | None, kind: str, output: Path) -> None:
    """Who has completed a course in a unit and all below it: the numbers of the page Min enhet.

    That a file with names was written is noted in the access log, as the page's downloads are.

    Example: tbblearn report completion --unit region --cycle 2026 --format csv --output region.csv
    """
    today = stockholm_date(utc_now())
    if as_of is not None and as_of.date() != today:
        # Staff files overwrite who works where, so a past day cannot be counted from what stands there today.
        raise click.UsageError("Status on an earlier day needs monthly snapshots, which are not built yet.")
    with create_app().app_context():
        with read_only():
            unit = _one_unit(unit_name)
            content, named = _content(unit, cycle, slug, today, FileFormat(kind))
        if named is not None:  # as the page's download is: before anybody has the file
            note_seen(
                Seen.LIST_DOWNLOADED,
                now=utc_now(),
                actor_id=None,
                object_kind="org_unit",
                object_id=unit.id,
                rows=named,
            )
    _write(content, output)


@report.command()
@click.option("--wave", "wave_id", type=int, required=True, metavar="ID", help="The number in the wave's address.")
@UNIT
@format_option("csv: in words, as on the page, and numbers for charts. json: published values as they are stored.")
@OUTPUT
def readiness(wave_id: int, unit_name: str, kind: str, output: Path) -> None:
    """What a unit said in a published survey round: the figures of its page, no finer.

    Example: tbblearn report readiness --wave 3 --unit region --format json --output region.json
    """
    today = stockholm_date(utc_now())
    with create_app().app_context(), read_only():
        unit = _one_unit(unit_name)
        try:
            result = unit_result(wave_id, unit.id, OPERATOR, today)
        except NoSuchWave as error:
            raise click.ClickException(
                f"Wave {wave_id} has no published result for {unit_name!r}: it is not published, or not in the wave."
            ) from error
        except ResultWithdrawn as error:
            raise click.ClickException(f"Wave {wave_id} was withdrawn; nothing of it is shown any more.") from error
        content = unit_csv(result) if FileFormat(kind) is FileFormat.CSV else unit_json(result)
    _write(content, output)


def _write(content: bytes, output: Path) -> None:
    if str(output) == "-":
        sys.stdout.buffer.write(content)
        return
    output.write_bytes(content)
    click.echo(f"Wrote {output}.", err=True)


def _one_unit(name: str) -> Unit:
    found = unit_by_name(name)
    if not found:
        raise click.ClickException(f"There is no unit {name!r}. Write source/id, for example region/vardcentral-5.")
    if len(found) > 1:
        several = ", ".join(f"{unit.source}/{unit.external_id}" for unit in found)
        raise click.ClickException(f"Several units are called {name!r}: {several}. Write one of these.")
    return found[0]


def _content(unit: Unit, cycle: int, slug: str | None, today: date, kind: FileFormat) -> tuple[bytes, int | None]:
    """The file, and how many rows of it hold a name; None for one without names."""
    # Whoever runs commands on the server may read the whole database: the scope is the unit asked for.
    scope = Scope.over([unit.path])
    try:
        if kind is FileFormat.CSV:
            rows = download_queries.completion_rows(unit.id, scope, today, slug=slug, cycle=cycle)
            return completion_csv(rows), len(rows.rows)
        summary = summary_queries.unit_summary(unit.id, scope, today, names=True, slug=slug, cycle=cycle)
        return completion_json(summary, today), None
    except NotFound as error:
        raise click.ClickException(
            f"No such course or round: {slug or 'the required course'}, {cycle}. Only the running round has figures."
        ) from error
