"""Reads a course's text files, remembering on which line everything stands.

YAML is read as YAML 1.2 in block style, without anchors, aliases and tags. The reader goes on after a fault wherever
it can, so that an author sees all of them at once.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from tbblearn.courses.findings import Findings, said

Location = tuple[str | int, ...]
"""The way to a value: keys and list positions from the top of the file."""

LARGEST_TEXT_FILE = 1_000_000
"""Bytes: far above any real part, and small enough to read without harm."""

TAB_WIDTHS = (2, 4, 6, 8, 10)
"""What a tab may have stood for: tried in turn until the rest of the file can be read."""

YAML_HINTS = {
    "mapping values are not allowed here": "a text with a colon and a space in it needs quotation marks around it",
    "could not find expected ':'": "every key ends with a colon, and a long text needs `|` after its key",
    "found character '\\t' that cannot start any token": "use spaces, never tabs",
    "expected <block end>, but found '?'": "the line is not indented like the lines that it belongs with",
    "expected <block end>, but found '-'": "the line is not indented like the lines that it belongs with",
    "expected <block end>, but found '<block mapping start>'": "the line is not indented like the lines above it",
    "expected <block end>, but found '<scalar>'": "text goes on after its closing quotation mark",
}


@dataclass(frozen=True)
class Document:
    """A YAML text as plain data, and the line of each key and list item.

    `text_lines` holds the first line of each text written as a block with `|`.
    """

    path: Path
    data: object
    lines: Mapping[Location, int]
    text_lines: Mapping[Location, int]

    def line(self, location: Location) -> int:
        """The line of `location`, or of the nearest thing around it."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)

    @property
    def top(self) -> "Entry":
        """The mapping that the file is; empty where it is something else."""
        return Entry(self, ())


@dataclass(frozen=True)
class Entry:
    """A mapping inside a document, read without trust: what is missing or has another type reads as nothing.

    Shapes are checked elsewhere; this lets the other checks go on in a file that has faults of shape.
    """

    document: Document
    location: Location

    @property
    def _data(self) -> Mapping[object, object]:
        value = self.document.data
        for step in self.location:
            if isinstance(value, Mapping):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
        return value if isinstance(value, Mapping) else {}

    def text(self, key: str) -> str | None:
        """The text under `key`."""
        value = self._data.get(key)
        return value if isinstance(value, str) else None

    def flag(self, key: str) -> bool:
        """True where `key` says true."""
        return self._data.get(key) is True

    def has(self, key: str) -> bool:
        """True where `key` is written, whatever it says."""
        return key in self._data

    def texts(self, key: str) -> Iterator[tuple[str, int]]:
        """The texts of the list under `key`, each with its line."""
        value = self._data.get(key)
        for position, item in enumerate(value if isinstance(value, list) else []):
            if isinstance(item, str):
                yield item, self.document.line((*self.location, key, position))

    def count(self, key: str) -> int | None:
        """How many items the list under `key` has; None where it is no list."""
        value = self._data.get(key)
        return len(value) if isinstance(value, list) else None

    def entry(self, key: str) -> "Entry":
        """The mapping under `key`; empty where there is none."""
        return Entry(self.document, (*self.location, key))

    def entries(self, key: str) -> Iterator["Entry"]:
        """The mappings of the list under `key`."""
        value = self._data.get(key)
        for position, item in enumerate(value if isinstance(value, list) else []):
            if isinstance(item, Mapping):
                yield Entry(self.document, (*self.location, key, position))

    def line(self, *steps: str | int) -> int:
        """The line of what lies `steps` further in, or of the nearest thing around it."""
        return self.document.line((*self.location, *steps))

    def text_line(self, key: str, offset: int) -> int:
        """The line on which line `offset` (from 0) of the text under `key` stands, where that can be known."""
        first = self.document.text_lines.get((*self.location, key))
        return self.line(key) if first is None else first + offset


def read_text(path: Path, findings: Findings) -> str | None:
    """The text of a file, with line feeds only and in Unicode's composed form; None where it cannot be read.

    Bytes that are not UTF-8 are a fault, and are read as U+FFFD so that checking can go on.
    """
    size = path.stat().st_size
    if size > LARGEST_TEXT_FILE:
        findings.fault(
            path,
            1,
            said(
                "the file has {size} bytes; split it, at most {most} are read",
                size=f"{size:,}",
                most=f"{LARGEST_TEXT_FILE:,}",
            ),
        )
        return None
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        findings.fault(
            path,
            line,
            said(
                "not UTF-8: byte 0x{byte} at position {start} of the file{more}; save the file as UTF-8",
                byte=f"{raw[error.start]:02X}",
                start=error.start,
                more=_more_faulty_lines(raw, line),
            ),
        )
        text = raw.decode("utf-8-sig", errors="replace")
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    for number, content in enumerate(text.split("\n"), start=1):
        if control := re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff]", content):
            findings.fault(
                path, number, said("invisible control character U+{number}; delete it", number=f"{ord(control[0]):04X}")
            )
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff]", "", text)


def _more_faulty_lines(raw: bytes, first: int) -> str:
    faulty = 0
    for line in raw.split(b"\n")[first:]:
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            faulty += 1
    return said(" (and on {faulty} more lines)", faulty=faulty) if faulty else ""


def read_yaml(path: Path, findings: Findings) -> Document | None:
    """The data of a YAML file; None where it cannot be read, which is then a fault."""
    text = read_text(path, findings)
    return None if text is None else parse_yaml(text, path, findings)


