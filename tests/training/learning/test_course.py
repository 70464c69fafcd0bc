"""The course's page: the parts as a way, one button at the step to do now."""

from dataclasses import replace
from datetime import date

import pytest

from tbblearn.courses.rules import Change, ChangeClass, Reading
from tbblearn.db import unit_of_work
from tbblearn.training.managing import actions as manager_actions
from tests.factories import TODAY
from tests.training.conftest import at, both
from tests.training.learners import SPRING, Learners, teaching

PATH = "/utbildning/base"


def button(learners: Learners, path: str = PATH) -> dict[str, str]:
    """The filled buttons: text -> address."""
    found = learners.get(path).soup.select("main a.btn:not(.btn--second)")
    return {" ".join(tag.get_text().split()): str(tag["href"]) for tag in found}


def test_it_tells_the_way_the_goals_the_facts_and_what_the_manager_sees(learners: Learners) -> None:
    learners.be("p101", SPRING)
    page = learners.get(PATH)
    assert page.h1 == "Kursen base"
    assert page.title == "Kursen base – tbblearn"
    assert [tag.get_text() for tag in page.soup.select(".path h3")] == ["Part 1", "Part 2", "Prov"]
    assert "Del 1 av 2 · cirka 6 minuter" in page.text
    assert "Det här kan du efteråt see act" in page.text
    assert "5 av 6 rätt på provet" in page.text
    assert "1, publicerad 20 november 2026" in page.text
    assert "Din chef ser inte dina svar, ditt resultat eller hur många gånger du har försökt." in page.text
    assert "Öppnar när du har läst delarna." in page.text
    assert button(learners) == {"Börja": "/utbildning/base/del/part-1"}


def test_the_button_follows_the_learner_to_the_certificate(learners: Learners) -> None:
    person_id = learners.be("p101", SPRING)
    learners.read_all(person_id, SPRING)
    assert button(learners) == {"Gör provet": "/utbildning/base/prov"}
    attempt_id = learners.start(person_id, answered=1, day=SPRING)
    assert button(learners) == {"Fortsätt provet": f"/utbildning/base/prov/{attempt_id}/fraga/2"}
    learners.take(person_id, right=1, day=SPRING)
    assert button(learners) == {"Gör provet igen": "/utbildning/base/prov"}
    learners.take(person_id, day=SPRING)
    assert button(learners) == {"Visa intyg": f"/intyg/{learners.completion_of(person_id)}"}


def test_a_course_that_nobody_asked_for_may_be_taken_freely(learners: Learners) -> None:
    learners.be("p110")
    page = learners.get(PATH)
    assert "Cirka 15 minuter" in page.text
    assert button(learners) == {"Börja": "/utbildning/base/del/part-1"}


def test_before_it_opens_there_is_a_date_and_no_button(learners: Learners) -> None:
    person_id = learners.be("p110", SPRING)
    with learners.inside(), unit_of_work():
        manager_actions.enrol_by_hand(
            person_id, "base", opens_on=date(2026, 9, 1), due_on=date(2026, 10, 1), cycle=2026, now=at(SPRING)
        )
    assert button(learners) == {}
    assert "Öppnar 1 september 2026" in learners.get(PATH).text
    learners.post("/utbildning/base/prov")
    page = learners.reader.follow()
    assert page.path == PATH
    assert "Utbildningen öppnar 1 september 2026. Då kan du börja." in page.text
    assert "Då kan du börja." in learners.get("/utbildning/base/prov").text


def test_somebody_who_returns_next_year_may_go_straight_to_the_quiz(learners: Learners) -> None:
    person_id = learners.be("p101")
    learners.take(person_id)
    learners.be("p101", date(2027, 2, 1))
    page = learners.get(PATH)
    assert page.links["Gör provet direkt"] == "/utbildning/base/prov"
    assert "Du har gått utbildningen förut." in page.text
    assert list(button(learners)) == ["Börja"]


def test_a_course_that_need_not_be_read_opens_its_quiz_at_once(learners: Learners) -> None:
    learners.publish(replace(teaching(), reading=Reading.OPTIONAL))
    learners.be("p101", SPRING)
    page = learners.get(PATH)
    assert "Gör provet direkt" in page.links
    assert "Du har gått utbildningen förut." not in page.text


@pytest.mark.parametrize("material", [True, False])
def test_a_material_change_since_one_took_it_is_told(learners: Learners, material: bool) -> None:
    person_id = learners.be("p101", date(2025, 11, 20))
    learners.take(person_id, day=date(2025, 11, 20))
    kind = ChangeClass.MATERIAL if material else ChangeClass.EDITORIAL
    change = Change("2026-12-sip", kind, both("SIP förklaras på ett nytt sätt."), None, None, ())
    learners.publish(replace(teaching(), changes=(change,)))
    learners.be("p101", TODAY)
    text = learners.get(PATH).text
    assert ("Det här är nytt sedan du gick utbildningen 20 november 2025." in text) is material
    assert ("SIP förklaras på ett nytt sätt." in text) is material


def test_an_unknown_course_is_not_found(learners: Learners) -> None:
    learners.be("p101")
    for path in ("/utbildning/finns-inte", "/utbildning/finns-inte/prov", "/utbildning/finns-inte/del/part-1"):
        assert learners.get(path, 404).h1 == "Vi hittar inte sidan"
    learners.post("/utbildning/finns-inte/prov", status=404)


def test_in_english_with_long_words(learners: Learners) -> None:
    learners.publish(teaching(long=True))
    learners.be("p101", TODAY)
    learners.post("/sprak", {"language": "en", "next": PATH})
    page = learners.get(PATH)
    assert page.language == "en"
    assert page.h1.endswith("i länet (en)")


def test_the_page_asks_the_database_as_often_for_three_tasks_as_for_one(learners: Learners) -> None:
    learners.be("p101", SPRING)
    one = learners.queries(PATH)
    learners.require("second")
    learners.require("third")
    learners.be("p101", SPRING)
    assert learners.queries(PATH) == one
