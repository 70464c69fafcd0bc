"""Files as Word, Excel, a Mac and tired people make them: each is the example with one thing spoilt, and told where.

`INPUTS` are files that were met, `SIBLINGS` the same mistakes in other files, languages and places.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from tbblearn.cli.courses import courses as courses_command
from tbblearn.courses.checks.checking import check
from tbblearn.courses.files.findings import Finding
from tests.courses.checks.spoilt import COURSE, EN, FIRST_STEM, GLOSSARY, QUIZ, SV, VTT
from tests.courses.example import PART, Courses

WAITING = "Jag väntar och ser hur det går nästa gång."
FATHER = "Jag ber hennes pappa att prata med henne i kväll."
ASKING = "Jag frågar henne hur hon har det just nu."
CUT = "the text ends before this, which is not read: "
ROW = "| Hur har du det? | Barnet |"
HEAD = "| Fråga | Till vem? |\n|---|---|\n"
SOURCE = "source: 003, Vad ska implementeras?\n    stem:\n      sv: En"
LAST_ROW = "| Har du sett samma sak? | En kollega |\n"
ALIKE = "read the same (sv), and only one is right"


class Spoilt(NamedTuple):
    """`old` in `file` becomes `new`; told on the line `below` that of `old`."""

    file: str
    old: str
    new: str
    told: str
    below: int = 0
    is_note: bool = False
    faults: int = 1


INPUTS = {
    "hash_choice": Spoilt(QUIZ, WAITING, "Jag ringer nummer # 112 och väntar.", CUT + "# 112 och väntar."),
    "quiz_hash": Spoilt(QUIZ, "med dig. Vad gör du först?", "med dig. Vad gör du # först?", CUT + "# först?"),
    "md_star_space": Spoilt(
        SV, "**Det behöver du inte veta**", "** Det behöver du inte veta **", "** stands in the text as it is", 0, True
    ),
    "md_strike": Spoilt(SV, "Ett barn på", "~~Ett~~ barn på", "~~ stands in the text as it is", 0, True),
    "md_task": Spoilt(SV, "{#du-ser-det}\n", "{#du-ser-det}\n\n- [ ] gör\n", "[ ] stands in the text", 2, True),
    "md_table_cols": Spoilt(
        SV, "|---|---|", "|---|", "columns in the line under the table's head: 1, in the head: 2", 0
    ),
    "md_table_pipe": Spoilt(
        SV, ROW, "| Hur har du | det? | Barnet |", "cells in this row: 3, in the table's head: 2"
    ),
    "md_table_ragged": Spoilt(SV, ROW, "| Hur har du det? | Barnet | extra | mer |", "cells in this row: 4"),
    "quiz_dash_en": Spoilt(QUIZ, "  - id: q1a-tyst", "  – id: q1a-tyst", "U+2013 EN DASH in place of a hyphen"),
    "quiz_nbsp_indent": Spoilt(
        QUIZ,
        "q1a-tyst\n    goal: 1A",
        "q1a-tyst\n\u00a0\u00a0\u00a0\u00a0goal: 1A",
        "U+00A0 NO-BREAK SPACE in the indentation",
        1,
    ),
    "quiz_same_text": Spoilt(
        QUIZ, FATHER, WAITING, "a and c read the same (sv)", 0, True
    ),
    "same_choice_both": Spoilt(QUIZ, FATHER, ASKING, f"b and c {ALIKE}"),
    "same_option": Spoilt(QUIZ, "sv: En vuxens\n", "sv: Barnets egna\n", f"barnet and vuxna {ALIKE}"),
    "quiz_unclosed_quote": Spoilt(
        QUIZ, FIRST_STEM, FIRST_STEM.replace("sv: ", 'sv: "'), "the quotation mark that opens this text is never closed"
    ),
    "title_nul": Spoilt(
        COURSE,
        "  sv: Det första steget\n",
        '  sv: "Det \\0 första \\e steget"\n',
        "invisible control character U+0000",
        faults=2,
    ),
}  # fmt: skip

SIBLINGS = {
    # --- text that would be lost ---
    "all of a text": Spoilt(QUIZ, FIRST_STEM, "      sv: # ring 112\n", CUT, faults=2),
    "English": Spoilt(QUIZ, "  en: I wait and see", "  en: Call # I wait and see", CUT),
    "title": Spoilt(COURSE, "sv: Det första steget\n", "sv: Steg # 1\n", CUT + "# 1"),
    "goal": Spoilt(COURSE, "sv: fråga barnet hur det har det", "sv: fråga # barnet", CUT),
    "change": Spoilt(COURSE, "sv: Första versionen.", "sv: Version # 1.", CUT),
    "source": Spoilt(QUIZ, SOURCE, SOURCE.replace(", Vad", " # Vad"), CUT),
    "practice": Spoilt(QUIZ, "sv: Säga hej och", "sv: Säga # hej och", CUT),
    "option": Spoilt(QUIZ, "sv: Barnets egna", "sv: Barnets # egna", CUT),
    "word": Spoilt(GLOSSARY, "sv: öppen fråga", "sv: öppen # fråga", CUT),
    "placeholder": Spoilt(SV, "owner: fackgruppen", "owner: fackgruppen # A", CUT),
    "film": Spoilt(SV, "title: En skolsköterska ställer", "title: En skolsköterska # ställer", CUT),
    "a text that goes on below": Spoilt(QUIZ, WAITING, "Jag ringer # 112\n            och väntar.", CUT),
    "too few cells": Spoilt(SV, ROW, "| Hur har du det? |", "cells in this row: 1, in the table's head: 2"),
    "English table": Spoilt(EN, "| How are you? | The child |", "| How | are you? | The child |", "in this row: 3"),
    "text after a table": Spoilt(SV, LAST_ROW, LAST_ROW + "Fråga dem.\n", "cells in this row: 1", 1),
    "too many columns": Spoilt(SV, "|---|---|", "|---|---|---|", "under the table's head: 3, in the head: 2"),
    "no line under the head": Spoilt(SV, HEAD, "| Fråga | Till vem? |\n", "a table has a head, and under it a line"),
    "dashes by Word": Spoilt(SV, "|---|---|", "|–|–|", "a table has a head, and under it a line", -1),
    "an address of no link": Spoilt(SV, "Ett barn på", "[Obs]: ring\n\nEtt barn på", "not shown: [Obs]: ring"),
    "a link's second text": Spoilt(SV, "(term:oppen-fraga)", '(term:oppen-fraga "så")', "after a link's address"),
    # --- where the mistake really is ---
    "a quotation mark closed by the next": Spoilt(
        QUIZ, FIRST_STEM, FIRST_STEM.replace("sv: ", "sv: '"), "never closed"
    ),
    "a quotation mark in Markdown": Spoilt(SV, "owner: fackgruppen", 'owner: "fackgruppen', "never closed"),
    "bullet": Spoilt(QUIZ, "  - id: q1a-tva", "  • id: q1a-tva", "U+2022 BULLET in place of a hyphen"),
    "hyphen without a space": Spoilt(QUIZ, "  - id: q1a-tva", "  -id: q1a-tva", "in place of a hyphen and a space"),
    "hyphen and no-break space": Spoilt(QUIZ, "  - id: q1a-tva", "  -\u00a0id: q1a-tva", "U+00A0 NO-BREAK SPACE"),
    "asterisk": Spoilt(QUIZ, "  - id: q1a-tva", "  * id: q1a-tva", "U+002A ASTERISK in place"),
    "dash before plain items": Spoilt(COURSE, "satisfies: []", "satisfies:\n  – base", "U+2013 EN DASH", faults=1),
    "no space after a colon": Spoilt(QUIZ, "q1a-tva\n    goal: 1A", "q1a-tva\n    goal:1A", "a space is missing", 1),
    "no-break space after a colon": Spoilt(
        QUIZ, "goal: 1A\n    kind: multiple", "goal:\u00a01A\n    kind: multiple", "after the colon stands U+00A0"
    ),
    "round quotation marks": Spoilt(QUIZ, WAITING, "”Nu: vänta”", "here stands U+201D RIGHT DOUBLE QUOTATION"),
    "a quoted word": Spoilt(QUIZ, WAITING, '"Vänta" säger jag', "put quotation marks around the whole text"),
    "wide space in a course file": Spoilt(COURSE, "  sv: Det första", "\u2003 sv: Det första", "U+2003 EM SPACE in"),
    # --- alike ---
    "capitals and spaces": Spoilt(QUIZ, FATHER, f"{ASKING.upper()}  ", ALIKE),
    "letters put together": Spoilt(
        QUIZ, FATHER, '"Jag fra\\u030Agar henne hur hon har det just\\_nu."', ALIKE
    ),
    "rows": Spoilt(QUIZ, "sv: ”Jag vill inte sitta själv.”", "sv: ”Han är nog bara trött.”", f"ensam {ALIKE}"),
    "steps": Spoilt(QUIZ, "Bestämmer vem av er som gör vad", "Frågar barnet hur det har det", f"bestam {ALIKE}"),
    "practice choices": Spoilt(QUIZ, "Läsa på om barn som är tysta.", "Säga hej och sätta mig en stund.", ALIKE),
    # --- invisible ---
    "direction by escape": Spoilt(QUIZ, WAITING, '"Jag \\u202Eväntar."', "U+202E"),
    "direction": Spoilt(SV, "Ett barn på", "Ett \u202ebarn på", "U+202E"),
    "direction by entity": Spoilt(EN, "A child on", "A &#x202E;child on", "U+202E"),
    "entity in a question": Spoilt(QUIZ, WAITING, "Jag &rlm; väntar.", "U+200F"),
    "bell": Spoilt(GLOSSARY, "sv: öppen fråga", 'sv: "öppen \\a fråga"', "U+0007"),
    "half a character": Spoilt(COURSE, "sv: Det första steget\n", 'sv: "Det \\ud800"\n', "U+D800"),
    "line separator": Spoilt(SV, "Ett barn på", "Ett\u2028barn på", "U+2028"),
    "captions": Spoilt(VTT, "Hur har", "Hur\u2067 har", "U+2067"),
    # --- marks that do nothing ---
    "bold in a title": Spoilt(COURSE, "sv: Det första steget\n", "sv: Det **första** steget\n", "** stands", 0, True),
    "struck out in a question": Spoilt(QUIZ, WAITING, "~~Jag~~ väntar.", "~~ stands in the text as it is", 0, True),
    "box in English": Spoilt(EN, "- If a child has", "- [x] If a child has", "[x] stands in the text", 0, True),
    "Word's bullet": Spoilt(SV, "Ett barn på", "•\u00a0Ett barn på", "• stands in the text as it is", 0, True),
    "Symbol's bullet": Spoilt(SV, "Ett barn på", "\uf0b7 Ett barn på", "<U+F0B7> stands in the text", 0, True),
    "heading without a space": Spoilt(SV, "### Tre frågor", "###Tre frågor", "### stands in the text", 0, True),
    "mark in a word": Spoilt(GLOSSARY, "sv: En fråga som inte", "sv: En **fråga som inte", "** stands", 0, True),
    "letters misread": Spoilt(GLOSSARY, "sv: öppen fråga", "sv: Ã¶ppen fråga", "Ã¶ looks like text read in", 0, True),
    "letters of a Mac misread": Spoilt(SV, "Ett barn på", "Ett barn p√• en", "√• looks like text", 0, True),
    "letters not read": Spoilt(QUIZ, WAITING, "Jag v\ufffdntar.", "\ufffd looks like text", 0, True),
}  # fmt: skip


def told(courses: Courses, file: str) -> list[tuple[bool, int, str]]:
    report = check(courses.root)
    found: list[Finding] = [*report.faults, *report.notes]
    return [(one.is_note, one.line, one.message) for one in found if one.path == courses.path(file)]


@pytest.mark.parametrize("name", [*INPUTS, *SIBLINGS])
def test_it_is_told_where_it_stands(courses: Courses, name: str):
    spoilt = (INPUTS | SIBLINGS)[name]
    line = courses.change(spoilt.file, spoilt.old, spoilt.new)
    found = told(courses, spoilt.file)
    assert any(
        (is_note, at) == (spoilt.is_note, line + spoilt.below) and spoilt.told in message
        for is_note, at, message in found
    ), found
    if name in INPUTS:
        assert len(check(courses.root).faults) == (0 if spoilt.is_note else spoilt.faults)


def test_a_remark_may_stand_behind_what_is_no_text(courses: Courses):
    courses.change(
        QUIZ, "    difficulty: middle\n    source: 003, Vad", "    difficulty: middle # och svår\n    source: 003, Vad"
    )
    courses.change(QUIZ, f"sv: {WAITING}", f"sv: '{WAITING}'  # vem väntar?")
    assert check(courses.root).faults == []


@pytest.mark.parametrize("file", [SV, QUIZ, COURSE, GLOSSARY, VTT])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_wide_encoding_is_one_fault(courses: Courses, file: str, encoding: str):
    courses.path(file).write_bytes(courses.read(file).encode(encoding))
    assert [(one.path, one.line, one.message) for one in check(courses.root).faults] == [
        (courses.path(file), 1, f"the file is {encoding[:6].upper()}; save it as UTF-8")
    ]


@pytest.mark.parametrize("file", [SV, QUIZ])
def test_a_file_read_in_the_wrong_encoding_is_noted_once(courses: Courses, file: str):
    courses.write(file, courses.read(file).encode().decode("cp1252", errors="ignore"))
    notes = [message for is_note, _, message in told(courses, file) if is_note and "wrong encoding" in message]
    assert len(notes) == 1
    assert "Ã¤" in notes[0]
    assert " more lines)" in notes[0]


HARD_TO_READ: dict[str, tuple[str, str, Callable[[Courses], str]]] = {
    "brackets": (QUIZ, "brackets [ ]", lambda _: "questions: " + "[" * 2_500),
    "many brackets": (QUIZ, "brackets [ ]", lambda _: "questions: " + "[" * 150_000),
    "braces": (QUIZ, "braces { }", lambda _: "{a: " * 30_000),
    "lists in lists": (QUIZ, "more than 20 levels", lambda _: "- " * 90_000),
    "keys in keys": (QUIZ, "more than 20 levels", lambda _: "".join(f"{' ' * n}a:\n" for n in range(500))),
    "a long text": (QUIZ, "a paragraph of more than 5,000", lambda _: "questions: " + "a" * 190_000),
    "marks in a question": (QUIZ, "a paragraph of", lambda one: one.read(QUIZ).replace(WAITING, f'"{"[" * 100_000}"')),
    "marks in a part": (SV, "a paragraph of more", lambda one: one.read(SV) + "\n" + "![" * 50_000 + "\n"),
    "marks in many paragraphs": (SV, "500 marks", lambda one: one.read(SV) + ("\n\n" + "![" * 2_400) * 38),
    "bold in many paragraphs": (SV, "500 marks", lambda one: one.read(SV) + ("\n\n" + "a**b_" * 950) * 38),
    "a heading": (SV, "a paragraph of more", lambda one: one.read(SV) + "\n## a" + " x" * 50_000 + "\n"),
    "a large file": (SV, "the file has 300,000 bytes", lambda _: "a " * 150_000),
}  # fmt: skip


@pytest.mark.parametrize("name", HARD_TO_READ)
def test_what_is_hard_to_read_is_refused_at_once(courses: Courses, name: str):
    """Processor time, not the clock's: the machine has other work. Whole seconds were needed of each before."""
    file, message, content = HARD_TO_READ[name]
    courses.write(file, content(courses))
    began = time.process_time()
    found = told(courses, file)
    assert time.process_time() - began < 1
    assert any(not is_note and message in what for is_note, _, what in found), found[:3]


