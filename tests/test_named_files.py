"""Files that the docs and the code's docstrings name are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
NAMED = re.compile(r"`((?:tbblearn|tests|frontend|docs|migrations|benchmarks)/[\w./-]*\w\.\w+)`")
TEXTS = ("*.md", "docs/**/*.md", "tbblearn/**/*.py", "tests/**/*.py", "benchmarks/*.py")


def missing(texts: dict[str, str]) -> list[str]:
    """Names in backticks of files of the repository that are not there; texts by file."""
    return [
        f"{file}: {name}" for file, text in texts.items() for name in NAMED.findall(text) if not (ROOT / name).exists()
    ]


def test_files_that_are_named_are_there():
    texts = {
        str(file.relative_to(ROOT)): file.read_text(encoding="utf-8")
        for pattern in TEXTS
        for file in ROOT.glob(pattern)
        if "CHANGELOG" not in file.name
    }
    assert sum(len(NAMED.findall(text)) for text in texts.values()) > 10
    assert missing(texts) == []
    nowhere = "docs/nowhere.md"
    assert missing({"a.md": f"see `{nowhere}`"}) == [f"a.md: {nowhere}"]


STEP = re.compile(r"`(tbblearn/[\w/]+\.py)`,\s+`(\w+)`")


def test_the_walk_for_newcomers_names_what_is_in_its_files():
    text = (ROOT / "docs" / "a-request.md").read_text(encoding="utf-8")
    steps = STEP.findall(text)
    assert len(steps) >= 12
    gone = [
        f"{file}: {name}"
        for file, name in steps
        if not re.search(
            rf"^\s*(?:def|class) {name}\b|^{name}\b", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE
        )
    ]
    assert gone == []
