"""The quiz: start, one question at a time, each answer saved, resume, review, hand in."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from tbblearn.courses.rules import Course, QuestionKind
from tbblearn.db import db
from tbblearn.training.models import Answer, Attempt
from tests.access.accounts import PASSWORD, give_password
from tests.reading import ReadPage
from tests.training.learners import FIRST, QUIZ, Learners, asked, teaching


def ready(learners: Learners) -> int:
    """Somebody who has read all parts."""
    person_id = learners.be("p101")
    learners.read_all(person_id)
    return person_id


def begin(learners: Learners) -> ReadPage:
    learners.reader.submit(learners.get(QUIZ).form(QUIZ))
    return learners.reader.follow()


def saved(learners: Learners) -> dict[str, list[str]]:
    with learners.inside():
        return {one.question_id: one.chosen for one in db.session.scalars(select(Answer))}


def attempts(learners: Learners) -> int:
    with learners.inside():
        return db.session.scalars(select(func.count()).select_from(Attempt)).one()


def test_the_first_page_says_what_the_quiz_is(learners: Learners) -> None:
    ready(learners)
    page = learners.get(QUIZ)
    assert page.h1 == "Prov: Kursen base"
    assert (
        "6 frågor, ingen tidsgräns. För att bli godkänd behöver du 5 rätt. Du får försöka så många gånger du vill."
        in page.text
    )
    assert page.form(QUIZ).buttons == ("Starta provet",)


def test_before_the_parts_are_read_it_names_what_is_left(learners: Learners) -> None:
    learners.be("p101")
    learners.post("/utbildning/base/del/part-1")
    page = learners.get(QUIZ)
    assert "En del är kvar att läsa" in page.text
    assert page.links["Del 2: Part 2"] == "/utbildning/base/del/part-2"
    assert page.links["Läs vidare"] == "/utbildning/base/del/part-2"
    learners.post(QUIZ)
    assert learners.reader.follow().path == QUIZ
    assert attempts(learners) == 0


def test_all_the_way_by_forms(learners: Learners) -> None:
    ready(learners)
    page = begin(learners)
    for number in range(1, 7):
        assert page.h1.startswith("Fallet q")
        assert page.title == f"Fråga {number} av 6 – Prov: Kursen base – tbblearn"
        legend = page.soup.select_one("fieldset legend h1")
        assert legend is not None
        assert ("Svaret är sparat." in page.text) is (number > 1)
        learners.reader.submit(page.form(holding="answer"), answer="a")
        assert len(saved(learners)) == number, "saved at once, before the next page is asked for"
        page = learners.reader.follow()
    assert page.h1 == "Granska dina svar"
    assert "Svaret är sparat." in page.text
    assert "6 av 6 frågor har ett svar." in page.text
    learners.reader.submit(page.form(f"{page.path.split('/granska')[0]}/lamna-in"))
    assert learners.reader.answer is not None
    assert learners.reader.answer.response.headers["Location"].endswith("/resultat#resultat")
    page = learners.reader.follow()
    assert "Du är godkänd. 6 av 6 rätt." in page.text


def test_starting_twice_goes_on_with_the_same_attempt(learners: Learners) -> None:
    ready(learners)
    first = learners.post(QUIZ).location
    assert learners.post(QUIZ).location == first
    assert attempts(learners) == 1
    page = learners.get(QUIZ)
    assert page.links["Fortsätt provet"] == first
    assert "Dina svar är sparade, och du fortsätter på fråga 1." in page.text


def test_a_quiz_left_in_the_middle_goes_on_in_another_browser(learners: Learners) -> None:
    person_id = ready(learners)
    attempt_id = learners.start(person_id, answered=3)
    learners.reader.forget()
    learners.be("p101")
    assert learners.post(QUIZ).location == f"{QUIZ}/{attempt_id}/fraga/4"
    page = learners.get(f"{QUIZ}/{attempt_id}/fraga/2")
    assert page.form(holding="answer")["answer"] == "a"
    assert "Svaret är sparat." in page.text
    assert page.links["Föregående"] == f"{QUIZ}/{attempt_id}/fraga/1"
    assert page.links["Granska dina svar"] == f"{QUIZ}/{attempt_id}/granska"


def test_a_question_may_be_passed_over_and_changed(learners: Learners) -> None:
    person_id = ready(learners)
    attempt_id = learners.start(person_id)
    page = learners.get(f"{QUIZ}/{attempt_id}/fraga/1")
    assert page.links["Hoppa över frågan"] == f"{QUIZ}/{attempt_id}/fraga/2"
    assert "Svaret är sparat." not in page.text
    name = page.form(holding="answer")["question"]
    learners.reader.submit(page.form(holding="answer"), answer="b")
    learners.reader.submit(learners.get(f"{QUIZ}/{attempt_id}/fraga/1").form(holding="answer"), answer="c")
    assert saved(learners) == {name: ["c"]}


def bar(page: ReadPage) -> list[str]:
    """The marks of the bar's steps: what is answered, and where one is."""
    return [" ".join(step.get("class") or []) for step in page.main.select(".steps li")]


