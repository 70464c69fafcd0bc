"""A process leader in a county with people to ask."""

from collections.abc import Iterator

import pytest
import time_machine

from tbblearn.db import db, unit_of_work
from tbblearn.people.models import Programme
from tbblearn.people.rules import Role
from tbblearn.web.application import Application
from tests.factories import NOW
from tests.readiness.leader import Leader
from tests.readiness.rounds import SIZES, Round
from tests.reading import Reader


@pytest.fixture
def leader(app: Application) -> Iterator[Leader]:
    with app.app_context():
        made = Round.county({**SIZES, "trosa": {"forskola": (8,)}})
        with unit_of_work():
            db.session.add(Programme(slug="tuv", name="Tillsammans för unga vuxna"))
        db.session.remove()
    with time_machine.travel(NOW, tick=False) as clock:
        reader = Reader(app)
        reader.sign_in(made.holders[Role.PROCESS_LEADER])
        yield Leader(app, made, reader, clock)
