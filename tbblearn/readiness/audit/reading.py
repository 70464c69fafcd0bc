"""Reading the file that the audit checks. It fails closed: nothing is guessed, skipped or taken for granted.

Everything that differs from docs/readiness-method.md (an unknown, missing or doubled key, a number instead of a text, a
row that no publication has) is a fault: a sentence with its place, and all of them at once.
"""

import json
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tbblearn.characters import quoted, unseen_named, visible
from tbblearn.readiness.audit.rows import AuditFile
from tbblearn.readiness.given_units import FaultyUnits, one_tree
from tbblearn.readiness.rules import LEAST_K, LEAST_MARGIN, Family, Kind, Measure, Part, PublishedRow, Tree
from tbblearn.surveys.instruments import instrument as find_instrument
from tbblearn.surveys.instruments import known_instruments
from tbblearn.surveys.rules import Instrument, UnknownInstrument

MOST_ANSWERS = 1_000_000
"""Of one piece; the whole numbers of the bounds stay exact far beyond the sum of many such pieces."""
LONGEST_NUMBER = 30
"""Digits; a longer one is not even converted."""


class FaultyAuditFile(Exception):
    """A file that the audit cannot read; one sentence per fault."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = tuple(sentences)


Text = Annotated[str, Field(min_length=1)]
Size = Annotated[int, Field(ge=0, le=MOST_ANSWERS)]
Limit = Annotated[int, Field(ge=LEAST_K, le=MOST_ANSWERS)]


class _Keys(BaseModel):
    """An object of the file. Its fields are its keys: those without a default are required, others forbidden."""

    model_config = ConfigDict(extra="forbid", strict=True)


class _Unit(_Keys):
    unit: Text
    parent: Text | None


class _Piece(_Keys):
    unit: Text
    family: Literal["means", "distributions"]
    n: Size


class _Row(_Keys):
    unit: Text
    family: Annotated[Family, Field(strict=False)]
    measure: Annotated[Measure, Field(strict=False)]
    kind: Annotated[Kind, Field(strict=False)]
    value: Text
    scale: Text | None = None
    item: Text | None = None
    part: Annotated[Part | None, Field(strict=False)] = None
    statistic: Text | None = None


class _Rate(_Keys):
    unit: Text
    band: Text


class _File(_Keys):
    units: Annotated[list[_Unit], Field(min_length=1)]
    k: Limit
    k_distribution: Limit
    pieces: list[_Piece]
    published: list[_Row]
    instrument: Text = ""
    margin: Annotated[int, Field(ge=LEAST_MARGIN, le=MOST_ANSWERS)] = LEAST_MARGIN
    invited: dict[str, Size] | None = None
    rates: list[_Rate] = []


_OBJECTS: Mapping[str, type[_Keys]] = {"units": _Unit, "pieces": _Piece, "published": _Row, "rates": _Rate}


def load_audit_file(path: Path) -> AuditFile:
    """The audit file at that path; raises FaultyAuditFile with a sentence for each fault."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        data = json.loads(text, object_pairs_hook=_object, parse_int=_whole_number, parse_constant=_no_number)
    except OSError as error:
        raise FaultyAuditFile([f"The file cannot be read: {error.strerror}."]) from error
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8-sig")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise FaultyAuditFile(
            [f"line {line}, column {column}: A character here is not UTF-8. Save the file as UTF-8."]
        ) from error
    except json.JSONDecodeError as error:
        why = f"This is not JSON: {error.msg}." if text.strip() else "The file is empty."
        raise FaultyAuditFile([f"line {error.lineno}, column {error.colno}: {why}"]) from error
    except RecursionError as error:
        raise FaultyAuditFile(
            ["The file has brackets within brackets without end. It is not a valid audit file."]
        ) from error
    return read_audit_file(data)


@dataclass(frozen=True, slots=True)
class _Unusable:
    """A value that JSON, or this file, cannot have; no key accepts it."""

    why: str


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for given, value in pairs:
        key = given.encode("utf-8", "backslashreplace").decode()  # JSON can write half a character, Python cannot
        found[key] = _Unusable("This key is written twice. Write it once.") if key in found else value
    return found


def _whole_number(digits: str) -> int | _Unusable:
    if len(digits) <= LONGEST_NUMBER:
        return int(digits)
    return _Unusable(f"Write a whole number, not one of {len(digits.lstrip('-')):,} digits.")


def _no_number(name: str) -> _Unusable:
    return _Unusable(f"Write a whole number; {name} is not one.")


