"""An administrator's pages about the employers' files."""

import io
from datetime import timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import func, select, update

from tbblearn.audit.models import AccessLog
from tbblearn.db import db, unit_of_work, utc_now
from tbblearn.people.models import Employment, Person
from tbblearn.staffing.models import ImportDraft, StaffFile, StaffSource
from tbblearn.staffing.rules import COLUMNS, FileKind, Way
from tbblearn.staffing.tables import read_table
from tbblearn.tick import tick
from tbblearn.web.application import Application
from tests.factories import County
from tests.listening import statements
from tests.reading import Form, Reader, ReadPage
from tests.staffing.making import STAFF_HEADER, changed, csv_bytes, exported, staff_row, workbook

SOURCE = "/personal/region"


@pytest.fixture
def admin(app: Application, county: County) -> Reader:
    reader = Reader(app)
    reader.sign_in(county.persons["admin"])
    return reader


def rows(app: Application, **given: str) -> list[dict[str, str]]:
    with app.app_context():
        return changed("p101", **given) if given else exported()


def sent(
    reader: Reader, content: bytes, name: str = "personal.csv", status: int = 303, kind: str = "staff"
) -> ReadPage:
    form = reader.get(SOURCE).form(SOURCE)
    page = reader.submit(form, status, kind=kind, file=(io.BytesIO(content), name))
    return reader.follow(page) if status == 303 else page


def previewed(reader: Reader, given: list[dict[str, str]], name: str = "personal.csv") -> ReadPage:
    return sent(reader, csv_bytes(given, STAFF_HEADER), name)


def confirm(page: ReadPage) -> Form:
    return page.form(holding="seen")


def test_a_file_is_looked_at_first_and_then_read_in(admin: Reader, app: Application):
    page = previewed(admin, rows(app, profession="läkare"), "personal-2026-11-19.csv")
    assert page.h1 == "Förhandsgranska filen"
    assert "personal-2026-11-19.csv, personal, 15 rader. Den gäller 19 november 2026. Inget är sparat än." in page.text
    assert "p101" in page.text
    assert "Medarbetare" not in page.main.get_text(), "ids, never names"
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(StaffFile)) == 0
    done = admin.follow(admin.submit(confirm(page)))
    assert "Filen är inläst." in done.text
    with app.app_context():
        one = db.session.scalars(select(StaffFile)).one()
        assert (one.way, one.kind, one.counts["changed"], one.taken_by is not None) == (
            Way.PAGE,
            FileKind.STAFF,
            1,
            True,
        )
        assert db.session.scalar(select(func.count()).select_from(ImportDraft)) == 0
    assert "19 november 2026" in admin.get("/personal").text


def test_wrong_rows_are_named_and_nothing_is_lost(admin: Reader, app: Application):
    given = rows(app, start_on="i går")
    page = previewed(admin, given)
    assert "En rad har fel." in page.text
    assert "Datumet finns inte. Skriv år-månad-dag, till exempel 2026-12-01." in page.text
    again = admin.submit(confirm(page), 422)
    assert again.errors == ["Rätta raderna med fel, eller välj att hoppa över dem."]
    done = admin.follow(admin.submit(confirm(again), skip_faulty="y"))
    assert "Filen är inläst." in done.text
    fault = admin.get(f"{page_path(page)}/fel.csv", 404)
    assert fault.h1 == "Filen finns inte kvar"


def page_path(page: ReadPage) -> str:
    return confirm(page).action


def test_the_list_of_faults_is_a_file_without_names(admin: Reader, app: Application):
    page = previewed(admin, rows(app, start_on="i går", email="trasig"))
    text = admin.get(f"{page_path(page)}/fel.csv").text
    assert "start_on;i går;Datumet finns inte." in text
    assert "trasig" not in text


def test_a_file_that_may_be_cut_off_asks_for_its_rows(admin: Reader, app: Application):
    page = previewed(admin, rows(app)[:-1])
    assert "Filen kan vara avklippt." in page.text
    wrong = admin.submit(confirm(page), 422, rows="15")
    assert wrong.errors == ["Filen har 14 rader men skulle ha 15. Den kan vara avklippt. Hämta den på nytt."]
    assert confirm(wrong)["rows"] == "15", "what was typed is still there"
    admin.submit(confirm(wrong), rows="14", end_missing="y")
    with app.app_context():
        assert db.session.scalars(select(StaffFile)).one().counts["ended"] == 1


def test_many_ends_must_be_confirmed(admin: Reader, app: Application):
    given = [row | {"end_on": "2026-12-31"} for row in rows(app)]
    page = previewed(admin, given)
    assert "Filen skulle avsluta eller förkorta 15 av 15 anställningar" in page.text
    assert "Filen skulle avsluta" in admin.submit(confirm(page), 422).errors[0]
    admin.submit(confirm(page), allow_ended="y")
    with app.app_context():
        assert db.session.scalars(select(StaffFile)).one().risks["ended"] == 15


