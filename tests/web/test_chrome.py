"""The header and the footer are kept, and still everyone's own."""

from tbblearn.db import db, unit_of_work
from tbblearn.people.models import Person
from tbblearn.web.application import Application
from tests.factories import County
from tests.reading import Reader, ReadPage


def chosen_from(page: ReadPage) -> tuple[set[str], set[str]]:
    """The tokens and the addresses that the forms of header and footer send."""
    forms = [page.form(path) for path in ("/sprak", "/utseende")]
    return {form["csrf_token"] for form in forms}, {form["next"] for form in forms}


def test_what_is_kept_is_filled_in_for_each_page_and_each_browser(app: Application, county: County) -> None:
    first, second = Reader(app), Reader(app)
    seen = [chosen_from(reader.get(path)) for reader in (first, second) for path in ("/om", "/kontakt?a=1&b=2")]
    assert [addresses for _, addresses in seen] == [{"/om"}, {"/kontakt?a=1&b=2"}] * 2
    tokens = [tokens for tokens, _ in seen]
    assert all(len(one) == 1 and "\x00" not in next(iter(one)) for one in tokens)
    assert tokens[0].isdisjoint(tokens[2])
    first.post("/sprak", {"language": "en"}, follow=True)
    assert first.get("/om").language == "en"
    assert "Kontakt" in second.get("/om").whole_text


def test_an_address_cannot_break_out_of_what_is_kept(app: Application) -> None:
    page = Reader(app).get("/om", query_string='a="><x y="')
    assert not page.soup.select("x")
    assert chosen_from(page)[1] == {'/om?a="><x y="'}


def test_everyone_reads_their_own_name_and_a_new_one_at_once(app: Application, county: County) -> None:
    for key, name in (("p101", 'Med "&" & co'), ("p102", "Medarbetare 102"), ("p101", "Medarbetare 101")):
        with app.app_context(), unit_of_work():
            person = db.session.get_one(Person, county.persons[key])
            person.given_name, person.family_name = name, ""
        reader = Reader(app)
        reader.sign_in(county.persons[key])
        page = reader.get("/mina-uppgifter")
        link = page.soup.select_one("header .who a")
        assert link is not None
        assert link.get_text() == name
        assert [item.get_text() for item in page.soup.select("header nav a")] == [
            *("Mina utbildningar", "Enkäter", "Intyg")
        ]