def test_what_is_passed_over_is_named_by_the_review_after_the_last_question(learners: Learners) -> None:
    person_id = ready(learners)
    attempt_id = learners.start(person_id, answered=1)
    at = f"{QUIZ}/{attempt_id}"
    page = learners.get(learners.get(f"{at}/fraga/2").links["Hoppa över frågan"])
    for number in (3, 4, 5, 6):
        assert page.path.split("?")[0] == f"{at}/fraga/{number}"
        expected = ["is-done", "", *["is-done"] * (number - 3), "is-now", *[""] * (6 - number)]
        assert bar(page) == expected, "the bar shows what is answered"
        done = number - 2
        assert f"Prov · Fråga {number} av 6 · {done} besvarad" in page.text, "and its words say so"
        learners.reader.submit(page.form(holding="answer"), answer="a")
        page = learners.reader.follow()
    assert page.h1 == "Granska dina svar"
    assert "Du har inte svarat på fråga 2." in page.text
    page = learners.get(page.links["Svara på fråga 2"])
    assert page.links["Hoppa över till granskningen"] == f"{at}/granska"
    learners.reader.submit(page.form(holding="answer"), answer="a")
    assert learners.reader.follow().path == f"{at}/granska?sparat=2"


def test_going_on_with_every_question_answered_opens_the_review(learners: Learners) -> None:
    person_id = ready(learners)
    attempt_id = learners.start(person_id, answered=6)
    page = learners.get(QUIZ)
    assert "Du har svarat på alla frågor." in page.text
    assert page.links["Fortsätt provet"] == learners.post(QUIZ).location == f"{QUIZ}/{attempt_id}/granska"
    assert learners.get("/mina-utbildningar").links["Fortsätt provet"] == f"{QUIZ}/{attempt_id}/granska"
    assert bar(learners.get(f"{QUIZ}/{attempt_id}/fraga/2")) == ["is-done", "is-done is-now", *["is-done"] * 4]


@pytest.mark.parametrize("way", ["fraga/2", "lamna-in"])
def test_who_has_lost_the_cookies_comes_back_to_the_quiz(learners: Learners, way: str) -> None:
    person_id = ready(learners)
    attempt_id = learners.start(person_id, answered=1)
    email = give_password(learners.app, person_id)
    reader, at = learners.reader, f"{QUIZ}/{attempt_id}"
    here = f"{at}/fraga/2" if way == "fraga/2" else f"{at}/granska"
    form = learners.get(here).form(f"{at}/{way}")
    reader.forget()
    headers = {"Referer": f"http://localhost{here}"}
    page = reader.post(form.action, form.fields, 401, csrf=False, headers=headers)
    assert reader.submit(page.form("/logga-in"), email=email, password=PASSWORD).location == here


