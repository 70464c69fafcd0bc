"""Min enhet and its download, as their readers meet them."""

import csv
import io
import re

import pytest

from tbblearn.db import db, unit_of_work
from tbblearn.people.models import OrgUnit, Person
from tbblearn.people.queries import unit_by_name
from tbblearn.people.rules import Role, Scope
from tbblearn.reports.completion_file import completion_csv
from tbblearn.training.managing.download_queries import CompletionReport, CompletionRow, Workplace, completion_rows
from tbblearn.training.rules import Progress, Status
from tbblearn.web.application import Application
from tbblearn.web.spreadsheets import BOM
from tests.factories import TODAY, grant, make_person
from tests.reading import Reader
from tests.training.conftest import Training


def address(taken: Training, unit: str, rest: str = "") -> str:
    return f"/min-enhet/{taken.unit(unit)}{rest}"


def download(reader: Reader, taken: Training, unit: str) -> list[dict[str, str]]:
    answer = reader.client.get(address(taken, unit, "/utbildning.csv"))
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert answer.headers["Cache-Control"] == "no-store"
    text = answer.data.decode("utf-8")
    assert text.startswith(BOM)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BOM)), delimiter=";"))


def test_the_menu_leads_to_the_managers_own_unit(reader: Reader, taken: Training):
    page = reader.get("/mina-utbildningar")
    assert page.soup.select_one("nav a[href='/min-enhet']").get_text(strip=True) == "Min enhet"
    reader.get("/min-enhet", status=303)
    assert reader.follow().h1 == "Min enhet: Verksamhet 1"


def test_a_percentage_prints_its_whole(reader: Reader, taken: Training):
    text = reader.get(address(taken, "verksamhet-1")).text
    assert "2 av 12 har gått utbildningen (17 %)." in text.replace("\xa0", " ")
    assert "Enheten har 12 anställda: 0 är undantagna, 0 är pausade och 0 omfattas inte." in text


def test_page_list_and_file_have_the_same_numbers(reader: Reader, taken: Training):
    page = reader.get(address(taken, "verksamhet-1"))
    shown = {
        row.find("th").get_text(strip=True): int(row.find("td").get_text(strip=True))
        for row in page.soup.find("section", {"aria-labelledby": "statuses"}).select("tbody tr")
    }
    rows = download(reader, taken, "verksamhet-1")
    counted: dict[str, int] = {}
    for row in rows:
        counted[row["Status"]] = counted.get(row["Status"], 0) + 1
    assert counted == shown == {"Genomförd": 2, "Pågår": 1, "Inte påbörjad": 9}
    near = {
        row.find("th").get_text(strip=True): int(row.find("td").get_text(strip=True))
        for row in page.soup.find("section", {"aria-labelledby": "urgencies"}).select("tbody tr")
    }
    assert near == {"Inte bråttom än": 10}, "given today, with ten days to go"
    assert {row["Tid kvar"] for row in rows} == {""}
    left = reader.get(address(taken, "verksamhet-1", "/kvar"))
    assert left.h1 == "Vilka är kvar?"
    assert "10 personer" in left.text
    assert len(left.soup.select("tbody tr")) == 10


def test_every_unit_below_is_a_line_that_leads_on(reader: Reader, taken: Training):
    page = reader.get(address(taken, "verksamhet-1"))
    section = page.soup.find("section", {"aria-labelledby": "units"})
    assert [a.get_text(strip=True) for a in section.select("tbody th a")] == ["Enhet 1", "Enhet 2"]
    deeper = reader.get(str(section.select("tbody th a")[0]["href"]))
    assert deeper.h1 == "Min enhet: Enhet 1"


def test_a_protected_person_has_no_name_anywhere(reader: Reader, taken: Training):
    hidden = str(taken.person("p103"))
    for path in ("/kvar", "/kvar/utskrift"):
        text = reader.get(address(taken, "enhet-1", path)).text
        assert "Medarbetare 103" not in text
        assert "Skyddade uppgifter" in text
    assert "Medarbetare 103" not in reader.get(f"/min-enhet/person/{hidden}").text
    row = next(row for row in download(reader, taken, "enhet-1") if row["Anställningsnummer"] == "p103")
    assert (row["Förnamn"], row["Efternamn"]) == ("", "")
    searched = reader.get(address(taken, "enhet-1", "/kvar?q=103"))
    assert not searched.soup.select("tbody tr")


