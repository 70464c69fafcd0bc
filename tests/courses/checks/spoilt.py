"""The ways in which the example course is spoilt, each with the fault that is then named."""

import shutil
from typing import NamedTuple

from tests.courses.example import PART, Courses

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
    "placeholder otherwise": Spoilt(
        EN, "blocking: false", "blocking: true", "the same due, blocking, until and waived", -7
    ),
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
    "teaches a goal of a course that it does not count as": Spoilt(
        COURSE,
        "satisfies: []",
        "satisfies: []\nteaches:\n  - course: base\n    goal: 1A\n    screen: forsta-steget/ett-steg",
        "this course does not count as base",
        below=2,
    ),
    "unknown service": Spoilt(
        SV, "{#ett-steg}", "{#ett-steg service=forskola}", "there is no service forskola; known: preschool, school"
    ),
    "another service in translation": Spoilt(
        EN, "{#ett-steg}", "{#ett-steg service=school}", "the screen ett-steg is for another service in module.sv.md"
    ),
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
        SV, "blocking: false\n```\n", "blocking: false\n", "the block placeholder is never closed", below=-7
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
        at=(SV, 58),
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


def waive(courses: Courses) -> None:
    for name in (SV, EN):
        courses.change(
            name,
            "blocking: false\n",
            "blocking: false\nwaived:\n  role: processledare\n  on: 2026-12-01\n  why: behövs inte\n",
        )


# --- two courses ---


def second_course(courses: Courses) -> None:
    shutil.copytree(courses.path("exempel"), courses.path("annat"))
    courses.change("annat/course.yaml", "id: exempel", "id: annat")


def count_as_the_first(courses: Courses, *taught: str) -> None:
    """The second course counts as the first, and teaches these of its goals."""
    entries = [f"  - course: exempel\n    goal: {goal}\n    screen: forsta-steget/du-ser-det" for goal in taught]
    courses.change("annat/course.yaml", "satisfies: []", "\n".join(["satisfies:", "  - exempel", "teaches:", *entries]))


def borrow(courses: Courses, goal: str) -> int:
    second_course(courses)
    courses.change(
        "annat/course.yaml",
        "  pass_mark: 80              # percent\n",
        f"  pass_mark: 80\n  include:\n    - course: exempel\n      goals:\n        - {goal}\n",
    )
    return courses.line_of("annat/course.yaml", f"        - {goal}\n")
