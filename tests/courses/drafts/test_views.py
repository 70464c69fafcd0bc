"""An editor's way to a draft: upload, faults, preview. On both databases."""

import io
from contextvars import Context
from datetime import date

import pytest
import time_machine

from tbblearn.courses import queries
from tbblearn.courses.drafts.checking import check_upload
from tbblearn.db import db, unit_of_work
from tbblearn.web.application import Application
from tests.courses.checks.spoilt import waive
from tests.courses.drafts.pages import COURSE, QUIZ, SV, drafts_in, packed, publish_through_page, send, upload
from tests.courses.example import PART, Courses
from tests.factories import NOW, County
from tests.reading import Reader

# --- who ---


def test_only_editors_have_the_menu_entry_and_the_pages(app: Application, county: County, editor: Reader):
    assert "Kurser" in editor.get("/kurser").whole_text
    other = Reader(app)
    other.sign_in(county.persons["manager"])
    assert "Kurser" not in other.get("/mina-utbildningar").whole_text
    other.get("/kurser", 403)


def test_a_draft_is_its_editors_own(app: Application, county: County, editor: Reader, courses: Courses):
    from tbblearn.people.models import OrgUnit, Person
    from tbblearn.people.rules import Role
    from tests.factories import grant

    address = upload(editor, courses)
    with app.app_context(), unit_of_work():
        unit = db.session.get_one(OrgUnit, county.units["sormland"])
        grant(db.session.get_one(Person, county.persons["p101"]), unit, Role.EDITOR)
    other = Reader(app)
    other.sign_in(county.persons["p101"])
    assert other.get(address, 404).h1 == "Utkastet finns inte"
    other.get(f"{address}/visa/exempel", 404)
    other.get(f"{address}/publicera", 404)
    other.post(f"{address}/publicera", status=404)
    assert "Dina utkast" not in other.get("/kurser").text
    other.post(f"{address}/kasta", status=303)
    assert editor.get(address).h1 == "Utkast: exempel"


# --- upload and faults ---


def test_a_course_without_faults_becomes_a_draft(app: Application, editor: Reader, courses: Courses):
    page = editor.follow(send(editor, packed(courses)))
    assert page.h1 == "Utkast: exempel"
    assert "Inga fel. Inget är publicerat än." in page.text
    assert "vem du kan ringa när det är bråttom" in page.text
    assert "Rätt svar, tecken" in page.text
    index = editor.get("/kurser")
    assert "Dina utkast" in index.text
    assert "exempel.zip" in index.text
    with app.app_context():
        assert queries.current_version("exempel") is None


def test_every_fault_is_named_with_its_file_and_line(editor: Reader, courses: Courses):
    line = courses.change(COURSE, "minutes: 6", "minutes: six")
    link = courses.change(SV, "(screen:forsta-steget/ett-steg)", "(screen:a/b)")
    page = editor.get(upload(editor, courses))
    rows = [[cell.get_text(" ", strip=True) for cell in row.select("th, td")] for row in page.main.select("tbody tr")]
    assert [COURSE, str(line)] in [row[:2] for row in rows]
    assert [SV, str(link)] in [row[:2] for row in rows]
    assert "2 saker ska rättas" in page.text
    assert "Förhandsgranska" not in page.links
    address = page.path
    editor.get(f"{address}/visa/exempel", 404)
    assert editor.get(f"{address}/publicera", 303).location == address
    assert editor.post(f"{address}/publicera").location == address


def test_a_new_upload_takes_the_place_of_the_old_one(app: Application, editor: Reader, courses: Courses):
    courses.change(COURSE, "minutes: 6", "minutes: six")
    page = editor.get(upload(editor, courses))
    courses.change(COURSE, "minutes: six", "minutes: 6")
    again = editor.get(page.links["Ladda upp igen"])
    form = again.form("/kurser/ladda-upp")
    better = editor.submit(form, file=(io.BytesIO(packed(courses)), "exempel.zip"), follow=True)
    assert "Inga fel" in better.text
    assert drafts_in(app) == 1
    editor.get(page.path, 404)


def test_the_same_zip_twice_is_one_draft(app: Application, editor: Reader, courses: Courses):
    content = packed(courses)
    assert send(editor, content).location == send(editor, content, name="igen.zip").location
    assert drafts_in(app) == 1


