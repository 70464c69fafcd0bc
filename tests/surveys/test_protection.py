"""The public pages about how answers are protected: the first is short, the second tells what the proofs found."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from tbblearn import __version__
from tbblearn.surveys import proofs
from tbblearn.web.application import Application
from tests.proof.recording import SOUND, Recording
from tests.reading import Reader, ReadPage

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


PARTICIPATION = {
    "counties": 1000,
    "decided_outsider": 0,
    "decided_insider": 3,
    "flips": 29236,
    "flips_seen": 7,
    "leaves_shown_60": 69.6,
    "full_units": 321,
    "two_fewer_possible": 98.4,
    "weak_builds": 9,
    "on": "2027-03-01",
}


def told(app: Application, found: Mapping[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReadPage:
    """The page for who wants to examine it, with these proofs."""
    monkeypatch.setattr(proofs, "FILE", tmp_path / "proofs.json")
    proofs.FILE.write_text(json.dumps(found))
    for kept in (proofs.last_proofs, proofs.participation_proof):
        kept.cache_clear()
    reader = Reader(app)
    first = reader.get("/sa-skyddar-vi-dina-svar")
    page = reader.get(first.links["För dig som vill granska"])
    for kept in (proofs.last_proofs, proofs.participation_proof):
        kept.cache_clear()
    return page


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_it_tells_what_the_last_run_found(app: Application, tmp_path, monkeypatch) -> None:
    page = told(app, FOUND, tmp_path, monkeypatch)
    assert "vem som har svarat: " not in page.text
    assert "Slumpade län" not in page.text, "nothing is said of what has not been tried"
    assert "SQLite 2 412 +0,5 −1,0 till +1,9 +43,3 1 mars 2027 (version 1.2.3)" in page.text
    assert "PostgreSQL 1 234 −0,2 −1,5 till +1,1 +94,9 24 december 2026 (version 1.2.2)" in page.text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_it_tells_what_was_found_of_who_took_part(app: Application, tmp_path, monkeypatch) -> None:
    page = told(app, {**FOUND, "participation": PARTICIPATION}, tmp_path, monkeypatch)
    for line in (
        "Slumpade län som vi har räknat igenom: 1 000.",
        "Grupper där någon utifrån kunde vara säker på om någon hade svarat: 0. Där en kollega kunde vara det: 3.",
        "Gånger som vi lät en eller två till svara: 29 236. Gånger då det syntes: 7.",
        "Medvetet försvagade versioner, alla avslöjade: 9.",
        "Priset: när 60 procent svarar får 69,6 procent av de minsta enheterna ett eget resultat.",
    ):
        assert line in page.text
    assert "SQLite 2 412" in page.text
    assert "participation" not in page.text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_staff_need_to_know_is_one_screen_and_says_what_is_not_protected(app: Application) -> None:
    page = Reader(app).get("/sa-skyddar-vi-dina-svar")
    assert len(page.text.split()) < 220
    assert "svaren 90 dagar senare" in page.text
    assert page.text.index("Det här kan du lita på") < page.text.index("Det här kan vi inte skydda mot")
    for told_too in ("En tekniker", "lika förstår andra", "räkna ut det om resten", "webbläsarens historik"):
        assert told_too in page.text


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
