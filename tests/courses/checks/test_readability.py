"""LIX and sentences, against counts made by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tbblearn.courses.checks.readability import lix, sentences, words


@pytest.mark.parametrize(
    ("passages", "expected"),
    [
        ([], 0.0),
        (["…"], 0.0),
        # 2 words in 1 sentence, none long: 2/1 + 0
        (["Hej du."], 2.0),
        # 4 words in 2 sentences, 1 long (samtalet has 8 letters): 4/2 + 100 * 1/4
        (["Ta emot samtalet. Svara."], 27.0),
        # six letters are not long, seven are: 2 words in 1 sentence, 1 long
        (["barnet barnens"], 52.0),
        # a passage's end ends a sentence: 2 words in 2 sentences
        (["Hej", "Du"], 1.0),
        # a colon ends a sentence: 4 words in 2 sentences
        (["Tänk så: det går"], 2.0),
        # full stops inside an abbreviation and a time do not: 5 words in 1 sentence
        (["Kom t.ex. kl. 14.30 dit"], pytest.approx(7.0)),
        # an empty line in a question's text is not a word
        (["Hej du.\n\nKom hit."], 2.0),
    ],
)
def test_lix_is_words_a_sentence_plus_percent_of_long_words(passages: list[str], expected: float):
    assert lix(passages) == expected


@pytest.mark.parametrize(
    "name",
    [
        "Tillsammans för barnens bästa i Sörmland",
        "Barnets bästa-hjulet",
        "Barnets bästa-ansvarig",
        "Barnets bästa-ansvariga",
        "samordningspersonen",
        "SIP (samordnad individuell plan)",
        "barnrättspiloter",
        "samverkanswebben",
    ],
)
def test_the_fixed_names_of_the_model_are_not_counted(name: str):
    assert lix([f"Vi har {name} här nu."]) == lix(["Vi har här nu."])


def test_a_sentence_that_is_only_a_fixed_name_is_not_counted():
    assert lix(["Samverkanswebben. Hej du."]) == 2.0


def test_sentences_tell_on_which_line_they_begin():
    found = list(sentences("Ett. Två går\növer två rader. Tre.\nFyra"))
    assert [(sentence.text, sentence.breaks_before) for sentence in found] == [
        ("Ett.", 0),
        ("Två går\növer två rader.", 0),
        ("Tre.", 1),
        ("Fyra", 2),
    ]


def test_a_sentence_ends_after_its_quotation_mark():
    assert [sentence.text for sentence in sentences("Hon sa: ”Nej.” Sedan gick hon.")] == [
        "Hon sa:",
        "”Nej.”",
        "Sedan gick hon.",
    ]


def test_joined_words_are_one_word():
    assert words("APT-möte kl. 14 – för ”oss”") == ["APT-möte", "kl", "14", "för", "oss"]


@given(st.lists(st.text(), max_size=5))
def test_lix_is_defined_for_any_text(passages: list[str]):
    assert lix(passages) >= 0


@given(
    st.lists(st.sampled_from(["barn", "tillsammans", "se", "samarbeta"]), min_size=1, max_size=30), st.integers(1, 5)
)
def test_repeating_a_text_does_not_change_its_lix(chosen: list[str], times: int):
    passage = " ".join(chosen) + "."
    assert lix([passage] * times) == pytest.approx(lix([passage]))
