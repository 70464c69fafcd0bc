"""Every fault is named with its file and line. The example course is spoilt in one way at a time, and in many."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tbblearn.cli.courses import courses as courses_command
from tbblearn.courses.checks.checking import Placeholders, check
from tests.courses.checks.spoilt import (
    COURSE,
    EN,
    FIRST_1B,
    GLOSSARY,
    QUIZ,
    SPOILT,
    SV,
    SVG,
    borrow,
    count_as_the_first,
    second_course,
    waive,
)
from tests.courses.checks.spoilt_facts import SPOILT_FACTS
from tests.courses.example import PART, SMALLEST_FILM, Courses, edition_of


def found(courses: Courses, *, production: bool = False) -> list[tuple[str, int, str]]:
    return [
        (str(fault.path.relative_to(courses.root)), fault.line, fault.message)
        for fault in check(courses.root, Placeholders.FAULTS if production else Placeholders.NOTES).faults
    ]


def is_named(faults: list[tuple[str, int, str]], file: str, line: int, message: str) -> bool:
    return any(fault[:2] == (file, line) and message in fault[2] for fault in faults)


def test_the_example_has_no_fault(courses: Courses):
    assert found(courses) == []


@pytest.mark.parametrize("name", SPOILT | SPOILT_FACTS)
def test_a_fault_is_named_with_its_line(courses: Courses, name: str):
    spoilt = (SPOILT | SPOILT_FACTS)[name]
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
    assert is_named(found(courses), f"{PART}/stigen.png", 1, "this is not a valid image/png picture")


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


def test_a_review_is_a_note_until_production_and_gone_when_done(courses: Courses):
    before = edition_of(courses).sha256
    review = "    minutes: 6\n    review:\n      by: länets jurist\n      of: anmälan\n      due: 2027-01-31\n"
    line = courses.change(COURSE, "    minutes: 6\n", review) + 1
    message = "länets jurist is to review the part before production, by 2027-01-31: anmälan"
    assert is_named(found(courses, production=True), COURSE, line, message)
    assert found(courses) == []
    assert any(message in note.message for note in check(courses.root).notes)
    courses.change(COURSE, "      due: 2027-01-31\n", "      due: 2027-01-31\n      done_on: 2027-01-10\n")
    assert not any("länets jurist" in message for _file, _line, message in found(courses, production=True))
    assert edition_of(courses).sha256 == before


def test_a_waiver_names_role_day_and_reason(courses: Courses):
    waive(courses)
    courses.change(SV, "  role: processledare\n", "")
    assert is_named(found(courses), SV, courses.line_of(SV, "waived:"), "role is missing")


def test_a_course_may_borrow_goals(courses: Courses):
    borrow(courses, "1B")
    assert found(courses) == []


def test_a_borrowed_goal_must_exist(courses: Courses):
    line = borrow(courses, "9Z")
    assert is_named(found(courses), "annat/course.yaml", line, "the course exempel has no goal 9Z; known: 1A, 1B")


def test_a_course_that_counts_as_another_teaches_all_its_goals(courses: Courses):
    second_course(courses)
    count_as_the_first(courses, "1B")
    line = courses.line_of("annat/course.yaml", "  - exempel\n")
    message = "it counts as exempel, so say under teaches: which screen teaches its goals: 1A"
    assert is_named(found(courses), "annat/course.yaml", line, message)


def test_what_is_taught_stands_once_and_exists(courses: Courses):
    second_course(courses)
    count_as_the_first(courses, "1A", "1B", "1B", "9Z")
    messages = [message for _file, _line, message in found(courses)]
    assert len(messages) == 2
    assert "where the goal 1B of exempel is taught stands twice" in messages[0]
    assert "the course exempel has no goal 9Z" in messages[1]


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
        (b"not a film", "this is not an MP4 or WebM film"),
        (b"\x1a\x45\xdf\xa3\x42\x82\x84webm", "this is not an MP4 or WebM film with the ending"),
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
