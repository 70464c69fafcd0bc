"""`tbblearn db`, and the same commands of `flask --app tbblearn db`."""

import json
import sys
from typing import Any

import click
from alembic.migration import MigrationContext
from flask import Flask, current_app, has_app_context
from flask_migrate import downgrade as migrate_down
from flask_migrate import upgrade as migrate_up

from tbblearn import create_app
from tbblearn.cli import FORMAT, for_an_operator
from tbblearn.db import db
from tbblearn.tree import migration_head


class DatabaseCommand(click.Command):
    """Runs for an operator also where Flask calls it, on Flask's application."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it with an application at hand."""
        with for_an_operator(), (current_app if has_app_context() else create_app()).app_context():
            return super().invoke(ctx)


@click.group("db")
def database() -> None:
    """Prepare the database."""


def init_commands(app: Flask) -> None:
    """Put these in the place of those of Flask-Migrate, whose others stay: they are for writing steps."""
    group = app.cli.commands["db"]
    assert isinstance(group, click.Group)
    for command in database.commands.values():
        group.add_command(command)


@database.command(cls=DatabaseCommand)
def upgrade() -> None:
    """Bring the database up to what this version of tbblearn expects. Safe to run again."""
    migrate_up()
    click.echo("The database is up to date.")


@database.command(cls=DatabaseCommand)
@click.argument("step")
@click.option("--yes", is_flag=True, help="Do not ask.")
def downgrade(step: str, *, yes: bool) -> None:
    """Take the database back to an earlier STEP, such as 0111, for an earlier version of tbblearn.

    What only later steps can hold is lost. Stop every web node and the timer, and take a copy first.
    """
    if not yes:
        click.confirm(f"What was only added after step {step} is lost, for good. Go back?", abort=True)
    migrate_down(revision=step)
    click.echo(f"The database is at step {step}.")


@database.command(cls=DatabaseCommand)
@FORMAT
def current(kind: str) -> None:
    """Show the step that the database is at, and the newest of this tbblearn. Exit code 1 where they differ."""
    with db.engine.connect() as connection:
        at = MigrationContext.configure(connection).get_current_revision()
    newest = migration_head()
    if kind == "json":
        click.echo(json.dumps({"current": at, "newest": newest}))
    else:
        click.echo(f"current: {at or 'none'}\nnewest: {newest}")
    if at != newest:
        sys.exit(1)
