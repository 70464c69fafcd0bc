"""The production server: a parent that listens and watches, and workers that answer (docs/adr/0012)."""

import gc
import os
import resource
import signal
import socket
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

from tbblearn import create_app
from tbblearn.config import from_environment
from tbblearn.operations.receiving import Receiver, log_with_ours

KILLED_AFTER_SECONDS = 3.6
"""After SIGTERM: what has not ended by then is killed."""
PAUSE_SECONDS = 0.2
"""Before replacing a worker that ended."""
CANNOT_START = 3
"""Exit code of a worker that could not make its application: no other would do better."""
END = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT}


def keep_to_core(core: int | None) -> None:
    """Keep the worker's threads on its core, if the machine allows it.

    They share Python's lock, so they mostly run one at a time and lose by moving: `make bench` takes a third more CPU
    per page without it.
    """
    if core is not None:
        with suppress(OSError):
            os.sched_setaffinity(0, {core})


def freeze_heap() -> None:
    """Hide from the garbage collector what a worker has loaded, which lives as long as it does.

    Nearly all that a page makes is freed without the collector, so that runs only every few pages.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; OSError when the address is not ours or is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    host = host.strip("[]")
    both = host == "::" and socket.has_dualstack_ipv6()
    return socket.create_server((host, port), family=family, backlog=2048, dualstack_ipv6=both)


class Workers:
    """The worker processes; `count` are kept alive until the parent is told to end."""

    def __init__(self, listening: socket.socket, count: int, threads: int, make_app: Callable[[], Any]) -> None:
        self.listening = listening
        self.count = count
        self.threads = threads
        self.make_app = make_app
        self.alive: dict[int, int | None] = {}
        """Process -> its core."""

    def run(self) -> int:
        """Keep them alive until a signal to end; returns the exit code. Leaves no process behind."""
        signal.pthread_sigmask(signal.SIG_BLOCK, END | {signal.SIGCHLD})
        code = 0
        while not code:
            while len(self.alive) < self.count:
                self._start()
            if signal.sigwait(END | {signal.SIGCHLD}) in END:
                break
            time.sleep(PAUSE_SECONDS)
            code = self._bury()
        self.listening.close()
        self._end()
        return code

    def _start(self) -> None:
        core = self._free_core()
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        process = os.fork()
        if not process:
            self._work(core, parent)
        self.alive[process] = core

    def _free_core(self) -> int | None:
        """The core with the fewest living workers (Linux), the last first: the first often serves interrupts too."""
        if not hasattr(os, "sched_getaffinity"):
            return None
        taken = Counter(self.alive.values())
        return min(os.sched_getaffinity(0), key=lambda core: (taken[core], -core))

    def _work(self, core: int | None, parent: int) -> NoReturn:
        """Be a worker until the process ends."""
        code = CANNOT_START
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent says when to end
            keep_to_core(core)
            receiver = Receiver(self.make_app(), self.listening, self.threads, lambda: os.getppid() == parent)
            log_with_ours()
            freeze_heap()
            code = 1
            for number in END - {signal.SIGINT}:
                signal.signal(number, lambda _number, _frame: receiver.end())
            signal.pthread_sigmask(signal.SIG_UNBLOCK, END | {signal.SIGCHLD})
            receiver.run()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)  # also ends threads that are still answering

    def _bury(self) -> int:
        """Forget those that have ended; returns an exit code when it makes no sense to go on."""
        code = 0
        for process in list(self.alive):
            ended, status = os.waitpid(process, os.WNOHANG)
            if ended:
                del self.alive[process]
                code = code or int(os.waitstatus_to_exitcode(status) == CANNOT_START)
        return code

    def _end(self) -> None:
        """Ask all to end, and kill those that do not."""
        self._tell(signal.SIGTERM)
        last = time.monotonic() + KILLED_AFTER_SECONDS
        while self.alive:
            self._bury()
            time.sleep(0.02)
            if time.monotonic() > last:
                self._tell(signal.SIGKILL)

    def _tell(self, number: signal.Signals) -> None:
        for process in self.alive:
            with suppress(ProcessLookupError):
                os.kill(process, number)


def serve_forever(host: str, port: int) -> None:
    """Serve until told to stop; ends within five seconds of SIGTERM and leaves no process."""
    settings = from_environment()
    run_workers(listen(host, port), 1 if settings.sqlite else settings.workers, settings.threads, create_app)


def run_workers(listening: socket.socket, workers: int, threads: int, make_app: Callable[[], Any]) -> NoReturn:
    """Serve what `make_app` makes in each worker until told to stop; then end this process."""
    os.umask(0o077)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    sys.exit(Workers(listening, workers, threads, make_app).run())
