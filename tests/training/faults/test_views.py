"""Stämmer inte frågan? The learner tells, the editor reads and handles."""

from typing import Any

from tests.training.learners import FIRST, Learners

TELL = "Stämmer inte frågan? Berätta för redaktören."
REPORTS = "/kurser/base/rapporter"


def fault_page(learners: Learners, name: str = "p101", number: int = 1) -> str:
    """The address of the form about a question that this person has just answered."""
    attempt_id = learners.take(learners.be(name), right=6)
    return f"/utbildning/base/prov/{attempt_id}/fraga/{number}/fel"


def tell(learners: Learners, address: str, status: int = 303, **values: Any) -> None:
    form = learners.get(address).form(address)
    learners.reader.submit(form, status, **values)


def test_each_question_of_a_result_leads_to_the_form_and_back(learners: Learners) -> None:
    person_id = learners.be("p101")
    attempt_id = learners.take(person_id, right=1)
    result = f"/utbildning/base/prov/{attempt_id}/resultat"
    links = learners.get(result).links
    assert links[f"{TELL} Fråga 2"] == f"/utbildning/base/prov/{attempt_id}/fraga/2/fel"
    assert len([text for text in links if text.startswith(TELL)]) == 6
    page = learners.get(links[f"{TELL} Fråga 2"])
    assert page.h1 == "Stämmer inte frågan?"
    assert "Skriv inget om enskilda barn eller kollegor." in page.text
    assert "Redaktören ser inte vem du är" in page.text
    assert "Vad gör du?" in page.text
    assert "svar a" not in page.text, "neither choices nor key"
    tell(learners, links[f"{TELL} Fråga 2"], kind="ambiguous", text="Både a och b stämmer.")
    page = learners.reader.follow()
    assert page.h1 == "Inte riktigt än"
    assert "Tack! Det du berättade är sparat" in page.text


def test_a_practice_question_leads_to_the_form_once_it_is_answered(learners: Learners) -> None:
    learners.be("p101")
    assert TELL not in learners.get(FIRST).links
    assert TELL not in learners.get(f"{FIRST}?svara=p-one").links, "nothing was chosen"
    address = learners.get(f"{FIRST}?p-one=a&svara=p-one").links[TELL]
    assert address == f"{FIRST}/s1/p-one/fel"
    tell(learners, address, kind="outdated")
    assert learners.reader.follow().path == FIRST
    learners.get(f"{FIRST}/s1/q1/fel", 404)
    learners.get("/utbildning/base/del/part-2/s1/p-one/fel", 404)
    learners.post("/utbildning/base/del/part-2/s1/p-one/fel", {"kind": "outdated"}, 404)


def test_what_is_wrong_with_the_form_is_said_and_the_text_kept(learners: Learners) -> None:
    address = fault_page(learners)
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"text": "Något"}, "Välj vad som inte stämmer."),
        ({"kind": "hjälp", "text": "Något"}, "Välj vad som inte stämmer."),
        ({"kind": "other", "text": "  "}, "Skriv med några ord vad som inte stämmer."),
        ({"kind": "language", "text": "x" * 501}, "Skriv högst 500 tecken."),
    )
    for values, error in wrong:
        form = learners.get(address).form(address)
        page = learners.reader.submit(form, 422, **values)
        assert page.errors == [error]
        assert page.form(address)["text"] == values["text"].strip()
    tell(learners, address, kind="other", text="x" * 490 + "\r\n" * 10)


def test_a_second_report_of_the_same_question_waits_for_the_first(learners: Learners) -> None:
    address = fault_page(learners)
    form = learners.get(address).form(address)
    for _ in range(2):
        learners.reader.submit(form, 303, kind="wrong_key", text="b är rätt")
    page = learners.reader.submit(form, 409, kind="wrong_key", text="och c")
    assert "Du har redan berättat om den här frågan" in page.text
    assert page.form(address)["text"] == "och c", "not lost"
    page = learners.get(address)
    assert "När det är klart kan du berätta igen." in page.text
    learners.be("editor")
    assert "1 rapport väntar." in learners.get(REPORTS).text


def test_nobody_reports_from_an_attempt_of_somebody_else_or_one_still_open(learners: Learners) -> None:
    address = fault_page(learners)
    learners.be("p102")
    learners.get(address, 404)
    learners.post(address, {"kind": "outdated"}, 404)
    attempt_id = learners.start(learners.training.person("p102"))
    learners.get(f"/utbildning/base/prov/{attempt_id}/fraga/1/fel", 303)
    learners.get(f"/utbildning/intermediate/prov/{attempt_id}/fraga/1/fel", 303)


def test_the_editor_reads_what_was_said_without_names_and_says_what_came_of_it(learners: Learners) -> None:
    tell(learners, fault_page(learners), kind="wrong_key", text="1 < 2\nverkligen")
    tell(learners, fault_page(learners, "p102", 2), kind="language")
    learners.be("editor")
    page = learners.get(REPORTS)
    assert page.h1 == "Rapporterade frågor: Kursen base"
    assert "2 rapporter väntar." in page.text
    assert "Det svar som räknas som rätt är fel 1 < 2 verkligen" in page.text
    assert "Version 1" in page.text
    assert "20 november 2026" in page.text
    assert "Medarbetare" not in page.text
    first, second = (form for form in page.forms() if form.action.endswith("/klar"))
    assert first.buttons == ("Klart: rättad rapport 1", "Ingen ändring behövs rapport 1")
    learners.reader.submit(first, 303, outcome="mended")
    page = learners.reader.follow()
    assert "Rapporten är klar: rättad." in page.text
    assert "1 rapport väntar." in page.text
    learners.reader.submit(first, 303, outcome="mended")
    refused = learners.reader.submit(first, 409, outcome="right_as_it_is")
    assert refused.links["Till rapporterna"] == REPORTS
    learners.post(second.action, {"outcome": "thrown_away"}, 400)
    learners.reader.submit(second, 303, outcome="right_as_it_is")
    page = learners.reader.follow()
    assert "Alla rapporter är klara." in page.text
    assert "Stämmer som den är" in page.text
    learners.post(f"{REPORTS}/999/klar", {"outcome": "mended"}, 404)


def test_nothing_reported_and_no_such_course(learners: Learners) -> None:
    learners.be("editor")
    assert "Ingen har sagt att någon fråga är fel." in learners.get(REPORTS).text
    learners.get("/kurser/finns-inte/rapporter", 404)
    assert learners.get("/kurser/base").links["Det som har rapporterats"] == REPORTS


def test_in_english(learners: Learners) -> None:
    address = fault_page(learners)
    learners.post("/sprak", {"language": "en", "next": "/om"})
    page = learners.get(address)
    assert page.language == "en"
    tell(learners, address, kind="language")
    learners.be("editor")
    learners.post("/sprak", {"language": "en", "next": "/om"})
    assert learners.get(REPORTS).language == "en"
