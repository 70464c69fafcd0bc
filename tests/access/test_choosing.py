"""What a chosen password must be: long, and not what others would try first."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from tbblearn.access.choosing import EVERYBODYS, password_fault
from tbblearn.access.rules import MAX_PASSWORD, MIN_PASSWORD, PasswordFault

OWN = ["Medarbetare", "17", "medarbetare17@example.org", "Vårdcentral 3", "Sjuksköterska"]
SHORT, LONG = PasswordFault.TOO_SHORT, PasswordFault.TOO_LONG
MINE, COMMON = PasswordFault.OWN_WORDS, PasswordFault.TOO_COMMON


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("", SHORT),
        ("x" * (MIN_PASSWORD - 1), SHORT),
        ("Kx9#mQ2$" * 26, LONG),
        ("1q2w3e4r5t", COMMON),
        ("password1234", COMMON),
        ("Sommar2026!", COMMON),
        ("S0mm4r-2027", COMMON),
        ("hösten2026!", COMMON),
        ("Välkommen123", COMMON),
        ("Hejhejhej123", COMMON),
        ("sommarvinter26", COMMON),
        ("Tbblearn2026!!", COMMON),
        ("Sormland2026", COMMON),
        ("Nyköping-2026", COMMON),
        ("strangnas1234", COMMON),
        ("qwertyuiop", COMMON),
        ("aaaaaaaaaaaa", COMMON),
        ("abababababab", COMMON),
        ("abcd" * (MAX_PASSWORD // 4), COMMON),
        ("0701234567", COMMON),
        ("2026-11-30 2026", COMMON),
        ("medarbetare17", MINE),
        ("medarbetare1799", MINE),
        ("Medarbetare17!", MINE),
        ("M3d4rb3t4r3-17", MINE),
        ("Medarbetare17@example.org", MINE),
        ("vardcentral3!", MINE),
        ("Sjuksköterska26", MINE),
        ("17medarbetare vårdcentral", MINE),
        ("en mening att minnas", None),
        ("räksmörgås på tåget", None),
        ("det regnar på min cykel", None),
        ("Löv-Kajak-Tegel-Moln", None),
        ("sommaren i trosa var fin", None),
        ("en medarbetare kom för sent till bussen", None),
        ("Kx9#mQ2$vL", None),
        ("correct horse battery staple", None),
        ("ж" * 5 + "щ" * 5 + "длинный", None),
    ],
)
def test_a_password_needs_length_and_must_not_be_what_others_try_first(
    password: str, fault: PasswordFault | None
) -> None:
    assert password_fault(password, OWN) is fault


def test_none_of_the_commonest_passwords_is_taken() -> None:
    long_enough = [one for one in FREQUENCY_LISTS["passwords"][:10_000] if len(one) >= MIN_PASSWORD]
    assert len(long_enough) > 100
    assert [one for one in long_enough if password_fault(one) is None] == []


@pytest.mark.parametrize("word", EVERYBODYS)
def test_a_word_that_everybody_has_in_mind_is_not_enough_with_a_year_and_a_sign(word: str) -> None:
    for password in (f"{word}2026!", f"{word.capitalize()}{'1234567'}", f"!{word.upper()}-1999"):
        assert password_fault(password) in {SHORT, COMMON}


@given(password=st.text(max_size=210), own=st.lists(st.text(max_size=20), max_size=4))
@settings(max_examples=200, deadline=None)
def test_whatever_is_typed_gets_an_answer(password: str, own: list[str]) -> None:
    fault = password_fault(password, own)
    assert (fault is SHORT) == (len(password) < MIN_PASSWORD)
    assert (fault is LONG) == (len(password) > MAX_PASSWORD)
