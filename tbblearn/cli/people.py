"""`tbblearn admin`: the first administrator."""

from datetime import timedelta

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from tbblearn import create_app
from tbblearn.access.rules import LINK_HOURS
from tbblearn.db import unit_of_work, utc_now
from tbblearn.operations.first_admin import EmailNotUsable, create_admin


@click.group()
def admin() -> None:
    """Administrators of tbblearn."""


@admin.command()
@click.option("--email", required=True, help="Work e-mail address of the administrator.")
@click.option("--given-name", default="", help="Given name, shown in the header; a role and number will do.")
@click.option("--family-name", default="", help="Family name.")
def create(email: str, given_name: str, family_name: str) -> None:
    """Make a person an administrator of the whole county, and print a one-time link for the password."""
    app = create_app()
    now = utc_now()
    with app.app_context():
        try:
            with unit_of_work():
                token = create_admin(email, given_name, family_name, now)
        except EmailNotUsable as error:
            raise click.ClickException(str(error)) from error
        except (OperationalError, ProgrammingError) as error:
            raise click.ClickException("The database is not ready. Run `tbblearn db upgrade` first.") from error
    click.echo(f"{app.config['TBBLEARN'].public_url}/valj-losenord/{token}")
    click.echo(f"The link works once, until {now + timedelta(hours=LINK_HOURS):%Y-%m-%d %H:%M} UTC.", err=True)
