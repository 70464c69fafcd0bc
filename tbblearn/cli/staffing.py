"""`tbblearn units import|export` and `tbblearn staff import|export`: the employers' files."""

import json
import re
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask_babel import force_locale

from tbblearn import create_app
from tbblearn.audit.actions import note_seen
from tbblearn.audit.rules import Seen
from tbblearn.cli import FORMAT
from tbblearn.cli.listing import units
from tbblearn.db import STOCKHOLM, read_only, stockholm_date, unit_of_work, utc_now
from tbblearn.operations.first_admin import IdTaken, add_huvudman
from tbblearn.staffing import files
from tbblearn.staffing.actions import AlreadyTaken, ChangedMeanwhile
from tbblearn.staffing.parsing import plain
from tbblearn.staffing.queries import (
    NoSuchSource,
    huvudman_of,
    known_persons,
    known_units,
    sources,
    waiting_managers,
)
from tbblearn.staffing.rules import FileKind, FileRefused, Finding, Risk, Way
from tbblearn.staffing.taking_in import Leaving, Looked, Mark, look, named_time, read_mark, take
from tbblearn.staffing.words import finding_words
from tbblearn.web.spreadsheets import TextCell, csv_file

FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
SOURCE = click.option("--source", required=True, metavar="UNIT", help="The huvudman whose file it is, e.g. region.")
LONGEST_NAME = 160
Command = Callable[..., Any]


@click.group()
def staff() -> None:
    """The employers' staff: read files in, write them out."""