def test_the_quiz_never_goes_past_a_question_without_a_word(learners: Learners) -> None:
    person_id = ready(learners)
    attempt_id = learners.start(person_id, answered=4)
    page = learners.get(f"{QUIZ}/{attempt_id}/fraga/2")
    sent = learners.reader.submit(page.form(holding="answer"), answer="c")
    assert sent.location == f"{QUIZ}/{attempt_id}/fraga/5?sparat=2"
    page = learners.reader.follow()
    assert "Frågorna 3 och 4 har redan svar. Därför kommer fråga 5 nu." in page.text
    page = learners.get(f"{QUIZ}/{attempt_id}/fraga/5?sparat=3")
    assert "Fråga 4 har redan ett svar. Därför kommer fråga 5 nu." in page.text
    for lie in ("4", "5", "999999999999", "-1e9", "x", ""):
        assert "har redan" not in learners.get(f"{QUIZ}/{attempt_id}/fraga/5?sparat={lie}").text
    learners.reader.submit(learners.get(f"{QUIZ}/{attempt_id}/fraga/6").form(holding="answer"), answer="a")
    assert learners.reader.follow().h1 == "Granska dina svar"
    assert learners.get(f"{QUIZ}/{attempt_id}/fraga/5").links["Hoppa över till granskningen"]


def test_passing_over_a_question_names_the_one_it_leads_to(learners: Learners) -> None:
    person_id = ready(learners)
    at = f"{QUIZ}/{learners.start(person_id)}"
    for number in (2, 3):
        learners.reader.submit(learners.get(f"{at}/fraga/{number}").form(holding="answer"), answer="a")
    assert learners.get(f"{at}/fraga/1").links["Hoppa över till fråga 4"] == f"{at}/fraga/4"


def test_a_browser_with_script_gets_the_next_page_at_once_under_its_own_address(learners: Learners) -> None:
    person_id = ready(learners)
    attempt_id = learners.start(person_id, answered=4)
    at = f"{QUIZ}/{attempt_id}"
    page = learners.get(f"{at}/fraga/5")
    for address, title in (
        (f"{at}/fraga/6?sparat=5", "Fråga 6 av 6 – Prov: Kursen base – tbblearn"),
        (f"{at}/granska?sparat=6", "Granska dina svar – tbblearn"),
    ):
        page = learners.reader.submit(page.form(holding="answer"), 200, answer="a", straight_on="1")
        assert page.title == title
        assert page.soup.body is not None
        assert page.soup.body["data-moved-to"] == address
        assert page.form("/sprak")["next"] == address
        assert "Svaret är sparat." in page.text
        assert page.text == learners.get(address).text, "led there, it says the same"
        page = learners.get(address)
    assert len(saved(learners)) == 6
    faulty = learners.get(f"{at}/fraga/2").form(holding="answer")
    page = learners.reader.submit(faulty, 422, answer=None, straight_on="1")
    assert page.errors == ["Välj ett svar."]


def test_nothing_chosen_says_so_and_keeps_what_is_saved(learners: Learners) -> None:
    person_id = ready(learners)
    attempt_id = learners.start(person_id, answered=1)
    empty = learners.get(f"{QUIZ}/{attempt_id}/fraga/2")
    page = learners.reader.submit(empty.form(holding="answer"), 422)
    assert page.errors == ["Välj ett svar."]
    link = page.soup.select_one("[data-error-summary] a")
    assert link is not None
    assert page.soup.find(id=str(link["href"])[1:]) is not None
    one = learners.get(f"{QUIZ}/{attempt_id}/fraga/1")
    page = learners.reader.submit(one.form(holding="answer"), 422, answer=None)
    assert page.form(holding="answer")["answer"] == "a"
    assert len(saved(learners)) == 1


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"answer": "zzz"}, 422),
        ({"answer": ["a", "b"]}, 422),
        ({"answer": "a", "question": "q99"}, 400),
        ({"answer": "a", "question": ""}, 400),
    ],
)
def test_what_no_form_would_send_is_refused_and_nothing_is_kept(
    learners: Learners, data: dict[str, object], status: int
) -> None:
    person_id = ready(learners)
    attempt_id = learners.start(person_id)
    page = learners.get(f"{QUIZ}/{attempt_id}/fraga/1")
    learners.post(page.path, {"question": page.form(holding="answer")["question"]} | data, status)
    assert saved(learners) == {}


