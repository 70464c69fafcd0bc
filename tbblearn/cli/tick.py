"""`tbblearn tick`: what time brings about."""

import json
import sys
from datetime import datetime

import click

from tbblearn import create_app
from tbblearn.access.rules import LINK_MAIL
from tbblearn.config import Settings
from tbblearn.db import STOCKHOLM, utc_now
from tbblearn.mail.delivery import Transport, deliver, smtp_transport
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

    Run twice in a row, or after some days of silence, it ends in the same state. Exit code 1 where SQLite's file is
    damaged.
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
        )
        if not dry_run and not no_mail:
            # How many letters asked somebody to answer a survey would tell how many have not.
            counts |= deliver(now, app.extensions["tbblearn_letters"], _transport(settings), ASKING_MAIL, LINK_MAIL)
    if kind == "json":
        click.echo(json.dumps(counts))
    else:
        for name, count in counts.items():
            click.echo(f"{name.replace('_', ' ')}: {count}")
    if counts[DATABASE_FAULTS]:
        click.echo("The database is damaged: see docs/operations.md, SQLite.", err=True)
        sys.exit(1)


def _transport(settings: Settings) -> Transport | None:
    if not settings.smtp_url:
        return None
    return smtp_transport(settings.smtp_url, settings.mail_sender, plain=settings.smtp_plain)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError(f"--at {text!r} is no time. Write for example 2027-01-01T06:00.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=STOCKHOLM)
