"""Results as their readers meet them: who, from which day, in which words."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import Engine, event, update

from tbblearn.db import db, read_only, unit_of_work
from tbblearn.people.models import Grant, OrgUnit, Person
from tbblearn.people.rules import Language, Role
from tbblearn.readiness import result_queries
from tbblearn.readiness.publishing import withdraw_wave
from tbblearn.readiness.result_rules import OPERATOR, UnitResult, Who
from tbblearn.surveys.models import Wave
from tbblearn.web.application import Application
from tests.factories import NOW, TODAY, grant, make_person
from tests.readiness.published import LATER, Built, built, county, publish
from tests.readiness.rounds import Round
from tests.reading import Reader


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest) -> Iterator[tuple[Built, Engine]]:
    """A county with a published wave, for the tests that only read it."""
    with built(request.getfixturevalue(f"{request.param}_backend")) as one:
        with one.app.app_context():
            engine = db.engine
        yield one, engine


@pytest.fixture
def published(kept: tuple[Built, Engine]) -> Iterator[Built]:
    """It, on the day on which everyone who was invited reads the results."""
    one, engine = kept
    with one.app.app_context():
        db.engines[None] = engine  # type: ignore[index]
    with time_machine.travel(LATER, tick=False):
        yield one


@pytest.fixture
def changing(app: Application) -> Iterator[Built]:
    """One of its own, for a test that changes something."""
    with time_machine.travel(NOW, tick=False), app.app_context():
        made = county()
        publish(made)
        db.session.remove()
    with time_machine.travel(LATER, tick=False):
        yield Built(app, made)


def reader(published: Built, person_id: int) -> Reader:
    made = Reader(published.app)
    made.sign_in(person_id)
    return made


def manager(published: Built) -> Reader:
    """Of `barn`, with barn-1 to barn-4 below."""
    return reader(published, published.round.holders[Role.MANAGER])


def address(published: Built, unit: str = "", rest: str = "") -> str:
    made = published.round
    return f"/resultat/{made.wave_id}" + (f"/{made.units[unit]}" if unit else "") + rest


def opened(published: Built, person_id: int) -> set[str]:
    """The units whose results somebody may read."""
    client = reader(published, person_id).client
    return {unit for unit in published.round.units if client.get(address(published, unit)).status_code == 200}


# --- who, and when ------------------------------------------------------------------------------------------------


def test_everyone_reads_what_is_theirs_and_nothing_else(published: Built):
    made = published.round
    everywhere = set(made.units)
    below_barn = {unit for unit in everywhere if unit.startswith("barn")}
    assert opened(published, made.staff["barn-2"][0]) == {"barn-2", "barn", "region", "sormland"}
    assert opened(published, made.holders[Role.MANAGER]) == below_barn | {"region", "sormland"}
    above = {"vuxen-1", "vuxen"}  # where the holders of these roles are employed themselves
    assert opened(published, made.holders[Role.PILOT]) == {"barn-1", "barn", "region", "sormland"} | above
    in_region = {unit for unit in everywhere if unit.startswith(("barn", "vuxen"))} | {"region", "sormland"}
    assert opened(published, made.holders[Role.FOLLOW_UP]) == in_region
    assert opened(published, made.holders[Role.PROCESS_LEADER]) == {"sormland", "region", "flen"} | above


def test_roles_read_at_once_and_everyone_else_a_week_later(published: Built):
    made = published.round
    staff, boss = made.staff["barn-2"][0], made.holders[Role.MANAGER]
    with time_machine.travel(LATER - timedelta(days=2), tick=False):
        page = reader(published, staff).get(address(published, "barn-2"))
        assert page.h1 == "Resultatet kommer snart"
        assert "Du kan läsa resultatet från den 27 november 2026." in page.text
        assert reader(published, staff).get(address(published)).h1 == "Resultatet kommer snart"
        assert reader(published, staff).get(address(published, "flen"), status=404)
        assert reader(published, staff).get(address(published, "barn-2", "/resultat.csv"), status=303).location
        assert reader(published, staff).get("/resultat").h1 == "Hur redo är vi?"
        assert manager(published).get(address(published, "barn-2")).h1 == "Hur redo är vi? Barn 2"
    assert opened(published, boss)


def test_one_begins_in_the_own_unit(published: Built):
    made = published.round
    for person, unit in (
        (made.staff["barn-2"][0], "barn-2"),
        (made.holders[Role.MANAGER], "barn"),
        (made.holders[Role.PILOT], "barn-1"),
        (made.holders[Role.FOLLOW_UP], "region"),
    ):
        one = reader(published, person)
        one.get("/resultat", status=303)
        assert one.follow().path == address(published, unit)


def test_who_was_not_invited_and_has_no_role_sees_nothing(changing: Built):
    with changing.app.app_context(), unit_of_work():
        new = make_person(db.session.get_one(OrgUnit, changing.round.units["barn-2"])).id
    assert not opened(changing, new)
    one = reader(changing, new)
    one.get(address(changing), status=404)
    one.get(address(changing, rest="/metod"), status=404)
    assert "Det finns inget publicerat resultat än." in one.get("/resultat").text


def test_a_manager_of_a_unit_newer_than_the_wave_reads_from_the_nearest_above(changing: Built):
    with changing.app.app_context(), unit_of_work():
        from tests.factories import make_unit

        unit = make_unit(db.session.get_one(OrgUnit, changing.round.units["barn"]), "barn-9")
        boss = make_person(unit)
        grant(boss, unit, Role.MANAGER)
        person, new = boss.id, unit.id
    one = reader(changing, person)
    one.get(address(changing), status=303)
    assert one.follow().path == address(changing, "barn")
    assert opened(changing, person) == {"barn", "region", "sormland"}, "not the units beside the new one"
    one.get(address(changing, rest=f"/{new}"), status=404)


def test_a_role_that_has_ended_opens_nothing(changing: Built):
    boss = changing.round.holders[Role.MANAGER]
    with changing.app.app_context(), unit_of_work():
        db.session.execute(update(Grant).where(Grant.person_id == boss).values(until_on=TODAY))
    assert "barn-2" not in opened(changing, boss)


def test_an_open_wave_has_no_results(app: Application):
    with time_machine.travel(NOW, tick=False):
        with app.app_context():
            made = county()
            made.open()
            db.session.remove()
        boss = reader(Built(app, made), made.holders[Role.MANAGER])
        boss.get(address(Built(app, made), "barn"), status=404)
        boss.get(address(Built(app, made)), status=404)
        assert "En mätning pågår till och med den 4 december 2026." in boss.get("/resultat").text


def test_the_next_wave_has_a_date(app: Application):
    with time_machine.travel(NOW, tick=False):
        with app.app_context():
            made = Round.county()
            made.plan(today=date(2027, 2, 1))
            db.session.remove()
        page = reader(Built(app, made), made.holders[Role.MANAGER]).get("/resultat")
        assert "Det finns inget publicerat resultat än. Nästa mätning: 1 februari 2027." in page.text


def test_a_withdrawn_wave_says_so_and_shows_nothing(changing: Built):
    made = changing.round
    with changing.app.app_context(), unit_of_work():
        withdraw_wave(made.wave_id, by=None, now=LATER)
    boss = manager(changing)
    for path in (address(changing), address(changing, "barn-1"), address(changing, "barn-1", "/samtal")):
        page = boss.get(path)
        assert page.h1 == "Tillbakadragen"
        assert "drogs tillbaka den 28 november 2026. Svaren och resultatet är raderade." in page.text
    boss.get(address(changing, "barn-1", "/resultat.csv"), status=303)
    assert boss.follow().h1 == "Tillbakadragen"
    leader = reader(changing, made.holders[Role.PROCESS_LEADER])
    assert leader.get(address(changing, rest="/lan")).h1 == "Tillbakadragen"
    assert leader.get(address(changing, rest="/metod")).h1 == "Tillbakadragen"
    boss.get(address(changing, "flen"), status=404)
    assert "Det finns inget publicerat resultat än." in boss.get("/resultat").text


# --- what -----------------------------------------------------------------------------------------------------------


def test_a_units_page_tells_both_means_and_what_they_are_beside(published: Built):
    page = manager(published).get(address(published, "barn-1"))
    assert page.h1 == "Hur redo är vi? Barn 1"
    assert "10–14 svar" in page.text
    means = page.soup.select_one("section[aria-labelledby=means]")
    assert [card.h3.get_text(strip=True) for card in means.select(".card")] == [
        "Vill vi?",
        "Tror vi att vi klarar det?",
    ]
    assert "Det finns inget gränsvärde för bra eller dåligt." in page.text
    assert "Barn 1: " in page.text
    assert "Länet: " in page.text
    assert page.soup.select("svg.scale .s-par")
    assert "Den svenska texten är en arbetsöversättning" in page.text


def test_a_small_unit_is_not_shown_and_leads_to_the_nearest_that_is(published: Built):
    made = published.round
    page = reader(published, made.staff["barn-4"][0]).get(address(published, "barn-4"))
    assert "Visas inte Närmaste enhet som visas: Barn." in page.text
    assert page.links["Barn"] == address(published, "barn")
    assert not page.soup.select("svg.scale, .lik, table")
    guide = reader(published, made.staff["barn-4"][0]).get(page.links["Samtalsstöd till APT"])
    assert "cirka 20 minuter" in guide.text
    assert "De som arbetar här vill genomföra Tillsammans för barnens bästa." in guide.text
    assert "Inget samlas in." in guide.text


def test_what_is_not_shown_looks_the_same_whatever_the_reason(changing: Built):
    """A unit that was folded before anybody answered, and one in which too few answered."""
    made = changing.round
    folded = manager(changing).get(address(changing, "barn-4")).main
    with changing.app.app_context(), unit_of_work():
        from tbblearn.surveys.models import WaveUnit

        db.session.execute(
            update(WaveUnit)
            .where(WaveUnit.unit_id == made.units["barn-4"])
            .values(folded_into=made.units["barn"], rate_band="under 40", partial=True)
        )
    assert manager(changing).get(address(changing, "barn-4")).main == folded


def test_units_below_are_listed_without_a_way_to_sort_them(published: Built):
    page = manager(published).get(address(published, "barn"))
    rows = {
        row.th.get_text(strip=True): row.get_text(" ", strip=True)
        for row in page.soup.select("section[aria-labelledby=below] tbody tr")
    }
    assert list(rows) == ["Barn 1", "Barn 2", "Barn 3", "Barn 4"]
    assert rows["Barn 4"] == "Barn 4 Visas inte"
    assert rows["Barn 2"].split(" svar ")[1].startswith("Visas inte "), "a rate that is not shown is no empty cell"
    assert not page.soup.select("[aria-sort], th a[href*='sort']:not(tbody a)")
    staff = reader(published, published.round.staff["barn-2"][0]).get(address(published, "barn"))
    assert not staff.soup.select("#below"), "who only works there sees no list of the units beside"


def test_the_process_leader_meets_no_unit_below_a_huvudman(published: Built):
    leader = reader(published, published.round.holders[Role.PROCESS_LEADER])
    for path in (address(published, rest="/lan"), address(published, "region"), address(published, "flen")):
        page = leader.get(path)
        assert "Barn" not in page.text.replace("barnens", "")
        assert "Skola" not in page.text
    page = leader.get(address(published, rest="/lan"))
    assert [row.th.get_text(strip=True) for row in page.soup.select("table tbody tr")] == ["A · Flen", "B · Region"]
    assert len(page.soup.select(".chart--map circle")) == 2
    assert not page.soup.select(".chart--map .ref"), "no mean lines, hence no quadrants"
    leader.get(address(published, "barn-1"), status=404)
    manager(published).get(address(published, rest="/lan"), status=404)
    manager(published).get(address(published, rest="/lan.csv"), status=404)


def test_a_huvudman_that_has_not_decided_is_named_and_never_counted(changing: Built):
    with changing.app.app_context(), unit_of_work():
        from tbblearn.people.rules import UnitKind
        from tests.factories import make_unit

        make_unit(
            db.session.get_one(OrgUnit, changing.round.units["sormland"]), "trosa", UnitKind.HUVUDMAN, source="trosa"
        )
    leader = reader(changing, changing.round.holders[Role.PROCESS_LEADER])
    assert "Trosa Inte beslutat i Trosa." in leader.get(address(changing, rest="/lan")).text


def test_the_method_report_says_what_the_figures_rest_on(published: Built):
    text = manager(published).get(address(published, rest="/metod")).text
    for told in ("Cronbachs alfa", "ICC(1)", "AD_M", "korrelationen är", "10.1186/1748-5908-9-7", "free to use"):
        assert told in text
    assert "Den svenska texten är en arbetsöversättning och är inte vetenskapligt prövad." in text


def test_a_small_county_has_no_statistics_and_no_band(app: Application):
    with time_machine.travel(NOW, tick=False), app.app_context():
        made = Round.county({"region": {"barn": (12, 9), "vuxen": (8,)}})
        made.run()
        db.session.remove()
    with time_machine.travel(LATER, tick=False):
        one = Built(app, made)
        leader = reader(one, made.holders[Role.PROCESS_LEADER])
        assert (
            "Måtten för hela länet visas när det finns minst 100 svar" in leader.get(address(one, rest="/metod")).text
        )
        page = manager(one).get(address(one, "barn-1"))
        assert page.soup.select("svg.scale .s-me")
        assert not page.soup.select(".s-band")


def test_both_languages(changing: Built):
    boss = changing.round.holders[Role.MANAGER]
    with changing.app.app_context(), unit_of_work():
        db.session.execute(update(Person).where(Person.id == boss).values(language=Language.EN))
    one = reader(changing, boss)
    page = one.get(address(changing, "barn-1"))
    assert page.h1 == "How ready are we? Barn 1"
    assert "10–14 answers" in page.text
    assert "People who work here want to implement Tillsammans för barnens bästa." in page.text
    assert "working translation" not in page.text, "the English text is the original"
    assert "about 20 minutes" in one.get(address(changing, "barn-1", "/samtal")).text
    assert "Cronbach's alpha" in one.get(address(changing, rest="/metod")).text


def test_the_menu_leads_managers_and_pilots_to_the_result(published: Built):
    made = published.round
    words = "nav a[href='/resultat']"
    for role in (Role.MANAGER, Role.PILOT, Role.FOLLOW_UP):
        page = reader(published, made.holders[role]).get("/mina-utbildningar")
        assert page.soup.select_one(words).get_text(strip=True) == "Hur redo är vi?"
        assert len(page.soup.select("nav[aria-label=Huvudmeny] li")) <= 4
    assert not reader(published, made.staff["barn-1"][0]).get("/mina-utbildningar").soup.select(words)


def test_an_older_round_of_the_same_unit_is_a_link_and_a_word(changing: Built):
    made, first = changing.round, changing.round.wave_id
    later = NOW + timedelta(days=200)
    with time_machine.travel(later, tick=False), changing.app.app_context():
        made.run(now=later, today=later.date())
        db.session.remove()
    with time_machine.travel(later + timedelta(days=1), tick=False):
        page = manager(changing).get(address(changing, "barn-1"))
        assert page.links["Samma enhet i Mätning 2026-11-20"] == f"/resultat/{first}/{made.units['barn-1']}"
        assert "sedan 4 december 2026" in page.text or "i mätningen 4 december 2026" in page.text
        with changing.app.app_context(), unit_of_work():
            withdraw_wave(first, by=None, now=later)
        page = manager(changing).get(address(changing, "barn-1"))
        assert "4 december 2026" not in page.text, "nothing is said about a round that was taken back"


# --- files and queries --------------------------------------------------------------------------------------------


def result(published: Built, unit: str, who: Who = OPERATOR) -> UnitResult:
    with published.app.app_context(), read_only():
        return result_queries.unit_result(published.round.wave_id, published.round.units[unit], who, LATER.date())


def test_the_download_is_for_excel_and_holds_no_formula(changing: Built):
    with changing.app.app_context(), unit_of_work():
        db.session.execute(update(Wave).values(name="=HYPERLINK(1)"))
    answer = manager(changing).client.get(address(changing, "barn-1", "/resultat.csv"))
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == "attachment; filename=resultat-barn-1-matning-1.csv"
    text = answer.data.decode("utf-8")
    assert text.startswith("\N{ZERO WIDTH NO-BREAK SPACE}Mätning;Enhet;Mått;Skala;Påstående;Värde\r\n")
    rows = list(csv.DictReader(io.StringIO(text[1:]), delimiter=";"))
    assert {row["Mätning"] for row in rows} == {"'=HYPERLINK(1)"}
    assert len([row for row in rows if row["Mått"].startswith("Andel: ")]) == 36


def test_the_command_writes_what_the_page_says(published: Built, tmp_path, monkeypatch):
    from click.testing import CliRunner

    from tbblearn.cli import report as command

    monkeypatch.setattr(command, "create_app", lambda: published.app)
    wave, file = str(published.round.wave_id), tmp_path / "result"
    call = ["--wave", wave, "--unit", "region/barn-1", "--output", str(file), "--format"]
    assert CliRunner().invoke(command.readiness, [*call, "json"]).exit_code == 0
    document = json.loads(file.read_text("utf-8"))
    shown = result(published, "barn-1")
    assert (document["unit"], document["n"]) == ("region/barn-1", "10-14")
    assert document["means"] == {
        scale: {"kind": mean.kind.value, "value": mean.value} for scale, mean in shown.figures.means.items()
    }
    assert CliRunner().invoke(command.readiness, [*call, "csv"]).exit_code == 0
    page = manager(published).client.get(address(published, "barn-1", "/resultat.csv"))
    assert file.read_bytes() == page.data
    refused = CliRunner().invoke(command.readiness, ["--wave", "99", *call[2:], "csv"])
    assert refused.exit_code == 1
    assert "no published result" in refused.output
    assert CliRunner().invoke(command.readiness, [*call, "pdf"]).exit_code == 2, "xlsx and pdf are not built"


def test_the_number_of_queries_does_not_grow_with_units(published: Built):
    made = published.round

    def queries(look) -> list[str]:
        said: list[str] = []

        def note(*given) -> None:
            said.append(given[2])

        with published.app.app_context(), read_only():
            event.listen(db.engine, "before_cursor_execute", note)
            look()
            event.remove(db.engine, "before_cursor_execute", note)
        return [statement for statement in said if statement.startswith("SELECT")]

    today = LATER.date()
    one = queries(lambda: result_queries.unit_result(made.wave_id, made.units["barn-1"], OPERATOR, today))
    many = queries(lambda: result_queries.unit_result(made.wave_id, made.units["vuxen"], OPERATOR, today))
    assert len(result(published, "vuxen").below) > 3
    assert len(one) == len(many) <= 8
    county_page = queries(lambda: result_queries.county_result(made.wave_id, OPERATOR, today))
    method = queries(lambda: result_queries.method_report(made.wave_id, OPERATOR, today))
    assert len(county_page) <= 8
    assert len(method) <= 7
    everything = " ".join([*one, *many, *county_page, *method])
    assert "published_figure" in everything
    assert "response" not in everything, "results pages never read answers"
