"""Reads YAML, remembering the line of everything.

The format is YAML 1.2 in block style, without anchors, aliases and tags. The reader goes on after a fault wherever it
can, so that an author sees all of them at once.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
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

from tbblearn.characters import named
from tbblearn.courses.files.findings import Findings, phrase
from tbblearn.courses.files.texts import TOO_LONG, invisible, read_text, shortened, unwanted, without
from tbblearn.courses.files.yaml_faults import BRACES, BRACKETS, UNCLOSED, Ended, Scanner, cut, no_hyphen, reason

Location = tuple[str | int, ...]
"""The path to a value: keys and list positions from the top of the file."""

TAB_WIDTHS = (2, 4, 6, 8, 10)
"""Widths that a tab may have had: tried in turn until the rest of the file can be read."""

DEEPEST = 20
"""Levels of indentation; the deepest text of any course is on the ninth."""

MOST_EVENTS = 20_000
"""Parser events in one file: ten times those of a large quiz."""


@dataclass(frozen=True)
class Document:
    """A YAML text as plain data, and the line of each key and list item.

    `text_lines` has the first line of each block text (`|`), `cuts` the remark after each unquoted value: in a text, it
    is part of the text that was lost.
    """

    path: Path
    data: object
    lines: Mapping[Location, int]
    text_lines: Mapping[Location, int]
    cuts: Mapping[Location, str] = field(default_factory=dict)

    def line(self, location: Location) -> int:
        """The line of `location`, or of the nearest thing around it."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)

    @property
    def top(self) -> "Entry":
        """The file's top-level mapping; empty if it is something else."""
        return Entry(self, ())


