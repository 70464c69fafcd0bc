"""Mina utbildningar: one thing first, whatever one's status."""

from dataclasses import replace
from datetime import date

import pytest

from tbblearn.courses.rules import Level as CourseLevel
from tbblearn.db import db, unit_of_work
from tbblearn.people.models import Programme
from tbblearn.training.learning import actions
from tbblearn.training.managing import actions as manager_actions
from tbblearn.training.rules import ExemptionReason
from tests.factories import TODAY
from tests.page_rules import words
from tests.readiness.rounds import open_survey
from tests.training.conftest import at
from tests.training.learners import GRACE, LATE, SPRING, Learners, teaching

PATH = "/mina-utbildningar"


def hero(learners: Learners) -> str:
    page = learners.get(PATH)
    assert page.h1 == "Mina utbildningar"
    found = page.soup.select("main .hero")
    assert len(found) == 1
    assert len(page.soup.select("main .btn:not(.btn--second)")) <= 1, "one filled button a page"
    return " ".join(found[0].get_text(" ").replace("\N{NO-BREAK SPACE}", " ").split())


def test_anonymous_visitors_are_asked_to_sign_in(learners: Learners) -> None:
    assert learners.get(PATH, 303).location.startswith("/logga-in")


def test_before_anything_is_asked_the_page_says_why_it_is_empty(learners: Learners) -> None:
    learners.be("p110")  # Flen has not adopted the requirement
    page = learners.get(PATH)
    assert "Här dyker dina utbildningar upp." in page.text
    assert not page.soup.select(".hero")


def test_a_task_not_begun_says_how_long_why_and_begins_with_the_first_part(learners: Learners) -> None:
    learners.be("p101", SPRING)
    said = hero(learners)
    assert "Kursen base" in said
    assert "Årlig utbildning, omgång 2026" in said
    assert "Du har till 30 november 2026." in said
    assert "Cirka 15 minuter kvar." in said
    assert "Du ska gå utbildningen för att du arbetar på Enhet 1 (grundnivå)." in said
    assert "Inte påbörjad" in said
    assert "Du har till 30 november 2026. 210 dagar kvar." in said
    assert "0 av 2 delar klara. Nästa: Part 1" in said
    assert "Välkommen" not in learners.get(PATH).text
    assert learners.get(PATH).links["Börja"] == "/utbildning/base/del/part-1"


def test_a_task_under_way_goes_on_at_the_remembered_section(learners: Learners) -> None:
    person_id = learners.be("p101", SPRING)
    with learners.inside(), unit_of_work():
        actions.remember_section(person_id, "base", "part-1", "s2", now=at(SPRING), today=SPRING)
    said = hero(learners)
    assert "Pågår" in said
    assert "0 av 2 delar klara. Nästa: Part 1" in said
    assert learners.get(PATH).links["Fortsätt"] == "/utbildning/base/del/part-1#s2"
    with learners.inside(), unit_of_work():
        actions.read_part(person_id, "base", "part-1", now=at(SPRING), today=SPRING)
    assert "1 av 2 delar klara. Nästa: Part 2" in hero(learners)


def test_when_all_is_read_the_button_is_the_quiz(learners: Learners) -> None:
    person_id = learners.be("p101", SPRING)
    learners.read_all(person_id, SPRING)
    assert "Du har läst alla delar. Provet är kvar." in hero(learners)
    assert learners.get(PATH).links["Gör provet"] == "/utbildning/base/prov"


def test_a_quiz_under_way_goes_on_at_the_first_question_without_an_answer(learners: Learners) -> None:
    person_id = learners.be("p101", SPRING)
    attempt_id = learners.start(person_id, answered=2, day=SPRING)
    assert learners.get(PATH).links["Fortsätt provet"] == f"/utbildning/base/prov/{attempt_id}/fraga/3"


