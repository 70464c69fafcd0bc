"""How long things last, how many tries, what a password must be."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tbblearn.access.rules import (
    MAX_PASSWORD,
    MAX_TRIES_PER_ACCOUNT,
    MIN_PASSWORD,
    TOUCH_EVERY,
    TRY_WINDOW,
    PasswordFault,
    SessionTimes,
    attempt_key,
    minutes_to_wait,
    new_token,
    password_fault,
    token_hash,
)
from tests.factories import NOW

TIMES = SessionTimes(idle=timedelta(minutes=15), absolute=timedelta(hours=12))


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("en mening att minnas", None),
        ("räksmörgås på tåget", None),
        ("x" * (MIN_PASSWORD - 1), PasswordFault.TOO_SHORT),
        ("abcdefghi1"[:MIN_PASSWORD], None),
        ("abcd" * (MAX_PASSWORD // 4), None),
        ("abcd" * (MAX_PASSWORD // 4) + "e", PasswordFault.TOO_LONG),
        ("Sommar2026", PasswordFault.TOO_COMMON),
        ("aaaaaaaaaaaa", PasswordFault.TOO_COMMON),
        ("abababababab", PasswordFault.TOO_COMMON),
        ("Medarbetare17@example.org", PasswordFault.TOO_COMMON),
        ("medarbetare17", PasswordFault.TOO_COMMON),
        ("", PasswordFault.TOO_SHORT),
    ],
)
def test_a_password_needs_length_and_must_not_be_obvious(password: str, fault: PasswordFault | None) -> None:
    assert password_fault(password, "medarbetare17@example.org") is fault


def test_six_tries_are_allowed_within_the_window_and_then_the_first_must_grow_old() -> None:
    tries = [NOW - timedelta(minutes=minute) for minute in (14, 9, 8, 7, 6, 5)]
    assert minutes_to_wait(tries[:5], MAX_TRIES_PER_ACCOUNT, NOW) == 0
    assert minutes_to_wait(tries, MAX_TRIES_PER_ACCOUNT, NOW) == 1
    assert minutes_to_wait(tries, MAX_TRIES_PER_ACCOUNT, NOW + timedelta(minutes=1)) == 0


@given(ages=st.lists(st.integers(0, 899), max_size=12), allowed=st.integers(1, 8))
def test_after_the_minutes_told_a_try_is_always_allowed_and_never_a_minute_before(
    ages: list[int], allowed: int
) -> None:
    tries = [NOW - timedelta(seconds=age) for age in ages]
    wait = minutes_to_wait(tries, allowed, NOW)

    def still_counted(minutes: int) -> list[object]:
        return [t for t in tries if t > NOW + timedelta(minutes=minutes) - TRY_WINDOW]

    assert len(still_counted(wait)) < allowed
    assert wait == 0 or len(still_counted(wait - 1)) >= allowed


def test_a_session_ends_after_rest_and_after_a_working_day() -> None:
    started = NOW
    assert TIMES.ends_at(started, started) == started + timedelta(minutes=15) + TOUCH_EVERY
    late = started + timedelta(hours=11, minutes=55)
    assert TIMES.ends_at(started, late) == started + timedelta(hours=12)


@given(since=st.integers(0, 3600))
def test_a_session_in_use_never_ends_before_its_idle_time(since: int) -> None:
    """Last-seen may lag behind by what is not yet written, never by more than the slack that is given for it."""
    seen = NOW
    used = NOW + timedelta(seconds=since)
    known = used if TIMES.needs_touch(seen, used) else seen
    assert TIMES.ends_at(NOW, known) >= used + TIMES.idle or TIMES.ends_at(NOW, seen) <= used


def test_tokens_differ_and_are_known_by_their_hash_only() -> None:
    first, second = new_token(), new_token()
    assert first != second
    assert len(first) >= 43
    assert token_hash(first) == token_hash(first) != token_hash(second)
    assert first not in token_hash(first)


def test_keys_for_counting_tries_need_the_secret_and_tell_kinds_apart() -> None:
    key = attempt_key("secret", "account", "m@example.org")
    assert key == attempt_key("secret", "account", "m@example.org")
    assert (
        len({key, attempt_key("other", "account", "m@example.org"), attempt_key("secret", "link", "m@example.org")})
        == 3
    )
