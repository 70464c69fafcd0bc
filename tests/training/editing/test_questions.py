"""The editor's table of questions, on the page and as a file."""

import csv
import io

from tbblearn.web.spreadsheets import BOM
from tests.training.learners import Learners

PAGE = "/kurser/base/fragor"
STAFF = ("p101", "p102", "p103", "p104", "p105", "p106", "p107", "p108", "p109", "manager")


def ten_take_it(learners: Learners, right: int = 0) -> None:
    """The first `right` questions are answered rightly by all ten, the others with b."""
    with learners.inside() as training:
        training.tick()
    for name in STAFF:
        learners.take(learners.training.person(name), right=right)


def rows(learners: Learners) -> list[dict[str, str]]:
    page = learners.get(f"{PAGE}.csv")
    assert page.response.mimetype == "text/csv"
    assert page.response.headers["Content-Disposition"] == "attachment; filename=base-v1-fragor.csv"
    text = page.response.data.decode("utf-8").removeprefix(BOM)
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_the_page_and_the_file_have_the_same_numbers(learners: Learners) -> None:
    ten_take_it(learners, right=1)
    learners.be("editor")
    page = learners.get(PAGE)
    assert page.h1 == "Frågor: Kursen base, version 1"
    assert "5 frågor bör ses över." in page.text
    assert "Svar på första försöket 10 Rätt på första försöket 10 av 10 (100 %)" in page.text
    assert "Se över Ett fel svar är vanligare än det rätta." in page.text
    assert "Under 40 % har rätt på första försöket." in page.text
    assert "svar a Rätt svar 10 av 10 (100 %)" in page.text
    assert page.links["Fråga 2"] == "#q2"
    found = rows(learners)
    assert len(found) == 18
    assert found[0] == {
        "Fråga": "q1",
        "Mål": "1A",
        "Frågans text": "Fallet q1. Vad gör du?",
        "Svar på första försöket": "10",
        "Rätt på första försöket, procent": "100",
        "Att se över": "",
        "Alternativ": "a",
        "Alternativets text": "svar a",
        "Räknas som rätt": "ja",
        "Andel som valde det, procent": "100",
    }
    assert found[3]["Att se över"].startswith("Ett fel svar är vanligare än det rätta.")


def test_too_few_answers_are_not_shown_anywhere(learners: Learners) -> None:
    with learners.inside() as training:
        training.tick()
    for name in STAFF[:9]:
        learners.take(learners.training.person(name), right=3)
    learners.be("editor")
    page = learners.get(PAGE)
    said = "Visas inte. Färre än 10 personer har svarat på frågan på sitt första försök."
    assert page.text.count(said) == 6
    assert "Ingen av de frågor som visas sticker ut." in page.text
    assert " av 9" not in page.text
    assert {row["Svar på första försöket"] for row in rows(learners)} == {"Visas inte"}
    assert {row["Andel som valde det, procent"] for row in rows(learners)} == {"Visas inte"}


def test_the_course_leads_there_and_another_course_is_not_found(learners: Learners) -> None:
    learners.be("editor")
    assert learners.get("/kurser/base").links["Så svarar de på frågorna"] == PAGE
    for path in ("/kurser/finns-inte/fragor", "/kurser/finns-inte/fragor.csv"):
        learners.get(path, 404)
    learners.be("manager")
    learners.get(PAGE, 403)
    learners.get(f"{PAGE}.csv", 403)


def test_in_english(learners: Learners) -> None:
    ten_take_it(learners)
    learners.be("editor")
    learners.post("/sprak", {"language": "en", "next": "/om"})
    page = learners.get(PAGE)
    assert page.language == "en"
    assert "0 of 10 (0%)" in page.text
