"""Answers while web workers are killed: each acknowledged one is kept once. The full load is `make proof`."""

from pathlib import Path

import pytest

from benchmarks.survey_load import answers_of, number_of, run


def test_a_small_load_loses_nothing_and_keeps_nothing_twice_while_a_worker_dies(tmp_path: Path) -> None:
    outcome = run(
        "SQLite", f"sqlite:///{tmp_path / 'load.sqlite'}", tmp_path, submissions=90, seconds=5.0, kill_every=2.0
    )
    assert outcome.killed >= 1
    assert outcome.sound, outcome


@pytest.mark.parametrize("number", [0, 4, 5, 2999, 5**12 - 1])
def test_a_submission_is_found_again_by_its_answers(number: int) -> None:
    assert number_of(answers_of(number)) == number
