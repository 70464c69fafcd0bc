"""`tbblearn demo`: an invented county to look at."""

import json
import logging
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, astuple
from datetime import datetime

import click

from tbblearn import create_app
from tbblearn.cli import FORMAT, aligned
from tbblearn.db import db, stockholm_date, utc_now
from tbblearn.operations.demo.build import Demo, Refused, Step, open_demo
from tbblearn.operations.demo.county import LEAST_STAFF
from tbblearn.operations.demo.marker import Key
from tbblearn.operations.serving import serve_forever

HOST = "127.0.0.1"


@click.command()
@click.option("--no-serve", is_flag=True, help="Build the demo and print the sign-ins, but start no server.")
@click.option(
    "--staff",
    default=2000,
    show_default=True,
    type=click.IntRange(LEAST_STAFF, 100_000),
    help="How many are employed in the county today.",
)
@click.option("--seed", default=1, show_default=True, help="Another number gives another county.")
@click.option("--fresh", is_flag=True, help="Build anew in a database that holds a demo. What was done in it is lost.")
@FORMAT
@click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535), help="Port to serve on.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), hidden=True, help="The day for which it is built.")
def demo(no_serve: bool, staff: int, seed: int, fresh: bool, kind: str, port: int, today: datetime | None) -> None:
    """Build an invented county and serve it on this machine, with one sign-in for each role.

    Everybody in it is a role and a number. The same --seed and --staff on the same day give the same county. It is
    built in the database that TBBLEARN_DATABASE_URL names (by default SQLite in instance/), which must be empty or
    hold a demo; a demo that is there already is served as it is.
    """
    if not no_serve and not _is_free(port):
        raise click.ClickException(f"Port {port} is taken by another program. Choose another one, such as --port 5050.")
    url = os.environ.get("TBBLEARN_PUBLIC_URL", "").rstrip("/") or f"http://{HOST}:{port}"
    # For the server's processes too: pages say that this is a demo, and links in mail lead to it.
    os.environ["TBBLEARN_DEMO"] = "1"
    os.environ["TBBLEARN_PUBLIC_URL"] = url
    logging.getLogger("alembic").setLevel(logging.WARNING)
    key = Key(seed, staff, today.date() if today else stockholm_date(utc_now()))
    made = _made(key, fresh=fresh, exactly_today=today is not None)
    click.echo(_as_json(made, url) if kind == "json" else _as_table(made, url, key))
    if not no_serve:
        sys.stdout.flush()
        serve_forever(HOST, port)


def _made(key: Key, *, fresh: bool, exactly_today: bool) -> Demo:
    """Build or find the demo, with no connection left for the server's processes to inherit."""
    with create_app().app_context():
        try:
            with _progress() as step:
                return open_demo(key, fresh=fresh, exactly_today=exactly_today, step=step)
        except Refused as error:
            raise click.ClickException(str(error)) from error
        finally:
            db.session.remove()
            db.engine.dispose()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


@contextmanager
def _progress() -> Iterator[Step]:
    """A progress bar on standard error, where that is a terminal."""
    parts, screen = 1000, sys.stderr
    with click.progressbar(
        length=parts, label="Building the demo", file=screen, hidden=not screen.isatty(), show_eta=False
    ) as bar:
        yield lambda share: bar.update(round(share * parts))


def _as_json(made: Demo, url: str) -> str:
    key, accounts = made.key, [asdict(one) for one in made.accounts]
    shown = {"url": url, "today": key.today.isoformat(), "staff": key.staff, "seed": key.seed, "accounts": accounts}
    return json.dumps(shown, ensure_ascii=False, indent=2)


def _as_table(made: Demo, url: str, asked: Key) -> str:
    rows = [("Role", "E-mail", "Password", "Name", "Unit"), *map(astuple, made.accounts)]
    rules = ["-" * max(map(len, column)) for column in zip(*rows, strict=True)]
    key = made.key
    how = "Built" if made.built else "Already there"
    lines = [
        f"{how}: an invented county with {key.staff} staff, as on {key.today} (seed {key.seed}). Nobody in it is real."
    ]
    if key.today != asked.today:
        lines.append(f"It was built for {key.today}: days have passed since. --fresh builds it for today.")
    lines += [
        "",
        *aligned([rows[0], rules, *rows[1:]]),
        "",
        "These passwords are for the demo only.",
        f"Address: {url}",
    ]
    return "\n".join(lines)
