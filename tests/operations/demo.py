"""The demo that the tests build: small, on a day of their own."""

from datetime import date

import pytest
from sqlalchemy import func, select

from tbblearn.db import db

STAFF = 200
TODAY = date(2026, 11, 20)
only_on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def no_step(_share: float) -> None:
    """Nobody watches."""


def count_of(model, *conditions) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0
