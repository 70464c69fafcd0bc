"""`tbblearn db`: the database's own commands."""

import json
import sys

import click
from alembic.migration import MigrationContext
from flask_migrate import downgrade as migrate_down
from flask_migrate import upgrade as migrate_up

from tbblearn import create_app
from tbblearn.cli import FORMAT
from tbblearn.db import db
from tbblearn.tree import migration_head, tree_folder


@click.group("db")
def database() -> None:
    """Prepare the database."""


@database.command()
def upgrade() -> None:
    """Bring the database up to what this version of tbblearn expects. Safe to run again."""
    with create_app().app_context():
        migrate_up(directory=str(tree_folder("migrations")))
    click.echo("The database is up to date.")


@database.command()
@click.argument("step")
@click.option("--yes", is_flag=True, help="Do not ask.")
def downgrade(step: str, *, yes: bool) -> None:
    """Take the database back to an earlier STEP, such as 0017, for an earlier version of tbblearn.

    What only later steps can hold is lost. Stop every web node and the timer, and take a copy first.
    """
    if not yes:
        click.confirm(f"What was only added after step {step} is lost, for good. Go back?", abort=True)
    with create_app().app_context():
        migrate_down(directory=str(tree_folder("migrations")), revision=step)
    click.echo(f"The database is at step {step}.")


@database.command()
@FORMAT
def current(kind: str) -> None:
    """Show the step that the database is at, and the newest of this tbblearn. Exit code 1 where they differ."""
    with create_app().app_context(), db.engine.connect() as connection:
        at = MigrationContext.configure(connection).get_current_revision()
    newest = migration_head()
    if kind == "json":
        click.echo(json.dumps({"current": at, "newest": newest}))
    else:
        click.echo(f"current: {at or 'none'}\nnewest: {newest}")
    if at != newest:
        sys.exit(1)
