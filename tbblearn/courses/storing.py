"""Converts a course to JSON and back."""

import hashlib
import json
from typing import Any

from pydantic import TypeAdapter

from tbblearn.courses.rules import Course

_course = TypeAdapter(Course)


def course_to_json(course: Course) -> dict[str, Any]:
    """The course as JSON data."""
    stored: dict[str, Any] = _course.dump_python(course, mode="json")
    return stored


def course_from_json(stored: dict[str, Any]) -> Course:
    """The course that `course_to_json` stored."""
    return _course.validate_python(stored)


def sha256_of(value: object) -> str:
    """SHA-256, in hexadecimal, of a value's canonical JSON: sorted keys, no spaces, UTF-8."""
    canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()
