"""Security headers on every answer, and no copies of signed-in pages left on shared PCs (design.md 6)."""

import secrets

from flask import Flask, g, request
from flask_login import current_user
from werkzeug.wrappers import Response

HSTS = "max-age=31536000; includeSubDomains"


def csp_nonce() -> str:
    """This answer's nonce, for a script or style that a page may one day need inline; pages have none today."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def init_headers(app: Flask, *, secure: bool) -> None:
    """Add the headers to every answer; HSTS only where people come by https."""

    @app.after_request
    def add(response: Response) -> Response:
        headers = response.headers
        headers.setdefault(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; media-src 'self'; "
            f"script-src 'self' 'nonce-{csp_nonce()}'; connect-src 'self'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'",
        )
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if secure:
            headers.setdefault("Strict-Transport-Security", HSTS)
        if "Cache-Control" not in headers and (request.endpoint is None or current_user.is_authenticated):
            headers["Cache-Control"] = "no-store"
        elif "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-cache"
        headers.add("Vary", "Cookie")
        return response
