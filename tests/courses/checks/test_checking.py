"""Every fault is named with its file and line. The example course is spoilt in one way at a time, and in many."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from tbblearn.cli.courses import courses as courses_command
from tbblearn.courses.checks.checking import Placeholders, check
from tests.courses.example import PART, SMALLEST_FILM, Courses

COURSE = "exempel/course.yaml"
SV = f"{PART}/module.sv.md"
EN = f"{PART}/module.en.md"
QUIZ = f"{PART}/quiz.yaml"
SVG = f"{PART}/stigen.svg"
VTT = f"{PART}/fragan.sv.vtt"
GLOSSARY = "exempel/glossary.yaml"

FIRST_STEM = "      sv: En flicka på din mottagning har slutat prata med dig. Vad gör du först?\n"
FIRST_1B = "  - id: q1b-fraga\n    goal: 1B\n"
PICTURE = "![En stig med tre stenar. Den första stenen ligger nära och är liten.]"


class Spoilt(NamedTuple):
    """`old` in `file` becomes `new`; the fault is then on the line `below` that of `old`, or on another `at`."""

    file: str
    old: str
    new: str
    message: str
    below: int = 0
    at: tuple[str, int] | None = None


SPOILT = {
    # --- YAML ---
    "unknown key": Spoilt(
        QUIZ, "    difficulty: easy         # easy", "    dificulty: easy  #", "unknown key 'dificulty'; did you mean"
    ),
    "unknown key at the top": Spoilt(COURSE, "level: base", "colour: red\nlevel: base", "unknown key 'colour'"),
    "missing key": Spoilt(COURSE, "    minutes: 6\n", "", "minutes is missing; add a line minutes:", below=-2),
    "missing key at the top": Spoilt(COURSE, "satisfies: []", "", "satisfies is missing", at=(COURSE, 1)),
    "wrong type": Spoilt(COURSE, "minutes: 6", "minutes: six", "minutes must be a whole number"),
    "number in quotation marks": Spoilt(COURSE, "pass_mark: 80", 'pass_mark: "80"', "pass_mark must be a whole number"),
    "pass mark above all": Spoilt(COURSE, "pass_mark: 80", "pass_mark: 101", "pass_mark must be at most 100"),
    "number for text": Spoilt(
        COURSE, "  sv: Det första steget", "  sv: 17", "must be text; put quotation marks around 17"
    ),
    "unknown value": Spoilt(COURSE, "level: base ", "level: basic ", "level cannot be 'basic'; write base,"),
    "word for true": Spoilt(QUIZ, "must_pass: false", "must_pass: ja", "must_pass must be true or false"),
    "bad id": Spoilt(QUIZ, "id: q1a-tyst", "id: Q1a_tyst", "small letters a-z, digits and single hyphens"),
    "bad goal": Spoilt(COURSE, "  - id: 1B", "  - id: B1", "a number and a capital letter, such as 1A"),
    "text where a list belongs": Spoilt(COURSE, "satisfies: []", "satisfies: base", "satisfies must be a list"),
    "tab": Spoilt(QUIZ, FIRST_STEM, FIRST_STEM.replace("      sv", "\tsv"), "tab in YAML"),
    "braces": Spoilt(
        COURSE,
        "title:\n  sv: Det första steget\n  en: The first step\n",
        "title: {sv: Det första steget, en: The first step}\n",
        "braces { }; write one key a line",
    ),
    "brackets": Spoilt(COURSE, "satisfies: []", "satisfies: [base]", "brackets [ ]; write one item a line"),
    "id not first": Spoilt(
        COURSE,
        "  - id: 1B\n    module: forsta-steget\n",
        "  - module: forsta-steget\n    id: 1B\n",
        "id must come first",
        1,
    ),
    "key twice": Spoilt(COURSE, "reading: first", "level: base\nreading: first", "the key 'level' is written twice"),
    "alias": Spoilt(COURSE, "summary:\n  sv: Du lär", "summary:\n  sv: &a Du lär", "&a is not needed", 1),
    "tag": Spoilt(COURSE, "minutes: 6", "minutes: !!int 6", "the tag"),
    "colon in a text": Spoilt(COURSE, "The first version.", "First: version.", "a text with a colon and a space"),
    "second document": Spoilt(COURSE, "goals:\n", "---\ngoals:\n", "a second YAML document"),
    # --- languages ---
    "missing translation": Spoilt(
        COURSE, "\n  en: The first step\n", "\n", "the English text of title is missing; add a line en:", -1
    ),
    "empty translation": Spoilt(COURSE, "  en: The first step\n", '  en: ""\n', "the English text of title is empty"),
    "missing translation of a choice": Spoilt(
        QUIZ,
        "          en: I wait and see how it goes next time.\n",
        "",
        "the English text of text is missing",
        below=-2,
    ),
    "screen not translated": Spoilt(
        EN, "## One step at a time {#ett-steg}", "## One step {#one-step}", "the screen one-step is not in module.sv.md"
    ),
    "practice not translated": Spoilt(
        EN, "```practice\nid: ova-tyst-barn\n```\n", "", "the same practice questions", at=(EN, 1)
    ),
    "placeholder not translated": Spoilt(
        EN, "id: vem-jag-ringer", "id: nobody", "the placeholder nobody is not in module.sv.md", below=-1
    ),
    "placeholder otherwise": Spoilt(EN, "blocking: false", "blocking: true", "the same due, blocking and waived", -6),
    # --- ids and references ---
    "course named otherwise": Spoilt(
        COURSE, "id: exempel", "id: annat", "the id annat must be the folder's name, exempel"
    ),
    "duplicate question": Spoilt(QUIZ, "- id: q1a-tva", "- id: q1a-tyst", "the question id q1a-tyst is used twice"),
    "duplicate practice": Spoilt(
        QUIZ, "- id: ova-tyst-barn", "- id: q1a-tyst", "the question id q1a-tyst is used twice"
    ),
    "duplicate goal": Spoilt(COURSE, "  - id: 1B", "  - id: 1A", "the goal id 1A is used twice"),
    "duplicate screen": Spoilt(SV, "{#ett-steg}", "{#du-ser-det}", "the screen id du-ser-det is used twice"),
    "goal without question": Spoilt(
        COURSE,
        "goals:\n",
        "goals:\n  - id: 9Z\n    module: forsta-steget\n    text:\n      sv: a\n      en: b\n",
        "the goal 9Z has no question",
        below=1,
    ),
    "goal of no part": Spoilt(
        COURSE,
        "    module: forsta-steget    # the",
        "    module: fjarde  #",
        "there is no part fjarde; known: forsta-steget",
    ),
    "question on no goal": Spoilt(QUIZ, FIRST_1B, FIRST_1B.replace("1B", "7Q"), "there is no goal 7Q in", below=1),
    "satisfies nothing": Spoilt(
        COURSE, "satisfies: []", "satisfies:\n  - bas", "there is no other course bas", below=1
    ),
    "borrows from nobody": Spoilt(
        COURSE,
        "  pass_mark: 80              # percent\n",
        "  pass_mark: 80\n  include:\n    - course: bas\n      goals:\n        - 1A\n",
        "there is no other course bas",
        below=2,
    ),
    "broken link to a screen": Spoilt(
        SV,
        "(screen:forsta-steget/ett-steg)",
        "(screen:forsta-steget/ett-stег)".replace("ег", "ag"),
        "there is no screen forsta-steget/ett-stag; did you mean forsta-steget/ett-steg?",
    ),
    "broken link to a page": Spoilt(SV, "(screen:forsta-steget/ett-steg)", "(andra.html)", "andra.html leads nowhere"),
    "link that runs": Spoilt(
        SV, "(screen:forsta-steget/ett-steg)", "(javascript:alert)", "javascript:alert leads nowhere"
    ),
    "link over plain http": Spoilt(SV, "(screen:forsta-steget/ett-steg)", "(http://example.org)", "leads nowhere"),
    "link that cannot be read": Spoilt(
        SV, "(screen:forsta-steget/ett-steg)", "(screen: a b)", "a link that cannot be read"
    ),
    "broken practice": Spoilt(SV, "id: ova-tyst-barn", "id: ova-tysta", "no practice question ova-tysta; did you mean"),
    "broken read": Spoilt(
        QUIZ, "read: forsta-steget/du-ser-det", "read: forsta-steget/du-ser", "there is no screen forsta-steget/du-ser;"
    ),
    "module folder missing": Spoilt(
        COURSE, "folder: 01-forsta-steget", "folder: 02-borta", "there is no folder 02-borta with files"
    ),
    "module folder elsewhere": Spoilt(
        COURSE, "folder: 01-forsta-steget", "folder: ../base", "folder cannot be '../base'"
    ),
    "change without how it counts": Spoilt(
        COURSE, "class: editorial ", "class: material ", "a material change says how it counts", below=-1
    ),
    "renew without a day": Spoilt(
        COURSE,
        "    class: editorial         # editorial | material\n",
        "    class: material\n    counts: renew\n",
        "renew needs a day",
        below=1,
    ),
    "day that is none": Spoilt(
        COURSE,
        "    class: editorial         # editorial | material\n",
        "    class: material\n    counts: renew\n    renew_by: 1 maj\n",
        "renew_by must be a day such as 2027-03-31",
        below=2,
    ),
    # --- questions ---
    "no right answer": Spoilt(
        QUIZ,
        "      - id: b\n        correct: true\n        text:\n          sv: Jag frågar",
        "      - id: b\n        text:\n          sv: Jag frågar",
        "the question q1a-tyst has no right answer",
        at=(QUIZ, 10),
    ),
    "two right answers in single": Spoilt(
        QUIZ,
        "      - id: a\n        text:\n          sv: Jag väntar",
        "      - id: a\n        correct: true\n        text:\n          sv: Jag väntar",
        "has 2 right answers; a single question has exactly one",
        below=-1,
    ),
    "one right answer in multiple": Spoilt(
        QUIZ,
        "        correct: true\n        text:\n          sv: Prata med",
        "        text:\n          sv: Prata med",
        "has one right answer; multiple needs at least two",
        below=-2,
    ),
    "all right in multiple": Spoilt(
        QUIZ,
        "      - id: c\n        text:\n          sv: Vänta tills",
        "      - id: c\n        correct: true\n        text:\n          sv: Vänta tills",
        "every choice of q1a-tva is right",
        at=(QUIZ, 44),
    ),
    "true_false with other ids": Spoilt(
        QUIZ,
        "      - id: yes\n",
        "      - id: sant\n",
        "true_false has exactly two choices, with the ids yes and no",
        -1,
    ),
    "choice twice": Spoilt(
        QUIZ,
        "      - id: c\n        text:\n          sv: Jag ber",
        "      - id: b\n        text:\n          sv: Jag ber",
        "the choice id b is used twice",
    ),
    "HTML in a question": Spoilt(
        QUIZ,
        "Ask the child how things are.\n        feedback",
        "<b>Ask</b> the child.\n        feedback",
        "raw HTML is not",
    ),
    "link in a question": Spoilt(QUIZ, "Ask her today.", "[Ask](https://example.org) her.", "links cannot be used"),
    "HTML in a title": Spoilt(
        COURSE, "  en: The first step\n", "  en: The <i>first</i>\n", "raw HTML is not allowed: <i>"
    ),
    "choices of a matching question": Spoilt(
        QUIZ,
        "    options:                 # an",
        "    choices: []\n    options:                 # an",
        "choices does not belong to the kind matching; remove it from q1b-vem",
    ),
    "no steps": Spoilt(
        QUIZ, "    steps:\n", "    step: x\n    choices:\n", "steps is missing; add a line steps:", below=-8
    ),
    "too few steps": Spoilt(
        QUIZ,
        "    steps:\n      - id: fraga\n        text:\n",
        "    steps:\n      - id: fraga\n        text:\n          sv: a\n          en: b\n        feedback:\n"
        "          sv: a\n          en: b\n        otherwise:\n          sv: a\n          en: b\n"
        "    rows:\n      - id: fraga\n        option: x\n        text:\n",
        "steps needs at least 3 items",
    ),
    "option that is not there": Spoilt(
        QUIZ, "option: vuxna ", "option: vuxen ", "there is no option vuxen in q1b-vem; the options are barnet, vuxna"
    ),
    "row twice": Spoilt(QUIZ, "      - id: ensam\n", "      - id: trott\n", "the row id trott is used twice"),
    "bold in an option": Spoilt(
        QUIZ, "          sv: En vuxens\n", "          sv: En **vuxens**\n", "an option is plain"
    ),
    "no otherwise": Spoilt(
        QUIZ,
        "        otherwise:\n          sv: Inte riktigt. Läs raden igen. Vem är",
        "        other:\n          sv: Inte riktigt. Läs raden igen. Vem är",
        "otherwise is missing; add a line otherwise:",
        below=-8,
    ),
    "case of one question": Spoilt(
        QUIZ,
        "cases:                       # a",
        "cases:\n  - id: fall-tomt\n    title:\n      sv: a\n      en: b\n    text:\n      sv: a\n      en: b\n"
        "    questions: []  # a",
        "questions needs at least 2 items",
        below=8,
    ),
    "HTML in a case": Spoilt(
        QUIZ, "Du kör skolbussen.", "Du kör <b>skolbussen</b>.", "raw HTML is not allowed: <b>", below=-1
    ),
    # --- glossary ---
    "word that is not there": Spoilt(
        SV, "(term:oppen-fraga)", "(term:oppen)", "there is no word oppen in glossary.yaml; did you mean oppen-fraga?"
    ),
    "word without a source": Spoilt(
        GLOSSARY, '    source: "000: Delaktighet"\n', "", "source is missing; add a line source:", below=-7
    ),
    # --- films ---
    "no such film": Spoilt(SV, "file: fragan.mp4", "file: fragor.mp4", "there is no file fragor.mp4 beside", below=-1),
    "no captions": Spoilt(SV, "captions: fragan.sv.vtt\n", "", "captions is missing; add a line captions:", below=-1),
    "no transcript": Spoilt(
        EN,
        "transcript: |\n  The school nurse sits down beside a boy on a bench.\n\n"
        "  The school nurse says: How are things today?\n",
        "",
        "transcript is missing; add a line transcript:",
        below=-3,
    ),
    "captions in another language": Spoilt(
        EN, "captions: fragan.en.vtt", "captions: fragan.sv.vtt", "the captions fragan.sv.vtt are those of", below=-2
    ),
    "captions that are none": Spoilt(VTT, "WEBVTT", "WEB", "captions are a file with the ending .vtt whose first"),
    "captions with a bad time": Spoilt(VTT, "00:02.000 -->", "0.02 -->", "a time that cannot be read"),
    "captions that say nothing": Spoilt(VTT, "Hur har du det i dag?\n", "", "the captions say nothing", at=(VTT, 1)),
    # --- Markdown ---
    "HTML": Spoilt(SV, "Ett barn på", "<em>Ett</em> barn på", "raw HTML is not allowed: <em>"),
    "HTML on a second line": Spoilt(SV, "Läs mer: [", "<script>x</script> [", "raw HTML is not allowed: <script>"),
    "HTML block": Spoilt(
        SV, "### Tre frågor", "<!-- anteckning -->\n\n### Tre frågor", "raw HTML is not allowed: <!--"
    ),
    "text before the first screen": Spoilt(
        SV, "## Du ser det först {#du-ser-det}", "Hej.\n\n## Du ser {#du-ser-det}", "text before the first"
    ),
    "screen without id": Spoilt(
        SV, "## Ta ett steg i taget {#ett-steg}", "## Ta ett steg i taget", "the screen has no id"
    ),
    "title in the part": Spoilt(SV, "### Tre frågor", "# Tre frågor", "the part's title stands in course.yaml"),
    "heading too deep": Spoilt(SV, "### Tre frågor", "#### Tre frågor", "this heading is too deep"),
    "unknown box": Spoilt(SV, "::: tip", "::: tips", "unknown box 'tips'"),
    "box never closed": Spoilt(
        SV, "dag.\n:::\n\n```placeholder", "dag.\n\n```placeholder", "the box ::: plan is never closed", below=-2
    ),
    "case without title": Spoilt(SV, "::: case Pojken i matsalen", "::: case", "the case has no title"),
    "unknown block": Spoilt(SV, "```source", "```sources", "unknown block 'sources'"),
    "block never closed": Spoilt(
        SV, "blocking: false\n```\n", "blocking: false\n", "the block placeholder is never closed", below=-6
    ),
    "sources without dashes": Spoilt(
        SV, "- 003, Vad ska implementeras?", "003, Vad", "each source stands on a line of its"
    ),
    "placeholder key missing": Spoilt(SV, "owner: fackgruppen\n", "", "owner is missing; add a line owner:", below=-1),
    "placeholder key unknown": Spoilt(SV, "owner: fackgruppen", "owners: fackgruppen", "unknown key 'owners'"),
    "placeholder day": Spoilt(SV, "due: 2027-01-31", "due: januari", "due must be a day such as 2027-03-31"),
    "placeholder twice": Spoilt(
        SV,
        "## Ta ett steg i taget {#ett-steg}\n",
        "## Ta ett steg i taget {#ett-steg}\n\n```placeholder\nid: vem-jag-ringer\nowner: a\nneeded: b\nwhy: c\n"
        "due: 2027-01-31\nblocking: false\n```\n",
        "the placeholder id vem-jag-ringer is used twice",
        at=(SV, 57),
    ),
    # --- pictures and files ---
    "picture missing": Spoilt(SV, "](stigen.svg", "](stugan.svg", "there is no picture stugan.svg beside the part"),
    "picture elsewhere": Spoilt(SV, "](stigen.svg", "](../stigen.svg", "must lie beside the part; write its name only"),
    "picture without text alternative": Spoilt(SV, PICTURE, "![]", "the picture stigen.svg has no text alternative"),
    "picture inside a text": Spoilt(SV, PICTURE, f"Se: {PICTURE}", "a picture must stand in a paragraph of its own"),
    "script in a picture": Spoilt(SVG, '  <circle cx="60"', '  <script/>\n  <circle cx="60"', "must not hold a script"),
    "foreign object in a picture": Spoilt(SVG, "</svg>", "<foreignObject/></svg>", "remove <foreignObject>"),
    "event handler in a picture": Spoilt(SVG, 'cy="70"', 'cy="70" onclick="x()"', "event handler onclick on <circle>"),
    "picture that fetches": Spoilt(
        SVG, "</svg>", '<use href="https://example.org/x.svg#a"/></svg>', "outside the picture"
    ),
    "picture that fetches by style": Spoilt(SVG, 'cy="70"', 'cy="70" fill="url(//x.org/a)"', "outside the picture"),
    "style sheet that fetches": Spoilt(SVG, "</svg>", "<style>@import 'x';</style></svg>", "outside the picture"),
    "entity in a picture": Spoilt(SVG, "<svg ", '<!DOCTYPE svg [<!ENTITY a "b">]>\n<svg ', "remove <!DOCTYPE"),
    "text in a picture": Spoilt(SVG, "</svg>", "<text>Hej</text></svg>", "a picture holds no text"),
    "broken picture": Spoilt(SVG, "</svg>", "</g>", "not a readable SVG: mismatched tag"),
    "picture without size": Spoilt(SVG, ' viewBox="0 0 320 120"', "", "the picture has no size"),
    "picture too wide": Spoilt(SVG, "0 0 320 120", "0 0 9000 120", "the picture is too large: 9000 x 120", at=(SVG, 1)),
}


def found(courses: Courses, *, production: bool = False) -> list[tuple[str, int, str]]:
    return [
        (str(fault.path.relative_to(courses.root)), fault.line, fault.message)
        for fault in check(courses.root, Placeholders.FAULTS if production else Placeholders.NOTES).faults
    ]


def is_named(faults: list[tuple[str, int, str]], file: str, line: int, message: str) -> bool:
    return any(fault[:2] == (file, line) and message in fault[2] for fault in faults)


def test_the_example_has_no_fault(courses: Courses):
    assert found(courses) == []


@pytest.mark.parametrize("name", SPOILT)
def test_a_fault_is_named_with_its_line(courses: Courses, name: str):
    spoilt = SPOILT[name]
    line = courses.change(spoilt.file, spoilt.old, spoilt.new)
    file, expected = spoilt.at or (spoilt.file, line + spoilt.below)
    faults = found(courses)
    assert is_named(faults, file, expected, spoilt.message), "\n".join(map(str, faults))


def test_all_faults_are_named_at_once(courses: Courses):
    """Faults of different kinds in the same files, and even in the same question, do not hide each other."""
    chosen = [
        "unknown key",
        "missing translation of a choice",
        "no right answer",
        "duplicate question",
        "broken read",
        "broken link to a screen",
        "picture without text alternative",
        "HTML on a second line",
        "script in a picture",
        "wrong type",
    ]
    for name in chosen:
        courses.change(SPOILT[name].file, SPOILT[name].old, SPOILT[name].new)
    messages = [message for _, _, message in found(courses)]
    assert all(any(SPOILT[name].message in message for message in messages) for name in chosen)


def test_bytes_that_are_not_utf8_are_named_with_line_and_byte(courses: Courses):
    path = courses.path(SV)
    path.write_bytes(path.read_bytes().replace("Läs mer".encode(), "Läs mer".encode("latin-1")))
    assert is_named(found(courses), SV, 4, "not UTF-8: byte 0xE4")


def test_both_faults_and_bytes_are_named_in_a_quiz_that_is_not_utf8(courses: Courses):
    courses.change(QUIZ, FIRST_1B, FIRST_1B.replace("1B", "7Q"))
    path = courses.path(QUIZ)
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))
    faults = found(courses)
    assert is_named(faults, QUIZ, 8, "not UTF-8: byte 0xE5")
    assert is_named(faults, QUIZ, courses_line(path, b"7Q"), "there is no goal 7Q")


def courses_line(path: Path, text: bytes) -> int:
    content = path.read_bytes()
    return content[: content.index(text)].count(b"\n") + 1


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(courses: Courses):
    for name in (COURSE, SV, EN, QUIZ):
        path = courses.path(name)
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert found(courses) == []


def test_a_missing_language_is_a_missing_file(courses: Courses):
    courses.path(EN).unlink()
    assert is_named(found(courses), EN, 1, "the file is missing: a part is written in every language")


def test_a_picture_that_is_too_large_is_refused(courses: Courses):
    picture = courses.path(SVG)
    picture.write_bytes(picture.read_bytes() + b" " * 500_000)
    assert is_named(found(courses), SVG, 1, "the picture is too large: 500,")


def test_a_picture_of_another_kind_than_its_name_is_refused(courses: Courses):
    for name in (SV, EN):
        courses.change(name, "](stigen.svg", "](stigen.png")
    courses.path(SVG).rename(courses.path(f"{PART}/stigen.png"))
    assert is_named(found(courses), f"{PART}/stigen.png", 1, "this is no image/png picture")


def test_what_nothing_uses_is_named(courses: Courses):
    courses.write(f"{PART}/gammal.svg", "x")
    courses.write("exempel/anteckningar.txt", "x")
    courses.write("exempel/02-glomd/module.sv.md", "x")
    faults = found(courses)
    assert is_named(faults, f"{PART}/gammal.svg", 1, "nothing uses this file")
    assert is_named(faults, "exempel/anteckningar.txt", 1, "nothing uses this file")
    assert is_named(faults, "exempel/02-glomd/module.sv.md", 1, "nothing uses the folder 02-glomd")


def test_symbolic_links_are_refused_and_not_followed(courses: Courses, tmp_path: Path):
    (tmp_path / "hemlig.svg").write_text(courses.read(SVG), encoding="utf-8")
    courses.path(SVG).unlink()
    courses.path(SVG).symlink_to(tmp_path / "hemlig.svg")
    courses.path("annan").symlink_to(tmp_path)
    faults = found(courses)
    assert is_named(faults, SVG, 1, "a symbolic link")
    assert is_named(faults, "annan", 1, "a symbolic link")
    assert is_named(faults, SV, 6, "there is no picture stigen.svg beside the part")


def test_a_folder_without_course_file_is_named(courses: Courses):
    courses.path("tom").mkdir()
    assert is_named(found(courses), "tom/course.yaml", 1, "course.yaml is missing")


def test_an_empty_course_file_is_named(courses: Courses):
    courses.write(COURSE, "")
    assert is_named(found(courses), COURSE, 1, "the file is empty")


def test_one_course_instead_of_a_folder_of_courses_is_explained(courses: Courses):
    report = check(courses.path("exempel"))
    assert [fault.line for fault in report.faults] == [1]
    assert "name the folder that holds it" in report.faults[0].message


# --- placeholders ---


def test_a_placeholder_is_a_note_until_production(courses: Courses):
    line = courses.line_of(SV, "```placeholder")
    notes = check(courses.root).notes
    assert any(
        note.line == line and "vem-jag-ringer waits for fackgruppen until 2027-01-31" in note.message for note in notes
    )
    faults = found(courses, production=True)
    assert is_named(faults, SV, line, "before production")
    assert is_named(faults, EN, courses.line_of(EN, "```placeholder"), "before production")


def waive(courses: Courses) -> None:
    for name in (SV, EN):
        courses.change(
            name,
            "blocking: false\n",
            "blocking: false\nwaived:\n  role: processledare\n  on: 2026-12-01\n  why: behövs inte\n",
        )


def test_a_waived_placeholder_passes_production(courses: Courses):
    waive(courses)
    assert found(courses, production=True) == []


def test_a_blocking_placeholder_cannot_be_waived(courses: Courses):
    waive(courses)
    for name in (SV, EN):
        courses.change(name, "blocking: false", "blocking: true")
    assert is_named(
        found(courses, production=True), SV, courses.line_of(SV, "```placeholder"), "fill it before production"
    )


def test_a_waiver_names_role_day_and_reason(courses: Courses):
    waive(courses)
    courses.change(SV, "  role: processledare\n", "")
    assert is_named(found(courses), SV, courses.line_of(SV, "waived:"), "role is missing")


# --- two courses ---


def second_course(courses: Courses) -> None:
    shutil.copytree(courses.path("exempel"), courses.path("annat"))
    courses.change("annat/course.yaml", "id: exempel", "id: annat")


def borrow(courses: Courses, goal: str) -> int:
    second_course(courses)
    courses.change("annat/course.yaml", "satisfies: []", "satisfies:\n  - exempel")
    courses.change(
        "annat/course.yaml",
        "  pass_mark: 80              # percent\n",
        f"  pass_mark: 80\n  include:\n    - course: exempel\n      goals:\n        - {goal}\n",
    )
    return courses.line_of("annat/course.yaml", f"        - {goal}\n")


def test_a_course_may_borrow_goals(courses: Courses):
    borrow(courses, "1B")
    assert found(courses) == []


def test_a_borrowed_goal_must_exist(courses: Courses):
    line = borrow(courses, "9Z")
    assert is_named(found(courses), "annat/course.yaml", line, "the course exempel has no goal 9Z; known: 1A, 1B")


# --- cases, words, films ---


def test_a_case_asks_once_on_each_goal_where_one_a_goal_is_drawn(courses: Courses):
    line = courses.change(QUIZ, "      - id: q1b-buss\n        goal: 1B\n", "      - id: q1b-buss\n        goal: 1A\n")
    assert found(courses) == []
    courses.change(COURSE, "  draw: all ", "  draw: one_per_goal ")
    assert is_named(found(courses), QUIZ, line + 1, "the case fall-bussen asks twice on the goal 1A")


def test_a_word_that_no_screen_leads_to_is_noted(courses: Courses):
    courses.change(SV, "[öppen fråga](term:oppen-fraga)", "öppen fråga")
    courses.change(EN, "[open question](term:oppen-fraga)", "open question")
    line = courses.line_of(GLOSSARY, "  - id: oppen-fraga")
    notes = [(str(one.path.relative_to(courses.root)), one.line, one.message) for one in check(courses.root).notes]
    assert is_named(notes, GLOSSARY, line, "no screen leads to the word oppen-fraga")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not a film", "this is no MP4 or WebM film"),
        (b"\x1a\x45\xdf\xa3\x42\x82\x84webm", "this is no MP4 or WebM film with the ending"),
        (SMALLEST_FILM + bytes(5_000_000), "the film has 5,000,024 bytes, at most 5,000,000; shorten it"),
    ],
)
def test_a_film_is_an_mp4_or_webm_of_its_name_and_small(courses: Courses, content: bytes, message: str):
    film = f"{PART}/fragan.mp4"
    courses.path(film).write_bytes(content)
    assert is_named(found(courses), film, 1, message)


def test_a_film_is_in_every_language(courses: Courses):
    text = courses.read(EN)
    start = text.index("```film")
    courses.write(EN, text[:start] + text[text.index("```\n", start) + 4 :])
    faults = found(courses)
    assert any("has 0 films here and 1 in module.sv.md" in message for _, _, message in faults)


# --- the command ---


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(courses_command, arguments)
    return result.exit_code, result.output


def test_the_command_names_files_from_where_it_is_run(courses: Courses, monkeypatch: pytest.MonkeyPatch):
    courses.change(COURSE, "minutes: 6", "minutes: six")
    monkeypatch.chdir(courses.root.parent)
    code, output = run("check")
    line = courses.line_of(COURSE, "minutes: six")
    assert code == 1
    assert f"courses/exempel/course.yaml:{line}: minutes must be a whole number" in output
    assert output.splitlines()[-1] == "1 course, 1 fault, 2 notes"


def test_notes_do_not_change_the_exit_code(courses: Courses):
    code, output = run("check", str(courses.root))
    assert code == 0
    file = courses.path(SV)
    assert f"{file}:{courses.line_of(SV, '```placeholder')}: note: the placeholder vem-jag-ringer" in output
    assert output.splitlines()[-1] == "1 course, 0 faults, 2 notes"


def test_production_is_asked_for_by_an_option(courses: Courses):
    code, output = run("check", str(courses.root), "--production")
    assert code == 1
    assert output.splitlines()[-1] == "1 course, 2 faults, 1 note"


def test_the_command_prints_how_keys_compare_with_wrong_choices(courses: Courses):
    _, output = run("check", str(courses.root))
    assert (
        "exempel, sv: right choices 32 characters, wrong ones 38 (-17%); the right one is the longest in 0 of 3"
        in output
    )
    assert "exempel: 7 quiz questions (1A: 4, 1B: 3), 1 practice question\n" in output


def test_the_courses_of_this_repository_have_no_fault():
    root = Path(__file__).parents[3] / "courses"
    report = check(root)
    assert report.courses
    assert [str(fault) for fault in report.faults] == []
