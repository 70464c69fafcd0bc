"""When to try again, and what may go in clear."""

from datetime import timedelta

import pytest

from tbblearn.mail.rules import LATE, LATE_ATTEMPTS, MAX_ATTEMPTS, may_go_in_clear, next_attempt
from tests.factories import NOW


def waits(tries: int) -> list[timedelta]:
    found = [next_attempt(n, NOW) for n in range(1, tries + 1)]
    return [again - NOW for again in found if again]


def test_tries_lie_further_and_further_apart_for_three_days() -> None:
    minutes = [wait.total_seconds() / 60 for wait in waits(MAX_ATTEMPTS)]
    assert minutes[:7] == [5, 10, 20, 40, 80, 160, 240]
    assert set(minutes[7:]) == {240}
    assert timedelta(days=3) <= sum(waits(MAX_ATTEMPTS), timedelta()) < timedelta(days=3, hours=4)
    assert next_attempt(MAX_ATTEMPTS, NOW) is None


def test_a_letter_counts_as_late_by_its_tries_once_they_have_taken_a_day() -> None:
    assert sum(waits(LATE_ATTEMPTS - 1), timedelta()) >= LATE
    assert sum(waits(LATE_ATTEMPTS - 2), timedelta()) < LATE


@pytest.mark.parametrize(
    ("host", "allowed", "may"),
    [
        ("localhost", False, True),
        ("LOCALHOST", False, True),
        ("127.0.0.1", False, True),
        ("::1", False, True),
        ("mail.example.org", False, False),
        ("localhost.example.org", False, False),
        ("mail.example.org", True, True),
    ],
)
def test_only_this_machine_may_get_mail_in_clear_unless_the_operator_says_so(
    host: str, allowed: bool, may: bool
) -> None:
    assert may_go_in_clear(host, allowed=allowed) is may
