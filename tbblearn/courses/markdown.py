"""The Markdown of a part: CommonMark with tables and three kinds of box, without raw HTML."""

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

BOXES = ("case", "plan", "tip")
FENCES = ("film", "placeholder", "practice", "source")


def parser(*, raw_html: bool = False) -> MarkdownIt:
    """A parser of parts. `raw_html` recognises raw HTML, in order to point it out; never render with it.

    Every address of a link is let through to the tokens: the checks and the renderer judge it.
    """
    markdown = MarkdownIt("commonmark", {"html": raw_html}).enable("table")
    for box in BOXES:
        markdown.use(container_plugin, box)
    markdown.validateLink = lambda url: True  # type: ignore[method-assign]
    return markdown


def inline_parser() -> MarkdownIt:
    """A parser of the texts in questions: paragraphs and bold. Other marks are seen, to be refused."""
    return MarkdownIt("commonmark", {"html": False})


def located(inline: Token, line: int) -> Iterator[tuple[Token, int]]:
    """The parts of an inline token, each with its line; `line` is that of the first."""
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
