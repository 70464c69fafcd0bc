"""The whole way, from signing in to the manager's list: by keyboard only, and without script."""

import csv
import json
import re
import sqlite3
from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Download, Page, expect

from tests.pages.conftest import Site
from tests.pages.keyboard import Keyboard
from tests.pages.learner import answer_all, new_tab, question_on, sign_in

pytestmark = pytest.mark.browser

MANAGERS_WORDS = {
    "completed": "Genomförd",
    "completed_late": "Genomförd efter sista dag",
    "in_progress": "Pågår",
    "not_started": "Inte påbörjad",
    "not_yet_open": "Inte öppen än",
    "missed": "Inte genomförd",
    "exempt": "Undantagen",
    "on_leave": "Pausad",
    "not_required": "Krävs inte",
}


CHOOSING = ".practice:has(.choices)"
ONWARD = re.compile("^(Till nästa del|Till provet)$")


def shown_cycle(tab: Page) -> str:
    """The round that the unit's page is about, from the line above its heading."""
    return tab.locator(".eyebrow").first.inner_text().split()[-1]


def today() -> str:
    return datetime.now(ZoneInfo("Europe/Stockholm")).date().isoformat()


def test_by_keyboard_only_from_signing_in_to_the_managers_list(chromium: Browser, site: Site, tmp_path: Path) -> None:
    tab = new_tab(chromium)
    tab.goto(site.url)
    keys = Keyboard(tab)
    _sign_in(keys, site, "staff")

    keys.follow("link", "Fortsätt")  # leads to the section where one was, and the next Tab goes on from there
    _try_a_practice_question(keys)
    parts = _read_to_the_quiz(keys)
    assert parts >= 1, "the demo's member of staff has parts left to read"
    keys.follow("button", "Starta provet")
    _answer_all(keys, site)
    expect(tab.get_by_text("10 av 10 frågor har ett svar.")).to_be_visible()
    keys.follow("button", "Lämna in provet")
    expect(tab.get_by_role("heading", name="Bra gjort!")).to_be_focused()
    expect(tab.get_by_text("Du är godkänd. 10 av 10 rätt.")).to_be_visible()
    keys.follow("link", "Visa intyg")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Intyg")
    expect(tab.get_by_text(site.accounts["staff"]["name"]).last).to_be_visible()
    tab.keyboard.press("Escape")
    keys.follow("button", "Logga ut")
    expect(tab.get_by_text("Du är utloggad.")).to_be_visible()

    _sign_in(keys, site, "manager")
    keys.follow("link", "Min enhet")
    keys.follow("link", "Se vilka som är kvar")
    keys.to("combobox", "Status")
    keys.type("Genom")
    expect(tab.get_by_label("Status", exact=True)).to_have_value("completed")
    keys.follow("button", "Visa")
    expect(tab.get_by_role("row", name=site.accounts["staff"]["name"])).to_contain_text("Genomförd")
    keys.follow("link", site.accounts["manager"]["unit"])
    keys.to("link", "Ladda ner listan som CSV")
    with tab.expect_download() as download:
        tab.keyboard.press("Enter")
    _same_everywhere(tab, download.value, site, tmp_path, "staff")


def test_without_script_from_signing_in_to_the_managers_list(chromium: Browser, site: Site, tmp_path: Path) -> None:
    tab = new_tab(chromium, script=False)
    sign_in(tab, site, "new_hire")
    tab.get_by_role("link", name="Börja").click()
    practice = tab.locator(CHOOSING).first
    practice.get_by_role("radio").or_(practice.get_by_role("checkbox")).first.check()
    practice.get_by_role("button", name="Svara", exact=True).click()
    expect(practice.get_by_text(re.compile("^(Det stämmer|Inte riktigt)")).first).to_be_visible()
    while not tab.url.endswith("/prov"):
        tab.get_by_role("button", name=ONWARD).click()
    tab.get_by_role("button", name="Starta provet").click()
    answer_all(tab, site)
    tab.get_by_role("button", name="Lämna in provet").click()
    expect(tab.get_by_text("Du är godkänd. 10 av 10 rätt.")).to_be_visible()
    tab.get_by_role("link", name="Visa intyg").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Intyg")
    tab.get_by_role("button", name="Logga ut").click()

    sign_in(tab, site, "manager")
    tab.get_by_role("link", name="Min enhet").click()
    with tab.expect_download() as download:
        tab.get_by_role("link", name="Ladda ner listan som CSV").click()
    _same_everywhere(tab, download.value, site, tmp_path, "new_hire")
    tab.get_by_role("link", name="Genomförd", exact=True).click()
    expect(tab.get_by_role("row", name=site.accounts["new_hire"]["name"])).to_contain_text("Genomförd")


