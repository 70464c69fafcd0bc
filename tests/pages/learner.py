"""What a learner in a browser test knows and does: signing in, reading the course, and giving the right answers."""

import html
import json
import re
import sqlite3
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tbblearn.courses.kinds import kind_of
from tbblearn.courses.rules import Question
from tbblearn.courses.storing import course_from_json
from tests.pages.conftest import Site

WAIT = 30_000
"""Milliseconds: the machine may be busy, and no test is about time."""

expect.set_options(timeout=WAIT)


def new_tab(browser: Browser, *, script: bool = True) -> Page:
    """A tab of a browser that nobody has used before."""
    return patient(browser.new_context(java_script_enabled=script, reduced_motion="reduce")).new_page()


def patient(context: BrowserContext) -> BrowserContext:
    """The same, giving a busy machine its time."""
    context.set_default_timeout(WAIT)
    return context


def sign_in(tab: Page, site: Site, role: str) -> None:
    """Fill in the sign-in form, where it is not open already, and send it."""
    if tab.get_by_label("Lösenord").count() == 0:
        tab.goto(f"{site.url}/logga-in")
    account = site.accounts[role]
    tab.get_by_label("E-postadress").fill(account["email"])
    tab.get_by_label("Lösenord").fill(account["password"])
    tab.get_by_role("button", name="Logga in", exact=True).click()
    expect(tab.get_by_text(f"Inloggad som {account['name']}")).to_be_visible()


def read_the_rest(tab: Page, site: Site, slug: str = "base") -> None:
    """Read every part by its form, without drawing it. Ends at the quiz's first page."""
    course = f"{site.url}/utbildning/{slug}"
    tab.goto(course)
    token = tab.locator("input[name=csrf_token]").first.get_attribute("value")
    for part in (module["id"] for module in published(site, slug)["modules"]):
        tab.request.post(f"{course}/del/{part}", form={"csrf_token": token or ""}, max_redirects=0)
    tab.goto(f"{course}/prov")


def start_quiz(tab: Page) -> None:
    """From the quiz's first page to its first question without an answer."""
    going_on = tab.get_by_role("link", name="Fortsätt provet")
    going_on.or_(tab.get_by_role("button", name=re.compile("Starta provet|Gör provet igen"))).click()
    expect(tab).to_have_url(re.compile(r"/fraga/\d+$"))


def answer(tab: Page, site: Site, *, right: bool = True) -> list[str]:
    """Answer the question on the page by clicking, and save. Returns the texts that were chosen.

    Waits for the next page: a tab that is closed on its way to one can make the browser wait for good.
    """
    known = question_on(tab, site)
    chosen = known.right if right else known.mistaken
    for text in chosen:
        if text in known.lists:
            row, option = known.lists[text]
            tab.get_by_label(row, exact=True).select_option(label=option)
        else:
            tab.get_by_label(text, exact=True).check()
    with tab.expect_navigation():
        tab.get_by_role("button", name="Spara och gå vidare").click()
    return chosen


def choose_anything(tab: Page) -> None:
    """Fill in some answer to the question on the page, without sending it."""
    for number, one in enumerate(tab.locator("main select").all(), 1):
        one.select_option(index=number)
    if tab.locator("main select").count() == 0:
        tab.get_by_role("radio").or_(tab.get_by_role("checkbox")).first.check()


def answer_all(tab: Page, site: Site) -> None:
    """Answer every question that is left, and rightly. Ends at the review."""
    while not tab.url.split("?")[0].endswith("/granska"):
        answer(tab, site)


# --- what the published course says ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """A question as it is read on the page, in Swedish. `mistaken` is a whole answer that is not right.

    Where it is answered by lists, `lists` says of each thing that may be chosen in which list it is which option.
    """

    stem: str
    right: list[str]
    wrong: list[str]
    mistaken: list[str]
    lists: dict[str, tuple[str, str]]

    def expect_chosen(self, tab: Page) -> None:
        """The right answer, and nothing else, is chosen on the page."""
        for text in self.right:
            if text in self.lists:
                row, option = self.lists[text]
                expect(tab.get_by_label(row, exact=True).locator("option:checked")).to_have_text(option)
            else:
                expect(tab.get_by_label(text, exact=True)).to_be_checked()
        for text in self.wrong if not self.lists else []:
            expect(tab.get_by_label(text, exact=True)).not_to_be_checked()


def question_on(tab: Page, site: Site) -> Known:
    """The question that the page shows, found by its words."""
    stem = _words(tab.locator("fieldset legend").inner_html())
    asked = course_from_json(published(site, "base")).questions
    found = [question for question in asked if _words(question.stem["sv"]) == stem]
    assert len(found) == 1, f"{len(found)} published questions read {stem!r}"
    return _known(found[0])


def _known(question: Question) -> Known:
    texts = {choice.id: _words(choice.text["sv"]) for choice in question.choices}
    kind = kind_of(question)
    return Known(
        _words(question.stem["sv"]),
        [texts[choice.id] for choice in question.choices if choice.correct],
        [texts[choice.id] for choice in question.choices if not choice.correct],
        [texts[choice_id] for choice_id in sorted(kind.almost(question, 0))],
        {
            texts[choice_id]: (_words(asked.row.text["sv"]), _words(option.text["sv"]))
            for asked in kind.asked_rows(question, question.choices)
            for choice_id, option in asked.options
        },
    )


def published(site: Site, slug: str) -> dict[str, Any]:
    """The newest version of a course, as it was published into the site's database."""
    with sqlite3.connect(site.folder / "demo.sqlite") as database:
        [content] = database.execute(
            "SELECT content FROM course_version JOIN course ON course.id = course_id"
            " WHERE slug = ? ORDER BY number DESC LIMIT 1",
            [slug],
        ).fetchone()
    parsed: dict[str, Any] = json.loads(content)
    return parsed


def _words(markup: str) -> str:
    """What is read of a piece of HTML: no tags, single spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", markup)).split())
