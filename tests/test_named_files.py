"""Every file that the docs and the code name exists, and nothing outside the repository is cited."""

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


def read(*patterns: str) -> dict[str, str]:
    """Texts by file. Changes of past versions are left out: they only have to have been true."""
    return {
        str(file.relative_to(ROOT)): file.read_text(encoding="utf-8")
        for pattern in patterns
        for file in ROOT.glob(pattern)
        if file.is_file() and "CHANGELOG" not in file.name
    }


def test_files_that_are_named_are_there():
    texts = read(*TEXTS)
    assert sum(len(NAMED.findall(text)) for text in texts.values()) > 10
    assert missing(texts) == []
    nowhere = "docs/nowhere.md"
    assert missing({"a.md": f"see `{nowhere}`"}) == [f"a.md: {nowhere}"]


STEP = re.compile(r"`(tbblearn/[\w/]+\.py)`,\s+`(\w+)`")
STEP_OF = re.compile(r"`(\w+)`\s+in\s+`(tbblearn/[\w/]+\.py)`")


def steps(text: str) -> list[tuple[str, str]]:
    """(file, name in it), written `file`, `name` or `name` in `file`."""
    return STEP.findall(text) + [(file, name) for name, file in STEP_OF.findall(text)]


def not_in_their_files(found: list[tuple[str, str]]) -> list[str]:
    """Names that are neither defined nor set in the file that is said to have them."""
    return [
        f"{file}: {name}"
        for file, name in found
        if not re.search(
            rf"^\s*(?:def|class) {name}\b|^{name}\b", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE
        )
    ]


def test_the_walk_for_newcomers_names_what_is_in_its_files():
    found = steps((ROOT / "docs" / "a-request.md").read_text(encoding="utf-8"))
    assert len(found) >= 12
    assert not_in_their_files(found) == []


def test_the_rules_name_what_is_in_their_files():
    found = steps("".join(read("docs/rules/*.md").values()))
    assert len(found) >= 8
    assert not_in_their_files(found) == []
    here = "tbblearn/db.py"
    assert not_in_their_files(steps(f"`{here}`, `nothing`, and `nobody` in `{here}`")) == [
        f"{here}: nothing",
        f"{here}: nobody",
    ]


# --- documents ----------------------------------------------------------------------------------------------------

WRITTEN = (
    *TEXTS,
    *(f"tbblearn/**/*.{kind}" for kind in ("html", "txt", "toml", "yaml", "css", "js", "mako", "ini")),
    *("migrations/**/*.py", "migrations/*", "stubs/**/*.pyi", "frontend/*.py", "frontend/src/*"),
    *("tests/**/*.html", "tests/**/*.sh", "Makefile", "pyproject.toml", ".ci/*"),
)
DOCUMENT = re.compile(r"(?<![\w}/.-])(?:[\w.-]+/)*[\w.-]*\w\.md\b")
FORMATS = frozenset({"module.sv.md", "module.en.md"})
"""Names that every part of a course gives its own files (docs/authoring.md)."""
MADE_UP = frozenset(
    {"exempel/secret.md", "exempel/null.md", "exempel/å.md", "u202efdp.md", "m.md", "a.md", "docs/nowhere.md"}
)
"""Files that tests make, or name because they are not there."""
OUTSIDE = re.compile(r"\.\./shared\b|\b(?:content|style) guide\b|\bthe design\b", re.IGNORECASE)
"""How papers were cited that are not in the repository."""


def unknown(texts: dict[str, str]) -> list[str]:
    """Documents that are named and not in the repository: from its root, from `docs`, or from where they are named."""
    return [
        f"{file}: {name}"
        for file, text in texts.items()
        for name in DOCUMENT.findall(text)
        if Path(name).name not in FORMATS
        and name not in MADE_UP
        and not any((ROOT / folder / name).is_file() for folder in ("", "docs", Path(file).parent))
    ]


def outside(texts: dict[str, str]) -> list[str]:
    """What is cited that nobody who has the repository can read."""
    return [f"{file}: {found}" for file, text in texts.items() for found in OUTSIDE.findall(text)]


def test_documents_that_are_named_are_in_the_repository():
    texts = read(*WRITTEN)
    assert {Path(file).suffix for file in texts} >= {".py", ".html", ".md", ".toml", ".scss", ".js", ""}
    named = {name for text in texts.values() for name in DOCUMENT.findall(text)}
    assert named >= FORMATS | MADE_UP
    assert unknown(texts) == []
    gone = [f"{name}.md" for name in ("docs/rules/nothing", "design", "words", "rules/../../look/look", "people")]
    planted = {"tbblearn/a.py": "".join(f'"""See {name}, 2."""\n' for name in gone)}
    assert unknown(planted) == [f"tbblearn/a.py: {name}" for name in gone]


def test_nothing_outside_the_repository_is_cited():
    assert outside(read(*WRITTEN)) == []
    for words in ("../" + "shared/x", "the content " + "guide, section 4", "as the " + "design asks"):
        assert len(outside({"a.py": f"# {words}"})) == 1, words
