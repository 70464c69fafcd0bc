"""My plan: chosen and rewritten in a part, printed there and with the certificate, and never out of the browser."""

import io

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.pages.conftest import Site
from tests.pages.faults import axe_faults, watch, width_faults
from tests.pages.forced import forced_faults
from tests.pages.keyboard import Keyboard
from tests.pages.learner import answer_all, new_tab, read_the_rest, sign_in, start_quiz

pytestmark = pytest.mark.browser
PART = "/utbildning/base/del/orolig"
OWN = "Om jag blir orolig på ett nattpass, så anmäler jag före morgonmötet."


@pytest.fixture(scope="module", name="site")
def one_site(reading_site: Site) -> Site:
    """One served copy: a plan changes nothing in it."""
    return reading_site


def at_the_plan(browser: Browser, site: Site, role: str = "staff", *, script: bool = True) -> Page:
    tab = new_tab(browser, script=script)
    sign_in(tab, site, role)
    tab.goto(site.url + PART)
    return tab


def lines(tab: Page) -> list[str]:
    """The lines to choose from."""
    return [text.strip() for text in tab.locator(".plan .govuk-radios__label").all_inner_texts()]


def choose(tab: Page, number: int, text: str = "") -> None:
    """Choose a line by its number, and rewrite it."""
    tab.get_by_label(lines(tab)[number], exact=True).check()
    if text:
        tab.get_by_label("Skriv om raden").fill(text)
        tab.get_by_label("Skriv om raden").blur()
    expect(tab.locator(".plan [role=status]")).to_have_text("Raden är sparad i den här webbläsaren.")


