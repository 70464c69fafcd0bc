"""Addresses that come from outside: followed only within the site, with no number larger than an id can be."""

from urllib.parse import quote, urlsplit

from flask import current_app, request
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import IntegerConverter, Map, RequestRedirect

LARGEST_NUMBER = 2**31 - 1
"""The most an INTEGER column of PostgreSQL holds. Asking for more is an error there, not an empty answer."""


class RowNumber(IntegerConverter):
    """`<int:...>` in every route: a number that could be a row's id. A larger one is a 404."""

    regex = "[0-9]{1,10}"  # Python refuses to read more than 4,300 digits

    def __init__(self, map: Map, max: int = LARGEST_NUMBER) -> None:  # werkzeug's own names
        super().__init__(map, max=max)


def row_number(text: str) -> int | None:
    """The text as a number; None unless it could be a row's id."""
    if not text.isascii() or not text.isdecimal() or len(text) > len(str(LARGEST_NUMBER)):
        return None
    return found if (found := int(text)) <= LARGEST_NUMBER else None


def whole_number(name: str) -> int | None:
    """The number after ?name= in this request's address; None unless it could be a row's id."""
    return row_number(request.args.get(name, ""))


def own_address() -> str:
    """The requested address as it stands in a link: path and query."""
    query = request.query_string.decode("ascii", "replace")
    return quote(request.path) + (f"?{query}" if query else "")


def local_path(text: str | None, otherwise: str) -> str:
    """`text` if it is a path on this site, else `otherwise`: no redirect ever leaves tbblearn."""
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")) or "\\" in text:
        return otherwise
    if any(ord(letter) < 32 for letter in text):
        return otherwise
    parts = urlsplit(text)
    return text if not parts.scheme and not parts.netloc else otherwise


def page_path(text: str | None, otherwise: str) -> str:
    """`text` if it is a path on this site that a GET can open, else `otherwise`.

    A page that answered a form may live at an address that only takes POST.
    """
    path = local_path(text, "")
    if not path:
        return otherwise
    try:
        current_app.url_map.bind("").match(urlsplit(path).path, method="GET")
    except RequestRedirect:
        return path
    except (NotFound, MethodNotAllowed):
        return otherwise
    return path
