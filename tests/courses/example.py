"""The example course of docs/authoring.md, written out as files: a small valid course for the tests to spoil."""

import re
from pathlib import Path

from tbblearn.courses.checks.checking import check
from tbblearn.courses.edition import Edition, make_edition

AUTHORING = Path(__file__).parents[2] / "docs" / "authoring.md"
PART = "exempel/01-forsta-steget"

_FILE = re.compile(r"^### `(exempel/[^`]+)`$.*?^````\w+\n(.*?)^````$", re.MULTILINE | re.DOTALL)


def example_files() -> dict[str, str]:
    """The text of each file of the example, by its path."""
    return dict(_FILE.findall(AUTHORING.read_text(encoding="utf-8")))


SMALLEST_FILM = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"
"""How an MP4 file begins: the film itself cannot stand in a page of text."""


class Courses:
    """A folder of courses that a test may change."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name, text in example_files().items():
            self.write(name, text)
        self.path(f"{PART}/fragan.mp4").write_bytes(SMALLEST_FILM)

    def path(self, name: str) -> Path:
        return self.root / name

    def write(self, name: str, text: str) -> None:
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).write_text(text, encoding="utf-8")

    def read(self, name: str) -> str:
        return self.path(name).read_text(encoding="utf-8")

    def line_of(self, name: str, text: str) -> int:
        """The line on which `text`, which stands once in the file, begins."""
        content = self.read(name)
        assert content.count(text) == 1, f"{text!r} stands {content.count(text)} times in {name}"
        return content[: content.index(text)].count("\n") + 1

    def change(self, name: str, old: str, new: str) -> int:
        """Replace `old`, which stands once in the file, and return the line on which it began."""
        line = self.line_of(name, old)
        self.write(name, self.read(name).replace(old, new))
        return line


def edition_of(courses: Courses, slug: str = "exempel") -> Edition:
    """What would be published of a course."""
    report = check(courses.root)
    assert [str(fault) for fault in report.faults] == []
    return make_edition(report.courses[slug], report.courses)
