"""Questions answered row by row, questions under a case, and the words of a course: as the learner meets them."""

from dataclasses import replace

import pytest

from tbblearn.courses.rules import Case, HtmlBlock, PracticeBlock, QuestionKind, Term
from tests.reading import ReadPage
from tests.training.conftest import both
from tests.training.learners import FIRST, Learners, asked, by_row, teaching
from tests.training.learning.test_quiz import begin, ready, saved

MATCH = by_row("q-match", "1A", QuestionKind.MATCHING)
ORDER = by_row("q-order", "1B", QuestionKind.ORDERING)
RIGHT = {"q-match": ["a=x", "b=y"], "q-order": ["a=1", "b=2", "c=3"]}


@pytest.fixture
def rows(learners: Learners) -> Learners:
    """A quiz of one question to match and one to order; both must be right."""
    learners.publish(replace(teaching(), questions=(MATCH, ORDER), pass_mark=100))
    return learners


def name_on(page: ReadPage) -> str:
    return page.form(holding="answer")["question"]


def lists(page: ReadPage) -> dict[str, list[str]]:
    """The values of each list on the page, by its label."""
    labels = {label["for"]: label.get_text().strip() for label in page.main.select("label")}
    return {
        labels[str(one["id"])]: [str(option["value"]) for option in one.select("option")]
        for one in page.main.select("select")
    }


def send(learners: Learners, page: ReadPage, answer: list[str], status: int = 303) -> ReadPage:
    data = {"csrf_token": page.form(holding="answer")["csrf_token"], "question": name_on(page), "answer": answer}
    return learners.post(page.path, data, status)


def test_each_row_has_a_labelled_list(rows: Learners) -> None:
    ready(rows)
    page = begin(rows)
    while name_on(page) != "q-match":
        page = rows.get(page.links["Hoppa över frågan"])
    shown = lists(page)
    assert sorted(shown) == ["rad a", "rad b"]
    assert sorted(shown["rad a"]) == ["", "a=x", "a=y", "a=z"]
    assert "val x & mer" in [option.get_text() for option in page.main.select("option")]
    assert "Välj det som hör ihop, på varje rad." in page.text
    assert page.soup.select_one("fieldset legend h1") is not None


def test_a_reload_shows_the_same_order(rows: Learners) -> None:
    ready(rows)
    page = begin(rows)
    assert lists(rows.get(page.path)) == lists(page)


def test_all_the_way_by_lists(rows: Learners) -> None:
    ready(rows)
    page = begin(rows)
    for _ in RIGHT:
        send(rows, page, RIGHT[name_on(page)])
        page = rows.reader.follow()
    assert saved(rows) == RIGHT
    assert "2 av 2 frågor har ett svar." in page.text
    assert "a x b y" in page.text
    rows.reader.submit(page.form(f"{page.path.split('/granska')[0]}/lamna-in"))
    page = rows.reader.follow()
    assert "Du är godkänd. 2 av 2 rätt." in page.text
    assert page.text.count("Därför a=x.") == 1


def test_one_wrong_row_is_one_wrong_question_and_the_key_stays_secret(rows: Learners) -> None:
    ready(rows)
    page = begin(rows)
    for _ in RIGHT:
        name = name_on(page)
        send(rows, page, ["a=x", "b=z"] if name == "q-match" else RIGHT[name])
        page = rows.reader.follow()
    rows.reader.submit(page.form(f"{page.path.split('/granska')[0]}/lamna-in"))
    page = rows.reader.follow()
    assert page.h1 == "Inte riktigt än"
    assert "1 av 2 rätt." in page.text
    assert "Därför b=z." not in page.text, "not even which row was right"
    assert "Därför a=x." not in page.text
    assert "Därför b=y." not in page.text
    assert "Rätt svar" not in page.text


def question_page(learners: Learners, name: str) -> ReadPage:
    page = begin(learners)
    return page if name_on(page) == name else learners.get(page.links["Hoppa över frågan"])


@pytest.mark.parametrize(
    ("name", "sent", "told", "faulty"),
    [
        ("q-match", ["", ""], "Välj ett svar.", ["a", "b"]),
        ("q-match", ["", "b=y"], "Välj ett svar på varje rad.", ["a"]),
        ("q-order", ["a=1", "b=1", "c=2"], "Varje steg ska ha en egen plats. Två steg har samma.", ["a", "b"]),
        ("q-order", ["a=1", "b=2", ""], "Välj ett svar på varje rad.", ["c"]),
    ],
)
def test_an_answer_that_is_not_whole_comes_back_as_it_was(
    rows: Learners, name: str, sent: list[str], told: str, faulty: list[str]
) -> None:
    ready(rows)
    page = send(rows, question_page(rows, name), sent, 422)
    assert told in page.text
    marked = [one for one in page.main.select("select") if one.get("aria-invalid") == "true"]
    labels = {label["for"]: label.get_text().strip() for label in page.main.select("label")}
    assert sorted(labels[str(one["id"])] for one in marked) == [f"rad {row}" for row in faulty]
    assert marked[0]["id"] == "answer-0", "the error summary leads to the first list at fault"
    assert page.soup.select_one('[data-error-summary] a[href="#answer-0"]') is not None
    kept = {str(one["value"]) for one in page.main.select("option[selected]")}
    assert kept == {one for one in sent if one}
    assert saved(rows) == {}


