"""Checks that questions can be answered: their keys, and the little formatting their texts may have."""

from collections.abc import Iterator

from tbblearn.courses.files.findings import Findings, phrase
from tbblearn.courses.files.folders import CourseFiles
from tbblearn.courses.files.markdown import inline_parser, parser
from tbblearn.courses.files.reading import Entry
from tbblearn.courses.files.texts import invisible, unwanted_entities
from tbblearn.courses.kinds import written_kind, written_texts
from tbblearn.courses.rules import LANGUAGES

_marks = inline_parser()
_html = parser(raw_html=True)
_MARK_NAMES = {
    "link_open": "links",
    "image": "pictures",
    "em_open": "italics",
    "code_inline": "backquotes",
    "bullet_list_open": "lists",
    "ordered_list_open": "lists",
    "heading_open": "headings",
    "blockquote_open": "quotation blocks",
    "fence": "fenced blocks",
    "code_block": "indented blocks",
    "hr": "lines across",
}


def check_questions(course: CourseFiles, findings: Findings) -> None:
    """Find the faults of every question, and HTML or formatting where none is allowed."""
    for question in [*course.questions(), *course.practice()]:
        kind = written_kind(question)
        if kind is not None:
            kind.check(question, findings)
        for holder in written_texts(question):
            _check_marks(holder, findings)
        for option in question.entries("options"):
            _check_plain(option.entry("text"), findings)
    for case in course.cases():
        _check_marks(case.entry("text"), findings)
    for entry in plain_texts(course):
        for language in LANGUAGES:
            _check_html(entry, language, findings)


def _check_plain(holder: Entry, findings: Findings) -> None:
    """Browsers show options in native lists, which have no formatting."""
    for language in LANGUAGES:
        if "**" in (holder.text(language) or ""):
            findings.fault(*holder.at(language), "an option is plain text without bold; remove **")


def plain_texts(course: CourseFiles) -> Iterator[Entry]:
    """The texts without formatting: those of `course.yaml`, `glossary.yaml` and `sources.yaml`, and titles of cases."""
    top = course.document.top
    yield from (top.entry("title"), top.entry("summary"), top.entry("monday"))
    for goal in top.entries("goals"):
        yield goal.entry("text")
    for module in top.entries("modules"):
        yield from (module.entry("title"), module.entry("summary"))
    for change in top.entries("changes"):
        yield change.entry("text")
    for case in course.cases():
        yield case.entry("title")
    for term in course.terms().values():
        yield from (term.entry("term"), term.entry("meaning"))
    for source in course.source_entries().values():
        yield source.entry("title")


def _check_marks(holder: Entry, findings: Findings) -> None:
    path = holder.document.path
    for language in LANGUAGES:
        text = holder.text(language) or ""
        _check_html(holder, language, findings)
        for offset, row in enumerate(text.split("\n") if "&" in text else ()):
            for letter in unwanted_entities(row):
                findings.fault(path, holder.text_line(language, offset), invisible(letter))
        for block in _marks.parse(text):
            line = holder.text_line(language, block.map[0] if block.map else 0)
            for token in [block, *(block.children or [])]:
                if token.type in _MARK_NAMES:
                    message = "{what} cannot be used in a question; only paragraphs and **bold** can"
                    findings.fault(path, line, message, what=phrase(_MARK_NAMES[token.type]))


def _check_html(holder: Entry, language: str, findings: Findings) -> None:
    text = holder.text(language) or ""
    for block in _html.parse(text) if "<" in text else ():
        line = holder.text_line(language, block.map[0] if block.map else 0)
        for token in [block, *(block.children or [])]:
            if token.type in ("html_block", "html_inline") and not token.content.startswith("</"):
                shown = token.content.strip().split("\n")[0][:40]
                message = "raw HTML is not allowed: {shown}; write plain text"
                findings.fault(holder.document.path, line, message, shown=shown)
