"""The Markdown of a part: CommonMark with tables and three kinds of box, without raw HTML."""

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_block.table import escapedSplit
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

from tbblearn.courses.files.findings import phrase

BOXES = ("case", "plan", "tip")
FENCES = ("film", "placeholder", "practice", "source")

_UNDER_HEAD = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?")


def parser(*, raw_html: bool = False) -> MarkdownIt:
    """A parser of parts. `raw_html` recognises raw HTML, in order to report it; never render with it.

    Every link address is kept: the checks and the renderer decide about it.
    """
    markdown = MarkdownIt("commonmark", {"html": raw_html}).enable("table")
    for box in BOXES:
        markdown.use(container_plugin, box)
    markdown.validateLink = lambda url: True  # type: ignore[method-assign]
    return markdown


def inline_parser() -> MarkdownIt:
    """A parser of the texts in questions: paragraphs and bold. Other marks are parsed in order to be refused."""
    return MarkdownIt("commonmark", {"html": False})


def located(inline: Token, line: int) -> Iterator[tuple[Token, int]]:
    """The children of an inline token, each with its line; `line` is that of the first."""
    for child in inline.children or []:
        yield child, line
        if child.type in ("softbreak", "hardbreak"):
            line += 1
        elif child.type in ("image", "html_inline", "code_inline"):
            line += child.content.count("\n")


def plain_text(inline: Token) -> str:
    """The text of an inline token without its marks; line breaks stay line breaks."""
    pieces = []
    for child in inline.children or []:
        if child.type in ("softbreak", "hardbreak"):
            pieces.append("\n")
        elif child.type in ("text", "code_inline"):
            pieces.append(child.content)
    return "".join(pieces)


def heading_words(markdown: MarkdownIt, source: str) -> str:
    """The text of a heading without its marks."""
    return " ".join(plain_text(token) for token in markdown.parseInline(source)).strip()


def table_faults(tokens: Sequence[Token], rows: Sequence[str]) -> Iterator[tuple[int, str]]:
    """What the tables in `tokens`, parsed from `rows`, would lose, each with its line.

    The parser drops cells beyond the columns of the head, and fills in missing ones.
    """
    columns = 0
    in_head = False
    for token in tokens:
        if token.type in ("thead_open", "thead_close"):
            in_head = token.type == "thead_open"
            columns = 0 if in_head else columns
        elif token.type == "th_open":
            columns += 1
        elif token.type == "tr_open" and not in_head and token.map:
            cells = _cells(rows[token.map[0]])
            if cells != columns:
                yield (
                    token.map[0] + 1,
                    phrase(
                        "cells in this row: {cells}, in the table's head: {columns}; write as many, \\| for a | in a "
                        "text, and an empty line after the table",
                        cells=cells,
                        columns=columns,
                    ),
                )


def unread_table(paragraph: Sequence[str]) -> tuple[int, str] | None:
    """Why a paragraph is not read as the table it looks like, and on which row; None if it does not look like one."""
    for number, row in enumerate(map(str.strip, paragraph)):
        if "|" in row and _UNDER_HEAD.fullmatch(row):
            head, under = _cells(paragraph[number - 1]) if number else 0, _cells(row)
            if head and under != head:
                return number, phrase(
                    "columns in the line under the table's head: {under}, in the head: {head}; write as many",
                    under=under,
                    head=head,
                )
    for number, row in enumerate(paragraph):
        if row.startswith("|"):
            return number, phrase("a table has a head, and under it a line such as |---|---|; it ends at an empty line")
    return None


def _cells(row: str) -> int:
    """How many cells the parser finds in a row of a table."""
    cells = escapedSplit(row.strip())
    return len(cells) - (cells[0] == "") - (len(cells) > 1 and cells[-1] == "")
