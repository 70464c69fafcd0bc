"""What is stored of a wave."""

import pytest
from sqlalchemy import func, select

from tbblearn.db import db
from tbblearn.surveys.models import Wave
from tbblearn.surveys.waves import WaveState
from tests.readiness.rounds import CODES, Round

on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
ALL_THREES = dict.fromkeys(CODES, "3")


def rows(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def state(round_: Round) -> WaveState:
    return db.session.scalars(select(Wave.state).where(Wave.id == round_.wave_id)).one()