def printed(tab: Page) -> list[str]:
    """The text of each page that would be printed now."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(tab.pdf(prefer_css_page_size=True))).pages]


def test_a_plan_is_chosen_rewritten_and_still_there_and_never_sent(chromium: Browser, site: Site) -> None:
    tab = at_the_plan(chromium, site)
    faults: list[str] = []
    watch(tab, site, faults)
    sent: list[str] = []
    tab.on("request", lambda request: sent.append(f"{request.method} {request.url} {request.post_data or ''}"))
    expect(tab.get_by_label("Skriv om raden")).to_be_hidden()
    expect(tab.get_by_role("button", name="Skriv ut min plan")).to_be_hidden()
    expect(tab.get_by_text("Din plan sparas bara i den här webbläsaren och skickas aldrig till oss.")).to_be_visible()

    choose(tab, 0, OWN)
    choose(tab, 1)
    expect(tab.get_by_label("Skriv om raden")).to_have_value(lines(tab)[1])
    choose(tab, 0)  # who looks at another line comes back to their own words
    expect(tab.get_by_label("Skriv om raden")).to_have_value(OWN)
    assert not sent, "choosing and writing ask for nothing"

    tab.reload()
    expect(tab.get_by_label("Skriv om raden")).to_have_value(OWN)
    expect(tab.get_by_label(lines(tab)[0], exact=True)).to_be_checked()
    assert [*faults, *axe_faults(tab), *forced_faults(tab), *width_faults(tab)] == []
    tab.get_by_role("button", name="Till nästa del").click()
    expect(tab.locator(".plan .choices").first).to_be_visible()
    expect(tab.locator(".plan :checked")).to_have_count(0)  # each part has a line of its own
    assert sent
    assert not any("nattpass" in one for one in sent)


def test_a_plan_is_printed_alone(chromium: Browser, site: Site) -> None:
    tab = at_the_plan(chromium, site)
    choose(tab, 0, OWN)
    assert len(printed(tab)) > 1
    tab.evaluate("window.print = () => document.body.append('asked')")
    tab.get_by_role("button", name="Skriv ut min plan").click()
    expect(tab.locator("body")).to_contain_text("asked")
    (page,) = printed(tab)
    said = " ".join(page.split())
    assert "Min plan Tillsammans för barnens bästa" in said
    assert OWN in said
    assert "delad dator" not in said
    assert len(printed(tab)) > 1, "the next time the part itself is printed"


def test_a_plan_is_removed_by_its_button_and_by_signing_out(chromium: Browser, site: Site) -> None:
    tab = at_the_plan(chromium, site)
    for leaves in ("Logga ut", "Inte du? Byt användare"):
        choose(tab, 0)
        tab.get_by_role("button", name="Ta bort min plan från den här webbläsaren").click()
        expect(tab.locator(".plan [role=status]")).to_have_text("Din plan är borttagen från den här webbläsaren.")
        expect(tab.locator(".plan :checked")).to_have_count(0)
        expect(tab.get_by_label(lines(tab)[0], exact=True)).to_be_focused()
        assert tab.evaluate("localStorage.length") == 0

        choose(tab, 1, OWN)
        other = tab.context.new_page()
        other.goto(f"{site.url}/om")
        other.get_by_role("button", name=leaves).click()
        expect(other.get_by_role("heading", name="Logga in")).to_be_visible()
        assert other.evaluate("localStorage.length") == 0
        expect(tab.locator(".plan li").first).to_be_visible()  # nor is it left on the screen of a forgotten tab
        assert OWN not in tab.locator("main").inner_text()
        other.close()
        sign_in(tab, site, "staff")
        tab.goto(site.url + PART)
        expect(tab.locator(".plan :checked")).to_have_count(0)


def test_a_session_that_ends_takes_the_plan_off_the_screen_and_leaves_it_kept(chromium: Browser, site: Site) -> None:
    tab = at_the_plan(chromium, site)
    choose(tab, 0, OWN)
    tab.evaluate("document.dispatchEvent(new Event('session-ended'))")
    expect(tab.locator(".plan li").first).to_be_visible()
    expect(tab.locator(".plan").locator("input, textarea, button")).to_have_count(0)
    tab.reload()
    expect(tab.get_by_label("Skriv om raden")).to_have_value(OWN)


def test_a_plan_is_made_by_keyboard(chromium: Browser, site: Site) -> None:
    tab = at_the_plan(chromium, site)
    keys = Keyboard(tab)
    first, second = lines(tab)[:2]
    tab.get_by_label(first, exact=True).evaluate(
        "radio => radio.closest('section').querySelector('h2').scrollIntoView()"
    )
    keys.to("radio", first)
    tab.keyboard.press("Space")
    tab.keyboard.press("ArrowDown")
    expect(tab.get_by_label(second, exact=True)).to_be_checked()
    keys.to("textbox", "Skriv om raden så att den passar dig")
    keys.type(" Jag gör det i dag.")
    keys.to("button", "Skriv ut min plan")
    keys.to("button", "Ta bort min plan från den här webbläsaren")
    tab.reload()
    expect(tab.get_by_label("Skriv om raden")).to_have_value(f"{second} Jag gör det i dag.")


def test_without_script_or_storage_the_plan_is_a_plain_list(chromium: Browser, site: Site) -> None:
    without = at_the_plan(chromium, site, script=False)
    closed = new_tab(chromium)
    closed.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('off', 'SecurityError') }")
    sign_in(closed, site, "staff")
    closed.goto(site.url + PART)
    closed.wait_for_load_state()
    for tab in (without, closed):
        expect(tab.locator(".plan li").first).to_be_visible()
        expect(tab.locator(".plan").locator("input, textarea, button, .govuk-hint")).to_have_count(0)
        expect(tab.get_by_text("Skriv ut min plan")).to_have_count(0)
        expect(tab.get_by_role("heading", name="Min plan")).to_have_count(0)


def test_a_certificate_is_printed_with_the_plan_for_who_asks_for_it(chromium: Browser, site: Site) -> None:
    tab = at_the_plan(chromium, site, "new_hire")
    read_the_rest(tab, site)
    start_quiz(tab)
    answer_all(tab, site)
    tab.get_by_role("button", name="Lämna in provet").click()
    tab.get_by_role("link", name="Visa intyg").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Intyg")
    expect(tab.get_by_label("Ta med min plan i utskriften")).to_be_hidden()  # there is none
    certificate = tab.url

    tab.goto(site.url + PART)
    choose(tab, 0, OWN)
    tab.goto(certificate)
    assert len(printed(tab)) == 1
    tab.get_by_label("Ta med min plan i utskriften").check()
    expect(tab.get_by_role("heading", name="Min plan")).to_be_visible()
    assert axe_faults(tab) == []
    first, second = (" ".join(page.split()) for page in printed(tab))
    assert "Intyg" in first
    assert OWN not in first
    assert OWN in second
    assert "Ta med min plan" not in first
    file = tab.request.get(f"{certificate}.pdf").body()
    assert not any(OWN in page.extract_text() for page in PdfReader(io.BytesIO(file)).pages)
    tab.get_by_label("Ta med min plan i utskriften").uncheck()
    assert len(printed(tab)) == 1
