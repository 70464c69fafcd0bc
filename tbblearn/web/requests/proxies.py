"""Trusted proxies: whose word counts for a visitor's address."""

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

TOLD_BY_PROXIES = ("X-Forwarded-For", "Forwarded")


def init_proxies(app: Flask, trusted: int, *, secure: bool) -> None:
    """Trust this many proxies; if none, log an error once a process when there seems to be one.

    Behind an untrusted proxy everybody has its address: failed sign-ins are then counted as if the whole county sat
    at one computer.
    """
    if trusted:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted, x_proto=trusted)  # type: ignore[method-assign]
        return
    told = False

    @app.before_request
    def tell() -> None:
        nonlocal told
        if not told and (secure or any(name in request.headers for name in TOLD_BY_PROXIES)):
            told = True
            app.logger.error(
                "there is a proxy in front, but TBBLEARN_TRUSTED_PROXIES is 0: everybody seems to come from one "
                "address. Set it to the number of proxies of yours"
            )
