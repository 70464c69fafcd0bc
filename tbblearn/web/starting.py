"""The start page: features add what they offer a person today; the page knows none by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask


@dataclass(frozen=True)
class Offer:
    """Something to do other than a course, with one link. `about` distinguishes `label` from similar ones."""

    eyebrow: str
    heading: str
    text: str
    label: str
    about: str
    url: str


Offering = Callable[[Any], Sequence[Offer]]


def add_to_start(app: Flask, offering: Offering) -> None:
    """Called by `create_app`; `offering` takes the principal and costs one query whatever it finds."""
    app.extensions.setdefault("tbblearn_start", []).append(offering)


def offers_to(app: Flask, principal: Any) -> list[Offer]:
    """Everything offered to this person today, in the order the features were added."""
    found: list[Offer] = []
    for offering in app.extensions.get("tbblearn_start", []):
        found += offering(principal)
    return found
