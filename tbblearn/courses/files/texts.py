"""Reads text files as people save them: any encoding, any invisible characters."""

import codecs
import re
import unicodedata
from html import unescape
from pathlib import Path

from tbblearn.characters import number, unseen
from tbblearn.courses.files.findings import Findings, phrase

LARGEST_TEXT_FILE = 200_000
"""Bytes: six times the largest real file, and harmless to read."""

LONGEST_PARAGRAPH = 5_000
"""Characters without an empty line."""

MOST_MARKS = 500
"""Per paragraph: the time to parse marks can grow with the square of their number."""

_MARKS = re.compile(r"[\[\]*_`<&!(\\]")

TOO_LONG = (
    "a paragraph of more than 5,000 characters, or of more than 500 marks such as [ and *, is not read; divide it by "
    "empty lines"
)
INVISIBLE = "invisible control character U+{number}; delete it"

_WANTED = frozenset("\t\n\u00ad\u200c\u200d")
"""Invisible but allowed: tab, line feed, soft hyphen, and the joiner and non-joiner."""

_ENTITY = re.compile(r"&#?\w{1,32};")

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)

_MISREAD = re.compile(r"Ã[^\x00-\x7f]|Â[\u00a0-\u00bf]|â€.?|√[§∂•ÑÖñ©]|‚Ä.?|├[^\x00-\x7f]|ÔÇ.?|\ufffd")
"""UTF-8 misread as Windows-1252, Mac Roman or DOS; and the replacement character."""

_MOST_SHOWN = 3


def read_text(path: Path, findings: Findings) -> str | None:
    """The text of a file, with line feeds only and in Unicode's composed form; None if it is too large.

    Bytes that are not UTF-8 are a fault, but are read all the same so that checking can go on.
    """
    size = path.stat().st_size
    if size > LARGEST_TEXT_FILE:
        message = "the file has {size} bytes; split it, at most {most} are read"
        findings.fault(path, 1, message, size=f"{size:,}", most=f"{LARGEST_TEXT_FILE:,}")
        return None
    text = _decoded(path.read_bytes(), path, findings)
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    found = unwanted(text)
    for row, content in enumerate(text.split("\n") if found else (), start=1):
        for letter in found:
            if letter in content:
                findings.fault(path, row, invisible(letter))
    return without(text, found)


def shortened(text: str) -> tuple[str, list[int]]:
    """The text without paragraphs too long to parse, and their rows (from 0). All other rows stay where they are."""
    rows = text.split("\n")
    faulty = []
    length = marks = first = 0
    for at, row in enumerate([*rows, ""]):
        if row.strip():
            length += len(row)
            marks += len(_MARKS.findall(row))
            continue
        if length > LONGEST_PARAGRAPH or marks > MOST_MARKS:
            faulty.append(first)
            rows[first:at] = [""] * (at - first)
        length, marks, first = 0, 0, at + 1
    return "\n".join(rows) if faulty else text, faulty


def unwanted(text: str) -> tuple[str, ...]:
    """The characters of the text that no course may contain, each once.

    Control characters, overrides of writing direction, halves of characters.
    """
    return tuple(
        letter for letter in unseen(text) if letter not in _WANTED and unicodedata.category(letter) not in ("Cn", "Co")
    )


def unwanted_entities(text: str) -> tuple[str, ...]:
    """The same, written as entities: `&#x202E;` or `&rlm;`."""
    return unwanted("".join(unescape(entity) for entity in _ENTITY.findall(text))) if "&" in text else ()


def invisible(letter: str) -> str:
    """The message about an unwanted character."""
    return phrase(INVISIBLE, number=number(letter).removeprefix("U+"))


def without(text: str, letters: tuple[str, ...]) -> str:
    """The text without these characters."""
    return text.translate({ord(letter): None for letter in letters}) if letters else text


def _decoded(raw: bytes, path: Path, findings: Findings) -> str:
    """The bytes as text; one fault for the file if they are not UTF-8."""
    wide = _wide_encoding(raw)
    if wide is not None:
        findings.fault(path, 1, "the file is {encoding}; save it as UTF-8", encoding=wide[: len("UTF-16")])
        return raw.decode(wide, errors="replace")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        findings.fault(
            path,
            line,
            "not UTF-8: byte 0x{byte} at position {start} of the file{more}; save the file as UTF-8",
            byte=f"{raw[error.start]:02X}",
            start=error.start,
            more=_more_faulty_lines(raw, line),
        )
        return raw.decode("utf-8-sig", errors="replace")
    _note_misread(text, path, findings)
    return text


def _wide_encoding(raw: bytes) -> str | None:
    """UTF-16 or UTF-32, if the file has such a byte order mark or nearly every other byte is zero."""
    for mark, name in _BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return name
    if len(raw) >= 4 and len(raw) % 2 == 0:
        for name, zeros, letters in (("UTF-16-LE", raw[1::2], raw[::2]), ("UTF-16-BE", raw[::2], raw[1::2])):
            if zeros.count(0) > 0.9 * len(zeros) and letters.count(0) < 0.1 * len(letters):
                return name
    return None


def _note_misread(text: str, path: Path, findings: Findings) -> None:
    """One note per file, since mending it means saving the whole file again."""
    rows = [row for row, content in enumerate(text.split("\n"), start=1) if _MISREAD.search(content)]
    if rows:
        shown = list(dict.fromkeys(match[0] for match in _MISREAD.finditer(text)))[:_MOST_SHOWN]
        findings.note(
            path,
            rows[0],
            "{shown} looks like text read in the wrong encoding{more}; open the original as UTF-8 and copy it",
            shown=", ".join(shown),
            more=phrase(" (and on {faulty} more lines)", faulty=len(rows) - 1) if len(rows) > 1 else "",
        )


def _more_faulty_lines(raw: bytes, first: int) -> str:
    faulty = 0
    for line in raw.split(b"\n")[first:]:
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            faulty += 1
    return phrase(" (and on {faulty} more lines)", faulty=faulty) if faulty else ""
