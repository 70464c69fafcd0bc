"""Checks what makes a question answerable: its choices, its key, and the few marks that its texts may have."""

from collections.abc import Iterator

from tbblearn.courses.findings import Findings, said
from tbblearn.courses.folders import CourseFiles
from tbblearn.courses.markdown import inline_parser, parser
from tbblearn.courses.reading import Entry
from tbblearn.courses.rules import LANGUAGES, QuestionKind

TRUE_FALSE_IDS = ("yes", "no")

_ALLOWED_BLOCKS = frozenset({"paragraph_open", "paragraph_close", "inline"})
_ALLOWED_MARKS = frozenset({"text", "softbreak", "hardbreak", "strong_open", "strong_close"})
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
    """Find the faults of every question, and HTML or marks in texts that have none."""
    for _, question in [*course.questions(), *course.practice()]:
        _check_key(question, findings)
        for holder, key in _marked_texts(question):
            _check_marks(holder, key, findings)
    for entry in _plain_texts(course):
        for language in LANGUAGES:
            _check_html(entry, language, findings)


def _check_key(question: Entry, findings: Findings) -> None:
    choices = list(question.entries("choices"))
    right = sum(choice.flag("correct") for choice in choices)
    path, line, name = question.document.path, question.line("choices"), question.text("id")
    kind = question.text("kind")
    if kind == QuestionKind.TRUE_FALSE:
        ids = tuple(choice.text("id") for choice in choices)
        if sorted(str(choice_id) for choice_id in ids) != sorted(TRUE_FALSE_IDS):
            findings.fault(
                path, line, said("true_false has exactly two choices, with the ids yes and no; mend {name}", name=name)
            )
    if not choices:
        return
    if right == 0:
        findings.fault(
            path, line, said("the question {name} has no right answer; write correct: true at one choice", name=name)
        )
    elif kind in (QuestionKind.SINGLE, QuestionKind.TRUE_FALSE) and right > 1:
        findings.fault(
            path,
            line,
            said(
                "the question {name} has {right} right answers; a {kind} question has exactly one",
                name=name,
                right=right,
                kind=kind,
            ),
        )
    elif kind == QuestionKind.MULTIPLE and right < 2:
        findings.fault(
            path,
            line,
            said("the question {name} has one right answer; multiple needs at least two, or use single", name=name),
        )
    elif kind == QuestionKind.MULTIPLE and right == len(choices):
        findings.fault(path, line, said("every choice of {name} is right; at least one must be wrong", name=name))


def _marked_texts(question: Entry) -> Iterator[tuple[Entry, str]]:
    """The texts of a question that may have paragraphs and bold: the entry and the language."""
    for language in LANGUAGES:
        yield question.entry("stem"), language
        for choice in question.entries("choices"):
            yield choice.entry("text"), language
            yield choice.entry("feedback"), language


def _plain_texts(course: CourseFiles) -> Iterator[Entry]:
    """The texts of `course.yaml`, which have no marks at all."""
    top = course.document.top
    yield from (top.entry("title"), top.entry("summary"))
    for goal in top.entries("goals"):
        yield goal.entry("text")
    for module in top.entries("modules"):
        yield from (module.entry("title"), module.entry("summary"))
    for change in top.entries("changes"):
        yield change.entry("text")


def _check_marks(holder: Entry, key: str, findings: Findings) -> None:
    text = holder.text(key)
    if text is None:
        return
    _check_html(holder, key, findings)
    for block in _marks.parse(text):
        line = holder.text_line(key, block.map[0] if block.map else 0)
        for token in [block, *(block.children or [])]:
            if token.type in _MARK_NAMES and token.type not in _ALLOWED_BLOCKS | _ALLOWED_MARKS:
                findings.fault(
                    holder.document.path,
                    line,
                    said(
                        "{what} cannot be used in a question; only paragraphs and **bold** can",
                        what=said(_MARK_NAMES[token.type]),
                    ),
                )


def _check_html(holder: Entry, key: str, findings: Findings) -> None:
    text = holder.text(key) or ""
    for block in _html.parse(text) if "<" in text else ():
        line = holder.text_line(key, block.map[0] if block.map else 0)
        for token in [block, *(block.children or [])]:
            if token.type in ("html_block", "html_inline") and not token.content.startswith("</"):
                shown = token.content.strip().split("\n")[0][:40]
                findings.fault(
                    holder.document.path, line, said("raw HTML is not allowed: {shown}; write plain text", shown=shown)
                )
