"""A county with an open survey, and a browser, on the day that it opens."""

import io
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from tbblearn.db import db, unit_of_work
from tbblearn.people.models import Person
from tbblearn.people.rules import Language
from tbblearn.surveys.models import Invitation, ResponseOpen
from tbblearn.web.application import Application
from tests.factories import NOW
from tests.readiness.rounds import CODES, Round
from tests.reading import Reader, ReadPage

SIZES: Mapping[str, Mapping[str, Sequence[int]]] = {"region": {"barn": (7, 6), "vuxen": (6,)}, "flen": {"skola": (8,)}}
THREES = dict.fromkeys(CODES, "3")


@dataclass
class Survey:
    """An open survey and one browser. Changes are made in contexts of their own, as requests are."""

    app: Application
    round: Round
    reader: Reader
    clock: time_machine.Traveller

    @contextmanager
    def inside(self) -> Iterator[Round]:
        """The application's context, gone again before the next request."""
        with self.app.app_context():
            yield self.round
            db.session.remove()

    def person(self, number: int = 0, unit: str = "barn-1") -> int:
        """Somebody who is invited."""
        return self.round.staff[unit][number]

    def be(self, person_id: int, language: Language = Language.SV) -> str:
        """Sit down as this person; returns the session's token."""
        with self.inside(), unit_of_work():
            db.session.get_one(Person, person_id).language = language
        return self.reader.sign_in(person_id)

    def path(self, end: str = "") -> str:
        return f"/enkat/{self.round.wave_id}{end}"

    def get(self, end: str = "", status: int = 200) -> ReadPage:
        return self.reader.get(self.path(end), status)

    def send(self, answers: dict[str, str] | None = None, status: int = 303) -> ReadPage:
        """Send from the page read last."""
        return self.reader.post(self.path(), THREES if answers is None else answers, status)

    def decline(self, status: int = 303) -> ReadPage:
        """Decline from the page read last."""
        return self.reader.post(self.path(), {"declines": "1"}, status)

    def answer_form(self, page: ReadPage, status: int = 303, **values: Any) -> ReadPage:
        """Send the form of statements on a page, changed by these values."""
        return self.reader.submit(page.form(self.path(), holding=CODES[0]), status, **values)

    def responses(self) -> int:
        with self.inside():
            return db.session.scalar(select(func.count()).select_from(ResponseOpen)) or 0

    def invitation(self, person_id: int) -> Invitation:
        with self.inside():
            return db.session.get_one(Invitation, (self.round.wave_id, person_id))

    def later(self, days: int) -> None:
        """Move the clock; whoever is signed in is not any more."""
        self.clock.move_to(NOW + timedelta(days=days))


@contextmanager
def logged() -> Iterator[list[str]]:
    """The lines that the product writes to its log inside, at its usual level; known at the end."""
    log, written, lines = logging.getLogger("tbblearn"), io.StringIO(), list[str]()
    handler, level = logging.StreamHandler(written), log.level
    handler.setFormatter(log.handlers[0].formatter)
    log.addHandler(handler)
    log.setLevel("INFO")
    try:
        yield lines
    finally:
        log.setLevel(level)
        log.removeHandler(handler)
        lines += written.getvalue().splitlines()


@pytest.fixture
def survey(app: Application) -> Iterator[Survey]:
    with app.app_context():
        made = Round.county(SIZES)
        made.open()
        db.session.remove()
    with time_machine.travel(NOW, tick=False) as clock:
        yield Survey(app, made, Reader(app), clock)
