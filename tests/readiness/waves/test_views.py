"""A process leader plans a survey round and approves its opening check, page by page. On both databases."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tbblearn.db import db, unit_of_work
from tbblearn.people.models import OrgUnit, Programme
from tbblearn.people.rules import Role, UnitKind
from tbblearn.surveys.models import Wave, WaveAdoption
from tbblearn.surveys.waves import WaveState
from tbblearn.tick import tick
from tests.factories import NOW, TODAY, grant, make_person, make_unit
from tests.listening import statements
from tests.readiness.leader import STEPS, Leader
from tests.reading import Reader

# --- the list and the plan ---


def test_the_list_is_empty_at_first_and_then_grouped_by_programme(leader: Leader):
    page = leader.reader.get("/matningar")
    assert "Inga mätningar än." in page.text
    assert "Mätningar" in page.whole_text
    with leader.inside():
        tuv = db.session.scalars(select(Programme.id).where(Programme.slug == "tuv")).one()
    leader.plan()
    leader.plan(programme=str(tuv), name="Unga vuxna 2026")
    leader.plan(
        programme=str(leader.round.programme_id), name="Våren 2027", opens_on="2027-06-01", closes_on="2027-06-14"
    )
    page = leader.reader.get("/matningar")
    assert [heading.get_text() for heading in page.main.select("h2")] == [
        "Tillsammans för barnens bästa",
        "Tillsammans för unga vuxna",
    ]
    assert [link.get_text() for link in page.main.select("table a")] == ["Våren 2027", "Hösten 2026", "Unga vuxna 2026"]
    assert "Planerad" in page.text


def test_only_process_leaders_have_the_menu_entry(leader: Leader):
    other = Reader(leader.app)
    other.sign_in(leader.round.holders[Role.MANAGER])
    assert "Mätningar" not in other.get("/mina-utbildningar").whole_text
    menu = [link.get_text().strip() for link in leader.reader.get("/matningar").soup.select("header nav a")]
    assert "Mätningar" in menu
    assert len(menu) <= 4


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_who_leads_one_huvudman_decides_nothing_about_the_countys_rounds(leader: Leader):
    leader.plan()
    with leader.inside() as made, unit_of_work():
        region = db.session.get_one(OrgUnit, made.units["region"])
        person = make_person(region)
        grant(person, region, Role.PROCESS_LEADER)
        person_id = person.id
    other = Reader(leader.app)
    other.sign_in(person_id)
    for path in ("/matningar", "/matningar/ny", leader.home, f"{leader.home}/kontroll", f"{leader.home}/prova"):
        assert other.get(path, 403).h1
    for end in (*STEPS, "granser"):
        other.post(f"{leader.home}/{end}", status=403)
    assert "Mätningar" not in other.get("/mina-utbildningar").whole_text
    assert leader.wave().state is WaveState.PLANNED


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_nobody_changes_the_plan_between_the_check_and_what_is_said_of_it(leader: Leader):
    leader.plan()
    leader.adopt("region")
    page = leader.page("/kontroll")
    with statements(leader.app) as sent:
        leader.reader.submit(page.form(f"{leader.home}/kontroll"), 422, seen=[])
    held = next(place for place, statement in enumerate(sent) if "FOR UPDATE" in statement)
    counted = [
        place
        for place, statement in enumerate(sent)
        if "FROM placement" in statement and "FROM sign_in_session" not in statement  # who is asking is looked up first
    ]
    assert counted
    assert held < min(counted)


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"name": " "}, "Skriv ett namn på mätningen."),
    ({"name": "x" * 121}, "Namnet är för långt. Skriv högst 120 tecken."),
    ({"opens_on": "i morgon"}, "Skriv datumet så här: 2027-05-20."),
    ({"closes_on": "20 maj"}, "Skriv datumet så här: 2027-05-20."),
    ({"closes_on": "2027-02-30"}, "Det datumet finns inte. Skriv datumet så här: 2027-05-20."),
    ({"opens_on": ""}, "Skriv vilken dag mätningen öppnar."),
    ({"closes_on": "9999-12-31"}, "Skriv ett årtal mellan 2000 och 2099."),
    ({"opens_on": "2027-03-02", "closes_on": "2027-03-01"}, "Sista dagen kan inte komma före den första."),
    ({"opens_on": "2026-01-02", "closes_on": "2026-01-03"}, "Sista dagen har redan varit. Välj en senare dag."),
    ({"k": "4"}, "Gränsen kan vara från 5 till 100 svar."),
    ({"k": "fem"}, "Skriv ett heltal med siffror, till exempel 10."),
    ({"k_distribution": "tio"}, "Skriv ett heltal med siffror, till exempel 10."),
    ({"k_distribution": "1_0"}, "Skriv ett heltal med siffror, till exempel 10."),
    ({"k": "12"}, "Gränsen för fördelningar kan inte vara lägre än den för medelvärden."),
    ({"programme": "999"}, "Välj ett program."),
    ({"programme": None}, "Välj ett program."),
)


def test_what_cannot_be_planned_is_said_and_what_was_typed_is_kept(leader: Leader):
    form = leader.reader.get("/matningar/ny").form("/matningar/ny")
    good: dict[str, Any] = {
        "programme": str(leader.round.programme_id),
        "name": "Namnet",
        "opens_on": "2027-03-01",
        "closes_on": "2027-03-14",
    }
    for values, error in REFUSED:
        answer = leader.reader.submit(form, 422, **(good | values))
        assert answer.errors == [error]
        kept = answer.form("/matningar/ny")
        for name, value in (good | values).items():
            if value is not None and name != "programme":
                assert kept[name] == value.strip()
    assert "Inga mätningar än." in leader.reader.get("/matningar").text


# --- who takes part, days, limits ---


def test_huvudmen_are_written_down_changed_and_taken_back(leader: Leader):
    page = leader.plan()
    assert page.h1 == "Hösten 2026"
    assert "Skriv in huvudmän" in page.links
    assert leader.plan().path == page.path, "pressed twice it is planned once"
    answer = leader.send("/huvudman", 422, huvudman="0", adopted_on="2026-11-21", reference=" ")
    assert answer.errors == [
        "Välj en huvudman.",
        "Beslutet kan inte vara taget efter i dag.",
        "Skriv beslutets beteckning, till exempel ett diarienummer.",
    ]
    leader.adopt("region", "flen")
    page = leader.page()
    assert "2 av 3 huvudmän har beslutat att vara med." in page.text
    assert "KS 2026/17 § 4" in page.text
    flen = leader.round.units["flen"]
    leader.page("/huvudman")
    leader.reader.post(f"{leader.home}/huvudman/{flen}/ta-bort")
    assert "Inte beslutat: Flen, Trosa." in leader.page().text
    leader.reader.post(f"{leader.home}/huvudman/{leader.round.units['barn']}/ta-bort", status=404)


def test_a_change_of_days_or_huvudmen_calls_for_a_new_check(leader: Leader):
    leader.plan()
    leader.adopt("region")
    assert "Öppna mätningen" in leader.approve().links
    leader.send("/andra", name="Ett annat namn", closes_on=str(TODAY + timedelta(days=21)))
    page = leader.reader.follow()
    assert page.h1 == "Ett annat namn"
    assert "Kontrollera inför start" in page.links
    assert "Öppna mätningen" not in page.links
    leader.approve()
    leader.adopt("flen")
    assert "Kontrollera inför start" in leader.page().links
    assert "Kontrollera först" in leader.page("/oppna", 409).text


def test_who_was_slower_keeps_what_was_typed(leader: Leader):
    leader.plan()
    form = leader.page("/andra").form(f"{leader.home}/andra")
    leader.send("/andra", name="Den snabbas namn")
    answer = leader.reader.submit(form, 409, name="Den långsammas namn")
    assert "Någon hann före. Så här ser det ut nu." in answer.text
    assert "Den snabbas namn" in answer.text
    again = answer.form(f"{leader.home}/andra")
    assert again["name"] == "Den långsammas namn"
    leader.reader.submit(again)
    assert leader.wave().name == "Den långsammas namn"


def test_limits_are_raised_and_never_lowered(leader: Leader):
    leader.plan()
    leader.send("/granser", k="7", k_distribution="14")
    assert "7 svar" in leader.page().text
    answer = leader.send("/granser", 422, k="6", k_distribution="14")
    assert answer.errors == ["Gränserna går att höja, men aldrig att sänka."]
    assert answer.form(f"{leader.home}/granser")["k"] == "6"


# --- the check ---


def test_every_line_must_be_seen_and_ticks_are_kept(leader: Leader):
    leader.plan()
    leader.adopt("region")
    page = leader.page("/kontroll")
    boxes = [str(box["value"]) for box in page.soup.select("input[name=seen]")]
    assert len(boxes) == 10
    answer = leader.reader.submit(page.form(f"{leader.home}/kontroll"), 422, seen=boxes[1:])
    assert answer.errors == ["Inte sedd: Andra mätningar inom 180 dagar"]
    assert len(answer.soup.select("input[name=seen][checked]")) == 9
    assert leader.wave().approved_at is None
    leader.reader.submit(answer.form(f"{leader.home}/kontroll"), seen=boxes)
    assert leader.wave().approved_by == leader.round.holders[Role.PROCESS_LEADER]


def test_a_figure_that_changed_meanwhile_must_be_seen_anew(leader: Leader):
    leader.plan()
    leader.adopt("region")
    page = leader.page("/kontroll")
    boxes = [str(box["value"]) for box in page.soup.select("input[name=seen]")]
    with leader.inside() as made, unit_of_work():
        make_person(db.session.get_one(OrgUnit, made.units["barn-1"]))
    answer = leader.reader.submit(page.form(f"{leader.home}/kontroll"), 422, seen=boxes)
    assert "Inte sedd: Inbjudna" in answer.errors


def test_the_check_stops_a_round_without_huvudmen_and_no_forged_tick_helps(leader: Leader):
    leader.plan()
    page = leader.page("/kontroll")
    assert "Ingen huvudman har beslutat att vara med." in page.text
    boxes = [str(box["value"]) for box in page.soup.select("input[name=seen]")]
    answer = leader.reader.submit(page.form(f"{leader.home}/kontroll"), 422, seen=[*boxes, "nobody-adopted||"])
    assert "Ingen huvudman har beslutat" in answer.errors[0]
    assert leader.wave().approved_at is None


def test_a_round_too_near_another_says_so_before_and_when_it_opens(leader: Leader):
    leader.open()
    leader.step("/stang")
    leader.plan(name="För tidigt", opens_on="2026-12-01", closes_on="2026-12-14")
    leader.adopt("flen")
    page = leader.page("/kontroll")
    assert "har frågat 27 av samma personer" in page.text
    assert "tidigast 19 maj 2027" in page.text
    with leader.inside(), unit_of_work():
        db.session.execute(
            update(Wave).where(Wave.id == leader.round.wave_id).values(approved_at=NOW, approved_by=1, opens_on=TODAY)
        )
    page = leader.page()
    assert "Mätningen kan inte öppna:" in page.text
    assert "Öppna mätningen" not in page.links
    refused = leader.send("/oppna", 409)
    assert refused.h1 == "Det är för tätt mellan mätningarna"
    assert "180 dagar" in refused.text
    assert leader.wave().state is WaveState.PLANNED


def test_what_was_approved_ahead_opens_by_the_timer_on_its_day(leader: Leader):
    leader.plan(opens_on=str(TODAY + timedelta(days=3)))
    leader.adopt("region")
    page = leader.approve()
    assert "Mätningen öppnar av sig själv den 23 november 2026." in page.text
    assert not page.main.select("a.btn:not(.btn--second)")
    leader.day(3)
    leader.reader.sign_in(leader.round.holders[Role.PROCESS_LEADER])
    assert "vänta så öppnar timern den inom tio minuter" in leader.page().text
    with leader.inside():
        tick(now=NOW + timedelta(days=3))
    assert "Öppen" in leader.page().text


# --- queries ---


def test_the_number_of_queries_does_not_grow(leader: Leader):
    """One wave, then three; two huvudmän with eight units, then four with more."""
    leader.open()
    with leader.inside():
        tick(now=NOW)
    first = leader.home
    leader.plan(name="Nästa", opens_on="2027-06-01", closes_on="2027-06-14")
    leader.adopt("region", "flen")
    ends = ("/matningar", first, f"{first}/paminn", leader.home, f"{leader.home}/huvudman", f"{leader.home}/kontroll")
    before = [leader.queries(path) for path in ends]
    wave_id = leader.round.wave_id
    with leader.inside() as made, unit_of_work():
        root = db.session.get_one(OrgUnit, made.units["sormland"])
        for name in ("oxelosund", "gnesta"):
            top = make_unit(root, name, UnitKind.HUVUDMAN, source=name)
            for number in range(3):
                unit = make_unit(top, f"{name}-{number}")
                for _ in range(6):
                    make_person(unit)
            db.session.add(WaveAdoption(wave_id=wave_id, unit_id=top.id, adopted_on=TODAY, reference="§ 1"))
    for number in range(2):
        leader.plan(name=f"Till {number}")
    assert [leader.queries(path) for path in ends] == before


def test_two_rounds_of_two_programmes_are_open_at_once(leader: Leader):
    with leader.inside():
        tuv = db.session.scalars(select(Programme.id).where(Programme.slug == "tuv")).one()
    for programme in (leader.round.programme_id, tuv):
        leader.plan(programme=str(programme), name=f"Program {programme}")
        leader.adopt("region", "flen")
        leader.approve()
        assert "Öppen" in leader.step("/oppna").text
    assert leader.reader.get("/matningar").text.count("Öppen") == 2