def read_audit_file(data: Any) -> AuditFile:
    """The audit file from parsed JSON; raises FaultyAuditFile with a sentence for each fault."""
    try:
        file = _File.model_validate(data)
    except ValidationError as error:
        raise FaultyAuditFile([_sentence(detail) for detail in error.errors(include_url=False)]) from error
    faults: list[str] = []
    tree = _tree(file, faults)
    instrument = _instrument(file, faults)
    if file.k_distribution < file.k:
        faults.append(f"k_distribution: Write at least k, which is {file.k}, not {file.k_distribution}.")
    if file.margin >= file.k:
        faults.append(f"margin: Write less than k, which is {file.k}, not {file.margin}.")
    units = {unit.unit for unit in file.units}
    pieces = _pieces(file, units, faults)
    faults.extend(_participation_faults(file, units))
    scales = {item: scale.code for scale in instrument.scales for item in scale.items} if instrument else None
    seen: dict[tuple[str | None, ...], tuple[str, ...]] = {}  # a county has 50,000 rows of a few hundred forms
    for number, row in enumerate(file.published):
        form = (row.family, row.measure, row.kind, row.scale, row.item, row.part, row.statistic)
        if form not in seen:
            seen[form] = tuple(_row_faults(row, scales))
        faults.extend(f"published[{number}]{fault}" for fault in seen[form])
        if row.unit not in units:
            faults.append(f"published[{number}].unit: {_no_unit(row.unit)}")
        if not row.value.isascii() and row.measure is not Measure.SAME_AS:
            faults.append(f"published[{number}].value: {quoted(row.value)} is not a valid value of a published row.")
    if faults or tree is None or instrument is None:
        raise FaultyAuditFile(faults)
    return AuditFile(
        tree=tree,
        k=file.k,
        k_distribution=file.k_distribution,
        pieces=pieces,
        rows=tuple(PublishedRow(**vars(row)) for row in file.published),
        instrument=instrument,
        invited=file.invited,
        margin=file.margin,
        rated=tuple(rate.unit for rate in file.rates),
    )


def _sentence(detail: Any) -> str:
    """One fault of form in our words; `detail` is pydantic's."""
    *above, key = detail["loc"] or ("",)
    model = _OBJECTS.get(above[0], _File) if len(above) > 1 else _File
    kind, given = detail["type"], detail["input"]
    if kind == "missing":
        return f"{_place(above)}The key “{key}” is missing."
    if kind == "extra_forbidden":
        return f"{_place(above)}There is no key {quoted(key)} here{_nearest(key, model)}"
    place = _place(detail["loc"])
    if isinstance(given, _Unusable):
        return f"{place}{given.why}"
    if kind == "model_type":
        keys = (_OBJECTS[above[0]] if above else _File).model_fields.items()
        needed = ", ".join(name for name, field in keys if field.is_required())
        return f"{place}Write one JSON object with {needed}, not {_shown(given)}."
    if kind == "string_too_short" and key == "parent":
        return f"{place}This text is empty. The topmost unit has null."
    wanted = {name: str(value).replace("'", "") for name, value in detail.get("ctx", {}).items()}
    return f"{place}{_WANTED.get(kind, detail['msg']).format(given=_shown(given), **wanted)}"


_WANTED: Mapping[str, str] = {
    "string_type": "Write text, not {given}.",
    "string_too_short": "This text is empty.",
    "string_unicode": "This text holds half a character (a lone surrogate).",
    "int_type": "Write a whole number, not {given}.",
    "greater_than_equal": "Write at least {ge}, not {given}.",
    "less_than_equal": "Write at most {le}, not {given}.",
    "enum": "Write one of {expected}, not {given}.",
    "literal_error": "Write one of {expected}, not {given}.",
    "list_type": "Write a list, not {given}.",
    "dict_type": "Write an object, not {given}.",
    "too_short": "The list is empty; write one at least.",
}


def _place(loc: Sequence[str | int]) -> str:
    """A path into the JSON, such as `units[3].parent: `; empty for the file as a whole."""
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc if step != "")
    return f"{path.lstrip('.')}: " if path else ""


def _nearest(key: str, model: type[_Keys]) -> str:
    near = get_close_matches(key.lower(), model.model_fields, n=1)
    return f"; did you mean “{near[0]}”?" if near else f"; the keys are {', '.join(model.model_fields)}."


def _shown(value: Any) -> str:
    """A value of the file in a sentence, however large it is."""
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    return quoted(value) if isinstance(value, str) else json.dumps(value)


def _tree(file: _File, faults: list[str]) -> Tree | None:
    try:
        return one_tree([(unit.unit, unit.parent) for unit in file.units], lambda position: f"units[{position}]")
    except FaultyUnits as error:
        faults.extend(f"units[{fault.position}].{fault.key}: {fault.message}" for fault in error.faults)
        return None


def _instrument(file: _File, faults: list[str]) -> Instrument | None:
    """The instrument that is named, or the only one there is."""
    known = known_instruments()
    if not file.instrument and len(known) > 1:
        faults.append(f"The key “instrument” is missing. It is one of {', '.join(known)}.")
        return None
    try:
        return find_instrument(file.instrument or known[0])
    except UnknownInstrument as error:
        faults.append(f"instrument: {visible(str(error))}")
        return None


