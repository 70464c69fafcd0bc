"""An editor at a browser."""

import pytest

from tbblearn.web.application import Application
from tests.factories import County
from tests.reading import Reader


@pytest.fixture
def editor(app: Application, county: County) -> Reader:
    reader = Reader(app)
    reader.sign_in(county.persons["editor"])
    return reader
