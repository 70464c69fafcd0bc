"""Reads a part's Markdown into screens, and finds the faults of the file by itself."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markdown_it.token import Token

from tbblearn.courses.files.findings import Findings
from tbblearn.courses.files.format import (
    NAME_PATTERN,
    FilmShape,
    PlaceholderShape,
    PracticeBlockShape,
)
from tbblearn.courses.files.markdown import (
    BOXES,
    FENCES,
    heading_words,
    located,
    parser,
    plain_text,
    table_faults,
    unread_table,
)
from tbblearn.courses.files.reading import Document, parse_yaml
from tbblearn.courses.files.shapes import S, check_shape
from tbblearn.courses.files.texts import TOO_LONG, invisible, shortened, unwanted_entities
from tbblearn.courses.vocabulary import Service, cited_source

_HEADING = re.compile(r"^(?P<title>.*?)\s*\{#(?P<id>[^} ]*)(?: service=(?P<service>[^}]*))?\}$", re.DOTALL)

_REFUSED = {
    "hr": "a line across; start a new screen with ## instead",
    "blockquote_open": "a quotation block (>); use ::: tip or an ordinary paragraph",
    "code_block": "text indented by four spaces; remove the indentation",
    "code_inline": "text between backquotes; write it without them, or in **bold**",
}


@dataclass(frozen=True)
class Located:
    """A text and its line."""

    text: str
    line: int


@dataclass(frozen=True)
class Picture:
    """A picture in a part; `file` is a file name in the part's folder."""

    file: str
    alternative: str
    line: int


@dataclass(frozen=True)
class Film:
    """A film in a part, and the line its block begins on."""

    shape: FilmShape
    line: int


@dataclass(frozen=True)
class Placeholder:
    """A placeholder, and the line its block begins on."""

    shape: PlaceholderShape
    line: int


@dataclass(frozen=True)
class Passage:
    """Running text as written: a paragraph, a list item, a table cell or a paragraph of a film's transcript."""

    text: str
    line: int
    in_table: bool = False
    in_film: bool = False


@dataclass
class ScreenSource:
    """A screen as written: its tokens in order, without the `source` blocks; `sources` has the ids that those cite."""

    id: str
    title: str
    line: int
    service: Service | None = None
    tokens: list[Token] = field(default_factory=list)
    links: list[Located] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    films: list[Film] = field(default_factory=list)
    practices: list[Located] = field(default_factory=list)
    placeholders: list[Placeholder] = field(default_factory=list)
    sources: list[Located] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)


@dataclass(frozen=True)
class Part:
    """A part in one language."""

    path: Path
    language: str
    text: str
    screens: tuple[ScreenSource, ...]

    def placeholders(self) -> list[Placeholder]:
        """The placeholders, in order."""
        return [placeholder for screen in self.screens for placeholder in screen.placeholders]


def read_part(text: str, path: Path, language: str, findings: Findings) -> Part:
    """Read a part from `text`, going on after each fault."""
    text, faulty = shortened(text)
    for row in faulty:
        findings.fault(path, row + 1, TOO_LONG)
    _find_raw_html(text, path, findings)
    return Part(path, language, text, tuple(_PartReader(text, path, findings).screens()))


def _find_raw_html(text: str, path: Path, findings: Findings) -> None:
    for token in parser(raw_html=True).parse(text):
        first = token.map[0] + 1 if token.map else 1
        if token.type == "html_block":
            _raw_html(path, first, token.content, findings)
        for child, line in located(token, first) if token.type == "inline" else ():
            if child.type == "html_inline" and not child.content.startswith("</"):
                _raw_html(path, line, child.content, findings)


def _raw_html(path: Path, line: int, content: str, findings: Findings) -> None:
    shown = content.strip().split("\n")[0][:40]
    findings.fault(
        path, line, "raw HTML is not allowed: {shown}; use Markdown, or write &lt; for a < that is meant", shown=shown
    )


