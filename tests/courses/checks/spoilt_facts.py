"""The ways in which the sources, the audience and the placeholders of the example course are spoilt."""

from tests.courses.checks.spoilt import COURSE, EN, FIRST_1B, GLOSSARY, QUIZ, SV, Spoilt

SOURCES = "exempel/sources.yaml"

SPOILT_FACTS = {
    # --- sources ---
    "source that is not there": Spoilt(
        SV, "- sol-19-1", "- sol-19-2, st. 1", "there is no source sol-19-2 in sources.yaml; did you mean sol-19-1?"
    ),
    "question on no source": Spoilt(
        QUIZ,
        "    source: 000, Delaktighet\n    stem:\n      sv: Stämmer",
        "    source: 00, Delaktighet\n    stem:\n      sv: Stämmer",
        "there is no source 00 in sources.yaml",
    ),
    "question on one source that is not there": Spoilt(
        QUIZ,
        "    source: 000, Delaktighet\n    stem:\n      sv: Stämmer",
        "    source:\n      - 000, Delaktighet\n      - bok\n    stem:\n      sv: Stämmer",
        "there is no source bok in sources.yaml",
        below=2,
    ),
    "word on no source": Spoilt(GLOSSARY, "000: Delaktighet", "7: Delaktighet", "there is no source 7 in sources.yaml"),
    "question on what is not sure": Spoilt(
        SOURCES,
        "Implementation plan for Tillsammans för barnens bästa\n    certainty: county\n",
        "Implementation plan for Tillsammans för barnens bästa\n    certainty: interpretation\n",
        "a question is graded by county, law or official only, and 003 is interpretation",
        at=(QUIZ, 6),
    ),
    "source twice": Spoilt(SOURCES, "- id: sol-19-1", "- id: 003", "the source id 003 is used twice"),
    "source without a day": Spoilt(
        SOURCES, "    read_on: 2026-07-15\n", "", "read_on is missing; add a line read_on:", below=-6
    ),
    "source of another certainty": Spoilt(
        SOURCES, "certainty: law", "certainty: sure", "certainty cannot be 'sure'; write county, law, official,"
    ),
    "source to read again too early": Spoilt(
        SOURCES, "again_on: 2027-01-01 ", "again_on: 2026-07-15 ", "again_on must come after read_on"
    ),
    "source over plain http": Spoilt(
        SOURCES, "address: https://", "address: http://", "write an address that begins with https://"
    ),
    "source that runs": Spoilt(
        SOURCES, "address: https://www.riksdagen.se/", "address: javascript:alert", "an address that begins with https"
    ),
    "HTML in the title of a source": Spoilt(
        SOURCES, "sv: Implementeringsplan", "sv: <b>Implementeringsplan", "raw HTML is not allowed: <b>"
    ),
    # --- whom a question is for ---
    "huvudman that is not there": Spoilt(
        QUIZ,
        FIRST_1B,
        FIRST_1B + "    huvudmen:\n      - flen\n      - oxelsund\n",
        "there is no huvudman oxelsund; did you mean oxelosund?",
        below=4,
    ),
    "huvudmen where all questions are drawn": Spoilt(
        QUIZ, FIRST_1B, FIRST_1B + "    huvudmen:\n      - flen\n", "huvudmen needs draw: one_per_goal", at=(COURSE, 15)
    ),
    "huvudmen of nobody": Spoilt(QUIZ, FIRST_1B, FIRST_1B + "    huvudmen: []\n", "huvudmen needs at least 1 items", 2),
    "about something else": Spoilt(
        QUIZ, FIRST_1B, FIRST_1B + "    about:\n      - cats\n", "item 1 of about cannot be 'cats'; write baby", 3
    ),
    # --- placeholders ---
    "two placeholders in a section": Spoilt(
        SV,
        "```placeholder\n",
        "```placeholder\nid: annan\nowner: a\nneeded: b\nwhy: c\ndue: 2027-01-31\nblocking: false\n```\n\n"
        "```placeholder\n",
        "a second open placeholder in the section ett-steg",
        below=9,
    ),
    "placeholder that tells one language what to do": Spoilt(
        EN,
        "until: Call 112 if the child is in danger. Otherwise ask your manager.\n",
        "",
        "must have the same due, blocking, until and waived",
        below=-4,
    ),
}
