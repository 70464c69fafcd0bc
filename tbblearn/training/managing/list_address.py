"""The list that a manager came from, in the address of a person's pages so that each leads back to it."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, current_app, has_request_context, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from tbblearn.training.managing.lists import Chosen
from tbblearn.training.managing.words import list_title
from tbblearn.web.addresses import local_path

_NAME = "lista"
_LIST = "managing.who_is_left"


def lead_back(blueprint: Blueprint) -> None:
    """Keep ?lista= in every address of a person's pages, and give their templates `came_from`."""
    blueprint.url_defaults(_keep)
    blueprint.context_processor(lambda: {"came_from": came_from()})


def came_from() -> tuple[str, str] | None:
    """Title and address of the list that ?lista= names, with its filter, order and page; None where it names none."""
    path = local_path(request.args.get(_NAME), "")
    parts = urlsplit(path)
    try:
        endpoint, _values = current_app.url_map.bind("").match(parts.path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    return (list_title(Chosen.read(dict(parse_qsl(parts.query)))), path) if endpoint == _LIST else None


def _keep(endpoint: str, values: dict[str, Any]) -> None:
    of_a_person = endpoint == "managing.person_history" or endpoint.startswith("deciding.")
    if of_a_person and has_request_context() and (back := came_from()):
        values.setdefault(_NAME, back[1])
