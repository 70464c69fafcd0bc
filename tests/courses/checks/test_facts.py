"""What the check says of a course's facts: sources and their days, whom a question is for, texts that are missing."""

from datetime import date

import pytest

from tbblearn.courses.checks.checking import Placeholders, check
from tbblearn.courses.checks.overview import Told
from tbblearn.courses.vocabulary import About
from tests.courses.checks.spoilt import COURSE, EN, FIRST_1B, QUIZ, SV, waive
from tests.courses.checks.spoilt_facts import SOURCES
from tests.courses.checks.test_checking import run
from tests.courses.example import Courses

LAST_DAY, NEXT_DAY = date(2026, 12, 31), date(2027, 1, 1)
PLACEHOLDER = "```placeholder\nid: {}\nowner: a\nneeded: b\nwhy: c\ndue: 2027-01-31\nblocking: false\n```\n"
ON_1B = {"q1b-fraga": "    ", "q1b-vem": "    ", "q1b-buss": "        "}


def notes(courses: Courses, today: date = LAST_DAY) -> list[str]:
    return [note.message for note in check(courses.root, today=today).notes]


def faults(courses: Courses) -> list[str]:
    return [fault.message for fault in check(courses.root, today=LAST_DAY).faults]


def for_staff_of(courses: Courses, question: str, *huvudmen: str) -> None:
    """Make one of the questions on 1B one for these huvudmän."""
    indent = ON_1B[question]
    listed = "".join(f"{indent}  - {one}\n" for one in huvudmen)
    old = f"- id: {question}\n{indent}goal: 1B\n"
    courses.change(QUIZ, old, f"{old}{indent}huvudmen:\n{listed}")


# --- sources ---


@pytest.mark.parametrize("placeholders", Placeholders)
def test_a_source_past_its_day_is_a_note_however_strict_the_check_is(courses: Courses, placeholders: Placeholders):
    waive(courses)
    line = courses.line_of(SOURCES, "    again_on: 2027-01-01")
    said = "sol-19-1 was to be read again by 2027-01-01; read it, mend what cites it (2) and write new days"
    assert said not in notes(courses, LAST_DAY)
    report = check(courses.root, placeholders, today=NEXT_DAY)
    assert report.faults == []
    assert [note.line for note in report.notes if note.message == said] == [line]


def test_a_source_that_nothing_cites_is_a_note(courses: Courses):
    assert not any("nothing cites" in note for note in notes(courses))
    for name in (SV, EN):
        courses.change(name, "- sol-19-1\n", "")
    assert "nothing cites the source sol-19-1; cite it or remove it" in notes(courses)


def test_a_source_read_on_a_day_to_come_is_a_note(courses: Courses):
    courses.change(SOURCES, "read_on: 2026-07-15", "read_on: 2026-12-31")
    assert not any("read_on lies ahead" in note for note in notes(courses, LAST_DAY))
    assert any("read_on lies ahead" in note for note in notes(courses, date(2026, 12, 30)))


def test_a_course_without_sources_is_not_held_to_them(courses: Courses):
    courses.path(SOURCES).unlink()
    courses.change(SV, "- sol-19-1\n", "- nobody\n")
    assert faults(courses) == []


def test_practice_may_rest_on_what_is_not_sure(courses: Courses):
    unsure = "  - id: rad\n    title:\n      sv: Råd\n      en: Advice\n    certainty: secondary\n"
    courses.write(SOURCES, f"{courses.read(SOURCES)}{unsure}    read_on: 2026-11-02\n    again_on: 2027-11-02\n")
    courses.change(QUIZ, "  - id: ova-tyst-barn\n", "  - id: ova-tyst-barn\n    source: rad, sidan 2\n")
    assert faults(courses) == []
    assert not any("nothing cites" in note for note in notes(courses))


# --- whom a question is for ---