class _PartReader:
    """Reads the tokens of one part, once."""

    def __init__(self, text: str, path: Path, findings: Findings) -> None:
        self._markdown = parser()
        self._path = path
        self._findings = findings
        self._lines = text.split("\n")
        read: dict[str, Any] = {}
        self._tokens = self._markdown.parse(text, read)
        self._find_lost(read)
        self._boxes: list[tuple[str, int]] = []
        self._in_table = False
        self._line = 1

    def screens(self) -> Iterator[ScreenSource]:
        screen: ScreenSource | None = None
        position = 0
        while position < len(self._tokens):
            token = self._tokens[position]
            self._line = token.map[0] + 1 if token.map else self._line
            if token.type == "heading_open" and token.tag == "h2":
                if screen is not None:
                    yield self._ended(screen)
                screen = self._started(self._tokens[position + 1], nested=token.level > 0)
                position += 3
                continue
            if screen is None:
                self._fault("text before the first screen; put a heading such as ## Rubrik {#screen-id} above it")
                screen = ScreenSource("", "", self._line)
            self._take(token, screen, self._tokens[position + 1 : position + 2])
            position += 1
        if screen is None:
            self._line = 1
            self._fault("no screen; start one with a heading such as ## Rubrik {#screen-id}")
        else:
            yield self._ended(screen)

    def _fault(self, message: str, line: int | None = None, /, **values: object) -> None:
        self._findings.fault(self._path, self._line if line is None else line, message, **values)

    def _find_lost(self, read: Mapping[str, Any]) -> None:
        """Find what the parser consumes without showing it."""
        for line, message in table_faults(self._tokens, self._lines):
            self._fault(message, line)
        inline = [child for token in self._tokens for child in token.children or ()]
        used = {address for child in inline for address in (child.attrs.get("href"), child.attrs.get("src"))}
        for reference in [*read.get("references", {}).values(), *read.get("duplicate_refs", ())]:
            if reference["href"] not in used:
                line = reference["map"][0]
                message = "this is taken for a link's address and not shown: {shown}; write it otherwise"
                self._fault(message, line + 1, shown=self._lines[line].strip()[:40])
        for line, row in enumerate(self._lines, start=1):
            for letter in unwanted_entities(row):
                self._fault(invisible(letter), line)

    def _started(self, inline: Token, *, nested: bool) -> ScreenSource:
        if nested:
            self._fault("this screen begins inside a box or list; close the box above with ::: on a line of its own")
        match = _HEADING.match(inline.content)
        if match is None:
            self._fault("the screen has no id; end its heading with one, such as {#tidigt-ar-nu}")
            return ScreenSource("", heading_words(self._markdown, inline.content), self._line)
        if not re.match(NAME_PATTERN, match["id"]):
            message = "the screen id {screen} must have small letters a-z, digits and single hyphens only"
            self._fault(message, screen=repr(match["id"]))
        title = heading_words(self._markdown, match["title"])
        if not title:
            self._fault("the screen has no title; write one before its id")
        return ScreenSource(match["id"], title, self._line, self._service(match["service"]))

    def _service(self, written: str | None) -> Service | None:
        if written is None:
            return None
        if written not in set(Service):
            message = "there is no service {service}; known: {services}"
            self._fault(message, service=written, services=", ".join(Service))
            return None
        return Service(written)

    def _ended(self, screen: ScreenSource) -> ScreenSource:
        if screen.id and not screen.tokens:
            self._fault("the screen {screen} is empty; write something or remove it", screen.line, screen=screen.id)
        return screen

    def _take(self, token: Token, screen: ScreenSource, following: list[Token]) -> None:
        if token.type in _REFUSED:
            self._fault(_REFUSED[token.type])
        elif token.type == "heading_open":
            self._heading(token)
        elif token.type == "fence":
            if not self._fence(token, screen):
                return
        elif token.type.startswith("container_"):
            self._box(token)
        elif token.type in ("table_open", "table_close"):
            self._in_table = token.type == "table_open"
        elif token.type == "paragraph_open" and following:
            self._paragraph(following[0])
        elif token.type == "inline":
            self._inline(token, screen)
        screen.tokens.append(token)

    def _heading(self, token: Token) -> None:
        if token.markup in ("=", "-"):
            self._fault("a heading made by underlining; write ### before it, or leave an empty line before ---")
        elif token.tag == "h1":
            self._fault("the part's title stands in course.yaml; use ## for a screen")
        elif token.tag != "h3":
            self._fault("this heading is too deep; use ###")

    def _fence(self, token: Token, screen: ScreenSource) -> bool:
        """Read a fenced block; False if it is not to be rendered."""
        kind = token.info.strip()
        if token.map and (token.map[1] - token.map[0] < 2 or self._lines[token.map[1] - 1].strip() != token.markup):
            message = "the block {kind} is never closed; end it with {markup} on a line of its own"
            self._fault(message, kind=kind or "here", markup=token.markup)
        if kind not in FENCES:
            self._fault(
                "unknown block {kind}; the fenced blocks are {fences}", kind=repr(kind), fences=", ".join(FENCES)
            )
        elif kind == "source":
            self._sources(token, screen)
        elif kind == "practice":
            if token.level:
                self._fault("a practice question cannot stand inside a box or list; move it out")
            if (practice := self._block(token, PracticeBlockShape)) is not None:
                screen.practices.append(Located(practice.id, self._line))
                return True
        elif kind == "film":
            if token.level:
                self._fault("a film cannot stand inside a box or list; move it out")
            if (film := self._block(token, FilmShape)) is not None:
                screen.films.append(Film(film, self._line))
                self._take_transcript(film, screen)
                return True
        elif (placeholder := self._block(token, PlaceholderShape)) is not None:
            screen.placeholders.append(Placeholder(placeholder, self._line))
            return True
        return False

    def _block(self, token: Token, shape: type[S]) -> S | None:
        document = parse_yaml(token.content, self._path, self._findings, first_line=self._line + 1)
        if document is None:
            return None
        if document.data is None:
            document = Document(self._path, {}, {(): self._line}, {})
        return check_shape(shape, document, self._findings)

    def _take_transcript(self, film: FilmShape, screen: ScreenSource) -> None:
        """A transcript is text like any other, and its language is measured."""
        for paragraph in film.paragraphs():
            screen.passages.append(Passage(paragraph, self._line, in_film=True))

    def _sources(self, token: Token, screen: ScreenSource) -> None:
        found = False
        for offset, line in enumerate(token.content.split("\n"), start=1):
            if line.startswith("- ") and line[2:].strip():
                found = True
                screen.sources.append(Located(cited_source(line[2:]), self._line + offset))
            elif line.strip() and not (found and line.startswith("  ")):
                self._fault("each source stands on a line of its own after a dash and a space", self._line + offset)
        if not token.content.strip():
            self._fault("the source block is empty; write a line such as - 003, Bakgrund")

    def _box(self, token: Token) -> None:
        kind = token.type.split("_")[1]
        if token.type.endswith("_close"):
            kind, opened = self._boxes.pop()
            if not token.markup:
                self._fault(
                    "the box ::: {kind} is never closed; end it with ::: on a line of its own", opened, kind=kind
                )
            return
        title = token.info.strip().removeprefix(kind).strip()
        if kind == "case" and not title:
            self._fault("the case has no title; write it after ::: case")
        if kind != "case" and title:
            self._fault("a {kind} has no title; remove the text after ::: {kind}", kind=kind)
        if self._boxes:
            self._fault("a box inside a box; close the first one with ::: before this line")
        self._boxes.append((kind, self._line))

    def _paragraph(self, inline: Token) -> None:
        """A picture needs a paragraph of its own; a remaining line of colons is an unknown box."""
        pictures = [child for child in inline.children or [] if child.type == "image"]
        if pictures and len(inline.children or []) > 1:
            self._fault("a picture must stand in a paragraph of its own; leave an empty line before and after it")
        rows = inline.content.split("\n")
        if unread := unread_table(rows):
            self._fault(unread[1], self._line + unread[0])
        for offset, line in enumerate(rows):
            if line.startswith(":::"):
                word = line.strip(": ") or ":::"
                message = "unknown box {word}; the boxes are {boxes}"
                self._fault(message, self._line + offset, word=repr(word), boxes=", ".join(BOXES))

    def _inline(self, inline: Token, screen: ScreenSource) -> None:
        words = plain_text(inline)
        if words.strip():
            screen.passages.append(Passage(words, self._line, self._in_table))
        for child, line in located(inline, self._line):
            if child.type in _REFUSED:
                self._fault(_REFUSED[child.type], line)
            elif child.type == "link_open":
                screen.links.append(Located(str(child.attrs.get("href", "")), line))
                if "title" in child.attrs:
                    self._fault("the text in quotation marks after a link's address is not shown; remove it", line)
            elif child.type == "image":
                self._picture(child, line, screen)
            elif child.type == "text" and "](" in child.content:
                self._fault(
                    "a link that cannot be read; write [words](screen:part/screen) without spaces inside ()", line
                )
            elif child.type == "text" and "{#" in child.content:
                self._fault("an id such as {#name} belongs at the end of a ## heading only", line)

    def _picture(self, image: Token, line: int, screen: ScreenSource) -> None:
        file = str(image.attrs.get("src", ""))
        alternative = " ".join(plain_text(image).split())
        if not alternative:
            self._fault(
                "the picture {file} has no text alternative; say in [ ] what the picture tells", line, file=file
            )
        screen.pictures.append(Picture(file, alternative, line))