def test_many_references_are_refused_at_once(courses: Courses):
    """An alias within aliases grows nowhere: none is read."""
    courses.write(QUIZ, "questions:\n" + "  - &a x\n" + "  - *a\n" * 3_000)
    found = told(courses, QUIZ)
    assert sum("repeats something by reference" in message for _, _, message in found) == 3_000


def test_more_than_a_quiz_can_have_is_not_read(courses: Courses):
    courses.write(QUIZ, "questions:\n" + "  - a\n" * 25_000)
    assert [message for _, _, message in told(courses, QUIZ)] == ["more lines than can be read; split the file"]


def test_what_a_mac_puts_beside_a_course_is_left_out(courses: Courses):
    for name in ("._exempel", "exempel/._course.yaml", f"{PART}/._stigen.svg", "__MACOSX/x", "exempel/__MACOSX/x"):
        courses.write(name, "x")
    assert check(courses.root).faults == []


def test_a_course_too_deep_is_found(courses: Courses):
    courses.path("exempel").rename(courses.root / "x")
    courses.path("mapp").mkdir()
    courses.path("x").rename(courses.path("mapp/exempel"))
    fault = check(courses.root).faults[0]
    assert "stands in exempel; move that folder up" in fault.message


def test_what_nobody_sees_is_not_sent_to_the_terminal(courses: Courses):
    courses.write("exempel/a\x1b[31m.txt", "x")
    output = CliRunner().invoke(courses_command, ["check", str(courses.root)]).output
    assert "a<U+001B>[31m.txt:1: nothing uses this file" in output
    assert "\x1b" not in output
