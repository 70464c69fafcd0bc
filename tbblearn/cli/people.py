"""`tbblearn admin` and `tbblearn link`: letting people in before, or beside, the pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import click
from flask import current_app

from tbblearn import create_app
from tbblearn.access.rules import LINK_HOURS
from tbblearn.db import unit_of_work, utc_now
from tbblearn.operations.first_admin import (
    AccessTooLong,
    EmailNotUsable,
    NobodyThere,
    create_admin,
    end_admin,
    print_link,
)


@click.group()
def admin() -> None:
    """Administrators of tbblearn."""


@admin.command()
@click.option("--email", required=True, help="Work e-mail address of the administrator.")
@click.option("--given-name", default="", help="Given name, shown in the header; a role and number will do.")
@click.option("--family-name", default="", help="Family name.")
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day of the access.  [default: a year ahead, the longest]"
)
@click.option("--sponsor", default="", metavar="EMAIL", help="Who answers for the access, and is told before it ends.")
def create(email: str, given_name: str, family_name: str, until: datetime | None, sponsor: str) -> None:
    """Make a person an administrator of the whole county, and print a one-time link for the password.

    The access needs no employment; it ends after a year at most, and the person is told 60, 30 and 7 days
    before. Run the command again to renew it; the password stays until the new link is used.
    """
    with _explained() as now:
        with unit_of_work():
            path = create_admin(
                email, given_name, family_name, now, until_on=until.date() if until else None, sponsor=sponsor
            )
        _print(path, now)


@admin.command()
@click.option("--email", required=True, help="Work e-mail address of the administrator.")
def end(email: str) -> None:
    """Take an administrator's access back: that without an employment at once, the role after today."""
    with _explained() as now, unit_of_work():
        end_admin(email, now)
    click.echo("Ended.", err=True)


@click.command()
@click.argument("email")
def link(email: str) -> None:
    """Print a one-time link for one person, with which a password is chosen.

    For who does not get mail; who has left within 30 days gets one to the own history instead. Hand it over to the very
    person: whoever has it signs in as that person. The event log says for whom it was made, and that it was printed
    here. Earlier links of the person stop working.
    """
    with _explained() as now:
        with unit_of_work():
            path = print_link(email, now)
        _print(path, now)


@contextmanager
def _explained() -> Iterator[datetime]:
    """The application and the time; errors become a sentence and exit code 1."""
    with create_app().app_context():
        try:
            yield utc_now()
        except EmailNotUsable as error:
            raise click.ClickException(str(error)) from error
        except NobodyThere as error:
            raise click.ClickException(
                f"Nobody with the address {str(error)!r} may sign in. Is it spelt as in the staff file, and does the "
                "person hold an employment today?"
            ) from error
        except AccessTooLong as error:
            raise click.ClickException(f"{error} does not lie between today and a year ahead.") from error


def _print(path: str, now: datetime) -> None:
    """The link alone on standard output; on standard error how long it works."""
    click.echo(f"{current_app.config['TBBLEARN'].public_url}{path}")
    click.echo(f"The link works once, until {now + timedelta(hours=LINK_HOURS):%Y-%m-%d %H:%M} UTC.", err=True)
