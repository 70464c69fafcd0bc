"""Where a form comes from: what another site sends in somebody's name is refused, in one place for all routes.

Browsers say of themselves where a request comes from, and no page can make them say otherwise: `Sec-Fetch-Site` as the
browser sees it, whatever stands between it and us, and `Origin`, the address of the page. Where neither is said (old
browsers, programs) the CSRF token decides, as it does for all the others too.
"""

from urllib.parse import urlsplit

from flask import Flask, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tbblearn.web.application import SAFE_METHODS
from tbblearn.web.errors import ErrorWords, error_page

OWN = frozenset({"same-origin", "none"})
"""`none`: the person did it without any page, from the address bar or a bookmark."""


def origin_of(address: str) -> str:
    """Scheme, host and port of a full address, as a browser writes an origin."""
    parts = urlsplit(address.lower())
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname or ''}{port}"


def is_own(site: str, origin: str, host: str, public_url: str) -> bool:
    """True for a request that comes from a page of ours, or does not say where it comes from.

    `site` and `origin` are what the browser says, empty where it says nothing; `host` is the host that was asked for,
    with its port. What `public_url` names is ours, also where a proxy asks us by another name.
    """
    if origin and origin.lower() == origin_of(public_url):
        return True
    if site:
        return site in OWN
    if not origin:
        return True
    try:
        parts = urlsplit(origin.lower())
    except ValueError:  # no origin that a browser writes
        return False
    if parts.scheme != "https" and urlsplit(public_url).scheme == "https":
        return False  # anybody on the way could have made that page
    return parts.netloc == host.lower()


def init_origins(app: Flask, public_url: str) -> None:
    """Refuse what another site sends, before anything else looks at it."""

    @app.before_request
    def refuse_others() -> Response | None:
        said = request.headers
        if request.method in SAFE_METHODS or is_own(
            said.get("Sec-Fetch-Site", ""), said.get("Origin", ""), request.host, public_url
        ):
            return None
        app.logger.warning("a form from another site was refused; if it is ours, see TBBLEARN_PUBLIC_URL")
        words = ErrorWords(
            _("Det kom från en annan webbplats"),
            _(
                "Det som skickades kom inte från en sida i tbblearn. Därför är inget sparat eller ändrat. "
                "Öppna sidan här i tbblearn och gör det därifrån."
            ),
        )
        return error_page(403, said=words).render()
