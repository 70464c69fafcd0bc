"""A new hire with a phone: how many clicks and pages it takes, and how soon a part's own text begins."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.conftest import Site
from tests.pages.learner import patient, published, question_on
from tests.pages.test_journeys import ONWARD

pytestmark = pytest.mark.browser

MOST_CLICKS, MOST_PAGES, LOWEST = 35, 25, 150


class Counted:
    """A tab that counts what is clicked and which pages open."""

    def __init__(self, tab: Page) -> None:
        self.tab = tab
        self.clicks = self.pages = 0
        tab.on("domcontentloaded", self._open)

    def _open(self, _page: Page) -> None:
        self.pages += 1

    def press(self, role: str, name: object) -> None:
        """Click, and wait for the page that it leads to."""
        self.clicks += 1
        with self.tab.expect_navigation():
            self.tab.get_by_role(role, name=name, exact=isinstance(name, str)).first.click()  # type: ignore[arg-type]


def text_begins(tab: Page) -> float:
    """How far down a part's own text begins, in pixels."""
    return float(tab.locator(".prose").evaluate("prose => prose.getBoundingClientRect().top"))


def test_from_sign_in_to_a_passed_quiz_in_few_clicks_and_pages(chromium: Browser, site: Site) -> None:
    context = patient(chromium.new_context(viewport={"width": 375, "height": 812}, reduced_motion="reduce"))
    tab = context.new_page()
    tab.goto(f"{site.url}/logga-in")
    account = site.accounts["new_hire"]
    tab.get_by_label("E-postadress").fill(account["email"])
    tab.get_by_label("Lösenord").fill(account["password"])
    counted = Counted(tab)
    counted.press("button", "Logga in")
    counted.press("link", "Börja")
    while not tab.url.endswith("/prov"):
        assert text_begins(tab) <= LOWEST, tab.url
        counted.press("button", ONWARD)
    counted.press("button", "Starta provet")
    while "/granska" not in tab.url:
        known = question_on(tab, site)
        for text in known.right:
            counted.clicks += 1
            if known.lists:
                row, option = known.lists[text]
                tab.get_by_label(row, exact=True).select_option(label=option)
            else:
                tab.get_by_label(text, exact=True).check()
        counted.press("button", "Spara och gå vidare")
    counted.press("button", "Lämna in provet")
    clicks, pages = counted.clicks, counted.pages
    expect(tab.get_by_text("10 av 10 rätt.")).to_be_visible()
    for course in ("intermediate", "in-depth"):
        for part in published(site, course)["modules"]:
            tab.goto(f"{site.url}/utbildning/{course}/del/{part['id']}")
            assert text_begins(tab) <= LOWEST, tab.url
    print(f"{clicks} clicks, {pages} pages")
    assert clicks <= MOST_CLICKS
    assert pages <= MOST_PAGES
