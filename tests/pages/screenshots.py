"""Pictures of the key pages for the README and for reviews: `.venv/bin/python -m tests.pages.screenshots [FOLDER]`.

Builds the demo county of the browser tests in a temporary folder, and writes PNG files named page-language-width-theme
to docs/screenshots/.
"""

import json
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.pages.conftest import CHROMIUM, FLAGS, STAFF, Site
from tests.pages.pages import STATES, Look, State, Visitors

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
PICTURES: tuple[tuple[str, str, Look], ...] = (
    ("sign-in", "sign-in", Look("sv", 1280, "light")),
    ("my-courses", "my-courses-quiz-begun", Look("sv", 375, "dark")),
    ("my-courses", "my-courses-to-do", Look("sv", 1280, "light")),
    ("course", "course-to-do", Look("sv", 1280, "light")),
    ("part", "part-first", Look("sv", 1280, "light")),
    ("practice", "part-practice-answered", Look("sv", 375, "dark")),
    ("question", "question", Look("sv", 375, "light")),
    ("review", "review-missing", Look("sv", 1280, "dark")),
    ("result", "result-passed", Look("sv", 1280, "light")),
    ("result-failed", "result-failed", Look("en", 375, "light")),
    ("certificate", "certificate", Look("sv", 1280, "light")),
    ("unit", "unit-with-units", Look("sv", 1280, "light")),
    ("unit", "unit-with-units", Look("sv", 375, "light")),
    ("who-is-left", "who-is-left", Look("en", 1280, "dark")),
    ("county", "unit-county", Look("sv", 1280, "dark")),
    ("survey", "survey", Look("sv", 375, "light")),
    ("statements", "statements", Look("sv", 375, "dark")),
    ("statements", "statements", Look("en", 1280, "light")),
    ("results-unit", "results-unit", Look("sv", 1280, "light")),
    ("results-unit", "results-unit", Look("en", 375, "dark")),
    ("results-huvudmen", "results-huvudmen", Look("sv", 1280, "light")),
    ("conversation-guide", "conversation-guide", Look("sv", 1280, "light")),
    ("round-check", "round-check", Look("sv", 1280, "dark")),
    ("error-404", "error-404", Look("sv", 375, "dark")),
)
"""Name of the file, state, look."""
TALLEST = 1500
"""Pixels: of a longer page the picture shows the top."""


def main() -> int:
    """Take all pictures; returns the exit status."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    states = {state.name: state for state in STATES}
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        site = _demo(Path(scratch))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            visitors = Visitors(browser, site)
            for name, state, look in PICTURES:
                _picture(visitors, states[state], look, folder / f"{name}-{look}.png")
        finally:
            browser.close()
            site.stop()
    return 0


def _demo(folder: Path) -> Site:
    site = Site(folder, f"sqlite:///{folder / 'demo.sqlite'}", port=1)
    printed = site.run("demo", "--no-serve", "--staff", str(STAFF), "--format", "json")
    site.accounts = {account["role"]: account for account in json.loads(printed)["accounts"]}
    site.port = 0
    site.start()
    return site


def _picture(visitors: Visitors, state: State, look: Look, file: Path) -> None:
    with visitors.at(state, look) as (tab, _faults):
        height = min(tab.evaluate("document.documentElement.scrollHeight"), TALLEST)
        tab.screenshot(path=file, full_page=True, clip={"x": 0, "y": 0, "width": look.width, "height": height})
    print(f"{file.name}: {file.stat().st_size // 1024} kB")


if __name__ == "__main__":
    sys.exit(main())
