"""The screens of a part: reading on, practice that is never stored, the way to the next part and to the quiz."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, update

from tbblearn.courses.rules import Certainty, Source
from tbblearn.courses.vocabulary import Service
from tbblearn.db import db, unit_of_work
from tbblearn.people.models import OrgUnit
from tbblearn.training.managing import actions as manager_actions
from tbblearn.training.models import Answer, ReadingPlace
from tests.factories import TODAY
from tests.page_rules import words
from tests.training.conftest import at, both
from tests.training.learners import FIRST, SPRING, Learners, teaching

SECOND = "/utbildning/base/del/part-2"


def test_a_part_is_one_page_of_sections_with_one_way_on(learners: Learners) -> None:
    learners.be("p101")
    page = learners.get(FIRST)
    assert page.h1 == "Part 1"
    assert page.title == "Del 1 av 2: Part 1 – tbblearn"
    assert [tag.get_text() for tag in page.soup.select("main section > h2")] == ["Första skärmen", "Screen 2"]
    assert [tag.get_text() for tag in page.soup.select(".where")] == [
        "1 av 2 · cirka 6 minuter kvar av delen",
        "2 av 2 · cirka 1 minut kvar av delen",
    ]
    contents = {tag.get_text(): str(tag["href"]) for tag in page.soup.select(".toc a")}
    assert contents == {"Första skärmen": "#s1", "Screen 2": "#s2"}
    assert all(page.soup.find(id=target[1:]) for target in contents.values())
    assert page.form(FIRST, holding="csrf_token").buttons == ("Till nästa del",)
    assert page.links["Tillbaka till kursen"] == "/utbildning/base"


def test_what_makes_a_plan_is_out_of_sight_and_sends_nothing(learners: Learners) -> None:
    learners.be("p101")
    page = learners.get(FIRST)
    [template] = page.soup.select("template[data-plan-choice=part-1]")
    fields = template.select("input, textarea")
    assert len(fields) == 2
    assert not any("name" in field.attrs for field in fields)
    assert template.find_parent("form") is None
    assert page.soup.select("[data-plan=base][hidden] h2")


def test_links_in_the_text_lead_to_the_sections_they_name(learners: Learners) -> None:
    learners.be("p101")
    assert learners.get(FIRST).links["Läs mer"] == f"{SECOND}#s2"


def test_the_section_on_ones_own_service_comes_before_those_on_others(learners: Learners) -> None:
    plain = teaching()
    first, second = plain.modules
    shown = first.screens[1]
    services = {"start": None, "ambulans": Service.AMBULANCE, "skola": Service.SCHOOL, "slut": None}
    screens = tuple(replace(shown, id=name, service=service) for name, service in services.items())
    learners.publish(replace(plain, modules=(replace(first, screens=screens), second)))

    def order(service: str) -> tuple[list[str], list[str]]:
        with learners.inside(), unit_of_work():
            db.session.execute(update(OrgUnit).values(service=service))
        page = learners.get(FIRST)
        own = [str(section["id"]) for section in page.soup.select("section:has(> .eyebrow)")]
        return [str(section["id"]) for section in page.soup.select("main section[data-section]")], own

    learners.be("p101")
    assert order("") == (["start", "ambulans", "skola", "slut"], [])
    assert order("grundskola") == (["start", "skola", "ambulans", "slut"], ["skola"])


def test_a_part_ends_with_its_sources(learners: Learners) -> None:
    """Those that its sections cite, closed until asked for."""
    plain = teaching()
    first, second = plain.modules
    cited = replace(first, screens=tuple(replace(screen, sources=("lag", "plan")) for screen in first.screens))
    days = {"read_on": date(2026, 7, 15), "again_on": date(2027, 1, 1)}
    learners.publish(
        replace(
            plain,
            modules=(cited, second),
            sources=(
                Source("plan", both("Planen"), None, Certainty.COUNTY, **days),
                Source("lag", both("Lagen & mer"), "https://example.org/lag", Certainty.LAW, **days),
                Source("annan", both("En annan"), None, Certainty.OFFICIAL, **days),
            ),
        )
    )
    learners.be("p101")
    page = learners.get(FIRST)
    [sources] = [one for one in page.main.select("details") if one.summary.get_text(strip=True) == "Källor"]
    assert not sources.has_attr("open")
    assert [words(one) for one in sources.select("li")] == ["Lagen & mer, läst juli 2026", "Planen, läst juli 2026"]
    assert page.links["Lagen & mer"] == "https://example.org/lag"
    assert "Källor" not in learners.get(SECOND).text


def test_an_old_address_of_a_single_section_leads_into_its_part(learners: Learners) -> None:
    learners.be("p101")
    assert learners.get(f"{FIRST}/s2", 301).response.headers["Location"] == f"{FIRST}#s2"


def test_reading_goes_from_part_to_part_to_quiz(learners: Learners) -> None:
    learners.be("p101")
    learners.get(FIRST)
    assert learners.post(FIRST).location == SECOND
    assert learners.get(SECOND).form(SECOND, holding="csrf_token").buttons == ("Till provet",)
    learners.post(SECOND)
    assert learners.reader.follow().h1 == "Prov: Kursen base"


def test_parts_read_in_another_order_lead_to_what_is_left(learners: Learners) -> None:
    learners.be("p101")
    learners.get(SECOND)
    assert learners.post(SECOND).location == FIRST
    assert learners.get(FIRST).form(FIRST, holding="csrf_token").buttons == ("Till provet",)
    assert learners.post(FIRST).location == "/utbildning/base/prov"


def test_reading_a_part_twice_changes_nothing(learners: Learners) -> None:
    learners.be("p101")
    learners.get(FIRST)
    learners.post(FIRST)
    assert learners.post(FIRST).location == SECOND


def test_looking_at_a_part_writes_nothing(learners: Learners) -> None:
    learners.be("p101")
    learners.get(FIRST)
    with learners.inside():
        assert db.session.scalar(select(func.count()).select_from(ReadingPlace)) == 0


def test_script_tells_which_section_is_on_the_screen(learners: Learners) -> None:
    learners.be("p101", SPRING)
    page = learners.get(FIRST)
    place = str(page.soup.select_one("[data-part]")["data-part"])  # type: ignore[index]
    learners.post(place, {"section": "s2"}, 204)
    assert learners.get("/utbildning/base").links["Fortsätt"] == f"{FIRST}#s2"
    learners.post(place, {"section": "nope"}, 404)


@pytest.mark.parametrize("path", ["/utbildning/base/del/nope", "/utbildning/nope/del/part-1"])
def test_unknown_parts_are_not_found(learners: Learners, path: str) -> None:
    learners.be("p101")
    assert learners.get(path, 404).h1 == "Vi hittar inte sidan"
    learners.get(FIRST)
    learners.post(path, status=404)


def test_before_the_task_opens_nothing_is_remembered(learners: Learners) -> None:
    person_id = learners.be("p110", SPRING)
    with learners.inside(), unit_of_work():
        manager_actions.enrol_by_hand(
            person_id, "base", opens_on=date(2026, 9, 1), due_on=date(2026, 10, 1), cycle=2026, now=at(SPRING)
        )
    learners.get(FIRST)
    learners.post(FIRST)
    assert "Utbildningen öppnar 1 september 2026." in learners.reader.follow().text


def given(question: str, *choices: str) -> dict[str, Any]:
    """What the form sends when these choices are marked and its button is pressed."""
    return {question: list(choices), "svara": question}


# --- practice -----------------------------------------------------------------------------------------------------


def test_practice_answers_under_the_chosen_alternative_and_stores_nothing(learners: Learners) -> None:
    learners.be("p101")
    page = learners.get(FIRST)
    form = page.form(holding="p-one")
    assert form.method == "get"
    answered = learners.reader.submit(form, 200, **given("p-one", "a"))
    said = answered.soup.select(".feedback[role=status]")
    assert [" ".join(tag.get_text(" ").split()) for tag in said] == ["Inte riktigt. Därför a. Läs: Screen 1"]
    before = said[0].find_previous_sibling(class_="govuk-radios__item")
    assert before is not None
    assert before.get_text().strip() == "svar a"
    assert answered.links["Läs: Screen 1"] == "/utbildning/base/del/part-2#s1"
    assert answered.form(holding="p-one")["p-one"] == "a"
    right = learners.reader.submit(answered.form(holding="p-one"), 200, **given("p-one", "b"))
    assert "Det stämmer. Därför b." in right.text
    assert "Inte riktigt." not in right.text
    with learners.inside():
        assert db.session.scalar(select(func.count()).select_from(Answer)) == 0


def test_the_browser_is_sent_back_to_the_question_it_answered(learners: Learners) -> None:
    learners.be("p101")
    page = learners.get(FIRST)
    assert page.form(holding="p-two").action.endswith("#p-two")
    assert page.soup.find(id="p-two") is not None


def test_several_practice_questions_keep_each_others_choices(learners: Learners) -> None:
    learners.be("p101")
    page = learners.get(FIRST)
    page = learners.reader.submit(page.form(holding="svara"), 200, **given("p-one", "b"))
    second = next(form for form in page.forms() if "Svara" in form.buttons)
    assert second["p-one"] == "b"
    page = learners.reader.submit(second, 200, **given("p-two", "a", "b"))
    checked = [str(tag["value"]) for tag in page.soup.select("main input[checked]")]
    assert checked == ["b", "a", "b"]
    assert len(page.soup.select(".feedback")) == 3
    assert len(page.soup.select(".feedback[role=status]")) == 2, "only what was answered now is read out"


def test_of_several_right_ones_the_page_says_that_there_are_more(learners: Learners) -> None:
    learners.be("p101")
    assert "Det finns fler som stämmer." in learners.get(f"{FIRST}?p-two=a&svara=p-two").text
    assert "Det finns fler som stämmer." not in learners.get(f"{FIRST}?p-two=a&p-two=b&svara=p-two").text
    assert "Det finns fler som stämmer." not in learners.get(f"{FIRST}?p-two=c&svara=p-two").text


def test_practice_without_a_choice_asks_kindly(learners: Learners) -> None:
    learners.be("p101")
    page = learners.get(f"{FIRST}?svara=p-one")
    assert "Välj det svar du tror på, så får du veta mer." in page.text
    assert not page.soup.select(".feedback")


def test_what_anybody_may_write_in_the_address_is_passed_over(learners: Learners) -> None:
    learners.be("p101")
    page = learners.get(f"{FIRST}?p-one=zzz&p-nope=a&q1=a&svara=%3Cscript%3E")
    assert not page.soup.select(".feedback")
    assert not page.soup.select("main input[checked]")


def test_in_english_with_long_words(learners: Learners) -> None:
    learners.publish(teaching(long=True))
    learners.be("p101", TODAY)
    learners.post("/sprak", {"language": "en", "next": FIRST})
    page = learners.get(f"{FIRST}?p-one=b&svara=p-one")
    assert page.language == "en"
    assert page.h1 == "Part 1 (en)"
    assert "Därför b. (en)" in page.text
    assert page.text.count("That is right.") == 1, "the verdict is the feedback's heading, not also its first words"


def test_the_page_asks_the_database_as_often_for_three_tasks_as_for_one(learners: Learners) -> None:
    learners.be("p101", SPRING)
    one = learners.queries(FIRST)
    learners.require("second")
    learners.require("third")
    learners.be("p101", SPRING)
    assert learners.queries(FIRST) == one
