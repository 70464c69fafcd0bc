"""Invisible characters in files that people write: named, and never sent to a terminal as they are."""

from __future__ import annotations

import unicodedata

LONGEST_QUOTED = 60
_NOT_SEEN = frozenset(["Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"])
"""Unicode's categories of control and format characters, unassigned and private ones, lone surrogates, line ends."""


def unseen(text: str) -> tuple[str, ...]:
    """The invisible characters of the text, each once, in order."""
    if text.isascii() and text.isprintable():
        return ()
    return tuple(dict.fromkeys(letter for letter in text if unicodedata.category(letter) in _NOT_SEEN))


def visible(text: str) -> str:
    """The text with each invisible character written as its number: `north<U+200B>`."""
    for letter in unseen(text):
        text = text.replace(letter, f"<{number(letter)}>")
    return text


def quoted(text: str) -> str:
    """The text in quotation marks, visible, and shortened if long."""
    return f"“{visible(text[:LONGEST_QUOTED])}{'…' if len(text) > LONGEST_QUOTED else ''}”"


def unseen_named(text: str) -> str:
    """A sentence, after a space, that names the invisible characters of the text; empty without any."""
    names = [named(letter) for letter in unseen(text)]
    return f" It holds {', '.join(names)}, which is not seen: take it away." if names else ""


def number(letter: str) -> str:
    """The character's Unicode number: `U+200B`."""
    return f"U+{ord(letter):04X}"


def named(letter: str) -> str:
    """The character's Unicode number and name: `U+200B ZERO WIDTH SPACE`."""
    return f"{number(letter)} {unicodedata.name(letter, '(it has no name)')}"
