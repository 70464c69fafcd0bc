"""A number that nobody guesses, and in which every slip is noticed."""

from itertools import combinations

import pytest

from tbblearn.training.certificate_numbers import LENGTH, LETTERS, as_stored, new_number, shown


def test_numbers_are_of_letters_that_nobody_confuses_and_no_two_are_alike():
    made = {new_number() for _ in range(5_000)}
    assert len(made) == 5_000
    assert {len(number) for number in made} == {LENGTH}
    assert set("".join(made)) == set(LETTERS)
    assert not set(LETTERS) & set("01ILOAU")


@pytest.mark.parametrize("typed", ["{0}-{1}-{2}", "{0}{1}{2}", " {0} {1}\t{2} ", "{0}–{1}–{2}."])
def test_a_number_is_read_however_it_is_typed(typed: str):
    number = new_number()
    for written in (shown(number), shown(number).lower()):
        assert as_stored(typed.format(*written.split("-"))) == number


def test_one_wrong_character_is_always_noticed():
    number = new_number()
    for at in range(LENGTH):
        for other in set(LETTERS) - {number[at]}:
            assert as_stored(number[:at] + other + number[at + 1 :]) is None


def test_two_characters_that_have_changed_places_are_always_noticed():
    number = new_number()
    for first, second in combinations(range(LENGTH), 2):
        letters = list(number)
        letters[first], letters[second] = letters[second], letters[first]
        assert (as_stored("".join(letters)) is None) == (number[first] != number[second])


@pytest.mark.parametrize("typed", ["", "-", "7KQ4", "O0I1-O0I1-O0I1", "x" * 40, "７ＫＱ４-Ｍ２ＸＤ-９ＨＴＰ", "ß" * 12])
def test_what_is_no_number_is_none(typed: str):
    assert as_stored(typed) is None


def test_a_number_with_one_too_few_or_too_many_is_none():
    number = new_number()
    assert as_stored(number[:-1]) is None
    assert as_stored(number + number[0]) is None
