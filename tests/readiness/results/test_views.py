"""Results as their readers meet them: who, from which day, in which words."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import Engine, delete

from tbblearn.db import db, read_only, unit_of_work
from tbblearn.people.models import Grant, OrgUnit, Person
from tbblearn.people.rules import HeldGrant, Role
from tbblearn.readiness.results import queries as result_queries
from tbblearn.readiness.results import readers as result_readers
from tbblearn.readiness.results.rules import OPERATOR, UnitResult, Who
from tests.factories import grant
from tests.listening import statements
from tests.readiness.published import LATER, Built, built
from tests.readiness.result_pages import address, manager, opened, reader


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
        assert reader(published, staff).get(address(published, rest="/lan.csv"), status=404)
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
    leader = reader(published, made.holders[Role.PROCESS_LEADER])
    leader.get("/resultat", status=303)
    page = leader.follow()
    assert page.path == address(published, rest="/lan")
    assert page.links["Din enhet: Vuxen 1"] == address(published, "vuxen-1"), "where the leader is employed"


def test_what_leads_on_is_not_printed(published: Built):
    for page in (
        manager(published).get(address(published, "barn")),
        reader(published, published.round.holders[Role.PROCESS_LEADER]).get(address(published, rest="/lan")),
    ):
        assert page.soup.select_one("section.noprint[aria-labelledby=more]")


def test_who_has_two_homes_finds_both(published: Built):
    """A manager of two units: among the rounds, and on the page of each."""
    made = published.round
    person = made.staff["barn-2"][0]
    with published.app.app_context(), unit_of_work():
        for unit in ("barn-1", "vuxen-1"):
            grant(db.session.get_one(Person, person), db.session.get_one(OrgUnit, made.units[unit]), Role.MANAGER)
    try:
        one = reader(published, person)
        homes = [address(published, unit) for unit in ("barn-1", "vuxen-1")]
        assert {link for link in one.get("/resultat").links.values() if link in homes} == set(homes)
        for here, there in (homes, homes[::-1]):
            assert there in one.get(here).links.values()
    finally:
        with published.app.app_context(), unit_of_work():
            db.session.execute(delete(Grant).where(Grant.person_id == person))


def test_a_home_for_each_part_but_none_within_another(published: Built):
    """A follow-up lead of two huvudmän, who is also a manager in one of them."""
    units = published.round.units

    def homes(*held: tuple[Role, str]) -> list[str]:
        with published.app.app_context(), read_only():
            paths = {unit: db.session.get_one(OrgUnit, units[unit]).path for _role, unit in held}
            who = Who(None, tuple(HeldGrant(role, units[unit], paths[unit]) for role, unit in held))
            ((_programme, (one,)),) = result_readers.readable_rounds(who, LATER.date())
            return [home.name for home in one.homes]

    assert homes((Role.FOLLOW_UP, "region"), (Role.FOLLOW_UP, "flen")) == ["Region", "Flen"]
    assert homes((Role.MANAGER, "barn-1"), (Role.FOLLOW_UP, "region")) == ["Region"]
    assert homes((Role.MANAGER, "barn-1"), (Role.PILOT, "vuxen")) == ["Barn 1", "Vuxen"]


# --- what -----------------------------------------------------------------------------------------------------------


def test_a_units_page_tells_both_means_and_what_they_are_beside(published: Built):
    page = manager(published).get(address(published, "barn-1"))
    assert page.h1 == "Hur redo är vi? Barn 1"
    assert "minst 10 svar" in page.text
    assert "Därför går de inte att räkna ihop exakt." in page.text
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


def test_units_below_are_listed_without_a_way_to_sort_them(published: Built):
    page = manager(published).get(address(published, "barn"))
    rows = {
        row.th.get_text(strip=True): row.get_text(" ", strip=True)
        for row in page.soup.select("section[aria-labelledby=below] tbody tr")
    }
    assert list(rows) == ["Barn 1", "Barn 2", "Barn 3", "Barn 4"]
    assert rows["Barn 4"] == "Barn 4 Visas inte"
    assert not page.soup.select("[aria-sort], th a[href*='sort']:not(tbody a)")
    staff = reader(published, published.round.staff["barn-2"][0]).get(address(published, "barn"))
    assert not staff.soup.select("#below"), "who only works there sees no list of the units beside"


def test_the_process_leader_meets_no_unit_below_a_huvudman(published: Built):
    of_one = HeldGrant(Role.PROCESS_LEADER, published.round.units["region"], "/1/2/")
    assert not Who(1, (of_one,)).leads, "who leads one huvudman does not read all of them"
    assert Who(1, (HeldGrant(Role.PROCESS_LEADER, 1, "/1/"),)).leads
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


def test_the_method_report_says_what_the_figures_rest_on(published: Built):
    text = manager(published).get(address(published, rest="/metod")).text
    for told in ("Cronbachs alfa", "ICC(1)", "AD_M", "korrelationen är", "10.1186/1748-5908-9-7", "free to use"):
        assert told in text
    assert "Den svenska texten är en arbetsöversättning och är inte vetenskapligt prövad." in text


def test_the_menu_leads_managers_and_pilots_to_the_result(published: Built):
    made = published.round
    words = "nav a[href='/resultat']"
    for role in (Role.MANAGER, Role.PILOT, Role.FOLLOW_UP):
        page = reader(published, made.holders[role]).get("/mina-utbildningar")
        assert page.soup.select_one(words).get_text(strip=True) == "Hur redo är vi?"
        assert len(page.soup.select("nav[aria-label=Huvudmeny] li")) <= 4
    assert not reader(published, made.staff["barn-1"][0]).get("/mina-utbildningar").soup.select(words)


# --- files and queries --------------------------------------------------------------------------------------------


def result(published: Built, unit: str, who: Who = OPERATOR) -> UnitResult:
    with published.app.app_context(), read_only():
        return result_queries.unit_result(published.round.wave_id, published.round.units[unit], who, LATER.date())


def test_the_command_writes_what_the_page_says(published: Built, tmp_path, monkeypatch):
    from click.testing import CliRunner

    from tbblearn.cli import report as command

    monkeypatch.setattr(command, "create_app", lambda: published.app)
    wave, file = str(published.round.wave_id), tmp_path / "result"
    call = ["--wave", wave, "--unit", "region/barn-1", "--output", str(file), "--format"]
    assert CliRunner().invoke(command.readiness, [*call, "json"]).exit_code == 0
    document = json.loads(file.read_text("utf-8"))
    shown = result(published, "barn-1")
    assert (document["unit"], document["n"]) == ("region/barn-1", 10)
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
        with published.app.app_context(), read_only(), statements() as said:
            look()
        return [statement for statement in said if statement.startswith("SELECT")]

    today = LATER.date()
    one = queries(lambda: result_queries.unit_result(made.wave_id, made.units["barn-1"], OPERATOR, today))
    many = queries(lambda: result_queries.unit_result(made.wave_id, made.units["vuxen"], OPERATOR, today))
    assert len(result(published, "vuxen").below) > 3
    assert len(one) == len(many) <= 9
    county_page = queries(lambda: result_queries.county_result(made.wave_id, OPERATOR, today))
    method = queries(lambda: result_queries.method_report(made.wave_id, OPERATOR, today))
    assert len(county_page) <= 9
    assert len(method) <= 8
    everything = " ".join([*one, *many, *county_page, *method])
    assert "published_figure" in everything
    assert "response" not in everything, "results pages never read answers"
