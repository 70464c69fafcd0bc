"""What is wrong with a rendered page, by the console, the network, axe, and its width."""

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


BROKEN = r"""
() => {
  const found = [], range = document.createRange();
  const seen = () => [...range.getClientRects()].filter(box => box.width > 1);
  const lines = () => new Set(seen().map(box => Math.round(box.top))).size;
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    range.selectNodeContents(text);
    if (!text.data.trim() || lines() < 2) continue;
    const word = text.parentElement.closest("td, th") ? /[^ \n\t\-–\/@.]+/g : /\d{1,2}\u00a0\p{L}+\u00a0\d{4}/gu;
    for (const one of text.data.matchAll(word)) {
      range.setStart(text, one.index);
      range.setEnd(text, one.index + one[0].length);
      if (one[0].length < 24 && lines() > 1) found.push(one[0]);
    }
  }
  return found;
}
"""
"""Days that stand on two lines, and in tables any word that does, but for the longest."""


def width_faults(tab: Page) -> list[str]:
    """A sideways scroll here, or on the smallest screen, there also with the text spaced; a day or a word of a table
    that is broken. The window stays so.
    """
    faults = []
    for width, way in ((tab.evaluate("innerWidth"), ""), (SMALLEST, ""), (SMALLEST, ", with the text spaced")):
        tab.set_viewport_size({"width": width, "height": HEIGHT})
        if way:
            tab.evaluate(SPACED)
        else:
            faults += [f"broken at {width} pixels: {text}" for text in tab.evaluate(BROKEN)]
        needed = tab.evaluate("document.documentElement.scrollWidth")
        if needed > width:
            faults.append(f"{needed} pixels wide in a window of {width}{way}")
    return faults
