"""Cross-site requests are refused, in one place for all routes.

Browsers state where a request comes from, and no page can change that: `Sec-Fetch-Site`, whatever stands between the
browser and us, and `Origin`, the address of the page. Where both are missing (old browsers, programs) the CSRF token
decides; it is checked in every case.
"""

from urllib.parse import urlsplit

from flask import Flask, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tbblearn.web.application import SAFE_METHODS
from tbblearn.web.errors import ErrorWords, error_page

OWN = frozenset({"same-origin", "none"})
"""`none`: from the address bar or a bookmark."""


def origin_of(address: str) -> str:
    """Scheme, host and port of an address, as a browser writes an origin."""
    parts = urlsplit(address.lower())
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname or ''}{port}"


def is_own(site: str, origin: str, host: str, public_url: str) -> bool:
    """True for a request from one of our own pages, or one that does not say where it comes from.

    `site` and `origin` are the browser's headers, empty if missing; `host` is the requested host with its port.
    `public_url` is ours too, even where a proxy asks for another name.
    """
    if origin and origin.lower() == origin_of(public_url):
        return True
    if site:
        return site in OWN
    if not origin:
        return True
    try:
        parts = urlsplit(origin.lower())
    except ValueError:  # not an origin any browser writes
        return False
    if parts.scheme != "https" and urlsplit(public_url).scheme == "https":
        return False  # anybody on the path could have forged that page
    return parts.netloc == host.lower()


def init_origins(app: Flask, public_url: str) -> None:
    """Refuse cross-site requests before anything else looks at them."""

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
