"""One browser for each test."""

import pytest

from tbblearn.web.application import Application
from tests.reading import Reader


@pytest.fixture
def reader(app: Application) -> Reader:
    """A browser that reads every page with care."""
    return Reader(app)
