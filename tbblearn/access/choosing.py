"""What a chosen password must be: long, and nothing that an attacker would try first.

No rules about character classes (NIST SP 800-63B): they make passwords that are hard to remember and easy to guess.
Refused are the 30,000 commonest passwords and what is made from them, from keyboard patterns and repetition (zxcvbn),
and words that are common here, or the person's own, with little added.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from tbblearn.access.rules import MAX_PASSWORD, MIN_PASSWORD, PasswordFault

LEAST_GUESSES = 10**8
"""Guesses it must take someone who knows what people choose."""
JUDGED = 32
"""Characters searched for patterns: a hard beginning makes the whole hard, and more would be slow."""
LEAST_BESIDE = 6
"""Different letters needed beside known words; all digits together count as one, and so do all other signs."""
WORTH = 2
"""Letters that each common word after the first counts as: several make a sentence."""
SHORTEST_WORD = 3
FEWEST_WITHOUT_LETTERS = 16
"""Shorter rows of digits are telephone numbers, days and identity numbers."""

EVERYBODYS = tuple(Path(__file__).with_name("everybodys_words.txt").read_text(encoding="utf-8").split())
"""What people in Sweden, and here, make passwords from; zxcvbn's own lists are English."""

_UNSPELT = (
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"},
    {"1": "l", "0": "o"},
)
"""Letters as they are written with digits and signs."""


def password_fault(password: str, own: Iterable[str] = ()) -> PasswordFault | None:
    """What is wrong with a chosen password, if anything. `own` are the person's words: names, address, workplaces."""
    if len(password) < MIN_PASSWORD:
        return PasswordFault.TOO_SHORT
    if len(password) > MAX_PASSWORD:
        return PasswordFault.TOO_LONG
    plain = _plain(password)
    if _is_mostly(plain, _words(own)):
        return PasswordFault.OWN_WORDS
    if _is_mostly(plain, [*map(_plain, EVERYBODYS), *_words(own)], WORTH) or _is_easy(password):
        return PasswordFault.TOO_COMMON
    return None


def _plain(text: str) -> str:
    """In lower case without diacritics, of the same length."""
    return "".join(unicodedata.normalize("NFD", letter.lower())[0] for letter in unicodedata.normalize("NFC", text))


def _words(own: Iterable[str]) -> list[str]:
    """The words in what is known about a person: whole, split at signs, and without digits."""
    plain = [_plain(text) for text in own]
    parts = chain.from_iterable([text, *re.split(r"[\W_]+", text), *re.findall(r"[^\W\d_]+", text)] for text in plain)
    return [part for part in dict.fromkeys(parts) if len(part) >= SHORTEST_WORD]


def _is_mostly(plain: str, words: Sequence[str], worth: int = 0) -> bool:
    """True when it is made of these words and little else, however spelt. `worth`: see WORTH."""
    if not words:
        return False
    known = re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))
    found = [match for spelling in _spellings(plain) for match in known.finditer(spelling)]
    places = {place for match in found for place in range(*match.span())}
    rest = [letter for place, letter in enumerate(plain) if place not in places]
    beside = len({letter for letter in rest if letter.isalpha()})
    beside += any(letter.isdigit() for letter in rest) + any(not letter.isalnum() for letter in rest)
    beside += worth * (len({match.group() for match in found}) - 1)
    return bool(found) and beside < LEAST_BESIDE


def _spellings(plain: str) -> list[str]:
    return [plain, *("".join(letters.get(one, one) for one in plain) for letters in _UNSPELT)]


def _is_easy(password: str) -> bool:
    """True for common passwords, keyboard rows, repetition, dates."""
    from zxcvbn import zxcvbn  # a fifth of a second and 10 MB, needed only to choose a password

    if not any(letter.isalpha() for letter in password) and len(password) < FEWEST_WITHOUT_LETTERS:
        return True
    return bool(zxcvbn(password[:JUDGED])["guesses"] < LEAST_GUESSES)
