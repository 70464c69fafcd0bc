"""The small county with a course that the region has adopted; some have taken it."""

from collections.abc import Iterator

import pytest
import time_machine

from tbblearn.db import db, unit_of_work
from tbblearn.people.models import Person
from tbblearn.web.application import Application
from tests.factories import NOW
from tests.reading import Reader
from tests.training.conftest import Training


@pytest.fixture(autouse=True)
def _day_of_the_county() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def taken(app: Application, taught: Training) -> Training:
    """p101 and p104 have passed, p102 is on the way, p103 has a protected identity."""
    with app.app_context():
        taught.tick()
        taught.take(taught.person("p101"))
        taught.take(taught.person("p104"))
        taught.read_all(taught.person("p102"))
        with unit_of_work():
            db.session.get_one(Person, taught.person("p103")).protected_identity = True
        db.session.remove()
    return taught


@pytest.fixture
def reader(app: Application, taken: Training) -> Reader:
    """Signed in as manager of verksamhet-1: enhet-1 with p101-p103, enhet-2 with p104-p106 and the role holders."""
    made = Reader(app)
    made.sign_in(taken.county.persons["manager"])
    return made
