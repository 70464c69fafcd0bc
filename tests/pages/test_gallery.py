"""Every component in a real browser: axe, the console and the width find nothing, and the script keeps its promises."""

import io
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader
from werkzeug.serving import make_server

from tests.web.gallery import PAGES, THEMES, WIDTHS, gallery_app, picture

pytestmark = pytest.mark.browser
LOOKS = [(width, theme) for width in WIDTHS for theme in THEMES]
COVERING = [(page, *LOOKS[number % len(LOOKS)]) for number, page in enumerate(PAGES)]
FULL = [(page, *look) for page in PAGES for look in LOOKS]
MINUTES = 60_000


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    """The gallery's address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, gallery_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Page]:
    """A tab whose clock the test moves."""
    context = chromium.new_context()
    page = context.new_page()
    page.clock.install()
    yield page
    context.close()


@pytest.mark.parametrize(("page", "width", "theme"), COVERING)
def test_components_have_no_faults(
    chromium: Browser, gallery: str, tmp_path: Path, page: str, width: int, theme: str
) -> None:
    assert picture(chromium, gallery, page, width, theme, tmp_path) == []


@pytest.mark.full
@pytest.mark.parametrize(("page", "width", "theme"), FULL)
def test_components_have_no_faults_in_any_look(
    chromium: Browser, gallery: str, tmp_path: Path, page: str, width: int, theme: str
) -> None:
    assert picture(chromium, gallery, page, width, theme, tmp_path) == []


@pytest.mark.parametrize("page", PAGES)
def test_nothing_scrolls_sideways_on_the_smallest_phone(chromium: Browser, gallery: str, page: str) -> None:
    tab = chromium.new_page(viewport={"width": 320, "height": 640})
    tab.goto(f"{gallery}/gallery/{page}")
    assert tab.evaluate("document.documentElement.scrollWidth") == 320
    tab.close()


def test_a_flower_that_has_bloomed_has_its_petals_where_it_has_them_without_motion(
    chromium: Browser, gallery: str
) -> None:
    """The one look with motion on: all others ask for none."""
    petals = "[...document.querySelectorAll('.flower .p-on')]"
    boxes = f"{petals}.map((petal) => JSON.stringify(petal.getBoundingClientRect()))"
    tab = chromium.new_page(reduced_motion="no-preference")
    tab.goto(f"{gallery}/gallery/course")
    blooming = tab.evaluate(f"{petals}.flatMap((petal) => petal.getAnimations()).length")
    tab.evaluate("Promise.all(document.getAnimations().map((one) => one.finished)).then(() => true)")
    bloomed = tab.evaluate(boxes)
    tab.emulate_media(reduced_motion="reduce")
    assert blooming == len(bloomed) > 1
    assert bloomed == tab.evaluate(boxes)
    tab.close()


def test_the_error_summary_gets_focus_and_leads_to_its_fields(gallery: str, tab: Page) -> None:
    tab.goto(f"{gallery}/gallery/forms")
    expect(tab.locator("[data-error-summary]")).to_be_focused()
    tab.get_by_role("link", name="Skriv din e-postadress.").click()
    expect(tab.get_by_label("E-postadress")).to_be_focused()


def test_a_password_can_be_shown_and_is_sent_as_a_password(gallery: str, tab: Page) -> None:
    tab.goto(f"{gallery}/gallery/forms")
    field = tab.locator("#password")
    tab.get_by_role("button", name="Visa lösenordet").click()
    expect(field).to_have_attribute("type", "text")
    tab.get_by_role("button", name="Dölj lösenordet").click()
    expect(field).to_have_attribute("type", "password")
    tab.get_by_role("button", name="Visa lösenordet").click()
    field.evaluate("(field) => field.form.addEventListener('submit', (event) => event.preventDefault())")
    field.evaluate("(field) => field.form.requestSubmit()")
    expect(field).to_have_attribute("type", "password")


def test_a_session_about_to_end_is_said_and_can_be_kept(gallery: str, tab: Page) -> None:
    tab.goto(f"{gallery}/gallery/start")
    place = tab.locator("[data-session-ends-in]")
    tab.clock.run_for(12 * MINUTES)
    expect(place).to_be_empty()
    tab.clock.run_for(2 * MINUTES)
    expect(place).to_contain_text("Du loggas snart ut. Det du har svarat är sparat.")

    tab.route("**/home.start", lambda route: route.continue_(url=f"{gallery}/gallery/start"))
    tab.get_by_role("button", name="Stanna kvar").click()
    expect(place).to_be_empty()
    tab.clock.run_for(12 * MINUTES)
    expect(place).to_be_empty()


def test_a_session_that_has_ended_is_said_with_a_way_back(gallery: str, tab: Page) -> None:
    tab.goto(f"{gallery}/gallery/start")
    place = tab.locator("[data-session-ends-in]")
    tab.clock.run_for(14 * MINUTES)
    tab.get_by_role("button", name="Stanna kvar").click()  # the start page answers as for nobody signed in
    expect(place).to_contain_text("Du är utloggad. Logga in igen så fortsätter du där du var.")
    expect(place.get_by_role("link", name="Logga in")).to_have_attribute("href", f"{gallery}/gallery/start")


def test_another_tab_keeps_the_session_alive_here_too(chromium: Browser, gallery: str, tab: Page) -> None:
    tab.goto(f"{gallery}/gallery/start")
    tab.clock.run_for(14 * MINUTES)
    place = tab.locator("[data-session-ends-in]")
    expect(place).to_contain_text("Du loggas snart ut.")
    other = tab.context.new_page()
    other.goto(f"{gallery}/gallery/quiz")
    expect(place).to_be_empty()


def test_without_script_the_print_button_is_not_shown(chromium: Browser, gallery: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{gallery}/gallery/certificate")
    expect(tab.get_by_text("Skriv ut")).to_be_hidden()
    context.close()


def test_a_certificate_is_printed_on_one_page(gallery: str, tab: Page) -> None:
    tab.goto(f"{gallery}/gallery/certificate")
    (page,) = PdfReader(io.BytesIO(tab.pdf(prefer_css_page_size=True))).pages
    assert "7KQ4-M2XD-9HTP" in page.extract_text()
    assert "Ladda ner" not in page.extract_text()


def test_what_is_folded_on_a_screen_is_read_on_paper(gallery: str, tab: Page) -> None:
    """And the line that would open it is not."""
    tab.goto(f"{gallery}/gallery/course")
    more, opens = tab.get_by_text("Här står mer för den som vill."), tab.get_by_text("Läs mer", exact=True)
    expect(more).to_be_hidden()
    tab.emulate_media(media="print")
    expect(more).to_be_visible()
    expect(opens).to_be_hidden()
