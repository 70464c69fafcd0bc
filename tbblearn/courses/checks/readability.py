"""Measures how hard a Swedish text is to read."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LONG_WORD = 7
"""The number of letters from which LIX counts a word as long."""

# The model's fixed names are not counted: no author can choose shorter ones.
_FIXED_NAMES = re.compile(
    r"Tillsammans för barnens bästa(?: i Sörmland)?"
    r"|Barnets bästa-(?:hjul|ansvarig)\w*"
    r"|samordningsperson\w*"
    r"|SIP \(samordnad individuell plan\)|samordnad individuell plan|SIP\b"
    r"|barnrättspilot\w*"
    r"|samverkanswebben\w*",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:[-’'][^\W_]+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?:])[”\"’)»]*(?=\s|$)")
# A full stop after these ends an abbreviation, not a sentence.
_ABBREVIATED = re.compile(r"\b(?:t\.ex|bl\.a|d\.v\.s|m\.m|o\.s\.v|kl|nr|e\.g|i\.e|etc)\.$", re.IGNORECASE)


@dataclass(frozen=True)
class Sentence:
    """A sentence, and the number of line breaks before it in its passage."""

    text: str
    breaks_before: int


def words(text: str) -> list[str]:
    """The words of `text`; words joined by a hyphen count as one, and so do numbers."""
    return _WORD.findall(text)


def sentences(passage: str) -> Iterator[Sentence]:
    """The sentences of one paragraph or list item. Its end ends a sentence, with or without a full stop."""
    start = 0
    for end in [match.end() for match in _SENTENCE_END.finditer(passage)] + [len(passage)]:
        candidate = passage[start:end]
        if end < len(passage) and _ABBREVIATED.search(candidate):
            continue
        leading = len(candidate) - len(candidate.lstrip())
        if words(candidate):
            yield Sentence(candidate.strip(), passage.count("\n", 0, start + leading))
        start = end


def without_fixed_names(text: str) -> str:
    """The text without the model's fixed names."""
    return _FIXED_NAMES.sub("", text)


def lix(passages: Iterable[str]) -> float:
    """LIX, läsbarhetsindex: words per sentence plus the share of long words in percent (Björnsson, 1968).

    A word is long from seven letters. A sentence ends at . ! ? or : and at the end of its passage. The model's fixed
    names are not counted. 0 if there are no words.
    """
    word_count = long_count = sentence_count = 0
    for passage in passages:
        counted = words(without_fixed_names(passage))
        word_count += len(counted)
        long_count += sum(len(word.replace("-", "")) >= LONG_WORD for word in counted)
        sentence_count += sum(1 for sentence in sentences(passage) if words(without_fixed_names(sentence.text)))
    if word_count == 0:
        return 0.0
    return word_count / sentence_count + 100 * long_count / word_count
