"""The production server: gunicorn with threads, inside this process (design.md 5)."""

import gc
import os
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication

from tbblearn import create_app
from tbblearn.config import from_environment

GRACE_SECONDS = 4


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, set up from our own settings instead of a file."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Give gunicorn its settings."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Each worker makes its own application, after the fork."""
        return create_app()


def choose_core(server: Any, worker: Any) -> None:
    """Before a worker is forked: the core that fewest of the living workers keep to (Linux).

    The last of them first: the first one often serves the machine's interrupts too.
    """
    if hasattr(os, "sched_getaffinity"):
        taken = Counter(other.core for other in server.WORKERS.values())
        worker.core = min(os.sched_getaffinity(0), key=lambda core: (taken[core], -core))


def keep_to_core(_server: object, worker: Any) -> None:
    """Let the worker's threads run on its core; anywhere, where the machine does not allow it.

    They share Python's lock, so they mostly run one at a time and lose by moving: `make bench` takes a third more CPU
    a page without it.
    """
    if hasattr(worker, "core"):
        with suppress(OSError):
            os.sched_setaffinity(0, {worker.core})


def settle(_worker: object) -> None:
    """What a worker has loaded lives as long as it does: the garbage collector need not look through it.

    What a page makes goes without the collector, nearly all of it; so it is let to gather for some pages.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def serve_forever(host: str, port: int) -> None:
    """Serve until told to stop; ends within five seconds of SIGTERM and leaves no process."""
    settings = from_environment()
    Server(
        {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": 1 if settings.sqlite else settings.workers,
            "threads": settings.threads,
            "worker_class": "gthread",
            "graceful_timeout": GRACE_SECONDS,
            "timeout": 60,
            "umask": 0o077,
            "keepalive": 5,
            "accesslog": None,
            "loglevel": "warning",
            "pre_fork": choose_core,
            "post_fork": keep_to_core,
            "post_worker_init": settle,
            "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,
            "control_socket_disable": True,
        }
    ).run()
