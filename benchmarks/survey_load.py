"""Answers under fire: `python -m benchmarks.survey_load [--only sqlite]`.

3,000 submissions (the POST alone, sessions prepared) are offered in 120 seconds while one web worker is killed
(SIGKILL) every 20. Who gets no answer, or a 5xx, tries again, as a person would. Afterwards each one that was
acknowledged must be there exactly once, and none twice: every submission says its own number in its twelve answers,
so that it can be found again although nothing else leads to it. All traffic goes to 127.0.0.1.
"""

import argparse
import http.client
import json
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from flask_migrate import upgrade
from sqlalchemy import select

from benchmarks.__main__ import served
from benchmarks.preparation import Prepared
from benchmarks.processes import tree
from benchmarks.servers import postgresql
from benchmarks.sessions import Visitor, open_survey, visitors
from tbblearn import create_app
from tbblearn.config import from_environment
from tbblearn.db import db
from tbblearn.people.models import Programme
from tbblearn.surveys.instruments import instrument
from tbblearn.surveys.models import Invitation, ResponseOpen
from tbblearn.tree import tree_folder
from tests.readiness.rounds import Round

TRIES = 12
"""How often somebody tries at most; a worker is back within a second or two."""
ALREADY_THERE = "Det som kom fram först är sparat"
"""What is said to who tries again although the first try arrived."""
CLIENTS = 24
CODES = tuple(item.code for item in instrument("oric").items)


@dataclass
class Outcome:
    """What became of the submissions."""

    database: str
    offered: int
    seconds: float = 0.0
    acknowledged: int = 0
    never_acknowledged: int = 0
    retries: int = 0
    killed: int = 0
    stored: int = 0
    stored_twice: int = 0
    acknowledged_but_missing: int = 0
    stored_for_nobody: int = 0
    marked_without_a_response: int = 0
    slowest_seconds: float = 0.0
    faults: dict[str, int] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        """True when each acknowledged one is there once, none twice, and everybody was acknowledged in the end."""
        wrong = (self.stored_twice, self.acknowledged_but_missing, self.stored_for_nobody, self.never_acknowledged)
        return not any(wrong) and not self.marked_without_a_response and self.acknowledged == self.offered


def run(database: str, url: str, folder: Path, *, submissions: int, seconds: float, kill_every: float) -> Outcome:
    """Offer so many submissions evenly over so many seconds, killing a worker as often as said; then count."""
    environment = os.environ | {
        "TBBLEARN_DATABASE_URL": url,
        "TBBLEARN_INSTANCE": str(folder),
        "TBBLEARN_LOG_LEVEL": "CRITICAL",
        "TBBLEARN_SECRET_KEY": "K9x-only-for-this-run-vQ2mZ8wL5rT1",
        "TBBLEARN_IDLE_MINUTES": "600",
    }
    app = create_app(from_environment(environment))
    with app.app_context():
        upgrade(directory=str(tree_folder("migrations")))
        Round.county(_sizes(submissions))
        assert db.session.scalar(select(Programme.id)) is not None
        db.session.remove()
        wave_id, waiting = open_survey()
        people = visitors(app, waiting[:submissions])
        db.session.remove()
        db.engine.dispose()
    assert len(people) == submissions
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    outcome = Outcome(database, submissions)
    with served(Prepared(database, port, environment, [], [], [])) as master:
        offer = Offer(port, app.config["SESSION_COOKIE_NAME"], f"/enkat/{wave_id}", people, outcome)
        offer.run(seconds, kill_every, master)
    with app.app_context():
        _count(outcome, offer.acknowledged, people)
        db.session.remove()
        db.engine.dispose()
    return outcome