def test_a_pilot_sees_counts_and_no_names(app: Application, taken: Training):
    pilot = Reader(app)
    pilot.sign_in(taken.county.persons["pilot"])
    page = pilot.get(address(taken, "enhet-1"))
    assert page.h1 == "Enhet 1 (utan namn)"
    assert "Visas inte" in page.text
    assert not re.search(r"\d av \d", page.text)
    assert not re.search(r"Medarbetare 10\d", page.text)
    assert not [link for link in page.soup.select("main a[href]") if "/kvar" in link["href"] or ".csv" in link["href"]]


@pytest.mark.parametrize("cycle", ["0", "2025", "2031"])
def test_a_round_without_figures_does_not_exist(reader: Reader, taken: Training, cycle: str):
    for rest in ("", "/utbildning.csv", "/kvar", "/kvar/utskrift"):
        reader.get(address(taken, "enhet-1", f"{rest}?omgang={cycle}"), status=404)


def test_who_has_not_adopted_is_never_nought_percent(app: Application, taken: Training):
    leader = Reader(app)
    leader.sign_in(taken.county.persons["process_leader"])
    page = leader.get(address(taken, "sormland"))
    assert page.h1 == "Läget i länet"
    assert "Inte beslutat i Flens kommun." in page.text
    line = next(row for row in page.soup.select("tbody tr") if "Flens kommun" in row.get_text())
    assert "%" not in line.get_text()
    assert "Inte beslutat i Flens kommun." in leader.get(address(taken, "skola-1")).text


def test_the_english_page_is_english(app: Application, taken: Training):
    manager = Reader(app)
    manager.sign_in(taken.county.persons["manager"])
    manager.get("/mina-utbildningar")
    manager.post("/sprak", {"language": "en", "next": address(taken, "verksamhet-1")})
    page = manager.get(address(taken, "verksamhet-1"))
    assert page.h1 == "My unit: Verksamhet 1"
    assert "2 of 12 have completed the course (17%)." in page.text


def test_before_any_requirement_the_page_says_so(app: Application, county):
    manager = Reader(app)
    manager.sign_in(county.persons["manager"])
    page = manager.get(f"/min-enhet/{county.units['verksamhet-1']}")
    assert "Inga utbildningskrav än." in page.text
    manager.get(f"/min-enhet/{county.units['flen']}", status=404)


def test_a_cell_is_never_a_formula(app: Application, taken: Training):
    unit = Workplace("-enhet/1", "+enhet", "@väg", "=huvudman")
    done = Status(Progress.COMPLETED)
    row = CompletionRow("region", "=1+1", "+46", "@name", "-mail", (7,), ("\tjob",), done, None, None)
    with app.test_request_context():
        report = CompletionReport(unit_by_name("region")[0], "base", {"sv": "x"}, 2026, TODAY, (row,), {7: unit}, None)
        cells = next(csv.reader(io.StringIO(completion_csv(report).decode().splitlines()[1]), delimiter=";"))
        db.session.remove()
    assert cells[:10] == [
        *("'=1+1", "region", "'@name", "'+46", "'-mail", "'-enhet/1", "'+enhet", "'@väg", "'=huvudman", "'\tjob")
    ]


def test_the_file_says_what_it_is_about_and_excel_keeps_its_numbers(reader: Reader, taken: Training, app: Application):
    with app.app_context(), unit_of_work():
        person = db.session.get_one(Person, taken.person("p101"))
        person.external_id, person.email = "000123", "kim@example.org"
        db.session.get_one(Person, taken.person("p103")).email = "hemlig@example.org"
    rows = download(reader, taken, "verksamhet-1")
    row = next(row for row in rows if row["E-post"] == "kim@example.org")
    assert row == {
        "Anställningsnummer": '="000123"',
        "Källa": "region",
        "Efternamn": "101",
        "Förnamn": "Medarbetare",
        "E-post": "kim@example.org",
        "Enhets-id": "region/enhet-1",
        "Enhet": "Enhet 1",
        "Väg till enheten": "Region Sörmland / Verksamhet 1 / Enhet 1",
        "Huvudman": "Region Sörmland",
        "Yrke": "undersköterska",
        "Kurs": "base",
        "Utbildning": "The course base",
        "Omgång": "2026",
        "Läget den": TODAY.isoformat(),
        "Statuskod": "completed",
        "Status": "Genomförd",
        "Kod för tid kvar": "",
        "Tid kvar": "",
        "Sista dag": row["Sista dag"],
        "Genomförd": TODAY.isoformat(),
    }
    assert {row["Kod för tid kvar"] for row in rows if row["Statuskod"] == "not_started"} == {"none"}
    assert "hemlig@example.org" not in str(rows), "a protected person's address is withheld as their name is"


