"""A browser that has signed in before is known again, to the account it was for, and to nobody else."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tbblearn.access.known_browsers import KNOWN_DAYS, MOST_ACCOUNTS, cookie_with, mark_of, marks_in
from tests.factories import NOW

SECRET = "secret"


def test_a_browser_is_known_to_those_who_signed_in_there() -> None:
    cookie = cookie_with((), 7, SECRET, NOW)
    cookie = cookie_with(marks_in(cookie, SECRET, NOW), 8, SECRET, NOW)
    marks = marks_in(cookie, SECRET, NOW)
    names = [mark_of(marks, person_id, SECRET) for person_id in (7, 8)]
    assert all(names)
    assert len({mark.name for mark in names if mark}) == 2
    assert mark_of(marks, 9, SECRET) is None
    assert mark_of(marks, 7, "other") is None


def test_each_sign_in_gives_a_new_name() -> None:
    first = marks_in(cookie_with((), 7, SECRET, NOW), SECRET, NOW)
    second = marks_in(cookie_with(first, 7, SECRET, NOW), SECRET, NOW)
    assert len(first) == len(second) == 1
    assert first[0].name != second[0].name


def test_it_is_forgotten_after_a_year() -> None:
    cookie = cookie_with((), 7, SECRET, NOW)
    assert marks_in(cookie, SECRET, NOW + timedelta(days=KNOWN_DAYS))
    assert marks_in(cookie, SECRET, NOW + timedelta(days=KNOWN_DAYS + 1)) == ()


def test_a_shared_pc_is_known_to_those_who_signed_in_last_and_its_cookie_fits() -> None:
    cookie = ""
    for person_id in range(MOST_ACCOUNTS + 1):
        cookie = cookie_with(marks_in(cookie, SECRET, NOW), person_id, SECRET, NOW)
    marks = marks_in(cookie, SECRET, NOW)
    assert len(marks) == MOST_ACCOUNTS
    assert mark_of(marks, 0, SECRET) is None
    assert mark_of(marks, MOST_ACCOUNTS, SECRET)
    assert len(cookie) < 3000


@pytest.mark.parametrize("cookie", ["", "x", "a.b.1:x", ":", "å"])
def test_what_is_not_ours_says_nothing(cookie: str) -> None:
    assert marks_in(cookie, SECRET, NOW) == ()


@given(place=st.integers(0, 70), letter=st.characters(min_codepoint=33, max_codepoint=126))
def test_a_changed_cookie_says_nothing(place: int, letter: str) -> None:
    cookie = cookie_with((), 7, SECRET, NOW)
    changed = cookie[:place] + letter + cookie[place + 1 :]
    # The last sign of a signature holds bits that count for nothing.
    assert changed[:-1] == cookie[:-1] or marks_in(changed, SECRET, NOW) == ()


def test_it_holds_neither_person_nor_address() -> None:
    assert "12345" not in cookie_with((), 12345, SECRET, NOW)
