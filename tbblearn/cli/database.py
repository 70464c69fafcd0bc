"""`tbblearn db`: the database's own commands."""

import click
from flask_migrate import upgrade as migrate_up

from tbblearn import create_app
from tbblearn.tree import tree_folder


@click.group("db")
def database() -> None:
    """Prepare the database."""


@database.command()
def upgrade() -> None:
    """Bring the database up to what this version of tbblearn expects. Safe to run again."""
    with create_app().app_context():
        migrate_up(directory=str(tree_folder("migrations")))
    click.echo("The database is up to date.")
