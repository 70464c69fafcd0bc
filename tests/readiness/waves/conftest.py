"""A survey round that has just opened."""

import pytest

from tests.readiness.rounds import Round


@pytest.fixture
def opened() -> Round:
    made = Round.county()
    made.open()
    return made
