"""Why a YAML file cannot be read, in words for authors: which line to look at, and what to do.

The library reports where it gave up, which is often far below the mistake.
"""

import re
from collections.abc import Sequence
from typing import Any

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scanner import Scanner as LibraryScanner

from tbblearn.characters import named
from tbblearn.courses.files.findings import phrase

YAML_HINTS = {
    "mapping values are not allowed here": "a text with a colon and a space in it needs quotation marks around it",
    "could not find expected ':'": "every key ends with a colon, and a long text needs `|` after its key",
    "expected <block end>, but found '?'": "the line is not indented like the lines that it belongs with",
    "expected <block end>, but found '-'": "the line is not indented like the lines that it belongs with",
    "expected <block end>, but found '<block mapping start>'": "the line is not indented like the lines above it",
    "expected <block end>, but found '<scalar>'": "put quotation marks around the whole text, and none within it",
    "that cannot start any token": "a text that begins with this character needs quotation marks around it",
    "expected chomping or indentation indicators": "after > or | the text begins on the line below",
    "expected a comment or a line break": "after > or | the text begins on the line below",
    "found unknown escape character": "write two backslashes for one, or use single quotation marks",
}
"""What to do, by (part of) the library's message."""

LINE_HINTS = {
    r"\s*(?:- +)?[\w-]+:(?P<odd>[^\S ])": "after the colon stands {name}; write an ordinary space",
    r"\s*(?:- +)?[a-z_]+:[^\s:/]": "a space is missing after the colon",
    r"\s*(?:- +)?[\w-]+: +(?P<odd>[”“„»«’‘])": "here stands {name}; a text needs straight quotation marks around it",
}
"""What to do, by a pattern of the faulty line or the one above it."""

BRACES = "braces { }; write one key a line, indented by two spaces"
BRACKETS = "brackets [ ]; write one item a line, each after a dash"
UNCLOSED = "the quotation mark that opens this text is never closed; write another one where the text ends"

_LIKE_A_HYPHEN = re.compile(r"-(?=\w)|-(?! )\s|[–—−‐‑•·+*]")
_LONGEST_SHOWN = 40


class Ended(YAMLError):
    """Reading ends on this row (from 0) because of `message`."""

    def __init__(self, row: int, message: str) -> None:
        super().__init__(message)
        self.row = row
        self.message = message


class Scanner(LibraryScanner):
    """Stops at nested brackets: they are never right, and the time to read them grows with the square of the depth."""

    def fetch_flow_collection_start(self, TokenClass: Any, to_push: str) -> None:
        if self.flow_level:
            raise Ended(self.reader.line, BRACES if to_push == "{" else BRACKETS)
        super().fetch_flow_collection_start(TokenClass, to_push)


def reason(error: Exception, rows: Sequence[str]) -> Ended:
    """Where to look and what to do about an error in reading `rows`."""
    if isinstance(error, Ended):
        return error
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return Ended(0, phrase("not YAML: {error}", error=error))
    problem, row = str(error.problem), error.problem_mark.line
    if error.context == "while scanning a quoted scalar" and "end of stream" in problem:
        return Ended(error.context_mark.line, UNCLOSED)
    above = next((number for number in range(min(row, len(rows)) - 1, -1, -1) if rows[number].strip()), 0)
    for number in (row, above):
        if number < len(rows) and (message := no_hyphen(rows[number].lstrip(" "))):
            return Ended(number, message)
        for pattern, hint in LINE_HINTS.items():
            if number < len(rows) and (found := re.match(pattern, rows[number])):
                odd = found.groupdict().get("odd")
                mend = phrase(hint, name=named(odd)) if odd else phrase(hint)
                return Ended(number, phrase("not YAML: {problem}; {hint}", problem=problem, hint=mend))
    mends = (hint for known, hint in YAML_HINTS.items() if known in problem)
    mend = phrase(next(mends, "look at this line and the one above it"))
    return Ended(row, phrase("not YAML: {problem}; {hint}", problem=problem, hint=mend))


def cut(lost: str) -> str:
    """The message about an unquoted text that ` #` cuts short."""
    return phrase(
        "the text ends before this, which is not read: {lost}; put quotation marks around the whole text",
        lost=lost if len(lost) <= _LONGEST_SHOWN else f"{lost[:_LONGEST_SHOWN]}…",
    )


def no_hyphen(written: str) -> str | None:
    """The message about a list item that begins with something like a hyphen and a space; None otherwise."""
    found = _LIKE_A_HYPHEN.match(written)
    if found is None:
        return None
    return phrase(
        "{characters} in place of a hyphen and a space; begin the list item with - and a space",
        characters=" ".join(named(letter) for letter in found[0]),
    )
