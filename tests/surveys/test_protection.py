"""The public page about how answers are protected tells what the proofs found, whatever that was."""

import json
from datetime import date
from pathlib import Path

import pytest

from tbblearn import __version__
from tbblearn.surveys import proofs
from tbblearn.web.application import Application
from tests.proof.recording import SOUND, Recording
from tests.reading import Reader

FOUND = {
    "SQLite": {
        "answers": 2412,
        "gain": 0.5,
        "low": -1.0,
        "high": 1.9,
        "weakest": 43.3,
        "on": "2027-03-01",
        "version": "1.2.3",
    },
    "PostgreSQL": {
        "answers": 1234,
        "gain": -0.2,
        "low": -1.5,
        "high": 1.1,
        "weakest": 94.9,
        "on": "2026-12-24",
        "version": "1.2.2",
    },
}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_it_tells_what_the_last_run_found(app: Application, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(proofs, "FILE", tmp_path / "proofs.json")
    proofs.FILE.write_text(json.dumps(FOUND))
    proofs.last_proofs.cache_clear()
    page = Reader(app).get("/sa-skyddar-vi-dina-svar")
    proofs.last_proofs.cache_clear()
    assert "SQLite 2 412 +0,5 −1,0 till +1,9 +43,3 1 mars 2027 (version 1.2.3)" in page.text
    assert "PostgreSQL 1 234 −0,2 −1,5 till +1,1 +94,9 24 december 2026 (version 1.2.2)" in page.text


def test_a_version_is_released_with_results_of_its_own_on_both_databases() -> None:
    kept = proofs.last_proofs()
    assert [one.database for one in kept] == ["SQLite", "PostgreSQL"]
    for one in kept:
        assert one.low <= 0 < 25 < one.weakest, one
        assert one.version == __version__, "run make proof before a release"


def test_a_database_is_written_when_all_its_proofs_have_passed_and_the_other_stays(tmp_path: Path) -> None:
    file = tmp_path / "proofs.json"
    file.write_text(json.dumps(FOUND))
    run = Recording(file)

    def passed(proof: str, **found: float) -> dict[str, dict[str, object]]:
        run.passed("SQLite", proof, weak={"a", "b"}, on=date(2027, 5, 6), version="2.0.0", **found)
        kept: dict[str, dict[str, object]] = json.loads(file.read_text())
        return kept

    assert passed("a", gain=0.7) == FOUND
    assert passed(SOUND, answers=2400, gain=0.0123, low=-0.01, high=0.02) == FOUND
    assert passed("b", gain=0.4567) == {
        "PostgreSQL": FOUND["PostgreSQL"],
        "SQLite": {
            "answers": 2400,
            "gain": 1.2,
            "low": -1.0,
            "high": 2.0,
            "weakest": 45.7,
            "on": "2027-05-06",
            "version": "2.0.0",
        },
    }
