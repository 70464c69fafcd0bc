"""`tbblearn units`, `requirements` and `persons`: lists of what other commands ask for."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import click

from tbblearn import create_app
from tbblearn.audit.actions import note_seen
from tbblearn.audit.rules import Seen
from tbblearn.cli import FORMAT, aligned
from tbblearn.db import read_only, stockholm_date, utc_now
from tbblearn.operations import listing
from tbblearn.people.queries import unit_by_name


def listed(query: Callable[[], Sequence[listing.Row]], kind: str) -> None:
    """Run the query, and print a table or JSON."""
    with create_app().app_context(), read_only():
        rows = query()
    print_rows(rows, kind)


def print_rows(rows: Sequence[listing.Row], kind: str) -> None:
    """Print one line per row, below the names of the columns."""
    if kind == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    if not rows:
        click.echo("There are none.", err=True)
        return
    table = [list(rows[0]), *(["" if cell is None else str(cell) for cell in row.values()] for row in rows)]
    click.echo("\n".join(aligned(table)))


@click.group()
def units() -> None:
    """The units of the county."""


@units.command("list")
@click.option("--source", metavar="ID", help="Only those of this huvudman.")
@click.option("--under", metavar="ID", help="Only this unit and those below it: source/id, or id alone.")
@FORMAT
def list_units(source: str | None, under: str | None, kind: str) -> None:
    """List the units of today, with the ids that other commands ask for."""

    def found() -> list[listing.Row]:
        path = None
        if under is not None:
            named = unit_by_name(under)
            if len(named) != 1:
                raise click.ClickException(f"{len(named)} units are called {under!r}: `tbblearn units list` shows all.")
            path = named[0].path
        return listing.units(stockholm_date(utc_now()), source=source, under=path)

    listed(found, kind)


@click.group()
def requirements() -> None:
    """What is required of whom."""


@requirements.command("list")
@FORMAT
def list_requirements(kind: str) -> None:
    """List the requirements: programme, course, and when it is due."""
    listed(listing.requirements, kind)


@click.group()
def persons() -> None:
    """Persons who may sign in."""


@persons.command()
@click.argument("text")
@FORMAT
def find(text: str, kind: str) -> None:
    """Find persons by a part of the name, or by the whole e-mail address.

    At most 50, with the address that `tbblearn link` asks for. That names were listed is noted in the access log.
    """
    now = utc_now()
    with create_app().app_context():
        with read_only():
            rows: list[Any] = listing.persons(text, stockholm_date(now))
        note_seen(Seen.LIST_SHOWN, now=now, actor_id=None, object_kind="person", object_id=0, rows=len(rows))
    print_rows(rows, kind)
