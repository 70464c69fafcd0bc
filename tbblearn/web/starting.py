"""The start page: a feature adds what it offers a person today; the page knows none of them by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask


@dataclass(frozen=True)
class Offer:
    """Something to do that is no course: words, and one way on. `about` tells `label` from others like it."""

    eyebrow: str
    heading: str
    text: str
    label: str
    about: str
    url: str


Offering = Callable[[Any], Sequence[Offer]]


def add_to_start(app: Flask, offering: Offering) -> None:
    """Called once per feature at start; `offering` gets the principal, and costs one query whatever it finds."""
    app.extensions.setdefault("tbblearn_start", []).append(offering)


def offers_to(app: Flask, principal: Any) -> list[Offer]:
    """All that is offered to this person today, in the order in which the features were added."""
    found: list[Offer] = []
    for offering in app.extensions.get("tbblearn_start", []):
        found += offering(principal)
    return found
