"""The certificate and my history."""

from datetime import date

from tbblearn.db import unit_of_work
from tbblearn.training.managing import actions as manager_actions
from tbblearn.training.rules import Basis, ExemptionReason, RevocationReason
from tests.factories import NOW, TODAY
from tests.training.conftest import at
from tests.training.learners import SPRING, Learners, teaching

HISTORY = "/min-historik"


def record(learners: Learners, person_id: int, basis: Basis, on: date = TODAY) -> int:
    """A completion that the manager wrote down."""
    with learners.inside() as training, unit_of_work():
        return manager_actions.record_completion(
            person_id,
            "base",
            achieved_on=on,
            basis=basis,
            evidence="Kursintyg, Länsstyrelsen",
            by=training.person("admin"),
            scope=training.scope(),
            now=NOW,
            today=TODAY,
        )


def test_the_certificate_says_who_what_when_and_the_next_time(learners: Learners) -> None:
    person_id = learners.be("p101")
    learners.take(person_id)
    page = learners.get(f"/intyg/{learners.completion_of(person_id)}")
    assert page.h1 == "Intyg"
    for words in ("Kursen base", "Medarbetare 101", "Enhet 1", "20 november 2026", "omgång 2027"):
        assert words in page.text
    assert page.links["Ladda ner (PDF)"] == f"{page.path}.pdf"
    assert "har gått utbildningen och är godkänd på provet." in page.text
    assert "Version 1" in page.text
    assert page.soup.select("button[data-print]")
    assert "6 av 6" not in page.text


def test_a_certificate_tells_what_it_rests_on(learners: Learners) -> None:
    person_id = learners.be("p101")
    same = record(learners, person_id, Basis.EQUIVALENT)
    later = record(learners, person_id, Basis.RECORDED)
    assert "har gått en motsvarande utbildning." in learners.get(f"/intyg/{same}").text
    page = learners.get(f"/intyg/{later}")
    assert "har gått utbildningen." in page.text
    assert "Version" not in page.text


def test_nobody_sees_anybody_elses_certificate(learners: Learners) -> None:
    other = learners.be("p102")
    learners.take(other)
    learners.be("p101")
    assert learners.get(f"/intyg/{learners.completion_of(other)}", 404).h1 == "Vi hittar inte sidan"
    learners.get("/intyg/999999", 404)


def test_history_begins_empty_and_says_what_the_manager_sees(learners: Learners) -> None:
    learners.be("p110")
    page = learners.get(HISTORY)
    assert page.h1 == "Intyg och historik"
    assert "Här samlas de utbildningar du har gått." in page.text
    assert "Din chef ser om du är klar och vilken dag." in page.text


def test_history_holds_tasks_completions_and_exemptions_of_all_years(learners: Learners) -> None:
    person_id = learners.be("p101", SPRING)
    learners.take(person_id, right=1, day=SPRING)
    learners.take(person_id, day=SPRING)
    with learners.inside() as training, unit_of_work():
        for from_on, until_on in ((date(2027, 1, 1), None), (date(2026, 1, 1), date(2026, 2, 1))):
            manager_actions.grant_exemption(
                person_id,
                "base",
                from_on=from_on,
                until_on=until_on,
                reason=ExemptionReason.LONG_ABSENCE,
                by=training.person("admin"),
                scope=training.scope(),
                now=at(SPRING),
                today=SPRING,
            )
    learners.be("p101", date(2027, 2, 1))
    page = learners.get(HISTORY)
    assert "Genomförd 4 maj 2026 · godkänd på provet · version 1 · omgång 2026" in page.text
    assert "Årlig utbildning, omgång 2026 · 1 januari 2026 till 30 november 2026" in page.text
    assert "Årlig utbildning, omgång 2027" in page.text
    assert "Undantagen från 1 januari 2027 · lång frånvaro" in page.text
    assert "Undantagen 1 januari 2026 till 1 februari 2026 · lång frånvaro" in page.text
    assert "rätt" not in page.text, "no scores"


def test_an_extension_is_told(learners: Learners) -> None:
    person_id = learners.be("p101", SPRING)
    with learners.inside() as training, unit_of_work():
        manager_actions.extend(
            person_id,
            "base",
            until_on=date(2026, 12, 20),
            reason=ExemptionReason.TECHNICAL_FAULT,
            by=training.person("admin"),
            scope=training.scope(),
            now=at(SPRING),
            today=SPRING,
        )
    assert "Förlängd tid till 20 december 2026 · tekniskt fel" in learners.get(HISTORY).text
    assert "Du har till 20 december 2026." in learners.get("/mina-utbildningar").text


def test_a_missed_year_and_a_withdrawn_completion_stay_to_be_seen(learners: Learners) -> None:
    person_id = learners.be("p101", SPRING)
    learners.be("p101")
    completion_id = record(learners, person_id, Basis.RECORDED)
    with learners.inside() as training, unit_of_work():
        manager_actions.revoke_completion(
            completion_id,
            reason=RevocationReason.WRONG_PERSON,
            by=training.person("admin"),
            scope=training.scope(),
            now=NOW,
            today=TODAY,
        )
    learners.be("p101", date(2027, 2, 1))
    page = learners.get(HISTORY)
    assert "registrerad i efterhand · omgång 2026 · Kursintyg, Länsstyrelsen" in page.text
    assert "återkallad 20 november 2026: fel person" in page.text
    assert "Inte genomförd, omgång 2026" in page.text
    assert "Visa intyg" not in page.text


def test_in_english_with_long_words(learners: Learners) -> None:
    learners.publish(teaching(long=True))
    person_id = learners.be("p101")
    learners.take(person_id)
    learners.post("/sprak", {"language": "en", "next": HISTORY})
    assert learners.get(HISTORY).language == "en"
    page = learners.get(f"/intyg/{learners.completion_of(person_id)}")
    assert "i länet (en)" in page.text


def test_the_pages_ask_the_database_as_often_for_three_courses_as_for_one(learners: Learners) -> None:
    person_id = learners.be("p101")
    learners.take(person_id)
    certificate = f"/intyg/{learners.completion_of(person_id)}"
    one = learners.queries(HISTORY), learners.queries(certificate)
    learners.require("second")
    learners.require("third")
    learners.be("p101")
    learners.take(person_id, slug="second")
    learners.take(person_id, slug="third")
    assert (learners.queries(HISTORY), learners.queries(certificate)) == one
