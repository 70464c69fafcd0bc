"""Results when something changes: rounds come and go, roles end, units are not shown. On both databases."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from flask_babel import force_locale
from sqlalchemy import delete, select, update

from tbblearn.db import db, read_only, unit_of_work
from tbblearn.people.models import Grant, OrgUnit, Person, Programme
from tbblearn.people.rules import Language, Role
from tbblearn.readiness.models import PublishedFigure
from tbblearn.readiness.results import queries as result_queries
from tbblearn.readiness.results.rules import OPERATOR
from tbblearn.readiness.rules import Family
from tbblearn.readiness.waves.publishing import withdraw_wave
from tbblearn.reports.readiness_file import unit_json
from tbblearn.surveys.models import Wave, WaveUnit
from tbblearn.web.application import Application
from tbblearn.web.language import NBSP
from tests.factories import NOW, TODAY, grant, make_person
from tests.page_rules import words
from tests.readiness.published import EARLIER, EARLIER_SEED, LATER, Built, county, publish
from tests.readiness.result_pages import address, manager, opened, reader
from tests.readiness.rounds import Round


@pytest.fixture
def changing(app: Application) -> Iterator[Built]:
    """One of its own, for a test that changes something."""
    with time_machine.travel(NOW, tick=False), app.app_context():
        made = county()
        publish(made)
        db.session.remove()
    with time_machine.travel(LATER, tick=False):
        yield Built(app, made)


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


def test_what_is_not_shown_looks_the_same_whatever_the_reason(changing: Built):
    """Too few answered; too few were asked; the privacy check withheld the means and left the distribution."""
    made = changing.round
    small, large = made.units["barn-4"], made.units["flen"]

    def seen() -> list[str]:
        boss, leader = manager(changing), reader(changing, made.holders[Role.PROCESS_LEADER])
        paths = [(boss, address(changing, unit)) for unit in ("barn-4", "barn")]
        paths += [(leader, address(changing, unit)) for unit in ("flen", "sormland")]
        paths += [(boss, address(changing, rest="/metod")), (leader, address(changing, rest="/lan"))]
        files = [(boss, address(changing, unit, "/resultat.csv")) for unit in ("barn-4", "barn")]
        files += [(leader, address(changing, rest="/lan.csv"))]
        with changing.app.app_context(), read_only():
            today = LATER.date()
            written = [
                unit_json(result_queries.unit_result(made.wave_id, one, OPERATOR, today))
                for one in (small, large, made.units["barn"])
            ]
        return [str(one.get(path).main) for one, path in paths] + [
            *(one.client.get(path).get_data(as_text=True) for one, path in files),
            *(content.decode() for content in written),
        ]

    def make(*units: int, **values: object) -> None:
        with changing.app.app_context(), unit_of_work():
            db.session.execute(update(WaveUnit).where(WaveUnit.unit_id.in_(units)).values(**values))

    with changing.app.app_context(), unit_of_work():
        db.session.execute(delete(PublishedFigure).where(PublishedFigure.unit_id == large))
    too_few = seen()
    make(small, folded_into=made.units["barn"], rate_band="under 40")
    assert seen() == too_few
    make(small, folded_into=None, piece_id=small)
    make(large, rate_band="80-100", piece_id=large)
    with changing.app.app_context(), unit_of_work():
        kept = [column.key for column in PublishedFigure.__table__.columns]
        of_another = select(PublishedFigure).where(
            PublishedFigure.unit_id == made.units["barn-1"], PublishedFigure.family == Family.DISTRIBUTIONS
        )
        for unit_id in (small, large):
            for row in db.session.scalars(of_another).all():
                values = {key: getattr(row, key) for key in kept}
                db.session.add(
                    PublishedFigure(**values | {"unit_id": unit_id, "position": 10_000 * unit_id + row.position})
                )
    assert seen() == too_few


def test_a_huvudman_that_has_not_decided_is_named_and_never_counted(changing: Built):
    with changing.app.app_context(), unit_of_work():
        from tbblearn.people.rules import UnitKind
        from tests.factories import make_unit

        make_unit(
            db.session.get_one(OrgUnit, changing.round.units["sormland"]), "trosa", UnitKind.HUVUDMAN, source="trosa"
        )
    leader = reader(changing, changing.round.holders[Role.PROCESS_LEADER])
    assert "Trosa Inte beslutat i Trosa." in leader.get(address(changing, rest="/lan")).text


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


def test_a_county_of_one_huvudman_keeps_its_statistics_and_says_where_its_figures_stand(app: Application):
    with time_machine.travel(NOW, tick=False), app.app_context():
        made = Round.county({"region": {"barn": (14,) * 10, "vuxen": (10,)}})
        made.run()
        db.session.remove()
    with time_machine.travel(LATER, tick=False):
        one = Built(app, made)
        page = manager(one).get(address(one, "barn-1"))
        assert page.soup.select(".s-band"), "the spread within units is the county's, though its means stand elsewhere"
        with app.app_context(), read_only():
            result = result_queries.unit_result(made.wave_id, made.units["barn"], OPERATOR, LATER.date())
        document = json.loads(unit_json(result))
        assert document["county"] == {
            "unit": "sormland/sormland",
            "name": "Sörmland",
            "shown": False,
            "n": None,
            "means": {},
            "shown_at": "region/region",
        }


def test_both_languages(changing: Built):
    boss = changing.round.holders[Role.MANAGER]
    with changing.app.app_context(), unit_of_work():
        db.session.execute(update(Person).where(Person.id == boss).values(language=Language.EN))
    one = reader(changing, boss)
    page = one.get(address(changing, "barn-1"))
    assert page.h1 == "How ready are we? Barn 1"
    assert "at least 10 answers" in page.text
    assert "People who work here want to implement Tillsammans för barnens bästa." in page.text
    assert "working translation" not in page.text, "the English text is the original"
    assert "about 20 minutes" in one.get(address(changing, "barn-1", "/samtal")).text
    assert "Cronbach’s alpha" in one.get(address(changing, rest="/metod")).text


def test_an_older_round_of_the_same_unit_is_a_link_and_a_word(changing: Built):
    made, first = changing.round, changing.round.wave_id
    later = NOW + timedelta(days=200)
    with time_machine.travel(later, tick=False), changing.app.app_context():
        made.run(now=later, today=later.date())
        db.session.remove()
    with time_machine.travel(later + timedelta(days=1), tick=False):
        page = manager(changing).get(address(changing, "barn-1"))
        assert page.links["Samma enhet i Mätning 2026-11-20"] == f"/resultat/{first}/{made.units['barn-1']}"
        told = words(page.main.select("section[aria-labelledby=means]")[0])
        assert "sedan 20 november 2026" in told or "i mätningen den 20 november 2026" in told, "closed before its day"
        assert "Mätningen stängde den 20 november 2026." in page.text
        with changing.app.app_context(), unit_of_work():
            withdraw_wave(first, by=None, now=later)
        page = manager(changing).get(address(changing, "barn-1"))
        assert "20 november 2026" not in page.text, "nothing is said about a round that was taken back"


def test_rounds_of_two_programmes_are_listed_and_lead_to_each_other(changing: Built):
    """The second asks in Flen only, closes before its last day, and is the newer one."""
    made, first = changing.round, changing.round.wave_id
    one_day_later = LATER + timedelta(days=1)
    with changing.app.app_context():
        with unit_of_work():
            tuv = Programme(slug="tuv", name="Tillsammans för unga vuxna")
            db.session.add(tuv)
            db.session.flush()
            made.programme_id = tuv.id
        made.open(now=LATER, today=LATER.date(), only=["flen"])
        made.close(now=one_day_later)
        assert made.audit(now=one_day_later)
        made.publish(now=one_day_later, today=one_day_later.date())
        db.session.remove()
    with time_machine.travel(one_day_later, tick=False):
        boss = reader(changing, made.staff["manager-of-flen"][0])
        page = boss.get("/resultat")
        assert [heading.get_text() for heading in page.main.select("h2")] == [
            "Tillsammans för barnens bästa",
            "Tillsammans för unga vuxna",
        ]
        assert [words(entry) for entry in page.main.select(".rows li")] == [
            "Mätning 2026-11-20 Stängde den 20 november 2026. Flen",
            "Mätning 2026-11-28 Stängde den 29 november 2026. Flen",
        ]
        assert page.links["Mätning 2026-11-28"] == address(changing, "flen")
        there = boss.get(address(changing, "flen"))
        assert there.links["Samma enhet i Mätning 2026-11-20"] == f"/resultat/{first}/{made.units['flen']}"
        assert "Tillsammans för barnens bästa. Mätningen stängde den 20 november 2026." in there.text
        with changing.app.app_context(), read_only():
            file = json.loads(unit_json(result_queries.unit_result(first, made.units["flen"], OPERATOR, LATER.date())))
        assert file["closed_on"] == "2026-11-20"
        other = manager(changing)
        only = other.get("/resultat", status=303)
        assert only.location == f"/resultat/{first}", "the region takes no part, so the county is not theirs to read"
        other.get(address(changing), status=404)
        other.get(address(changing, "sormland"), status=404)
        leader = reader(changing, made.holders[Role.PROCESS_LEADER])
        assert "Huvudmännen bredvid varandra" in leader.get("/resultat").text
        table = leader.get(address(changing, rest="/lan"))
        assert table.links["Huvudmännen i Mätning 2026-11-20"] == f"/resultat/{first}/lan"
        region = leader.get(f"/resultat/{first}/{made.units['region']}")
        assert region.links["Mätning 2026-11-28"] == address(changing), "the region takes no part in it"


def test_a_comparison_over_two_versions_says_that_the_wording_changed(app: Application):
    """On the page, in the guide for talking and in files, in both languages; not where the versions agree."""
    with time_machine.travel(NOW, tick=False), app.app_context():
        made = county()
        publish(made, ago=EARLIER, seed=EARLIER_SEED)
        first = made.wave_id
        publish(made)
        db.session.remove()
    both = Built(app, made)

    def said(wave_id: int, language: Language, sentence: str) -> list[bool]:
        with app.app_context(), unit_of_work():
            db.session.execute(update(Person).values(language=language))
        boss = manager(both)
        there = f"/resultat/{wave_id}/{made.units['barn-1']}"
        pages = [boss.get(there), boss.get(f"{there}/samtal"), boss.get(f"/resultat/{wave_id}/metod")]
        rows = boss.client.get(f"{there}/resultat.csv").get_data(as_text=True)
        with app.test_request_context(), read_only(), force_locale(language.value):
            result = result_queries.unit_result(wave_id, made.units["barn-1"], OPERATOR, LATER.date())
            file = json.loads(unit_json(result))
        return [sentence in text.replace(NBSP, " ") for text in (*(page.text for page in pages), rows, file["note"])]

    swedish = "Påståendena formulerades delvis om efter mätningen den 4 maj 2026, så jämför försiktigt."
    english = "The Swedish wording of some statements changed after the survey of 4 May 2026, so compare with care."
    everywhere_but_where_nothing_is_compared = [True, True, False, True, True]
    with time_machine.travel(LATER, tick=False):
        for language, sentence in ((Language.SV, "formulerades"), (Language.EN, "Swedish wording")):
            assert not any(said(made.wave_id, language, sentence))
        with app.app_context(), unit_of_work():
            assert db.session.scalars(select(Wave.instrument_version).distinct()).all() == ["2"]
            db.session.execute(update(Wave).where(Wave.id == first).values(instrument_version="1"))
        for language, sentence in ((Language.EN, english), (Language.SV, swedish)):
            assert said(made.wave_id, language, sentence) == everywhere_but_where_nothing_is_compared
            assert not any(said(first, language, sentence)), "nothing came before the first"
        boss = manager(both)
        assert "trygga med att" in boss.get(f"/resultat/{first}/{made.units['barn-1']}/samtal").text
        assert "säkra på att" in boss.get(address(both, "barn-1", "/samtal")).text


def test_the_download_is_for_excel_and_holds_no_formula(changing: Built):
    with changing.app.app_context(), unit_of_work():
        db.session.execute(update(Wave).values(name="=HYPERLINK(1)"))
    answer = manager(changing).client.get(address(changing, "barn-1", "/resultat.csv"))
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == "attachment; filename=resultat-barn-1-matning-1.csv"
    text = answer.data.decode("utf-8")
    assert text.startswith("\N{ZERO WIDTH NO-BREAK SPACE}Mätning;Enhets-id;Enhet;Mått;Skala;Påstående;Värde;Tal\r\n")
    rows = list(csv.DictReader(io.StringIO(text[1:]), delimiter=";"))
    assert {row["Mätning"] for row in rows} == {"'=HYPERLINK(1)"}
    assert len([row for row in rows if row["Mått"].startswith("Andel: ")]) == 36
    means = [row for row in rows if row["Mått"] == "Medelvärde" and row["Skala"]]
    assert [row["Tal"] for row in means] == [re.sub(r"[^\d,]", "", row["Värde"]) for row in means]
    assert {row["Enhets-id"] for row in means if row["Enhet"] == "Sörmland"} == {"sormland/sormland"}
    assert {row["Tal"] for row in rows if row["Mått"] in ("Svar", "Anmärkning")} == {""}, "at least so many is a bound"
