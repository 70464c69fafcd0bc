"""The result: words first, what to read again, why; the key only for who has passed."""

from dataclasses import replace
from datetime import date

from tbblearn.courses.rules import Draw, QuestionKind
from tbblearn.db import unit_of_work
from tbblearn.training.managing import actions as manager_actions
from tbblearn.training.rules import RevocationReason
from tests.factories import NOW, TODAY
from tests.reading import ReadPage
from tests.training.conftest import both
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
    assert page.h1 == "Bra gjort! Du är klar för i år."
    assert page.title == "Bra gjort! Du är klar för i år. – tbblearn"
    assert "Du är godkänd. 6 av 6 rätt." in page.text
    assert "Genomförd 20 november 2026. Nästa gång: omgång 2027." in page.text
    assert page.links["Visa intyg"] == f"/intyg/{learners.completion_of(learners.training.person())}"
    assert "Visa de 6 frågor du hade rätt på" in page.text
    assert "Läs gärna om det här" not in page.text
    assert "Därför a." in page.text
    assert "Det här kan du nu See Act" in page.text


def test_passed_with_one_missed_shows_the_right_answer_and_why(learners: Learners) -> None:
    page = result(learners, 5)
    assert "Du är godkänd. 5 av 6 rätt." in page.text
    assert "Läs gärna om det här" in page.text
    assert page.text.count("Act") == 1, "a goal is told once"
    card = page.soup.select_one("section[aria-labelledby=answers] > .narrow > .card")
    assert card is not None
    text = " ".join(card.get_text(" ").split())
    assert "Du svarade: svar b Inte riktigt. Därför b. Läs: Screen 1" in text
    assert "Rätt svar: svar a Det stämmer. Därför a." in text


def test_not_passed_leads_to_what_to_read_and_gives_no_key_away(learners: Learners) -> None:
    page = result(learners, 1)
    assert page.h1 == "Inte riktigt än"
    assert "1 av 6 rätt. Du behöver 5. Läs det här och försök igen:" in page.text
    assert "Visa intyg" not in page.links
    assert page.links["See"] == page.links["Act"] == "/utbildning/base/del/part-2#s1"
    assert page.text.count("See") == page.text.count("Act") == 1, "a goal is told once"
    assert page.text.count("Del 2: Screen 1") == 2
    after = page.main.select("section[aria-labelledby=missed] ~ *")
    assert [one.name for one in after] == ["form", "p", "section"], "what to read comes first, the answers last"
    assert not page.main.select("details[open]")
    again = page.form(QUIZ)
    assert again.buttons == ("Gör provet igen",)
    learners.reader.submit(again)
    assert learners.reader.follow().title.startswith("Fråga 1 av 6")


def test_what_was_missed_is_not_explained_until_one_has_passed(learners: Learners) -> None:
    page = result(learners, 1)
    missed, right = page.main.select("section[aria-labelledby=answers] > details")
    cards = missed.select(".card")
    assert len(cards) == 5
    for card in cards:
        text = " ".join(card.get_text(" ").split())
        assert "Du svarade: svar b" in text
        assert not card.select(".feedback")
        assert "Därför" not in text
        assert "svar a" not in text
    assert "Vad som är rätt ser du när du har blivit godkänd." in missed.get_text()
    assert "Det stämmer. Därför a." in " ".join(right.get_text(" ").split())
    assert "Rätt svar:" not in page.text


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
    assert "Du svarade: svar a Det stämmer. Därför a." in page.text
    assert "Rätt svar: svar b Det stämmer. Därför b." in page.text
    learners.publish(replace(made, questions=(asked("q1", "1A", "ab", QuestionKind.MULTIPLE),), pass_mark=100))
    person_id = learners.be("p102")
    attempt_id = learners.start(person_id, answered=1)
    learners.get(QUIZ)
    learners.post(f"{QUIZ}/{attempt_id}/lamna-in")
    page = learners.reader.follow()
    assert "Du svarade: svar a" in page.text
    for given_away in ("Det finns fler som stämmer.", "Det stämmer.", "Inte riktigt.", "Därför", "Rätt svar:"):
        assert given_away not in page.text


