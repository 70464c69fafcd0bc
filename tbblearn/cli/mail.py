"""`tbblearn mail`: whether letters arrive, and what to do when they do not."""

import json
import sys

import click

from tbblearn import create_app
from tbblearn.cli.tick import transport
from tbblearn.db import unit_of_work, utc_now
from tbblearn.mail.actions import send_failed_again
from tbblearn.mail.queries import TROUBLE, quiet_acts, totals, trouble
from tbblearn.mail.rules import Letter, MailFault
from tbblearn.surveys.waves import ASKING_MAIL

FORM = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)


@click.group()
def mail() -> None:
    """Letters: what waits, what did not arrive; try again, or try the mail server."""


@mail.command()
@FORM
def status(*, form: str) -> None:
    """What waits, was sent, failed and was not needed, by kind. No person is named.

    For letters that ask for answers to a survey it shows only what was queued at once, and whether all have gone and
    all were accepted: how many of them were needed would tell how many have answered. Exit code 1: letters wait longer
    than a day, or have failed in the last week.
    """
    with create_app().app_context():
        wrong = trouble(utc_now(), ASKING_MAIL)
        kinds = totals(ASKING_MAIL)
        acts = quiet_acts(ASKING_MAIL)
    if form == "json":
        named = {
            one.kind: {
                "waiting": one.waiting,
                "sent": one.sent,
                "failed": one.failed,
                "not_needed": one.dropped,
                "next_at": one.next_at.isoformat() if one.next_at else None,
            }
            for one in kinds
        }
        quiet = [
            {
                "kind": act.kind,
                "queued_at": act.created_at.isoformat(),
                "letters": act.letters,
                "begins_at": act.due_at.isoformat() if act.due_at else None,
                "done": act.done,
                "some_failed": act.failed,
            }
            for act in acts
        ]
        click.echo(json.dumps({**wrong, "kinds": named, "quiet": quiet}))
    else:
        for one in kinds:
            waits = f" (next {one.next_at:%Y-%m-%d %H:%M} UTC)" if one.next_at else ""
            click.echo(
                f"{one.kind}: {one.waiting} waiting{waits}, {one.sent} sent, {one.failed} failed, "
                f"{one.dropped} not needed"
            )
        for act in acts:
            stands = "done" if act.done else f"from {act.due_at:%Y-%m-%d %H:%M} UTC" if act.due_at else "on their way"
            click.echo(f"{act.kind}: {act.letters} letters, {stands}{', some failed' if act.failed else ''}")
        for name in TROUBLE:
            click.echo(f"{name.replace('_', ' ')}: {wrong[name]}")
    if any(wrong.values()):
        sys.exit(1)


@mail.command()
@click.option("--kind", default="", metavar="K", help="Only letters of this kind, as `mail status` names it.")
@FORM
def retry(*, kind: str, form: str) -> None:
    """Let all letters that failed be tried again by the next `tbblearn tick`.

    Mend the cause first. One of which nobody knows whether it arrived may then arrive twice. How many letters that ask
    somebody to answer a survey are tried again is not said.
    """
    app = create_app()
    known = app.extensions["tbblearn_letters"]
    if kind and kind not in known:
        raise click.UsageError(f"There is no kind {kind!r}. Kinds: {', '.join(sorted(known))}.")
    with app.app_context(), unit_of_work():
        again = send_failed_again(utc_now(), kind)
    told = sum(count for one, count in again.items() if one not in ASKING_MAIL)
    if form == "json":
        click.echo(json.dumps({"messages": told}))
    elif kind in ASKING_MAIL:
        click.echo("Those that did not arrive, if any, are tried again.")
    else:
        click.echo(f"{told} letters are tried again.")
        if not kind:
            click.echo("So are letters that ask somebody to answer a survey, if any did not arrive.")


@mail.command()
@click.argument("address", metavar="ADDRESS")
@FORM
def test(*, address: str, form: str) -> None:
    """Send a letter to ADDRESS now, past the outbox. Exit code 1 where the server does not take it, with its answer."""
    settings = create_app().config["TBBLEARN"]
    line = transport(settings)
    if line is None:
        raise click.ClickException("There is no mail server: set TBBLEARN_SMTP_URL.")
    fault = ""
    try:
        line.send(Letter(address, "Prov från tbblearn", f"Mejlservern fungerar.\n\n{settings.public_url}\n"))
    except MailFault as error:
        fault = error.words
    finally:
        line.close()
    if form == "json":
        click.echo(json.dumps({"sent": not fault, "fault": fault}))
    else:
        click.echo(f"Not sent: {fault}" if fault else f"The server took it. See whether it arrives at {address}.")
    if fault:
        sys.exit(1)
