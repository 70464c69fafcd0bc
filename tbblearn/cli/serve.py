"""`tbblearn serve`: the production server."""

import click

from tbblearn.operations.serving import serve_forever


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=5000, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on.")
def serve(host: str, port: int) -> None:
    """Serve the site with gunicorn until SIGTERM or Ctrl-C.

    With SQLite: one worker with eight threads. With PostgreSQL: two workers with eight threads each
    (TBBLEARN_WORKERS and TBBLEARN_THREADS change that).
    """
    serve_forever(host, port)
