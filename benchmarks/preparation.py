"""A county to measure on: the demo's, with learners who have read their course and managers of all of it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import insert, select, text

from benchmarks.sessions import open_survey, visitors
from tbblearn import create_app
from tbblearn.access.models import Credential
from tbblearn.access.passwords import hash_password
from tbblearn.config import from_environment
from tbblearn.courses.queries import content, current_version
from tbblearn.db import db, read_only, stockholm_date, unit_of_work, utc_now
from tbblearn.people.actions import give_role
from tbblearn.people.belonging import belongs
from tbblearn.people.models import OrgUnit, Person
from tbblearn.people.rules import GrantSource, Language, Role, Scope, UnitKind
from tbblearn.training.managing.list_queries import who_is_left
from tbblearn.training.managing.lists import Chosen
from tbblearn.training.models import Attempt, Enrolment, ReadingPlace
from tbblearn.training.rules import Progress
from tbblearn.web.application import Application

PASSWORD = "a password to measure with"
SLUG = "base"
MANAGERS = 8
ANSWERS_A_ROUND = 4
"""How many times as many surveys as quizzes each client answers."""


@dataclass
class Prepared:
    """A database ready to be measured."""

    database: str
    port: int
    environment: dict[str, str]
    learners: list[dict[str, str]]
    managers: list[dict[str, str]]
    answering: list[dict[str, str]]
    used: dict[str, int] = field(default_factory=dict)

    def accounts_for(self, operation: str, wanted: int) -> list[dict[str, str]]:
        """So many sign-ins for an operation; each learner takes the quiz once only, and answers a survey once only."""
        if operation in {"unit", "csv"}:
            return self.managers
        if operation not in self.once:
            return self.learners
        everyone, used = self.once[operation], self.used.get(operation, 0)
        self.used[operation] = used + wanted
        return everyone[used : used + wanted]

    @property
    def once(self) -> dict[str, list[dict[str, str]]]:
        """Operations that a person does once only, with who can."""
        half = len(self.learners) // 2
        return {"flow": self.learners[:half], "whole": self.learners[half:], "survey": self.answering}

    def wait_until_ready(self) -> None:
        """Wait for the server."""
        for _ in range(1200):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the server did not become ready")


def prepare(database: str, url: str, folder: Path, staff: int, rounds: int, clients: int = 8) -> Prepared:
    """Build the demo of this size, and make as many fresh learners as so many rounds use."""
    environment = os.environ | {
        "TBBLEARN_DATABASE_URL": url,
        "TBBLEARN_INSTANCE": str(folder),
        "TBBLEARN_LOG_LEVEL": "ERROR",
        "TBBLEARN_SECRET_KEY": "K9x-only-for-this-run-vQ2mZ8wL5rT1",
    }
    subprocess.run(
        [sys.executable, "-m", "tbblearn.cli", "demo", "--no-serve", "--staff", str(staff)],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    app = create_app(from_environment(environment))
    with app.app_context():
        password_hash = hash_password(PASSWORD)
        learners = _learners(2 * clients * rounds, password_hash)
        managers = _managers(password_hash)
        answering = _answering(app, clients * rounds * ANSWERS_A_ROUND)
        if database == "PostgreSQL":
            with unit_of_work():
                db.session.execute(text("ANALYZE"))  # as the server would have done by itself after a minute
        db.session.remove()
        db.engine.dispose()
    return Prepared(database, port, environment, learners, managers, answering)


def _learners(wanted: int, password_hash: str) -> list[dict[str, str]]:
    """People who have not begun: now they have a password and have read every part."""
    now = utc_now()
    with read_only():
        root = db.session.execute(select(OrgUnit).where(OrgUnit.kind == UnitKind.COUNTY)).scalar_one()
        version = current_version(SLUG)
        assert version
        course = content(version.id)
        page = who_is_left(
            root.id,
            Scope.over([root.path]),
            stockholm_date(now),
            slug=SLUG,
            chosen=Chosen(Progress.NOT_STARTED),
            limit=wanted * 2,
        )
        people = [row.person_id for row in page.rows]
        begun = select(Attempt.id).where(Attempt.enrolment_id == Enrolment.id).exists()
        read = select(ReadingPlace.enrolment_id).where(ReadingPlace.enrolment_id == Enrolment.id).exists()
        known = select(Credential.person_id)
        rows = db.session.execute(
            select(Enrolment.id, Person.id, Person.email, Person.language)
            .join(Person, Person.id == Enrolment.person_id)
            .where(
                Person.id.in_(people),
                Person.email != "",
                Person.id.not_in(known),
                Enrolment.opens_on <= stockholm_date(now),
                ~begun,
                ~read,
            )
            .order_by(Enrolment.id.desc())
        ).all()
    by_person = {row[1]: row for row in reversed(rows)}
    chosen = dict(list(by_person.items())[:wanted])
    if len(chosen) < wanted:
        raise RuntimeError(f"only {len(chosen)} of {wanted} learners in this county: use more staff or fewer rounds")
    with unit_of_work():
        db.session.execute(
            insert(Credential),
            [{"person_id": one, "password_hash": password_hash, "changed_at": now} for one in chosen],
        )
        db.session.execute(
            insert(ReadingPlace),
            [
                {
                    "enrolment_id": enrolment_id,
                    "module_id": module.id,
                    "screen_id": module.screens[-1].id,
                    "seen_at": now,
                    "read_at": now,
                }
                for enrolment_id, *_ in chosen.values()
                for module in course.modules
            ],
        )
    module = course.modules[0]
    place = {"slug": SLUG, "module": module.id}
    # English first, so that the rounds that warm up meet both languages.
    ordered = sorted(chosen.values(), key=lambda one: one[3] is not Language.EN)
    return [{"email": email, "password": PASSWORD, **place} for _enrolment, _person, email, _language in ordered]


def _answering(app: Application, wanted: int) -> list[dict[str, str]]:
    """People with a survey to answer, signed in already: each answers once."""
    wave_id, waiting = open_survey()
    chosen = visitors(app, waiting[:wanted])
    if len(chosen) < wanted:
        raise RuntimeError(f"only {len(chosen)} of {wanted} are invited to the survey: use more staff or fewer rounds")
    name = app.config["SESSION_COOKIE_NAME"]
    return [{"cookie_name": name, "cookie": one.cookie, "wave": str(wave_id)} for one in chosen]


def _managers(password_hash: str) -> list[dict[str, str]]:
    """Managers of the whole county, so that page and file hold all staff."""
    now = utc_now()
    made = []
    with unit_of_work():
        root = db.session.execute(select(OrgUnit).where(OrgUnit.kind == UnitKind.COUNTY)).scalar_one()
        people = db.session.execute(
            select(Person.id, Person.email)
            .where(
                Person.email != "",
                Person.id.not_in(select(Credential.person_id)),
                belongs(Person.id, stockholm_date(now)),
            )
            .order_by(Person.id)
            .limit(MANAGERS)
        ).all()
        for person_id, email in people:
            give_role(person_id, root.id, Role.MANAGER, today=stockholm_date(now), now=now, source=GrantSource.HAND)
            db.session.add(Credential(person_id=person_id, password_hash=password_hash, changed_at=now))
            made.append({"email": email, "password": PASSWORD, "unit_id": str(root.id)})
    return made
