"""What happens on interruption: the server dies, somebody else sits down, the session has ended."""

import re
import sqlite3

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.conftest import Site
from tests.pages.learner import answer, choose_anything, new_tab, question_on, read_the_rest, sign_in, start_quiz

pytestmark = pytest.mark.browser
LOST = "Du är utloggad. Det du skickade är kvar: logga in igen, så får du välja om det ska skickas nu."


@pytest.fixture(scope="module", name="site")
def one_site(reading_site: Site) -> Site:
    """One served copy for all tests here: they change things of persons of their own."""
    return reading_site


def in_the_quiz(browser: Browser, site: Site, role: str) -> Page:
    """A tab in which this person is at a question of the quiz that has no answer."""
    tab = new_tab(browser)
    sign_in(tab, site, role)
    read_the_rest(tab, site)
    start_quiz(tab)
    return tab


def saved_answers(site: Site) -> list[tuple[int, str, str]]:
    """What the demo's quizzes hold: (attempt, question, what was chosen) of every answer."""
    with sqlite3.connect(site.folder / "demo.sqlite") as database:
        return sorted(database.execute("SELECT attempt_id, question_id, chosen FROM answer"))


def end_every_session_of(browser: Browser, site: Site, role: str) -> None:
    """Sign out everywhere, on another computer."""
    elsewhere = new_tab(browser)
    sign_in(elsewhere, site, role)
    elsewhere.goto(f"{site.url}/mina-uppgifter")
    elsewhere.get_by_role("button", name="Logga ut överallt").click()
    expect(elsewhere.get_by_text("Du är utloggad.")).to_be_visible()
    elsewhere.context.close()


def test_a_killed_server_loses_no_answer_and_another_browser_goes_on(chromium: Browser, site: Site) -> None:
    first = in_the_quiz(chromium, site, "staff")
    given = [answer(first, site) for _ in range(4)]
    stopped_at = re.sub(r"\?.*", "", first.url)
    stem = question_on(first, site).stem
    assert stopped_at.endswith("/fraga/5")

    site.kill()
    site.start()

    second = new_tab(chromium)
    sign_in(second, site, "staff")
    second.get_by_role("link", name="Fortsätt provet").click()
    expect(second).to_have_url(stopped_at)
    assert question_on(second, site).stem == stem
    second.goto(re.sub(r"/fraga/5$", "/granska", stopped_at))
    expect(second.get_by_text("4 av 10 frågor har ett svar.")).to_be_visible()
    shown = second.get_by_text("Ditt svar:").all_inner_texts()
    assert [text.removeprefix("Ditt svar: ").split("\n") for text in shown] == [
        sorted(texts, key=shown[number].index) for number, texts in enumerate(given)
    ]

    choose_anything(first)
    first.get_by_role("button", name="Spara och gå vidare").click()
    expect(first).to_have_url(re.compile(r"/fraga/6\?sparat=5$"))


def test_back_and_reload_show_the_questions_and_send_nothing_again(chromium: Browser, site: Site) -> None:
    tab = in_the_quiz(chromium, site, "staff")
    sent: list[str] = []
    tab.on("request", lambda request: sent.append(f"{request.method} {request.url.removeprefix(site.url)}"))

    def shows(number: int) -> None:
        expect(tab).to_have_url(re.compile(rf"/fraga/{number}(\?sparat=\d+)?$"))
        expect(tab.get_by_text(f"Prov · Fråga {number} av 10")).to_be_visible()

    at = int(re.findall(r"/fraga/(\d+)", tab.url)[0])
    answer(tab, site)
    answer(tab, site)
    shows(at + 2)
    pages = [one for one in sent if "/fraga/" in one]
    assert [one.partition(" ")[0] for one in pages] == ["POST", "POST"], "each answer is one request"
    kept = saved_answers(site)
    sent.clear()

    tab.reload()
    shows(at + 2)
    tab.go_back()
    shows(at + 1)
    tab.go_back()
    shows(at)
    tab.go_forward()
    shows(at + 1)
    assert not [one for one in sent if one.startswith("POST")]
    assert saved_answers(site) == kept
    answer(tab, site, right=False)
    changed = set(saved_answers(site)) ^ set(kept)
    assert len(changed) == 2, "one answer, before and after"
    assert len({(attempt_id, question_id) for attempt_id, question_id, _ in changed}) == 1


def test_who_sits_down_next_sees_and_changes_nothing_of_the_one_before(chromium: Browser, site: Site) -> None:
    before, after = site.accounts["new_hire"]["name"], site.accounts["manager"]["name"]
    tab = in_the_quiz(chromium, site, "new_hire")
    stem = question_on(tab, site).stem
    forgotten = tab.context.new_page()  # a second tab, left open
    forgotten.goto(tab.url)
    kept = saved_answers(site)

    tab.get_by_role("button", name="Inte du? Byt användare").click()
    expect(tab.get_by_role("heading", name="Logga in")).to_be_visible()
    assert before not in tab.content()
    tab.go_back()
    assert before not in tab.content()
    assert stem not in tab.content()

    tab.goto(f"{site.url}/logga-in")
    sign_in(tab, site, "manager")
    expect(tab).to_have_url(f"{site.url}/mina-utbildningar")
    while tab.go_back() is not None:
        assert before not in tab.content()
        assert stem not in tab.content()

    choose_anything(forgotten)
    forgotten.get_by_role("button", name="Spara och gå vidare").click()
    expect(forgotten.get_by_role("heading", level=1)).to_have_text("Sidan hade stått öppen för länge")
    assert before not in forgotten.content()
    assert saved_answers(site) == kept

    tab.goto(f"{site.url}/")
    expect(tab.get_by_text(f"Inloggad som {after}")).to_be_visible()
    assert before not in tab.content()


def test_an_answer_sent_too_late_comes_back_to_the_same_person(chromium: Browser, site: Site) -> None:
    tab = in_the_quiz(chromium, site, "new_hire")
    asked_at = tab.url
    known = question_on(tab, site)
    end_every_session_of(chromium, site, "new_hire")
    chosen = answer(tab, site)
    expect(tab.get_by_text(LOST)).to_be_visible()
    assert not any(text in tab.content() for text in chosen)

    account = site.accounts["new_hire"]
    tab.get_by_label("E-postadress").fill(account["email"])
    tab.get_by_label("Lösenord").fill(account["password"])
    tab.get_by_role("button", name="Logga in", exact=True).click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Välkommen tillbaka")
    for text in chosen:
        expect(tab.get_by_role("definition").filter(has_text=text)).to_be_visible()
    tab.get_by_role("button", name="Skicka nu").click()
    expect(tab.get_by_text("Svaret är sparat.")).to_be_visible()
    tab.goto(asked_at)
    assert question_on(tab, site) == known
    known.expect_chosen(tab)


def test_an_answer_sent_too_late_does_not_come_back_to_somebody_else(chromium: Browser, site: Site) -> None:
    tab = in_the_quiz(chromium, site, "new_hire")
    stem = question_on(tab, site).stem
    kept = saved_answers(site)
    end_every_session_of(chromium, site, "new_hire")
    chosen = answer(tab, site)
    expect(tab.get_by_text(LOST)).to_be_visible()

    sign_in(tab, site, "manager")
    assert tab.get_by_role("button", name="Skicka nu").count() == 0
    for text in (site.accounts["new_hire"]["name"], stem, *chosen):
        assert text not in tab.content()
    assert saved_answers(site) == kept
