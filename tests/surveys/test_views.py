"""Answering a survey: every state is a kind page, and there is at most one response, whatever is pressed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from tbblearn.db import db, unit_of_work
from tbblearn.people.actions import give_access
from tbblearn.people.rules import Language, Role
from tbblearn.readiness.waves.publishing import withdraw_wave
from tbblearn.surveys.instruments import instrument
from tbblearn.surveys.models import ResponseOpen, Wave
from tests.factories import NOW, TODAY, make_person
from tests.listening import statements
from tests.readiness.rounds import CODES, Round
from tests.surveys.conftest import THREES, Survey

ORIC = instrument("oric")
SAVED = "Tack! Dina svar är sparade utan namn. Resultatet kommer efter den 4 december 2026."

PROMISE = {
    Language.SV: [
        "Hur redo är vi för Tillsammans för barnens bästa?",
        "Tolv påståenden, cirka 3 minuter. Det är frivilligt att svara.",
        "Påståendena handlar om er som arbetar på barn-1, inte om dig själv.",
        "Enkäten är konfidentiell",
        "Dina svar sparas utan namn och utan koppling till dig. "
        "En tekniker som letar i databasen samma dag skulle ändå kunna förstå vilka som är dina.",
        "Ingen chef får se det. Uppgiften raderas när resultatet publiceras.",
        "Resultat visas bara för grupper med minst 5 svar, och hur svaren fördelar sig först från 10.",
        "Svarar nästan alla lika förstår andra vad de flesta tycker.",
        "Ingen kan av resultaten vara säker på om just du har svarat. "
        "Men om nästan alla i en liten grupp svarar går det att gissa, "
        "och kollegor som berättar för varandra om de själva har svarat kan ibland räkna ut det om resten.",
        "När resultatet är klart får du också se det.",
        "Läs mer: Så skyddar vi dina svar",
        "Till påståendena",
        "Jag vill inte svara",
    ],
    Language.EN: [
        "How ready are we for Tillsammans för barnens bästa?",
        "Twelve statements, about 3 minutes. Answering is voluntary.",
        "The survey is confidential",
        "Your answers are stored without your name and without a link to you.",
        "A technician who searches the database that same day could still work out which are yours.",
        "Results are shown only for groups with at least 5 answers",
        "From the results nobody can be sure whether you in particular have answered. "
        "But if nearly everyone in a small group answers it can be guessed, "
        "and colleagues who tell each other whether they have answered can sometimes "
        "work it out about the rest.",
        "Read more: How we protect your answers",
        "To the statements",
        "I do not want to answer",
    ],
}


@pytest.mark.parametrize("language", list(Language))
def test_the_promise_comes_before_anything_is_asked_in_this_order(survey: Survey, language: Language) -> None:
    survey.be(survey.person(), language)
    text = survey.get().text.lower()
    places = [text.find(sentence.lower().replace("barn-1", "barn 1")) for sentence in PROMISE[language]]
    assert -1 not in places, PROMISE[language][places.index(-1)]
    assert places == sorted(places)
    assert "förbjudet" not in text, "nothing is said of the operation until it has said so itself"
    assert len(text.split()) < 220, "it is to be read on a phone before anything is asked"


def test_that_watching_is_forbidden_is_said_once_the_operation_says_so(
    survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = survey.app.config["TBBLEARN"]
    monkeypatch.setitem(survey.app.config, "TBBLEARN", replace(settings, watching_forbidden=True))
    survey.be(survey.person())
    assert "vilka som är dina. Det är förbjudet i vår drift och loggas." in survey.get().text


def test_a_manager_is_asked_about_the_own_work_place_and_told_where_the_answers_count(survey: Survey) -> None:
    survey.be(survey.round.holders[Role.MANAGER])
    text = survey.get().text
    assert "Påståendena handlar om er som arbetar på Vuxen 1, inte om dig själv." in text
    assert "Svaren räknas i Region." in text
    assert "Tänk på er som arbetar på Vuxen 1" in survey.get("/pastaenden").text
    survey.be(survey.person())
    assert "Svaren räknas i" not in survey.get().text


@pytest.mark.parametrize("language", list(Language))
def test_all_statements_stand_on_one_page_with_words_on_every_choice_and_nothing_chosen(
    survey: Survey, language: Language
) -> None:
    survey.be(survey.person(), language)
    page = survey.get("/pastaenden")
    groups = page.main.select("fieldset")
    assert len(groups) == len(ORIC.items) == 12
    for item, group in zip(ORIC.items, groups, strict=True):
        assert ORIC.item_text(item, language.value, "Tillsammans för barnens bästa") in group.get_text()
        words = [label.get_text(strip=True) for label in group.select("label")]
        assert words == [point.text[language.value] for point in item.response_scale.points]
        assert {radio["name"] for radio in group.select("input")} == {item.code}
    assert not page.main.select("[checked]")
    assert not page.main.select("[required]")
    [form] = page.main.select("form")
    assert form["autocomplete"] == "off", "the browser must not fill in what the one before chose"
    assert len(form.select("input[type=radio]")) == 60
    phrase = ORIC.translations[language.value].change_phrase
    assert phrase is not None
    assert phrase not in page.text
    assert ("arbetsöversättning" in page.text) is (language is Language.SV)


def test_one_press_keeps_exactly_one_response_and_says_thanks(survey: Survey) -> None:
    survey.be(survey.person())
    survey.get("/pastaenden")
    survey.send()
    assert survey.responses() == 1
    page = survey.reader.follow()
    assert SAVED in page.text
    assert survey.invitation(survey.person()).answered
    with survey.inside():
        kept = db.session.scalars(select(ResponseOpen)).one()
    assert kept.answers == THREES
    assert kept.complete


def test_sent_twice_from_two_tabs_or_by_going_back_it_is_kept_once(survey: Survey) -> None:
    survey.be(survey.person())
    survey.get("/pastaenden")
    survey.send()
    page = survey.send(dict.fromkeys(CODES, "5"), 409)
    assert SAVED in page.text
    assert "Det som kom fram först är sparat, och inget av det du har skickat sedan." in page.text
    assert page.main.select_one("[data-draft-over]") is not None
    assert page.path == survey.path(), "the address is that of thanks"
    for end in ("", "/pastaenden"):
        assert SAVED in survey.get(end).text
    assert survey.responses() == 1
    with survey.inside():
        assert set(db.session.scalars(select(ResponseOpen)).one().answers.values()) == {"3"}


def test_gaps_are_told_kindly_once_and_everything_is_kept(survey: Survey) -> None:
    survey.be(survey.person())
    survey.get("/pastaenden")
    given = {code: "4" for code in CODES if code not in {CODES[2], CODES[7]}}
    page = survey.send(given, 422)
    assert "Du har hoppat över 2 påståenden. Du kan skicka ändå" in page.text
    assert [link for link in page.links if link.startswith("Påstående")] == ["Påstående 3", "Påstående 8"]
    assert page.links["Påstående 3"] == f"#{CODES[2]}-0"
    assert {(str(box["name"]), str(box["value"])) for box in page.main.select("[checked]")} == set(given.items())
    assert survey.responses() == 0
    form = page.form(survey.path())
    assert "Skicka ändå" in form.buttons
    survey.answer_form(page)
    assert survey.responses() == 1
    with survey.inside():
        kept = db.session.scalars(select(ResponseOpen)).one()
    assert kept.answers == given
    assert not kept.complete


def test_one_gap_is_one(survey: Survey) -> None:
    survey.be(survey.person(), Language.EN)
    survey.get("/pastaenden")
    page = survey.send(dict.fromkeys(CODES[1:], "4"), 422)
    assert "You have skipped 1 statement. You can still send" in page.text


def test_an_answer_that_there_is_not_is_a_gap_that_has_not_been_seen_and_the_others_are_kept(survey: Survey) -> None:
    survey.be(survey.person())
    survey.get("/pastaenden")
    page = survey.send(THREES | {CODES[0]: "9", "seen": "1"}, 422)
    assert "Du har hoppat över 1 påstående." in page.text
    assert {page.form(holding="seen")[code] for code in CODES[1:]} == {"3"}
    assert survey.responses() == 0
    assert not survey.invitation(survey.person()).answered


def test_clearing_is_a_fresh_page(survey: Survey) -> None:
    survey.be(survey.person())
    survey.get("/pastaenden")
    page = survey.send({CODES[0]: "4"}, 422)
    assert not survey.reader.get(page.links["Rensa mina svar"]).main.select("[checked]")


def test_who_declines_gets_a_receipt_no_reminders_and_a_way_back(survey: Survey) -> None:
    survey.be(survey.person())
    page = survey.get()
    page = survey.reader.submit(page.form(survey.path()), declines="1", follow=True)
    assert page.h1 == "Du behöver inte svara"
    assert page.main.select_one("[data-draft-over]") is not None, "what was chosen before must not stay in the tab"
    assert survey.invitation(survey.person()).declined
    page = survey.reader.get("/enkater")
    assert page.text.index("Det finns ingen enkät att svara på just nu.") < page.text.index(
        "Du har valt att inte svara"
    )
    assert page.links["Till enkäten Tillsammans för barnens bästa"] == survey.path()
    assert "Enkät, öppen till" not in survey.reader.get("/mina-utbildningar").text
    page = survey.reader.get(survey.get().links["Jag vill svara ändå"])
    survey.answer_form(page, 303, **THREES)
    kept = survey.invitation(survey.person())
    assert kept.answered
    assert not kept.declined
    assert SAVED in survey.get().text
    assert survey.responses() == 1


def test_declining_after_answering_changes_nothing(survey: Survey) -> None:
    survey.be(survey.person())
    survey.get("/pastaenden")
    survey.send()
    survey.get()
    page = survey.decline(409)
    assert SAVED in page.text
    assert "Du hade redan svarat. Svaren går inte att ta tillbaka" in page.text
    assert survey.invitation(survey.person()).answered


def test_what_is_sent_after_it_closed_is_not_kept_and_it_is_said_so(survey: Survey) -> None:
    survey.be(survey.person())
    survey.get("/pastaenden")
    with survey.inside() as made:
        made.close(now=NOW + timedelta(hours=1))
    page = survey.send(status=409)
    assert "Enkäten stängde den 20 november 2026. Det du hade fyllt i har inte skickats." in page.text
    for end in ("", "/pastaenden"):
        assert "Enkäten stängde den 20 november 2026." in survey.get(end).text
    survey.decline(409)
    assert survey.responses() == 0
    assert "Stängde den 20 november 2026" in survey.reader.get("/enkater").text


def test_after_its_last_day_it_takes_no_answers_even_before_the_timer_has_closed_it(survey: Survey) -> None:
    survey.later(15)
    survey.be(survey.person())
    assert "Enkäten stängde den 4 december 2026." in survey.get("/pastaenden").text
    survey.send(status=409)
    assert survey.responses() == 0


def test_a_withdrawn_survey_says_that_all_is_deleted(survey: Survey) -> None:
    survey.be(survey.person())
    survey.get("/pastaenden")
    with survey.inside() as made, unit_of_work():
        withdraw_wave(made.wave_id, by=None, now=NOW)
    page = survey.send(status=409)
    assert page.h1 == "Enkäten är tillbakadragen"
    assert "Det du hade fyllt i har inte skickats." in page.text
    assert "Tillbakadragen" in survey.reader.get("/enkater").text
    assert survey.responses() == 0


@pytest.mark.parametrize("end", ["", "/pastaenden"])
def test_who_is_not_invited_finds_no_survey(survey: Survey, end: str) -> None:
    with survey.inside(), unit_of_work():
        stranger = make_person().id
        give_access(stranger, today=TODAY, now=NOW)
    survey.be(stranger)
    survey.get(end, 404)
    survey.reader.get("/enkater")
    survey.send(status=404)
    survey.decline(404)
    assert survey.responses() == 0
    assert "Det finns ingen enkät att svara på just nu." in survey.reader.get("/enkater").text


def test_before_it_opens_there_is_no_survey(survey: Survey) -> None:
    with survey.inside() as made:
        planned = made.plan(days=20)
    survey.be(survey.person())
    survey.reader.get(f"/enkat/{planned}", 404)
    survey.reader.get("/enkater")
    survey.reader.post(f"/enkat/{planned}", THREES, 404)


def test_the_list_has_what_is_open_first_and_thanks_for_what_is_answered(survey: Survey) -> None:
    survey.be(survey.person())
    page = survey.reader.get("/enkater")
    assert "Öppen till 4 december 2026" in page.text
    assert page.links["Till enkäten Tillsammans för barnens bästa"] == survey.path()
    start = survey.reader.get("/mina-utbildningar")
    assert "Enkät, öppen till 4 december 2026" in start.text
    assert start.links["Till enkäten Tillsammans för barnens bästa"] == survey.path()
    item = page.soup.select_one("header nav a[aria-current=page]")
    assert item.get_text(strip=True) == "Enkäter"
    survey.get("/pastaenden")
    survey.send()
    page = survey.reader.get("/enkater")
    assert "Det finns ingen enkät att svara på just nu." in page.text
    assert "Du har svarat. Tack! Enkäten är öppen till 4 december 2026." in page.text
    assert "Enkät, öppen till" not in survey.reader.get("/mina-utbildningar").text
    survey.later(14)
    survey.be(survey.person(1))
    assert "Enkät, öppen till" in survey.reader.get("/mina-utbildningar").text
    survey.later(15)
    survey.be(survey.person(1))
    assert "Enkät, öppen till" not in survey.reader.get("/mina-utbildningar").text, "the timer has not closed it yet"


def test_once_published_nothing_says_who_answered_and_the_result_has_its_day(survey: Survey) -> None:
    survey.be(survey.person())
    with survey.inside() as made:
        made.answer_all(seed=3)
        made.close()
        assert made.audit()
        made.publish()
    page = survey.reader.get("/enkater")
    assert "Du kan se resultatet från den 27 november 2026." in page.text
    assert "Du har svarat" not in page.text
    assert "Enkäten stängde den" in survey.get().text
    survey.later(7)
    survey.be(survey.person())
    links = survey.reader.get("/enkater").links
    assert links["Se resultatet för Tillsammans för barnens bästa"] == f"/resultat/{survey.round.wave_id}"


# --- a process leader tries it ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["planned", "open"])
def test_a_preview_shows_the_same_pages_and_keeps_nothing(survey: Survey, state: str) -> None:
    wave_id = survey.round.wave_id
    if state == "planned":
        with survey.inside() as made:
            wave_id = made.plan(days=20)
    survey.be(survey.round.holders[Role.PROCESS_LEADER])
    path = f"/matningar/{wave_id}/prova"
    notice = "Du provar enkäten. Inget sparas, och inget räknas."
    page = survey.reader.get(path)
    assert notice in page.text
    assert "Jag vill inte svara" not in page.text
    page = survey.reader.get(page.links["Till påståendena"])
    assert notice in page.text
    assert page.main.select_one("[data-draft]") is None
    assert len(page.main.select("fieldset")) == 12
    survey.reader.get(f"{path}/pastaenden")
    page = survey.reader.post(f"{path}/pastaenden", {CODES[0]: "2"}, 422)
    assert "Du har hoppat över 11 påståenden." in page.text
    page = survey.reader.submit(page.form(f"{path}/pastaenden"), follow=True)
    assert page.h1 == "Tack!"
    assert notice in page.text
    assert survey.responses() == 0
    with survey.inside():
        assert db.session.get_one(Wave, wave_id).state == state
    survey.reader.get("/matningar/987654/prova", 404)


# --- queries ----------------------------------------------------------------------------------------------------------


def test_the_number_of_queries_does_not_grow_with_surveys(survey: Survey) -> None:
    def queries(address: str) -> int:
        with statements(survey.app) as sent:
            survey.reader.get(address)
        return len(sent)

    survey.be(survey.person())
    pages = ("/enkater", "/mina-utbildningar")
    one = [queries(address) for address in pages]
    for number in (1, 2):
        with survey.inside() as made:
            programme(made, number)
            made.open()
    assert [queries(address) for address in pages] == one


def programme(made: Round, number: int) -> None:
    from tbblearn.people.models import Programme

    with unit_of_work():
        other = Programme(slug=f"p{number}", name=f"Program {number}")
        db.session.add(other)
        db.session.flush()
        made.programme_id = other.id


def test_a_person_in_two_programmes_answers_each_once(survey: Survey) -> None:
    first = survey.round.wave_id
    with survey.inside() as made:
        programme(made, 1)
        second = made.open()
    survey.be(survey.person())
    for wave_id, status in ((first, 303), (second, 303), (first, 409)):
        survey.reader.get(f"/enkat/{wave_id}/pastaenden")
        survey.reader.post(f"/enkat/{wave_id}", THREES, status)
    assert survey.responses() == 2