def test_a_draft_is_gone_after_a_day_and_its_row_at_the_next_upload(
    app: Application, editor: Reader, county: County, courses: Courses
):
    with time_machine.travel(NOW) as clock:
        editor.sign_in(county.persons["editor"])
        address = upload(editor, courses)
        clock.shift(24 * 3600 + 1)
        editor.sign_in(county.persons["editor"])
        assert editor.get(address, 404).h1 == "Utkastet finns inte"
        assert "Dina utkast" not in editor.get("/kurser").text
        assert drafts_in(app) == 1
        courses.change(COURSE, "minutes: 6", "minutes: 7")
        upload(editor, courses)
        assert drafts_in(app) == 1


def test_a_draft_can_be_thrown_away(app: Application, editor: Reader, courses: Courses):
    page = editor.get(upload(editor, courses))
    told = editor.submit(page.form(f"{page.path}/kasta"), follow=True)
    assert "Utkastet är borttaget." in told.text
    assert drafts_in(app) == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Välj en zip-fil."),
        (b"this is not a zip", "Filen är ingen zip-fil. Packa kursens mapp som zip och ladda upp den."),
    ],
)
def test_what_is_no_course_is_refused_with_a_sentence(app: Application, editor: Reader, content: bytes, said: str):
    page = send(editor, content, 422, name="x.zip" if content else "")
    assert page.errors == [said]
    assert drafts_in(app) == 0


def test_a_picture_with_a_script_is_refused_and_nothing_is_kept(app: Application, editor: Reader, courses: Courses):
    courses.write(f"{PART}/oanvand.svg", '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><script/></svg>')
    page = send(editor, packed(courses), 422)
    assert page.errors == [
        f"Bilden ”{PART}/oanvand.svg” är mer än en teckning, den har till exempel ett skript. Spara den som vanlig SVG."
    ]
    assert drafts_in(app) == 0


def test_a_file_that_no_request_may_carry_is_refused(app: Application, editor: Reader):
    answer = Context().run(
        editor.client.post,
        "/kurser/ladda-upp",
        input_stream=io.BytesIO(bytes(21 * 1024 * 1024)),
        content_length=21 * 1024 * 1024,
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 413
    assert "Störst tillåtna storlek är 20 MB." in answer.text
    assert drafts_in(app) == 0


def test_checking_holds_no_transaction_open(editor: Reader, courses: Courses, monkeypatch: pytest.MonkeyPatch):
    """The real check runs; only the moment at which it runs is watched."""
    seen: list[bool] = []

    def watched(content: bytes, today: date):
        seen.append(db.session().in_transaction())
        return check_upload(content, today)

    monkeypatch.setattr("tbblearn.courses.drafts.views.check_upload", watched)
    upload(editor, courses)
    assert seen == [False]


@pytest.mark.parametrize(("day", "shown"), [(date(2026, 12, 31), False), (date(2027, 1, 1), True)])
def test_a_draft_tells_what_needs_reading_and_what_the_questions_are_about(
    county: County, editor: Reader, courses: Courses, day: date, shown: bool
):
    courses.change(QUIZ, "  - id: q1a-tva\n", "  - id: q1a-tva\n    about:\n      - baby\n      - care\n")
    waive(courses)
    with time_machine.travel(NOW.replace(year=day.year, month=day.month, day=day.day), tick=False):
        editor.sign_in(county.persons["editor"])
        address = upload(editor, courses)
        page = editor.get(address)
        assert ("Källan sol-19-1 ska läsas igen. Dagen var 1 januari 2027." in page.text) is shown
        assert "0 provfrågor saknar en källa som räcker till prov." in page.text
        assert "ingen fråga får göra ett tecken som har funnits länge till fel svar" in page.text
        rows = [
            [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])] for row in page.soup.find_all("tr")
        ]
        assert ["Barn under två år", "1", "0"] in rows
        assert ["Barn över tolv år", "0", "0"] in rows
        assert ["Står inte i filen", "6", "1"] in rows
        assert any("Ta ett steg i taget" in row for row in rows), "a placeholder is told by its section"
        warning = "En källa ska läsas igen: Socialtjänstlagen (2025:400) 19 kap. 1 § (1 januari 2027)."
        assert (warning in editor.get(f"{address}/visa/exempel").text) is shown
        publish_through_page(editor, address)
        assert (warning in editor.get("/kurser/exempel").text) is shown
        assert (warning in editor.get("/kurser/exempel/version/1").text) is shown


# --- preview ---


