"""A process leader at a browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import time_machine
from sqlalchemy import select

from tbblearn.db import db
from tbblearn.surveys.models import Wave
from tbblearn.web.application import Application
from tests.factories import NOW, TODAY
from tests.listening import statements
from tests.readiness.rounds import Round
from tests.reading import Reader, ReadPage

STEPS = ("oppna", "paminn", "stang", "skyddskontroll", "publicera", "dra-tillbaka")


@dataclass
class Leader:
    """A process leader at a browser, in a county with people to ask."""

    app: Application
    round: Round
    reader: Reader
    clock: time_machine.Traveller

    @contextmanager
    def inside(self) -> Iterator[Round]:
        """The application's context, gone again before the next request."""
        with self.app.app_context():
            yield self.round
            db.session.rollback()
            db.session.remove()

    def day(self, days: int) -> date:
        """Let so many days go by since the first."""
        self.clock.move_to(NOW + timedelta(days=days))
        return TODAY + timedelta(days=days)

    @property
    def home(self) -> str:
        return f"/matningar/{self.round.wave_id}"

    def page(self, end: str = "", status: int = 200) -> ReadPage:
        return self.reader.get(f"{self.home}{end}", status)

    def send(self, end: str, status: int = 303, **values: Any) -> ReadPage:
        """Open a page about the wave and send the form that stands there."""
        page = self.page(end)
        return self.reader.submit(page.form(f"{self.home}{end}"), status, **values)

    def step(self, end: str) -> ReadPage:
        """Take a step on its page, and read the wave's page that follows."""
        self.send(end)
        return self.reader.follow()

    def plan(self, **values: Any) -> ReadPage:
        """Plan a wave through the page; returns the wave's page."""
        page = self.reader.get("/matningar/ny")
        given = {
            "programme": str(self.round.programme_id),
            "name": "Hösten 2026",
            "opens_on": str(TODAY),
            "closes_on": str(TODAY + timedelta(days=14)),
        } | values
        self.reader.submit(page.form("/matningar/ny"), **given)
        made = self.reader.follow()
        self.round.wave_id = int(made.path.rsplit("/", 1)[1])
        return made

    def adopt(self, *names: str) -> None:
        for name in names:
            self.send(
                "/huvudman", huvudman=str(self.round.units[name]), adopted_on=str(TODAY), reference="KS 2026/17 § 4"
            )

    def approve(self) -> ReadPage:
        page = self.page("/kontroll")
        boxes = [str(box["value"]) for box in page.soup.select("input[name=seen]")]
        self.reader.submit(page.form(f"{self.home}/kontroll"), seen=boxes)
        return self.reader.follow()

    def open(self) -> ReadPage:
        self.plan()
        self.adopt("region", "flen", "trosa")
        self.approve()
        return self.step("/oppna")

    def answer_all(self, share: float = 1.0) -> None:
        with self.inside() as made:
            made.answer_all(share=share)

    def wave(self) -> Wave:
        with self.inside():
            wave = db.session.scalars(select(Wave).where(Wave.id == self.round.wave_id)).one()
            db.session.expunge(wave)
            return wave

    def queries(self, path: str) -> int:
        """How many statements a page sends."""
        self.reader.get(path)
        with statements(self.app) as sent:
            self.reader.get(path)
        return len(sent)


def in_english(leader: Leader) -> None:
    leader.reader.post("/sprak", {"language": "en", "next": "/matningar"})
