"""Every message the check can produce has a Swedish translation with the same placeholders, and pages use it."""

import ast
import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask_babel import force_locale

from tbblearn.courses.checks import checking, questions, references, wording
from tbblearn.courses.checks.checking import check
from tbblearn.courses.checks.words import finding_words
from tbblearn.courses.files import parts, pictures, shapes, texts, yaml_faults
from tbblearn.web.application import Application
from tests.courses.checks.spoilt import SPOILT
from tests.courses.checks.spoilt_facts import SPOILT_FACTS
from tests.courses.example import Courses

SAYING = {"fault", "note", "_fault", "_refuse", "say", "phrase", "_in_both"}
FOLDER = Path(checking.__file__).parents[1]
WORDS = Path(__file__).parents[3] / "translations"
ONE_DATABASE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
"""The database is never read, so one will do."""


def templates() -> set[str]:
    """Every sentence that the check's code builds or emits verbatim."""
    found: set[str] = set()
    for file in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "message":
                found |= {str(node.value.value)} if isinstance(node.value, ast.Constant) else set()
            elif isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in SAYING:
                    found |= {
                        text.value
                        for argument in node.args
                        for text in (
                            [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
                        )
                        if isinstance(text, ast.Constant) and isinstance(text.value, str)
                    }
    tables = (
        parts._REFUSED,
        pictures._WHY_NOT,
        questions._MARK_NAMES,
        shapes.LANGUAGE_NAMES,
        shapes._MISSING_TEXT,
        shapes._SENTENCES,
        shapes._PATTERN_HINTS,
    )
    for table in (*tables, yaml_faults.YAML_HINTS, yaml_faults.LINE_HINTS, dict(wording._STRAY)):
        found |= set(table.values())
    found |= {yaml_faults.BRACES, yaml_faults.BRACKETS, yaml_faults.UNCLOSED, texts.INVISIBLE, texts.TOO_LONG}
    found |= {references.NO_COURSE, references.NO_PART, references.NO_SCREEN}
    return found | {checking.WAITS, checking.WAIVED, shapes._NAME_HINT}


def names(template: str) -> set[str]:
    return set(re.findall(r"(?<!\{)\{(\w+)\}(?!\})", template))


def catalogue(language: str, ending: str = "po") -> Catalog:
    """The check's messages in one language."""
    content = BytesIO((WORDS / language / "LC_MESSAGES" / f"checks.{ending}").read_bytes())
    return read_po(content) if ending == "po" else read_mo(content)


def words_of(found: Catalog) -> dict[str, str]:
    return {str(message.id): str(message.string) for message in found if message.id}


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_sentence_has_its_words_with_the_same_values(language: str):
    words = words_of(catalogue(language))
    assert templates() - set(words) == set()
    assert len(words) > 150
    assert [template for template, text in words.items() if not text or names(text) != names(template)] == []
    assert words_of(catalogue(language, "mo")) == words, "run `make words`"


@ONE_DATABASE
def test_every_fault_is_told_in_both_languages(app: Application, tmp_path: Path):
    """Every way the check's tests break the example; no value is lost on the way to the page."""
    for number, spoilt in enumerate((SPOILT | SPOILT_FACTS).values()):
        courses = Courses(tmp_path / str(number))
        courses.change(spoilt.file, spoilt.old, spoilt.new)
        report = check(courses.root)
        with app.test_request_context():
            for finding in [*report.faults, *report.notes]:
                told = {}
                for language in ("sv", "en"):
                    with force_locale(language):
                        told[language] = finding_words(finding)
                assert told["sv"] != told["en"], finding.message
                assert not re.search(r"\w\.\.(?:\s|$)|“", told["sv"]), finding.message
                assert not [words for words in told.values() if "%(" in words], finding.message