def test_what_was_shown_is_not_read_in_when_something_has_changed(admin: Reader, app: Application):
    page = previewed(admin, rows(app, profession="läkare"))
    with app.app_context(), unit_of_work():
        db.session.add(StaffSource(source="region", revision=3))
    late = admin.submit(confirm(page), 409)
    assert "Något har ändrats sedan du granskade filen." in late.errors[0]
    assert confirm(late)["seen"] == "3"
    admin.submit(confirm(late))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Filen är tom."),
        (b"\x89PNG\r\n\x1a\n", "Filen är en bild eller en PDF."),
        (workbook([["person_id", "=1+1"], ["p1", "x"]])[:-40], "Filen är skadad eller avklippt."),
    ],
)
def test_a_file_that_is_no_table_is_refused_at_its_field(admin: Reader, content: bytes, sentence: str):
    page = sent(admin, content, status=422)
    assert page.errors[0].startswith(sentence)
    assert page.form(SOURCE)["kind"] == "staff", "what was chosen is still there"


def test_the_wrong_kind_of_file_gets_a_page_of_its_own(admin: Reader, app: Application):
    form = admin.get(SOURCE).form(SOURCE)
    content = csv_bytes(rows(app), STAFF_HEADER)
    to = admin.submit(form, kind="units", file=(io.BytesIO(content), "personal.csv")).location
    page = admin.get(to, 422)
    assert page.h1 == "Filen går inte att läsa"
    assert "Det här är den andra filen" in page.text


def test_a_draft_is_seen_by_its_own_administrator_for_a_day(admin: Reader, app: Application, county: County):
    page = previewed(admin, rows(app))
    with app.app_context(), unit_of_work():
        db.session.execute(update(ImportDraft).values(created_by=county.persons["editor"]))
    admin.get(page_path(page), 404)


def test_a_draft_is_gone_after_a_day(admin: Reader, app: Application):
    previewed(admin, rows(app))
    now = utc_now()
    with app.app_context():
        assert tick(now=now + timedelta(hours=23))["staff_drafts_deleted"] == 0
        assert tick(now=now + timedelta(hours=25))["staff_drafts_deleted"] == 1
        assert db.session.scalar(select(func.count()).select_from(ImportDraft)) == 0


def test_a_draft_can_be_thrown_away(admin: Reader, app: Application):
    page = previewed(admin, rows(app))
    admin.submit(page.form(f"{page_path(page)}/kasta"))
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ImportDraft)) == 0


@pytest.mark.parametrize("kind", ["enheter", "personal"])
def test_a_template_has_the_columns_that_the_import_reads(admin: Reader, kind: str):
    table = read_table(admin.get(f"/personal/mall/{kind}.xlsx").response.data)
    wanted = FileKind.UNITS if kind == "enheter" else FileKind.STAFF
    assert (table.header, table.rows) == (tuple(column.name for column in COLUMNS[wanted]), ())


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_staff_that_is_got_out_is_noted_and_reads_back(admin: Reader, app: Application, form: str):
    page = admin.get(f"{SOURCE}/personal.{form}")
    assert len(read_table(page.response.data).rows) == 15
    with app.app_context():
        seen = db.session.scalars(select(AccessLog)).all()
    assert [(one.object_kind, one.rows) for one in seen] == [("unit", 15)]
    assert sent(admin, page.response.data, f"p.{form}").text.count("Inget skulle ändras") == 1


def test_a_huvudman_that_there_is_not(admin: Reader):
    admin.get(f"/personal/{quote('okänd')}", 404)
    admin.get("/personal/okand/personal.csv", 404)


def test_one_row_and_three_take_as_many_queries(admin: Reader, app: Application):
    asked = []
    for number in (1, 3):
        ids = [f"n{number}-{one}" for one in range(number)]
        more = [staff_row(person_id=one, employment_id=one, email="") for one in ids]
        page = previewed(admin, [*rows(app), *more])
        with statements(app) as said:
            admin.get(page_path(page))
        asked.append(len(said))
        with statements(app) as said:
            admin.submit(confirm(page))
        asked.append(len(said))
        with app.app_context(), unit_of_work():
            db.session.execute(update(StaffFile).values(as_of=StaffFile.taken_at))
    assert asked[0] == asked[2]
    assert asked[3] <= asked[1], "the first file makes the source"
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Employment)) == 22
        assert db.session.scalar(select(func.count()).select_from(Person).where(Person.external_id.like("n%"))) == 4