def _sizes(people: int) -> dict[str, dict[str, list[int]]]:
    """Units of 30 in two huvudmän, enough for so many people."""
    units = people // 30 + 1
    half = max(1, units // 2)
    return {
        "region": {"barn": [30] * half, "vuxen": [30] * max(1, units - half)},
        "flen": {"skola": [30] * 2},
    }


class Offer:
    """Clients that send, each on its own connection, at the moment a submission is due, or as soon as they can."""

    def __init__(self, port: int, cookie_name: str, path: str, people: list[Visitor], outcome: Outcome) -> None:
        self.port = port
        self.cookie_name = cookie_name
        self.path = path
        self.people = people
        self.outcome = outcome
        self.acknowledged: set[int] = set()
        self._next = 0
        self._lock = threading.Lock()

    def run(self, seconds: float, kill_every: float, master: int) -> None:
        """Send everything; returns when every submission was acknowledged or given up."""
        begun = time.monotonic()
        stop = threading.Event()
        killer = threading.Thread(target=self._kill, args=(master, kill_every, begun + seconds, stop))
        clients = [
            threading.Thread(target=self._client, args=(begun, seconds / len(self.people))) for _ in range(CLIENTS)
        ]
        for thread in (killer, *clients):
            thread.start()
        for thread in clients:
            thread.join()
        stop.set()
        killer.join()
        self.outcome.seconds = round(time.monotonic() - begun, 1)
        self.outcome.acknowledged = len(self.acknowledged)

    def _client(self, begun: float, apart: float) -> None:
        connection = _connection(self.port)
        while True:
            with self._lock:
                number, self._next = self._next, self._next + 1
            if number >= len(self.people):
                connection.close()
                return
            time.sleep(max(0.0, begun + number * apart - time.monotonic()))
            connection = self._submit(connection, number)

    def _submit(self, connection: http.client.HTTPConnection, number: int) -> http.client.HTTPConnection:
        """Send one until it is acknowledged; at most TRIES times."""
        visitor = self.people[number]
        body = urlencode({"csrf_token": visitor.token, **answers_of(number)})
        headers = {
            "Cookie": f"{self.cookie_name}={visitor.cookie}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        started = time.monotonic()
        for tried in range(TRIES):
            try:
                connection.request("POST", self.path, body, headers)
                answer = connection.getresponse()
                text = answer.read().decode()
                said = str(answer.status)
                done = (answer.status == 303 and answer.getheader("Location") == self.path) or ALREADY_THERE in text
            except (OSError, http.client.HTTPException) as error:
                said, done = type(error).__name__, False
            with self._lock:
                if done:
                    self.acknowledged.add(number)
                    self.outcome.slowest_seconds = round(
                        max(self.outcome.slowest_seconds, time.monotonic() - started), 2
                    )
                    return connection
                self.outcome.faults[said] = self.outcome.faults.get(said, 0) + 1
                self.outcome.retries += tried + 1 < TRIES
            connection.close()
            connection = _connection(self.port)
            time.sleep(min(2.0, 0.1 * 2**tried))
        with self._lock:
            self.outcome.never_acknowledged += 1
        return connection

    def _kill(self, master: int, every: float, until: float, stop: threading.Event) -> None:
        """Kill one web worker in the middle of whatever it does; its master starts another."""
        while not stop.wait(every) and time.monotonic() < until:
            workers = [pid for pid in tree(master) if pid != master]
            if workers:
                os.kill(workers[self.outcome.killed % len(workers)], signal.SIGKILL)
                self.outcome.killed += 1


def _connection(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=30)


def answers_of(number: int) -> dict[str, str]:
    """Twelve answers that say the number: its digits to the base of five."""
    given = {}
    for code in CODES:
        number, digit = divmod(number, 5)
        given[code] = str(digit + 1)
    return given


def number_of(answers: dict[str, str]) -> int:
    """The number that twelve answers say."""
    return sum((int(answers[code]) - 1) * 5**place for place, code in enumerate(CODES))


def _count(outcome: Outcome, acknowledged: set[int], people: list[Visitor]) -> None:
    stored = Counter(number_of(answers) for answers in db.session.scalars(select(ResponseOpen.answers)))
    marked = set(db.session.scalars(select(Invitation.person_id).where(Invitation.answered)))
    outcome.stored = stored.total()
    outcome.stored_twice = sum(times - 1 for times in stored.values())
    outcome.acknowledged_but_missing = len(acknowledged - set(stored))
    outcome.stored_for_nobody = len([number for number in stored if number >= len(people)])
    outcome.marked_without_a_response = len(
        {number for number, one in enumerate(people) if one.person_id in marked} ^ set(stored)
    )


def main() -> int:
    """Print what became of the submissions on each database; 1 where something was lost or kept twice."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--submissions", type=int, default=3000)
    options.add_argument("--seconds", type=float, default=120.0)
    options.add_argument("--kill-every", type=float, default=20.0)
    options.add_argument("--only", choices=["sqlite", "postgresql"])
    given = options.parse_args()
    load = {"submissions": given.submissions, "seconds": given.seconds, "kill_every": given.kill_every}
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="tbblearn-load-") as name:
        folder = Path(name)
        if given.only != "postgresql":
            outcomes.append(run("SQLite", f"sqlite:///{folder / 'load.sqlite'}", folder, **load))
            print(json.dumps(asdict(outcomes[-1])), flush=True)
        if given.only != "sqlite":
            with postgresql(folder) as (url, _pid):
                outcomes.append(run("PostgreSQL", url, folder, **load))
                print(json.dumps(asdict(outcomes[-1])), flush=True)
    return int(not all(outcome.sound for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