def _pieces(file: _File, units: Set[str], faults: list[str]) -> dict[Family, dict[str, int]]:
    found: dict[Family, dict[str, int]] = {Family.MEANS: {}, Family.DISTRIBUTIONS: {}}
    told: set[tuple[str, str]] = set()
    for number, piece in enumerate(file.pieces):
        if piece.unit not in units:
            faults.append(f"pieces[{number}].unit: {_no_unit(piece.unit)}")
        elif (piece.unit, piece.family) in told:
            faults.append(f"pieces[{number}]: The unit {quoted(piece.unit)} has two pieces of {piece.family}.")
        elif piece.n:
            found[Family(piece.family)][piece.unit] = piece.n
        told.add((piece.unit, piece.family))
    return found


def _participation_faults(file: _File, units: Set[str]) -> Iterator[str]:
    for number, rate in enumerate(file.rates):
        if rate.unit not in units:
            yield f"rates[{number}].unit: {_no_unit(rate.unit)}"
    if file.invited is None:
        return
    for unit in file.invited:
        if unit not in units:
            yield f"invited: {_no_unit(unit)}"
    for unit in (entry.unit for entry in file.units):
        if unit not in file.invited:
            yield f"invited: The unit {quoted(unit)} is missing; write 0 where nobody is invited."


def _no_unit(unit: str) -> str:
    return f"The unit {quoted(unit)} is not among the units.{unseen_named(unit)}"


@dataclass(frozen=True, slots=True)
class _Form:
    """What a row of a measure may be, and which of the further keys it has; the others are null."""

    families: tuple[Family, ...]
    kinds: tuple[Kind, ...]
    keys: frozenset[str] = frozenset()


_BOTH = (Family.MEANS, Family.DISTRIBUTIONS)
_FURTHER_KEYS = ("scale", "item", "part", "statistic")
_FORMS: Mapping[Measure, _Form] = {
    Measure.N: _Form(_BOTH, (Kind.AT_LEAST, Kind.N_BAND)),
    Measure.MEAN: _Form((Family.MEANS,), (Kind.ONE_DECIMAL, Kind.HALF), frozenset(["scale"])),
    Measure.SHARE: _Form(
        (Family.DISTRIBUTIONS,), (Kind.BAND, Kind.TENS, Kind.FIVES), frozenset(["scale", "item", "part"])
    ),
    Measure.AGREEMENT: _Form((Family.DISTRIBUTIONS,), (Kind.WORD,), frozenset(["scale"])),
    Measure.SAME_AS: _Form(_BOTH, (Kind.UNIT,)),
    Measure.STATISTIC: _Form((Family.OVERALL,), (Kind.TWO_DECIMALS,), frozenset(["scale", "statistic"])),
}
_STATISTICS = (
    *("alpha", "alpha_low", "alpha_high", "omega", "icc1", "icc2", "s_w", "rwg_j", "r_star_wg_j", "ad_m"),
    *(f"reliability_{answers}" for answers in (5, 10, 20, 30)),
)


def _row_faults(row: _Row, scales: Mapping[str, str] | None) -> Iterator[str]:
    """What no published row is, whatever the answers: each fault begins with the key's part of the place.

    `scales`: the scale of each item of the instrument, where that is known.
    """
    form = _FORMS[row.measure]
    if row.family not in form.families:
        yield f".family: A row of {row.measure.value} is of {_either(form.families)}, not of {row.family.value}."
    if row.kind not in form.kinds:
        yield f".kind: A row of {row.measure.value} is of the kind {_either(form.kinds)}, not {row.kind.value}."
    keys = form.keys
    if row.measure is Measure.STATISTIC and (row.statistic or "").startswith("correlation_"):
        keys -= {"scale"}
    for key in _FURTHER_KEYS:
        if getattr(row, key) is None and key in keys:
            yield f": The key “{key}” is missing; a row of {row.measure.value} has it."
        elif getattr(row, key) is not None and key not in keys:
            yield f".{key}: This row of {row.measure.value} has no {key}; write null."
    if scales is not None:
        yield from _code_faults(row, scales)


def _code_faults(row: _Row, scales: Mapping[str, str]) -> Iterator[str]:
    codes = list(dict.fromkeys(scales.values()))
    if row.scale is not None and row.scale not in codes:
        yield f".scale: There is no scale {quoted(row.scale)}; write one of {', '.join(codes)}."
    elif row.item is not None and row.item not in scales:
        yield f".item: There is no item {quoted(row.item)}; write one of {', '.join(scales)}."
    elif row.item is not None and row.scale is not None and scales[row.item] != row.scale:
        yield f".scale: The item {row.item} is on the scale {scales[row.item]}, not on {row.scale}."
    if row.statistic is not None:
        known = [*_STATISTICS, *(f"correlation_{first}_{second}" for first, second in combinations(codes, 2))]
        if row.statistic not in known:
            yield f".statistic: There is no statistic {quoted(row.statistic)}; write one of {', '.join(known)}."


def _either(names: Sequence[StrEnum]) -> str:
    return " or ".join(name.value for name in names)