@pytest.mark.parametrize("sent", [["a=q", "b=x"], ["a"], ["a=x", "a=y", "b=x"]])
def test_what_no_page_could_send_is_refused(rows: Learners, sent: list[str]) -> None:
    ready(rows)
    send(rows, question_page(rows, "q-match"), sent, 422)
    assert saved(rows) == {}


# --- practice ---


def practised(learners: Learners, kind: QuestionKind) -> None:
    made = teaching()
    question = by_row("p-rows", "1A", kind)
    begin_screen = made.modules[0].screens[0]
    blocks = (HtmlBlock("<p>x</p>"), PracticeBlock("p-rows"))
    screen = replace(begin_screen, blocks={"sv": blocks, "en": blocks})
    module = replace(made.modules[0], screens=(screen, *made.modules[0].screens[1:]))
    learners.publish(replace(made, modules=(module, *made.modules[1:]), practice={"p-rows": question}))
    learners.be("p101")


@pytest.mark.parametrize(("kind", "answer"), [(QuestionKind.MATCHING, "ab=xz"), (QuestionKind.ORDERING, "abc=132")])
def test_practice_says_of_each_row_what_it_was(learners: Learners, kind: QuestionKind, answer: str) -> None:
    practised(learners, kind)
    page = learners.get(FIRST)
    rows, options = answer.split("=")
    pairs = [f"{row}={option}" for row, option in zip(rows, options, strict=True)]
    sent = "&".join(f"p-rows={pair.replace('=', '%3D')}" for pair in pairs)
    page = learners.get(f"{FIRST}?{sent}&svara=p-rows")
    for pair in pairs:
        assert f"Därför {pair}." in page.text
    assert {str(one["value"]) for one in page.main.select("option[selected]")} == set(pairs)


def test_practice_with_a_row_left_asks_for_it_and_gives_nothing_away(learners: Learners) -> None:
    practised(learners, QuestionKind.MATCHING)
    page = learners.get(f"{FIRST}?p-rows=&p-rows=b%3Dy&svara=p-rows")
    assert "Varje rad behöver ett eget svar, så får du veta mer." in page.text
    assert "Därför" not in page.text
    assert "Därför" not in learners.get(f"{FIRST}?p-rows=x&p-rows=a%3Dq&svara=p-rows").text


# --- cases ---

CASE = Case("fall", both("Flickan <på> bussen"), both("Hon <strong>ligger</strong> på golvet."))


def test_the_questions_of_a_case_come_together_under_its_text(learners: Learners) -> None:
    under = tuple(replace(asked(f"q-{goal}", goal), case=CASE) for goal in ("1A", "1B"))
    learners.publish(replace(teaching(), questions=(*under, asked("q-lone", "1A"))))
    ready(learners)
    page = begin(learners)
    places = []
    for number in range(1, 4):
        page = learners.get(f"{page.path.rsplit('/', 1)[0]}/{number}")
        if name_on(page) == "q-lone":
            assert "Flickan <på> bussen" not in page.text
            continue
        places.append(number)
        assert "Flickan <på> bussen" in page.text
        assert "Hon ligger på golvet." in page.text
        assert f"Ett fall, fråga {len(places)} av 2" in page.text
    assert places[1] == places[0] + 1
    for number in range(1, 4):
        page = learners.get(f"{page.path.rsplit('/', 1)[0]}/{number}")
        send(learners, page, ["a"])
    page = learners.reader.follow()
    assert "Flickan <på> bussen: Fallet q-1A" in page.text
    learners.reader.submit(page.form(f"{page.path.split('/granska')[0]}/lamna-in"))
    page = learners.reader.follow()
    assert page.text.count("Läs fallet igen") == 2


# --- words ---


def test_a_word_is_explained_in_its_part_and_on_the_page_of_words(learners: Learners) -> None:
    made = teaching()
    text = HtmlBlock('<p>En <a href="term:oppen">öppen fråga</a>.</p>')
    screen = replace(made.modules[0].screens[0], blocks={"sv": (text,), "en": (text,)})
    module = replace(made.modules[0], screens=(screen, *made.modules[0].screens[1:]))
    words = (Term("oppen", both("öppen <fråga>"), both("Går inte att svara ja på.")),)
    learners.publish(replace(made, modules=(module, *made.modules[1:]), glossary=words))
    learners.be("p101")
    part = learners.get(FIRST)
    assert part.links["öppen fråga"] == "#ord-oppen"
    explained = part.soup.find(id="ord-oppen")
    assert explained is not None
    assert explained.get_text() == "Går inte att svara ja på."
    assert explained.find_parent("details") is not None
    assert learners.get("/utbildning/base").links["Ord och begrepp"] == "/utbildning/base/ord"
    page = learners.get("/utbildning/base/ord")
    assert page.h1 == "Ord och begrepp"
    term = page.main.select_one("#oppen")
    assert term is not None
    assert term.select_one("dt dfn").get_text() == "öppen <fråga>"
    assert "Går inte att svara ja på." in term.get_text()


def test_a_course_without_words_has_no_page_of_them(learners: Learners) -> None:
    learners.publish(replace(teaching(), glossary=()))
    learners.be("p101")
    assert "Ord och begrepp" not in learners.get("/utbildning/base").text
    learners.get("/utbildning/base/ord", 404)
    learners.get("/utbildning/ingen/ord", 404)
