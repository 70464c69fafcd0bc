"""Security headers on every response; signed-in pages leave no copy on shared PCs (docs/rules/people.md)."""

from flask import Flask, request
from flask_login import current_user
from werkzeug.wrappers import Response

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; media-src 'self'; script-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HSTS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


def security_headers(*, secure: bool) -> dict[str, str]:
    """The headers of every response, files included; HSTS only over https."""
    return SECURITY | (HSTS if secure else {})


def init_headers(app: Flask, *, secure: bool) -> None:
    """Add the headers to every response unless the view has set them.

    Signed-in pages are not stored. All others hold the visitor's own token, so no shared cache may keep them.
    """
    everywhere = security_headers(secure=secure)

    @app.after_request
    def add(response: Response) -> Response:
        headers = response.headers
        there = {name.lower() for name, _ in headers}
        headers.extend((name, value) for name, value in everywhere.items() if name.lower() not in there)
        if "cache-control" not in there:
            keeps_nothing = request.endpoint is None or current_user.is_authenticated
            headers["Cache-Control"] = "no-store" if keeps_nothing else "private, no-cache"
        headers.add("Vary", "Cookie")
        return response
