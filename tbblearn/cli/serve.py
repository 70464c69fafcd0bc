"""`tbblearn serve`: the production server."""

from ipaddress import ip_address

import click
from sqlalchemy import text

from tbblearn import create_app
from tbblearn.config import from_environment
from tbblearn.databases import aside
from tbblearn.db import db
from tbblearn.operations.demo.marker import ALEMBIC, Asking
from tbblearn.operations.serving import serve_forever


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=5000, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on.")
def serve(host: str, port: int) -> None:
    """Serve the site until SIGTERM or Ctrl-C.

    With SQLite: one worker with eight threads. With PostgreSQL: two workers with eight threads each
    (TBBLEARN_WORKERS and TBBLEARN_THREADS change that). It does not start without its database.
    """
    with aside(from_environment().database_url).connect() as connection:
        connection.execute(text(f"SELECT version_num FROM {ALEMBIC}"))
    if not is_loopback(host) and holds_a_demo():
        raise click.UsageError(
            f"The database holds a demo, which is served on this machine only, not on {host}. "
            "Leave --host out, or name another database in TBBLEARN_DATABASE_URL."
        )
    serve_forever(host, port)


def is_loopback(host: str) -> bool:
    """True for an address that only this machine can reach."""
    if host.casefold() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def holds_a_demo() -> bool:
    """Look into the database, with no connection left for the server's processes to inherit."""
    with create_app().app_context():
        try:
            return Asking()()
        finally:
            db.session.remove()
            db.engine.dispose()
