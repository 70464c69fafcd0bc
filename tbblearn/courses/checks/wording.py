"""Notes on a course's language: length, readability, words that we do not write, and marks that do nothing.

The limits stand in docs/rules/courses.md. Lengths and LIX are measured in Swedish, which is the source; sentences and
words in both languages.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from operator import add
from pathlib import Path

from tbblearn.characters import visible
from tbblearn.courses.checks.questions import plain_texts
from tbblearn.courses.checks.readability import lix, sentences, words
from tbblearn.courses.files.findings import Findings, phrase
from tbblearn.courses.files.folders import CourseFiles, ModuleFiles
from tbblearn.courses.files.markdown import inline_parser, plain_text
from tbblearn.courses.files.parts import Part
from tbblearn.courses.files.reading import Entry
from tbblearn.courses.kinds import written_feedback, written_texts
from tbblearn.courses.rules import LANGUAGES, Level, QuestionKind

LIX_PART, LIX_PART_IN_DEPTH, LIX_QUESTION = 35, 40, 32
LONGEST_SENTENCE = 22
SCREEN_WORDS = range(60, 201)
PART_WORDS, PART_WORDS_IN_DEPTH = range(500, 801), range(500, 1201)
FEEDBACK_WORDS = range(15, 41)
LONGEST_STEM = 45

SWEDISH, ENGLISH = LANGUAGES

# What not to write, and what instead. `*` stands for any ending.
_AVOIDED = {
    SWEDISH: {
        "ej": "inte",
        "erhåll*": "få",
        "vänligen": "stryk ordet",
        "respektive": "och",
        "avseende": "om",
        "samt": "och",
        "kurs": "utbildning",
        "kursen": "utbildningen",
        "modul": "del",
        "modulen": "delen",
        "quiz": "prov",
        "kunskapskontroll*": "prov",
        "deadline": "sista dag",
        "lärandemål*": "det här kan du efteråt",
        "diplom*": "intyg",
        "certifikat*": "intyg",
        "målgrupp*": "barn, familjer",
        "initiera*": "ta kontakt, börja",
        "förväntas": "du ska, eller stryk",
        "beakta*": "fråga, tänk på",
        "säkerställ*": "se till, fråga",
        "aktör*": "skolan, vården och socialtjänsten",
        "problemfamilj*": "familjer som behöver stöd",
        "utsatta barn": "barn som har det svårt",
        "du måste": "du ska, eller säg när och hur",
        "det är viktigt att": "säg vem som gör vad",
        "grattis": "stryk ordet",
        "fel svar": "inte riktigt",
        "alla ovan": "skriv ut svaret",
        "inget av ovan": "skriv ut svaret",
        "god effekt": "källorna säger inget om effekt",
    },
    ENGLISH: {
        "stakeholder*": "say who",
        "target group*": "children, families",
        "problem famil*": "families who need support",
        "you must": "you are to, or say when and how",
        "congratulations": "leave it out",
        "wrong answer": "not quite",
        "all of the above": "write the answer out",
        "none of the above": "write the answer out",
        "quiz module": "part",
        "deadline": "last day",
        "learning goal*": "what you can do afterwards",
    },
}


def _avoided_pattern(word: str) -> re.Pattern[str]:
    stem = re.escape(word.removesuffix("*"))
    ending = r"\w*" if word.endswith("*") else ""
    return re.compile(rf"\b{stem}{ending}\b", re.IGNORECASE)


_AVOIDED_PATTERNS = {
    language: [(_avoided_pattern(word), instead) for word, instead in avoided.items()]
    for language, avoided in _AVOIDED.items()
}
_marks = inline_parser()

_STRAY = (
    (re.compile(r"\*\*|(?<!_)__(?!_)"), "bold is written **so**, without spaces inside the asterisks"),
    (re.compile(r"~~"), "a text cannot be struck out; remove the marks"),
    (re.compile(r"\[[ xX]?\](?!\()"), "there are no boxes to tick; write a list with - or remove it"),
    (re.compile(r"^\s*#{1,6}(?=\s?\w)", re.MULTILINE), "a heading stands in a part, as ### with a space after it"),
    (re.compile(r"^\s*\|", re.MULTILINE), "a table stands in a part, with a line |---|---| under its head"),
    (
        re.compile(
            r"^\s*(?:[•·▪▫◦●○■□➢➤✓✔]|[-+*](?=[^\W\d]|[^\S ]))|[\ue000-\uf8ff]|\A[–—](?= .*\n[–—] )", re.MULTILINE
        ),
        "begin a list item with a hyphen and a space, with an empty line above the list",
    ),
)
"""Formatting marks that would be shown literally, and what to do about each."""

_NUMBER_WORDS = {
    SWEDISH: {2: ("två", "2"), 3: ("tre", "3"), 4: ("fyra", "4"), 5: ("fem", "5")},
    ENGLISH: {2: ("two", "2"), 3: ("three", "3"), 4: ("four", "4"), 5: ("five", "5")},
}


def note_wording(course: CourseFiles, findings: Findings) -> None:
    """Note what an author may want to shorten, simplify or rephrase."""
    in_depth = course.document.top.text("level") == Level.IN_DEPTH
    for module in course.modules:
        for part in module.parts.values():
            for passage in (passage for screen in part.screens for passage in screen.passages):
                line_of = partial(add, passage.line)
                _note_language(passage.text, part.language, part.path, line_of, line_of, findings)
        if SWEDISH in module.parts:
            _note_part(module.parts[SWEDISH], findings, in_depth=in_depth)
        _note_questions(module, findings)
        _note_cases(module, findings)
        for part in module.parts.values():
            for written, line in _texts_of_part(part):
                _note_stray(written, part.path, partial(add, line), findings)
    _note_glossary(course, findings)
    _note_stray_in_yaml(course, findings)


def _texts_of_part(part: Part) -> Iterator[tuple[str, int]]:
    """The texts a part shows, without their formatting, each with its line."""
    for screen in part.screens:
        yield screen.title, screen.line
        yield from ((one.text, one.line) for one in screen.passages if not one.text.startswith("|"))
        yield from ((picture.alternative, picture.line) for picture in screen.pictures)
        yield from ((film.shape.title, film.line) for film in screen.films)
        for one in screen.placeholders:
            yield from ((text, one.line) for text in (one.shape.needed, one.shape.until) if text)
        for token in screen.tokens:
            if token.type == "container_case_open" and token.map:
                yield token.info.strip().removeprefix("case").strip(), token.map[0] + 1


def _note_stray_in_yaml(course: CourseFiles, findings: Findings) -> None:
    marked = [text for question in [*course.questions(), *course.practice()] for text in written_texts(question)]
    for holder in [*marked, *(case.entry("text") for case in course.cases())]:
        for language in LANGUAGES:
            for block in _marks.parse(holder.text(language) or ""):
                if block.type == "inline" and block.map:
                    line_of = partial(_line_in, holder, language, block.map[0])
                    _note_stray(plain_text(block), holder.document.path, line_of, findings)
    for holder in plain_texts(course):
        for language in LANGUAGES:
            line_of = partial(holder.text_line, language)
            _note_stray(holder.text(language) or "", holder.document.path, line_of, findings)


def _line_in(holder: Entry, language: str, before: int, offset: int) -> int:
    return holder.text_line(language, before + offset)


def _note_stray(text: str, path: Path, line_of: Callable[[int], int], findings: Findings) -> None:
    """Note each kind of mark once per text; `line_of` maps a row of the text (from 0) to a line."""
    for pattern, hint in _STRAY:
        if found := pattern.search(text):
            mark = visible(found[0].strip())
            line = line_of(text.count("\n", 0, found.end()))
            findings.note(path, line, "{mark} stands in the text as it is; {hint}", mark=mark, hint=phrase(hint))


def _note_part(part: Part, findings: Findings, *, in_depth: bool) -> None:
    limit, length = (LIX_PART_IN_DEPTH, PART_WORDS_IN_DEPTH) if in_depth else (LIX_PART, PART_WORDS)
    running = [passage.text for screen in part.screens for passage in screen.passages if not passage.in_table]
    measured = lix(running)
    if measured > limit:
        message = "LIX {measured}, at most {limit}; shorten sentences and choose shorter words"
        findings.note(part.path, 1, message, measured=f"{measured:.0f}", limit=limit)
    total = 0
    for screen in part.screens:
        count = sum(len(words(passage.text)) for passage in screen.passages if not passage.in_film)
        total += count
        short_for_a_reason = bool(screen.practices or screen.placeholders)
        if count not in SCREEN_WORDS and not (short_for_a_reason and count < SCREEN_WORDS.start):
            message = "the screen {screen} has {count} words; {span} read well"
            findings.note(part.path, screen.line, message, screen=screen.id, count=count, span=_span(SCREEN_WORDS))
    if total not in length:
        message = "the part has {total} words; {span} read well"
        findings.note(part.path, 1, message, total=total, span=_span(length))


def _span(limits: range) -> str:
    return phrase("{least} to {most}", least=limits.start, most=limits.stop - 1)


def _note_language(
    text: str,
    language: str,
    path: Path,
    sentence_line: Callable[[int], int],
    word_line: Callable[[int], int],
    findings: Findings,
) -> None:
    """Note long sentences and words to avoid; `sentence_line` and `word_line` map a row (from 0) to a line."""
    for sentence in sentences(text):
        if (count := len(words(sentence.text))) > LONGEST_SENTENCE:
            start = " ".join(sentence.text.split()[:6]) + " …"
            message = "a sentence of {count} words, at most {most}: {start}"
            line = sentence_line(sentence.breaks_before)
            findings.note(path, line, message, count=count, most=LONGEST_SENTENCE, start=start)
    for pattern, instead in _AVOIDED_PATTERNS[language]:
        for match in pattern.finditer(text):
            line = word_line(text.count("\n", 0, match.start()))
            findings.note(path, line, "“{word}”; write instead: {instead}", word=match[0], instead=instead)


def _note_entry(holder: Entry, text: str, language: str, findings: Findings) -> None:
    """The same for a text in YAML, where a word to avoid is noted on the first line of the text."""
    path, line = holder.at(language)
    _note_language(text, language, path, partial(holder.text_line, language), lambda _row: line, findings)


def _unmarked(holder: Entry, language: str) -> str:
    return (holder.text(language) or "").replace("**", "").strip("\n")


def _note_questions(module: ModuleFiles, findings: Findings) -> None:
    for question in [*module.questions(), *module.practice()]:
        holders = list(written_texts(question))
        measured = lix(_unmarked(holder, SWEDISH) for holder in holders)
        if measured > LIX_QUESTION:
            message = "LIX {measured} in the question and its feedback, at most {most}"
            findings.note(*question.at("id"), message, measured=f"{measured:.0f}", most=LIX_QUESTION)
        stem = question.entry("stem")
        if (count := len(words(stem.text(SWEDISH) or ""))) > LONGEST_STEM:
            message = "the question has {count} words, at most {most}"
            findings.note(*stem.at(SWEDISH), message, count=count, most=LONGEST_STEM)
        for feedback in written_feedback(question):
            count = len(words(feedback.text(SWEDISH) or ""))
            if feedback.text(SWEDISH) and count not in FEEDBACK_WORDS:
                message = "the feedback has {count} words; {span} are enough"
                findings.note(*feedback.at(SWEDISH), message, count=count, span=_span(FEEDBACK_WORDS))
        for language in LANGUAGES:
            for holder in holders:
                _note_entry(holder, _unmarked(holder, language), language, findings)
            if question.text("kind") == QuestionKind.MULTIPLE:
                right = sum(choice.flag("correct") for choice in question.entries("choices"))
                expected = _NUMBER_WORDS[language].get(right, (str(right),))
                if not set(expected) & {word.lower() for word in words(stem.text(language) or "")}:
                    message = "the question does not say how many to choose ({expected})"
                    findings.note(*stem.at(language), message, expected=expected[0])


def _note_cases(module: ModuleFiles, findings: Findings) -> None:
    for case in module.cases():
        text = case.entry("text")
        measured = lix([(text.text(SWEDISH) or "").replace("**", "")])
        if measured > LIX_QUESTION:
            message = "LIX {measured} in the case, at most {most}"
            findings.note(*case.at("id"), message, measured=f"{measured:.0f}", most=LIX_QUESTION)
        for language in LANGUAGES:
            _note_entry(text, _unmarked(text, language), language, findings)


def _note_glossary(course: CourseFiles, findings: Findings) -> None:
    for term in course.terms().values():
        meaning = term.entry("meaning")
        for language in LANGUAGES:
            _note_entry(meaning, meaning.text(language) or "", language, findings)