def test_a_page_left_open_never_answers_another_question(learners: Learners) -> None:
    person_id = ready(learners)
    attempt_id = learners.start(person_id)
    first = learners.get(f"{QUIZ}/{attempt_id}/fraga/1")
    name = first.form(holding="answer")["question"]
    learners.post(f"{QUIZ}/{attempt_id}/fraga/5", {"question": name, "answer": "a"})
    assert list(saved(learners)) == [name]


def multiple(made: Course) -> Course:
    return replace(
        made, questions=tuple(asked(f"q{n}", "1A", "ab", QuestionKind.MULTIPLE) for n in range(1, 7)), pass_mark=50
    )


def test_a_question_with_several_answers_says_how_many(learners: Learners) -> None:
    learners.publish(multiple(teaching()))
    ready(learners)
    page = begin(learners)
    assert "Välj två svar." in page.text
    assert len(page.soup.select("input[type=checkbox][name=answer]")) == 3
    learners.reader.submit(page.form(holding="answer"), answer=["a", "b"])
    assert list(saved(learners).values()) == [["a", "b"]]


def test_the_review_names_what_is_missing_and_lets_one_hand_in_anyway(learners: Learners) -> None:
    person_id = ready(learners)
    attempt_id = learners.start(person_id, answered=4)
    page = learners.get(f"{QUIZ}/{attempt_id}/granska")
    assert "4 av 6 frågor har ett svar." in page.text
    assert "Du har inte svarat på frågorna 5 och 6. Gå tillbaka eller lämna in ändå." in page.text
    assert "Ditt svar: svar a" in page.text
    assert page.links["Svara på fråga 5"] == f"{QUIZ}/{attempt_id}/fraga/5"
    assert page.links["Ändra på fråga 1"] == f"{QUIZ}/{attempt_id}/fraga/1"
    learners.reader.submit(page.form(f"{QUIZ}/{attempt_id}/lamna-in"))
    assert "4 av 6 rätt." in learners.reader.follow().text


def test_one_missing_answer_is_one_question(learners: Learners) -> None:
    person_id = ready(learners)
    attempt_id = learners.start(person_id, answered=5)
    assert "Du har inte svarat på fråga 6." in learners.get(f"{QUIZ}/{attempt_id}/granska").text


def test_handing_in_twice_gives_the_same_result(learners: Learners) -> None:
    person_id = ready(learners)
    attempt_id = learners.start(person_id, answered=6)
    learners.get(QUIZ)
    first = learners.post(f"{QUIZ}/{attempt_id}/lamna-in").location
    assert learners.post(f"{QUIZ}/{attempt_id}/lamna-in").location == first
    assert learners.completion_of(person_id)


def test_back_after_handing_in_leads_kindly_to_the_result(learners: Learners) -> None:
    person_id = learners.be("p101")
    attempt_id = learners.take(person_id)
    for path in ("fraga/1", "granska"):
        learners.get(f"{QUIZ}/{attempt_id}/{path}", 303)
        page = learners.reader.follow()
        assert page.path == f"{QUIZ}/{attempt_id}/resultat"
        assert "Provet är redan inlämnat. Här är ditt resultat." in page.text
    for data in ({"question": "q1", "answer": "b"}, {"question": "q1"}):
        learners.post(f"{QUIZ}/{attempt_id}/fraga/1", data)
        assert learners.reader.follow().path == f"{QUIZ}/{attempt_id}/resultat"
    assert set(map(tuple, saved(learners).values())) == {("a",)}


