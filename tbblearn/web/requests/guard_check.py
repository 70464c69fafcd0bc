"""The check that every endpoint has a guard, or the application does not start; the guards are `people.guards`."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])


class UnguardedEndpoint(Exception):
    """A route was added without a guard. The application does not start."""


def mark_guard(view: View, name: str) -> View:
    """Record which guard protects a view; a second one is refused."""
    if getattr(view, "guard", None) is not None:
        raise UnguardedEndpoint(f"{view.__module__}.{view.__name__} has two guards; keep one")
    view.guard = name  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Open to everyone: the view shows nothing personal."""
    return mark_guard(view, "public")


def guard_of(app: Flask, endpoint: str) -> str | None:
    """The name of an endpoint's guard, or None."""
    return getattr(app.view_functions[endpoint], "guard", None)


def demand_guards(app: Flask) -> None:
    """Raise UnguardedEndpoint naming every endpoint without a guard."""
    bare = sorted(endpoint for endpoint in app.view_functions if guard_of(app, endpoint) is None)
    if bare:
        raise UnguardedEndpoint(f"no guard on: {', '.join(bare)}. Add one from tbblearn.people.guards.")
