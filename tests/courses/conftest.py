from pathlib import Path

import pytest

from tests.courses.example import Courses


@pytest.fixture
def courses(tmp_path: Path) -> Courses:
    """A folder with the example course."""
    return Courses(tmp_path / "courses")
