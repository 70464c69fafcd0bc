"""What a survey instrument is, in plain data: items, answers, scales, and where it comes from.

An instrument version never changes once it has been used. Items are known by code; position is only the order in which
they are printed, and nothing is scored by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

Texts = Mapping[str, str]
"""One text per language code, for example ``{"en": "Agree", "sv": "Instämmer"}``."""


class TranslationStatus(StrEnum):
    """How far the wording in a language can be trusted."""

    ORIGINAL = "original"
    VALIDATED = "validated"
    WORKING = "working"


@dataclass(frozen=True, slots=True)
class Translation:
    """One language of an instrument and what its wording rests on.

    ``change_phrase`` ("this change") is replaced by the programme's name in a survey; None if there is no such phrase.
    """

    language: str
    status: TranslationStatus
    source: str
    change_phrase: str | None


@dataclass(frozen=True, slots=True)
class AnswerPoint:
    """One answer a respondent may choose. ``text`` is empty for an unlabelled point."""

    value: int
    text: Texts


@dataclass(frozen=True, slots=True)
class NotRelevant:
    """The answer "not relevant to us": answered, but in no mean. ``code`` is what a file writes."""

    code: str
    text: Texts


@dataclass(frozen=True, slots=True)
class ResponseScale:
    """The answers of one kind of item: consecutive whole numbers, lowest first."""

    code: str
    points: tuple[AnswerPoint, ...]
    not_relevant: NotRelevant | None

    @property
    def low(self) -> int:
        """The lowest value."""
        return self.points[0].value

    @property
    def high(self) -> int:
        """The highest value."""
        return self.points[-1].value

    @property
    def codes(self) -> tuple[str, ...]:
        """The form value of each answer."""
        values = tuple(str(point.value) for point in self.points)
        return values if self.not_relevant is None else (*values, self.not_relevant.code)

    def reversed_value(self, value: int) -> int:
        """The value of a reverse-worded item, reversed."""
        return self.low + self.high - value


@dataclass(frozen=True, slots=True)
class Item:
    """One statement. ``reverse``: agreement means less of what the scale measures."""

    code: str
    response_scale: ResponseScale
    reverse: bool
    text: Texts


@dataclass(frozen=True, slots=True)
class Scale:
    """A named mean of items by code: the scoring key."""

    code: str
    title: Texts
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Instrument:
    """One version of a questionnaire. ``items`` are in printed order."""

    code: str
    version: str
    title: Texts
    citation: str
    doi: str | None
    licence: str
    translations: Mapping[str, Translation]
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]

    def positions(self, scale: Scale) -> tuple[int, ...]:
        """The positions of the scale's items in ``items``."""
        place = {item.code: position for position, item in enumerate(self.items)}
        return tuple(place[code] for code in scale.items)

    def item_text(self, item: Item, language: str, programme: str | None = None) -> str:
        """The item in one language, with the programme's name in the place of "this change"."""
        text = item.text[language]
        phrase = self.translations[language].change_phrase
        return text if programme is None or phrase is None else text.replace(phrase, programme)

    @property
    def five_point(self) -> bool:
        """True if every item is answered 1-5 without "not relevant": only then are figures published."""
        return all(
            (item.response_scale.low, item.response_scale.high) == (1, 5) and item.response_scale.not_relevant is None
            for item in self.items
        )


@dataclass(frozen=True, slots=True)
class InstrumentFault:
    """One fault in an instrument file, on one line (the first line is 1)."""

    file: str
    line: int
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what} {self.mend}"


class FaultyInstrument(Exception):
    """An instrument file with faults; all of them, in the order of their lines."""

    def __init__(self, faults: tuple[InstrumentFault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class UnknownInstrument(Exception):
    """The package holds no instrument of that code. ``known`` are those it holds."""

    def __init__(self, code: str, known: tuple[str, ...]) -> None:
        super().__init__(f"There is no instrument “{code}”. Those there are: {', '.join(known)}.")
