"""Reading and checking instrument files.

An instrument is a YAML file. One reading finds every fault and names its line, so that a researcher can mend the file
without reading code.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, ValidationError

from tbblearn.courses.files.findings import Finding as ReadingFinding
from tbblearn.courses.files.findings import Findings
from tbblearn.courses.files.reading import Document, parse_yaml
from tbblearn.surveys.rules import (
    AnswerPoint,
    FaultyInstrument,
    Instrument,
    InstrumentFault,
    Item,
    NotRelevant,
    ResponseScale,
    Scale,
    Texts,
    Translation,
    TranslationStatus,
    UnknownInstrument,
)

Text = Annotated[StrictStr, Field(min_length=1)]
Code = Annotated[StrictStr, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
Place = tuple[str | int, ...]
"""A place in the file: keys and positions from the top, such as ``("items", 3, "text")``."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Translation(_Part):
    id: Annotated[StrictStr, Field(pattern=r"^[a-z]{2}$")]
    status: TranslationStatus
    source: Text
    change_phrase: Text | None = None


class _Point(_Part):
    value: StrictInt
    text: dict[str, Text] = {}


class _NotRelevant(_Part):
    code: Code
    text: dict[str, Text]


class _ResponseScale(_Part):
    id: Code
    points: Annotated[list[_Point], Field(min_length=2)]
    not_relevant: _NotRelevant | None = None


class _Item(_Part):
    id: Code
    response_scale: StrictStr
    reverse: StrictBool = False
    text: dict[str, Text]


class _Scale(_Part):
    id: Code
    title: dict[str, Text]
    items: Annotated[list[StrictStr], Field(min_length=1)]


class _File(_Part):
    id: Code
    version: Text
    title: dict[str, Text]
    citation: Text
    doi: Text | None = None
    licence: Text
    translations: Annotated[list[_Translation], Field(min_length=1)]
    response_scales: Annotated[list[_ResponseScale], Field(min_length=1)]
    items: Annotated[list[_Item], Field(min_length=1)]
    scales: Annotated[list[_Scale], Field(min_length=1)]


FIRST_VERSION = "1"
"""The version in the file `code.yaml`; those after it are in `code-2.yaml`, `code-3.yaml` ..."""


def known_instruments() -> tuple[str, ...]:
    """The codes of the instruments in the package, in alphabetical order."""
    return tuple(sorted(_files()))


def versions(code: str) -> tuple[str, ...]:
    """The versions of an instrument in the package, the newest last; raises UnknownInstrument."""
    if code not in _files():
        raise UnknownInstrument(code, known_instruments())
    return tuple(sorted(_files()[code], key=int))


@cache
def instrument(code: str, version: str | None = None) -> Instrument:
    """The instrument of that code and version, the newest if none is named.

    Versions differ in their texts alone, so scoring may go by any of them.
    Raises UnknownInstrument or FaultyInstrument.
    """
    known = versions(code)
    version = known[-1] if version is None else version
    if version not in known:
        raise UnknownInstrument(f"{code}-{version}", known_instruments())
    name = _files()[code][version]
    entry = resources.files("tbblearn.surveys").joinpath("instruments", name)
    return parse_instrument(entry.read_text(encoding="utf-8"), name)


@cache
def _files() -> Mapping[str, Mapping[str, str]]:
    """Code -> version -> name of the file."""
    found: dict[str, dict[str, str]] = {}
    for entry in resources.files("tbblearn.surveys").joinpath("instruments").iterdir():
        stem, dot, ending = entry.name.rpartition(".")
        if dot and ending == "yaml":
            code, _, version = stem.partition("-")
            found.setdefault(code, {})[version or FIRST_VERSION] = entry.name
    return found


def parse_instrument(text: str, name: str) -> Instrument:
    """The instrument that ``text`` describes; ``name`` is the file's name in faults."""
    findings = Findings()
    document = parse_yaml(text, Path(name), findings)
    if document is None or findings.faults:
        raise FaultyInstrument(tuple(_reading_fault(name, finding) for finding in findings.faults))
    if not isinstance(document.data, dict):
        fault = InstrumentFault(name, 1, "The file holds no instrument.", "Begin with “id:” and “version:”.")
        raise FaultyInstrument((fault,))
    try:
        file = _File.model_validate(document.data)
    except ValidationError as error:
        faults = [_shape_fault(document, name, detail) for detail in error.errors()]
        raise FaultyInstrument(tuple(sorted(faults, key=lambda fault: fault.line))) from error
    found = [InstrumentFault(name, document.line(place), what, mend) for place, what, mend in _faults(file)]
    if found:
        raise FaultyInstrument(tuple(sorted(found, key=lambda fault: fault.line)))
    return _instrument(file)


def _reading_fault(name: str, finding: ReadingFinding) -> InstrumentFault:
    what, _, mend = finding.message.partition("; ")
    return InstrumentFault(name, finding.line, f"{what[:1].upper()}{what[1:]}.", f"{mend[:1].upper()}{mend[1:]}.")


def _shape_fault(document: Document, name: str, detail: Any) -> InstrumentFault:
    place: Place = tuple(detail["loc"])
    key = str(place[-1]) if place else "file"
    if isinstance(place[-1] if place else None, int):
        key = f"{place[-2]}, number {int(place[-1]) + 1}"
    kind, line = detail["type"], document.line(place)
    if kind == "extra_forbidden":
        return InstrumentFault(name, line, f"The key “{key}” is not known here.", "Remove it, or mend its spelling.")
    if kind == "missing":
        return InstrumentFault(name, line, f"“{key}” is missing here.", f"Add a line “{key}: …”.")
    what = f"“{key}” does not fit: {detail['msg'][0].lower()}{detail['msg'][1:]}."
    return InstrumentFault(name, line, what, "Write it anew.")


