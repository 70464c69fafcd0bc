from collections.abc import Iterator

import pytest
import time_machine

from tests.factories import NOW


@pytest.fixture(autouse=True)
def on_a_day() -> Iterator[None]:
    """Sources grow old by the day of the check, and those of the example must not do so while it is tested."""
    with time_machine.travel(NOW, tick=False):
        yield