def test_a_file_holds_what_the_list_is_filtered_by(reader: Reader, taken: Training):
    page = reader.get(address(taken, "verksamhet-1", "/kvar?status=klara"))
    assert page.h1 == "Vilka är klara?"
    assert "2 personer" in page.text
    answer = reader.client.get(page.links["Ladda ner den här listan som CSV"])
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix(BOM)), delimiter=";"))
    assert [row["Anställningsnummer"] for row in rows] == ["p101", "p104"]
    left = reader.get(address(taken, "verksamhet-1", "/kvar?q=10"))
    assert "Sökningen ”10” gav 3 av 10 personer" in left.text, "p101 and p104 are done, p103 is protected"
    found = reader.client.get(left.links["Ladda ner den här listan som CSV"]).get_data(as_text=True)
    assert found.count("\r\n") == 4
    assert len(download(reader, taken, "verksamhet-1")) == 12, "from the unit's own page everybody"


def test_the_printed_list_of_the_done_says_so_with_the_day(reader: Reader, taken: Training):
    for path in ("/kvar", "/kvar/utskrift"):
        page = reader.get(address(taken, "enhet-1", f"{path}?status=completed"))
        assert page.h1 == "Vilka är klara i tid?"
        headings = [cell.get_text(strip=True) for cell in page.soup.select("main thead th")]
        assert "Genomförd" in headings
        assert "Sista dag" not in headings
        assert "20\N{NO-BREAK SPACE}november\N{NO-BREAK SPACE}2026" in page.soup.select_one("main tbody").get_text()
    late = reader.get(address(taken, "enhet-1", "/kvar?status=not_started&tid=overdue"))
    assert late.h1 == "Vilka har inte börjat och är försenade?"


def test_headings_sort_and_say_how(reader: Reader, taken: Training):
    page = reader.get(address(taken, "verksamhet-1", "/kvar?q=1&ordning=-enhet"))
    (sorted_by,) = page.soup.select("main thead th[aria-sort]")
    assert (sorted_by.get_text(strip=True), sorted_by["aria-sort"]) == ("Enhet", "descending")
    again = reader.get(str(sorted_by.select("a")[0]["href"]))
    assert [heading["aria-sort"] for heading in again.soup.select("main thead th[aria-sort]")] == ["ascending"]
    assert [field["value"] for field in again.soup.select("input[name=q]")] == ["1"]


def test_a_long_list_says_where_in_it_one_is_and_turns_both_ways(reader: Reader, taken: Training, app: Application):
    with app.app_context(), unit_of_work():
        unit = db.session.get_one(OrgUnit, taken.unit("enhet-1"))
        for number in range(98):
            make_person(unit, number=1000 + number)
    first = reader.get(address(taken, "verksamhet-1", "/kvar?status=alla&ordning=-enhet"))
    assert first.soup.select_one(".pager p").get_text() == "1–50 av 110"
    assert not first.soup.select("a[rel=prev]")
    second = reader.get(str(first.soup.select("a[rel=next]")[0]["href"]))
    assert second.soup.select_one(".pager p").get_text() == "51–100 av 110"
    assert second.h1 == "Alla anställda"
    assert reader.get(str(second.soup.select("a[rel=prev]")[0]["href"])).text == first.text
    last = reader.get(str(second.soup.select("a[rel=next]")[0]["href"]))
    assert last.soup.select_one(".pager p").get_text() == "101–110 av 110"
    assert not last.soup.select("a[rel=next]")


def test_a_search_is_cleared_and_the_rest_kept(reader: Reader, taken: Training):
    for text, found in (("10", 2), ("xyz", 0)):
        page = reader.get(address(taken, "verksamhet-1", f"/kvar?status=klara&ordning=-enhet&q={text}"))
        assert len(page.soup.select("tbody tr")) == found
        again = reader.get(page.links["Rensa sökningen"])
        assert len(again.soup.select("tbody tr")) == 2
        assert again.soup.select_one("th[aria-sort]").get_text(strip=True) == "Enhet"
        assert "Rensa sökningen" not in again.text


