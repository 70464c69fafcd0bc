"""An editor's way from a draft: what changes, publish, all versions. On both databases."""

import pytest
from sqlalchemy import select

from tbblearn.audit.models import AuditEvent
from tbblearn.audit.rules import Event
from tbblearn.courses import queries
from tbblearn.courses.actions import publish
from tbblearn.courses.checks.checking import check
from tbblearn.courses.edition import make_edition
from tbblearn.db import db, unit_of_work, utc_now
from tbblearn.web.application import Application
from tests.courses.checks.spoilt import waive
from tests.courses.drafts.pages import COURSE, EN, QUIZ, SV, drafts_in, publish_through_page, upload
from tests.courses.example import Courses
from tests.factories import County
from tests.reading import Reader


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
