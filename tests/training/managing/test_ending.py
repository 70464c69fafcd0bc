"""A decision taken back or shortened, as the manager and the person read it; a second one beside the first."""

from datetime import date

import pytest

from tests.training.learners import Learners
from tests.training.managing.test_deciding import HISTORY, Desk

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def desk(learners: Learners) -> Desk:
    return Desk(learners)


def test_an_exemption_is_taken_back_and_both_pages_say_so(desk: Desk) -> None:
    """The page tells what will happen; afterwards both read the decision, its end and the new last day."""
    desk.exempt(from_on="2026-11-01", until_on="")
    address = desk.learners.get(desk.address).links[
        "Ta tillbaka eller korta Kursen base, Undantagen från 1 november 2026"
    ]
    page = desk.learners.get(address)
    assert page.h1 == "Ta tillbaka eller korta undantag"
    assert "Tar du tillbaka undantaget blir sista dag för utbildningen 4 december 2026" in page.text
    page = desk.learners.reader.submit(page.form(address), 422)
    assert "Välj ett skäl." in page.text
    desk.learners.reader.submit(page.form(address), reason="mistake")
    page = desk.learners.reader.follow()
    assert "Sista dag är nu 4 december 2026." in page.text
    said = "Undantagen från 1 november 2026 · andra arbetsuppgifter · tillbakataget: beslutet blev fel"
    assert said in page.text
    assert "Ta tillbaka eller korta" not in page.text
    assert "Beslutet gäller inte längre, så det finns inget att ta tillbaka." in desk.learners.get(address).text
    desk.learners.be("p101")
    assert said in desk.learners.get(HISTORY).text
    assert "Du har till 4 december 2026." in desk.learners.get("/mina-utbildningar").text


def test_an_exemption_is_shortened_to_a_day_that_can_be_meant(desk: Desk) -> None:
    desk.exempt(until_on="2026-12-31")
    (link,) = [url for words, url in desk.learners.get(desk.address).links.items() if words.startswith("Ta tillbaka")]
    page = desk.learners.get(link)
    page = desk.learners.reader.submit(page.form(link), 422, last_on="2027-01-31", reason="other")
    assert "Välj en dag från och med 20 november 2026 som är före 31 december 2026." in page.text
    desk.learners.reader.submit(page.form(link), last_on="2026-12-15", reason="other")
    assert "ändrat, gäller till och med 15 december 2026: annat skäl" in desk.learners.reader.follow().text
    desk.learners.be("p101")
    assert "Du är undantagen till och med 15 december 2026" in desk.learners.get("/mina-utbildningar").text


def test_a_second_decision_is_shown_beside_the_first(desk: Desk) -> None:
    desk.exempt(until_on="2026-12-31")
    page = desk.form("undantag")
    assert "Personen har redan ett undantag." in page.text
    desk.exempt(until_on="2026-12-10", reason="other")
    page = desk.learners.get(desk.address)
    assert page.text.count("ett senare beslut gäller i stället de dagar då de överlappar") == 1


def test_one_that_is_over_is_not_told_as_one_that_there_is(desk: Desk) -> None:
    desk.exempt(from_on="2026-03-01", until_on="2026-11-19")
    assert "Personen har redan ett undantag." not in desk.form("undantag").text
    desk.exempt(from_on="2026-03-01", until_on="2026-11-20")
    assert "Personen har redan ett undantag." in desk.form("undantag").text


def test_leaving_soon_is_no_reason_for_more_time(desk: Desk) -> None:
    assert "Slutar snart" in desk.form("undantag").text
    assert "Slutar snart" not in desk.form("forlang").text
    page = desk.extend(422, reason="leaving_soon")
    assert "Välj ett skäl." in page.text


def test_a_paused_person_shows_no_last_day(desk: Desk) -> None:
    with desk.learners.inside() as training:
        training.leave(desk.person_id, date(2026, 11, 1), None)
    for page in (desk.address, f"/min-enhet/{desk.learners.training.unit('enhet-1')}/kvar?status=on_leave"):
        read = desk.learners.get(page).text
        assert "Pausad" in read
        assert "30 november 2026" not in read


def test_a_shortened_exemption_gives_a_fortnight_after_its_new_end_as_the_page_says(desk: Desk) -> None:
    desk.exempt(until_on="2026-12-31")
    (link,) = [url for words, url in desk.learners.get(desk.address).links.items() if words.startswith("Ta tillbaka")]
    page = desk.learners.get(link)
    assert "minst 14 dagar efter i dag, eller efter undantagets nya slut om det är senare" in page.text
    desk.learners.reader.submit(page.form(link), last_on="2026-11-27", reason="other")
    assert "Sista dag är nu 12 december 2026." in desk.learners.reader.follow().text


def test_longer_time_is_shortened_to_the_day_that_the_page_says(desk: Desk) -> None:
    """A day before the first that is possible gives that one."""
    desk.extend(until_on="2026-12-20")
    (link,) = [url for words, url in desk.learners.get(desk.address).links.items() if words.startswith("Ta tillbaka")]
    page = desk.learners.get(link)
    assert "blir sista dag 4 december 2026" in page.text
    assert "blir det dagen du skriver, men inte före 4 december 2026" in page.text
    desk.learners.reader.submit(page.form(link), last_on="2026-12-01", reason="other")
    assert "Sista dag är nu 4 december 2026." in desk.learners.reader.follow().text


def test_longer_time_with_a_fortnight_left_says_that_its_end_changes_nothing(desk: Desk) -> None:
    desk.extend(until_on="2026-12-04")
    (link,) = [url for words, url in desk.learners.get(desk.address).links.items() if words.startswith("Ta tillbaka")]
    page = desk.learners.get(link)
    assert "Sista dag ändras inte" in page.text
    assert "eller har högst 14 dagar kvar" in page.text
    desk.learners.reader.submit(page.form(link), last_on="", reason="other")
    assert "Sista dag är nu" not in desk.learners.reader.follow().text