def test_enough_right_but_one_that_must_be_is_explained(learners: Learners) -> None:
    made = teaching()
    last = replace(made.questions[-1], must_pass=True)
    learners.publish(replace(made, questions=(*made.questions[:-1], last)))
    page = result(learners, 5)
    assert page.h1 == "Inte riktigt än"
    assert "5 av 6 rätt. Du behöver 5, och en av frågorna måste vara rätt. Läs det här och försök igen:" in page.text


def test_a_goal_whose_answers_name_no_screen_leads_to_its_part(learners: Learners) -> None:
    made = teaching()
    bare = tuple(
        replace(one, choices=tuple(replace(choice, read=None) for choice in one.choices)) for one in made.questions
    )
    learners.publish(replace(made, questions=bare))
    page = result(learners, 0)
    assert page.links["See"] == "/utbildning/base/del/part-1"
    assert page.links["Act"] == "/utbildning/base/del/part-2"
    assert "See Del 1: Part 1 Act Del 2: Part 2" in page.text


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


def test_what_one_is_done_with_follows_from_why_it_was_asked_for(learners: Learners) -> None:
    assert passed(learners, "p110") == "Bra gjort! Du är klar med utbildningen.", "taken by choice"
    with learners.inside(), unit_of_work():
        manager_actions.enrol_by_hand(
            learners.training.person("p111"), "base", opens_on=TODAY, due_on=date(2026, 12, 1), cycle=2026, now=NOW
        )
    assert passed(learners, "p111") == "Bra gjort! Du är klar med utbildningen.", "asked for by hand"
    learners.hire("new")
    assert passed(learners, "new") == "Bra gjort! Du är klar med introduktionen."


def passed(learners: Learners, name: str) -> str:
    """The heading of the result of somebody who has just passed."""
    return learners.get(f"{QUIZ}/{learners.take(learners.be(name))}/resultat").h1


def test_a_round_of_another_year_is_named(learners: Learners) -> None:
    person_id = learners.be("p101")
    attempt_id = learners.take(person_id)
    learners.be("p101", date(2027, 1, 3))
    assert learners.get(f"{QUIZ}/{attempt_id}/resultat").h1 == "Bra gjort! Du är klar för omgång 2026."


def test_who_has_passed_is_told_one_thing_to_do_on_monday(learners: Learners) -> None:
    assert "En sak att göra på måndag" not in result(learners, 6).text, "this course names none"
    learners.publish(replace(teaching(), monday=both("Fråga din chef.")))
    person_id = learners.be("p102")
    failed = learners.take(person_id, right=1)
    assert "måndag" not in learners.get(f"{QUIZ}/{failed}/resultat").text
    passed = learners.take(person_id)
    assert "En sak att göra på måndag Fråga din chef." in learners.get(f"{QUIZ}/{passed}/resultat").text


def test_who_goes_on_later_finds_what_was_missed_from_the_quiz(learners: Learners) -> None:
    person_id = learners.be("p101")
    learners.take(person_id, right=2)
    newest = learners.take(person_id, right=1)
    page = learners.get(QUIZ)
    assert page.links["Se vad du missade"] == f"{QUIZ}/{newest}/resultat"
    assert "kan komma tillbaka" not in page.text, "where every question is always asked, none can wait"
    learners.publish(replace(teaching(), draw=Draw.ONE_PER_GOAL))
    told = "En fråga som du missade kan komma tillbaka när du har läst om det den handlar om."
    assert told in learners.get(QUIZ).text
    attempt_id = learners.start(learners.be("p102"))
    learners.get(QUIZ)
    learners.post(f"{QUIZ}/{attempt_id}/lamna-in")
    assert told in learners.reader.follow().text
