"""One browser for each test, and the courses of the demo."""

import pytest

from tbblearn.courses.edition import Edition
from tbblearn.operations.demo.build import editions_of_courses
from tbblearn.web.application import Application
from tests.reading import Reader


@pytest.fixture
def reader(app: Application) -> Reader:
    """A browser that reads every page with care."""
    return Reader(app)


@pytest.fixture(scope="session")
def editions() -> list[Edition]:
    return editions_of_courses()
