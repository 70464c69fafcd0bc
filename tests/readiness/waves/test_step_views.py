"""A process leader takes a survey round from open to published or withdrawn, page by page. On both databases."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import delete, select, update

from tbblearn.db import db, unit_of_work
from tbblearn.readiness.models import PublishedFigure, Response
from tbblearn.readiness.waves.closing import renew_rates
from tbblearn.readiness.waves.timing import clean
from tbblearn.surveys.models import Invitation, ResponseOpen, Wave
from tbblearn.surveys.waves import WaveState
from tests.factories import NOW, TODAY
from tests.page_rules import words
from tests.readiness.leader import STEPS, Leader, in_english

# --- steps ---


def test_a_whole_round_through_the_pages(leader: Leader, monkeypatch: pytest.MonkeyPatch):
    page = leader.open()
    assert "Öppen" in page.text
    assert "Den visas första gången en vecka efter att mätningen öppnade" in page.text
    assert "Prova enkäten" not in page.links or "readiness_preview.first" in leader.app.view_functions
    leader.answer_all()
    with leader.inside(), unit_of_work():
        renew_rates(leader.round.wave_id, today=TODAY)
    page = leader.page()
    rates = [words(row) for row in page.main.select("table tbody tr")]
    assert rates == [f"{unit} Visas inte" for unit in ("Sörmland", "Flen", "Region", "Trosa")], "fewer than 100 invited"
    page = leader.step("/paminn")
    assert "En av två påminnelser är skickad" in page.text
    assert "Skicka påminnelse" not in page.links
    refused = leader.page("/paminn", 409)
    assert refused.h1 == "En påminnelse är redan skickad i dag"
    page = leader.step("/stang")
    assert "Kör skyddskontrollen" in page.links
    listed = words(leader.reader.get("/matningar").main.select("table tbody tr")[0])
    assert "20 november 2026 20 november 2026" in listed, "it closed the day it opened, before the day that was planned"
    with leader.inside():
        assert db.session.scalars(select(ResponseOpen.id)).all() == []
        assert db.session.scalars(select(Wave.cleaned)).all() == [True]
    page = leader.step("/skyddskontroll")
    assert "Publicera resultatet" in page.links
    assert "Resultatet går att publicera." in page.text
    shown = leader.page("/publicera")
    readers = "Chefer, barnrättspiloter, uppföljningsansvariga och processledare"
    assert f"{readers} ser resultatet genast, och alla som blev inbjudna från den 27 november 2026" in shown.text
    with monkeypatch.context() as at_once:
        at_once.setitem(leader.app.config, "TBBLEARN", replace(leader.app.config["TBBLEARN"], managers_first_days=0))
        assert "och alla som blev inbjudna ser resultatet genast." in leader.page("/publicera").text
    page = leader.step("/publicera")
    assert f"{readers} kan läsa det, och från den 27 november 2026 alla som blev inbjudna" in page.text
    with leader.inside():
        assert db.session.scalars(select(PublishedFigure.position)).all()
        assert not db.session.scalars(select(Invitation.person_id).where(Invitation.answered)).all()
    answer = leader.send("/dra-tillbaka", 422)
    assert answer.errors == ["Kryssa i rutan om du vill dra tillbaka hela mätningen."]
    leader.send("/dra-tillbaka", confirm="y")
    page = leader.reader.follow()
    assert "Svar och siffror är borta" in page.text
    with leader.inside():
        assert not db.session.scalars(select(PublishedFigure.position)).all()
        assert not db.session.scalars(select(Response.id)).all()
        assert db.session.scalars(select(Wave.cleaned)).all() == [True]


def test_the_state_machine_refuses_all_else_with_a_reason(leader: Leader):
    """In each state, every step and every form that does not belong there is refused, and changes nothing."""
    allowed = {
        WaveState.PLANNED: {"dra-tillbaka"},
        WaveState.OPEN: {"paminn", "stang", "dra-tillbaka"},
        WaveState.CLOSED: {"skyddskontroll", "dra-tillbaka"},
        WaveState.AUDITED: {"skyddskontroll", "publicera", "dra-tillbaka"},
        WaveState.PUBLISHED: {"dra-tillbaka"},
        WaveState.WITHDRAWN: set(),
    }
    forms = {
        WaveState.PLANNED: {"andra", "granser", "huvudman", "kontroll"},
        WaveState.OPEN: {"andra", "granser"},
    }

    def refused() -> None:
        wave = leader.wave()
        for end in (*STEPS, "andra", "granser", "huvudman", "kontroll"):
            may = allowed[wave.state] | forms.get(wave.state, set())
            page = leader.page(f"/{end}", 200 if end in may else 409)
            if end in may:
                continue
            assert page.h1
            assert "Till mätningen" in page.links
            leader.reader.post(f"{leader.home}/{end}", status=409)
        after = leader.wave()
        assert (after.state, after.version) == (wave.state, wave.version)

    leader.plan()
    leader.adopt("region", "flen")
    refused()
    leader.approve()
    leader.step("/oppna")
    refused()
    leader.answer_all()
    for step in ("/stang", "/skyddskontroll", "/publicera"):
        leader.step(step)
        refused()
    leader.send("/dra-tillbaka", confirm="y")
    refused()


def test_missing_answers_stop_the_closing_with_what_to_do_and_no_number(leader: Leader):
    leader.open()
    leader.answer_all()
    with leader.inside(), unit_of_work():
        db.session.execute(delete(ResponseOpen))
    leader.send("/stang", 409)
    page = leader.reader.page
    assert page is not None
    assert page.h1 == "Svar saknas"
    assert "Dra tillbaka mätningen, eller fråga den som driver systemet." in page.text
    numbers = re.findall(r"\d+", words(page.main))
    assert numbers == ["409"], "how many are gone is for who runs the server"
    assert leader.wave().state is WaveState.OPEN


def test_a_wave_that_is_not_there_is_not_found(leader: Leader):
    ends = ("andra", "granser", "huvudman", "kontroll", *STEPS)
    leader.reader.get("/matningar/4711", 404)
    for end in ends:
        leader.reader.get(f"/matningar/4711/{end}", 404)
        leader.reader.post(f"/matningar/4711/{end}", status=404)
    leader.reader.get("/matningar/1/finns-inte", 404)


def test_until_the_disk_is_wiped_the_check_waits_kindly(leader: Leader):
    leader.open()
    leader.answer_all()
    leader.step("/stang")
    with leader.inside(), unit_of_work():
        db.session.execute(update(Wave).values(cleaned=False))
    page = leader.page()
    assert "Timern gör det klart inom tio minuter." in page.text
    assert "Kör skyddskontrollen" not in page.links
    refused = leader.page("/skyddskontroll", 409)
    assert refused.h1 == "Vänta en liten stund"
    assert "Inget är förlorat." in refused.text
    leader.page()
    assert leader.reader.post(f"{leader.home}/skyddskontroll", status=409).h1 == "Vänta en liten stund"
    with leader.inside():
        assert clean() == {"waves_cleaned": 1}
    assert "Kör skyddskontrollen" in leader.page().links


def test_a_process_leader_is_never_told_where_or_which_figures_the_check_stopped_or_made_coarser(leader: Leader):
    """The page is the same whatever unit and family the report names: that would tell why a unit is not shown."""
    leader.open()
    leader.answer_all()
    leader.step("/stang")
    units = leader.round.units

    def told(state: WaveState, **report: object) -> tuple[str, str]:
        kept = {"passed": False, "timed_out": False, "withheld": [], "residuals": [], "bounds": [], "fallen_back": []}
        values = {"state": state, "audited_at": NOW, "published_at": NOW, "staff_from_on": TODAY}
        with leader.inside(), unit_of_work():
            db.session.execute(update(Wave).values(audit_report=kept | report, **values))
        page = leader.page()
        parts = page.main.select("[aria-labelledby=stopped], [aria-labelledby=coarser]")
        return str(page.main), " ".join(words(part) for part in parts)

    one = {"unit": str(units["barn-1"]), "family": "distributions", "to": "withheld"}
    two = {"unit": str(units["flen"]), "family": "means", "to": "coarser"}
    bound = {"unit": str(units["barn-1"]), "check": "part", "family": "distributions", "n": 5, "why": "Of the 13 …"}
    whole, said = told(WaveState.PUBLISHED, passed=True, fallen_back=[one])
    assert "gjorde skyddskontrollen några siffror grövre, eller tog bort dem" in said
    assert told(WaveState.PUBLISHED, passed=True, fallen_back=[two, one]) == (whole, said)
    assert told(WaveState.PUBLISHED, passed=True)[1] == ""
    whole, said = told(WaveState.CLOSED, bounds=[bound], fallen_back=[one])
    assert "Inget är publicerat" in said
    assert not any(letter.isdecimal() for letter in said)
    assert told(WaveState.CLOSED, residuals=[bound | {"unit": str(units["flen"])}]) == (whole, said)
    whole, said = told(WaveState.CLOSED, timed_out=True)
    assert "hann inte bli klar" in said
    page = leader.page()
    assert not page.main.select("a.btn:not(.btn--second)")
    assert "Kör skyddskontrollen igen" in page.links
    in_english(leader)
    assert "Nothing is published" in leader.page().text


def test_the_pages_are_whole_in_english(leader: Leader):
    in_english(leader)
    page = leader.reader.get("/matningar")
    assert page.h1 == "Survey rounds"
    leader.plan()
    leader.adopt("region")
    assert leader.page("/kontroll").h1 == "Check before opening"
    leader.approve()
    assert leader.page("/oppna").h1 == "Open the survey round"
    leader.step("/oppna")
    for end in ("", "/andra", "/granser", "/paminn", "/stang", "/dra-tillbaka"):
        assert leader.page(end).language == "en"
