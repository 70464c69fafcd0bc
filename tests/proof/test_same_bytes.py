"""`make proof`: a hundred seeds of Python's hashes, a hundred orders of units and answers, and the same rows."""

import pytest

from tests.readiness.same_bytes import digest
from tests.readiness.test_same_bytes import by_process

pytestmark = pytest.mark.proof


def test_a_hundred_seeds_change_no_byte():
    assert {by_process(seed) for seed in range(100)} == {digest(0)}
