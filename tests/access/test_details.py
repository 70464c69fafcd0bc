"""Mina uppgifter: what the system knows of me, and my language."""

from datetime import timedelta

import pytest

from tbblearn.db import db, stockholm_date, unit_of_work, utc_now
from tbblearn.people.actions import give_access
from tbblearn.people.models import OrgUnit, Person
from tbblearn.people.rules import Language
from tbblearn.web.application import Application
from tests.access.accounts import whose
from tests.factories import County, employ, make_person
from tests.reading import Reader


def test_i_see_my_name_address_and_every_employment_that_has_not_ended(
    app: Application, county: County, reader: Reader
) -> None:
    today = stockholm_date(utc_now())
    with app.app_context(), unit_of_work():
        person = db.session.get_one(Person, county.persons["p101"])
        second, third = (db.session.get_one(OrgUnit, county.units[name]) for name in ("enhet-2", "skola-1"))
        employ(person, second, start_on=today - timedelta(days=9), end_on=today, profession="kurator")
        employ(person, third, start_on=today - timedelta(days=9), end_on=today - timedelta(days=1))
    reader.sign_in(county.persons["p101"])
    page = reader.get("/mina-uppgifter")
    assert whose(page) == "Medarbetare 101"
    assert "medarbetare101@example.org" in page.text
    rows = [row.get_text(" ", strip=True) for row in page.soup.select("main ul.rows > li")]
    assert [row.split(" ")[0] + row.split(" ")[1] for row in rows] == ["Enhet1", "Enhet2"]
    assert "undersköterska · Från 1\N{NO-BREAK SPACE}januari\N{NO-BREAK SPACE}2020" in rows[0]
    assert "kurator · Från" in rows[1]
    assert "till" in rows[1]


def test_i_see_nobody_else(county: County, reader: Reader) -> None:
    reader.sign_in(county.persons["p101"])
    page = reader.get("/mina-uppgifter")
    assert not any(f"Medarbetare {number}" in page.whole_text for number in range(102, 119))


def test_without_employment_or_address_the_page_says_so(app: Application, county: County, reader: Reader) -> None:
    with app.app_context(), unit_of_work():
        person_id = make_person(None, number=900, email="").id
        give_access(person_id, today=stockholm_date(utc_now()), now=utc_now())
    reader.sign_in(person_id)
    text = reader.get("/mina-uppgifter").text
    assert "Ingen adress" in text
    assert "Du har ingen anställning i personalfilen just nu." in text


def test_the_language_chosen_holds_on_pages_and_in_mail(app: Application, county: County, reader: Reader) -> None:
    reader.sign_in(county.persons["p101"])
    form = reader.get("/mina-uppgifter").form("/mina-uppgifter")
    assert form["language"] == "sv"
    page = reader.submit(form, follow=True, language="en")
    assert page.language == "en"
    assert page.form("/mina-uppgifter")["language"] == "en"
    with app.app_context():
        assert db.session.get_one(Person, county.persons["p101"]).language is Language.EN


@pytest.mark.parametrize("language", ["", "no", "sv "])
def test_a_language_that_there_is_not_changes_nothing(
    app: Application, county: County, reader: Reader, language: str
) -> None:
    reader.sign_in(county.persons["p101"])
    page = reader.submit(reader.get("/mina-uppgifter").form("/mina-uppgifter"), 422, language=language)
    assert page.errors == ["Välj ett av språken."]
    with app.app_context():
        assert db.session.get_one(Person, county.persons["p101"]).version == 1