def test_a_draft_is_shown_as_a_learner_sees_it_in_both_languages(editor: Reader, courses: Courses):
    address = upload(editor, courses)
    first = editor.get(f"{address}/visa/exempel")
    assert "Förhandsgranskning, inget är publicerat." in first.text
    assert first.h1 == "Det första steget"
    english = editor.get(first.links["Visa på engelska"])
    assert (english.h1, english.language) == ("The first step", "en")
    screen = editor.get(first.links["Ta ett steg i taget"])
    assert screen.language == "sv"
    assert (
        "Inte klart än: vem du kan ringa när det är bråttom. Fackgruppen skriver texten. "
        "Till dess: Ring 112 om barnet är i fara. Fråga annars din chef." in screen.text
    )
    assert screen.main.select(".placeholder")
    screen = editor.get(english.links["One step at a time"])
    assert screen.language == "en"
    assert "The subject group will write the text." in screen.text
    assert editor.get("/kurser").language == "sv"


def test_a_part_ends_with_its_sources_and_when_they_were_read(editor: Reader, courses: Courses):
    place = f"{upload(editor, courses)}/visa/exempel/del/forsta-steget"
    page = editor.get(place)
    [sources] = [one for one in page.main.select("details") if one.summary.get_text(strip=True) == "Källor"]
    assert not sources.has_attr("open")
    assert [" ".join(one.get_text().split()) for one in sources.select("li")] == [
        "Implementeringsplan för Tillsammans för barnens bästa, läst november 2026",
        "Socialtjänstlagen (2025:400) 19 kap. 1 §, läst juli 2026",
    ]
    assert [link["href"] for link in sources.select("a")] == ["https://www.riksdagen.se/"]
    assert (
        "The Social Services Act (2025:400), chapter 19, section 1, read in July 2026"
        in editor.get(f"{place}?sprak=en").text
    )


def test_the_quiz_says_whom_a_question_is_for(editor: Reader, courses: Courses):
    courses.change(COURSE, "  draw: all ", "  draw: one_per_goal ")
    courses.change(QUIZ, "  - id: q1a-tva\n", "  - id: q1a-tva\n    huvudmen:\n      - flen\n      - trosa\n")
    page = editor.get(f"{upload(editor, courses)}/visa/exempel/prov")
    assert page.text.count("bara för anställda i flen, trosa") == 1


def test_pictures_of_a_draft_are_shown_and_cannot_act(app: Application, editor: Reader, courses: Courses):
    address = upload(editor, courses)
    page = editor.get(f"{address}/visa/exempel/del/forsta-steget")
    source = str(page.main.select_one("figure img")["src"])  # type: ignore[index]
    answer = editor.get(source)
    assert answer.response.data == courses.path(f"{PART}/stigen.svg").read_bytes()
    assert "sandbox" in answer.response.headers["Content-Security-Policy"]
    editor.get(source[:-1] + ("0" if source[-1] != "0" else "1"), 404)
    other = Reader(app)
    assert other.get(source, 303).location.startswith("/logga-in")


def test_practice_is_answered_in_the_preview_and_nothing_is_saved(editor: Reader, courses: Courses):
    place = f"{upload(editor, courses)}/visa/exempel/del/forsta-steget"
    page = editor.get(f"{place}?sprak=en")
    form = page.form(holding="ova-tyst-barn")
    sent = {**dict(form.fields), "ova-tyst-barn": "b", "svara": "ova-tyst-barn"}
    answered = editor.get(place, query_string=sent)
    assert "Knowledge is good, but the child is there now." in answered.text


def test_the_quiz_is_shown_with_key_and_feedback(editor: Reader, courses: Courses):
    page = editor.get(f"{upload(editor, courses)}/visa/exempel/prov")
    assert page.h1 == "Prov: Det första steget"
    assert page.text.count("Rätt svar") == 11
    assert "Något har ändrats för flickan" in page.text
    assert page.links["Läs: Ta ett steg i taget"].startswith("/kurser/utkast/")
    source = "Källa: Implementeringsplan för Tillsammans för barnens bästa, Vad ska implementeras?"
    assert page.text.count(source) == 4


@pytest.mark.parametrize("place", ["x", "exempel/del/x", "x/prov"])
def test_a_preview_of_what_is_not_there_is_not_found(editor: Reader, courses: Courses, place: str):
    editor.get(f"{upload(editor, courses)}/visa/{place}", 404)