def parse_yaml(text: str, path: Path, findings: Findings, *, first_line: int = 1) -> Document | None:
    """The data of `text`, which begins on `first_line` of the file; None where it is no YAML, which is then a fault."""
    tabs = [number for number, line in enumerate(text.split("\n")) if "\t" in line]
    for number in tabs:
        findings.fault(path, number + first_line, "tab in YAML; indent with two spaces, and use spaces elsewhere")
    problem: YAMLError | None = None
    for width in TAB_WIDTHS if tabs else (0,):
        found = Findings()
        builder = _Builder(path, found, first_line)
        try:
            for event in YAML(typ="safe", pure=True).parse(text.replace("\t", " " * width)):
                builder.take(event)
        except YAMLError as error:
            problem = error
            continue
        for finding in found.faults:
            findings.fault(finding.path, finding.line, finding.message)
        return Document(path, builder.data, builder.lines, builder.text_lines)
    if not tabs:
        _report_syntax(problem, path, first_line, findings)
    return None


def _report_syntax(error: YAMLError | None, path: Path, first_line: int, findings: Findings) -> None:
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        findings.fault(path, first_line, said("not YAML: {error}", error=error))
        return
    problem = str(error.problem)
    hint = YAML_HINTS.get(problem, "look at this line and the one above it")
    findings.fault(
        path,
        error.problem_mark.line + first_line,
        said("not YAML: {problem}; {hint}", problem=problem, hint=said(hint)),
    )


@dataclass
class _Open:
    """A mapping or list that is being built."""

    value: dict[str, object] | list[object]
    location: Location
    key: str | None = None
    keys: int = 0


@dataclass
class _Builder:
    """Makes plain data of YAML events, reporting what the format does not allow."""

    path: Path
    findings: Findings
    first_line: int
    data: object = None
    lines: dict[Location, int] = field(default_factory=dict)
    text_lines: dict[Location, int] = field(default_factory=dict)
    _open: list[_Open] = field(default_factory=list)
    _documents: int = 0

    def take(self, event: Event) -> None:
        line = event.start_mark.line + self.first_line
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._fault(line, "a second YAML document; one file holds one, remove the line ---")
        elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            self._start(event, line)
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            self._end(event, line)
        elif isinstance(event, ScalarEvent):
            self._scalar(event, line)
        elif isinstance(event, AliasEvent):
            self._fault(line, said("*{anchor} repeats something by reference; write it out", anchor=event.anchor))
            self._place(None, line)

    def _fault(self, line: int, message: str) -> None:
        self.findings.fault(self.path, line, message)

    def _check_decoration(self, event: MappingStartEvent | SequenceStartEvent | ScalarEvent, line: int) -> None:
        if event.anchor is not None:
            self._fault(line, said("&{anchor} is not needed; write the text out where it is used", anchor=event.anchor))
        if event.tag is not None and event.tag != "!":
            self._fault(line, said("the tag {tag} is not allowed; remove it", tag=event.tag))

    def _start(self, event: MappingStartEvent | SequenceStartEvent, line: int) -> None:
        self._check_decoration(event, line)
        value: dict[str, object] | list[object] = {} if isinstance(event, MappingStartEvent) else []
        location = self._place(value, line)
        self._open.append(_Open(value, location))
        if event.flow_style and isinstance(event, MappingStartEvent):
            self._fault(line, "braces { }; write one key a line, indented by two spaces")
        self.lines.setdefault(location, line)

    def _end(self, event: MappingEndEvent | SequenceEndEvent, line: int) -> None:
        ended = self._open.pop()
        if isinstance(ended.value, list) and ended.value and event.end_mark.index > event.start_mark.index:
            self._fault(self.lines[ended.location], "brackets [ ]; write one item a line, each after a dash")

    def _scalar(self, event: ScalarEvent, line: int) -> None:
        self._check_decoration(event, line)
        holder = self._open[-1] if self._open else None
        if holder is not None and isinstance(holder.value, dict) and holder.key is None:
            self._key(holder, str(event.value), line)
            return
        plain = event.style in (None, "")
        location = self._place(_plain_value(event.value) if plain else str(event.value), line)
        if event.style == "|":
            self.text_lines[location] = line + 1

    def _key(self, holder: _Open, key: str, line: int) -> None:
        assert isinstance(holder.value, dict)
        if key in holder.value:
            self._fault(
                line, said("the key {key} is written twice here; remove one (the first is used)", key=repr(key))
            )
        elif key == "id" and holder.keys and holder.location and isinstance(holder.location[-1], int):
            self._fault(line, "id must come first in its list item; move the line up to the dash")
        holder.key = key
        holder.keys += 1
        self.lines.setdefault((*holder.location, key), line)

    def _place(self, value: object, line: int) -> Location:
        """Put `value` where it belongs and return its location."""
        if not self._open:
            if self._documents == 1:
                self.data = value
            return ()
        holder = self._open[-1]
        if isinstance(holder.value, list):
            location = (*holder.location, len(holder.value))
            holder.value.append(value)
            self.lines.setdefault(location, line)
            return location
        if holder.key is None:
            self._fault(line, "a key must be a plain word")
            holder.key = ""
            return (*holder.location, "")
        location = (*holder.location, holder.key)
        if holder.key not in holder.value:
            holder.value[holder.key] = value
        holder.key = None
        return location


def _plain_value(written: str) -> object:
    """What an unquoted word means: true, false, a whole number, nothing, or else the text itself."""
    if written in ("true", "false"):
        return written == "true"
    if written in ("", "~", "null"):
        return None
    if re.fullmatch(r"-?(0|[1-9][0-9]*)", written) and len(written) < 10:
        return int(written)
    return written
