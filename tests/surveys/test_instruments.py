"""Instruments as data: ORIC as it was published, and faults that name their line."""

from hashlib import sha256
from pathlib import Path

import pytest

import tbblearn.surveys
from tbblearn.surveys.instruments import instrument, known_instruments, parse_instrument, versions
from tbblearn.surveys.rules import FaultyInstrument, Instrument, TranslationStatus, UnknownInstrument

FILES = Path(tbblearn.surveys.__file__).with_name("instruments")
WEEK = Path(__file__).with_name("week.yaml")


def faults(text: str) -> list[str]:
    with pytest.raises(FaultyInstrument) as caught:
        parse_instrument(text, "week.yaml")
    return [str(fault) for fault in caught.value.faults]


def test_oric_has_the_printed_order_and_the_scoring_key_of_its_source():
    oric = instrument("oric")
    printed = ["E1", "C1", "E2", "C2", "E3", "C3", "E4", "E5", "C4", "E6", "C5", "E7"]
    assert [item.code for item in oric.items] == printed
    assert {scale.code: scale.items for scale in oric.scales} == {
        "commitment": ("C1", "C2", "C3", "C4", "C5"),
        "efficacy": ("E1", "E2", "E3", "E4", "E5", "E6", "E7"),
    }
    assert oric.positions(oric.scales[0]) == (1, 3, 5, 8, 10)
    assert not any(item.reverse for item in oric.items)
    assert oric.doi == "10.1186/1748-5908-9-7"
    assert oric.five_point


def test_oric_names_the_programme_in_both_languages():
    oric = instrument("oric")
    c1 = oric.items[1]
    assert c1.text["en"] == "People who work here are committed to implementing this change."
    assert oric.item_text(c1, "en", "TBB") == "People who work here are committed to implementing TBB."
    assert oric.item_text(c1, "sv", "TBB") == "De som arbetar här är engagerade i att genomföra TBB."
    assert oric.item_text(c1, "sv") == c1.text["sv"]


def test_oric_says_that_the_swedish_text_is_a_working_translation():
    translations = instrument("oric").translations
    assert translations["en"].status is TranslationStatus.ORIGINAL
    assert translations["sv"].status is TranslationStatus.WORKING
    assert "not validated" in translations["sv"].source
    words = [point.text["sv"] for point in instrument("oric").items[0].response_scale.points]
    assert words[0] == "Instämmer inte"
    assert words[4] == "Instämmer"


def test_every_instrument_in_the_package_is_without_fault():
    assert "oric" in known_instruments()
    for code in known_instruments():
        for version in versions(code):
            assert (instrument(code, version).code, instrument(code, version).version) == (code, version)


def test_a_version_that_waves_have_used_is_never_changed():
    digests = {file.name: sha256(file.read_bytes()).hexdigest()[:16] for file in FILES.glob("*.yaml")}
    assert digests == {"oric.yaml": "13a782efbffca0a3", "oric-2.yaml": "7ab19a5088618e5c"}


def test_versions_of_an_instrument_differ_in_their_texts_alone():
    """So any of them may score, and the audit needs no version."""

    def built(one: Instrument) -> object:
        scales = [(scale.code, scale.items) for scale in one.scales]
        points = [[point.value for point in item.response_scale.points] for item in one.items]
        return scales, points, [(item.code, item.reverse, item.response_scale.not_relevant) for item in one.items]

    for code in known_instruments():
        first, *later = [instrument(code, version) for version in versions(code)]
        assert all(built(one) == built(first) for one in later)


def test_the_newest_version_is_given_unless_another_is_named():
    assert known_instruments() == ("oric",)
    assert versions("oric") == ("1", "2")
    assert instrument("oric") == instrument("oric", "2")
    first, second = instrument("oric", "1"), instrument("oric", "2")
    said = "De som arbetar här känner sig {} att de kan samordna arbetsuppgifter så att genomförandet går smidigt."
    assert first.items[9].text["sv"] == said.format("trygga med")
    assert second.items[9].text["sv"] == said.format("säkra på")
    assert [item.text["en"] for item in first.items] == [item.text["en"] for item in second.items]
    assert [point.text["sv"] for point in first.items[0].response_scale.points][1::2] == [
        "Instämmer till viss del inte",
        "Instämmer till viss del",
    ]
    assert [point.text["sv"] for point in second.items[0].response_scale.points] == [
        "Instämmer inte",
        "Instämmer delvis inte",
        "Varken eller",
        "Instämmer delvis",
        "Instämmer",
    ]


def test_the_format_holds_not_relevant_a_ladder_and_a_reverse_item():
    week = parse_instrument(WEEK.read_text(encoding="utf-8"), WEEK.name)
    reverse, ladder, plain = week.items
    assert reverse.reverse
    assert reverse.response_scale.reversed_value(5) == 1
    assert reverse.response_scale.not_relevant is not None
    assert (ladder.response_scale.low, ladder.response_scale.high) == (0, 10)
    assert not plain.reverse
    assert not week.five_point


def test_an_unknown_instrument_is_refused_with_those_there_are():
    with pytest.raises(UnknownInstrument, match="oric"):
        instrument("nomad2")
    for code, version in (("oric", "3"), ("oric", ""), ("oric-2", None), ("oric-2", "2")):
        with pytest.raises(UnknownInstrument):
            instrument(code, version)


@pytest.mark.parametrize(
    ("old", "new", "marked", "says"),
    [
        ("licence: MIT", "license: MIT", "license: MIT", "“license” is not known"),
        ("licence: MIT\n", "", "id: week", "“licence” is missing"),
        ("    reverse: true", "    reverse: 1", "    reverse: 1", "“reverse” does not fit"),
        ("scale: ladder", "scale: stairs", "    response_scale: stairs", "no response scale “stairs”"),
        ("      - W2", "      - W3", "      - W3", "no item “W3”"),
        ("      - W2", "      - W1", "      - W1", "scored twice"),
        ("      - W2", "      - L1", "      - L1", "another response scale"),
        ("  - id: L1", "  - id: W1", "  - id: W1", "stands twice"),
        ("      - value: 3", "      - value: 6", "      - value: 6", "does not follow"),
        ("      en: How was", "      sv: How was", "      sv: How was the week, all in all?", "“sv” is not declared"),
        ("  en: The week that was", "  sv: Veckan", "title:", "“en” is missing"),
        ("    status: original", "    status: working", "translations:", "0 languages are marked as the original"),
        (
            "    source: Invented.",
            "    source: Invented.\n    change_phrase: this change",
            "    change_phrase: this change",
            "No item contains",
        ),
        ("licence: MIT", "licence: [MIT", "translations:", "Not YAML"),
    ],
)
def test_a_fault_names_its_line(old: str, new: str, marked: str, says: str):
    text = WEEK.read_text(encoding="utf-8")
    assert old in text
    changed = text.replace(old, new, 1)
    found = faults(changed)
    lines = changed.splitlines()
    expected = [number for number, line in enumerate(lines, start=1) if line == marked]
    told = [int(fault.split(":")[1]) for fault in found if says in fault]
    assert told, found
    assert told[0] in expected, found


def test_all_faults_come_at_once_in_the_order_of_their_lines():
    text = (
        WEEK.read_text(encoding="utf-8")
        .replace("      - W2", "      - W3")
        .replace("response_scale: ladder", "response_scale: x")
    )
    found = faults(text)
    assert len(found) >= 3
    lines = [int(fault.split(":")[1]) for fault in found]
    assert lines == sorted(lines)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words"])
def test_a_file_that_holds_no_instrument_is_told_so(text: str):
    assert "holds no instrument" in faults(text)[0]