def test_the_counts_of_the_page_are_a_file_without_names(reader: Reader, taken: Training, app: Application):
    page = reader.get(address(taken, "verksamhet-1"))
    rows = counts_file(reader, page.links["Ladda ner antal per enhet som CSV"])
    assert [(row["Enhets-id"], row["Ska gå"], row["Genomförd"], row["Kvar"]) for row in rows] == [
        ("region/verksamhet-1", "12", "2", "10"),
        ("region/enhet-1", "3", "1", "2"),
        ("region/enhet-2", "9", "1", "8"),
    ]
    assert (rows[0]["Andel genomförd, procent"], rows[0]["Omgång"], rows[0]["Huvudman"]) == (
        *("17", "2026", "Region Sörmland"),
    )
    assert "Medarbetare" not in str(rows)
    pilot = Reader(app)
    pilot.sign_in(taken.county.persons["pilot"])
    (hidden,) = counts_file(pilot, address(taken, "enhet-1", "/enheter.csv"))
    assert (hidden["Anmärkning"], hidden["Ska gå"], hidden["Anställda"]) == ("Visas inte", "", "")
    pilot.get(address(taken, "flen", "/enheter.csv"), status=404)


def counts_file(one: Reader, path: str) -> list[dict[str, str]]:
    text = one.client.get(path).get_data(as_text=True)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BOM)), delimiter=";"))


def test_looking_at_names_is_noted(reader: Reader, taken: Training, app: Application):
    from tbblearn.audit.models import AccessLog

    download(reader, taken, "enhet-1")
    reader.get(address(taken, "enhet-1", "/kvar"))
    reader.get(f"/min-enhet/person/{taken.person('p101')}")
    with app.app_context():
        seen = db.session.execute(db.select(AccessLog.seen, AccessLog.rows).order_by(AccessLog.id)).all()
        db.session.remove()
    assert [(str(what), rows) for what, rows in seen] == [
        ("list_downloaded", 3),
        ("list_shown", 2),
        ("person_shown", 1),
    ]


@pytest.mark.parametrize("unit", ["region", "enhet-1"])
def test_the_same_rows_for_a_wider_unit_hold_those_of_the_narrower(app: Application, taken: Training, unit: str):
    with app.app_context():
        everyone = completion_rows(taken.unit("region"), Scope.over([taken.county.paths["region"]]), TODAY).rows
        some = completion_rows(taken.unit(unit), Scope.over([taken.county.paths["region"]]), TODAY).rows
        db.session.remove()
    assert {row.person_external_id for row in some} <= {row.person_external_id for row in everyone}


def test_counts_agree_with_their_numbers(reader: Reader, taken: Training, app: Application):
    with app.app_context():
        taken.leave(taken.person("p105"), TODAY, None)
        db.session.remove()
    text = reader.get(address(taken, "verksamhet-1")).text
    assert "Enheten har 12 anställda: 0 är undantagna, 1 är pausad och 0 omfattas inte." in text


@pytest.mark.parametrize("role", ["admin", "process_leader"])
def test_who_has_not_adopted_has_no_figure_and_the_county_says_so(app: Application, taken: Training, role: str):
    """On the county's page with names and without, in its list and in its file."""
    if role == "admin":
        with app.app_context(), unit_of_work():
            root = db.session.get_one(OrgUnit, taken.unit("sormland"))
            grant(db.session.get_one(Person, taken.person("admin")), root, Role.MANAGER)
    one = Reader(app)
    one.sign_in(taken.person(role))
    said = "Siffrorna gäller 1 av 2 huvudmän, 15 av 18 anställda. Inte beslutat i Flens kommun."
    county = one.get(address(taken, "sormland"))
    assert said in county.text
    assert county.soup.select_one("main table.fold tfoot th").get_text(strip=True) == "Länet, 1 av 2 huvudmän"
    page = one.get(address(taken, "flen"))
    assert "Inte beslutat i Flens kommun." in page.text
    assert "%" not in page.soup.find("section", {"aria-labelledby": "counts"}).get_text()
    assert not page.soup.select("main table, main .fig, main svg.bar")
    if role == "admin":
        assert said in one.get(address(taken, "sormland", "/kvar")).text
        assert "Inte beslutat i Flens kommun." in one.get(address(taken, "flen", "/kvar")).text
        *rows, last = download(one, taken, "sormland")
        assert len(rows) == 15
        assert last["Anställningsnummer"] == said


def test_a_number_is_written_in_one_way(app: Application):
    """A thousand in the bar, and in a sentence that counts, as in every cell."""
    with app.test_request_context():
        drawn = app.jinja_env.from_string(
            '{% from "web/components/status_bar.html" import status_bar %}'
            '{{ status_bar([("done", 1336)], "x", big=true) }}'
            "{{ ngettext('%(num)s person', '%(num)s personer', 1336) }}"
        ).render()
    assert drawn.count("1\N{NO-BREAK SPACE}336") == 2
    assert "1336" not in drawn
