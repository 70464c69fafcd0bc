"""How long things last, and how many attempts there are."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tbblearn.access.rules import (
    COUNTED,
    CROWDED,
    PACE,
    TOUCH_EVERY,
    SessionTimes,
    attempt_key,
    has_own_try,
    new_token,
    seconds_to_wait,
    token_hash,
)
from tests.factories import NOW

TIMES = SessionTimes(idle=timedelta(minutes=15), absolute=timedelta(hours=12))


FREE = PACE[0][0]


@pytest.mark.parametrize(
    ("tries", "beside", "seconds"),
    [
        (FREE - 1, 0, 0),
        (6, 0, 30),
        (9, 0, 30),
        (10, 0, 60),
        (20, 0, 300),
        (40, 0, 900),
        (4_000, 1_000_000, 900),
        # From an address with many wrong tries the first two are taken all the same.
        (1, 1_000_000, 0),
        (2, CROWDED - 1, 0),
        (2, CROWDED, 30),
        (6, CROWDED, 60),
    ],
)
def test_tries_come_slower_and_slower(tries: int, beside: int, seconds: int) -> None:
    assert seconds_to_wait(tries, NOW, beside, NOW) == seconds


def test_nobody_who_has_not_tried_wrong_waits_whatever_others_do() -> None:
    assert seconds_to_wait(0, None, 1_000_000, NOW) == 0


def test_who_stood_in_line_behind_a_later_try_waits_no_longer_for_it() -> None:
    assert seconds_to_wait(1, NOW + timedelta(milliseconds=30), 1, NOW) == 0


@given(tries=st.integers(1, 1_000), beside=st.integers(0, 1_000), ago=st.floats(0, 86_400))
def test_nobody_is_ever_locked_out(tries: int, beside: int, ago: float) -> None:
    """Never more than a quarter of an hour since the last try; after the seconds told a try is taken, not before."""
    last = NOW - timedelta(seconds=ago)
    wait = seconds_to_wait(tries, last, beside, NOW)
    assert wait <= 15 * 60
    assert seconds_to_wait(tries, last, beside, NOW + timedelta(seconds=wait)) == 0
    assert wait == 0 or seconds_to_wait(tries, last, beside, NOW + timedelta(seconds=wait - 1)) > 0


def test_who_tries_as_fast_as_it_allows_gets_few_tries_a_day() -> None:
    now, made = NOW, [NOW]
    while now < NOW + COUNTED:
        now += timedelta(seconds=max(1, seconds_to_wait(len(made), made[-1], len(made), now)))
        if seconds_to_wait(len(made), made[-1], len(made), now) == 0:
            made.append(now)
    assert len(made) < 150


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


def test_each_address_has_tries_of_its_own_while_others_poll():
    assert has_own_try(tries=200, from_there=0, beside=0)
    assert has_own_try(tries=299, from_there=1, beside=99)
    assert not has_own_try(tries=200, from_there=2, beside=2)
    assert not has_own_try(tries=300, from_there=0, beside=0)
    assert not has_own_try(tries=6, from_there=0, beside=100), "a crowded address has none"
