"""The English catalogue is complete and up to date: it has every Swedish sentence in the code, and no other."""

import ast
import re
import subprocess
import sys
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
ENGLISH = ROOT / "translations" / "en" / "LC_MESSAGES"
NAMED = re.compile(r"%\((\w+)\)s")


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    pot = tmp_path_factory.mktemp("words") / "words.pot"
    subprocess.run(
        [
            *(sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", "pyproject.toml"),
            *("-k", "_l", "--no-location", "--omit-header", "-o", str(pot), "."),
        ],
        cwd=ROOT,
        check=True,
    )
    return read_po(BytesIO(pot.read_bytes()))


@pytest.fixture(scope="module")
def english() -> Catalog:
    return read_po(BytesIO((ENGLISH / "messages.po").read_bytes()))


def entries(catalog: Catalog) -> dict[str, Message]:
    return {message.id if isinstance(message.id, str) else message.id[0]: message for message in catalog if message.id}


def forms(text: str | Sequence[str] | None) -> list[str]:
    """Singular and plural, as one list whichever way the file's reader keeps them."""
    return [text] if isinstance(text, str) else list(text or [])


def strings(catalog: Catalog) -> dict[str, list[str]]:
    return {key: forms(message.string) for key, message in entries(catalog).items()}


def test_the_catalogue_has_the_sentences_of_the_code_and_no_others(extracted: Catalog, english: Catalog):
    stale = set(entries(extracted)) ^ set(entries(english))
    assert not stale, f"run `make words` and fill in the English: {sorted(stale)[:10]}"
    assert len(entries(english)) > 100


def test_every_sentence_is_translated_and_none_is_fuzzy(english: Catalog):
    found = entries(english).items()
    assert not [key for key, message in found if message.fuzzy or not all(forms(message.string) or [""])]


def test_named_values_are_the_same_in_both_languages(english: Catalog):
    wrong = []
    for key, message in entries(english).items():
        known = set(NAMED.findall(" ".join(forms(message.id))))
        if set(NAMED.findall(" ".join(forms(message.string)))) != known:
            wrong.append(key)
    assert not wrong


def test_the_compiled_catalogue_is_that_of_the_text(english: Catalog):
    compiled = read_mo(BytesIO((ENGLISH / "messages.mo").read_bytes()))
    assert strings(compiled) == strings(english)


def test_no_swedish_is_left_in_the_english(english: Catalog):
    names = re.compile(
        r"Tillsammans för barnens bästa|Barnets bästa-\w+|Sörmland\w*|samordningsperson|barnrättspilot|samverkanswebben"
        r"|Svenska|Länsstyrgruppen|Skolchefsnätverket|%\(\w+\)s"
    )
    swedish = {
        key: string
        for key, found in strings(english).items()
        for string in found
        if re.search(r"[åäöÅÄÖ]", names.sub("", string))
    }
    assert not swedish


def test_no_sentence_is_asked_for_inside_an_f_string():
    """Babel does not find it there, so it would stay Swedish in English."""
    asked = {"_", "_l", "gettext", "lazy_gettext", "ngettext"}
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in sorted((ROOT / "tbblearn").rglob("*.py"))
        for string in ast.walk(ast.parse(path.read_text()))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in asked
    ]
    assert not hidden