def test_the_result_of_an_open_attempt_leads_to_its_review(learners: Learners) -> None:
    person_id = ready(learners)
    attempt_id = learners.start(person_id)
    assert learners.get(f"{QUIZ}/{attempt_id}/resultat", 303).location == f"{QUIZ}/{attempt_id}/granska"


def test_numbers_outside_the_quiz_are_not_found(learners: Learners) -> None:
    person_id = ready(learners)
    attempt_id = learners.start(person_id)
    for path in ("fraga/0", "fraga/7"):
        learners.get(f"{QUIZ}/{attempt_id}/{path}", 404)


@pytest.mark.parametrize("path", ["fraga/1", "granska", "resultat"])
@pytest.mark.parametrize("open_", [True, False])
def test_nobody_sees_anybody_elses_attempt(learners: Learners, path: str, open_: bool) -> None:
    other = learners.be("p102")
    attempt_id = learners.start(other, answered=1) if open_ else learners.take(other)
    learners.be("p101")
    assert learners.get(f"{QUIZ}/{attempt_id}/{path}", 404).h1 == "Vi hittar inte sidan"


def test_nobody_answers_or_hands_in_for_anybody_else(learners: Learners) -> None:
    attempt_id = learners.start(learners.be("p102"))
    learners.be("p101")
    learners.get(FIRST)
    learners.post(f"{QUIZ}/{attempt_id}/fraga/1", {"question": "q1", "answer": "a"}, 404)
    learners.post(f"{QUIZ}/{attempt_id}/fraga/1", {"question": "q1"}, 404)
    learners.post(f"{QUIZ}/{attempt_id}/lamna-in", status=404)
    assert saved(learners) == {}


def test_an_attempt_lies_below_its_own_course_only(learners: Learners) -> None:
    person_id = ready(learners)
    learners.publish(teaching("second"))
    attempt_id = learners.start(person_id, answered=6)
    for path in ("fraga/1", "granska"):
        learners.get(f"/utbildning/second/prov/{attempt_id}/{path}", 404)
    learners.get(QUIZ)
    learners.post(f"{QUIZ}/{attempt_id}/lamna-in")
    learners.get(f"/utbildning/second/prov/{attempt_id}/resultat", 404)


def test_somebody_who_is_done_may_take_it_again(learners: Learners) -> None:
    person_id = learners.be("p101")
    learners.take(person_id)
    page = learners.get(QUIZ)
    assert "Du är redan klar med utbildningen. Du kan göra provet igen om du vill." in page.text
    assert page.form(QUIZ).buttons == ("Starta provet",)
    learners.reader.submit(page.form(QUIZ))
    page = learners.get("/mina-utbildningar")
    assert "Krävs inte av dig" not in page.text
    assert page.text.count("Kursen base") == 2, "once as a heading, once in the name of its certificate"


def test_in_english_with_long_words(learners: Learners) -> None:
    learners.publish(teaching(long=True))
    person_id = ready(learners)
    attempt_id = learners.start(person_id, answered=1)
    learners.post("/sprak", {"language": "en", "next": QUIZ})
    assert learners.get(QUIZ).language == "en"
    assert "svar a (en)" in learners.get(f"{QUIZ}/{attempt_id}/fraga/1").text
    assert "svar a (en)" in learners.get(f"{QUIZ}/{attempt_id}/granska").text


def test_the_pages_ask_the_database_as_often_for_three_tasks_as_for_one(learners: Learners) -> None:
    person_id = ready(learners)
    attempt_id = learners.start(person_id, answered=1)
    paths = (QUIZ, f"{QUIZ}/{attempt_id}/fraga/1", f"{QUIZ}/{attempt_id}/granska")
    one = [learners.queries(path) for path in paths]
    learners.require("second")
    learners.require("third")
    learners.be("p101")
    assert [learners.queries(path) for path in paths] == one