def test_a_failed_quiz_may_be_taken_again(learners: Learners) -> None:
    person_id = learners.be("p101", SPRING)
    learners.take(person_id, right=2, day=SPRING)
    assert "Inte godkänd än" in hero(learners)
    assert learners.get(PATH).links["Gör provet igen"] == "/utbildning/base/prov"


@pytest.mark.parametrize(
    ("day", "status", "until"),
    [
        (TODAY, "Inte påbörjad sista dag om 10 dagar", "Du har till 30 november 2026."),
        (
            GRACE,
            "tilläggstid till 14 december 2026",
            "Du kan gå utbildningen till och med 14 december 2026",
        ),
        (
            LATE,
            "försenad sedan 15 december 2026",
            "Sista dag var 30 november 2026. Du kan fortfarande gå utbildningen, och den räknas.",
        ),
    ],
)
def test_near_and_after_the_last_day_the_words_stay_kind(
    learners: Learners, day: date, status: str, until: str
) -> None:
    learners.be("p101", SPRING)
    learners.be("p101", day)
    said = hero(learners)
    assert status in said
    assert until in said


def test_somebody_new_is_welcomed_until_something_is_begun(learners: Learners) -> None:
    learners.hire("new")
    person_id = learners.be("new")
    welcome = "Välkommen till Enhet 1! Här är din introduktion."
    assert welcome in learners.get(PATH).text
    assert "Introduktion" in hero(learners)
    with learners.inside(), unit_of_work():
        actions.remember_section(person_id, "base", "part-1", "s2", now=at(TODAY), today=TODAY)
    page = learners.get(PATH)
    assert welcome not in page.text
    assert "Du kan sluta när du vill. Vi minns var du är." in page.text


def test_somebody_back_from_leave_is_welcomed_with_the_new_last_day(learners: Learners) -> None:
    person_id = learners.be("p101", date(2026, 11, 2))
    with learners.inside() as training:
        training.leave(person_id, date(2026, 6, 1), date(2026, 11, 19))
    learners.be("p101", TODAY)
    assert "Välkommen tillbaka. Du har till 20 december 2026." in hero(learners)


@pytest.mark.parametrize("kind", ["exempt", "on_leave", "not_yet_open"])
def test_what_asks_for_nothing_today_is_never_put_first(learners: Learners, kind: str) -> None:
    person_id = learners.be("p101", SPRING)
    with learners.inside() as training, unit_of_work():
        if kind == "exempt":
            manager_actions.grant_exemption(
                person_id,
                "base",
                from_on=SPRING,
                until_on=None,
                reason=ExemptionReason.OTHER_DUTIES,
                by=training.person("admin"),
                scope=training.scope(),
                now=at(SPRING),
                today=SPRING,
            )
    with learners.inside() as training:
        if kind == "on_leave":
            training.leave(person_id, SPRING, None)
    if kind == "not_yet_open":
        person_id = learners.be("p110", SPRING)
        with learners.inside(), unit_of_work():
            manager_actions.enrol_by_hand(
                person_id, "base", opens_on=date(2026, 9, 1), due_on=date(2026, 10, 1), cycle=2026, now=at(SPRING)
            )
    said = hero(learners)
    words = {
        "exempt": ("Nästa utbildning öppnar 1 januari 2027.", "Du är undantagen", "Undantagen"),
        "on_leave": ("Nästa utbildning öppnar 1 januari 2027.", "Utbildningen är pausad.", "Pausad"),
        "not_yet_open": ("Nästa utbildning öppnar 1 september 2026.", "Öppnar 1 september 2026", "Öppnar"),
    }[kind]
    assert "Du har ingen utbildning att göra just nu" in said
    assert words[0] in said
    row = learners.get(PATH).soup.select_one(".rows")
    assert row is not None
    assert words[1].replace(" ", "") in row.get_text().replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
    assert words[2] in row.get_text()


