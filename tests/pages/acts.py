"""What a visitor does on a page to bring about a state."""

from collections.abc import Callable

from playwright.sync_api import Page


def send(form: str = "main form") -> Callable[[Page], None]:
    """Press a form's first button, with nothing filled in."""

    def act(tab: Page) -> None:
        with tab.expect_navigation():
            tab.locator(f"{form} button:not([type=button])").first.click()

    return act


def fill(selector: str, text: str) -> Callable[[Page], None]:
    """Fill in one field and send its form."""

    def act(tab: Page) -> None:
        tab.locator(selector).fill(text)
        with tab.expect_navigation():
            tab.locator(selector).press("Enter")

    return act


def guess(tab: Page) -> None:
    """Try the first choice of a practice question."""
    tab.locator(".practice input[type=radio], .practice input[type=checkbox]").first.check()
    with tab.expect_navigation():
        tab.locator(".practice button").first.click()


def choose_line(tab: Page) -> None:
    """Choose a line for the plan of the part's course."""
    tab.locator(".plan input[type=radio]").first.check()
    tab.locator("[data-plan-print]").wait_for()


def print_with_plan(tab: Page) -> None:
    """Have a plan in this browser, and ask for it with the certificate."""
    tab.evaluate(
        """localStorage.setItem("tbblearn-plan:base", '{"orolig/0": {"line": "", "text": "Om jag är orolig ..."}}')"""
    )
    tab.reload()
    tab.locator("[data-plan-with] input").check()


def check_own(name: str) -> Callable[[Page], None]:
    """Follow a certificate's address, and type its number there with this name."""

    def act(tab: Page) -> None:
        number = tab.locator(".cert__check strong").inner_text().split()[-1]
        tab.locator(".cert__check a").click()
        tab.locator("#number").fill(number)
        fill("#name", name)(tab)

    return act


def spoil_the_token(tab: Page) -> None:
    """Send the form of a page that has stood open too long."""
    tab.locator("main input[name=csrf_token]").first.evaluate("field => { field.value = 'stale' }")
    with tab.expect_navigation():
        tab.locator("main form button").first.click()


STAFF_FILE = """person_id;given_name;family_name;email;unit_id;profession;start_on;end_on;leave_from;leave_to
ny-1;Medarbetare;901;;skola-9;lärare;2026-13-01;;;
ny-2;Medarbetare;902;;utbildning;lärare;2026-08-12;;;
"""


def upload_staff(tab: Page) -> None:
    """Choose a staff file in which one row is wrong and most are missing."""
    tab.locator("main input[value=staff]").check()
    tab.locator("main input[type=file]").set_input_files(
        {"name": "personal-2026-11-20.csv", "mimeType": "text/csv", "buffer": STAFF_FILE.encode()}
    )
    with tab.expect_navigation():
        tab.locator("main form button:not([type=button])").first.click()
