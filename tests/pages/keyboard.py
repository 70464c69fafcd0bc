"""A person who uses only the keyboard."""

from typing import Any

from playwright.sync_api import Page, expect

LIMIT = 120
"""Tab presses after which a thing counts as out of reach."""

FOCUS = """
(target) => {
  // Rings are drawn on the element itself, or, for radios and checkboxes, on its label.
  const rings = (element) => [element, ...(element.labels ?? [])]
    .flatMap((one) => [null, "::before", "::after"].map((part) => getComputedStyle(one, part)))
    .map((style) => (style.outlineStyle === "none" || style.outlineWidth === "0px" ? "" :
        `${style.outlineStyle} ${style.outlineWidth} ${style.outlineColor}`) +
        (style.boxShadow === "none" ? "" : ` shadow ${style.boxShadow}`));
  const here = document.activeElement;
  const faults = [];
  const before = window.keyboardBefore;
  if (before && before.element !== here && before.element.isConnected &&
      rings(before.element).join() === before.rings.join())
    faults.push(`no visible focus: ${before.element.outerHTML.slice(0, 160)}`);
  window.keyboardBefore = null;
  if (here !== document.body) {
    const found = rings(here);
    if (found.every((ring) => ring === "")) faults.push(`no ring: ${here.outerHTML.slice(0, 160)}`);
    const box = (here.labels?.[0] ?? here).getBoundingClientRect();
    if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth)
      faults.push(`focus outside the window: ${here.outerHTML.slice(0, 160)}`);
    window.keyboardBefore = { element: here, rings: found };
  }
  return { reached: here === target, faults };
}
"""


class Keyboard:
    """Moves by Tab, chooses by Space and arrows, goes on by Enter; touches no mouse and fills in no field by name.

    On every element that it passes it sees that the focus shows: there is a ring, it goes away as the focus moves on,
    and the element is in the window.
    """

    def __init__(self, tab: Page) -> None:
        self.tab = tab

    def to(self, role: Any, name: str) -> None:
        """Tab until the focus is on the one thing with this role and accessible name."""
        target = self.tab.get_by_role(role, name=name, exact=True)
        expect(target).to_have_count(1)
        for _ in range(LIMIT):
            self.tab.keyboard.press("Tab")
            found = target.evaluate(FOCUS)
            assert not found["faults"], f"{self.tab.url}: {found['faults']}"
            if found["reached"]:
                return
        raise AssertionError(f"{self.tab.url}: {role} {name!r} is not reached by Tab")

    def type(self, text: str) -> None:
        """Type where the focus is."""
        self.tab.keyboard.type(text)

    def enter(self) -> None:
        """Press Enter where the focus is, and wait for the page it leads to, which leaves the focus alone."""
        with self.tab.expect_navigation():
            self.tab.keyboard.press("Enter")
        if "#" not in self.tab.url and self.tab.locator("[data-error-summary]").count() == 0:
            assert self.tab.evaluate("document.activeElement === document.body"), f"{self.tab.url} moves the focus"

    def follow(self, role: Any, name: str) -> None:
        """Go to a link or a button, and press Enter."""
        self.to(role, name)
        self.enter()

    def skip_to_content(self) -> None:
        """Take the skip link, the first stop of every page: the focus is then in the page's content."""
        self.tab.keyboard.press("Tab")
        expect(self.tab.get_by_role("link", name="Hoppa till innehållet")).to_be_focused()
        self.tab.keyboard.press("Enter")
        expect(self.tab.get_by_role("main")).to_be_focused()

    def choose(self, texts: list[str]) -> None:
        """Choose these among the radios or checkboxes of the page's only group; the page must stay as it is."""
        before = self.tab.url
        if self.tab.get_by_role("radio").count():
            self._choose_radio(texts[0])
        else:
            for text in texts:
                self.to("checkbox", text)
                self.tab.keyboard.press("Space")
        for text in texts:
            expect(self.tab.get_by_label(text, exact=True)).to_be_checked()
        expect(self.tab.get_by_label(texts[-1], exact=True)).to_be_focused()
        assert self.tab.url == before, "choosing sends nothing"

    def choose_in_lists(self, pairs: list[tuple[str, str]]) -> None:
        """Choose in each of these lists, by its label, the option with this text; the page must stay as it is."""
        before = self.tab.url
        wanted = dict(pairs)
        for row in self.tab.locator("main select").evaluate_all("lists => lists.map(one => one.labels[0].innerText)"):
            self.to("combobox", row)
            options = self.tab.get_by_label(row, exact=True).locator("option")
            for _ in range(options.all_inner_texts().index(wanted[row])):
                self.tab.keyboard.press("ArrowDown")
            expect(self.tab.get_by_label(row, exact=True).locator("option:checked")).to_have_text(wanted[row])
        assert self.tab.url == before, "choosing sends nothing"

    def _choose_radio(self, text: str) -> None:
        """Into the group by Tab, to its first choice; down to the right one by the arrow."""
        radios = self.tab.get_by_role("radio")
        labels = [radio.evaluate("radio => radio.labels[0].innerText.trim()") for radio in radios.all()]
        self.to("radio", labels[0])
        self.tab.keyboard.press("Space")
        for _ in range(labels.index(text)):
            self.tab.keyboard.press("ArrowDown")


OUT_OF_REACH = """
() => {
  // Of radios with one name Tab reaches one, arrows the others.
  const known = window.keyboardReached;
  const group = (one) => one.type === "radio" ? [...document.getElementsByName(one.name)] : [one];
  return [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter((one) => !one.disabled && one.type !== "hidden" && one.checkVisibility({ visibilityProperty: true }))
    .filter((one) => !group(one).some((other) => known.has(other)))
    .map((one) => `not reached: ${one.outerHTML.slice(0, 160)}`);
}
"""
STEP = """
() => {
  // A date has stops of its own, for day, month and year.
  const known = window.keyboardReached ??= new Set();
  const here = document.activeElement;
  const goesOn = here !== document.body && (!known.has(here) || here === window.keyboardLast);
  known.add(here);
  window.keyboardLast = here;
  return goesOn;
}
"""


def tab_through(tab: Page) -> list[str]:
    """Tab through the whole page from its first link: what does not show that it has the focus, what is not reached."""
    tab.locator(".govuk-skip-link").focus()
    faults: list[str] = []
    for _ in range(10 * LIMIT):
        if not tab.evaluate(STEP):
            return [*faults, *tab.evaluate(OUT_OF_REACH)]
        faults += tab.evaluate(FOCUS, None)["faults"]
        tab.keyboard.press("Tab")
    return [*faults, f"Tab does not come round on {tab.url}"]
