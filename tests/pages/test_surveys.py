"""Answering a survey in a browser: by touch on a phone, by keyboard only, without script; and the saved draft.

One served county; each test signs in as a different person, since each person answers once.
"""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from benchmarks.sessions import open_survey
from tbblearn import create_app
from tbblearn.db import db
from tests.conftest import settings_for
from tests.pages.conftest import Site
from tests.pages.faults import axe_faults, watch, width_faults
from tests.pages.keyboard import FOCUS, Keyboard
from tests.pages.learner import new_tab, patient, sign_in
from tests.readiness.rounds import CODES

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Words:
    """What the pages say in one language."""

    menu: str
    to_survey: str
    to_statements: str
    send: str
    anyway: str
    agree: str
    thanks: str
    skipped: str


WORDS = {
    "sv": Words(
        "Enkäter",
        "Till enkäten",
        "Till påståendena",
        "Skicka mina svar",
        "Skicka ändå",
        "Instämmer",
        "Dina svar är sparade utan namn.",
        "Du har hoppat över 1 påstående.",
    ),
    "en": Words(
        "Surveys",
        "Go to the survey",
        "To the statements",
        "Send my answers",
        "Send anyway",
        "Agree",
        "Your answers are stored without your name.",
        "You have skipped 1 statement.",
    ),
}
LOST = "Vi nådde inte servern. Dina svar finns kvar på den här sidan. Försök igen."


