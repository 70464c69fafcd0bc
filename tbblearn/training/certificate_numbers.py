"""The number of a certificate: drawn at random, short enough to type, with a check character.

A number tells nothing: neither who, nor when, nor how many there are. It is stored, not derived from a key, since keys
are replaced and a printed certificate must stay true.
"""

import secrets

LETTERS = "23456789BCDEFGHJKMNPQRSTVWXYZ"
"""Without those that look alike (0 O, 1 I L) and without A and U, so that hardly any word comes out. There are 29, a
prime, which the check character relies on."""
LENGTH = 12
"""Eleven drawn (29 ** 11 is more than 10 ** 16), and the check character."""
GROUP = 4


def new_number() -> str:
    """A number that nobody can guess, as it is stored: without hyphens."""
    drawn = "".join(secrets.choice(LETTERS) for _ in range(LENGTH - 1))
    return drawn + _check_character(drawn)


def shown(number: str) -> str:
    """The number as it is printed: `7KQ4-M2XD-9HTP`."""
    return "-".join(number[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def as_stored(typed: str) -> str | None:
    """The number that somebody typed, in any case and however it is spaced; None for a mistyped one.

    One wrong character, or two that have changed places, is always noticed: of two places none has the same weight.
    """
    number = "".join(letter for letter in typed.upper() if letter.isalnum())
    if len(number) != LENGTH or any(letter not in LETTERS for letter in number):
        return None
    return number if number[-1] == _check_character(number[:-1]) else None


def _check_character(drawn: str) -> str:
    """The weights are 2 to 12, and 1 for the check character itself: with it the sum is a multiple of 29."""
    total = sum(weight * LETTERS.index(letter) for weight, letter in enumerate(reversed(drawn), 2))
    return LETTERS[-total % len(LETTERS)]
