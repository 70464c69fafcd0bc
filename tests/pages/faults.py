"""What is wrong with a page as it is shown: what the console and the network say, axe, and the width."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request, Response

from tests.pages.conftest import Site

AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SMALLEST = 320
"""CSS pixels: what 1,280 pixels become at 400 % (WCAG 1.4.10)."""
HEIGHT = 900


def watch(tab: Page, site: Site, faults: list[str]) -> None:
    """Gather what the console says, requests to other hosts, and things that did not come."""

    def said(message: ConsoleMessage) -> None:
        if message.location["url"] != tab.url:  # the status of a page that is an error itself
            faults.append(f"console: {message.text} ({message.location['url']})")

    def asked(request: Request) -> None:
        if not request.url.startswith((f"{site.url}/", "data:", "blob:")):
            faults.append(f"request to {request.url}")

    def answered(response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            faults.append(f"{response.status} for {response.url}")

    tab.on("console", said)
    tab.on("pageerror", lambda error: faults.append(f"script: {error}"))
    tab.on("request", asked)
    tab.on("response", answered)


def axe_faults(tab: Page) -> list[str]:
    """What axe has against the page as it is shown now."""
    found = Axe().run(tab, options={"runOnly": AXE_TAGS, "resultTypes": ["violations"]}).response["violations"]
    return [f"axe {one['id']}: {node['target']} {node['html'][:200]}" for one in found for node in one["nodes"]]


SPACED = """
() => {
  const spaced = new CSSStyleSheet();
  spaced.replaceSync(`
    * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
    p { margin-bottom: 2em !important }
  `);
  document.adoptedStyleSheets = [spaced];
}
"""
"""The reader's own spacing of text (WCAG 1.4.12)."""


def width_faults(tab: Page) -> list[str]:
    """A sideways scroll here, or on the smallest screen, there also with the text spaced. The window stays so."""
    faults = []
    for width, way in ((tab.evaluate("innerWidth"), ""), (SMALLEST, ""), (SMALLEST, ", with the text spaced")):
        tab.set_viewport_size({"width": width, "height": HEIGHT})
        if way:
            tab.evaluate(SPACED)
        needed = tab.evaluate("document.documentElement.scrollWidth")
        if needed > width:
            faults.append(f"{needed} pixels wide in a window of {width}{way}")
    return faults