@units.command("add")
@click.argument("source", metavar="ID")
@click.argument("name")
def add_unit(source: str, name: str) -> None:
    """Add a huvudman called NAME below the county; its units and staff come with its files.

    ID is what its files are named by (--source) and never changes: small letters a to z, digits and hyphens.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", source):
        raise click.ClickException(f"{source!r} cannot be an ID: use small letters a to z, digits and hyphens.")
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        raise click.ClickException(f"The name must have 1 to {LONGEST_NAME} characters.")
    try:
        with create_app().app_context(), unit_of_work():
            add_huvudman(source, name.strip(), utc_now())
    except IdTaken as error:
        raise click.ClickException(f"There is a unit with the ID {source!r} already.") from error
    click.echo("Added.", err=True)


def _import_options(command: Command) -> Command:
    options = (
        FILE,
        SOURCE,
        click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing."),
        click.option("--skip-faulty", is_flag=True, help="Take in the right rows; write the faulty ones beside FILE."),
        click.option("--rows", type=int, metavar="N", help="How many rows FILE has, where there is no FILE.ok."),
        click.option(
            "--as-of",
            type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]),
            help="What time FILE tells of.  [default: in FILE.ok, in its name, else now]",
        ),
        click.option("--older", default="", metavar="REASON", help="Take in a file older than the last one."),
        click.option("--allow-ended", type=int, metavar="N", help="End or shorten exactly N employments."),
        click.option("--allow-moved", type=int, metavar="N", help="Change unit, first day or e-mail of exactly N."),
        click.option("--allow-led", type=int, metavar="N", help="Change manager, parent or level of exactly N units."),
        FORMAT,
    )
    for option in reversed(options):
        command = option(command)
    return command


@units.command("import")
@_import_options
def import_units(**given: Any) -> None:
    """Read in a huvudman's units: the whole truth about its part of the tree.

    Units that FILE lacks are closed, never deleted. Managers get their role when the staff file has brought them.
    """
    _import(FileKind.UNITS, end_missing=False, **given)


@staff.command("import")
@_import_options
@click.option("--end-missing", is_flag=True, help="Those that FILE lacks have left: end them now.")
def import_staff(*, end_missing: bool, **given: Any) -> None:
    """Read in a huvudman's staff: the whole truth about its part of the tree, one row an employment.

    Whoever is missing from FILE is warned about, and ended when a file at least 48 hours later lacks them too. A file
    without FILE.ok, --rows or the form of a workbook may be cut off: it ends nobody.
    """
    _import(FileKind.STAFF, end_missing=end_missing, **given)


def _import(
    wanted: FileKind,
    *,
    file: Path,
    source: str,
    dry_run: bool,
    skip_faulty: bool,
    rows: int | None,
    as_of: datetime | None,
    older: str,
    allow_ended: int | None,
    allow_moved: int | None,
    allow_led: int | None,
    end_missing: bool,
    kind: str,
) -> None:
    now = utc_now()
    given = {Risk.ENDED: allow_ended, Risk.MOVED: allow_moved, Risk.LED: allow_led}
    leaving = Leaving(
        skip_faulty=skip_faulty,
        end_missing=end_missing,
        allowed={risk: number for risk, number in given.items() if number is not None},
        reason=older,
    )
    content = file.read_bytes()
    with create_app().app_context(), force_locale("en"):
        try:
            mark = _mark(file, rows)
            told = as_of.replace(tzinfo=STOCKHOLM) if as_of else (mark.as_of if mark else None)
            looked = look(
                content,
                source,
                wanted,
                as_of=told or named_time(file.name) or now,
                now=now,
                mark=mark,
                leaving=leaving,
            )
        except FileRefused as refused:
            _print_refused(refused.finding, kind)
            sys.exit(1)
        except NoSuchSource as error:
            with read_only():
                names = ", ".join(name for name, _ in sources())
            raise click.ClickException(f"There is no huvudman {source!r}. There are: {names}.") from error
        if not looked.stops and not dry_run:
            try:
                take(looked, Way.COMMAND, now=now)
            except ChangedMeanwhile as error:
                raise click.ClickException("Something else has changed this source meanwhile. Run it again.") from error
            except AlreadyTaken as error:
                raise click.ClickException("A file of this source and this time has been read in already.") from error
            if looked.faulty:
                _write_faulty(file, looked, now)
        with read_only():
            waiting = waiting_managers(source)
        _print(looked, kind, waiting, dry_run=dry_run)
        if looked.stops:
            sys.exit(1)


def _mark(file: Path, rows: int | None) -> Mark | None:
    if rows is not None:
        return Mark(rows=rows)
    companion = file.with_name(file.name + ".ok")
    return read_mark(companion.read_text(encoding="utf-8")) if companion.is_file() else None


def _print_refused(finding: Finding, kind: str) -> None:
    if kind == "json":
        counts = dict.fromkeys(("created", "changed", "ended", "unchanged"), 0)
        click.echo(json.dumps({**counts, "errors": [_error(finding)]}, ensure_ascii=False))
    else:
        click.echo(finding_words(finding), err=True)


def _error(finding: Finding) -> dict[str, Any]:
    return {
        "row": finding.row,
        "column": finding.column,
        "value": finding.value,
        "message": finding_words(finding),
    }


def _print(looked: Looked, kind: str, waiting: int, *, dry_run: bool) -> None:
    errors = [_error(one) for one in dict.fromkeys((*looked.findings, *looked.stops))]
    if kind == "json":
        told = {**looked.counts, "waiting_managers": waiting, "errors": errors}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for error in errors:
        place = f"row {error['row']}, " if error["row"] else ""
        column = f"{error['column']}: " if error["column"] else ""
        value = f" ({error['value']})" if error["value"] else ""
        click.echo(f"{place}{column}{error['message']}{value}", err=True)
    for name, count in looked.counts.items():
        click.echo(f"{name}: {count}")
    if looked.unread:
        click.echo(f"columns not read: {', '.join(looked.unread)}")
    if waiting:
        click.echo(f"managers not known yet: {waiting}")
    if not looked.may_end and looked.counts.get("missing"):
        click.echo("FILE has no mark of its end, so nobody was marked as missing: give --rows, or FILE.ok.", err=True)
    if looked.stops:
        click.echo("Nothing is changed.", err=True)
    elif dry_run:
        click.echo("A dry run: nothing is changed.", err=True)


def _write_faulty(file: Path, looked: Looked, now: datetime) -> None:
    """The faulty rows with what is wrong with each, beside the file."""
    if looked.table is None:
        return
    words = {one.row: finding_words(one) for one in looked.findings}
    width, ids = len(looked.table.header), [name in files.ID_COLUMNS for name in looked.table.header]
    rows = []
    for number, cells in looked.table.rows:
        if number in words:
            texts = [*map(plain, cells[:width]), *[""] * (width - len(cells))]  # the fault stands in its own column
            safe = [TextCell(text) if is_id else text for text, is_id in zip(texts, ids, strict=True)]
            rows.append([*safe, words[number]])
    target = file.with_name(f"{file.name}.faulty.csv")
    target.write_bytes(csv_file([*looked.table.header, "fault"], rows))
    note_seen(Seen.LIST_DOWNLOADED, now=now, actor_id=None, object_kind="source", object_id=0, rows=len(rows))
    click.echo(f"{len(rows)} faulty rows are in {target.name}.", err=True)


# --- out ---


@units.command("export")
@FILE
@SOURCE
def export_units(file: Path, source: str) -> None:
    """Write a huvudman's open units to FILE, .csv or .xlsx: what the import reads back without a change."""
    with create_app().app_context(), read_only():
        _demand_source(source)
        rows = files.unit_rows(known_units(source).values(), source)
    _write(file, FileKind.UNITS, rows)


@staff.command("export")
@FILE
@SOURCE
def export_staff(file: Path, source: str) -> None:
    """Write a huvudman's staff to FILE, .csv or .xlsx: what the import reads back without a change.

    That a file with names was written is noted in the access log.
    """
    now = utc_now()
    with create_app().app_context():
        with read_only():
            huvudman_id = _demand_source(source)
            rows = files.staff_rows(known_persons(source).values(), stockholm_date(now))
        _write(file, FileKind.STAFF, rows)
        note_seen(
            Seen.LIST_DOWNLOADED, now=now, actor_id=None, object_kind="unit", object_id=huvudman_id, rows=len(rows)
        )


def _demand_source(source: str) -> int:
    try:
        return huvudman_of(source).id
    except NoSuchSource as error:
        names = ", ".join(name for name, _ in sources())
        raise click.ClickException(f"There is no huvudman {source!r}. There are: {names}.") from error


def _write(file: Path, kind: FileKind, rows: list[list[str]]) -> None:
    workbook = file.suffix.casefold() == ".xlsx"
    file.write_bytes(files.as_workbook(kind, rows, ()) if workbook else files.as_csv(kind, rows))
    click.echo(f"{len(rows)} rows are in {file.name}.", err=True)
