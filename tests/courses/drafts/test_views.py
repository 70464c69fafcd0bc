"""An editor's way: upload, faults, preview, what changes, publish, all versions. On both databases."""

import io
import zipfile
from contextvars import Context
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from tbblearn.audit.models import AuditEvent
from tbblearn.audit.rules import Event
from tbblearn.courses import queries
from tbblearn.courses.actions import publish
from tbblearn.courses.checks.checking import check
from tbblearn.courses.drafts.checking import check_upload
from tbblearn.courses.edition import make_edition
from tbblearn.courses.models import CourseDraft
from tbblearn.db import db, unit_of_work, utc_now
from tbblearn.web.application import Application
from tests.courses.checks.test_checking import waive
from tests.courses.example import PART, Courses
from tests.factories import NOW, County
from tests.reading import Reader, ReadPage

COURSE = "exempel/course.yaml"
SV = f"{PART}/module.sv.md"
EN = f"{PART}/module.en.md"
QUIZ = f"{PART}/quiz.yaml"


@pytest.fixture
def editor(app: Application, county: County) -> Reader:
    reader = Reader(app)
    reader.sign_in(county.persons["editor"])
    return reader


def packed(courses: Courses) -> bytes:
    """The folder of courses as a zip, as a computer makes it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(courses.root.rglob("*")):
            archive.write(path, path.relative_to(courses.root))
    return target.getvalue()


def send(reader: Reader, content: bytes, status: int = 303, name: str = "exempel.zip", **values: Any) -> ReadPage:
    page = reader.get("/kurser/ladda-upp")
    form = page.form("/kurser/ladda-upp")
    return reader.submit(form, status, file=(io.BytesIO(content), name), **values)


def upload(reader: Reader, courses: Courses) -> str:
    """Upload the courses and return the address of the draft."""
    return send(reader, packed(courses)).location


def publish_through_page(reader: Reader, address: str, **values: Any) -> ReadPage:
    page = reader.get(f"{address}/publicera")
    return reader.submit(page.form(f"{address}/publicera"), **values)


def drafts_in(app: Application) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(CourseDraft)) or 0


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
    assert "Utkastet är kastat." in told.text
    assert drafts_in(app) == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Välj en zip-fil."),
        (b"this is no zip", "Filen är ingen zip-fil. Packa kursens mapp som zip och ladda upp den."),
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

    def watched(content: bytes):
        seen.append(db.session().in_transaction())
        return check_upload(content)

    monkeypatch.setattr("tbblearn.courses.drafts.views.check_upload", watched)
    upload(editor, courses)
    assert seen == [False]


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
    assert "Här skriver fackgruppen: vem du kan ringa när det är bråttom" in screen.text
    assert screen.main.select(".placeholder")
    screen = editor.get(english.links["One step at a time"])
    assert screen.language == "en"
    assert "The subject group will write here" in screen.text
    assert editor.get("/kurser").language == "sv"


def test_pictures_of_a_draft_are_shown_and_cannot_act(app: Application, editor: Reader, courses: Courses):
    address = upload(editor, courses)
    page = editor.get(f"{address}/visa/exempel/del/forsta-steget/du-ser-det")
    source = str(page.main.select_one("figure img")["src"])  # type: ignore[index]
    answer = editor.get(source)
    assert answer.response.data == courses.path(f"{PART}/stigen.svg").read_bytes()
    assert "sandbox" in answer.response.headers["Content-Security-Policy"]
    editor.get(source[:-1] + ("0" if source[-1] != "0" else "1"), 404)
    other = Reader(app)
    assert other.get(source, 303).location.startswith("/logga-in")


def test_practice_is_answered_in_the_preview_and_nothing_is_saved(editor: Reader, courses: Courses):
    place = f"{upload(editor, courses)}/visa/exempel/del/forsta-steget/du-ser-det"
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


@pytest.mark.parametrize("place", ["x", "exempel/del/x/y", "exempel/del/forsta-steget/y", "x/prov"])
def test_a_preview_of_what_is_not_there_is_not_found(editor: Reader, courses: Courses, place: str):
    editor.get(f"{upload(editor, courses)}/visa/{place}", 404)


# --- publishing ---


def test_publishing_makes_a_version_and_ends_the_draft(app: Application, editor: Reader, county: County, courses):
    waive(courses)
    address = upload(editor, courses)
    page = editor.get(f"{address}/publicera")
    assert "Det är kursens första version" in page.text
    told = editor.follow(publish_through_page(editor, address))
    assert told.h1 == "Kurs: Det första steget, version 1"
    assert "Publicerad: exempel, version 1." in told.text
    assert "Första versionen." in told.text
    assert "du" in told.text.split()
    editor.get(address, 404)
    with app.app_context():
        version = queries.current_version("exempel")
        assert version is not None
        assert version.published_by == county.persons["editor"]
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.event == Event.COURSE_PUBLISHED)).one()
        assert (event.actor_id, event.object_id) == (county.persons["editor"], str(version.id))
    assert drafts_in(app) == 0


def test_open_placeholders_need_the_editors_word(app: Application, editor: Reader, courses: Courses):
    address = upload(editor, courses)
    page = editor.get(f"{address}/publicera")
    refused = editor.submit(page.form(f"{address}/publicera"), 422)
    assert refused.errors == ["Kryssa i att platshållarna får synas, eller fyll dem först. Inget är publicerat."]
    with app.app_context():
        assert queries.current_version("exempel") is None
    told = editor.submit(refused.form(f"{address}/publicera"), allow_placeholders="y", follow=True)
    assert "Publicerad: exempel, version 1." in told.text


def test_blocking_placeholders_stop_publishing_whatever_is_ticked(app: Application, editor: Reader, courses: Courses):
    for file in (SV, EN):
        courses.change(file, "blocking: false", "blocking: true")
    address = upload(editor, courses)
    assert "Måste fyllas" in editor.get(address).text
    page = editor.get(f"{address}/publicera")
    assert "platshållare som måste fyllas först" in page.text
    assert page.main.select("form") == []
    seen = {"seen": "exempel:0", "allow_placeholders": "y"}
    assert editor.post(f"{address}/publicera", seen, 422).errors == [
        "Kursen har platshållare som måste fyllas först. Inget är publicerat."
    ]
    with app.app_context():
        assert queries.current_version("exempel") is None


def test_what_changes_is_told_before_publishing(editor: Reader, courses: Courses):
    waive(courses)
    publish_through_page(editor, upload(editor, courses))
    courses.change(SV, "En öppen fråga räcker långt.", "En öppen fråga räcker mycket långt.")
    courses.change(
        QUIZ,
        "      - id: a\n        text:\n          sv: Jag väntar",
        "      - id: a\n        correct: true\n        text:\n          sv: Jag väntar",
    )
    courses.change(
        QUIZ,
        "      - id: b\n        correct: true\n        text:\n          sv: Jag frågar",
        "      - id: b\n        text:\n          sv: Jag frågar",
    )
    address = upload(editor, courses)
    page = editor.get(f"{address}/publicera")
    rows = [[cell.get_text(" ", strip=True) for cell in row.select("th, td")] for row in page.main.select("tbody tr")]
    key, *rows = rows
    assert key == ["En flicka på din mottagning har slutat prata med dig. Vad gör du först?", "0", "0"]
    assert [(row[0], row[1], row[3]) for row in rows] == [
        ("Skärm", "Ändrad", "ett-steg"),
        ("Provfråga", "Nytt facit", "q1a-tyst"),
    ]
    assert "0 svar berörs. 0 personer blir godkända. Ingen blir underkänd." in page.text
    assert "course.yaml har ingen ny rad under changes" in page.text
    told = editor.follow(publish_through_page(editor, address))
    assert told.h1 == "Kurs: Det första steget, version 2"
    assert "Ersatt" in told.text
    old = editor.get("/kurser/exempel/version/1/prov")
    assert "Förhandsgranskning av version 1." in old.text
    editor.get("/kurser/exempel/version/3", 404)


def test_a_version_published_meanwhile_stops_publishing_and_keeps_the_draft(
    app: Application, editor: Reader, courses: Courses
):
    waive(courses)
    address = upload(editor, courses)
    page = editor.get(f"{address}/publicera")
    courses.change(COURSE, "minutes: 6", "minutes: 9")
    report = check(courses.root)
    with app.app_context(), unit_of_work():
        publish(make_edition(report.courses["exempel"], report.courses), now=utc_now())
    refused = editor.submit(page.form(f"{address}/publicera"), 409)
    assert refused.h1 == "Någon hann före"
    assert "utkastet finns kvar" in refused.text
    with app.app_context():
        assert [version.number for version in queries.versions("exempel")] == [1]
    again = editor.get(refused.links["Se vad som ändras nu"])
    told = editor.submit(again.form(f"{address}/publicera"), follow=True)
    assert "Publicerad: exempel, version 2." in told.text


@pytest.mark.parametrize("seen", ["", "exempel", "exempel:x", "exempel:1", "annat:0", "exempel:٣"])
def test_what_was_not_seen_is_not_published(app: Application, editor: Reader, courses: Courses, seen: str):
    waive(courses)
    address = upload(editor, courses)
    editor.post(f"{address}/publicera", {"seen": seen}, 409)
    with app.app_context():
        assert queries.current_version("exempel") is None


def test_the_same_content_is_not_published_twice(editor: Reader, courses: Courses):
    waive(courses)
    publish_through_page(editor, upload(editor, courses))
    address = upload(editor, courses)
    page = editor.get(f"{address}/publicera")
    assert "redan publicerat som version 1" in page.text
    assert page.main.select("form") == []
    told = editor.post(f"{address}/publicera", {"seen": "exempel:1"}, follow=True)
    assert "oförändrad: samma innehåll som version 1" in told.text


def test_the_names_of_other_editors_are_not_shown(app: Application, editor: Reader, county: County, courses: Courses):
    report = check(courses.root)
    with app.app_context(), unit_of_work():
        publish(
            make_edition(report.courses["exempel"], report.courses),
            now=utc_now(),
            published_by=county.persons["p101"],
        )
    page = editor.get("/kurser")
    assert "kursredaktör" in page.text
    assert "101" not in page.text
    assert "kursredaktör" in editor.get("/kurser/exempel").text
    editor.get("/kurser/finns-inte", 404)
