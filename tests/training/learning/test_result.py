"""The result: words first, what to read again, why; the key only for who has passed."""

from dataclasses import replace

from tbblearn.courses.rules import QuestionKind
from tbblearn.db import unit_of_work
from tbblearn.training.managing import actions as manager_actions
from tbblearn.training.rules import RevocationReason
from tests.factories import NOW, TODAY
from tests.reading import ReadPage
from tests.training.learners import QUIZ, Learners, asked, teaching


def result(learners: Learners, right: int) -> ReadPage:
    person_id = learners.be("p101")
    attempt_id = learners.take(person_id, right=right)
    return learners.get(f"{QUIZ}/{attempt_id}/resultat")


def test_the_heading_can_take_the_focus_that_the_address_gives_it(learners: Learners) -> None:
    page = result(learners, 6)
    heading = page.soup.find(id="resultat")
    assert heading is not None
    assert heading.name == "h1"
    assert heading["tabindex"] == "-1"


def test_passed_with_all_right(learners: Learners) -> None:
    page = result(learners, 6)
    assert page.h1 == "Ditt resultat"
    assert "Du är godkänd. 6 av 6 rätt." in page.text
    assert "Genomförd 20 november 2026. Nästa gång: omgång 2027." in page.text
    assert page.links["Visa intyg"] == f"/intyg/{learners.completion_of(learners.training.person())}"
    assert "Visa de 6 frågor du hade rätt på" in page.text
    assert "Läs gärna om det här" not in page.text
    assert "Därför a." in page.text


def test_passed_with_one_missed_shows_the_right_answer_and_why(learners: Learners) -> None:
    page = result(learners, 5)
    assert "Du är godkänd. 5 av 6 rätt." in page.text
    assert "Läs gärna om det här" in page.text
    card = page.soup.select_one("section[aria-labelledby=answers] > .narrow > .card")
    assert card is not None
    text = " ".join(card.get_text(" ").split())
    assert "Du svarade: svar b Inte riktigt. Därför b. Läs: Screen 1" in text
    assert "Rätt svar: svar a Det stämmer. Därför a." in text


def test_not_passed_keeps_the_key_to_itself_and_leads_back(learners: Learners) -> None:
    page = result(learners, 1)
    assert "Inte riktigt än. 1 av 6 rätt. Läs om de här delarna och försök igen." in page.text
    assert "För att bli godkänd behöver du 5 rätt." in page.text
    assert "Rätt svar:" not in page.text
    assert "Visa intyg" not in page.links
    assert page.links["See"] == "/utbildning/base/del/part-2#s1"
    assert page.links["Act"] == "/utbildning/base/del/part-2#s1"
    cards = page.soup.select("section[aria-labelledby=answers] > .narrow > .card")
    assert len(cards) == 5
    assert all("Därför b." in card.get_text() and "Därför a." not in card.get_text() for card in cards)
    assert "Visa den fråga du hade rätt på" in page.text
    again = page.form(QUIZ)
    assert again.buttons == ("Gör provet igen",)
    learners.reader.submit(again)
    assert learners.reader.follow().title.startswith("Fråga 1 av 6")


def test_questions_without_an_answer_are_said_to_be_that(learners: Learners) -> None:
    person_id = learners.be("p101")
    attempt_id = learners.start(person_id)
    learners.get(QUIZ)
    learners.post(f"{QUIZ}/{attempt_id}/lamna-in")
    page = learners.reader.follow()
    assert page.text.count("Du svarade inte på den här frågan.") == 6
    assert "Det stämmer." not in page.text
    assert "Därför" not in page.text


def test_a_part_of_several_right_answers_is_not_right_yet(learners: Learners) -> None:
    made = teaching()
    learners.publish(replace(made, questions=(asked("q1", "1A", "ab", QuestionKind.MULTIPLE), *made.questions[1:])))
    page = result(learners, 6)
    assert "Du är godkänd. 5 av 6 rätt." in page.text
    assert "Rätt svar: svar b Det stämmer. Därför b." in page.text
    learners.publish(replace(made, questions=(asked("q1", "1A", "ab", QuestionKind.MULTIPLE),), pass_mark=100))
    person_id = learners.be("p102")
    attempt_id = learners.start(person_id, answered=1)
    learners.get(QUIZ)
    learners.post(f"{QUIZ}/{attempt_id}/lamna-in")
    page = learners.reader.follow()
    assert "Det finns fler som stämmer." in page.text
    assert "Rätt svar:" not in page.text


def test_enough_right_but_one_that_must_be_is_explained(learners: Learners) -> None:
    made = teaching()
    last = replace(made.questions[-1], must_pass=True)
    learners.publish(replace(made, questions=(*made.questions[:-1], last)))
    page = result(learners, 5)
    assert "Inte riktigt än. 5 av 6 rätt." in page.text
    assert "och en av frågorna måste vara rätt." in page.text


def test_a_goal_whose_answers_name_no_screen_leads_to_its_part(learners: Learners) -> None:
    made = teaching()
    bare = tuple(
        replace(one, choices=tuple(replace(choice, read=None) for choice in one.choices)) for one in made.questions
    )
    learners.publish(replace(made, questions=bare))
    page = result(learners, 0)
    assert page.links["See"] == "/utbildning/base/del/part-1"
    assert page.links["Act"] == "/utbildning/base/del/part-2"


def test_a_goal_borrowed_from_another_course_leads_there(learners: Learners) -> None:
    made = teaching()
    goals = (replace(made.goals[0], course="second"), *made.goals[1:])
    lent = tuple(
        replace(
            one,
            choices=tuple(
                replace(choice, read=None if choice.read is None else replace(choice.read, course="second"))
                for choice in one.choices
            ),
        )
        for one in made.questions
    )
    learners.publish(teaching("second"))
    learners.publish(replace(made, goals=goals, questions=lent))
    page = result(learners, 0)
    assert page.links["See"] == "/utbildning/second/del/part-2#s1"
    assert page.links["Läs mer"] == "/utbildning/second/del/part-2#s1"
    learners.get("/utbildning/second/del/part-2")


def test_a_completion_that_was_withdrawn_has_no_certificate(learners: Learners) -> None:
    person_id = learners.be("p101")
    attempt_id = learners.take(person_id)
    completion_id = learners.completion_of(person_id)
    with learners.inside() as training, unit_of_work():
        manager_actions.revoke_completion(
            completion_id,
            reason=RevocationReason.NOT_VALID,
            by=training.person("admin"),
            scope=training.scope(),
            now=NOW,
            today=TODAY,
        )
    assert "Visa intyg" not in learners.get(f"{QUIZ}/{attempt_id}/resultat").links
    learners.get(f"/intyg/{completion_id}", 404)


def test_in_english_with_long_words(learners: Learners) -> None:
    learners.publish(teaching(long=True))
    person_id = learners.be("p101")
    passed = learners.take(person_id, right=5)
    learners.post("/sprak", {"language": "en", "next": QUIZ})
    page = learners.get(f"{QUIZ}/{passed}/resultat")
    assert page.language == "en"
    assert "Därför b. (en)" in page.text


def test_the_page_asks_the_database_as_often_for_three_tasks_as_for_one(learners: Learners) -> None:
    page = result(learners, 5)
    one = learners.queries(page.path)
    learners.require("second")
    learners.require("third")
    learners.be("p101")
    assert learners.queries(page.path) == one