# --- steps by keyboard --------------------------------------------------------------------------------------------


def _sign_in(keys: Keyboard, site: Site, role: str) -> None:
    account = site.accounts[role]
    keys.to("textbox", "E-postadress i arbetet")
    keys.type(account["email"])
    keys.to("textbox", "Lösenord")
    keys.type(account["password"])
    keys.enter()
    expect(keys.tab.get_by_text(f"Inloggad som {account['name']}")).to_be_visible()


def _try_a_practice_question(keys: Keyboard) -> None:
    """Guess at the next practice question from where one is, and read what is said, where it stands."""
    ahead = keys.tab.locator(f"section:target {CHOOSING}, section:target ~ section {CHOOSING}")
    if ahead.count() == 0:
        _read_on(keys)
        keys.skip_to_content()
        ahead = keys.tab.locator(CHOOSING)
    practice = ahead.first
    first = practice.get_by_role("radio").or_(practice.get_by_role("checkbox")).first
    keys.to(first.get_attribute("type"), first.evaluate("choice => choice.labels[0].innerText.trim()"))
    keys.tab.keyboard.press("Space")
    expect(first).to_be_focused()
    keys.tab.keyboard.press("Enter")
    expect(practice.locator(".feedback").first).to_be_focused()
    _read_on(keys)  # the next Tab goes on from there


def _read_on(keys: Keyboard) -> None:
    keys.follow("button", keys.tab.get_by_role("button", name=ONWARD).inner_text())


def _read_to_the_quiz(keys: Keyboard) -> int:
    """Read every part that is left; returns how many there were."""
    parts = 0
    while not keys.tab.url.endswith("/prov"):
        keys.skip_to_content()
        _read_on(keys)
        parts += 1
    return parts


def _answer_all(keys: Keyboard, site: Site) -> None:
    while "/granska" not in keys.tab.url:
        keys.skip_to_content()
        known = question_on(keys.tab, site)
        if known.lists:
            keys.choose_in_lists([known.lists[text] for text in known.right])
        else:
            keys.choose(known.right)
        keys.follow("button", "Spara och gå vidare")


# --- the same numbers on the page, in the file and from the command line --------------------------------------------


def _same_everywhere(tab: Page, download: Download, site: Site, folder: Path, role: str) -> None:
    """The unit's page, which is open, its downloaded file and the command's answer agree; this person is in them."""
    table = tab.get_by_role("table", name="Antal anställda efter hur långt de har kommit")
    cells = [row.locator("th, td").all_inner_texts() for row in table.locator("tbody tr").all()]
    on_page = {status.strip(): int(count) for status, count in cells}

    download.save_as(folder / "list.csv")
    with (folder / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert Counter(row["Status"] for row in rows) == on_page
    given, family = site.accounts[role]["name"].rsplit(" ", 1)
    [own] = [row for row in rows if {row["Förnamn"], row["Efternamn"]} == {given, family}]
    assert own["Status"] == "Genomförd"
    assert own["Genomförd"] == today()

    number = int(re.findall(r"/min-enhet/(\d+)", tab.url)[0])
    with sqlite3.connect(site.folder / "demo.sqlite") as database:
        source, name = database.execute("SELECT source, external_id FROM org_unit WHERE id = ?", [number]).fetchone()
    printed = site.run(
        *("report", "completion", "--unit", f"{source}/{name}", "--cycle", shown_cycle(tab)),
        *("--format", "json", "--output", "-"),
    )
    report = json.loads(printed)
    assert {MANAGERS_WORDS[status]: count for status, count in report["by_progress"].items()} == on_page
    assert report["head_count"] == sum(on_page.values()) == len(rows)
    assert (f"{report['completed']} av {report['base']} har gått utbildningen") in tab.locator("main").inner_text()
