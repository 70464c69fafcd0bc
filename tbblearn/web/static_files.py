"""Static files: served by WhiteNoise under an address that holds their hash, so that browsers keep them for good."""

import hashlib
from functools import cache
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

from tbblearn.web.headers import security_headers

FOLDER = Path(__file__).parent / "static"


def _digest() -> str:
    """One hash over all static files: a change of any gives all a new address."""
    found = hashlib.sha256()
    for file in sorted(path for path in FOLDER.rglob("*") if path.is_file()):
        found.update(str(file.relative_to(FOLDER)).encode())
        found.update(file.read_bytes())
    return found.hexdigest()[:16]


def init_static(app: Flask, *, secure: bool) -> None:
    """Serve the folder, with the security headers that pages have, and give templates `static_url(name)`."""
    prefix = f"static/{_digest()}/"

    @cache
    def static_url(name: str) -> str:
        if not (FOLDER / name).is_file():
            raise FileNotFoundError(f"no static file {name}")
        return f"/{prefix}{name}"

    def headers(response_headers: Headers, _path: str, _url: str) -> None:
        for name, value in security_headers(secure=secure).items():
            response_headers[name] = value

    white = WhiteNoise(
        app.wsgi_app, immutable_file_test=lambda _path, _url: True, add_headers_function=headers, max_age=31536000
    )
    white.add_files(str(FOLDER), prefix=prefix)
    app.wsgi_app = white  # type: ignore[method-assign]
    app.jinja_env.globals["static_url"] = static_url