@pytest.fixture(scope="module")
def answering(demo_template: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo county, served, with an open survey."""
    folder = tmp_path_factory.mktemp("answering")
    for file in demo_template.folder.iterdir():
        shutil.copy(file, folder)
    site = Site(folder, f"sqlite:///{folder / 'demo.sqlite'}", accounts=demo_template.accounts)
    app = create_app(settings_for(site.database_url, folder))
    with app.app_context():
        open_survey()
        db.session.remove()
        db.engine.dispose()
    site.start()
    yield site
    site.stop()


def responses(site: Site) -> int:
    with sqlite3.connect(site.folder / "demo.sqlite") as database:
        [count] = database.execute("SELECT count(*) FROM response_open").fetchone()
    return int(count)


def speak(tab: Page, language: str) -> Words:
    """Switch language by the button in the header, where it is another."""
    button = tab.locator(f"header button[lang={language}]")
    if button.count():
        button.click()
    tab.locator(f"html[lang={language}]").wait_for()
    return WORDS[language]


def go_to_statements(tab: Page, words: Words) -> None:
    tab.get_by_role("link", name=words.menu, exact=True).click()
    tab.get_by_role("link", name=words.to_survey).click()
    tab.get_by_role("link", name=words.to_statements).click()
    expect(tab.locator("fieldset")).to_have_count(12)


def choose(tab: Page, code: str, value: int) -> None:
    tab.locator(f"input[name={code}][value='{value}']").check()


def chosen(tab: Page) -> dict[str, str]:
    found: Any = tab.evaluate(
        "Object.fromEntries([...document.querySelectorAll('input[type=radio]:checked')].map((r) => [r.name, r.value]))"
    )
    return dict(found)


def drafts(tab: Page) -> int:
    return int(tab.evaluate("Object.keys(sessionStorage).length"))


# --- three ways to answer -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "role"), [("sv", "staff"), ("en", "new_hire")])
def test_on_a_phone_by_touch(chromium: Browser, answering: Site, language: str, role: str) -> None:
    phone = {"viewport": {"width": 375, "height": 740}, "has_touch": True, "is_mobile": True}
    tab = patient(chromium.new_context(reduced_motion="reduce", **phone)).new_page()  # type: ignore[arg-type]
    faults: list[str] = []
    sign_in(tab, answering, role)
    words = speak(tab, language)
    watch(tab, answering, faults)
    before = responses(answering)
    tab.get_by_role("link", name=words.menu, exact=True).tap()
    expect(tab).to_have_url(re.compile("/enkater$"))
    faults += axe_faults(tab)
    tab.get_by_role("link", name=words.to_survey).tap()
    expect(tab).to_have_url(re.compile(r"/enkat/\d+$"))
    survey, title = tab.url, tab.title()
    tab.get_by_role("link", name=words.to_statements).tap()
    expect(tab.locator("fieldset")).to_have_count(12)
    faults += axe_faults(tab)
    for group in tab.locator("fieldset").all():
        row = group.get_by_text(words.agree, exact=True)
        box = row.locator("xpath=ancestor::label").bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["width"] >= 300
        group.locator("input").last.tap()
    assert chosen(tab) == dict.fromkeys(CODES, "5")
    tab.get_by_role("button", name=words.send).tap()
    expect(tab.get_by_text(words.thanks)).to_be_visible()
    faults += [*axe_faults(tab), *width_faults(tab)]
    assert responses(answering) == before + 1
    assert drafts(tab) == 0
    assert (tab.url, tab.title()) == (survey, title), "the history of a shared PC tells no more than it did before"
    tab.go_back()
    assert tab.title() == title
    expect(tab.locator("fieldset")).to_have_count(0)
    expect(tab.get_by_text(words.thanks)).to_be_visible()
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(("language", "role"), [("sv", "pilot"), ("en", "manager")])
def test_by_keyboard_only(chromium: Browser, answering: Site, language: str, role: str) -> None:
    tab = new_tab(chromium)
    sign_in(tab, answering, role)
    words = speak(tab, language)
    before = responses(answering)
    keys = Keyboard(tab)
    keys.follow("link", words.menu)
    keys.follow("link", f"{words.to_survey} Tillsammans för barnens bästa")
    keys.follow("link", words.to_statements)
    _answer_by_keys(tab, CODES[:-1])
    keys.follow("button", words.send)
    expect(tab.get_by_text(words.skipped)).to_be_visible()
    expect(tab.locator("[data-error-summary]")).to_be_focused()
    assert chosen(tab) == dict.fromkeys(CODES[:-1], "3")
    keys.to("button", words.anyway)
    tab.keyboard.press("Enter")
    expect(tab.get_by_text(words.thanks)).to_be_visible()
    assert responses(answering) == before + 1


def _answer_by_keys(tab: Page, codes: tuple[str, ...]) -> None:
    """Tab into each group and go down to the third choice; every stop shows where the focus is."""
    for _ in range(60):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.name") == codes[0]:
            break
    for code in codes:
        first = tab.locator(f"input[name={code}]").first
        found = first.evaluate(FOCUS)
        assert not found["faults"]
        assert tab.evaluate("document.activeElement.name") == code
        tab.keyboard.press("Space")
        tab.keyboard.press("ArrowDown")
        tab.keyboard.press("ArrowDown")
        tab.evaluate("window.keyboardBefore = null")  # what was passed inside the group is not a stop of its own
        tab.keyboard.press("Tab")


@pytest.mark.parametrize(("language", "role"), [("sv", "senior_manager"), ("en", "follow_up")])
def test_without_script(chromium: Browser, answering: Site, language: str, role: str) -> None:
    tab = new_tab(chromium, script=False)
    sign_in(tab, answering, role)
    words = speak(tab, language)
    before = responses(answering)
    go_to_statements(tab, words)
    for code in CODES[1:]:
        tab.locator(f"input[name={code}][value='2']").check()
    tab.get_by_role("button", name=words.send).click()
    expect(tab.get_by_text(words.skipped)).to_be_visible()
    tab.locator(f"input[name={CODES[0]}][value='2']").check()
    tab.get_by_role("button", name=words.send).click()
    expect(tab.get_by_text(words.thanks)).to_be_visible()
    assert responses(answering) == before + 1


# --- the draft that script keeps ------------------------------------------------------------------------------------


@pytest.fixture
def editor(chromium: Browser, answering: Site) -> Page:
    """Somebody on the page of statements who has chosen two answers."""
    tab = new_tab(chromium)
    sign_in(tab, answering, "editor")
    go_to_statements(tab, WORDS["sv"])
    choose(tab, CODES[0], 2)
    choose(tab, CODES[3], 4)
    return tab


def test_a_draft_comes_back_after_a_reload_and_goes_when_it_is_cleared(editor: Page) -> None:
    given = {CODES[0]: "2", CODES[3]: "4"}
    editor.reload()
    assert chosen(editor) == given
    editor.get_by_role("link", name="Enkäter").first.click()
    editor.go_back()
    expect(editor.locator(f"input[name={CODES[0]}][value='2']")).to_be_checked()
    editor.get_by_role("link", name="Rensa mina svar").click()
    editor.wait_for_load_state()
    expect(editor.locator("input[type=radio]:checked")).to_have_count(0)
    assert drafts(editor) == 0


@pytest.mark.parametrize("way", ["Logga ut", "Inte du? Byt användare"])
def test_the_next_person_at_the_same_pc_finds_nothing(editor: Page, answering: Site, way: str) -> None:
    editor.get_by_role("button", name=way).click()
    expect(editor.get_by_role("heading", name="Logga in")).to_be_visible()
    assert drafts(editor) == 0
    sign_in(editor, answering, "admin")
    go_to_statements(editor, WORDS["sv"])
    assert chosen(editor) == {}
    editor.go_back()
    assert chosen(editor) == {}


def test_a_tab_left_open_is_emptied_when_somebody_else_signs_in_beside_it(editor: Page, answering: Site) -> None:
    beside = editor.context.new_page()
    beside.goto(f"{answering.url}/enkater")
    beside.get_by_role("button", name="Inte du? Byt användare").click()
    expect(editor.get_by_role("heading", name="Logga in")).to_be_visible()
    assert drafts(editor) == 0


def test_nothing_stays_on_the_screen_when_the_session_has_ended(chromium: Browser, answering: Site) -> None:
    tab = new_tab(chromium)
    tab.clock.install()
    sign_in(tab, answering, "editor")
    go_to_statements(tab, WORDS["sv"])
    choose(tab, CODES[0], 2)
    beside = tab.context.new_page()
    beside.goto(f"{answering.url}/enkater")
    assert drafts(tab) == 1
    with sqlite3.connect(answering.folder / "demo.sqlite") as database:
        database.execute(
            "UPDATE sign_in_session SET seen_at = '2001-01-01 00:00:00', created_at = '2001-01-01 00:00:00'"
        )
    tab.clock.fast_forward("11:00:00")
    expect(tab.get_by_role("heading", name="Logga in")).to_be_visible()
    assert drafts(tab) == 0
    tab.go_back()
    expect(tab.get_by_role("heading", name="Logga in")).to_be_visible()


def test_a_lost_network_loses_no_answer_and_a_retry_gets_thanks(chromium: Browser, answering: Site) -> None:
    tab = new_tab(chromium)
    sign_in(tab, answering, "process_leader")
    go_to_statements(tab, WORDS["sv"])
    for code in CODES:
        choose(tab, code, 3)
    before = responses(answering)
    tab.context.set_offline(True)
    tab.get_by_role("button", name="Skicka mina svar").click()
    expect(tab.get_by_text(LOST)).to_be_visible()
    assert chosen(tab) == dict.fromkeys(CODES, "3")
    tab.context.set_offline(False)
    _send_elsewhere(tab.context)
    tab.get_by_role("button", name="Skicka mina svar").click()
    expect(tab.get_by_role("heading", name="Hur redo är vi för Tillsammans för barnens bästa?")).to_be_visible()
    tab.context.unroute_all()
    tab.get_by_role("link", name=WORDS["sv"].to_statements).click()
    expect(tab.locator("fieldset")).to_have_count(12)
    assert chosen(tab) == dict.fromkeys(CODES, "3"), "a redirect by anyone else is not a thank-you"
    assert responses(answering) == before
    _lose_the_answer_of_the_server(tab.context)
    tab.get_by_role("button", name="Skicka mina svar").click()
    expect(tab.get_by_text(LOST)).to_be_visible()
    expect(tab.locator("fieldset")).to_have_count(12)
    assert responses(answering) == before + 1, "it came there; only the answer was lost"
    tab.context.unroute_all()
    tab.get_by_role("button", name="Skicka mina svar").click()
    expect(tab.get_by_text("Dina svar är sparade utan namn.")).to_be_visible()
    assert responses(answering) == before + 1
    assert drafts(tab) == 0


def _send_elsewhere(context: BrowserContext) -> None:
    """Something in front of the server answers what is sent with a redirect of its own."""

    def redirect(route: Any) -> None:
        if route.request.method == "POST":
            route.fulfill(status=302, headers={"Location": "/logga-in"})
        else:
            route.continue_()

    context.route(re.compile(r"/enkat/\d+$"), redirect)


def _lose_the_answer_of_the_server(context: BrowserContext) -> None:
    """What is sent arrives, and the line breaks before anything comes back."""

    def deliver(route: Any) -> None:
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            route.abort("connectionreset")
        else:
            route.continue_()

    context.route(re.compile(r"/enkat/\d+$"), deliver)


# --- the other pages have no faults -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "theme"), [(1280, "dark"), (375, "light")])
def test_the_other_pages_have_no_fault(chromium: Browser, answering: Site, width: int, theme: Any) -> None:
    context = chromium.new_context(
        reduced_motion="reduce", viewport={"width": width, "height": 900}, color_scheme=theme
    )
    tab = patient(context).new_page()
    faults: list[str] = []
    watch(tab, answering, faults)

    def look() -> None:
        tab.wait_for_load_state()
        faults.extend(f"{tab.url}: {fault}" for fault in [*axe_faults(tab), *width_faults(tab)])
        tab.set_viewport_size({"width": width, "height": 900})

    tab.goto(f"{answering.url}/sa-skyddar-vi-dina-svar")
    look()
    tab.get_by_role("link", name="För dig som vill granska").click()
    look()
    sign_in(tab, answering, "admin")
    tab.get_by_role("link", name="Enkäter", exact=True).click()
    tab.get_by_role("link", name="Till enkäten").click()
    look()
    survey = tab.url
    if tab.get_by_role("button", name="Jag vill inte svara").count():
        tab.get_by_role("link", name="Till påståendena").click()
        choose(tab, CODES[0], 2)
        assert drafts(tab) == 1
        tab.goto(survey)
        tab.get_by_role("button", name="Jag vill inte svara").click()
    expect(tab.get_by_role("heading", name="Du behöver inte svara")).to_be_visible()
    assert drafts(tab) == 0
    assert tab.url == survey
    look()
    tab.goto(f"{survey}/pastaenden")
    tab.get_by_role("button", name="Skicka mina svar").click()
    expect(tab.get_by_text("Du har hoppat över 12 påståenden.")).to_be_visible()
    look()
    faults[:] = [one for one in faults if "422" not in one]  # script asked first; that is how it knows
    tab.get_by_role("button", name="Logga ut").click()
    sign_in(tab, answering, "process_leader")
    tab.goto(survey.replace("/enkat/", "/matningar/") + "/prova")
    look()
    assert not faults, "\n".join(faults)
