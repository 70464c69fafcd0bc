"""Static files: in memory, compressed, at addresses with their hash so that browsers cache them for good."""

import gzip
import hashlib
import mimetypes
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Response

from tbblearn.web.requests.headers import security_headers

FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
"""Suffix -> type, where Python does not know it on every machine."""
COMPRESSED = frozenset({".css", ".js", ".svg", ".txt"})
FOR_GOOD = "public, max-age=31536000, immutable"


class StaticFile:
    """One file, plain and compressed, each with its own ETag."""

    def __init__(self, file: Path) -> None:
        self.content_type = TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        plain = file.read_bytes()
        self.forms = {"": plain}
        if file.suffix in COMPRESSED:
            self.forms["gzip"] = gzip.compress(plain, mtime=0)
        self.etag = hashlib.sha256(plain).hexdigest()[:16]

    def answer(self, environ: dict[str, Any], headers: dict[str, str]) -> Response:
        """The whole file, a range of it, or 304."""
        accepted = parse_accept_header(environ.get("HTTP_ACCEPT_ENCODING", ""))
        coding = "gzip" if "gzip" in self.forms and accepted.quality("gzip") > 0 else ""
        body = self.forms[coding]
        response = Response(body, headers={**headers, "Cache-Control": FOR_GOOD}, content_type=self.content_type)
        if coding:
            response.headers["Content-Encoding"] = coding
        if len(self.forms) > 1:
            response.vary.add("Accept-Encoding")
        response.set_etag(self.etag + coding)
        try:
            return response.make_conditional(environ, accept_ranges=True, complete_length=len(body))
        except RequestedRangeNotSatisfiable:
            return Response(status=416, headers={**headers, "Content-Range": f"bytes */{len(body)}"})


@cache
def _files() -> tuple[str, dict[str, StaticFile]]:
    """The address prefix, and address -> file. One hash covers all files: changing any changes every address."""
    named = {file.relative_to(FOLDER).as_posix(): file for file in FOLDER.rglob("*") if file.is_file()}
    digest = hashlib.sha256()
    for name, file in sorted(named.items()):
        digest.update(name.encode())
        digest.update(file.read_bytes())
    prefix = f"/static/{digest.hexdigest()[:16]}/"
    return prefix, {prefix + name: StaticFile(file) for name, file in named.items()}


def init_static(app: Flask, *, secure: bool) -> None:
    """Serve the folder with the security headers of pages, and give templates `static_url(name)`."""
    prefix, files = _files()
    headers = security_headers(secure=secure)
    inner: Callable[..., Iterable[bytes]] = app.wsgi_app

    def static_url(name: str) -> str:
        if prefix + name not in files:
            raise FileNotFoundError(f"no static file {name}")
        return prefix + name

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        file = files.get(environ["PATH_INFO"]) if environ["REQUEST_METHOD"] in {"GET", "HEAD"} else None
        if file is None:
            return inner(environ, start_response)
        return file.answer(environ, headers)(environ, start_response)

    app.wsgi_app = serve  # type: ignore[method-assign]
    app.jinja_env.globals["static_url"] = static_url