def test_each_goal_leaves_everybody_a_question_and_better_three(courses: Courses):
    courses.change(COURSE, "  draw: all ", "  draw: one_per_goal ")
    assert not any("questions for" in note for note in notes(courses))
    for_staff_of(courses, "q1b-fraga", "region", "flen")
    assert faults(courses) == []
    assert "the goal 1B has 2 questions for everybody else; 3 make two quizzes differ" in notes(courses)
    assert not any("for flen" in note for note in notes(courses)), "three are left for those who are named"
    for_staff_of(courses, "q1b-vem", "flen")
    for_staff_of(courses, "q1b-buss", "trosa")
    said = [fault for fault in faults(courses) if "the goal" in fault]
    assert said == ["the goal 1B has no question for everybody else; write one without huvudmen"]
    assert "the goal 1B has 1 questions for region, trosa; 3 make two quizzes differ" in notes(courses)
    assert "the goal 1B has 2 questions for flen; 3 make two quizzes differ" in notes(courses)


# --- texts that are missing ---


def test_two_placeholders_in_a_section_are_a_note_until_the_course_has_sources(courses: Courses):
    for name in (SV, EN):
        courses.change(name, "```placeholder\n", f"{PLACEHOLDER.format('annan')}\n```placeholder\n")
    said = "a second open placeholder in the section ett-steg; keep one, or write one of the texts"
    assert said in faults(courses)
    courses.path(SOURCES).unlink()
    assert faults(courses) == []
    assert said in notes(courses)


@pytest.mark.parametrize(("level", "most"), [("base", 8), ("in_depth", 6)])
def test_a_course_with_too_many_placeholders_is_noted(courses: Courses, level: str, most: int):
    courses.change(COURSE, "level: base ", f"level: {level} ")
    for name in (SV, EN):
        more = "".join(f"## Mer {n} {{#mer-{n}}}\n\n{PLACEHOLDER.format(f'mer-{n}')}\n" for n in range(1, most))
        courses.write(name, f"{courses.read(name)}\n{more}")
    assert faults(courses) == []
    assert not any("open placeholders" in note for note in notes(courses))
    for name in (SV, EN):
        courses.write(name, f"{courses.read(name)}\n## En till {{#en-till}}\n\n{PLACEHOLDER.format('en-till')}")
    said = f"the course has {most + 1} open placeholders, at most {most}; write or drop some"
    assert said in notes(courses)
    for name in (SV, EN):
        text = courses.read(name)
        waived = "blocking: false\nwaived:\n  role: jurist\n  on: 2026-12-01\n  why: klart\n"
        courses.write(name, text.replace("blocking: false\n", waived, 1))
    assert said not in notes(courses)


# --- what an editor is told ---


def test_the_overview_tells_what_is_missing_old_and_left_out(courses: Courses):
    courses.change(QUIZ, FIRST_1B, f"{FIRST_1B}    about:\n      - teenager\n      - school\n")
    courses.change(QUIZ, "  - id: ova-tyst-barn\n", "  - id: ova-tyst-barn\n    about:\n      - school\n")
    found = check(courses.root, today=NEXT_DAY).overviews["exempel"]
    assert found.placeholders == {"forsta-steget/ett-steg": 1}
    assert found.due == {"sol-19-1": NEXT_DAY}
    assert found.unsourced == ()
    assert {thing: told for thing, told in found.about.items() if told != Told(0, 0)} == {
        About.TEENAGER: Told(1, 0),
        About.SCHOOL: Told(1, 1),
    }
    assert found.untold == Told(6, 0)
    courses.change(
        QUIZ,
        "    source: 000, Delaktighet\n    stem:\n      sv: Stämmer",
        "    source: bok\n    stem:\n      sv: Stämmer",
    )
    assert check(courses.root).overviews["exempel"].unsourced == ("q1b-fraga",)


def test_the_command_ends_with_what_an_editor_looks_for(courses: Courses):
    courses.change(SOURCES, "again_on: 2027-01-01 ", "again_on: 2026-07-16 ")
    _, output = run("check", str(courses.root), "--production")
    for line in (
        "exempel: 1 open placeholder: forsta-steget/ett-steg",
        "exempel: 0 quiz questions without a source that may grade",
        "exempel: 1 source to be read again: sol-19-1 (2026-07-16)",
        "untold 7+1",
        "To be read by a person: no question makes a sign that has lasted long the wrong answer",
    ):
        assert line in output
    assert ": note: sol-19-1 was to be read again by 2026-07-16" in output