def test_done_shows_the_certificate_and_when_it_comes_back(learners: Learners) -> None:
    person_id = learners.be("p101")
    learners.take(person_id)
    assert "Allt är klart" in hero(learners)
    page = learners.get(PATH)
    assert "Genomförd 20 november 2026. Nästa gång: omgång 2027." in page.text
    assert f"/intyg/{learners.completion_of(person_id)}" in page.links.values()


def test_that_all_is_done_is_not_said_over_an_open_survey(learners: Learners) -> None:
    person_id = learners.be("p101")
    learners.take(person_id)
    with learners.inside() as training, unit_of_work():
        other = Programme(slug="tuv", name="Tillsammans för unga vuxna")
        db.session.add(other)
        db.session.flush()
        open_survey(other.id, training.person("process_leader"))
    said = hero(learners)
    assert "Dina utbildningar är klara" in said
    assert "Allt är klart" not in said
    assert "ingen utbildning att göra" not in said
    assert "Nästa utbildning öppnar 1 januari 2027." in said
    assert "Till enkäten Tillsammans för unga vuxna" in learners.get(PATH).links


def test_certificates_are_in_the_menu_of_who_has_no_role(learners: Learners) -> None:
    learners.take(learners.be("p101"))

    def menu(path: str) -> dict[str, bool]:
        shown = learners.get(path).soup.select("header nav a")
        return {item.get_text(strip=True): item.has_attr("aria-current") for item in shown}

    assert menu(PATH) == {"Mina utbildningar": True, "Enkäter": False, "Intyg": False}
    for path in ("/min-historik", "/intyg/1"):
        assert menu(path) == {"Mina utbildningar": False, "Enkäter": False, "Intyg": True}
    learners.be("manager")
    assert "Intyg" not in menu(PATH)


def test_done_late_says_so(learners: Learners) -> None:
    person_id = learners.be("p101", SPRING)
    learners.be("p101", LATE)
    learners.take(person_id, day=LATE)
    assert "Genomförd efter sista dag" in learners.get(PATH).text


def test_of_several_tasks_one_is_first_and_the_others_are_rows(learners: Learners) -> None:
    learners.require("second")
    learners.be("p101", SPRING)
    assert "Gör det här först" in hero(learners)
    page = learners.get(PATH)
    assert len(page.soup.select(".rows > li")) == 1
    assert "Andra utbildningar" in page.text


def test_courses_that_nobody_asks_for_are_found_and_taken_by_choice(learners: Learners) -> None:
    deep = replace(teaching("deep"), level=CourseLevel.IN_DEPTH, satisfies=("base",))
    learners.publish(deep)
    person_id = learners.be("p101")
    more = learners.get("/mina-utbildningar").soup.select_one("section[aria-labelledby=more]")
    assert more is not None
    assert words(more) == (
        "Fler utbildningar Ingen har bett dig gå dem, men du får gärna. Kursen deep Fördjupad nivå. Cirka 15 minuter"
    )
    learners.take(person_id, slug="deep")
    page = learners.get("/mina-utbildningar")
    assert page.soup.select_one("section[aria-labelledby=more]") is None
    done = page.soup.select_one("section[aria-labelledby=done]")
    assert done is not None
    assert words(done).startswith("Klart Kursen deep")


def test_in_english(learners: Learners) -> None:
    learners.be("p101", SPRING)
    learners.post("/sprak", {"language": "en", "next": PATH})
    page = learners.get(PATH)
    assert page.language == "en"
    assert "Kursen base (en)" in page.text
    assert "30 November 2026" in page.text


def test_long_titles_are_shown_whole(learners: Learners) -> None:
    learners.publish(teaching(long=True))
    learners.be("p101", SPRING)
    assert "barnkonsekvensanalysfortbildningsmöjligheterna" in hero(learners)


def test_the_page_asks_the_database_as_often_for_three_tasks_as_for_one(learners: Learners) -> None:
    learners.be("p101", SPRING)
    one = learners.queries(PATH)
    learners.require("second")
    learners.require("third")
    learners.be("p101", SPRING)
    assert learners.queries(PATH) == one
