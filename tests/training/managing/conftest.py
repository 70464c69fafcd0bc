"""The learners of `tests/training/learners.py`."""

from tests.training.learners import learners  # noqa: F401