@dataclass(frozen=True)
class Entry:
    """A mapping in a document, in which anything missing or of the wrong type reads as nothing.

    This lets other checks go on in a file that does not fit its shape.
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
        """True if `key` is true."""
        return self._data.get(key) is True

    def has(self, key: str) -> bool:
        """True if `key` is present, whatever its value."""
        return key in self._data

    def texts(self, key: str) -> Iterator[tuple[str, int]]:
        """The texts of the list under `key`, each with its line."""
        value = self._data.get(key)
        for position, item in enumerate(value if isinstance(value, list) else []):
            if isinstance(item, str):
                yield item, self.document.line((*self.location, key, position))

    def count(self, key: str) -> int | None:
        """How many items the list under `key` has; None if it is not a list."""
        value = self._data.get(key)
        return len(value) if isinstance(value, list) else None

    def entry(self, key: str) -> "Entry":
        """The mapping under `key`; empty if there is none."""
        return Entry(self.document, (*self.location, key))

    def entries(self, key: str) -> Iterator["Entry"]:
        """The mappings of the list under `key`."""
        value = self._data.get(key)
        for position, item in enumerate(value if isinstance(value, list) else []):
            if isinstance(item, Mapping):
                yield Entry(self.document, (*self.location, key, position))

    def line(self, *steps: str | int) -> int:
        """The line of what is `steps` further in, or of the nearest thing around it."""
        return self.document.line((*self.location, *steps))

    def at(self, *steps: str | int) -> tuple[Path, int]:
        """The file and line of what is `steps` further in, for a finding."""
        return self.document.path, self.line(*steps)

    def text_line(self, key: str, offset: int) -> int:
        """The line of row `offset` (from 0) of the text under `key`, where it can be known."""
        first = self.document.text_lines.get((*self.location, key))
        return self.line(key) if first is None else first + offset


def read_yaml(path: Path, findings: Findings) -> Document | None:
    """The data of a YAML file; None, and a fault, if it cannot be read."""
    text = read_text(path, findings)
    return None if text is None else parse_yaml(text, path, findings)


def parse_yaml(text: str, path: Path, findings: Findings, *, first_line: int = 1) -> Document | None:
    """The data of `text`, which begins on `first_line` of the file; None, and a fault, if it is not YAML."""
    rows = text.split("\n")
    tabs = [number for number, row in enumerate(rows) if "\t" in row]
    for number in tabs:
        findings.fault(path, number + first_line, "tab in YAML; indent with two spaces, and use spaces elsewhere")
    rows = [_indented(row, path, number, findings) for number, row in enumerate(rows, start=first_line)]
    for width in TAB_WIDTHS if tabs else (0,):
        found = Findings()
        builder = _Builder(path, found, first_line, [row.replace("\t", " " * width) for row in rows])
        ended = builder.read()
        if ended is None or not tabs:
            findings.add(found.faults)
        if ended is None:
            return Document(path, builder.data, builder.lines, builder.text_lines, builder.cuts)
        if not tabs:
            findings.fault(path, ended.row + first_line, ended.message)
    return None


def _indented(row: str, path: Path, line: int, findings: Findings) -> str:
    """The row indented with ordinary spaces. Others look the same, but not to YAML."""
    content = row.lstrip()
    before = row[: len(row) - len(content)]
    for odd in dict.fromkeys(before.replace(" ", "").replace("\t", "")):
        findings.fault(path, line, "{name} in the indentation; write ordinary spaces", name=named(odd))
        before = before.replace(odd, " ")
    return before + content


@dataclass
class _Open:
    """A mapping or list that is being built."""

    value: dict[str, object] | list[object]
    location: Location
    column: int
    key: str | None = None
    keys: int = 0


@dataclass
class _Builder:
    """Builds plain data from YAML events, reporting what the format does not allow."""

    path: Path
    findings: Findings
    first_line: int
    rows: Sequence[str]
    data: object = None
    lines: dict[Location, int] = field(default_factory=dict)
    text_lines: dict[Location, int] = field(default_factory=dict)
    cuts: dict[Location, str] = field(default_factory=dict)
    _open: list[_Open] = field(default_factory=list)
    _documents: int = 0
    _cut: Ended | None = None
    """What was lost after the value read last."""

    def read(self) -> Ended | None:
        """Read all rows; the reason if that fails."""
        yaml = YAML(typ="safe", pure=True)
        yaml.Scanner = Scanner
        try:
            for count, event in enumerate(yaml.parse("\n".join(self.rows))):
                if count > MOST_EVENTS:
                    raise Ended(event.start_mark.line, phrase("more lines than can be read; split the file"))
                self._take(event)
        except (YAMLError, ValueError, OverflowError) as error:
            goes_on = "found '<scalar>'" in str(error)
            return self._cut if self._cut and goes_on else reason(error, self.rows)
        return None

    def _take(self, event: Event) -> None:
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
            self._fault(line, "*{anchor} repeats something by reference; write it out", anchor=event.anchor)
            self._place(None, line)

    def _fault(self, line: int, message: str, /, **values: object) -> None:
        self.findings.fault(self.path, line, message, **values)

    def _check_decoration(self, event: MappingStartEvent | SequenceStartEvent | ScalarEvent, line: int) -> None:
        if event.anchor is not None:
            self._fault(line, "&{anchor} is not needed; write the text out where it is used", anchor=event.anchor)
        if event.tag is not None and event.tag != "!":
            self._fault(line, "the tag {tag} is not allowed; remove it", tag=event.tag)

    def _start(self, event: MappingStartEvent | SequenceStartEvent, line: int) -> None:
        self._check_decoration(event, line)
        value: dict[str, object] | list[object] = {} if isinstance(event, MappingStartEvent) else []
        location = self._place(value, line)
        if len(self._open) == DEEPEST:
            raise Ended(event.start_mark.line, phrase("more than {most} levels of indentation", most=DEEPEST))
        outer = self._open[-1].column if self._open else -1
        self._open.append(_Open(value, location, outer if event.flow_style else event.start_mark.column))
        if event.flow_style and isinstance(event, MappingStartEvent):
            self._fault(line, BRACES)
        self.lines.setdefault(location, line)

    def _end(self, event: MappingEndEvent | SequenceEndEvent, line: int) -> None:
        ended = self._open.pop()
        if isinstance(ended.value, list) and ended.value and event.end_mark.index > event.start_mark.index:
            self._fault(self.lines[ended.location], BRACKETS)

    def _scalar(self, event: ScalarEvent, line: int) -> None:
        self._check_decoration(event, line)
        self._cut = None
        if event.style in ("'", '"'):
            self._check_end(event)
        value, faulty = shortened(self._visible(str(event.value), line))
        if faulty:
            self._fault(line, TOO_LONG)
        plain = event.style in (None, "")
        holder = self._open[-1] if self._open else None
        if holder is not None and isinstance(holder.value, dict) and holder.key is None:
            self._key(holder, value, line, plain=plain)
            return
        location = self._place(_plain_value(value) if plain else value, line)
        if event.style == "|":
            self.text_lines[location] = line + 1
        if plain and (lost := self._remark(event, self.lines.get(location, line))):
            self.cuts[location] = lost
            self._cut = Ended(event.end_mark.line, cut(lost))

    def _remark(self, event: ScalarEvent, line: int) -> str:
        """The remark (` #`) after a value; `line` is that of its key or list item."""
        if not event.value:
            found = re.search(r"[:-] +(#.*)", self.rows[line - self.first_line])
            return found[1] if found else ""
        behind = self.rows[event.end_mark.line][event.end_mark.column :].strip()
        return behind if behind.startswith("#") else ""

    def _check_end(self, event: ScalarEvent) -> None:
        """Quoted text continues only where it is indented further than its key (YAML 1.2.2, 7.3.1).

        Otherwise the quotation mark was left open.
        """
        column = self._open[-1].column if self._open else -1
        for row in self.rows[event.start_mark.line + 1 : event.end_mark.line + 1]:
            if row.strip() and len(row) - len(row.lstrip()) <= column:
                raise Ended(event.start_mark.line, UNCLOSED)

    def _visible(self, value: str, line: int) -> str:
        r"""The text without characters that only escapes such as `\0` can produce, each a fault."""
        found = unwanted(value) + (("\t",) if "\t" in value else ())
        for letter in found:
            self._fault(line, invisible(letter))
        return without(value, found)

    def _key(self, holder: _Open, key: str, line: int, *, plain: bool) -> None:
        assert isinstance(holder.value, dict)
        if plain and (message := no_hyphen(key)):
            raise Ended(line - self.first_line, message)
        if key in holder.value:
            self._fault(line, "the key {key} is written twice here; remove one (the first is used)", key=repr(key))
        elif key == "id" and holder.keys and holder.location and isinstance(holder.location[-1], int):
            self._fault(line, "id must come first in its list item; move the line up to the dash")
        holder.key = key
        holder.keys += 1
        self.lines.setdefault((*holder.location, key), line)

    def _place(self, value: object, line: int) -> Location:
        """Store `value` where it belongs and return its location."""
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