Finding = tuple[Place, str, str]


def _faults(file: _File) -> Iterator[Finding]:
    """What is wrong in parts of the right shape: references, doubles, gaps, languages."""
    languages = [translation.id for translation in file.translations]
    yield from _doubles("translations", languages)
    yield from _doubles("response_scales", [scale.id for scale in file.response_scales])
    yield from _doubles("items", [item.id for item in file.items])
    yield from _doubles("scales", [scale.id for scale in file.scales])
    originals = [t for t in file.translations if t.status is TranslationStatus.ORIGINAL]
    if len(originals) != 1:
        yield (("translations",), f"{len(originals)} languages are marked as the original.", "Mark exactly one.")
    for number, translation in enumerate(file.translations):
        phrase = translation.change_phrase
        if phrase and not any(phrase in item.text.get(translation.id, "") for item in file.items):
            yield (
                ("translations", number, "change_phrase"),
                f"No item contains the phrase “{phrase}”.",
                "Write it as the items do, or remove the line.",
            )
    yield from _languages(("title",), file.title, languages)
    yield from _response_scale_faults(file, languages)
    yield from _item_faults(file, languages)
    yield from _scale_faults(file, languages)


def _doubles(part: str, codes: Sequence[str]) -> Iterator[Finding]:
    for position, code in enumerate(codes):
        if code in codes[:position]:
            yield ((part, position, "id"), f"The id “{code}” stands twice in {part}.", "Give each an id of its own.")


def _languages(place: Place, text: Mapping[str, str], languages: Sequence[str]) -> Iterator[Finding]:
    for language in languages:
        if language not in text:
            yield place, f"The text in “{language}” is missing.", f"Add a line “{language}: …”."
    for language in text:
        if language not in languages:
            yield (
                (*place, language),
                f"The language “{language}” is not declared.",
                "Add it under translations, or remove it.",
            )


def _response_scale_faults(file: _File, languages: Sequence[str]) -> Iterator[Finding]:
    for number, scale in enumerate(file.response_scales):
        for position, point in enumerate(scale.points):
            place: Place = ("response_scales", number, "points", position)
            if position and point.value != scale.points[position - 1].value + 1:
                yield (
                    (*place, "value"),
                    f"The value {point.value} does not follow {scale.points[position - 1].value}.",
                    "Number the answers upwards, one by one.",
                )
            if point.text:
                yield from _languages((*place, "text"), point.text, languages)
        for position in (0, len(scale.points) - 1):
            if not scale.points[position].text:
                yield (
                    ("response_scales", number, "points", position),
                    "The ends of a response scale need words.",
                    "Add “text:”.",
                )
        if scale.not_relevant:
            yield from _languages(
                ("response_scales", number, "not_relevant", "text"), scale.not_relevant.text, languages
            )


def _item_faults(file: _File, languages: Sequence[str]) -> Iterator[Finding]:
    known = [scale.id for scale in file.response_scales]
    for position, item in enumerate(file.items):
        place: Place = ("items", position)
        if item.response_scale not in known:
            yield (
                (*place, "response_scale"),
                f"There is no response scale “{item.response_scale}”.",
                f"Choose one of: {', '.join(known)}.",
            )
        yield from _languages((*place, "text"), item.text, languages)


def _scale_faults(file: _File, languages: Sequence[str]) -> Iterator[Finding]:
    answered_with = {item.id: item.response_scale for item in file.items}
    scored: set[str] = set()
    for number, scale in enumerate(file.scales):
        yield from _languages(("scales", number, "title"), scale.title, languages)
        for position, code in enumerate(scale.items):
            place: Place = ("scales", number, "items", position)
            if code not in answered_with:
                yield place, f"There is no item “{code}”.", "Use the id of an item above."
            elif code in scored:
                yield place, f"The item “{code}” is scored twice.", "Let each item belong to one scale."
            elif answered_with[code] != answered_with.get(scale.items[0], answered_with[code]):
                yield (
                    place,
                    f"“{code}” is answered on another response scale than “{scale.items[0]}”.",
                    "A mean needs one response scale: make two scales.",
                )
            scored.add(code)
    for position, item in enumerate(file.items):
        if item.id not in scored:
            yield (("items", position), f"The item “{item.id}” is in no scale.", "Name it under a scale's items.")


def _frozen(text: Mapping[str, str]) -> Texts:
    return MappingProxyType(dict(text))


def _instrument(file: _File) -> Instrument:
    scales = {
        part.id: ResponseScale(
            part.id,
            tuple(AnswerPoint(point.value, _frozen(point.text)) for point in part.points),
            NotRelevant(part.not_relevant.code, _frozen(part.not_relevant.text)) if part.not_relevant else None,
        )
        for part in file.response_scales
    }
    return Instrument(
        code=file.id,
        version=file.version,
        title=_frozen(file.title),
        citation=file.citation,
        doi=file.doi,
        licence=file.licence,
        translations=MappingProxyType(
            {t.id: Translation(t.id, t.status, t.source, t.change_phrase) for t in file.translations}
        ),
        items=tuple(Item(i.id, scales[i.response_scale], i.reverse, _frozen(i.text)) for i in file.items),
        scales=tuple(Scale(s.id, _frozen(s.title), tuple(s.items)) for s in file.scales),
    )
