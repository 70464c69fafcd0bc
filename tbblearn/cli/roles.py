"""`tbblearn roles`: who may see what, and giving and ending it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click

from tbblearn import create_app
from tbblearn.audit.actions import note_seen
from tbblearn.audit.rules import Seen
from tbblearn.cli import FORMAT
from tbblearn.cli.listing import print_rows
from tbblearn.db import read_only, stockholm_date, unit_of_work, utc_now
from tbblearn.operations import roles as acts
from tbblearn.operations.first_admin import NobodyThere
from tbblearn.people.rules import CountyRoleElsewhere, Role

WHO = click.argument("email")
WHAT = click.argument("role", type=click.Choice([role.value for role in Role]))
WHERE = click.argument("unit")


@click.group()
def roles() -> None:
    """Who has which role, where, until when and by whom."""


@contextmanager
def _explained() -> Iterator[datetime]:
    """The application and the time; errors become a sentence and exit code 1."""
    with create_app().app_context():
        try:
            yield utc_now()
        except NobodyThere as error:
            raise click.ClickException(
                f"Nobody with the address {str(error)!r} may sign in. Is it spelt as in the staff file, and does the "
                "person hold an employment today?"
            ) from error
        except acts.UnitUnclear as error:
            raise click.ClickException(
                f"{error.found} units are called {str(error)!r}: `tbblearn units list` shows all."
            ) from error
        except acts.RoleHeld as error:
            raise click.ClickException("The person has that role there already.") from error
        except acts.NoSuchRole as error:
            raise click.ClickException(
                "The person has no such role there that was given by hand. A manager from the unit file is changed in "
                "that file."
            ) from error
        except acts.RoleNotCarried as error:
            raise click.ClickException(
                "The person is not employed by that unit's huvudman, so the role would not hold. Nothing is given."
            ) from error
        except acts.RoleTooLong as error:
            raise click.ClickException(
                "The last day must not lie before today, and at most a year ahead for who is not employed."
            ) from error
        except CountyRoleElsewhere as error:
            raise click.ClickException("Editors and administrators are such for the county only.") from error


@roles.command("list")
@click.option("--unit", metavar="ID", help="Only on this unit and those below it: source/id, or id alone.")
@FORMAT
def list_roles(unit: str | None, kind: str) -> None:
    """List the roles that hold today. That names were listed is noted in the access log."""
    with _explained() as now:
        with read_only():
            rows = acts.roles(stockholm_date(now), unit=unit)
        note_seen(Seen.LIST_SHOWN, now=now, actor_id=None, object_kind="role", object_id=0, rows=len(rows))
    print_rows(rows, kind)


@roles.command()
@WHO
@WHAT
@WHERE
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day.  [default: none; a year without employment]"
)
def give(email: str, role: str, unit: str, until: datetime | None) -> None:
    """Give the person with this address a role on a unit and all below it, from today."""
    with _explained() as now, unit_of_work():
        acts.give(email, Role(role), unit, now, until_on=until.date() if until else None)
    click.echo("Given.", err=True)


@roles.command()
@WHO
@WHAT
@WHERE
def end(email: str, role: str, unit: str) -> None:
    """End a role that was given by hand, after today."""
    with _explained() as now, unit_of_work():
        acts.end(email, Role(role), unit, now)
    click.echo("Ended after today.", err=True)
