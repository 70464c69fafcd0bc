"""Checks a document against a shape and reports in plain words what does not fit, and on which line."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tbblearn.courses.files.findings import Findings, phrase
from tbblearn.courses.files.format import ADDRESS_PATTERN, GOAL_PATTERN, SCREEN_PATTERN, Shape, Words
from tbblearn.courses.files.reading import Document
from tbblearn.courses.files.yaml_faults import cut, no_hyphen
from tbblearn.courses.rules import LANGUAGES

S = TypeVar("S", bound=Shape)

LANGUAGE_NAMES = {"sv": "Swedish", "en": "English"}


def check_shape(shape: type[S], document: Document, findings: Findings) -> S | None:
    """The document as `shape`; None if it does not fit, with a fault for every misfit."""
    if document.data is None:
        findings.fault(document.path, 1, "the file is empty; it needs {keys}", keys=", ".join(_required(shape)))
        return None
    for location, lost in document.cuts.items():
        if _is_free_text(shape, location):
            findings.fault(document.path, document.line(location), cut(lost))
    try:
        return shape.model_validate(document.data)
    except ValidationError as error:
        for details in error.errors():
            location = _where(details)
            findings.fault(document.path, document.line(location), _sentence(shape, details))
    return None


def _where(details: ErrorDetails) -> tuple[str | int, ...]:
    """The key itself, or for a missing key the thing that lacks it."""
    return details["loc"][:-1] if details["type"] == "missing" else details["loc"]


def _sentence(shape: type[Shape], details: ErrorDetails) -> str:
    """What is wrong, and how to mend it."""
    location, kind = details["loc"], details["type"]
    if kind == "extra_forbidden":
        return _unknown_key(shape, location)
    if location and location[-1] in LANGUAGES and kind in _MISSING_TEXT:
        language = phrase(LANGUAGE_NAMES[str(location[-1])])
        return phrase(_MISSING_TEXT[kind], language=language, name=_name(location[:-1]), key=location[-1])
    if kind.startswith("date"):
        return phrase("{name} must be a day such as 2027-03-31", name=_name(location))
    name, context = _name(location), details.get("ctx", {})
    if kind == "string_type" and isinstance(details["input"], bool | int):
        value = _as_written(details["input"])
        return phrase("{name} must be text; put quotation marks around {value}", name=name, value=value)
    if kind == "enum":
        value, expected = repr(_as_written(details["input"])), str(context["expected"]).replace("'", "")
        return phrase("{name} cannot be {value}; write {expected}", name=name, value=value, expected=expected)
    if kind == "string_pattern_mismatch":
        hint = phrase(_PATTERN_HINTS.get(str(context["pattern"]), _NAME_HINT))
        return phrase("{name} cannot be {value}; {hint}", name=name, value=repr(details["input"]), hint=hint)
    if kind == "list_type" and (message := no_hyphen(str(details["input"]))):
        return message
    if kind not in _SENTENCES:
        return phrase("{name}: {problem}", name=name, problem=details["msg"])
    least, most = context.get("ge", context.get("min_length")), context.get("le", context.get("max_length"))
    return phrase(_SENTENCES[kind], name=name, least=least, most=most)


_MISSING_TEXT = {
    "missing": "the {language} text of {name} is missing; add a line {key}:",
    "string_too_short": "the {language} text of {name} is empty; write it after {key}:",
}


_KEYS_WANTED = "{name} must hold keys and values, indented by two spaces"

_SENTENCES = {
    "missing": "{name} is missing; add a line {name}:",
    "string_type": "{name} must be text; write it after the colon",
    "string_too_short": "{name} is empty; write something after the colon",
    "string_too_long": "{name} is too long; at most {most} characters",
    "bool_type": "{name} must be true or false",
    "int_type": "{name} must be a whole number, in digits and without quotation marks",
    "greater_than_equal": "{name} must be at least {least}",
    "less_than_equal": "{name} must be at most {most}",
    "list_type": "{name} must be a list; write each item on a line of its own after a dash",
    "too_short": "{name} needs at least {least} items",
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), _KEYS_WANTED),
}

_PATTERN_HINTS = {
    GOAL_PATTERN: "write a number and a capital letter, such as 1A",
    SCREEN_PATTERN: "write the part's id, a slash and the screen's id, such as varfor/tidigt-ar-nu",
    ADDRESS_PATTERN: "write an address that begins with https://, or leave the line out",
}
_NAME_HINT = "use small letters a-z, digits and single hyphens, such as ratt-vag-in"


def _name(location: tuple[str | int, ...]) -> str:
    """The name of the thing at `location`: its key, or its place in its list."""
    if not location:
        return phrase("the file")
    last = location[-1]
    if isinstance(last, int):
        return phrase("item {number} of {name}", number=last + 1, name=_name(location[:-1]))
    return f"{location[-2]}.{last}" if last in LANGUAGES and len(location) > 1 else last


def _as_written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _unknown_key(shape: type[Shape], location: tuple[str | int, ...]) -> str:
    known = list(_keys(shape, location[:-1]))
    key = str(location[-1])
    close = get_close_matches(key, known, n=1)
    if close:
        mend = phrase("did you mean {close}?", close=close[0])
    else:
        mend = phrase("remove it (known here: {names})", names=", ".join(known))
    return phrase("unknown key {key}; {mend}", key=repr(key), mend=mend)


def _required(shape: type[Shape]) -> list[str]:
    return [field.alias or name for name, field in shape.model_fields.items() if field.is_required()] or list(
        shape.model_fields
    )


def _keys(shape: type[BaseModel], location: tuple[str | int, ...]) -> Iterator[str]:
    """The keys that the shape at `location` inside `shape` knows."""
    for step in location:
        if isinstance(step, int):
            continue
        for name, field in shape.model_fields.items():
            if step == (field.alias or name):
                shape = next(_shapes(field.annotation))
    for name, field in shape.model_fields.items():
        yield field.alias or name


def _is_free_text(shape: type[BaseModel], location: tuple[str | int, ...]) -> bool:
    """True if the shape has free text at `location`, not an id or a word of the format."""
    keys = [step for step in location if isinstance(step, str)]
    for depth, key in enumerate(keys, start=1):
        field = next((field for name, field in shape.model_fields.items() if key == (field.alias or name)), None)
        if field is None:
            return False
        if depth == len(keys):
            return field.metadata == [*get_args(Words)[1:]] or _holds_words(field.annotation)
        inner = next(_shapes(field.annotation), None)
        if inner is None:
            return False
        shape = inner
    return False


def _holds_words(annotation: Any) -> bool:
    return annotation == Words or any(_holds_words(one) for one in get_args(annotation))


def _shapes(annotation: Any) -> Iterator[type[BaseModel]]:
    """The shapes named in a type such as `list[GoalShape]` or `WaivedShape | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _shapes(argument)
