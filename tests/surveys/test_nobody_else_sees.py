"""While a survey is open nobody else can see that somebody has answered, or declined: not a byte differs anywhere."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tbblearn.db import db, unit_of_work
from tbblearn.mail.delivery import deliver
from tbblearn.mail.models import Message
from tbblearn.mail.queries import trouble
from tbblearn.mail.rules import Letter, Refused
from tbblearn.people.models import OrgUnit
from tbblearn.people.rules import Role
from tbblearn.readiness.waves.actions import remind
from tbblearn.surveys.waves import ASKING_MAIL
from tbblearn.tick import tick
from tbblearn.web.application import Application
from tests.conftest import Backend
from tests.factories import NOW, grant, make_person
from tests.readiness.crawling import Crawl, crawl_as
from tests.readiness.rounds import Round
from tests.reading import Reader
from tests.surveys.conftest import SIZES, THREES, logged

DEEDS = ("nothing", "answers", "declines")


@dataclass(frozen=True)
class Seen:
    """All that others can get at: pages and files, what the timer prints, what stands in the log but for the counts."""

    pages: Crawl
    delivered: dict[str, int]
    ticked: dict[str, int]
    letters: list[tuple[int, str, int]]
    """Number, kind and recipient of every letter that waits or was sent to somebody else."""
    log: list[dict[str, object]]


@pytest.fixture
def opened(app: Application) -> Round:
    """A county with an open survey, and somebody in every role."""
    with app.app_context():
        made = Round.county(SIZES)
        with unit_of_work():
            for role in (Role.ADMIN, Role.EDITOR):
                holder = make_person(db.session.get_one(OrgUnit, made.units["vuxen-1"]))
                grant(holder, db.session.get_one(OrgUnit, made.units["sormland"]), role)
                made.holders[role] = holder.id
        made.open()
        db.session.remove()
    return made


class Refusing:
    """A mail server that takes no letter, at worst: only who has not answered would get one."""

    def __init__(self) -> None:
        self.number = 0

    def send(self, letter: Letter) -> None:
        self.number += 1
        if not letter.only_asks and self.number % 5:  # not ten in a row
            raise Refused("DATA 554")

    def close(self) -> None:
        pass


@contextmanager
def copy_of(backend: Backend, template: str) -> Iterator[Application]:
    """The application on a copy of a database."""
    url = backend.new(template)
    backend.point(backend.app, url)
    yield backend.app
    backend.engine.dispose()
    backend.drop(url)


def others(made: Round, person_id: int) -> dict[str, int | None]:
    """Everybody whose pages are looked at: each role, a colleague of the same unit, somebody far off, nobody."""
    everyone: dict[str, int | None] = {role.value: holder for role, holder in made.holders.items()}
    everyone |= {"colleague": made.staff["barn-1"][-1], "far off": made.staff["skola-1"][0], "nobody": None}
    return {who: other for who, other in everyone.items() if other != person_id}


def do(reader: Reader, made: Round, deed: str) -> None:
    """What one person does in a browser."""
    address = f"/enkat/{made.wave_id}"
    reader.get(address)
    if deed == "answers":
        reader.get(f"{address}/pastaenden")
        reader.post(address, THREES)
        reader.follow()
    elif deed == "declines":
        reader.post(address, {"declines": "1"})
        reader.follow()


def seen(
    app: Application,
    made: Round,
    person_id: int,
    deed: str,
    *,
    crawled: bool = True,
    uncounted: Collection[str] = ASKING_MAIL,
) -> Seen:
    """Let the person do it, send the mail that is due, and look at everything as everybody else."""
    pages: Crawl = {}
    reader = Reader(app)
    with time_machine.travel(NOW, tick=False):
        reader.get("/om")  # tells the hour of whatever was before
    with time_machine.travel(NOW, tick=False) as clock, logged() as lines:
        reader.sign_in(person_id)
        reader.get("/mina-utbildningar")
        do(reader, made, deed)
        clock.shift(timedelta(hours=1))
        with app.app_context():
            delivered = deliver(
                lambda: NOW + timedelta(hours=1), app.extensions["tbblearn_letters"], Refusing(), uncounted
            )
            delivered |= trouble(NOW + timedelta(hours=1), uncounted)
            with unit_of_work():
                remind(made.wave_id, by=None, now=NOW, today=NOW.date())
            ticked = tick(now=NOW + timedelta(hours=1))
            letters = [
                (number, kind, recipient)
                for number, kind, recipient in db.session.execute(
                    select(Message.id, Message.kind, Message.recipient_id).order_by(Message.id)
                )
                if recipient != person_id
            ]
            db.session.remove()
        for who, other in others(made, person_id).items() if crawled else ():
            crawl_as(app, made, who, other, pages)
        clock.shift(timedelta(hours=1))
        reader.get("/om")
    log = [json.loads(line) for line in lines]
    for line in log:
        for count in ("requests", "slow"):  # of all pages together; how many were slow is the machine's doing
            line.pop(count, None)
    return Seen(pages, delivered, ticked, letters, log)


@pytest.mark.parametrize("backend", ["sqlite", pytest.param("postgresql", marks=pytest.mark.full)], indirect=True)
@pytest.mark.parametrize("place", ["in a unit of seven", "a manager"])
def test_nothing_that_others_can_open_tells_whether_somebody_answered_or_declined(
    backend: Backend, app: Application, opened: Round, place: str
) -> None:
    person_id = opened.holders[Role.MANAGER] if place == "a manager" else opened.staff["barn-1"][0]
    start = backend.engine.url.render_as_string(hide_password=False)
    backend.engine.dispose()
    found = {}
    for deed in DEEDS:
        with copy_of(backend, start) as copy:
            found[deed] = seen(copy, opened, person_id, deed)
    backend.point(backend.app, start)
    before = found["nothing"]
    reached = {path for _who, path in before.pages}
    assert {"/utskick", "/matningar", f"/matningar/{opened.wave_id}", "/enkater"} <= reached
    assert len(before.pages) > 150
    assert len(before.log) >= 2
    for deed in DEEDS[1:]:
        differ = [where for where, page in before.pages.items() if found[deed].pages.get(where) != page]
        assert not differ, (deed, differ)
        assert found[deed] == before


def test_a_timer_that_counted_the_letters_that_ask_would_be_found_out(
    backend: Backend, app: Application, opened: Round
) -> None:
    start = backend.engine.url.render_as_string(hide_password=False)
    backend.engine.dispose()
    found = []
    for deed in DEEDS[:2]:
        with copy_of(backend, start) as copy:
            person_id = opened.staff["barn-1"][0]
            found.append(seen(copy, opened, person_id, deed, crawled=False, uncounted=()))
    backend.point(backend.app, start)
    assert found[0] != found[1]
