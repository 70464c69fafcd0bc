"""`tbblearn tick`: what time brings about."""

import json
import sys
from datetime import datetime

import click

from tbblearn import create_app
from tbblearn.access.rules import LINK_MAIL
from tbblearn.config import Settings
from tbblearn.db import STOCKHOLM, utc_now
from tbblearn.mail.delivery import Transport, deliver
from tbblearn.mail.queries import DONE, TROUBLE, trouble
from tbblearn.mail.smtp import Smtp
from tbblearn.surveys.waves import ASKING_MAIL
from tbblearn.tick import DATABASE_FAULTS
from tbblearn.tick import tick as run_tick


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option(
    "--at",
    metavar="ISO-TIME",
    help="Ask what would be done then (Stockholm time); only with --dry-run.",
)
@click.option("--no-mail", is_flag=True, help="Leave the outbox alone.")
@click.option("--format", "kind", type=click.Choice(["text", "json"]), default="text", show_default=True)
def tick(*, dry_run: bool, at: str | None, no_mail: bool, kind: str) -> None:
    """Enrol, cancel and send what is due. Run it from a timer, as often as you like and on any number of machines.

    Run twice in a row, or after some days of silence, it ends in the same state. Exit code 1: letters wait longer than
    a day, or have failed in the last week (`tbblearn mail status` says more), or SQLite's file is damaged; all else was
    done.
    """
    if at and not dry_run:
        raise click.UsageError("--at only asks a question: use it with --dry-run.")
    now = _moment(at) if at else utc_now()
    app = create_app()
    settings = app.config["TBBLEARN"]
    with app.app_context():
        counts = run_tick(
            now=now,
            dry_run=dry_run,
            response_days=settings.response_days,
            disposal_decision=settings.disposal_decision,
            staffing_folder=settings.staffing_folder,
        )
        if no_mail:
            counts = {name: count for name, count in counts.items() if name not in DONE}
        else:
            if not dry_run:
                # The outcome of letters that ask someone to answer a survey would reveal how many have not.
                letters = app.extensions["tbblearn_letters"]
                counts |= deliver(utc_now, letters, transport(settings), ASKING_MAIL, LINK_MAIL)
            counts |= trouble(utc_now(), ASKING_MAIL)
    if kind == "json":
        click.echo(json.dumps(counts))
    else:
        for name, count in counts.items():
            click.echo(f"{name.replace('_', ' ')}: {count}")
    if counts[DATABASE_FAULTS]:
        click.echo("The database is damaged: see docs/operations.md, SQLite.", err=True)
    if counts[DATABASE_FAULTS] or (not dry_run and any(counts.get(name) for name in TROUBLE)):
        sys.exit(1)


def transport(settings: Settings) -> Transport | None:
    """The mail server in the settings, if any."""
    if not settings.smtp_url:
        return None
    return Smtp(settings.smtp_url, settings.mail_sender, plain=settings.smtp_plain)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError(f"--at {text!r} is not a valid time. Write for example 2027-01-01T06:00.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=STOCKHOLM)
