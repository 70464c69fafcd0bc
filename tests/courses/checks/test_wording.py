"""Notes: what docs/rules/courses.md asks of a text, and the text does not keep."""

from tbblearn.courses.checks.checking import check
from tests.courses.example import PART, Courses

SV = f"{PART}/module.sv.md"
EN = f"{PART}/module.en.md"
QUIZ = f"{PART}/quiz.yaml"


def notes(courses: Courses) -> list[tuple[str, int, str]]:
    report = check(courses.root)
    assert [str(fault) for fault in report.faults] == []
    return [(str(note.path.relative_to(courses.root)), note.line, note.message) for note in report.notes]


def is_noted(courses: Courses, file: str, line: int, message: str) -> bool:
    return any(note[:2] == (file, line) and message in note[2] for note in notes(courses))


def test_a_long_sentence_is_noted_on_its_own_line(courses: Courses):
    sentence = " ".join(["ord"] * 23) + "."
    line = courses.change(SV, "Läs mer:", f"{sentence} Läs mer:")
    assert is_noted(courses, SV, line, "a sentence of 23 words, at most 22: ord ord ord ord ord ord …")


def test_a_sentence_of_22_words_is_not_noted(courses: Courses):
    sentence = " ".join(["ord"] * 22) + "."
    courses.change(SV, "Läs mer:", f"{sentence} Läs mer:")
    assert not any("a sentence of" in message for _, _, message in notes(courses))


def test_words_that_we_do_not_write_are_noted_in_both_languages(courses: Courses):
    line = courses.change(SV, "Läs mer:", "Samverkan ska initieras. Läs mer:")
    english = courses.change(EN, "Read more:", "All Stakeholders. Read more:")
    assert is_noted(courses, SV, line, "“initieras”; write instead: ta kontakt, börja")
    assert is_noted(courses, EN, english, "“Stakeholders”; write instead: say who")


def test_an_avoided_word_inside_another_word_is_not_noted(courses: Courses):
    courses.change(SV, "Läs mer:", "Samtalet är viktigt för hejande. Läs mer:")
    assert not any("write instead" in message for _, _, message in notes(courses))


def test_words_in_sources_and_placeholders_are_left_alone(courses: Courses):
    courses.change(SV, "- 003, Vad ska implementeras?", "- 003, Avseende deadline")
    courses.change(SV, "why: källorna har", "why: deadline, källorna har")
    assert not any("write instead" in message for _, _, message in notes(courses))


def test_a_part_that_is_hard_to_read_is_noted(courses: Courses):
    hard = "Sammanfattningsvis verkställer kommunförbundet samverkansöverenskommelsens bestämmelser. " * 20
    courses.change(SV, "Läs mer:", f"{hard} Läs mer:")
    assert any(file == SV and line == 1 and message.startswith("LIX ") for file, line, message in notes(courses))


def test_an_in_depth_part_may_be_a_little_harder(courses: Courses):
    # 6 words a sentence, every third long: LIX 39 (6 + 33) is too much for base, not for in-depth.
    text = "Vi ser barnen tidigare nu tillsammans. " * 120
    courses.change(SV, "Läs mer:", f"{text} Läs mer:")
    assert any(message.startswith("LIX 3") for file, _, message in notes(courses) if file == SV)
    courses.change("exempel/course.yaml", "level: base ", "level: in_depth ")
    assert not any(message.startswith("LIX") for file, _, message in notes(courses) if file == SV)


def test_a_screen_that_is_too_long_is_noted_and_a_short_one_with_practice_is_not(courses: Courses):
    courses.change(SV, "En öppen fråga räcker långt.", "Fråga gärna. " * 100)
    line = courses.line_of(SV, "## Ta ett steg i taget")
    assert is_noted(courses, SV, line, "words; 60 to 200 read well")
    assert not any(line == 1 and "screen" in message for file, line, message in notes(courses) if file == SV)


def test_a_long_stem_and_a_short_feedback_are_noted(courses: Courses):
    stem = courses.change(
        QUIZ, "En flicka på din mottagning", "En flicka " + "kom hit " * 20 + ". En flicka på din mottagning"
    )
    feedback = courses.change(QUIZ, "Det stämmer. Du har sett att något har ändrats. En öppen", "Det stämmer. En öppen")
    assert is_noted(courses, QUIZ, stem, "words, at most 45")
    assert is_noted(courses, QUIZ, feedback, "the feedback has 12 words; 15 to 40 are enough")


def test_a_question_that_is_hard_to_read_is_noted(courses: Courses):
    courses.change(QUIZ, "Jag väntar och ser hur det går nästa gång.", "Sammanfattningsvis kommunförbundet " * 20)
    line = courses.line_of(QUIZ, "- id: q1a-tyst")
    assert is_noted(courses, QUIZ, line, "in the question and its feedback, at most 32")


def test_a_multiple_question_says_how_many(courses: Courses):
    line = courses.change(QUIZ, " **Välj två.**", "")
    assert not is_noted(courses, QUIZ, line, "does not say how many")  # “Vilka två steg” says it
    courses.change(QUIZ, "Vilka två steg passar?", "Vilka steg passar?")
    assert is_noted(courses, QUIZ, line, "the question does not say how many to choose (två)")


def test_a_practice_question_that_no_screen_shows_is_noted(courses: Courses):
    for name in (SV, EN):
        courses.change(name, "```practice\nid: ova-tyst-barn\n```\n", "")
    line = courses.line_of(QUIZ, "- id: ova-tyst-barn")
    assert is_noted(courses, QUIZ, line, "no screen of exempel shows the practice question ova-tyst-barn")
