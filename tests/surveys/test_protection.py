"""The public page about how answers are protected tells what the proofs found, whatever that was."""

import json

import pytest

from tbblearn.surveys import proofs
from tbblearn.web.application import Application
from tests.reading import Reader

FOUND = {
    "on": "2027-03-01",
    "version": "1.2.3",
    "gains": {
        "SQLite": {"answers": 2412, "gain": 0.5, "low": -1.0, "high": 1.9, "weakest": 43.3},
        "PostgreSQL": {"answers": 1234, "gain": -0.2, "low": -1.5, "high": 1.1, "weakest": 94.9},
    },
}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_it_tells_what_the_last_run_found(app: Application, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(proofs, "FILE", tmp_path / "proofs.json")
    proofs.FILE.write_text(json.dumps(FOUND))
    proofs.last_proofs.cache_clear()
    page = Reader(app).get("/sa-skyddar-vi-dina-svar")
    proofs.last_proofs.cache_clear()
    assert "1 mars 2027 (version 1.2.3)" in page.text
    assert "SQLite 2 412 +0,5 −1,0 till +1,9 +43,3 PostgreSQL 1 234 −0,2 −1,5 till +1,1 +94,9" in page.text


def test_a_version_is_released_with_results_on_both_databases() -> None:
    kept = proofs.last_proofs()
    assert [one.database for one in kept.gains] == ["SQLite", "PostgreSQL"]
    for one in kept.gains:
        assert one.low <= 0 < 25 < one.weakest, one
