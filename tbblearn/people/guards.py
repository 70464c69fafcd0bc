"""Guards: who may open which page. Every endpoint carries exactly one, or the start fails (docs/rules/people.md)."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, current_app, request
from flask_login import current_user

from tbblearn.people.rules import Principal, Role
from tbblearn.web.errors import NoAccess, SignInNeeded
from tbblearn.web.requests.guard_check import mark_guard, public

__all__ = [
    "open_after_leaving",
    "principal",
    "public",
    "requires",
    "requires_on_county",
    "signed_in",
    "signed_in_person",
]

AFTER_LEAVING = "tbblearn_after_leaving"

View = TypeVar("View", bound=Callable[..., Any])


def signed_in_person() -> Principal | None:
    """Who is signed in, or None; not Flask-Login's proxy, which looks the person up anew for every attribute."""
    person = current_user._get_current_object()
    return person if isinstance(person, Principal) else None


def principal() -> Principal:
    """Who is signed in; raises SignInNeeded when nobody is."""
    person = signed_in_person()
    if person is None:
        raise SignInNeeded
    return person


def open_after_leaving(app: Flask, *places: str) -> None:
    """Open these endpoints and blueprints to leavers with a link to their own history, and close all others to them."""
    app.extensions[AFTER_LEAVING] = frozenset(places)


def signed_in(view: View) -> View:
    """Open to everyone who is signed in, to leavers only as `open_after_leaving` says; shows only one's own things."""

    @wraps(view)
    def guarded(*args: Any, **values: Any) -> Any:
        if principal().history_only:
            opened = current_app.extensions.get(AFTER_LEAVING, ())
            if request.endpoint not in opened and request.blueprint not in opened:
                raise NoAccess
        return view(*args, **values)

    return mark_guard(cast(View, guarded), "signed_in")


def requires(*roles: Role) -> Callable[[View], View]:
    """Open to those with one of these roles somewhere; the view's queries take the Scope of the role."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **values: Any) -> Any:
            person = principal()
            if not any(person.has(role) for role in roles):
                raise NoAccess
            return view(*args, **values)

        return mark_guard(cast(View, guarded), "requires:" + ",".join(sorted(roles)))

    return decorate


def requires_on_county(role: Role) -> Callable[[View], View]:
    """Open to those with the role on the county itself: the page affects every huvudman."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **values: Any) -> Any:
            if not principal().has_on_county(role):
                raise NoAccess
            return view(*args, **values)

        return mark_guard(cast(View, guarded), f"requires:{role}:county")

    return decorate
