"""The whole load of the survey: 3,000 answers in two minutes while web workers are killed, on both databases."""

from pathlib import Path

import pytest

from benchmarks.survey_load import run
from tests.conftest import Backend


@pytest.mark.proof
def test_three_thousand_in_two_minutes_with_a_worker_killed_every_twenty_seconds(
    backend: Backend, tmp_path: Path
) -> None:
    url = backend.copy()
    try:
        outcome = run(type(backend).__name__, url, tmp_path, submissions=3000, seconds=120.0, kill_every=20.0)
    finally:
        backend.drop(url)
    print(outcome)
    assert outcome.killed >= 5
    assert outcome.sound, outcome
