"""The rules of the project (docs/rules): each names its place in the code, and the test that fails without it."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
RULES = ROOT / "docs" / "rules"
CODE = re.compile(r"`tbblearn/[\w/]+\.py`")
TEST = re.compile(r"`(tests/[\w/]+\.py)::([\w:]+)`")


@cache
def names_of_tests(file: Path) -> frozenset[str]:
    """The tests of a file as pytest names them: `test_x`, or `TestY::test_x` in a class."""
    return frozenset(_tests(ast.parse(file.read_text(encoding="utf-8")).body, ""))


def _tests(body: list[ast.stmt], inside: str) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _tests(node.body, f"{inside}{node.name}::")
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            yield inside + node.name


def faults(text: str) -> list[str]:
    """What is wrong with a file of rules: a section without code or rules, a rule without a test, a test not there."""
    _before, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
    if not sections:
        return ["no section"]
    found = []
    for section in sections:
        heading, where, *rules = re.split(r"\n+(?=- )|\n\n", section.strip())
        if not CODE.search(where):
            found.append(f"{heading}: names no file of the code")
        if not rules:
            found.append(f"{heading}: has no rule")
        for rule in rules:
            first = rule.partition("\n")[0]
            if not rule.startswith("- **"):
                found.append(f"{first}: is not a rule")
            elif not TEST.search(rule):
                found.append(f"{first}: names no test")
    for name, test in TEST.findall(text):
        if not (ROOT / name).is_file() or test not in names_of_tests(ROOT / name):
            found.append(f"{name}::{test}: is not there")
    return found


def test_every_rule_names_its_code_and_a_test_that_is_there():
    files = sorted(file for file in RULES.glob("*.md") if file.name != "README.md")
    texts = {file.name: file.read_text(encoding="utf-8") for file in files}
    assert {name: found for name, text in texts.items() if (found := faults(text))} == {}
    assert min(len(TEST.findall(text)) for text in texts.values()) >= 20
    index = (RULES / "README.md").read_text(encoding="utf-8")
    assert [name for name in texts if f"]({name})" not in index] == []


def test_faults_of_a_file_of_rules_are_found():
    here = "tests/test_rules.py"
    this = f"{here}::test_faults_of_a_file_of_rules_are_found"
    sound = f"# A\n\nWords.\n\n## B\n\nIn `tbblearn/db.py`.\n\n- **C.** Why.\n  `{this}`\n"
    assert faults(sound) == []
    in_a_class = "tests/courses/test_publishing.py::TestVersions::test_pictures_are_kept_once"
    assert faults(sound + f"- **D.**\n  `{in_a_class}`\n") == []
    for planted, said in (
        (sound.replace("`tbblearn/db.py`", "the code"), ["B: names no file of the code"]),
        (sound + "- **D.** Because.\n", ["- **D.** Because.: names no test"]),
        (sound + "\nA rule without a mark.\n", ["A rule without a mark.: is not a rule"]),
        (sound + f"- **D.**\n  `{here}::test_nothing`\n", [f"{here}::test_nothing: is not there"]),
        (sound + "- **D.**\n  `tests/test_gone.py::test_x`\n", ["tests/test_gone.py::test_x: is not there"]),
        (
            sound + f"- **D.**\n  `{in_a_class.replace('TestVersions::', '')}`\n",
            [f"{in_a_class.replace('TestVersions::', '')}: is not there"],
        ),
        (sound + "\n## E\n\nIn `tbblearn/db.py`.\n", ["E: has no rule"]),
        ("# A\n\nWords.\n", ["no section"]),
    ):
        assert faults(planted) == said, planted
